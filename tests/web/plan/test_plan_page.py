"""The plan of the week: who, when, capacity, left out, where customers are, asks and gives (S0.11, S0.30, S1.17, S3.12, S3.16)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from byname import today as questions
from byname.web import desk as desks
from byname.web.console.plan.drawn import asks_and_gives, minutes_by_day
from byname.web.written.laid_over import LaidOver

if TYPE_CHECKING:
    from django.test import Client

    from byname.snapshot import Snapshot


@pytest.fixture
def week(snapshot: Snapshot) -> questions.Week:
    """The plan as the command line says it."""
    return questions.week(snapshot)


@pytest.fixture
def page() -> str:
    """Its address."""
    return reverse("plan")


def test_it_names_everybody_of_a_day_and_says_what_and_why(as_alice: Client, page: str, week: questions.Week) -> None:
    first = week.rows[0]["day"]
    found: list[Any] = []
    number: int | None = 1
    while number:
        answer = as_alice.get(page, {"page": number})
        found += answer.context["rows"]
        number = answer.context["page"].next_page_number() if answer.context["page"].has_next() else None
    assert [(row.contact["person_id"], row.contact["action"]) for row in found] == [
        (row["person_id"], row["action"]) for row in week.rows if row["day"] == first
    ]
    said = as_alice.get(page).content.decode()
    assert found[0].contact["title"] in said
    assert reverse("person", args=[found[0].contact["person_id"]]) in said


def test_each_day_says_how_many(as_alice: Client, page: str, week: questions.Week) -> None:
    days = as_alice.get(page).context["days"]
    assert sum(day.people for day in days) == len(week.rows)
    last = days[-1].day
    answer = as_alice.get(page, {"day": last.isoformat()})
    assert answer.context["day"] == last
    assert {row.contact["day"] for row in answer.context["rows"]} <= {last}


def test_a_team_is_looked_at_alone(as_alice: Client, page: str, week: questions.Week) -> None:
    answer = as_alice.get(page, {"team": "service"})
    assert sum(day.people for day in answer.context["days"]) == sum(row["team"] == "service" for row in week.rows)
    assert {row["team"] for day in answer.context["days"] for row in day.teams} == {"service"}


@pytest.mark.parametrize("asked", [{"day": "tomorrow"}, {"day": "1999-01-01"}, {"team": "'; drop"}, {"page": "x"}])
def test_what_makes_no_sense_shows_the_week(as_alice: Client, page: str, asked: dict[str, str]) -> None:
    answer = as_alice.get(page, asked)
    assert answer.status_code == 200
    assert answer.context["rows"]


def test_minutes_used_and_there_add_up_to_the_capacity(as_alice: Client, page: str, week: questions.Week) -> None:
    answer = as_alice.get(page)
    rows = [row for day in answer.context["days"] for row in day.teams]
    assert sum(row["used"] for row in rows) == sum(row["used"] for row in week.capacity)
    drawn = answer.context["minutes"]["data"]["values"]
    assert sum(row["planned"] for row in drawn) == pytest.approx(sum(row["used"] for row in week.capacity) / 60)
    assert all(row["hour"] == pytest.approx(60 * row["price"]) for row in rows)


def test_how_near_it_is_to_the_best_is_said(as_alice: Client, page: str, week: questions.Week) -> None:
    said = as_alice.get(page).content.decode()
    (gap,) = [row["says"] for row in week.choice if row["name"] == "gap"]
    (bound,) = [row["value"] for row in week.choice if row["name"] == "bound"]
    assert gap in said
    assert f"{bound:,.0f} EUR" in said


def test_who_was_left_out_is_named_with_the_reason_each_once(as_alice: Client, page: str, week: questions.Week) -> None:
    left = as_alice.get(page).context["found"].left_out
    people = [row["person_id"] for row in left]
    assert people
    assert len(people) == len(set(people))
    assert left[0]["person_id"] == week.left_out[0]["person_id"]
    assert all(row["says"] and row["name"] for row in left)


def test_each_rule_says_what_it_asks_and_names_examples(as_alice: Client, page: str, week: questions.Week) -> None:
    rules = as_alice.get(page).context["left"].blocked
    assert {rule.rule: rule.people for rule in rules} == {row["rule"]: row["people"] for row in week.blocked}
    assert all(rule.question.endswith((".", "?", ")")) for rule in rules)
    named = [example for rule in rules for example in rule.examples]
    assert named
    assert all(example.person["person_id"] and example.says for example in named)


def test_where_customers_are_is_said_with_advice(as_alice: Client, page: str, snapshot: Snapshot) -> None:
    said = as_alice.get(page).content.decode()
    for row in snapshot.query("select says from channels"):
        assert row["says"] in said


def test_asks_and_gives_are_those_of_the_customers(as_alice: Client, page: str, snapshot: Snapshot) -> None:
    (whole,) = snapshot.query(
        "select sum(asks_365) as asks, sum(gives_365) as gives, count(*) as people from profile where is_customer"
    )
    rows = as_alice.get(page).context["found"].by_standing
    assert sum(row["asks"] for row in rows) == whole["asks"]
    assert sum(row["gives"] for row in rows) == whole["gives"]
    assert sum(row["people"] for row in rows) == whole["people"]


def test_the_best_who_never_were_thanked_are_named_and_all_are_counted(
    as_alice: Client, page: str, snapshot: Snapshot
) -> None:
    found = as_alice.get(page).context["found"]
    (never,) = snapshot.query("select count(*) as n from profile where is_customer and days_since_thanked is null")
    assert found.never_thanked_all == never["n"]
    worth = [row["clv"] for row in found.never_thanked]
    assert worth == sorted(worth, reverse=True)


def test_nobody_hidden_is_named_anywhere(as_alice: Client, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_alice.get(page).content.decode()
    named = set(re.findall(r"/person/(p[A-Z2-7]{16})/", before))
    assert len(named) > 20
    monkeypatch.setattr(desks, "laid_over", lambda *_: LaidOver(hidden=frozenset(named)))
    after = as_alice.get(page).content.decode()
    assert not named & set(re.findall(r"p[A-Z2-7]{16}", after))


def test_discretion_is_said_with_what_followed(as_alice: Client, page: str, snapshot: Snapshot) -> None:
    said = as_alice.get(page).content.decode()
    rows = snapshot.query("select employee from discretion")
    assert rows
    for row in rows:
        assert f'<th scope="row">{row["employee"]}</th>' in said
    assert "no proof" in said


def test_each_picture_has_a_table_beneath(as_alice: Client, page: str) -> None:
    said = as_alice.get(page).content.decode()
    for name in ("chart-minutes", "chart-gives"):
        spec, after = said.split(f'id="{name}"')[1], said.split(f'data-chart="{name}"')[1]
        assert json.loads(spec.split(">", 1)[1].split("</script>")[0])["layer"]
        assert after.index("<table") < after.index("</section>")
    assert said.count("<caption") == said.count("<table")


def test_pictures_hold_what_they_are_given() -> None:
    minutes = minutes_by_day([("Mon 1 Jun", 180.0, 90.0)])
    assert minutes["data"]["values"] == [{"day": "Mon 1 Jun", "there": 3.0, "planned": 1.5}]
    gives = asks_and_gives([{"standing": "loyal", "asks": 2, "gives": None}])
    assert [row["times"] for row in gives["data"]["values"]] == [2, 0]


def test_a_reader_reads_the_plan_and_a_stranger_does_not(as_rita: Client, charlie: Client, page: str) -> None:
    assert as_rita.get(page).status_code == 200
    assert charlie.get(page).status_code == 302
