"""The playbooks that byname ships: each is for somebody, reads well for them, and asks for nothing indecent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from tests.playbooks.made import matched, profile

from byname.engines import Engine
from byname.engines.portable import refusals
from byname.playbooks.condition import profile_schema
from byname.playbooks.domains import FIVE, UNHAPPY
from byname.playbooks.loading import load
from byname.playbooks.playbook import KINDS, TEAMS, Playbook
from byname.playbooks.possible import possible
from byname.playbooks.sense import asks_for_advocacy, sells
from byname.playbooks.wording import purposes, reasoned, used, worded

ALL = {one.action: one for one in load(None)}

SOUND: Mapping[str, Any] = {
    "open_complaints": 0,
    "open_questions": 0,
    "incidents_open": 0,
    "promises_open": 0,
    "promises_broken": 0,
    "asks_365": 0,
    "gives_365": 0,
    "contracts": 0,
}
BOUGHT: Mapping[str, Any] = {
    "is_customer": True,
    "orders": 9,
    "first_year": 2021,
    "days_since_purchase": 20,
    "rank": 4,
    "rank_share": 0.01,
}
# For each playbook a person of whom no more is known than it takes.
FOR: Mapping[str, Mapping[str, Any]] = {
    "answer-a-complaint": {"open_complaints": 1, "oldest_complaint_days": 4, "standing": "actively_dissatisfied"},
    "answer-a-question": {"open_questions": 1, "oldest_question_days": 4},
    "apologise-for-a-promise": {"promises_broken": 1, "promise": "a call", "promise_due_days": -3},
    "ask-for-a-reference-call": {"company": "Acme", "standing": "advocate", "does_recommend": True, "gives_365": 1},
    "ask-for-a-referral": {"standing": "loyal", "would_recommend": True, "last_nps": 9, "rated_days": 9, "gives_365": 2, "asks_365": 1},
    "ask-for-the-story": {"settled_days": 30, "days_since_praise": 5, "standing": "loyal"},
    "ask-if-it-stayed-right": {"settled_days": 10},
    "ask-the-silent": {"ask": "How is it?", "value_of_knowing": 8.0, "standing": "unknown"},
    "ask-those-who-use-it": {"features": ["export"], "used_28": 9, "standing": "neutral"},
    "ask-to-quote-them": {"testimonial": "ask", "days_since_praise": 9, "standing": "loyal"},
    "ask-what-was-hard": {"hard_days": 9, "standing": "dissatisfied"},
    "ask-what-went-wrong": {"fell_days": 3, "standing": "dissatisfied"},
    "call-a-lapsed-friend": {"usual_gap": 20, "days_since_purchase": 90, "value_at_risk": 80.0, "spend_total": 700.0},
    "fix-before-they-complain": {
        "incidents_open": 1, "incident": "late delivery", "incident_days": 2, "incident_severity": 2,
    },
    "greet-the-neglected": {"neglected": True, "standing": "neutral"},
    "growth-talk": {"growth": 0.4, "standing": "neutral"},
    "help-choose-a-colleague": {"standing": "loyal", "gives_365": 2, "asks_365": 1},
    "invite-the-best": {"standing": "advocate"},
    "keep-a-promise": {"promises_open": 1, "promise": "a call", "promise_due_days": 1},
    "look-at-returns": {"returns_365": 8, "returned_share": 0.7},
    "news-to-the-content": {"standing": "neutral", "feels": "content", "speaks": "silent", "contacts_window": 0},
    "offer-a-reference": {"is_customer": False, "stage": "desire", "days_since_contact": 9},
    "preview": {"features": ["export", "search"], "used_28": 9, "standing": "neutral"},
    "save-a-leaving-one": {"threatened_days": 2},
    "surprise-gift": {"standing": "loyal"},
    "thank-a-quiet-loyal": {"standing": "loyal", "speaks": "silent"},
    "thank-an-advocate": {"standing": "advocate", "answers_given": 3, "days_since_word": 4},
    "thank-for-a-friend": {"referral_unthanked": True, "referrals": 1, "referral_days": 3},
    "thank-for-an-idea": {
        "idea_shipped": "a larger print", "idea_shipped_days": 3, "standing": "actively_dissatisfied",
    },
    "trust-with-returns": {"returned_share": 0.02, "returns_365": 0, "standing": "neutral"},
    "welcome": {"orders": 1, "days_since_purchase": 3},
}  # fmt: skip


def person(action: str) -> dict[str, Any]:
    return (
        {"person_id": action, "name": "Rosa Haddad", "first_name": "Rosa"}
        | dict(SOUND)
        | dict(BOUGHT)
        | dict(FOR[action])
    )


each = pytest.mark.parametrize("playbook", ALL.values(), ids=list(ALL))


def test_each_is_for_somebody_and_nobody_of_whom_nothing_is_known_is_in_for_any(duck_engine: Engine) -> None:
    assert FOR.keys() == ALL.keys()
    bare = {"is_customer": True} | dict(SOUND)
    people = profile(duck_engine, [*map(person, FOR), {"person_id": "nothing"}, {"person_id": "bare"} | bare])
    who = matched(duck_engine, people, ALL.values())
    assert {(action, action) for action in ALL} <= who
    assert not {one for one, _ in who} & {"nothing", "bare"}


def test_who_has_waited_for_us_is_asked_for_nothing(duck_engine: Engine) -> None:
    """S4.3: no ask of a person to whom we owe, in the conditions already."""
    owed = ({"open_complaints": 1}, {"promises_broken": 1}, {"incidents_open": 1})
    people = [
        person(action) | one | {"person_id": f"{action}{place}"} for action in FOR for place, one in enumerate(owed)
    ]
    asks = [one for one in ALL.values() if one.kind == "ask"]
    assert not matched(duck_engine, profile(duck_engine, people), asks)


@each
def test_the_words_and_the_reason_read_well_for_whom_it_is(playbook: Playbook) -> None:
    row = person(playbook.action)
    words, why = worded(playbook, row, currency="EUR"), reasoned(playbook, row, currency="EUR")
    assert words.startswith(("Dear Rosa,", "Hello Rosa,"))
    assert re.search(r"\b\d[\d,]* days?\b", why)  # a fact and how many days
    assert "Rosa Haddad" in why
    for text in (words, why):
        assert text.rstrip()[-1] in ".?"
        assert not re.search(r"!|\bNone\b|  | [,.?]|\{|\}|\b1 (?:days|times|things|friends|questions)\b", text)


@each
def test_the_words_hold_nothing_that_we_concluded_ourselves(playbook: Playbook) -> None:
    for words in playbook.all_words:
        assert "inferred" not in purposes(words).values()


@each
def test_none_sells(playbook: Playbook) -> None:
    """S2.16, S3.11: a thank-you least of all."""
    assert sells(playbook) == ()


@each
def test_an_ask_says_that_it_is_fine_to_say_no(playbook: Playbook) -> None:
    words = worded(playbook, person(playbook.action), currency="EUR")
    if playbook.kind == "ask":
        assert re.search(r"fine|need not|all right", words)


@each
def test_what_is_owed_is_never_withheld_and_what_is_not_is_learned_from(playbook: Playbook) -> None:
    favours = {"thank-for-a-friend", "thank-for-an-idea"}
    assert (playbook.holdout == 0) == (playbook.kind == "service" or playbook.action in favours)
    assert "guess" in playbook.expected.origin
    assert playbook.expected.sd >= abs(playbook.expected.effect) / 2
    if playbook.expected.outcome != "answered":
        assert abs(playbook.expected.effect) <= 0.05


@each
def test_a_condition_is_portable(playbook: Playbook) -> None:
    sql = f"select person_id from profile where {playbook.condition.sql}"
    assert not refusals(sql, {"profile": profile_schema()})


def test_they_are_of_all_teams_and_kinds_and_for_all_standings() -> None:
    assert {one.team for one in ALL.values()} == set(TEAMS)
    assert {one.kind for one in ALL.values()} == set(KINDS)
    for standing in FIVE:
        theirs = [
            one
            for one in ALL.values()
            if "standing" in one.condition.columns and FOR[one.action].get("standing") == standing
        ]
        assert theirs or standing == "actively_dissatisfied"  # for these: what is owed, whatever they feel
    assert FOR["answer-a-complaint"]["standing"] == "actively_dissatisfied"


def test_nobody_unhappy_is_asked_to_speak_for_us() -> None:
    """S1.14: no play pushes everybody to advocacy."""
    asking = [one for one in ALL.values() if asks_for_advocacy(one)]
    assert {one.action for one in asking} >= {"ask-for-a-referral", "ask-to-quote-them", "ask-for-a-reference-call"}
    for one in asking:
        for standing in UNHAPPY:
            assert not possible(one.condition, {"standing": frozenset({standing})})


def test_a_story_is_asked_for_only_after_help_was_delivered() -> None:
    """S0.42."""
    story = ALL["ask-for-the-story"].condition
    assert not possible(story, {"settled_days": frozenset({None})})
    assert not possible(story, {"incidents_open": frozenset({1.0, 2.0})})
    quote = ALL["ask-to-quote-them"].condition
    assert not possible(quote, {"days_since_praise": frozenset({None})})
    for condition in (story, quote):
        assert not possible(condition, {"settled_days": frozenset({0.0, 13.0})})  # it has not stayed right for long
        for nothing_open in ("open_complaints", "incidents_open", "promises_broken"):
            assert not possible(condition, {nothing_open: frozenset({1.0, 2.0})})


def test_news_go_to_the_silently_content_alone() -> None:
    """S0.25."""
    for one in ALL.values():
        if one.kind == "news":
            assert not possible(one.condition, {"speaks": frozenset({"unprompted", "when asked", None})})
            assert not possible(one.condition, {"feels": frozenset({"unhappy", "attached", None})})


def test_strictness_with_returns_is_a_person_s_and_can_be_appealed() -> None:
    """S0.15, and GDPR Article 22: faults of ours do not count, nothing is decided, and there is somebody to object to."""
    look = ALL["look-at-returns"]
    assert {"returns_365", "returns_faulty_365", "returned_share"} <= set(look.condition.columns)
    words = worded(look, person("look-at-returns"))
    assert "Nothing is decided" in words
    assert "object" in words
    assert "before you write" in look.why


def test_an_opinion_is_asked_of_those_who_use_what_it_is_about() -> None:
    """S0.34."""
    assert "features" in ALL["ask-those-who-use-it"].condition.columns
    assert "features" in used(ALL["ask-those-who-use-it"].words)
