"""Who waits for an answer, and how fast the others had one (S0.36)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import AS_OF, UNTIL, Checked, worths
from tests.voice.said import voice

from byname.engines import Engine
from byname.voice.answers import answers, hours_until


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def found(
    engine: Engine, *rows: Mapping[str, Any], clv: Mapping[str, float] | None = None
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    made = answers(engine, voice(engine, rows), worths(engine, clv or {}), as_of=AS_OF, until=UNTIL)
    waiting = {row["fact_id"]: row for row in engine.fetch(made.waiting).to_pylist()}
    return waiting, {row["medium"]: row for row in engine.fetch(made.answered).to_pylist()}


ASKS = {"intents": "question"}


def test_an_open_complaint_waits_since_it_was_made_for_somebody_of_a_worth(engine: Engine) -> None:
    waiting, by_medium = found(
        engine,
        {
            "who": "rosa",
            "intents": "complaint, question",
            "occurred_at": "2026-06-20",
            "masked": "It broke. Why?",
            "employee": "Kim",
        },
        {"who": "jonas", "intents": "praise", "occurred_at": "2026-06-20"},
        clv={"rosa": 120.5},
    )
    assert list(waiting) == ["000000"]
    row = waiting["000000"]
    assert (row["person_id"], row["kind"], row["waited_days"], row["worth"]) == ("rosa", "complaint", 10, 120.5)
    assert (row["words"], row["employee"], row["medium"]) == ("It broke. Why?", "Kim", "mail")
    assert by_medium["all"] == {
        "medium": "all",
        "asked": 1,
        "answered": 0,
        "open": 1,
        "share": 0.0,
        "median_hours": None,
        "p90_hours": None,
    }


def test_what_is_answered_solved_or_answered_later_in_the_thread_does_not_wait(engine: Engine) -> None:
    waiting, by_medium = found(
        engine,
        ASKS | {"who": "a", "answered_at": "2026-06-20T14:00"},
        ASKS | {"who": "b", "status": "Solved"},
        ASKS | {"who": "c", "thread": "t1", "occurred_at": "2026-06-18"},
        {"who": "c", "thread": "t1", "occurred_at": "2026-06-19", "answered_at": "2026-06-19T18:00", "employee": "Kim"},
        ASKS | {"who": "d", "thread": "t1", "source": "other"},
    )
    assert [row["person_id"] for row in waiting.values()] == ["d"]
    assert (by_medium["all"]["asked"], by_medium["all"]["answered"]) == (4, 3)


def test_an_answer_before_the_question_or_after_the_as_of_day_is_none(engine: Engine) -> None:
    waiting, _ = found(
        engine,
        ASKS | {"who": "a", "thread": "t", "occurred_at": "2026-06-10", "answered_at": "2026-06-11"},
        ASKS | {"who": "a", "thread": "t", "occurred_at": "2026-06-12"},
        ASKS | {"who": "b", "answered_at": "2026-07-03"},
    )
    assert sorted(waiting) == ["000001", "000002"]


def test_who_asks_five_times_in_a_thread_waits_once_since_the_first(engine: Engine) -> None:
    waiting, by_medium = found(
        engine, *(ASKS | {"who": "rosa", "thread": "t", "occurred_at": f"2026-06-{day}"} for day in range(10, 15))
    )
    assert [row["waited_days"] for row in waiting.values()] == [20]
    assert by_medium["all"]["asked"] == 1


def test_a_ticket_asks_in_any_language_unless_it_only_thanks(engine: Engine) -> None:
    waiting, _ = found(
        engine,
        {"who": "a", "medium": "ticket", "masked": "Přišlo to rozbité"},
        {"who": "b", "medium": "ticket", "intents": "thanks"},
        {"who": "c", "medium": "review"},
    )
    assert [row["person_id"] for row in waiting.values()] == ["a"]


def test_in_a_community_another_customers_answer_ends_the_wait_but_is_not_ours(engine: Engine) -> None:
    waiting, by_medium = found(
        engine,
        ASKS | {"who": "a", "medium": "community", "source_id": "q1"},
        {"who": "b", "medium": "community", "in_reply_to": "q1", "occurred_at": "2026-06-21"},
        ASKS | {"who": "c", "medium": "community", "source_id": "q2"},
        {"who": "c", "medium": "community", "in_reply_to": "q2", "occurred_at": "2026-06-21"},
    )
    assert [row["person_id"] for row in waiting.values()] == ["c"]
    assert (by_medium["all"]["asked"], by_medium["all"]["answered"], by_medium["all"]["open"]) == (1, 0, 1)


def test_sensitive_words_are_not_shown_but_the_person_still_waits(engine: Engine) -> None:
    waiting, _ = found(engine, ASKS | {"who": "a", "sensitive": True, "topic": "sensitive", "masked": "my illness"})
    assert waiting["000000"]["words"] is None


def test_what_was_asked_more_than_a_year_ago_or_later_is_left_out(engine: Engine) -> None:
    waiting, by_medium = found(engine, ASKS | {"occurred_at": "2025-06-01"}, ASKS | {"occurred_at": "2026-07-02"})
    assert (waiting, by_medium) == ({}, {})


def test_nothing_at_all_gives_empty_tables_and_says_so(engine: Engine) -> None:
    made = answers(engine, voice(engine), worths(engine, {}), as_of=AS_OF, until=UNTIL)
    assert (engine.count(made.waiting), engine.count(made.answered)) == (0, 0)
    assert made.report == [("answers", "nobody asked anything in the last 365 days")]


def test_hours_are_by_medium_and_over_all_who_asked(engine: Engine) -> None:
    hours = [1, 2, 3, 4]
    _, by_medium = found(
        engine,
        *(
            ASKS | {"who": f"m{h}", "occurred_at": "2026-06-20T00:00", "answered_at": f"2026-06-20T0{h}:00"}
            for h in hours
        ),
        *(ASKS | {"who": f"p{h}", "medium": "post", "occurred_at": "2026-06-20T00:00"} for h in hours),
    )
    assert (by_medium["mail"]["median_hours"], by_medium["mail"]["p90_hours"]) == (2, 4)
    assert (by_medium["post"]["share"], by_medium["post"]["median_hours"]) == (0, None)
    assert (by_medium["all"]["share"], by_medium["all"]["median_hours"], by_medium["all"]["p90_hours"]) == (
        0.5,
        4,
        None,
    )


def test_the_curve_is_kaplan_and_meiers_on_the_remission_times_of_freireich() -> None:
    # 6-MP arm, 21 patients, Freireich et al., Blood 21 (1963) 699: median 23 weeks, S(13) = .690, S(10) = .753.
    weeks = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], float)
    came = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)
    assert hours_until(weeks, came, 0.5) == 23
    assert hours_until(weeks, came, 1 - 0.752) == 13
    assert hours_until(weeks, came, 1 - 0.753) == 10
    assert hours_until(weeks, came, 1 - 0.691) == 13
    assert hours_until(weeks, came, 1 - 0.690) == 16
    assert hours_until(weeks, came, 0.9) is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.sampled_from([0.1, 0.5, 0.9]))
def test_where_all_were_answered_it_is_the_plain_quantile(hours: list[int], share: float) -> None:
    plain = sorted(hours)[max(int(np.ceil(share * len(hours) - 1e-9)), 1) - 1]
    assert hours_until(np.array(hours, float), np.ones(len(hours), bool), share) == plain


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("st"), st.integers(0, 30), st.none() | st.integers(0, 10)),
        max_size=10,
    )
)
def test_who_waits_is_what_plain_python_says(engine: Engine, made: list[tuple[str, str, int, int | None]]) -> None:
    start = AS_OF - timedelta(days=29)
    rows = [
        ASKS
        | {"who": who, "thread": thread, "occurred_at": start + timedelta(days=day)}
        | ({} if after is None else {"answered_at": start + timedelta(days=day + after)})
        for who, thread, day, after in made
    ]
    waiting, _ = found(engine, *rows)
    given_on = {
        thread: [d + a for _, t, d, a in made if t == thread and a is not None and d + a <= 29] for thread in "st"
    }
    expected = {
        (who, thread)
        for who, thread, day, _ in made
        if day <= 29 and not any(answer >= day for answer in given_on[thread])
    }
    by_row = {f"{place:06}": (row["who"], row["thread"]) for place, row in enumerate(rows)}
    assert sorted(by_row[fact] for fact in waiting) == sorted(expected)
