"""What a colleague should know of one person before a call: one statement over the snapshot's tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from byname import who
from byname.cards import cards
from byname.web.console.person.plain import plain
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk
    from byname.web.written.shape import Said

__all__ = ["Brief", "brief"]

_REASONS = 5  # pieces of evidence that stand on the page; all of them are one click away
_WORDS = 5
_FRIENDS = 10

WORTH = "select * exclude (person_id, model) from value where rank = $2 and person_id = $1"
MATTERS = """
    select known_to, company, rank_share, orders, asks_365, gives_365, days_since_asked, days_since_thanked,
           days_since_given, open_complaints, oldest_complaint_days, complaint_topic, open_questions,
           promises_broken, incidents_open, incident, referral_unthanked, idea_shipped, too_much, neglected, feels,
           speaks, would_recommend, does_recommend, ask, first_seen_on, favourite_thing
    from profile
    where person_id = $1
"""
SAID = f"""
    select voice.fact_id, voice.occurred_at, voice.medium, voice.quote, voice.topic, voice.uncertain,
           testimonials.state, testimonials.says as leave
    from voice
    left join testimonials on testimonials.fact_id = voice.fact_id and testimonials.person_id = voice.person_id
    where voice.person_id = $1 and voice.quote is not null
    order by voice.occurred_at desc, voice.fact_id
    limit {_WORDS}
"""  # noqa: S608 - a number of ours
REACH = "select * exclude (person_id) from reach where person_id = $1 order by liking desc, channel"
CONSENTS = """
    select channel, purpose, state, since, reason from consents
    where person_id = $1 and purpose = 'marketing'
    order by channel, state = 'withdrawn' desc, since desc
"""
BOOK = """
    select employee, is_known, since, times, says from client_book where person_id = $1
    order by is_known desc, last_at desc, employee
"""
REASONS = f"""
    select fact_id, kind, occurred_at, says, pull from evidence
    where person_id = $1 and pull > 0
    order by place
    limit {_REASONS}
"""  # noqa: S608 - a number of ours
BROUGHT = f"""
    select person_id, occurred_at from brought where referrer_id = $1
    order by occurred_at desc, person_id
    limit {_FRIENDS}
