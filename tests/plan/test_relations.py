"""Whom of us each person knows, what each employee owes to whom, and what they may give away."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pytest
from tests.plan.profile_made import Once, Rows, World, ago, day_ago, orders
from tests.value.made import by_person

from byname.company import Settings
from byname.engines import Engine, Table
from byname.plan.profile import profile
from byname.plan.relations import client_book, discretion, known_to, meetings
from byname.plan.staff import staff
from byname.plan.touches import touches

STAFF = [
    {"name": "Ada Smith", "aliases": ["asmith"]},
    {"name": "Bo Berg", "aliases": ["Ada Smith", "bo"]},  # an alias that is another's name
    {"name": "Cy Novak"},
]


def words(employee: str, *days: int, **more: Any) -> list[dict[str, Any]]:
    return [{"employee": employee, "occurred_at": ago(day)} | more for day in days]


PRAISE = '[{"name": "Ada Smith", "praised": true}]'
CASES: dict[str, Rows] = {
    "owned": {"people": [{"anchor": "a", "owner": "ASmith "}], "voice": words("Bo Berg", 1, 2, 3)},
    "owned by one who left": {"people": [{"anchor": "a", "owner": "Zoe"}], "voice": words("bo", 9)},
    "served by one who left": {"voice": words("Zoe", 1, 2)},
    "served": {"voice": [*words("Bo Berg", 9, 8), *words("asmith", 5)]},
    "lately": {"voice": [*words("Bo Berg", 400, 401, 402), *words("Cy Novak", 5)]},
    "long ago": {"voice": words("Bo Berg", 731)},
    "praises": {"voice": [*words("Bo Berg", 9), {"occurred_at": ago(9), "employees": PRAISE}]},
    "buys": {"dated": orders(30), "orders": [{"source_id": "o0", "employee": "Cy Novak"}]},
    "called": {"contacts": [{"channel": "phone", "employee": "Ada Smith", "occurred_at": ago(9)}]},
    "mailed": {"contacts": [{"channel": "email", "employee": "Ada Smith", "occurred_at": ago(9)}]},
    "promised": {
        "people": [{"anchor": "a", "owner": "Ada Smith", "name": "Rosa Haddad"}],
        "voice": words("Ada Smith", 40, 10),
        "promises": [
            {"what": "a visit", "state": "open", "due_at": ago(-3), "employee": "bo"},
            {"what": "a refund", "state": "broken", "due_at": ago(4), "employee": "Ada Smith"},
            {"what": "a call", "state": "open", "due_at": ago(-1), "employee": "Ada Smith"},
            {"what": "a gift", "state": "kept", "due_at": ago(9), "employee": "Cy Novak"},
        ],
    },
    "given": {
        "contacts": [
            {"kind": "give", "employee": "Ada Smith", "cost": 12, "occurred_at": ago(2)},
            {"kind": "give", "employee": "asmith", "cost": 5, "occurred_at": ago(60)},
            {"team": "service", "employee": "Ada Smith", "cost": 3, "occurred_at": ago(1)},
            {"kind": "news", "employee": "Ada Smith", "cost": 99, "occurred_at": ago(1)},
            {"kind": "give", "employee": "Zoe", "cost": 30, "occurred_at": ago(400)},
            {"kind": "give", "employee": "Yan", "cost": 60, "occurred_at": ago(3)},
            {"kind": "give", "employee": "Ada Smith", "cost": 70, "arm": "held out", "occurred_at": ago(3)},
        ],
        "voice": [{"occurred_at": ago(50), "intents": "thanks"}, {"occurred_at": ago(20), "intents": "praise"}],
        "dated": [{"source_id": "x", "occurred_at": ago(55), "day": day_ago(55), "amount": 1}],
    },
}  # fmt: skip


class Made:
    """The tables of one world."""

    def __init__(self, engine: Engine, settings: dict[str, Any]) -> None:
        self.engine = engine
        world = World(engine, CASES, settings)
        given, day = world.sources(), world.day()
        touched = touches(engine, given.facts, given.record_person, day)
        met = meetings(engine, given, touched, day)
        known = known_to(engine, given, met, day)
        people = profile(engine, given, touched, known, day)
        self.known = by_person(engine, known)
        self.book = self.rows(client_book(engine, given, people, known, met, day))
        self.discretion = {
            row.pop("employee"): row
            for row in self.rows(discretion(engine, touched.contacts, given.voice, given.dated, day))
        }

    def rows(self, table: Table) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.engine.fetch(table).to_pylist()
        return rows


@pytest.fixture(scope="module")
def made(duck_engine: Engine) -> Made:
    return Made(cast("Engine", Once(duck_engine)), {"employees": STAFF, "plan": {"discretion": 50}})


def test_the_owner_is_known_else_who_met_them_most_and_last(made: Made) -> None:
    """S0.32, S3.21."""
    assert {name: row["employee"] for name, row in made.known.items()} == {
        "owned": "Ada Smith", "owned by one who left": "Bo Berg", "served": "Bo Berg", "lately": "Cy Novak",
        "praises": "Ada Smith", "buys": "Cy Novak", "called": "Ada Smith", "promised": "Ada Smith",
    }  # fmt: skip
    assert made.known["owned"] == {"employee": "Ada Smith", "is_owner": True, "says": "looks after them"}
    assert made.known["served"]["says"] == f"met 2 times within two years, last on {day_ago(8)}"


def test_where_no_employees_are_listed_whoever_is_written_counts(duck_engine: Engine) -> None:
    known = Made(duck_engine, {}).known
    assert (known["owned by one who left"]["employee"], known["served by one who left"]["employee"]) == ("Zoe", "Zoe")
    assert known["owned"]["employee"] == "ASmith"


def test_a_name_goes_before_anothers_alias(duck_engine: Engine) -> None:
    table = staff(duck_engine, Settings.model_validate({"name": "Acme", "employees": STAFF}))
    found = {row["alias"]: row["employee"] for row in duck_engine.fetch(table).to_pylist()}
    assert found == {
        "ada smith": "Ada Smith", "asmith": "Ada Smith", "bo berg": "Bo Berg", "bo": "Bo Berg", "cy novak": "Cy Novak",
    }  # fmt: skip


def test_a_client_book_holds_whom_one_knows_and_to_whom_one_gave_a_word(made: Made) -> None:
    """S0.12."""
    of = {row.pop("employee"): row for row in made.book if row["person_id"] == "promised"}
    assert set(of) == {"Ada Smith", "Bo Berg"}
    ada, bo = of["Ada Smith"], of["Bo Berg"]
    assert (ada["is_known"], ada["since"], ada["last_at"], ada["times"]) == (True, ago(40), ago(10), 2)
    assert (ada["promised"], ada["due_at"], ada["name"]) == ("a refund", ago(4), "Rosa Haddad")
    assert ada["says"] == f'looks after them; promised "a refund" for {day_ago(4)}, and it is overdue'
    assert (bo["is_known"], bo["since"], bo["promised"], bo["due_at"]) == (False, None, "a visit", ago(-3))
    assert bo["says"] == f'gave them a word; promised "a visit" for {date(2026, 7, 3)}'


def test_an_employees_budget_is_of_the_month_and_what_came_after_is_beside_it(made: Made) -> None:
    """S3.16."""
    ada, cy, yan = (made.discretion[name] for name in ("Ada Smith", "Cy Novak", "Yan"))
    assert set(made.discretion) == {"Ada Smith", "Bo Berg", "Cy Novak", "Yan"}
    assert (ada["month"], ada["budget"], ada["spent"], ada["budget_left"], ada["gestures"]) == (
        date(2026, 6, 1),
        50,
        15,
        35,
        2,
    )
    assert (ada["gestures_365"], ada["praised_after"], ada["bought_after"]) == (3, 1, 1)  # the one of 60 days ago
    assert "not proof" in ada["says"]
    assert (cy["spent"], cy["budget_left"], cy["says"]) == (0, 50, "no gesture within a year")
    assert (yan["budget_left"], yan["praised_after"]) == (-10, 0)
