"""Words that helped others, and a PageRank over who answered whom (S4.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import UNTIL, Checked, by_person, facts, persons

from byname.engines import Engine
from byname.value.influence import Influence, influence, pagerank


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def said(who: str, number: str, answers: str | None = None, **more: Any) -> dict[str, Any]:
    return {"record_id": who, "source_id": number, "in_reply_to": answers, "occurred_at": "2026-05-01"} | more


def scored(
    engine: Engine,
    messages: Sequence[dict[str, Any]],
    *,
    people: Mapping[str, str] | None = None,
    influence_worth: float | None = None,
) -> Influence:
    known = people or {row["record_id"]: row["record_id"] for row in messages if row["record_id"] not in {None, "?"}}
    return influence(
        engine,
        facts(engine, "messages", messages),
        persons(engine, known),
        influence_worth=influence_worth,
        until=UNTIL,
    )


def test_an_accepted_answer_counts_three_and_votes_and_shares_ever_less(engine: Engine) -> None:
    found = scored(
        engine,
        [
            said("jonas", "q1"),
            said("mia", "q2"),
            said("rosa", "a1", "q1", accepted=True, helpful=5),
            said("rosa", "a2", "q2", helpful=2, shared=3),
            said("rosa", "post", shared=1),
        ],
    )
    rosa = by_person(engine, found.table)["rosa"]
    assert rosa["influence_score"] == pytest.approx(3 + log(8) + log(5))
    assert (rosa["accepted"], rosa["helpful"], rosa["shared"], rosa["answered_people"]) == (1, 7, 4, 2)
    assert rosa["influence_value"] is None
    assert [what for what, _ in found.report] == ["votes on own words"]


def test_it_is_money_only_where_an_experiment_says_what_a_point_brings(engine: Engine) -> None:
    rows = [said("jonas", "q"), said("rosa", "a", "q", accepted=True)]
    one, hundred = (
        by_person(engine, scored(engine, rows, influence_worth=worth).table)["rosa"]["influence_value"]
        for worth in (2.5, 250.0)
    )
    assert (one, hundred) == (pytest.approx(7.5), pytest.approx(750))


def test_an_answer_to_oneself_counts_for_nothing_whichever_record_wrote_it(engine: Engine) -> None:
    found = scored(
        engine,
        [said("rosa", "q"), said("rosa at work", "a", "q", accepted=True)],
        people={"rosa": "p1", "rosa at work": "p1"},
    )
    assert by_person(engine, found.table) == {}
    assert found.report == [("answers to oneself", "1, not counted")]


def test_an_accepted_answer_to_a_question_that_we_do_not_have_is_accepted(engine: Engine) -> None:
    found = scored(engine, [said("rosa", "a", "gone", accepted=True)])
    row = by_person(engine, found.table)["rosa"]
    assert (row["accepted"], row["answered_people"], row["influence_rank_share"]) == (1, 0, None)
    assert found.report == [
        ("answers to a message that we do not have", "1, say nothing about who was helped"),
    ]


def test_the_same_number_in_two_inboxes_is_two_messages(engine: Engine) -> None:
    rows = [said("jonas", "1"), said("mia", "1", account="north"), said("rosa", "2", "1", account="north")]
    table = by_person(engine, scored(engine, rows).table)
    assert set(table) == {"mia", "rosa"}


def test_who_only_asks_is_in_the_talk_with_a_score_of_nothing(engine: Engine) -> None:
    table = by_person(engine, scored(engine, [said("jonas", "q"), said("rosa", "a", "q")]).table)
    assert table["jonas"]["influence_score"] == table["rosa"]["influence_score"] == 0.0
    assert table["rosa"]["influence_rank_share"] > table["jonas"]["influence_rank_share"]
    assert table["rosa"]["answered_people"] == 1


def test_a_long_talk_under_one_question_is_one_answer_and_an_accepted_one_is_four(engine: Engine) -> None:
    def share(*more: dict[str, Any]) -> float:
        rows = [said("jonas", "q"), said("jonas", "r"), said("mia", "b", "r"), said("rosa", "a", "q"), *more]
        return cast("float", by_person(engine, scored(engine, rows).table)["rosa"]["influence_rank_share"])

    assert share(said("rosa", "a2", "q"), said("rosa", "a3", "q")) == share()
    assert share(said("rosa", "a2", "q", accepted=True)) > share()


def test_what_lies_ahead_is_not_read_and_what_has_no_date_is(engine: Engine) -> None:
    later = [said("jonas", "q"), said("rosa", "a", "q", accepted=True, occurred_at=UNTIL)]
    assert by_person(engine, scored(engine, later).table) == {}
    undated = [said("jonas", "q", occurred_at=None), said("rosa", "a", "q", accepted=True, occurred_at=None)]
    assert by_person(engine, scored(engine, undated).table)["rosa"]["accepted"] == 1


def test_strangers_words_and_counters_below_zero_or_missing_say_nothing(engine: Engine) -> None:
    rows = [said("?", "q", helpful=9), said("rosa", "a", "q", helpful=-5, shared=None, accepted=None)]
    assert by_person(engine, scored(engine, rows, people={"rosa": "rosa"}).table) == {}


def test_no_words_give_an_empty_table(engine: Engine) -> None:
    found = scored(engine, [], people={"rosa": "rosa"})
    assert (engine.count(found.table), found.report) == (0, [])


def test_pagerank_is_the_published_one() -> None:
    """A known solution: of A → B, A → C, B → C, C → A, with .85: .3878, .2148, .3974."""
    share = pagerank(3, np.array([0, 0, 1, 2]), np.array([1, 2, 2, 0]), np.ones(4))
    assert share == pytest.approx([0.38779, 0.21481, 0.39740], abs=5e-6)


edges = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 9)), min_size=1, max_size=20)


@settings(max_examples=100, deadline=None)
@given(edges)
def test_shares_solve_the_equation_and_sum_to_one(made: list[tuple[int, int, int]]) -> None:
    start, end, weight = (np.array(one) for one in zip(*made, strict=True))
    along = np.zeros((8, 8))
    np.add.at(along, (end, start), weight)
    out = along.sum(axis=0)
    along[:, out == 0] = 1
    along /= along.sum(axis=0)
    exact = np.linalg.solve(np.eye(8) - 0.85 * along, np.full(8, 0.15 / 8))
    share = pagerank(8, start, end, weight.astype(float))
    assert share == pytest.approx(exact, abs=1e-9)
    assert share.sum() == pytest.approx(1, abs=1e-12)


messages = st.lists(
    st.builds(
        lambda who, answers, accepted, helpful, shared: {
            "who": who,
            "answers": answers,
            "accepted": accepted,
            "helpful": helpful,
            "shared": shared,
        },
        st.sampled_from("abcd"),
        st.one_of(st.none(), st.integers(0, 12)),
        st.sampled_from([True, False, None]),
        st.sampled_from([None, 0, 3]),
        st.sampled_from([None, 0, 2]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages)
def test_every_score_is_what_plain_python_counts(engine: Engine, made: list[dict[str, Any]]) -> None:
    rows = [
        said(
            one["who"],
            f"m{place}",
            None if one["answers"] is None else f"m{one['answers']}",
            **{name: one[name] for name in ("accepted", "helpful", "shared")},
        )
        for place, one in enumerate(made)
    ]
    table = by_person(engine, scored(engine, rows, people={who: who for who in "abcd"}).table)
    writer = {f"m{place}": one["who"] for place, one in enumerate(made)}
    for who in "abcd":
        own = [row for row in rows if row["record_id"] == who]
        accepted = sum(bool(row["accepted"]) and writer.get(row["in_reply_to"]) != who for row in own)
        helpful, shared = (sum(row[name] or 0 for row in own) for name in ("helpful", "shared"))
        score = 3 * accepted + log(1 + helpful) + log(1 + shared)
        assert table.get(who, {"influence_score": 0.0})["influence_score"] == pytest.approx(score)
    shares = [row["influence_rank_share"] for row in table.values() if row["influence_rank_share"] is not None]
    assert not shares or sum(shares) == pytest.approx(1)
