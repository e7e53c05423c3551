"""Problems in customers' own words: people, not messages; rising only when sure; nothing sensitive (S0.27)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.value.made import AS_OF, UNTIL, Checked, worths
from tests.voice.said import voice

from byname.engines import Engine
from byname.voice.phrases import phrases_of
from byname.voice.problem_words import Corpus, found_problems, learned_topics
from byname.voice.problems import Problems, problems, sentence_with

OPENINGS = "well|hello there|frankly|to be clear|as I wrote|once more|dear team|look|listen|my turn".split("|")
CLOSINGS = (
    "please act|what now|that is all|so be it|I am tired|think about it|over to you|who cares|do something".split("|")
)
PROBLEMS = {
    "zipper": "the zipper jammed on my jacket",
    "voucher": "the voucher code was rejected at the till",
    "parking": "no parking space behind your shop",
}
GLAD = [
    "lovely jacket and kind people",
    "the shop smells of bread",
    "I walked home smiling",
    "my children adore the toys",
    "fine tea and cake",
]


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def varied(core: str, number: int) -> str:
    return f"{OPENINGS[number % 10]}, {core}. {CLOSINGS[number * 7 % 9]}!"


def complaints(problem: str, people: int, days_ago: Sequence[int] = (5,), who: str = "") -> Iterator[dict[str, Any]]:
    for number in range(people):
        day = AS_OF - timedelta(days=days_ago[number % len(days_ago)])
        yield {
            "who": f"{problem}{who}{number}",
            "occurred_at": day,
            "intents": "complaint",
            "masked": varied(PROBLEMS[problem], number),
        }


def glad(people: int) -> Iterator[dict[str, Any]]:
    for number in range(people):
        yield {
            "who": f"glad{number}",
            "occurred_at": AS_OF - timedelta(days=number % 150),
            "masked": varied(GLAD[number % 5], number),
        }


def found(
    engine: Engine, rows: Sequence[Mapping[str, Any]], clv: Mapping[str, float] | None = None, names: Sequence[str] = ()
) -> tuple[dict[str, dict[str, Any]], Problems]:
    made = problems(engine, voice(engine, rows), worths(engine, clv or {}), as_of=AS_OF, until=UNTIL, names=names)
    return {row.pop("problem"): row for row in engine.fetch(made.table).to_pylist()}, made


def about(rows: Mapping[str, dict[str, Any]], word: str) -> dict[str, Any]:
    named = [row for name, row in rows.items() if word in f"{name}, {row['words']}"]
    assert len(named) == 1, rows
    return named[0]


def test_problems_are_found_and_named_in_the_customers_own_words(engine: Engine) -> None:
    rows = [*complaints("zipper", 30), *complaints("voucher", 20), *complaints("parking", 10), *glad(200)]
    by_name, made = found(engine, rows, {f"zipper{n}": 10.0 for n in range(30)} | {"glad1": 999.0})
    told = {word: about(by_name, word) for word in PROBLEMS}
    assert [row["people"] for row in told.values()] == [30, 20, 10]
    assert [row["worth"] for row in told.values()] == [300, 0, 0]
    assert not any("tea" in row["words"] or name == "jacket" for name, row in by_name.items())
    topic = made.topics.of("Another zipper jammed today")
    assert topic in by_name
    assert "zipper" in by_name[topic]["words"]
    assert made.report == [("problems", f"{len(by_name)}, among 60 people, in the customers' own words")]


def test_each_problem_has_its_messages_with_the_sentence_that_tells_of_it(engine: Engine) -> None:
    twice = [{"who": "zipper0", "intents": "complaint", "masked": "Thanks for the tea. The zipper jammed once more."}]
    by_name, made = found(
        engine, [*complaints("zipper", 30), *complaints("voucher", 20), *glad(200), *twice], {"zipper0": 7.0}
    )
    told = engine.fetch(made.messages).to_pylist()
    for name, row in by_name.items():
        behind = [one for one in told if one["problem"] == name]
        assert len({one["person_id"] for one in behind}) == row["people"]
        assert len(behind) == row["messages"]
    zipper = next(name for name, row in by_name.items() if "zipper" in f"{name}, {row['words']}")
    words = {one["words"]: one["worth"] for one in told if one["problem"] == zipper and one["person_id"] == "zipper0"}
    assert words["The zipper jammed once more."] == 7.0


def test_people_count_and_not_messages(engine: Engine) -> None:
    troll = [
        {"who": "troll", "intents": "complaint", "masked": f"{varied('the chandelier fell on me', n)} {'x' * (n % 50)}"}
        for n in range(50_000)
    ]
    by_name, _ = found(engine, [*complaints("zipper", 20), *glad(200), *troll])
    assert not any("chandelier" in f"{name} {row['words']}" for name, row in by_name.items())
    assert about(by_name, "zipper")["people"] == 20


def test_one_text_sent_by_many_is_one_saying(engine: Engine) -> None:
    bomb = [
        {
            "who": f"bot{n}",
            "intents": "complaint",
            "masked": "Boycott this dishonest pelican company right now, everybody!",
        }
        for n in range(500)
    ]
    by_name, _ = found(engine, [*complaints("zipper", 20), *glad(200), *bomb])
    assert not any("pelican" in f"{name} {row['words']}" for name, row in by_name.items())
    assert about(by_name, "zipper")["people"] == 20


def test_a_brand_a_name_and_what_everybody_says_are_no_problem(engine: Engine) -> None:
    rows = [
        *(
            row | {"masked": f"Dear Acmeshop, ask Kimberley: {row['masked']} your [phone] website"}
            for row in complaints("zipper", 30)
        ),
        *(row | {"masked": f"{row['masked']} see your website"} for row in glad(200)),
    ]
    by_name, _ = found(engine, rows, names=["Acmeshop Ltd", "Kimberley"])
    words = ", ".join(f"{name}, {row['words']}" for name, row in by_name.items())
    assert "zipper" in words
    assert not [word for word in ("acmeshop", "kimberley", "website", "phone") if word in words]


def test_what_is_sensitive_is_not_counted_and_not_quoted(engine: Engine) -> None:
    ill = [
        {
            "who": f"ill{n}",
            "intents": "complaint",
            "sensitive": True,
            "topic": "sensitive",
            "masked": varied("my insulin spoilt in your parcel", n),
        }
        for n in range(40)
    ]
    by_name, _ = found(engine, [*complaints("zipper", 20), *glad(200), *ill])
    assert "insulin" not in json.dumps(by_name, default=str)
    assert about(by_name, "zipper")["people"] == 20
    assert found(engine, ill)[0] == {}


def test_a_problem_that_rose_is_said_to_rise_and_a_steady_one_is_not(engine: Engine) -> None:
    evenly = [3, 31, 60, 90]
    rows = [
        *complaints("zipper", 60, [3, 8, 13]),
        *complaints("zipper", 6, [40, 70, 100], who="-before-"),
        *complaints("voucher", 80, evenly),
        *complaints("parking", 60, [40, 70, 100]),
        *glad(300),
    ]
    by_name, _ = found(engine, rows)
    zipper, voucher, parking = [about(by_name, word) for word in PROBLEMS]
    assert (zipper["direction"], voucher["direction"], parking["direction"]) == ("rising", "no sure change", "falling")
    assert (zipper["people_recent"], zipper["people_before"]) == (60, 6)
    assert zipper["trend"] == 30
    assert 1 < zipper["trend_low"] < 30 < zipper["trend_high"]
    assert (
        zipper["says"]
        == "66 people in a year, 60 of them in the last 28 days: rising, 30.0 times as many as in 28 days before"
    )
    assert voucher["trend_low"] < voucher["trend"] < voucher["trend_high"]


def test_before_there_is_a_month_to_compare_nothing_rises(engine: Engine) -> None:
    rows = [row | {"occurred_at": AS_OF - timedelta(days=5)} for row in [*complaints("zipper", 30), *glad(100)]]
    row = about(found(engine, rows)[0], "zipper")
    assert (row["direction"], row["trend"], row["trend_low"]) == ("too early to say", None, None)


def test_quotes_are_of_different_people_in_different_words_and_hold_the_problem(engine: Engine) -> None:
    row = about(found(engine, [*complaints("zipper", 40), *glad(200)])[0], "zipper")
    quotes = json.loads(row["quotes"])
    assert len({quote["fact_id"] for quote in quotes}) == len({quote["words"] for quote in quotes}) == 3
    assert all("zipper" in quote["words"] for quote in quotes)
    assert all(quote["on"] == "2026-06-25" for quote in quotes)


def test_few_texts_are_counted_by_the_shipped_topics(engine: Engine) -> None:
    rows = [
        {"who": f"p{n}", "intents": "complaint", "topic": "delivery", "masked": f"late parcel {n}"} for n in range(3)
    ]
    by_name, made = found(engine, rows)
    assert by_name["delivery"]["people"] == 3
    assert made.report == [("problems", "1, among 3 people, by shipped topics: too few texts to learn from")]
    assert made.topics.of("late parcel") is None


@pytest.mark.parametrize("masked", [None, "", "   ", "\N{PILE OF POO}" * 30, "?!?", "12345"])
def test_what_has_no_words_is_no_problem(engine: Engine, masked: str | None) -> None:
    rows = [{"who": f"p{n}", "intents": "complaint", "masked": masked} for n in range(30)]
    assert found(engine, rows)[0] == {}


def test_nothing_at_all_and_nothing_bad_say_so(engine: Engine) -> None:
    for rows in ([], list(glad(30))):
        by_name, made = found(engine, rows)
        assert by_name == {}
        assert made.report == [("problems", "none: nobody complained, asked or was negative in the last 364 days")]


def test_a_language_that_no_list_knows_has_problems_too(engine: Engine) -> None:
    words = [f"{'bcdfghjkl'[n % 9]}{'aeiou'[n % 5]}{'mnprstvz'[n % 8]}{'aeiou'[n // 5 % 5]}k" for n in range(200)]
    random = np.random.default_rng(4)
    said = lambda: " ".join(random.choice(words, 8))  # noqa: E731
    rows = [
        *({"who": f"a{n}", "intents": "complaint", "masked": f"{said()} żmulić brąg {said()}"} for n in range(25)),
        *({"who": f"b{n}", "masked": said()} for n in range(200)),
    ]
    by_name, _ = found(engine, rows)
    assert "żmulić brąg" in by_name
    assert by_name["żmulić brąg"]["people"] == 25


def test_what_comes_after_the_as_of_day_or_a_year_before_does_not_count(engine: Engine) -> None:
    late = complaints("zipper", 30, [-3])
    old = complaints("voucher", 30, [400])
    assert found(engine, [*late, *old, *glad(100)])[0] == {}


# ------------------------------------------------------------------------------ phrases and groups


def corpus(texts: Sequence[str], problem: Sequence[bool] | None = None) -> Corpus:
    return Corpus(texts, np.arange(len(texts)), np.array(problem or [True] * len(texts)))


def test_forms_of_one_word_are_one_problem() -> None:
    texts = [varied(f"the {word} came", n) for n in range(30) for word in ("delays", "delayed", "delay")]
    problem = next(
        one
        for one in found_problems(
            corpus([*texts, *[varied(GLAD[n % 5], n) for n in range(200)]], [True] * 90 + [False] * 200)
        )
        if "delay" in one.phrases
    )
    assert {"delay", "delays", "delayed"} <= set(problem.phrases)


def test_a_phrase_does_not_go_over_marks_and_begins_and_ends_with_words_that_tell() -> None:
    texts = ["Broken lid. Cold soup, 3 wet bags with the holes [phone] no reply"] * 3
    terms = set(phrases_of(texts).terms)
    assert {"broken", "broken lid", "cold soup", "wet bags", "no reply"} <= terms
    assert not {"lid cold", "soup wet", "no", "the", "with", "phone", "holes no", "bags with the"} & terms


def test_phrases_of_three_words_may_hold_a_joining_word() -> None:
    assert "waste of money" in phrases_of(["a waste of money"] * 3).terms
    assert "don't" not in phrases_of(["Don\N{RIGHT SINGLE QUOTATION MARK}t go"] * 3).terms


words = st.sampled_from("soup lid bag cold not no the of broken wet".split())
lines = st.lists(st.lists(words | st.sampled_from([",", "."]), max_size=7).map(" ".join), max_size=8)


@settings(deadline=None)
@given(lines)
def test_pairs_of_text_and_phrase_are_what_plain_python_finds(texts: list[str]) -> None:
    got = phrases_of(texts, least=1)
    joining, negating = {"the", "of"}, {"not", "no"}
    expected = set()
    for place, text in enumerate(texts):
        parts = text.split()
        for length in (1, 2, 3):
            for start in range(len(parts) - length + 1):
                inside = parts[start : start + length]
                if {",", "."} & set(inside) or inside[-1] in joining | negating or inside[0] in joining:
                    continue
                if length > 1 or inside[0] not in negating:
                    expected.add((place, " ".join(inside)))
    pairs = [(int(a), got.terms[int(b)]) for a, b in zip(got.text, got.term, strict=True)]
    assert set(pairs) == expected
    assert len(pairs) == len(expected)
    assert len(set(got.terms)) == len(got.terms)


def test_learned_topics_tell_each_problem_by_its_own_phrases() -> None:
    found = found_problems(corpus([varied(core, n) for n in range(30) for core in PROBLEMS.values()]))
    topics = learned_topics(found)
    for problem in found:
        assert topics.of(problem.phrases[-1]) == problem.name


def test_the_sentence_around_a_place_is_cut_where_it_is_long() -> None:
    text = "It rained. The lid broke at once! Bye."
    assert sentence_with(text, (15, 18)) == "The lid broke at once!"
    assert sentence_with(text, None) == "It rained."
    assert len(sentence_with("word " * 200, (400, 404))) <= 240
