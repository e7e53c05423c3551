"""Ideas that were used, and who stands behind them (S4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import UNTIL, Checked, at, by_person, facts, persons, worths

from byname.engines import Engine
from byname.value.knowledge import Knowledge, knowledge

CLV = {"rosa": 1.0, "jonas": 2.0, "mia": 3.0}  # mia is the best tenth


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def idea(who: str, number: str, status: str | None = "open", **more: Any) -> dict[str, Any]:
    return {"record_id": who, "source_id": number, "status": status, "occurred_at": "2026-03-01"} | more


def vote(who: str, number: str, weight: float | None = 1.0, **more: Any) -> dict[str, Any]:
    return {"record_id": who, "idea_id": number, "weight": weight, "occurred_at": "2026-04-01"} | more


def scored(
    engine: Engine,
    ideas: Sequence[dict[str, Any]],
    votes: Sequence[dict[str, Any]] = (),
    *,
    people: Mapping[str, str] | None = None,
    idea_worth: float | None = None,
    clv: Mapping[str, float] | None = None,
) -> Knowledge:
    return knowledge(
        engine,
        facts(engine, "ideas", ideas),
        facts(engine, "votes", votes),
        persons(engine, people or {who: who for who in CLV}),
        worths(engine, CLV if clv is None else clv),
        idea_worth=idea_worth,
        until=UNTIL,
    )


def row(engine: Engine, found: Knowledge, who: str = "rosa") -> dict[str, Any]:
    return by_person(engine, found.table)[who]


def test_an_idea_in_use_counts_three_and_votes_of_others_ever_less(engine: Engine) -> None:
    found = scored(
        engine,
        [idea("rosa", "1", "Shipped"), idea("rosa", "2"), idea("rosa", "3", "declined")],
        [vote("jonas", "1"), vote("mia", "2"), vote("jonas", "2")],
        idea_worth=100.0,
    )
    assert row(engine, found) == {
        "ideas": 3,
        "ideas_used": 1,
        "votes_of_others": 3,
        "knowledge_score": pytest.approx(3 + log(1 + 1 + 2 + 1)),  # mia's counts twice
        "knowledge_value": pytest.approx(100),
    }
    assert found.report == []


def test_it_is_money_only_where_the_company_says_what_an_idea_is_worth(engine: Engine) -> None:
    rows = [idea("rosa", "1", "shipped"), idea("rosa", "2", "shipped")]
    assert row(engine, scored(engine, rows))["knowledge_value"] is None
    assert row(engine, scored(engine, rows, idea_worth=3.0))["knowledge_value"] == pytest.approx(6)
    assert row(engine, scored(engine, rows, idea_worth=300.0))["knowledge_value"] == pytest.approx(600)


def test_own_votes_do_not_count_whichever_record_cast_them(engine: Engine) -> None:
    found = scored(
        engine,
        [idea("rosa", "1")],
        [vote("rosa", "1"), vote("rosa at work", "1")],
        people={"rosa": "p1", "rosa at work": "p1"},
    )
    assert row(engine, found, "p1")["votes_of_others"] == 0
    assert row(engine, found, "p1")["knowledge_score"] == 0.0
    assert found.report == [("votes on own ideas", "2, not counted")]


def test_a_person_has_one_voice_an_idea_the_latest(engine: Engine) -> None:
    twice = [vote("jonas", "1"), vote("jonas too", "1")]
    people = {"rosa": "rosa", "jonas": "jonas", "jonas too": "jonas"}
    assert row(engine, scored(engine, [idea("rosa", "1")], twice, people=people))["votes_of_others"] == 1
    turned = [vote("jonas", "1", occurred_at="2026-04-01"), vote("jonas", "1", -1.0, occurred_at="2026-04-02")]
    assert row(engine, scored(engine, [idea("rosa", "1")], turned))["votes_of_others"] == 0
    undated = [vote("jonas", "1", occurred_at="2026-04-01"), vote("jonas", "1", -1.0, occurred_at=None)]
    assert row(engine, scored(engine, [idea("rosa", "1")], undated))["votes_of_others"] == 1


def test_votes_against_take_from_that_idea_only(engine: Engine) -> None:
    found = scored(
        engine,
        [idea("rosa", "1"), idea("rosa", "2")],
        [vote("mia", "1", -1.0), vote("jonas", "1"), vote("jonas", "2")],
    )
    assert row(engine, found)["votes_of_others"] == 2
    assert row(engine, found)["knowledge_score"] == pytest.approx(log(2))  # 0 of the first, 1 of the second


def test_a_heavy_vote_is_one_voice_and_one_without_a_weight_is_for_it(engine: Engine) -> None:
    found = scored(engine, [idea("rosa", "1")], [vote("jonas", "1", 3.0), vote("mia", "1", None)])
    assert row(engine, found)["knowledge_score"] == pytest.approx(log(1 + 1 + 2))


def test_an_idea_is_used_from_its_day_on(engine: Engine) -> None:
    ideas = [
        idea("rosa", "1", "shipped", shipped_at=UNTIL),
        idea("rosa", "2", "open", shipped_at=at("2026-06-01")),
        idea("rosa", "3", "shipped", occurred_at=UNTIL),
        idea("rosa", "4", "shipped", occurred_at=None),
    ]
    found = row(engine, scored(engine, ideas, [vote("mia", "4", occurred_at=UNTIL)]))
    assert (found["ideas"], found["ideas_used"], found["votes_of_others"]) == (3, 2, 0)


def test_what_names_nobody_is_left_out_and_counted(engine: Engine) -> None:
    found = scored(
        engine,
        [idea("stranger", "1"), idea("rosa", "2"), idea("rosa", "2", account="north")],
        [vote("jonas", "1"), vote("stranger", "2"), vote("jonas", "9"), vote("jonas", "2", account="south")],
    )
    assert set(by_person(engine, found.table)) == {"rosa"}
    assert row(engine, found)["votes_of_others"] == 0
    assert [(what, says.split(",")[0]) for what, says in found.report] == [
        ("ideas of nobody", "1"),
        ("votes on an idea that is nobody's, or that we do not have", "3"),
        ("votes of nobody", "1"),
    ]


def test_nothing_gives_an_empty_table(engine: Engine) -> None:
    found = scored(engine, [], [], clv={})
    assert (engine.count(found.table), found.report) == (0, [])


votes = st.lists(
    st.tuples(
        st.sampled_from(["rosa", "jonas", "mia"]), st.sampled_from("012"), st.sampled_from([1.0, -1.0, 0.0, None])
    ),
    max_size=15,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["rosa", "jonas"]), st.booleans()), max_size=3), votes)
def test_every_score_is_what_plain_python_counts(
    engine: Engine, ideas: list[tuple[str, bool]], made: list[tuple[str, str, float | None]]
) -> None:
    table = by_person(
        engine,
        scored(
            engine,
            [idea(who, str(n), "shipped" if used else "open") for n, (who, used) in enumerate(ideas)],
            [vote(*one, fact_id=f"v{n:02}") for n, one in enumerate(made)],
        ).table,
    )
    score = dict.fromkeys((who for who, _ in ideas), 0.0)
    support = dict.fromkeys(score, 0)
    for number, (who, used) in enumerate(ideas):
        score[who] += 3 * used
        latest = {voter: 1.0 if weight is None else weight for voter, of, weight in made if of == str(number)}
        latest.pop(who, None)
        support[who] += max(0, int(sum(weight * (2 if voter == "mia" else 1) for voter, weight in latest.items())))
    expected = {who: each + log(1 + support[who]) for who, each in score.items()}
    assert {who: one["knowledge_score"] for who, one in table.items()} == pytest.approx(expected)
