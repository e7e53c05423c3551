"""One person's page: worth with its record, standing with evidence, what is owed, what we may (S0.19, S3.5, S3.15)."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from byname.web.console.person.brief import brief
from byname.web.console.person.ways import ways

if TYPE_CHECKING:
    from django.test import Client

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk


def text(page: bytes) -> str:
    """What a reader of the page reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.decode())).split())


def row_of(snapshot: Snapshot, sql: str) -> dict[str, Any]:
    """The first row."""
    return snapshot.query(sql)[0]


@pytest.fixture
def advocate(snapshot: Snapshot) -> str:
    """Somebody who stands somewhere by evidence that has a record, and moved."""
    row = row_of(
        snapshot,
        "select standing.person_id from standing join value on value.person_id = standing.person_id "
        "where standing <> 'unknown' and exists (select 1 from evidence where evidence.person_id = standing.person_id "
        "and pull > 0 and fact_id is not null) order by rank limit 1",
    )
    return str(row["person_id"])


def test_worth_stands_with_its_range_its_place_and_how_such_predictions_came_true(
    as_rita: Client, snapshot: Snapshot, best: str
) -> None:
    value = row_of(snapshot, f"select * from value where person_id = '{best}'")
    page = text(as_rita.get(reverse("person", args=[best])).content)
    assert (
        f"{value['clv']:,.0f} EUR ({value['clv_low']:,.0f}\u2013{value['clv_high']:,.0f}) in the next 365 days" in page
    )
    assert "number 1 of all, of the best 1%" in page
    assert f"On {snapshot.terms['record_day']} we said about" in page
    bins = snapshot.query("select * from calibration")
    nearest = min(bins, key=lambda row: abs(row["expected"] - value["expected_spend"]))
    assert f"of each of {nearest['people']} people like this one" in page


def test_the_strongest_evidence_stands_on_the_page_and_opens_its_record(
    as_rita: Client, snapshot: Snapshot, advocate: str
) -> None:
    reasons = snapshot.query(
        "select * from evidence where person_id = $1 and pull > 0 order by place limit 5", [advocate]
    )
    answer = as_rita.get(reverse("person", args=[advocate]))
    page = text(answer.content)
    for reason in reasons:
        assert " ".join(reason["says"].split()) in page
        if reason["fact_id"]:
            assert f"?id={reason['fact_id']}" in answer.content.decode()


def test_a_channel_says_what_we_may_and_by_which_record(desk: Desk, snapshot: Snapshot) -> None:
    withdrawn = row_of(
        snapshot,
        "select reach.person_id, reach.channel, consents.reason from reach "
        "join consents on consents.person_id = reach.person_id and consents.channel = reach.channel "
        "where reach.marketing = 'withdrawn' and consents.state = 'withdrawn' and consents.purpose = 'marketing' "
        "and not objected and not refused and not bounced and reach.address is not null "
        "order by reach.person_id limit 1",
    )
    found = brief(desk, withdrawn["person_id"], ())
    assert found is not None
    way = next(one for one in ways(found, desk.company.settings) if one.channel == withdrawn["channel"])
    assert way.may == "service"
    assert way.why == withdrawn["reason"]


def test_who_refused_a_channel_is_not_reached_by_it(as_rita: Client, desk: Desk, snapshot: Snapshot) -> None:
    refused = row_of(
        snapshot,
        "select person_id, channel from reach where refused and address is not null order by person_id limit 1",
    )
    if refused["person_id"] in desk.since.hidden:
        pytest.skip("this shop hides the one who refused")
    found = brief(desk, refused["person_id"], ())
    assert found is not None
    (way,) = [one for one in ways(found, desk.company.settings) if one.channel == refused["channel"]]
    assert way.may == "nothing"
    page = text(as_rita.get(reverse("person", args=[refused["person_id"]])).content)
    assert f"not {way.verb} : they asked us not to use it" in page.replace(" :", " :").replace(
        f"{way.verb}:", f"{way.verb} :"
    )


def test_an_open_complaint_leaves_only_service(desk: Desk, snapshot: Snapshot, as_rita: Client) -> None:
    waits = row_of(snapshot, "select person_id from profile where open_complaints > 0 order by rank limit 1")
    found = brief(desk, waits["person_id"], ())
    assert found is not None
    assert {way.may for way in ways(found, desk.company.settings)} <= {"service", "nothing"}
    assert "an answer to" in text(as_rita.get(reverse("person", args=[waits["person_id"]])).content)


def test_who_was_brought_and_by_whom_are_named_both_ways(as_rita: Client, snapshot: Snapshot) -> None:
    pair = row_of(snapshot, "select person_id, referrer_id from brought order by person_id limit 1")
    names = {row["person_id"]: row["name"] for row in snapshot.query("select person_id, name from people")}
    assert names[pair["person_id"]] in text(as_rita.get(reverse("person", args=[pair["referrer_id"]])).content)
    assert f"Came by {names[pair['referrer_id']]}" in text(
        as_rita.get(reverse("person", args=[pair["person_id"]])).content
    )


def test_the_household_is_named(as_rita: Client, snapshot: Snapshot) -> None:
    rows = snapshot.query(
        "select households.person_id, people.name from households join people using (person_id) "
        "where households.household_id = (select min(household_id) from households)"
    )
    page = text(as_rita.get(reverse("person", args=[rows[0]["person_id"]])).content)
    assert all(row["name"] in page for row in rows)


def test_a_person_costs_few_questions_and_nobody_pays_twice(
    as_rita: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from byname.snapshot import Snapshot as Asked

    asked: list[str] = []
    query = Asked.query

    def counted(self: Asked, sql: str, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        asked.append(sql)
        return query(self, sql, *args, **kwargs)

    address = reverse("people")
    as_rita.get(address)
    other = snapshot.query("select person_id from value order by rank desc limit 1")[0]["person_id"]
    monkeypatch.setattr(Asked, "query", counted)
    as_rita.get(reverse("person", args=[other]))
    assert len(asked) <= 3
    asked.clear()
    as_rita.get(reverse("person", args=[other]))
    assert asked == []
