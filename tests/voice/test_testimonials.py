"""Testimonials: only from people with permission, which has a date and an end (S0.4, S0.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import AS_OF, UNTIL, Checked, at, facts, persons, worths
from tests.voice.said import voice

from byname.engines import Engine
from byname.voice.testimonials import testimonials as shortlist

GLAD = {
    "intents": "praise",
    "positive": 0.9,
    "neutral": 0.05,
    "negative": 0.05,
    "praise": 0.9,
    "quote": "The best bread in town.",
}


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def listed(
    engine: Engine,
    rows: Sequence[Mapping[str, Any]],
    decided: Sequence[Mapping[str, Any]] = (),
    known: Mapping[str, str] | None = None,
) -> dict[str, dict[str, Any]]:
    decisions = [{"kind": "quote", "occurred_at": "2026-01-01"} | dict(row) for row in decided]
    for row in decisions:
        row["until"] = at(row.get("until"))
    people = {str(row.get("record_id")): str(row.get("record_id")) for row in decisions} | (known or {})
    table, report = shortlist(
        engine, voice(engine, rows), facts(engine, "decisions", decisions), persons(engine, people), worths(engine, {"rosa": 80.0}),
        as_of=AS_OF, until=UNTIL,
    )  # fmt: skip
    found = {row["person_id"]: row for row in engine.fetch(table).to_pylist()}
    assert report[0][0] == "testimonials"
    return found


def test_words_with_permission_are_shown_with_its_scope_date_and_end(engine: Engine) -> None:
    row = listed(engine, [GLAD], [{"record_id": "rosa", "value": "website", "until": "2027-01-01"}])["rosa"]
    assert (row["state"], row["quote"], row["scope"], row["worth"]) == (
        "permitted",
        "The best bread in town.",
        "website",
        80,
    )
    assert row["says"] == "permitted on 2026-01-01 for: website, until 2027-01-01"


def test_without_permission_the_words_are_not_there_even_of_a_public_review(engine: Engine) -> None:
    row = listed(engine, [GLAD | {"public": True, "medium": "review"}])["rosa"]
    assert (row["state"], row["quote"], row["says"]) == ("ask", None, "no permission: not to be used; ask")


@pytest.mark.parametrize(
    ("until", "state"), [("2026-06-30", "expired"), ("2026-07-01T00:00", "expired"), ("2026-07-01T00:01", "permitted")]
)
def test_permission_ends(engine: Engine, until: str, state: str) -> None:
    row = listed(engine, [GLAD], [{"record_id": "rosa", "value": "website", "until": until}])["rosa"]
    assert row["state"] == state
    assert (row["quote"] is None) == (state == "expired")
    assert (row["says"] == "expired on 2026-06-30: not to be used; ask again") == (until == "2026-06-30")


def test_the_newest_decision_holds_and_who_refused_is_not_asked_again(engine: Engine) -> None:
    first = {"record_id": "rosa", "value": "website"}
    refused = {"record_id": "rosa", "value": "Refused", "occurred_at": "2026-02-01"}
    again = {"record_id": "rosa2", "value": "print", "occurred_at": "2026-03-01"}
    ahead = {"record_id": "rosa", "value": "refused", "occurred_at": "2026-08-01"}
    known = {"rosa2": "rosa"}
    assert listed(engine, [GLAD], [first, refused]) == {}
    assert listed(engine, [GLAD], [first, refused, again, ahead], known)["rosa"]["scope"] == "print"


def test_a_permission_that_was_undone_is_none_unless_the_undo_was_undone(engine: Engine) -> None:
    given_one = {"record_id": "rosa", "value": "website"}
    undo = {"record_id": "rosa", "kind": "undo", "value": "decisions-0", "occurred_at": "2026-02-01"}
    redo = {"record_id": "rosa", "kind": "undo", "value": "decisions-1", "occurred_at": "2026-03-01"}
    assert listed(engine, [GLAD], [given_one, undo])["rosa"]["state"] == "ask"
    assert listed(engine, [GLAD], [given_one, undo, redo])["rosa"]["state"] == "permitted"


TEXT = "0" * 32
OF_IT = {"record_id": "rosa", "source": "byname", "source_id": f"{TEXT}-quote", "occurred_at": "2026-02-01"}


@pytest.mark.parametrize(
    ("decided", "state"),
    [
        ([OF_IT | {"value": "our page; as Rosa"}], "permitted"),
        ([OF_IT | {"value": "our page", "source_id": f"{'1' * 32}-quote"}], "ask"),  # it is about another text
        ([OF_IT | {"value": "our page; as Rosa", "source": "shop"}], "permitted"),  # not ours: about all their words
        ([{"record_id": "rosa", "value": "website"}, OF_IT | {"value": "withdrawn"}], None),
        (
            [{"record_id": "rosa", "value": "website", "occurred_at": "2026-03-01"}, OF_IT | {"value": "withdrawn"}],
            None,
        ),
        ([OF_IT | {"value": "press"}, {"record_id": "rosa", "value": "withdrawn", "occurred_at": "2026-03-01"}], None),
        ([{"record_id": "rosa", "value": "withdrawn"}, OF_IT | {"value": "press"}], "permitted"),
        ([OF_IT | {"value": "press", "until": "2026-05-01"}, {"record_id": "rosa", "value": "website"}], "expired"),
    ],
)
def test_what_was_said_of_one_text_stands_above_what_was_said_of_all(
    engine: Engine, decided: list[dict[str, Any]], state: str | None
) -> None:
    """But for a withdrawal of all that came later."""
    found = listed(engine, [GLAD | {"fact_id": TEXT}], decided, {"rosa": "rosa"})
    assert (found["rosa"]["state"] if found else None) == state
    if state == "permitted" and len(decided) == 1:
        assert found["rosa"]["scope"] == "our page; as Rosa"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"sensitive": True},
        {"topic": "sensitive"},
        {"uncertain": True},
        {"quote": None},
        {"intents": "thanks"},
        {"intents": "praise, complaint"},
        {"positive": 0.3},
        {"occurred_at": "2026-07-02"},
    ],
)
def test_doubtful_sensitive_or_mixed_words_are_no_testimonial(engine: Engine, spoilt: dict[str, Any]) -> None:
    assert listed(engine, [GLAD | spoilt], [{"record_id": "rosa", "value": "website"}]) == {}


def test_each_person_has_one_quote_the_clearest(engine: Engine) -> None:
    rows = [GLAD | {"positive": 0.6, "quote": "Good bread."}, GLAD, GLAD | {"positive": 0.7, "quote": "Fine bread."}]
    assert listed(engine, rows, [{"record_id": "rosa"}])["rosa"]["quote"] == "The best bread in town."


def test_nobody_praised_gives_an_empty_table(engine: Engine) -> None:
    assert listed(engine, []) == {}
    assert listed(engine, [{"intents": "complaint"}]) == {}


decisions = st.lists(
    st.tuples(st.sampled_from(["website", "refused"]), st.integers(1, 28), st.none() | st.integers(1, 28)),
    max_size=5,
    unique_by=lambda row: row[1],
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decisions)
def test_words_are_usable_only_if_plain_python_says_so(engine: Engine, made: list[tuple[str, int, int | None]]) -> None:
    rows = [
        {
            "record_id": "rosa",
            "value": value,
            "occurred_at": f"2026-05-{day:02}",
            "until": None if end is None else f"2026-{6 + end % 2:02}-{end:02}T12:00",
        }
        for value, day, end in made
    ]
    newest = max(made, key=lambda row: row[1], default=None)
    usable = newest is not None and newest[0] == "website" and (newest[2] is None or 6 + newest[2] % 2 == 7)
    found = listed(engine, [GLAD], rows)
    assert (found.get("rosa", {}).get("quote") is not None) == usable
