"""Contacts that were made: goal, owner, what was expected, what came of it; and what we ask against what we give.

Demands: S3.12 (thanked, and who never was), S2.16, S3.17, S0.37, S0.38 (whose idea shipped is thanked by name), S4.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from django.urls import reverse

from byname.facts.change import show as shown_as_view
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.web.console.outreach.made import LAST, made, outcomes
from byname.web.desk import Desk
from byname.web.written import actions
from tests.web.shown import emptied, people_on, show

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from django.test import Client

    from byname.company import Company
    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account

pytestmark = pytest.mark.django_db


def opened(client: Client, number: int = 1) -> HttpResponse:
    answer: HttpResponse = client.get(reverse("outreach_contacts"), {"page": str(number)})
    return answer


def told(company: Company, sql: str) -> list[tuple[Any, ...]]:
    """What the ledger says, asked in another way than the page does."""
    with open_ledger(company).state() as state, duckdb.connect() as con:
        for name in ("contacts", "answers"):
            shown_as_view(con, name, table(name), state.files(name))
        return con.sql(sql).fetchall()


def test_the_last_contacts_are_the_ledgers_newest_and_nobody_held_out(desk: Desk) -> None:
    found = made(desk)
    newest = told(
        desk.company,
        "select max(occurred_at) as at from contacts where arm is distinct from 'held out' group by fact_id "
        f"order by 1 desc limit {LAST}",
    )
    assert len(found) > LAST - 100
    assert all(one.at >= newest[-1][0] for one in found)
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    held = {row[0] for row in told(desk.company, "select fact_id from contacts where arm = 'held out'")}
    assert held
    assert not held & {one.fact_id for one in found}


def test_each_says_what_it_was_for_who_made_it_and_what_came_of_it(as_rita: Client, desk: Desk) -> None:
    found = made(desk)
    goals = dict(told(desk.company, "select fact_id, goal from contacts where goal is not null"))
    assert {one.fact_id: one.goal for one in found if one.goal} == {
        one.fact_id: goals[one.fact_id] for one in found if one.fact_id in goals
    }
    came = dict(zip([one.fact_id for one in found], outcomes(desk, found), strict=True))
    opens = told(
        desk.company,
        "select contacts.fact_id from contacts join answers on answers.contact_id in "
        "(contacts.fact_id, contacts.source_id) where answers.kind = 'replied'",
    )
    replied = {row[0] for row in opens} & came.keys()
    assert replied
    assert all("answered" in came[fact].says for fact in replied)
    first = opened(as_rita)
    assert len(first.context["rows"]) == 25
    said = first.content.decode()
    for words in ("what for", "expected", "came of it", "nobody is named", "no proof that it did it"):
        assert words in said


def test_what_was_bought_after_is_within_a_season(desk: Desk) -> None:
    found = made(desk)
    bought = [(one, way) for one, way in zip(found, outcomes(desk, found), strict=True) if "bought" in str(way.says)]
    assert bought
    for one, way in bought[:20]:
        assert one.person is not None
        days = [
            (row["occurred_at"] - one.at).days
            for row in desk.snapshot.query(
                "select occurred_at from timeline where person_id = $1 and kind = 'order' and occurred_at > $2 "
                "order by occurred_at limit 1",
                [one.person["person_id"], one.at],
            )
        ]
        assert f"bought {days[0]} day" in way.says[-1]
        assert days[0] <= 90


def test_a_call_of_today_is_there_at_once(as_bob: Client, bob: Account, desk: Desk, best: str) -> None:
    actions.log_contact(bob, desk, best, channel="phone", kind="thank")
    answer = opened(as_bob)
    one, _outcome = answer.context["rows"][0]
    assert one.person["person_id"] == best
    assert (one.owner, one.kind, one.channel) == ("Bob", "thank", "phone")


def test_who_objected_is_on_no_line(as_alice: Client, alice: Account, desk: Desk) -> None:
    one = made(desk)[0]
    assert one.person is not None
    person = one.person["person_id"]
    never = opened(as_alice).context["never"][0]["person_id"]
    for who in {person, never}:
        actions.wish(alice, desk, who, "objection")
    again = Desk(desk.company, desk.snapshot)
    assert person not in {row.person["person_id"] for row in made(again) if row.person}
    assert not {person, never} & set(people_on(opened(as_alice).content))


def test_totals_are_the_balance_and_the_best_never_thanked_are_linked(as_rita: Client, snapshot: Snapshot) -> None:
    answer = opened(as_rita)
    balance = {row["what"]: row["says"] for row in snapshot.query("select what, says from balance")}
    said = {row["what"]: row["says"] for row in answer.context["totals"]}
    assert {"individual", "gives", "thanked", "best never thanked"} <= said.keys()
    assert all(balance[what] == says for what, says in said.items())
    never = snapshot.query(
        "select person_id from profile where is_customer and days_since_thanked is null "
        "order by clv desc, person_id limit 10"
    )
    assert people_on(answer.content)[:10] == [row["person_id"] for row in never]


def test_it_is_paged_and_says_where_it_ends(as_rita: Client) -> None:
    pages = opened(as_rita).context["page"].paginator.num_pages
    last = opened(as_rita, pages)
    assert opened(as_rita, 10_000).context["page"].number == pages
    assert f"The last {LAST}" in last.content.decode()


def test_without_contacts_it_says_what_to_do(
    as_rita: Client, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(monkeypatch, emptied(snapshot, tmp_path))
    assert opened(as_rita).content.decode().count('class="empty"') == 3
