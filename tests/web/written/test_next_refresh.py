"""What is laid over a snapshot is what the next refresh makes of it (HOUSE: one road for state; S0.10, S1.13).

Groups of a few people, each with its own sequence of things that colleagues do, all in one company; then a refresh, and
everybody is as they were shown. Then once more, so that decisions of before are taken back.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import pytest
from django.http import Http404

from byname.errors import UsageError
from byname.facts import intake
from byname.refresh import refresh
from byname.snapshot import open_current
from byname.standing.states import STATES
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.written import actions
from tests.case import made

if TYPE_CHECKING:
    from pathlib import Path

    from byname.company import Company

GROUPS = 30
STAFF = ("Ingrid Halvorsen", "Tom Ferreira", "Aiko Mori")
SETTINGS = "".join(f'\n[[employees]]\nname = "{name}"\nteam = "sales"\n' for name in STAFF)


@dataclass
class Group:
    """Four people, of whom the last has two records; what was done to them and what may be undone or taken back."""

    records: list[str]
    done: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)


def people(groups: int) -> str:
    """A file of them: each with a name and a mailbox of their own, but that the last two rows of a group share both."""
    rows = ["customer id,first name,last name,email"]
    names = [f"{one}{two}" for one in "BDFGKLMNPRSTVW" for two in ("ajo", "eru", "imba", "oxi", "uzz")]
    for group in range(groups):
        for row in range(5):
            who = min(row, 3)
            first, last = names[(group * 7 + who * 17) % len(names)], names[(group * 11 + who * 29 + 5) % len(names)]
            rows.append(f"g{group}r{row},{first},{last}{group}{'abcd'[who]},{first}.{group}.{who}@example.com".lower())
    return "\n".join(rows) + "\n"


@pytest.fixture
def acme(tmp_path: Path, settings: object, db: None) -> Company:
    """A company of these people, with its first snapshot, whose pages write to the test's app database."""
    company = made(tmp_path / "acme", SETTINGS)
    (tmp_path / "people.csv").write_text(people(GROUPS))
    (outcome,) = intake.add(company, [str(tmp_path / "people.csv")])
    assert outcome.error is None
    refresh(company)
    settings.COMPANY = company  # type: ignore[attr-defined]
    return company


def do_something(chance: Random, by: Account, desk: Desk, group: Group) -> None:
    """One thing that a colleague does; what cannot be done is refused, which is as well."""
    one, other = chance.sample(group.records, 2)
    people = desk.snapshot.query("select record_id, person_id from records where record_id in ($1, $2)", [one, other])
    person = {row["record_id"]: row["person_id"] for row in people}
    with contextlib.suppress(UsageError, Http404):
        match chance.choice(("merge", "merge", "apart", "apart", "undo", "undo", "owner", "standing", "wish", "back")):
            case "merge":
                group.done.append(f"merge {one[:6]} {other[:6]}")
                group.decisions += actions.merge(by, desk, one, other).fact_ids
            case "apart":
                group.done.append(f"apart {one[:6]} {other[:6]}")
                group.decisions += actions.apart(by, desk, one, other).fact_ids
            case "undo" if group.decisions:
                which = chance.choice(group.decisions)
                group.done.append(f"undo {which[:6]}")
                group.decisions += actions.undo(by, desk, which).fact_ids
            case "owner":
                owner = chance.choice((*STAFF, ""))
                group.done.append(f"owner {one[:6]} {owner}")
                actions.assign(by, desk, person[one], owner)
            case "standing":
                standing = chance.choice((*STATES, "unknown"))
                group.done.append(f"standing {one[:6]} {standing}")
                actions.correct_standing(by, desk, person[one], standing, why="said so")
            case "wish":
                kind = chance.choice(("objection", "restriction", "dislike"))
                group.done.append(f"{kind} {one[:6]}")
                group.wishes += actions.wish(
                    by, desk, person[one], kind, "onions" if kind == "dislike" else ""
                ).fact_ids
            case "back" if group.wishes:
                group.done.append("back")
                actions.take_back_wish(by, desk, chance.choice(group.wishes))


def compare(before: Desk, after: Desk, groups: list[Group]) -> set[str]:
    """Everybody is after the refresh as they were shown before it; says what kinds of things were compared."""
    was = {row["record_id"]: row["person_id"] for row in before.snapshot.query("select * from records")}
    now = {row["record_id"]: row["person_id"] for row in after.snapshot.query("select * from records")}
    owner = {row["person_id"]: row["owner"] or "" for row in after.snapshot.query("select * from people")}
    owned = {row["person_id"]: row["owner"] or "" for row in before.snapshot.query("select * from people")}
    standing = {row["person_id"]: row["standing"] for row in after.snapshot.query("select * from standing")}
    since, later = before.since, after.since
    assert not later.merged
    assert not later.owners
    assert not later.standings
    assert not later.pending
    seen: set[str] = set()
    for group in groups:
        shown = {record: since.shown_as(was[record]) for record in group.records}
        told = f"{group.done}"
        if since.parting & set(shown.values()):
            seen.add("parting")
            continue
        if any(said.kind == "undo" for person in shown.values() for said in since.said.get(person, ())):
            seen.add("undone")  # whom the records make one of those who were apart, the refresh alone can say
            continue
        for record in group.records:
            assert now[record] == shown[record], told
            assert (now[record] in later.hidden) == (shown[record] in since.hidden), told
            if shown[record] in since.owners:
                assert owner[now[record]] == since.owners[shown[record]], told
                seen.add("owner")
            elif not since.merged.keys() & set(was.values()) & {was[record]}:
                assert owner[now[record]] == owned[shown[record]] or shown[record] in since.merged.values(), told
            if shown[record] in since.standings:
                assert standing[now[record]] == since.standings[shown[record]], told
                seen.add("standing")
            seen |= {name for name, what in (("hidden", since.hidden), ("merged", since.merged)) if was[record] in what}
    return seen


def test_everybody_is_after_the_refresh_as_they_were_shown(acme: Company, alice: Account) -> None:
    chance = Random(7)  # noqa: S311 - the same in each run
    rows = open_current(acme).query("select record_id, source_id from records order by source_id")
    of_number = {row["source_id"]: row["record_id"] for row in rows}
    groups = [Group([of_number[f"g{number}r{row}"] for row in range(5)]) for number in range(GROUPS)]
    assert {len(group.records) for group in groups} == {5}
    seen: set[str] = set()
    for _ in range(2):
        for group in groups:
            group.done.append("|")
            for _ in range(chance.randint(1, 6)):
                do_something(chance, alice, Desk(acme, open_current(acme)), group)
        before = Desk(acme, open_current(acme))
        assert before.since.merged
        refresh(acme)
        seen |= compare(before, Desk(acme, open_current(acme)), groups)
    assert seen == {"owner", "standing", "hidden", "merged", "parting", "undone"}
