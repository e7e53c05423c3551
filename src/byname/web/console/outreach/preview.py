"""A playbook before it is sent: as five people would get it, whom the gate stops, what its holdout could show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

from byname.app_rows import opened
from byname.gate_again import Way, prepare
from byname.plan.gate.rule import rules
from byname.playbooks.filters import MissingFact
from byname.playbooks.wording import gaps, purposes, worded, words_for
from byname.profile_columns import PROFILE
from byname.proof.detectable import smallest_effect, smallest_sample
from byname.proof.sequential import half_width
from byname.web.console.outreach.listed import pieces
from byname.web.console.outreach.looks import mail_of
from byname.web.console.today.listed import Fact, purpose_said
from byname.web.outreach.models import Draft
from byname.web.outreach.subjects import subject_of
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.playbooks.playbook import Playbook
    from byname.snapshot import Snapshot
    from byname.web.console.outreach.listed import Piece
    from byname.web.console.outreach.looks import Mail
    from byname.web.desk import Desk

__all__ = ["Example", "Holdout", "Stopped", "examples", "holdout", "stopped"]

SHOWN = 5
_ASKED_OF_EACH = 5  # some have a fact unknown that the words need, or are shown to nobody
# Evenly from the most to the least valuable: whom it reaches at its best, and at its edge.
SPREAD = f"""
    with placed as (
        select person_id, channel, expected_value,
               row_number() over (order by expected_value desc, person_id) - 1 as place, count(*) over () as of_all
        from candidates
        where action = $1
    )
    select person_id, channel, place, of_all
    from placed
    where place % greatest(of_all // {SHOWN * _ASKED_OF_EACH}, 1) = 0
    order by place
    limit {SHOWN * _ASKED_OF_EACH}
"""  # noqa: S608 - ours
OF_THEM = """
    select profile.*, people.name as full_name, people.email, people.phone, reach.address as reached_at
    from profile
    join people on people.person_id = profile.person_id
    left join reach on reach.person_id = profile.person_id and reach.channel = $2
    where profile.person_id = $1
"""
STOPPED = """
    select rule, count(*) as people, arg_min(says, person_id) as says, min(person_id) as person_id
    from blocked
    where action = $1
    group by rule
    order by people desc, rule
"""
# How often it happens by itself: among all customers, within as many days before as it is looked at after.
BOUGHT = """
    select count(*) as people, count_if(days_since_purchase <= $1) as did
    from profile
    where is_customer
"""
MEANT = """
    select (select count(*) from candidates where action = $1) as let_through,
           (select count(*) from blocked where action = $1 and rule = 'held-out') as held
"""
SPENDING = "select says, \"do\" from readiness where question like 'How small an effect on spend%'"
_HALF = 0.5  # a yes or no varies most where half do it


@dataclass(frozen=True)
class Example:
    """What one real person would get.

    Attributes:
        person: person_id, name, email, phone, clv and its range.
        standing: where they stand, a correction laid over.
        channel: how it would reach them.
        address: where.
        pieces: the words, gaps apart; empty where a fact that they need is not known.
        facts: what the words use of the person.
        to_fill: gaps that are left for a person.
        mail: the whole of it, where it goes by e-mail and the settings for that are there.
        stops: what the gate says against it now, asked anew with what was written since; empty: nothing.
    """

    person: Mapping[str, Any]
    standing: str | None
    channel: str
    address: str
    pieces: tuple[Piece, ...]
    facts: tuple[Fact, ...]
    to_fill: tuple[str, ...]
    mail: Mail | None
    stops: str = ""


@dataclass(frozen=True)
class Stopped:
    """A rule of the gate, which asks what a friend would ask, and whom it keeps from getting this.

    Attributes:
        rule: its name.
        question: in words.
        people: whom it stops.
        says: its sentence of one of them; empty where that one is shown to nobody.
    """

    rule: str
    question: str
    people: int
    says: str


@dataclass(frozen=True)
class Holdout:
    """What a lot keeps back, and what can be learnt by it.

    Attributes:
        share: of people, drawn by lot.
        held: in today's plan.
        let_through: for whom it is meant today and whom nothing stops.
        smallest: the least effect that so many show, in the unit of the outcome; None where that cannot be said.
        needed: people whom it takes to see what is hoped for, both arms together; None likewise.
        base: how often it happens by itself, of all customers; None: not measured, and counted as half of them.
        spending: what is known of spend, in sentences; for an outcome of money alone.
    """

    share: float
    held: int
    let_through: int
    smallest: float | None
    needed: float | None
    base: float | None
    spending: tuple[str, ...] = ()

    @property
    def is_blind(self) -> bool:
        """Are they too few to show even what changes everybody?"""
        return self.smallest is not None and self.smallest >= 1

    @property
    def points(self) -> float | None:
        """The least effect that shows, in percentage points."""
        return None if self.smallest is None else 100 * self.smallest


def examples(desk: Desk, playbook: Playbook) -> list[Example]:
    """Five people for whom it is meant and whom the gate lets through, from the most to the least valuable."""
    spread = remembered(_spread, desk.snapshot, playbook.action)
    seen = [row for row in spread if row["person_id"] not in desk.since.gone]
    many = min(SHOWN, len(seen))
    found = []
    for place in range(many):
        some = seen[place * len(seen) // many : (place + 1) * len(seen) // many]
        found.append(_first_with_words(desk, playbook, some))
    return _asked_again(desk, playbook, found)


def _first_with_words(desk: Desk, playbook: Playbook, rows: Sequence[Mapping[str, Any]]) -> Example:
    """The first of these people of whom all is known that the words say; else the last: some get none."""
    for row in rows:
        one = _example(desk, playbook, row)
        if one.pieces:
            break
    return one


def _asked_again(desk: Desk, playbook: Playbook, found: list[Example]) -> list[Example]:
    """The same with what the gate says now; nothing is recorded, and nobody is let out."""
    ways = [Way(one.person["person_id"], playbook.action, one.channel) for one in found]
    prepared = prepare(desk.company, desk.snapshot, {way.person_id for way in ways})
    with opened(desk.company) as rows:
        said = prepared.asked(rows, ways) if rows and ways else {}
    return [replace(one, stops=no.says) if (no := said.get(way)) else one for one, way in zip(found, ways, strict=True)]


def stopped(desk: Desk, action: str) -> list[Stopped]:
    """Each rule that keeps somebody from getting it, those of most people first."""
    question = {rule.name: rule.title for rule in rules()}
    return [
        Stopped(
            row["rule"], question.get(row["rule"], row["rule"]), row["people"],
            "" if row["person_id"] in desk.since.hidden else row["says"],
        )
        for row in remembered(_stopped, desk.snapshot, action)
    ]  # fmt: skip


def holdout(desk: Desk, playbook: Playbook) -> Holdout:
    """What its holdout could show, with as many people as it is meant for today."""
    expected = playbook.expected
    meant = remembered(_meant, desk.snapshot, playbook.action)
    held, through = meant["held"], meant["let_through"]
    people = held + through
    if expected.outcome == "spend":
        said = tuple(f"{row['says']}. {row['do']}".strip() for row in remembered(_spending, desk.snapshot))
        return Holdout(playbook.holdout, held, through, None, None, None, said)
    base = remembered(_base, desk.snapshot, expected.days) if expected.outcome == "bought" else None
    often = _HALF if base is None else base
    spread = sqrt(often * (1 - often))
    arm = people * playbook.holdout
    # It goes on for ever and is looked at all the time: as wide as the interval that the page Proof will show.
    critical = half_width(1.0, people) if people else None
    smallest = smallest_effect(spread, people - arm, arm, critical=critical) if people else None
    needed = smallest_sample(expected.effect, spread, playbook.holdout)
    return Holdout(playbook.holdout, held, through, _finite(smallest), _finite(needed), base)


def _example(desk: Desk, playbook: Playbook, row: Mapping[str, Any]) -> Example:
    person_id = row["person_id"]
    (found,) = desk.snapshot.query(OF_THEM, [person_id, row["channel"]], only=[person_id])
    try:
        words = worded(playbook, found, currency=desk.company.settings.currency)
    except MissingFact:
        words = ""
    used = purposes(words_for(playbook, found))
    return Example(
        {"person_id": person_id, "name": found["full_name"]}
        | {name: found[name] for name in ("email", "phone", "clv", "clv_low", "clv_high")},
        desk.since.standings.get(person_id, found["standing"]),
        row["channel"],
        found["reached_at"] or "",
        pieces(words),
        tuple(
            Fact(name.replace("_", " "), f"{found[name]}", purpose_said(purpose))
            for name, purpose in used.items()
            if name in PROFILE and found[name] is not None
        ),
        gaps(words),
        mail_of(desk, _draft(desk, playbook, row["channel"], found, words)) if words else None,
    )


def _draft(desk: Desk, playbook: Playbook, channel: str, person: Mapping[str, Any], words: str) -> Draft:
    """What would be approved; it is not saved."""
    return Draft(
        key="preview", person_id=person["person_id"], as_of=desk.as_of, action=playbook.action, title=playbook.title,
        team=playbook.team, channel=channel, address=person["reached_at"] or "", kind=playbook.kind,
        purpose=playbook.purpose, words=words,
        subject=subject_of(playbook, person, desk.company.settings.name),
    )  # fmt: skip


def _finite(number: float | None) -> float | None:
    return number if number is not None and isfinite(number) else None


def _spread(snapshot: Snapshot, action: str) -> Sequence[dict[str, Any]]:
    return snapshot.query(SPREAD, [action])


def _stopped(snapshot: Snapshot, action: str) -> Sequence[dict[str, Any]]:
    return snapshot.query(STOPPED, [action])


def _meant(snapshot: Snapshot, action: str) -> dict[str, int]:
    (row,) = snapshot.query(MEANT, [action])
    return row


def _base(snapshot: Snapshot, days: int) -> float | None:
    (row,) = snapshot.query(BOUGHT, [days])
    return float(row["did"]) / row["people"] if 0 < row["did"] < row["people"] else None


def _spending(snapshot: Snapshot) -> Sequence[dict[str, Any]]:
    return snapshot.query(SPENDING)