"""  # noqa: S608 - a number of ours
CAME_BY = "select referrer_id as person_id from brought where person_id = $1"
# Only who has a household is looked for in it.
HOUSEHOLD = "select person_id, reason from households where household_id = $1 and person_id <> $2 order by person_id"

# What is asked of the snapshot at once; the first are one row or none.
_ONE = {
    "person": "select * from people where person_id = $1",
    "value": WORTH,
    "standing": who.STANDING,
    "matters": MATTERS,
    "pace": "select * exclude (person_id) from pace where person_id = $1",
}
_MANY = {
    "reasons": REASONS,
    "moves": who.MOVES,
    "companies": who.COMPANIES,
    "promises": who.PROMISES,
    "planned": who.PLANNED,
    "stopped": who.STOPPED,
    "said": SAID,
    "reach": REACH,
    "consents": CONSENTS,
    "book": BOOK,
    "brought": BROUGHT,
    "came_by": CAME_BY,
}
_OTHERS = ("household", "brought", "came_by")  # rows about somebody else
_TOLD = "(select list(told) from ({sql}) as told) as {name}"
_ASKED = f"select {', '.join(_TOLD.format(sql=sql, name=name) for name, sql in (_ONE | _MANY).items())}"


@dataclass(frozen=True)
class Brief:
    """One person, as a colleague needs them.

    Attributes:
        person: the row of `people`.
        value: of `value`; None for who never bought, brought nobody and had no idea.
        standing: of `standing`; None where nobody may say (minors).
        matters: of `profile`: what is open, asked, given.
        pace: of `pace`.
        reasons: the strongest evidence for the standing.
        moves: from standing to standing, newest first.
        household: the others.
        companies: for whom they buy.
        promises: all of them, by when they are due.
        planned: what the plan has for them.
        stopped: rules of the gate that stop something, with their sentence.
        said: quotes, with what may be done with them.
        reach: a row for each channel.
        consents: to marketing.
        book: employees who know them.
        brought: the friends who came by them, newest first.
        came_by: who brought them.
        since: what was written since the snapshot, newest first, as this reader may see it.
        corrected: the standing that somebody corrected it to since.
        owner: who looks after them now; None: as the snapshot says.
        is_pending: something was written that the numbers do not hold yet.
        others: person_ids that are shown as this one since the snapshot.
    """

    person: dict[str, Any]
    value: dict[str, Any] | None = None
    standing: dict[str, Any] | None = None
    matters: dict[str, Any] = field(default_factory=dict)
    pace: dict[str, Any] | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    household: list[dict[str, Any]] = field(default_factory=list)
    companies: list[dict[str, Any]] = field(default_factory=list)
    promises: list[dict[str, Any]] = field(default_factory=list)
    planned: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    reach: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    book: list[dict[str, Any]] = field(default_factory=list)
    brought: list[dict[str, Any]] = field(default_factory=list)
    came_by: list[dict[str, Any]] = field(default_factory=list)
    since: tuple[Said, ...] = ()
    corrected: str = ""
    owner: str | None = None
    is_pending: bool = False
    others: tuple[str, ...] = ()

    @property
    def stands(self) -> str:
        """Where they stand today."""
        return self.corrected or (self.standing or {}).get("standing") or "unknown"

    @property
    def looked_after_by(self) -> str:
        """Who looks after them today, else who knows them; empty: nobody."""
        if self.owner is None:
            return self.matters.get("known_to") or self.person["owner"] or ""
        return self.owner


def brief(desk: Desk, person_id: str, rank: int | None, seen: Sequence[Said]) -> Brief | None:
    """What is known of one person, with what was written since laid over; None for somebody who is not there.

    Args:
        desk: the snapshot with what was written since.
        person_id: today's, as `Desk.person_id` gives it.
        rank: theirs by worth, None where it is not known: `value` is sorted by it.
        seen: what was written about them since, as far as this reader may see it.
    """
    since = desk.since
    found = remembered(_known, desk.snapshot, person_id, rank)
    if not found:
        return None
    others = since.shown_together(person_id)[1:]
    theirs = [desk.snapshot.find(one, 1)[0] for one in others]
    beside = [remembered(_known, desk.snapshot, one, card["rank"]) for one, card in zip(others, theirs, strict=True)]
    lists: dict[str, Any] = {
        name: [*found[name], *(row for other in beside for row in other.get(name, ()))]
        for name in ("household", *_MANY)
    }
    for name in _OTHERS:
        lists[name] = _shown(desk, person_id, lists[name])
    return Brief(
        **{name: found[name] for name in _ONE},
        **lists,
        since=tuple(seen),
        corrected=since.standings.get(person_id, ""),
        owner=since.owners.get(person_id),
        is_pending=since.is_pending(person_id),
        others=tuple(others),
    )


def _known(snapshot: Snapshot, person_id: str, rank: int | None) -> dict[str, Any]:
    """Everything of one person; empty for somebody who is not there."""
    (row,) = snapshot.query(_ASKED, [person_id, rank])
    if not row["person"]:
        return {}
    found: dict[str, Any] = {name: next(iter(row[name] or ()), None) for name in _ONE}
    found["matters"] = found["matters"] or {}
    for name in _MANY:
        found[name] = [_clean(one) for one in row[name] or ()]
    home = found["person"]["household_id"]
    found["household"] = snapshot.query(HOUSEHOLD, [home, person_id]) if home else []
    names = cards(snapshot, [one["person_id"] for name in _OTHERS for one in found[name]])
    for name in _OTHERS:
        found[name] = [one | names[one["person_id"]] for one in found[name] if one["person_id"] in names]
    return found


def _clean(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with people's own words as plain text."""
    return {name: plain(one) if name in ("says", "quote", "what") else one for name, one in row.items()}


def _shown(desk: Desk, person_id: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Other people of whom something is said: who is shown to nobody is not named, nor is the person themselves."""
    since = desk.since
    told = {since.shown_as(row["person_id"]): row for row in reversed(rows)}
    return [
        {**row, "person_id": one} for one, row in reversed(told.items()) if one not in since.hidden and one != person_id
    ]
