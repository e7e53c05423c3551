"""What was written is laid over the snapshot at once: who is hidden, what it costs, what is private (HOUSE: one road)."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from byname.app_rows import writing
from byname.company import open_company
from byname.draining import drain
from byname.facts.own import fact
from byname.snapshot import Snapshot, open_current
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.written import actions
from byname.web.written.models import Decision

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def again(desk: Desk) -> Desk:
    """The desk of the next request."""
    return Desk(desk.company, desk.snapshot)


def write(desk: Desk, table: str, person_id: str, **row: object) -> str:
    """A row as the portal will write it, about a person; its fact_id."""
    (person,) = desk.snapshot.query("select anchor from people where person_id = $1", [person_id])
    made = fact(table, {"record_id": person["anchor"], **row}, reader="test")
    with writing(desk.company) as rows:
        assert rows is not None
        at = rows.moment()
        rows.add(table, [{"occurred_at": at, **made}], at=at)
    return str(made["fact_id"])


@pytest.fixture
def own(shop_made: Path, tmp_path: Path, settings: object, db: None) -> Desk:
    """A shop of the test's own, whose ledger it may fill."""
    shutil.copytree(shop_made, tmp_path / "shop")
    company = settings.COMPANY = open_company(tmp_path / "shop")  # type: ignore[attr-defined]
    return Desk(company, open_current(company))


@pytest.fixture
def two(desk: Desk) -> tuple[str, str]:
    """Two people who are shown."""
    rows = desk.snapshot.query("select person_id from value order by rank, person_id limit 20")
    one, other = [row["person_id"] for row in rows if row["person_id"] not in desk.since.hidden][:2]
    return one, other


# ---------------------------------------------------------------------------------------------- who is hidden


@pytest.mark.parametrize(
    ("kind", "value", "hides"),
    [
        ("objection", None, True),
        ("objection", "marketing", True),
        ("objection", "profiling", True),
        ("objection", "leave me alone!", True),
        ("objection", "e-mail", False),
        ("objection", "phone marketing", False),
        ("objection", "feedback", False),
        ("restriction", None, True),
        ("restriction", "all", True),
        ("pace", "never", False),
        ("channel", "no phone", False),
    ],
)
def test_who_objected_or_restricted_is_shown_to_nobody(
    kind: str, value: str | None, *, hides: bool, desk: Desk, two: tuple[str, str]
) -> None:
    """One channel closed is for the gate to keep to: the person is still somebody we know."""
    write(desk, "preferences", two[0], kind=kind, value=value)
    since = again(desk).since
    assert (two[0] in since.hidden) == hides
    assert two[1] not in since.hidden
    if hides:
        with pytest.raises(Http404):
            again(desk).person_id(two[0])


def test_who_objected_before_the_snapshot_is_hidden_too(desk: Desk) -> None:
    """The simulated shop has somebody who restricted and somebody who objected."""
    restricted = {row["person_id"] for row in desk.snapshot.query("select person_id from pace where restricted")}
    objected = {
        row["person_id"]
        for row in desk.snapshot.query(
            "select person_id from reach group by person_id having bool_and(coalesce(objected, false))"
        )
    }
    assert restricted
    assert objected
    assert desk.since.hidden == restricted | objected


def test_who_takes_it_back_is_shown_again(alice: Account, bob: Account, desk: Desk, two: tuple[str, str]) -> None:
    fact_id = write(desk, "preferences", two[0], kind="objection", value=None)
    with pytest.raises(PermissionDenied):
        actions.take_back_wish(bob, again(desk), fact_id)
    actions.take_back_wish(alice, again(desk), fact_id)
    assert two[0] not in again(desk).since.hidden


def test_an_objection_of_the_ledger_is_taken_back_too(alice: Account, desk: Desk) -> None:
    """As a new version of the very fact that a file brought."""
    before = desk.since.hidden
    rows = desk.snapshot.query(
        "select fact_id, person_id from links where role = 'preference' and person_id in (select unnest($1))",
        [sorted(before)],
    )
    assert rows
    for row in rows:
        actions.take_back_wish(alice, again(desk), row["fact_id"])
    assert again(desk).since.hidden == before - {row["person_id"] for row in rows} == set()


