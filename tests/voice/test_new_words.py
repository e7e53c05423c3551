"""The new-words alarm: several people, this week, rare before; not one person, not one text, not by chance (S0.27)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import numpy as np
import pytest
from tests.value.made import AS_OF, UNTIL, Checked
from tests.voice.said import voice

from byname.engines import Engine
from byname.voice.new_words import Heard, new_words, rarely_heard

LETTERS = np.array(
    [f"{a}{b}{c}{d}" for a in "bdfgk" for b in "ou" for c in "lmrs" for d in ("ak", "ip", "om", "ut", "ez")]
)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def said(random: np.random.Generator, words: int = 8) -> str:
    return " ".join(random.choice(LETTERS, words))


def usual(weeks: int = 12, people: int = 60, seed: int = 1) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed)
    return [
        {"who": f"p{n}", "occurred_at": AS_OF - timedelta(days=7 * week + n % 7), "masked": said(random)}
        for week in range(weeks)
        for n in range(people)
    ]


def says(core: str, people: Iterable[int], *, days_ago: int = 2, seed: int = 2, **more: Any) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed)
    day = AS_OF - timedelta(days=days_ago)
    return [
        {"who": f"q{n}", "occurred_at": day, "masked": f"{said(random, 4)} {core} {said(random, 3)}"} | more
        for n in people
    ]


def rings(
    engine: Engine, rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()
) -> tuple[dict[str, dict[str, Any]], str]:
    table, report = new_words(engine, voice(engine, rows), as_of=AS_OF, until=UNTIL, names=names)
    return {row.pop("word"): row for row in engine.fetch(table).to_pylist()}, report[0][1]


def test_a_word_that_eight_people_say_for_the_first_time_rings_with_examples(engine: Engine) -> None:
    found, why = rings(engine, [*usual(), *says("salmonella", range(8))])
    assert list(found) == ["salmonella"]
    row = found["salmonella"]
    assert (row["people"], row["people_before"], row["weeks_before"]) == (8, 0, 11)
    assert row["ratio_low"] > 3
    assert row["chance"] < 0.05
    examples = json.loads(row["examples"])
    assert len(examples) == 3
    assert all("salmonella" in one["words"] and one["on"] == "2026-06-28" for one in examples)
    assert row["says"].startswith("8 people said it this week, 0 in the 11 weeks before: at least ")
    assert why.startswith("1 of ")


def test_a_phrase_and_its_words_ring_once(engine: Engine) -> None:
    assert list(rings(engine, [*usual(), *says("purple lighthouse", range(9))])[0]) == ["purple lighthouse"]


def test_what_is_said_every_week_does_not_ring(engine: Engine) -> None:
    rows = usual()
    for week in range(12):
        rows += says("umbrella", range(week * 8, week * 8 + 8), days_ago=7 * week + 2, seed=week)
    assert rings(engine, rows)[0] == {}


def test_one_person_one_text_and_what_is_sensitive_do_not_ring(engine: Engine) -> None:
    random = np.random.default_rng(9)
    troll = [{"who": "troll", "occurred_at": AS_OF, "masked": f"chandelier {said(random)}"} for _ in range(3_000)]
    bomb = [
        {"who": f"bot{n}", "occurred_at": AS_OF, "masked": "the pelicans are coming for everybody now"}
        for n in range(300)
    ]
    ill = says("insulin", range(20), sensitive=True, topic="sensitive")
    assert rings(engine, [*usual(), *troll, *bomb, *ill])[0] == {}


def test_names_do_not_ring(engine: Engine) -> None:
    rows = [*usual(), *says("kimberley", range(8))]
    assert rings(engine, rows, names=["Kimberley Stone"])[0] == {}
    assert list(rings(engine, rows)[0]) == ["kimberley"]


@pytest.mark.parametrize("rows", [[], says("salmonella", range(8)), usual(weeks=1), [{"masked": "\N{FIRE}" * 9}] * 9])
def test_with_nothing_to_compare_nothing_rings_and_it_says_so(engine: Engine, rows: list[dict[str, Any]]) -> None:
    found, why = rings(engine, rows)
    assert found == {}
    assert why.startswith("not looked for: ")


def test_by_chance_hardly_a_company_in_twenty_hears_a_false_alarm() -> None:
    false = 0
    for seed in range(60):
        rows = usual(weeks=10, people=40, seed=100 + seed)
        weeks = np.array([(AS_OF - row["occurred_at"]).days // 7 for row in rows])
        people = np.array([int(row["who"][1:]) for row in rows])
        false += bool(rarely_heard(Heard([row["masked"] for row in rows], people, weeks))[0])
    assert false <= 5
