"""What a text is about, by rules in plain words, and by what the company's own texts taught."""

from __future__ import annotations

import pickle
import time
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.voice.topics import READ_LETTERS, Topics, shipped, topic_of


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Where is my parcel? Tracking has not moved for a week.", "delivery"),
        ("The vase arrived broken and two parts are dented, also one missing part", "wrong or damaged goods"),
        ("I sent it back three weeks ago and want my money back.", "returns and refunds"),
        ("Far too expensive now, the price rise is a joke", "price"),
        ("You charged twice for one invoice", "billing and payment"),
        ("I can't log in, the password reset link is dead", "login and account"),
        ("The app crashed with an error message and is down again, error 12", "outage or fault"),
        ("The seams: stitching fell apart, poor quality", "quality"),
        ("She was rude and hung up on me", "staff and service"),
        (
            "I\N{RIGHT SINGLE QUOTATION MARK}ve had no reply, haven\N{RIGHT SINGLE QUOTATION MARK}t heard back",
            "waiting for an answer",
        ),
        ("How do I end my contract? Please cancel", "cancelling"),
        ("It would be nice to have dark mode, please add it", "missing feature"),
        ("We were delayed by two days", "delay or cancelled date"),
        ("You lost my luggage", "lost things"),
        ("Die Lieferung ist noch nicht angekommen", "delivery"),
        ("Je veux un remboursement", "returns and refunds"),
        ("La aplicación no funciona, da error y error, fallos", "outage or fault"),
        ("Ik kan niet inloggen, mijn wachtwoord klopt niet", "login and account"),
        ("La fattura: addebito doppio", "billing and payment"),
        ("Ninguém responde, estou sem resposta", "waiting for an answer"),
    ],
)
def test_a_problem_in_plain_words_has_its_topic(text: str, topic: str) -> None:
    assert topic_of(text) == topic
    assert topic_of(text.upper().replace("SS", "ss")) == topic


@pytest.mark.parametrize(
    "text", ["", " ", "Hello!", "\N{GRINNING FACE}" * 40, "Ich bin ein Berliner", "Хочу сказать", "好"]
)
def test_where_nothing_fits_nothing_is_said(text: str) -> None:
    assert topic_of(text) is None
    assert Topics().of(text) is None


def test_where_two_topics_fit_alike_or_too_many_fit_nothing_is_said() -> None:
    told = Topics({"late": "delivery", "rude": "staff", "dear": "price", "very dear": "price", "bug": "fault"})
    assert told.of("late and rude") is None
    assert told.of("late, and very dear") == "price"
    assert told.of("late, rude, bug: and very dear") == "price"
    assert told.of("late, rude, bug, and dear") is None
    assert told.every("late, rude and late") == ["delivery", "staff"] or told.every("late, rude and late") == [
        "staff",
        "delivery",
    ]


def test_a_phrase_is_whole_words_and_a_star_is_any_ending() -> None:
    told = Topics({"app": "app", "deliver*": "delivery", "on hold": "waiting"})
    assert told.of("I am happy, appalled") is None
    assert told.of("Undelivered") is None
    assert told.of("(DELIVERIES)") == "delivery"
    assert told.of("put on\n hold") == "waiting"
    assert told.of("go on holding") is None
    assert told.where("It was put on  hold today", "waiting") == (11, 19)
    assert told.where("It was put on  hold today", "app") is None


def test_said_a_hundred_times_weighs_as_once() -> None:
    told = Topics({"late": "delivery", "very rude": "staff"})
    assert told.of("late " * 100 + "very rude") == "staff"


def test_each_phrase_of_the_shipped_rules_is_found_as_its_own_topic() -> None:
    wrong = {
        phrase: topic
        for phrase, topic in shipped().phrases.items()
        if topic not in shipped().every(f"x {phrase.removesuffix('*')} y")
    }
    assert wrong == {}


def test_every_shipped_topic_has_words_in_seven_languages_each_in_lower_case() -> None:
    told = tomllib.loads(files("byname.voice").joinpath("topics.toml").read_text("utf-8"))
    for topic, languages in told.items():
        assert list(languages) == ["en", "de", "fr", "es", "nl", "it", "pt"], topic
        for phrase in (one for listed in languages.values() for one in listed):
            assert phrase == phrase.lower().strip()
            assert "*" not in phrase[:-1]
            assert "  " not in phrase


def test_a_text_of_a_megabyte_costs_no_more_than_a_long_one() -> None:
    assert topic_of("x" * READ_LETTERS + " refund") is None
    start = time.process_time()
    topic_of("so it goes " * 100_000)
    assert time.process_time() - start < 0.1


def test_topics_go_to_other_processes() -> None:
    told = Topics({"late": "delivery"})
    assert told.of("late") == "delivery"
    assert pickle.loads(pickle.dumps(told)).of("late") == "delivery"  # noqa: S301 - our own bytes


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_and_the_place_of_a_topic_is_in_it(text: str) -> None:
    topic = topic_of(text)
    if topic is not None:
        place = shipped().where(text, topic)
        assert place is not None
        start, end = place
        assert 0 <= start < end <= len(text)
        assert shipped().every(text[start:end])
