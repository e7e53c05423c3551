"""Early signs of too much contact, and of neglect."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from tests.plan.profile_made import Once, Rows, World, ago, orders, profiled

from byname.engines import Engine
from byname.plan.profiled.too_much_words import TOO_MUCH

type Found = dict[str, dict[str, Any]]

CASES: dict[str, Rows] = {}


def talks(name: str, answered: str, *, channel: str = "email", kind: str = "news") -> str:
    """Somebody whom we reached every ten days, the latest first; x is a contact that was answered."""
    contacts = [
        {"fact_id": f"{name}-{place}", "channel": channel, "kind": kind, "occurred_at": ago(4 + 10 * place)}
        for place in range(len(answered))
    ]
    answers = [
        {"contact_id": f"{name}-{place}", "kind": "clicked", "occurred_at": ago(3 + 10 * place)}
        for place, mark in enumerate(answered)
        if mark == "x"
    ]
    CASES[name] = {"contacts": contacts, "answers": answers}
    return name


# E-mails still bring answers from others, letters none since those of this person.
talks("others", "x")
SILENT = {
    ".....xx": True,
    ".....x.x..": True,
    ".....x.......": False,  # one of five is not enough to tell silence from chance
    "....xxx": False,  # one of the latest five was answered
    "..........xx": False,  # they answered none of the five before
    ".....x": False,
}
for marks in SILENT:
    talks(marks, marks)
EXPORT_ENDED = talks("export ended", ".....xx", channel="letter")
SERVED = talks("served", ".....xx", kind="service")

TOLD = (
    "You send too many emails.", "please stop calling me", "Stop sending me so many newsletters", "so many mails!",
    "Zu viele Mails von euch", "bitte weniger Newsletter", "Trop de courriels", "demasiados correos", "troppe email",
    "te veel mails", "You email me too often",
)  # fmt: skip
for text in TOLD:
    CASES[text] = {"voice": [{"masked": text, "occurred_at": ago(5)}]}
CASES["told long ago"] = {"voice": [{"masked": TOLD[0], "occurred_at": ago(181)}]}

BEST = {"clv": 100.0, "p_alive": 0.9, "orders": 2, "spend_total": 10}
BOUGHT = orders(400, 20)
NEGLECTED: dict[str, tuple[bool, Rows]] = {
    "nothing": (True, {}),
    "news only": (True, {"contacts": [{"kind": "news", "occurred_at": ago(3)}]}),
    "thanked too long ago": (True, {"contacts": [{"kind": "thank", "occurred_at": ago(180)}]}),
    "thanked": (False, {"contacts": [{"kind": "thank", "occurred_at": ago(179)}]}),
    "given": (False, {"contacts": [{"kind": "give", "occurred_at": ago(9)}]}),
    "served by hand": (False, {"contacts": [{"team": "service", "occurred_at": ago(30)}]}),
    "answered": (False, {"voice": [{"occurred_at": ago(9), "answered_at": ago(8)}]}),
    "new": (False, {"dated": orders(100, 20)}),  # with us for less than that
    "gone": (False, {"worth": [BEST | {"p_alive": 0.2}]}),  # lost, not neglected
    "under contract": (True, {"worth": [BEST | {"p_alive": None, "contracts": 1}], "dated": []}),
    "no buyer": (False, {"worth": [BEST | {"orders": 0}], "dated": []}),
}
for name, (_, rows) in NEGLECTED.items():
    CASES[name] = {"worth": [BEST], "dated": BOUGHT} | dict(rows)
for place in range(99):
    CASES[f"less {place}"] = {"worth": [BEST | {"clv": 1.0}], "dated": BOUGHT}


@pytest.fixture(scope="module")
def found(duck_engine: Engine) -> Found:
    return profiled(World(cast("Engine", Once(duck_engine)), CASES))


def test_silence_after_answers_is_an_early_sign(found: Found) -> None:
    """S2.9."""
    assert {marks: found[marks]["too_much"] for marks in SILENT} == SILENT


def test_where_no_answers_come_from_anybody_any_more_nobody_fell_silent(found: Found) -> None:
    assert not found[EXPORT_ENDED]["too_much"]


def test_service_is_no_contact_to_answer(found: Found) -> None:
    assert not found[SERVED]["too_much"]


def test_words_that_say_so_are_a_sign_for_half_a_year(found: Found) -> None:
    assert [text for text in TOLD if not found[text]["too_much"]] == []
    assert [text for text in TOLD if not re.search(TOO_MUCH, text.lower())] == []
    assert not found["told long ago"]["too_much"]


@pytest.mark.parametrize(
    "text", ["I sent you an email", "too many cups in one box", "the call was fine", "no mail came", "please call me"]
)
def test_other_words_are_none(text: str) -> None:
    assert not re.search(TOO_MUCH, text)


def test_of_the_best_who_heard_no_kind_word_for_long_is_neglected(found: Found) -> None:
    """S2.10."""
    assert {name: found[name]["neglected"] for name in NEGLECTED} == {
        name: says for name, (says, _) in NEGLECTED.items()
    }
    assert not any(found[f"less {place}"]["neglected"] for place in range(99))  # not of the best tenth
