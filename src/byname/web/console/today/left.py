"""Who is not on a list and why, in words with numbers: by the choice, and by each rule of the gate."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.plan.gate import rules
from byname.playbooks.loading import shipped_folder
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

__all__ = ["Blocked", "Example", "Left", "Reason", "left_of"]

MEANT = """
    select count(distinct person_id) as people
    from (
        select person_id from candidates where list_contains($1, action)
        union all
        select person_id from blocked where list_contains($1, action)
    ) as meant
"""
LEFT = """
    select why, worth_it, action, says, cast(sum(people) as bigint) as people
    from left_counts
    where list_contains($1, action)
    group by why, worth_it, action, says
    order by people desc, action
"""
# The most valuable of each rule are its examples; some more than are shown, as some may be hidden since.
STOPPED = """
    select blocked.rule, count(distinct blocked.person_id) as people,
           arg_max(
               {'person_id': blocked.person_id, 'says': blocked.says}, coalesce(value.clv, 0), 12
           ) as examples
    from blocked
    left join value on value.person_id = blocked.person_id
    where list_contains($1, blocked.action)
    group by blocked.rule
    order by people desc, blocked.rule
"""
NAMES = "select person_id, name, email, phone from people where person_id in (select unnest($1))"
_EXAMPLES = 3


@dataclass(frozen=True)
class Example:
    """Somebody whom a rule stopped: the person, and the sentence."""

    person: Mapping[str, Any]
    says: str


@dataclass(frozen=True)
class Blocked:
    """A rule of the gate that says no.

    Attributes:
        rule: its name.
        question: what it asks.
        people: how many it stopped.
        examples: the most valuable of them.
    """

    rule: str
    question: str
    people: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Reason:
    """Why the choice left contacts out that the gate lets through.

    Attributes:
        says: in words.
        contacts: how many; somebody may be left out of several.
        actions: the same by playbook: how many, and in words.
    """

    says: str
    contacts: int
    actions: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Left:
    """Who is not on a list.

    Attributes:
        meant: people for whom a playbook of these is meant.
        reasons: why the choice left them out.
        blocked: rules that stopped them.
    """

    meant: int
    reasons: tuple[Reason, ...]
    blocked: tuple[Blocked, ...]


def left_of(desk: Desk, team: str = "") -> Left:
    """Who was left out of a team's week, or of all teams'; examples are people who may be shown.

    Args:
        desk: the snapshot and what was written since.
        team: whose; empty: all.
    """
    meant, counted, stopped, names = remembered(_asked, desk.snapshot, desk.company.folder / "playbooks", team)
    questions = {rule.name: rule.title for rule in rules()}
    unseen = desk.since.gone
    return Left(
        meant,
        _reasons(counted),
        tuple(
            Blocked(
                row["rule"], questions.get(row["rule"], ""), row["people"], _examples(row["examples"], names, unseen)
            )
            for row in stopped
        ),
    )


def _examples(
    found: Sequence[Mapping[str, Any]], names: Mapping[str, Mapping[str, Any]], unseen: frozenset[str]
) -> tuple[Example, ...]:
    by_person = {one["person_id"]: one["says"] for one in reversed(found)}
    seen = [person for person in reversed(by_person) if person in names and person not in unseen]
    return tuple(Example(names[person], by_person[person]) for person in seen[:_EXAMPLES])


def _reasons(rows: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    kinds: dict[tuple[str, bool], list[Mapping[str, Any]]] = {}
    for row in rows:
        kinds.setdefault((row["why"], row["worth_it"]), []).append(row)
    reasons = [
        Reason(
            _why_said(*kind),
            sum(row["people"] for row in found),
            tuple((row["people"], str(row["says"]).removesuffix(f": {kind[0]}")) for row in found),
        )
        for kind, found in kinds.items()
    ]
    return tuple(sorted(reasons, key=lambda reason: -reason.contacts))


def _why_said(why: str, worth_it: bool) -> str:  # noqa: FBT001 - a column
    if why == "no minutes left":
        return (
            _("would be worth it, but no minutes are left this week")
            if worth_it
            else _("find no minutes, and would cost more than they bring")
        )
    return {
        "not worth its minutes": _("are worth less than their minutes cost this week"),
        "another contact is worth more": _("give way to another contact of the same person that is worth more"),
        "enough contacts": _("are for people who have heard from us as often as they should"),
        "no day": _("find no day of this week that suits both the person and the team"),
    }.get(why, why)


def _asked(snapshot: Snapshot, playbooks: Path, team: str) -> tuple[int, Any, Any, dict[str, dict[str, Any]]]:
    actions = [[action for action, whose in _teams(playbooks).items() if team in {"", whose}]]
    (meant,) = snapshot.query(MEANT, actions)
    stopped = snapshot.query(STOPPED, actions)
    ids = {one["person_id"] for row in stopped for one in row["examples"]}
    names = {row["person_id"]: row for row in snapshot.query(NAMES, [sorted(ids)])}
    return meant["people"], snapshot.query(LEFT, actions), stopped, names


def _teams(own: Path) -> dict[str, str]:
    """Whose each playbook is. They were checked when the plan was made; here only two keys are read of each."""
    found: dict[str, str] = {}
    for path in [*shipped_folder().glob("*.toml"), *own.glob("*.toml")]:
        with suppress(tomllib.TOMLDecodeError, OSError, KeyError):
            playbook = tomllib.loads(path.read_text("utf-8"))
            found[playbook["action"]] = playbook["team"]
    return found
