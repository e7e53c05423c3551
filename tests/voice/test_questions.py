"""Which question a piece of content answers, and who asked it (S0.41)."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from tests.value.made import AS_OF, UNTIL, Checked
from tests.voice.said import voice

from byname.engines import Engine
from byname.voice.questions import Answered, Content, answered_questions, likenesses

CONTENT = [
    Content(
        "c1",
        "Descaling your kettle",
        "Limescale builds up. Fill the kettle with citric acid and water, then rinse the kettle.",
    ),
    Content("c2", "Sharpening knives", "Hold the knife blade at twenty degrees on the whetstone, then hone the blade."),
    Content("c3", "Opening hours", "We open on weekdays."),
]
ASKS = {"intents": "question"}


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def matched(
    engine: Engine, rows: list[dict[str, Any]], content: list[Content] | None = None
) -> tuple[dict[str, Any], dict[str, Any], Answered]:
    made = answered_questions(
        engine, voice(engine, rows), CONTENT if content is None else content, as_of=AS_OF, until=UNTIL
    )
    tags = {row["content"]: row for row in engine.fetch(made.tags).to_pylist()}
    return {row["person_id"]: row for row in engine.fetch(made.matches).to_pylist()}, tags, made


def test_a_question_finds_the_content_and_the_content_its_question(engine: Engine) -> None:
    rows = [
        ASKS | {"who": "rosa", "masked": "How do I get limescale out of my kettle?"},
        ASKS | {"who": "jonas", "masked": "Can I use citric acid in the kettle?"},
        ASKS | {"who": "mia", "masked": "Which whetstone for a knife blade?"},
        ASKS | {"who": "ida", "masked": "Do you sell garden chairs?"},
    ]
    found, tags, made = matched(engine, rows)
    assert {who: row["content"] for who, row in found.items()} == {"rosa": "c1", "jonas": "c1", "mia": "c2"}
    assert "limescale" in found["rosa"]["words"]
    assert {place: row["people"] for place, row in tags.items()} == {"c1": 2, "c2": 1, "c3": 0}
    assert tags["c2"]["question"] == "Which whetstone for a knife blade?"
    assert tags["c3"]["question"] is None
    assert made.report == [("questions answered by content", "3 of 4, of 3 people")]


def test_what_is_no_question_sensitive_or_too_old_is_matched_to_nothing(engine: Engine) -> None:
    words = "How do I get limescale out of my kettle?"
    rows = [
        {"who": "a", "masked": words},
        ASKS | {"who": "b", "masked": words, "sensitive": True},
        ASKS | {"who": "c", "masked": words, "occurred_at": "2025-01-01"},
        ASKS | {"who": "d", "masked": "\N{FIRE}" * 9},
        ASKS | {"who": "e", "masked": None},
    ]
    assert matched(engine, rows)[0] == {}


def test_two_pieces_that_fit_alike_are_for_a_person_to_choose(engine: Engine) -> None:
    twice = [CONTENT[0], Content("c9", CONTENT[0].title, CONTENT[0].text)]
    rows = [ASKS | {"who": "rosa", "masked": "How do I get limescale out of my kettle?"}]
    assert matched(engine, rows, twice)[0] == {}


def test_one_word_in_common_is_chance(engine: Engine) -> None:
    assert matched(engine, [ASKS | {"who": "rosa", "masked": "Is the kettle blue?"}])[0] == {}


def test_without_content_or_questions_there_is_nothing(engine: Engine) -> None:
    assert matched(engine, [ASKS | {"masked": "How?"}], [])[:2] == ({}, {})
    assert matched(engine, [])[0] == {}


def test_likeness_is_between_none_and_one_and_finds_each_text_again() -> None:
    random = np.random.default_rng(6)
    words = [f"{a}{b}{c}ax" for a in "bdfgk" for b in "ou" for c in "lmrst"]
    content = [" ".join(random.choice(words, 12)) for _ in range(40)]
    best, likeness, shared = likenesses([" ".join(text.split()[:8]) for text in content], content)
    assert (best == np.arange(40)).mean() > 0.9
    assert ((likeness > 0) & (likeness <= 1 + 1e-9)).all()
    assert all(shared[at] for at in np.flatnonzero(best >= 0))
