# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""What is said counts by how it feels, whether it was asked for, and whether others can read it (S1.5 to S1.8, S0.17)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.standing.made import UNTIL, facts, links, voice

from byname.engines import Engine
from byname.standing.words import said


def kinds(engine: Engine, messages: list[dict[str, Any]], ratings: list[dict[str, Any]] | None = None) -> list[str]:
    return sorted(row["kind"] for row in rows(engine, messages, ratings))


def rows(
    engine: Engine, messages: list[dict[str, Any]], ratings: list[dict[str, Any]] | None = None
) -> list[dict[str, Any]]:
    tables = said(
        engine,
        voice(engine, *messages),
        facts(engine, "ratings", *(ratings or [])),
        links(engine, "p1", "p2"),
        until=UNTIL,
    )
    return [row for one in tables for row in engine.fetch(one, order_by=("fact_id", "kind")).to_pylist()]


SAD = {"negative": 0.9, "neutral": 0.05, "positive": 0.05}
GLAD = {"negative": 0.05, "neutral": 0.05, "positive": 0.9}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (SAD | {"answered_at": datetime(2026, 6, 2)}, ["complaint"]),
        (SAD | {"status": "open"}, ["complaint", "complaint_open"]),
        (SAD | {"prompted": True, "medium": "survey"}, ["criticism_asked"]),
        (SAD | {"public": True, "medium": "review"}, ["public_criticism"]),
        ({"intents": "leaving", "status": "solved"}, ["complaint", "threat_to_leave"]),
        (GLAD, ["praise"]),
        (GLAD | {"intents": "thanks"}, ["thanks"]),
        (GLAD | {"intents": "praise", "public": True, "medium": "post"}, ["public_praise"]),
        (GLAD | {"prompted": True, "medium": "survey"}, ["praise_asked"]),
        # Whether a review was asked for is not known: then it was.
        (GLAD | {"prompted": None, "public": None, "medium": "review", "intents": "praise"}, ["praise_asked"]),
        ({"intents": "question"}, []),
        ({"intents": "idea"}, ["idea"]),
        (SAD | {"sensitive": True}, []),
        ({"negative": None, "neutral": None, "positive": None}, []),
    ],
)
def test_words_are_the_evidence_that_they_are(
    duck_engine: Engine, message: dict[str, Any], expected: list[str]
) -> None:
    assert kinds(duck_engine, [message]) == expected


def test_a_glad_word_in_public_that_praises_nobody_is_no_act(duck_engine: Engine) -> None:
    assert kinds(duck_engine, [GLAD | {"public": True, "medium": "post"}]) == ["praise"]


def test_stars_beside_the_words_know_better_how_they_were_meant(duck_engine: Engine) -> None:
    message = GLAD | {"intents": "praise", "public": True, "medium": "review", "source_id": "r1"}
    stars = {"scale": "stars", "score": 1.0, "source_id": "r1", "about_kind": "product"}
    assert kinds(duck_engine, [message], [stars]) == ["public_criticism"]


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        ({"scale": "nps", "score": 9.0}, "promoter"),
        ({"scale": "nps", "score": 7.0}, "passive"),
        ({"scale": "nps", "score": 6.0}, "detractor"),
        ({"scale": "nps", "score": 0.0}, "detractor"),
        ({"scale": "csat", "score": 5.0, "about_kind": "ticket", "about": "t9"}, "good_rating"),
        ({"scale": "stars", "score": 3.0}, "middling_rating"),
        ({"scale": "stars", "score": 1.0}, "low_rating"),
        ({"scale": "ces", "score": 2.0}, "hard"),
        ({"scale": "ces", "score": 7.0}, "easy"),
    ],
)
def test_ratings_without_a_word_are_evidence_too(duck_engine: Engine, rating: dict[str, Any], expected: str) -> None:
    assert kinds(duck_engine, [], [rating]) == [expected]


@pytest.mark.parametrize(("score", "expected"), [(5.0, "recovered"), (1.0, "let_down")])
def test_how_a_complaint_was_settled_is_told_by_the_rating_of_its_ticket(
    duck_engine: Engine, score: float, expected: str
) -> None:
    complaint = SAD | {"source_id": "t1", "answered_at": datetime(2026, 6, 2)}
    rating = {
        "scale": "csat",
        "score": score,
        "about_kind": "ticket",
        "about": "t1",
        "occurred_at": datetime(2026, 6, 3),
    }
    assert kinds(duck_engine, [complaint], [rating]) == ["complaint", expected]


def test_a_rank_among_brands_is_no_feeling(duck_engine: Engine) -> None:
    assert kinds(duck_engine, [], [{"scale": "rank", "score": 1.0, "about_kind": "brands", "about": "3"}]) == []


def test_a_piece_says_what_when_and_where(duck_engine: Engine) -> None:
    (row,) = rows(duck_engine, [SAD | {"answered_at": datetime(2026, 6, 2), "quote": "It never came."}])
    assert row["says"] == 'complained on {{day}} (ticket): "It never came."'
    assert row["fact_id"] == "f0"
    assert row["strength"] == 1.0


def test_a_doubtful_reading_counts_half(duck_engine: Engine) -> None:
    (row,) = rows(duck_engine, [SAD | {"uncertain": True, "answered_at": datetime(2026, 6, 2)}])
    assert row["strength"] == 0.5


def test_a_worse_score_counts_more(duck_engine: Engine) -> None:
    scores = [rows(duck_engine, [], [{"scale": "nps", "score": score}])[0]["strength"] for score in (6.0, 4.0, 1.0)]
    assert scores == sorted(scores)
    assert len(set(scores)) == 3


def test_what_comes_after_the_day_is_not_known_yet(duck_engine: Engine) -> None:
    later = {"scale": "nps", "score": 9.0, "occurred_at": datetime(2026, 7, 1)}
    assert kinds(duck_engine, [], [later]) == []


def test_money_has_no_say_here(duck_engine: Engine) -> None:
    """Standing is not worth: no statement of words knows an amount."""
    assert all(not isinstance(value, Decimal) for row in rows(duck_engine, [SAD]) for value in row.values())
