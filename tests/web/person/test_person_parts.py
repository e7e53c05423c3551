"""What opens on a person's page: the timeline by pages, all evidence, records and the fact behind a claim (S0.19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from byname.web.console.person import history, identity
from byname.web.console.person.behind import facts_of, facts_with
from byname.web.console.person.plain import plain
from byname.web.written import actions

if TYPE_CHECKING:
    from django.test import Client

    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk


@pytest.fixture
def busy(snapshot: Snapshot) -> str:
    """Whoever has the longest timeline."""
    rows = snapshot.query("select person_id from timeline group by person_id order by count(*) desc, person_id limit 1")
    return str(rows[0]["person_id"])


def every_page(snapshot: Snapshot, person_id: str, sort: Any = None) -> list[history.Event]:
    found, number = [], 1
    while True:
        page = history.events(snapshot, [person_id], (), sort, number)
        found += page.events
        if not page.has_more:
            return found
        number += 1


def test_the_pages_of_a_timeline_are_all_of_it_newest_first(snapshot: Snapshot, busy: str) -> None:
    rows = snapshot.query("select * from timeline where person_id = $1", [busy])
    found = every_page(snapshot, busy)
    assert sum(event.times for event in found) == len(rows)
    assert [event.at for event in found] == sorted((event.at for event in found), reverse=True)
    assert sorted(event.source_id for event in found if event.sort != "use") == sorted(
        row["source_id"] for row in rows if row["kind"] != "usage"
    )


def test_each_kind_of_event_is_of_one_sort(snapshot: Snapshot, busy: str) -> None:
    everything = every_page(snapshot, busy)
    by_sort = [event for sort in history.SORTS for event in every_page(snapshot, busy, sort)]
    assert sorted(map(repr, by_sort)) == sorted(map(repr, everything))


def test_for_htmx_only_the_part_is_sent(as_rita: Client, busy: str) -> None:
    whole = as_rita.get(reverse("person_timeline", args=[busy]), {"sort": "orders"})
    part = as_rita.get(reverse("person_timeline", args=[busy]), {"sort": "orders"}, headers={"HX-Request": "true"})
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert part.content.strip() in whole.content


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "²"])
def test_a_page_that_there_is_not_is_no_error(as_rita: Client, busy: str, page: str) -> None:
    assert as_rita.get(reverse("person_timeline", args=[busy]), {"page": page}).status_code == 200


def test_a_claim_opens_the_fact_as_the_source_had_it(desk: Desk, snapshot: Snapshot) -> None:
    order = snapshot.query(
        "select person_id, amount, source, account, source_id from timeline where kind = 'order' "
        "order by amount desc, source_id limit 1"
    )[0]
    facts = facts_with(desk, [order["person_id"]], order["source"], order["account"], order["source_id"])
    (fact,) = [one for one in facts if one.kind == "order"]
    said = {cell.name: cell.value for cell in fact.versions[0].cells}
    assert said["amount"] == order["amount"]
    assert said["currency"] == "EUR"
    assert fact.versions[0].file
    assert fact.versions[0].known_at is not None


def test_every_kind_of_evidence_leads_to_a_record_that_is_there(desk: Desk, snapshot: Snapshot) -> None:
    rows = snapshot.query(
        "select kind, any_value(struct_pack(person_id, fact_id) order by fact_id) as one from evidence "
        "where fact_id is not null group by kind order by kind"
    )
    assert len(rows) > 15
    for row in rows:
        facts = facts_of(desk, [row["one"]["person_id"]], row["one"]["fact_id"])
        assert facts, row["kind"]
        assert all(fact.versions for fact in facts), row["kind"]


def test_somebody_elses_record_does_not_open(as_alice: Client, snapshot: Snapshot) -> None:
    one, other = snapshot.query(
        "select person_id, min(fact_id) as fact_id from links where role = 'order' group by person_id order by 1 limit 2"
    )
    address = reverse("person_fact", args=[one["person_id"]])
    assert as_alice.get(address, {"id": one["fact_id"]}).status_code == 200
    assert as_alice.get(address, {"id": other["fact_id"]}).status_code == 404
    assert as_alice.get(address).status_code == 404


def test_the_least_sure_record_comes_first(snapshot: Snapshot, busy: str) -> None:
    found = identity.records(snapshot, [busy])
    sure = [row["probability"] for row in found.rows]
    assert sure == sorted(sure)
    counted = snapshot.query("select count(distinct record_id) as many from links where person_id = $1", [busy])
    assert found.of_all == counted[0]["many"]


def test_a_decision_stands_with_the_records_until_it_is_taken_back(
    as_alice: Client, alice: Account, desk: Desk, best: str, snapshot: Snapshot
) -> None:
    second = snapshot.query("select person_id from value order by rank limit 1 offset 1")[0]["person_id"]
    (decision,) = actions.apart(alice, desk, best, second, why="met them both").fact_ids
    page = as_alice.get(reverse("person_records", args=[best])).content.decode()
    assert "met them both" in page
    assert decision in page
    as_alice.post(reverse("person_act", args=[best, "undo"]), {"decision_id": decision})
    page = as_alice.get(reverse("person_records", args=[best])).content.decode()
    assert "taken back" in page
    assert decision not in page


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3 < 4 & 5 > 4", "3 < 4 & 5 > 4"),
        ("<p>Hello</p><p>there</p>", "Hello\nthere"),
        ("<script>alert(1)</script>rest", "rest"),
        ("<img src=x onerror=alert(1)>look", "look"),
        ("&lt;b&gt;", "<b>"),
        ("a<style>p{}</style>b", "ab"),
        (None, ""),
    ],
)
def test_markup_is_read_as_words(written: str | None, read: str) -> None:
    assert plain(written) == read


def test_what_is_longer_than_a_message_is_cut() -> None:
    assert plain("x" * 30_000) == "x" * 20_000 + " …"
