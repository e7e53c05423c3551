"""Ownership behaviours that a record proves (S4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pyarrow as pa
import pytest
from tests.value.made import UNTIL, Checked, bought, by_person, facts, persons

from byname.engines import Engine
from byname.value.dated import dated
from byname.value.ownership import Ownership, ownership

NAMES = ("buys_again", "would_recommend", "convinces_others", "suggests", "tests")


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def owned(
    engine: Engine,
    *,
    net: Sequence[tuple[str, Any, object]] = (),
    brought: Sequence[str] = (),
    ratings: Sequence[dict[str, Any]] = (),
    ideas: Sequence[dict[str, Any]] = (),
    messages: Sequence[dict[str, Any]] = (),
    idea_words: Sequence[str] | None = None,
) -> Ownership:
    def ids(name: str, of: Sequence[str]) -> Any:
        return engine.arrow(pa.table({name: pa.array(list(of), pa.string())}))

    return ownership(
        engine,
        dated=dated(engine, bought(engine, net), zone="UTC"),
        brought=ids("referrer_id", brought),
        ratings=facts(engine, "ratings", ratings),
        ideas=facts(engine, "ideas", ideas),
        messages=facts(engine, "messages", messages),
        record_person=persons(engine, ["rosa", "jonas", "mia", "ines"]),
        until=UNTIL,
        idea_words=None if idea_words is None else ids("person_id", idea_words),
    )


def shown(engine: Engine, found: Ownership) -> dict[str, set[str]]:
    return {who: {name for name in NAMES if row[name]} for who, row in by_person(engine, found.table).items()}


def nps(who: str, score: float, when: str | None = "2026-01-01") -> dict[str, Any]:
    return {"record_id": who, "scale": "nps", "score": score, "occurred_at": when}


def test_each_behaviour_is_proved_by_its_own_record(engine: Engine) -> None:
    found = owned(
        engine,
        net=[
            ("rosa", "2026-01-01", 1),
            ("rosa", "2026-02-01", 1),
            ("jonas", "2026-01-01", 1),
            ("mia", "2026-01-01", 1),
        ],
        brought=["rosa", "rosa"],
        ratings=[nps("rosa", 9), nps("jonas", 8)],
        ideas=[{"record_id": "rosa"}, {"record_id": "ines"}],
        messages=[{"record_id": "rosa", "medium": "sampling"}, {"record_id": "jonas", "medium": "ticket"}],
        idea_words=["jonas"],
    )
    assert shown(engine, found) == {"rosa": set(NAMES), "jonas": {"suggests"}, "mia": set(), "ines": {"suggests"}}
    table = by_person(engine, found.table)
    assert {who: row["behaviours"] for who, row in table.items()} == {"rosa": 5, "jonas": 1, "mia": 0, "ines": 1}
    assert not table["ines"]["has_bought"]
    summary = {row["behaviour"]: (row["people"], row["share"]) for row in engine.fetch(found.summary).to_pylist()}
    assert summary == {
        "at least one": (2, pytest.approx(2 / 3)),  # of customers: ines has bought nothing
        "buys again": (1, pytest.approx(1 / 3)),
        "would recommend": (1, pytest.approx(1 / 3)),
        "convinces others": (1, pytest.approx(1 / 3)),
        "suggests": (2, pytest.approx(2 / 3)),
        "tests": (1, pytest.approx(1 / 3)),
    }


def test_two_orders_of_one_day_are_not_bought_again(engine: Engine) -> None:
    net = [("rosa", "2026-01-01T08:00", 1), ("rosa", "2026-01-01T20:00", 1)]
    assert shown(engine, owned(engine, net=net)) == {"rosa": set()}


@pytest.mark.parametrize(
    ("ratings", "would"),
    [
        ([nps("rosa", 10), nps("rosa", 3, "2026-02-01")], False),
        ([nps("rosa", 3), nps("rosa", 9, "2026-02-01")], True),
        ([nps("rosa", 3), nps("rosa", 9, None)], False),  # the one with a date counts as later
        ([nps("rosa", 9, "2026-07-01")], False),
        ([nps("rosa", 9) | {"scale": "csat"}], False),
        ([nps("stranger", 9)], False),
    ],
)
def test_the_latest_answer_to_would_you_recommend_counts(
    engine: Engine, ratings: list[dict[str, Any]], *, would: bool
) -> None:
    assert (shown(engine, owned(engine, ratings=ratings)) == {"rosa": {"would_recommend"}}) is would


def test_what_lies_ahead_proves_nothing_and_nothing_gives_an_empty_table(engine: Engine) -> None:
    ahead = {"record_id": "rosa", "occurred_at": UNTIL}
    found = owned(engine, ideas=[ahead], messages=[ahead | {"medium": "sampling"}])
    assert engine.count(found.table) == 0
    assert {(row["people"], row["share"]) for row in engine.fetch(found.summary).to_pylist()} == {(0, None)}
