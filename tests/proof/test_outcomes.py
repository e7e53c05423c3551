"""What became of people after a contact: each outcome, and where its days begin and end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import pyarrow as pa
import pytest
from tests.proof.made import BROUGHT, ago, spent
from tests.standing.made import VOICE
from tests.value.made import AS_OF, UNTIL, Checked, at, facts, persons

from byname.engines import Engine
from byname.proof.outcomes import Outcome, followed, happenings, outcome_of

DAY = date(2026, 3, 1)
PEOPLE = ("rosa", "jonas")


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def after(
    engine: Engine,
    on: str,
    *,
    days: list[tuple[str, date, float]] | None = None,
    voice: list[dict[str, Any]] | None = None,
    brought: list[dict[str, Any]] | None = None,
    start: date = DAY,
    **made: list[dict[str, Any]],
) -> dict[str, Any]:
    """Rosa's row, where Jonas was contacted too and did nothing."""
    tables = {name: facts(engine, name, made.get(name, [])) for name in ("ratings", "answers", "subscriptions")}
    texts = [{"person_id": "rosa", "intents": "", "medium": "ticket"} | row for row in voice or []]
    linked = persons(engine, PEOPLE)
    happened = happenings(
        engine,
        tables,
        record_person=linked,
        days=spent(engine, days or []),
        voice=engine.arrow(pa.Table.from_pylist(texts, schema=VOICE)),
        brought=engine.arrow(pa.Table.from_pylist(brought or [], schema=BROUGHT)),
        until=UNTIL,
    )
    people = pa.table(
        {
            "campaign": ["c", "c", "other"],
            "person_id": ["rosa", "jonas", "rosa"],
            "unit": ["rosa", "jonas", "rosa"],
            "is_treated": [True, False, True],
            "day": pa.array([start, start, start], pa.date32()),
        }
    )
    outcome = outcome_of(on)
    assert outcome is not None
    table = followed(
        engine,
        engine.arrow(people),
        {"c": outcome},
        happened=happened,
        subscriptions=tables["subscriptions"],
        record_person=linked,
        as_of=AS_OF,
    )
    rows = {row["person_id"]: row for row in engine.fetch(table).to_pylist()}
    assert set(rows) == set(PEOPLE)
    assert (rows["jonas"]["outcome"], rows["jonas"]["before"]) == (0.0, 0.0)
    return cast("dict[str, Any]", rows["rosa"])


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def test_days_begin_the_day_after_and_end_on_the_last_and_the_time_before_is_as_long(engine: Engine) -> None:
    bought = [("rosa", on(day), 2.0**place) for place, day in enumerate((-31, -30, -1, 0, 1, 30, 31))]
    row = after(engine, "spend_30d", days=bought)
    assert (row["before"], row["outcome"]) == (2.0 + 4.0, 16.0 + 32.0)
    assert (row["year_count"], row["year_amount"]) == (3, 7.0)
    assert (row["silent_days"], row["tenure_days"]) == (1, 31)
    assert row["is_over"]
    row = after(engine, "bought_30d", days=bought)
    assert (row["before"], row["outcome"]) == (1.0, 1.0)
    assert after(engine, "bought_30d", days=[("rosa", on(31), 1.0), ("rosa", on(0), 1.0)])["outcome"] == 0.0


def test_it_is_over_on_its_last_day_and_running_before(engine: Engine) -> None:
    assert after(engine, "spend_30d", start=ago(30))["is_over"]
    assert not after(engine, "spend_30d", start=ago(29))["is_over"]


def test_who_buys_or_whose_contract_runs_at_the_end_has_stayed(engine: Engine) -> None:
    assert after(engine, "stayed_60d", days=[("rosa", on(60), 1.0)])["outcome"] == 1.0
    contract = {"record_id": "rosa", "started_at": at(on(-100)), "occurred_at": on(-100)}
    row = after(engine, "stayed_60d", subscriptions=[contract])
    assert (row["before"], row["outcome"]) == (1.0, 1.0)
    ended = after(engine, "stayed_60d", subscriptions=[contract | {"ended_at": at(on(60))}])
    assert (ended["before"], ended["outcome"]) == (1.0, 0.0)
    assert after(engine, "stayed_60d", subscriptions=[contract | {"ended_at": at(on(61))}])["outcome"] == 1.0
    begun = after(engine, "stayed_60d", subscriptions=[{"record_id": "rosa", "started_at": at(on(40))}])
    assert (begun["before"], begun["outcome"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"intents": "complaint,leaving"}, "complained_30d"),
        ({"intents": "recommends", "public": True, "prompted": False}, "recommended_30d"),
        ({"intents": "praise", "public": True}, "recommended_30d"),
        ({"intents": "", "prompted": True}, "answered_30d"),
        ({"intents": "", "medium": "survey"}, "answered_30d"),
        ({"intents": "", "in_reply_to": "m1"}, "answered_30d"),
    ],
)
def test_words_count_for_what_they_are(engine: Engine, said: dict[str, Any], outcome: str) -> None:
    moments = {"outcome": on(5), "before": on(-5)}
    for name, day in moments.items():
        row = after(engine, outcome, voice=[said | {"occurred_at": at(day)}])
        assert row[name] == 1.0
        assert row[({"outcome", "before"} - {name}).pop()] == 0.0


@pytest.mark.parametrize(
    "said",
    [
        {"intents": "recommends", "public": False},
        {"intents": "recommends", "public": True, "prompted": True},
        {"intents": "thanks", "public": True},
    ],
)
def test_private_or_prompted_praise_is_no_recommendation(engine: Engine, said: dict[str, Any]) -> None:
    """Unprompted and public, or a friend who was brought: nothing less recommends us (standings, TERMS)."""
    assert after(engine, "recommended_30d", voice=[said | {"occurred_at": at(on(5))}])["outcome"] == 0.0


def test_a_friend_who_was_brought_counts_for_who_brought_them(engine: Engine) -> None:
    friend = {"person_id": "jonas", "referrer_id": "rosa", "occurred_at": at(on(3))}
    assert after(engine, "recommended_30d", brought=[friend])["outcome"] == 1.0


def test_a_rating_or_a_reply_is_an_answer_and_an_opened_mail_is_none(engine: Engine) -> None:
    scored = {"record_id": "rosa", "scale": "nps", "score": 3.0, "occurred_at": on(4)}
    assert after(engine, "answered_30d", ratings=[scored])["outcome"] == 1.0
    came = {"record_id": "rosa", "kind": "replied", "occurred_at": on(4)}
    assert after(engine, "answered_30d", answers=[came])["outcome"] == 1.0
    assert after(engine, "answered_30d", answers=[came | {"kind": "opened"}])["outcome"] == 0.0


def test_what_is_known_only_after_the_as_of_day_does_not_count(engine: Engine) -> None:
    late = {"intents": "complaint", "occurred_at": UNTIL + timedelta(hours=1)}
    assert after(engine, "complained_30d", start=ago(10), voice=[late])["outcome"] == 0.0


def test_names_of_outcomes_are_read_and_others_are_none() -> None:
    assert outcome_of("spend_90d") == Outcome("spend", 90)
    assert outcome_of("spend_90d").name == "spend_90d"  # type: ignore[union-attr]
    for wrong in ("spend", "spend_0d", "spend_90", "opened_3d", "spend_90d ", ""):
        assert outcome_of(wrong) is None