def test_an_objection_of_the_ledger_that_is_undone_hides_nobody(desk: Desk, best: str) -> None:
    """As the next refresh reads it: what an undo took back is no fact."""
    before = desk.since.hidden
    rows = desk.snapshot.query("select fact_id from links where role = 'preference'")
    for row in rows:
        write(desk, "decisions", best, kind="undo", value=row["fact_id"], by_whom="Alice")
    assert before
    assert not again(desk).since.hidden


def test_an_objection_ends_with_its_last_day(desk: Desk, two: tuple[str, str]) -> None:
    today = desk.company.today()
    write(desk, "preferences", two[0], kind="objection", until=desk.company.end_of(today))
    write(desk, "preferences", two[1], kind="objection", until=desk.company.end_of(today - timedelta(1)))
    assert two[0] in again(desk).since.hidden
    assert two[1] not in again(desk).since.hidden


def test_who_is_to_be_erased_is_hidden_until_that_is_undone(desk: Desk, two: tuple[str, str]) -> None:
    fact_id = write(desk, "decisions", two[0], kind="erase", by_whom="Alice")
    since = again(desk).since
    assert two[0] in since.hidden
    assert two[0] not in since.said  # not even that they asked for it
    write(desk, "decisions", two[0], kind="undo", value=fact_id, by_whom="Alice")
    assert two[0] not in again(desk).since.hidden


def test_on_a_merge_the_stricter_stays(alice: Account, desk: Desk, two: tuple[str, str]) -> None:
    actions.merge(alice, desk, *two)
    actions.wish(alice, again(desk), two[1], "restriction")
    assert set(two) <= again(desk).since.hidden


# ---------------------------------------------------------------------------------- what belongs to a snapshot


def drained(desk: Desk, *, seconds_later: int = 0, as_of: date | None = None) -> Desk:
    """The desk of a snapshot that is made after all was drained, of the same people."""
    run = drain(desk.company) + timedelta(seconds=seconds_later)
    as_of = as_of or desk.company.today()
    folder = desk.snapshot.folder.with_name(f"{as_of}_{run:%Y%m%dT%H%M%S%fZ}")
    shutil.copytree(desk.snapshot.folder, folder)
    return Desk(desk.company, Snapshot(folder, desk.snapshot.terms | {"as_of": as_of.isoformat()}))


def test_after_the_drain_the_old_snapshot_shows_what_it_showed(bob: Account, own: Desk, best: str) -> None:
    """A refresh drains first and takes minutes: until it is done, its rows stay laid over."""
    actions.note(bob, own, best, "still here")
    before = again(own).since
    newer = drained(own)
    assert again(own).since.said == before.said
    assert best not in newer.since.said


def test_what_is_of_a_later_day_than_the_snapshot_stays_laid_over(bob: Account, own: Desk, best: str) -> None:
    """A snapshot of last month, made today, does not count what was said since, though it was drained."""
    actions.note(bob, own, best, "of today")
    assert [said.says for said in drained(own, as_of=own.as_of).since.said[best]] == ["of today"]
    assert best not in drained(own, seconds_later=1).since.said


def test_a_private_note_stays_with_its_team_after_the_drain(bob: Account, own: Desk, best: str) -> None:
    """No snapshot tells it, so it is laid over for ever; and the numbers are not said to be behind because of it."""
    actions.note(bob, own, best, "hush", private=True)
    since = drained(own).since
    assert [(said.says, said.private_to) for said in since.said[best]] == [("hush", "marketing")]
    assert not since.is_pending(best)


def test_a_merge_of_the_ledger_is_laid_over_too(alice: Account, own: Desk, two: tuple[str, str]) -> None:
    """Such as one that the command line wrote there before there were pages."""
    actions.merge(alice, own, *two)
    merged = again(own).since.merged
    drain(own.company)
    Decision.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    assert again(own).since.merged == merged != {}


# ------------------------------------------------------------------------------------------------- what it costs


def test_a_request_asks_one_question_until_something_is_written(
    bob: Account, desk: Desk, best: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.note(bob, desk, best, "a note")
    kept = again(desk).since
    monkeypatch.setattr(type(desk.snapshot), "query", lambda *_: pytest.fail("the snapshot was asked"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert again(desk).since is kept
    assert len(asked) == 1


def test_without_an_app_database_nothing_is_laid_over(own: Desk, settings: object) -> None:
    settings.COMPANY = None  # type: ignore[attr-defined]
    since = again(own).since
    assert not since.said
    assert not since.merged
    assert since.hidden
