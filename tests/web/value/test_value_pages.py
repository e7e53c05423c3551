"""Value: equity and what became of it, concentration measured, who may be slipping away, the record of predictions
(S2.12, S4.4, S4.9, S2.17, S3.6, S3.7, S3.19, S3.20, S0.22)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from byname.equity import equity
from byname.report.words import money, share
from byname.snapshot import Snapshot
from byname.web.console.value.points import points
from byname.web.console.value.risk import at_risk
from byname.web.desk import Desk
from byname.web.written.laid_over import LaidOver
from tests.web.shown import emptied, lay_over, people_on, show

PAGES = ["value", "value-risk", "value-record"]


def text(client: Client, name: str, **asked: str) -> str:
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_equity_is_said_with_its_range_and_its_bridge(as_rita: Client, snapshot: Snapshot) -> None:
    rows = equity(snapshot)
    (total,) = (row for row in rows if row["kind"] == "total")
    page = text(as_rita, "value")
    assert f"{money(total['amount'])} EUR" in page
    assert f"({money(total['low'])}\N{EN DASH}{money(total['high'])})" in page
    bridge = page[page.index("Customer equity then and now") :]
    for row in rows:
        if row["kind"] == "change" and row["name"] not in ("from", "to"):
            assert f"<bdi>{row['name']}</bdi>" in bridge


def test_concentration_is_measured_and_not_assumed(as_rita: Client, snapshot: Snapshot) -> None:
    (fifth,) = (row for row in equity(snapshot) if row["name"] == "clv: top 20%")
    (most,) = (row for row in equity(snapshot) if row["name"] == "clv: most over median")
    page = text(as_rita, "value")
    assert f"hold {share(fifth['amount'])} (80% range {share(fifth['low'])} to {share(fifth['high'])})" in page
    assert f"worth {money(most['amount'])} times the one in the middle" in page
    (row,) = (row for row in points(snapshot.query("select * from concentration")) if row[0] == 0.2)
    assert row[1] == pytest.approx(fifth["amount"], abs=0.01)


def test_a_point_between_two_of_the_curve_lies_on_their_line() -> None:
    curve = [(0.0, 0.0), (0.1, 0.5), (0.4, 0.8), (1.0, 1.0)]
    rows = [{"measure": "clv", "share_of_people": people, "share_of_value": value} for people, value in curve]
    found = {people: (worth, spend) for people, worth, spend in points(rows)}
    assert found[0.05] == (pytest.approx(0.25), None)
    assert found[0.1] == (pytest.approx(0.5), None)
    assert found[0.3] == (pytest.approx(0.7), None)
    assert points([]) == []


@pytest.mark.parametrize("name", ["value", "value-risk"])
def test_who_may_be_slipping_away_is_named_with_the_most_at_risk_first(as_rita: Client, desk: Desk, name: str) -> None:
    page = text(as_rita, name)
    rows = desk.snapshot.query(
        "select person_id, value_at_risk from value where value_at_risk >= 0.01 order by value_at_risk desc, person_id"
    )
    rows = [row for row in rows if row["person_id"] not in desk.since.hidden]
    shown = people_on(page.encode())
    assert shown == [row["person_id"] for row in rows[: len(shown)]]
    assert len(shown) >= 10
    assert f"{money(rows[0]['value_at_risk'])} EUR at risk" in page


def test_all_at_risk_are_named_page_by_page(as_rita: Client, desk: Desk) -> None:
    rows = desk.snapshot.query("select person_id from value where value_at_risk >= 0.01")
    people = {row["person_id"] for row in rows} - desk.since.hidden
    assert len(people) > 100
    pages = [
        people_on(text(as_rita, "value-risk", page=str(page)).encode()) for page in range(1, len(people) // 50 + 2)
    ]
    assert [len(page) for page in pages] == [*[50] * (len(people) // 50), len(people) % 50]
    assert {person for page in pages for person in page} == people


def test_who_is_shown_to_nobody_or_as_somebody_else_is_not_named(
    as_rita: Client, snapshot: Snapshot, best: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [row["person_id"] for row in at_risk(snapshot, (), limit=4)]
    first, second, third = [one for one in named if one != best][:3]
    lay_over(monkeypatch, LaidOver(hidden=frozenset({first}), merged={second: best}))
    for name in ("value", "value-risk"):
        shown = people_on(text(as_rita, name).encode())
        assert not {first, second} & set(shown)
        assert third in shown


def test_the_record_of_earlier_predictions_is_shown_with_its_models(as_rita: Client, snapshot: Snapshot) -> None:
    page = text(as_rita, "value-record")
    for row in snapshot.query("select distinct candidate from backtest"):
        assert row["candidate"].replace("'", "&#x27;") in page
    assert page.count("data-chart=") == page.count("<caption>")


@pytest.mark.parametrize("said", ["' or 1=1 --", "\0", "9" * 400, "-1", "²"])
def test_what_an_address_says_is_never_believed(as_rita: Client, said: str) -> None:
    assert as_rita.get(reverse("value-risk"), {"page": said}).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_with_nothing_on_record_a_page_says_what_to_do(
    as_rita: Client, snapshot: Snapshot, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(monkeypatch, emptied(snapshot, tmp_path))
    page = text(as_rita, name)
    assert 'class="empty"' in page
    assert "data-chart" not in page
