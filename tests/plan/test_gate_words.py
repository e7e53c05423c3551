"""What people do not want, in their own words: dislikes and lines (S2.3, S2.6)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.plan.gate_made import World, put

from byname.engines import Engine
from byname.plan.gate.own_lines import words_of_columns
from byname.profile_columns import PROFILE

OFFERS: dict[str, Any] = {
    "opinion-ask": {"kind": "ask", "purpose": "feedback", "team": "product", "topics": ["winter shoes"]},
    "plain-thanks": {"kind": "thank", "team": "marketing", "channel": "phone"},
}
BOTH = {"opinion-ask", "plain-thanks"}


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return duck_engine


def open_to(
    engine: Engine, offers: dict[str, Any], told: dict[str, dict[str, list[str | None]]]
) -> dict[str, set[str]]:
    """The actions that stay open to each person, by what they told us."""
    names = {f"p{place}": pace for place, pace in enumerate(told.values())}
    world = World(
        offers=offers,
        people={one: {} for one in (*names, *(f"beside {one}" for one in names))},  # so that no play is for all
        pace=dict(names),
        ways={one: {"email": {}, "phone": {}} for one in names},
        matched=[(one, action) for one in names for action in offers],
    )
    found = put(engine, world)
    return {
        said: {action for person, action, _ in found.candidates if person == f"p{place}"}
        for place, said in enumerate(told)
    }


DISLIKES: dict[str, set[str]] = {
    "spinach": BOTH,
    "": BOTH,
    " !? ": BOTH,
    "opinion-ask": {"plain-thanks"},
    "Opinion ask.": {"plain-thanks"},
    "surveys": {"plain-thanks"},
    "please, no surveys": {"plain-thanks"},
    "Umfragen": {"plain-thanks"},
    "enquête": {"plain-thanks"},
    "ask": {"plain-thanks"},
    "asking-price": BOTH,  # a word within a word is another word
    "feedback": {"plain-thanks"},
    "product": {"plain-thanks"},
    "product tests with spice": BOTH,  # a team only by its whole name
    "WINTER  SHOES": BOTH,  # two blanks are not the topic's one
    "Winter shoes and hats": {"plain-thanks"},
    "marketing": {"opinion-ask"},
    "phone": {"opinion-ask"},
    "Anrufe": {"opinion-ask"},
    "téléphone": {"opinion-ask"},
}


def test_a_dislike_closes_what_it_names_and_nothing_else(engine: Engine) -> None:
    """By action, team, kind, purpose, channel or topic, in the words of six languages."""
    assert open_to(engine, OFFERS, {said: {"dislikes": [None, said]} for said in DISLIKES}) == DISLIKES


LINES: dict[str, set[str]] = {
    "what I bought": {"city", "greeting", "nothing"},
    "Please never mention my purchases!": {"city", "greeting", "nothing"},
    "favourite_thing": {"city", "greeting", "nothing"},
    "Favourite thing": {"city", "greeting", "nothing"},
    "contract": {"nothing"},  # the purpose of all these columns
    "where I live": {"bought", "greeting", "nothing"},
    "birthday": {"bought", "city", "greeting", "nothing"},  # read, and no play can tell it
    "Gesundheit": {"bought", "city", "greeting", "nothing"},
    "my name is Bond": {"greeting", "nothing"},  # nobody can read it: more than a greeting would be a risk
    "meine Brieftauben": {"greeting", "nothing"},
    "everything": {"greeting", "nothing"},
    "first name": {"bought", "nothing", "city"},
}
USES: dict[str, Any] = {
    "bought": {"uses": ["favourite_thing"]},
    "city": {"uses": ["city"]},
    "greeting": {"uses": ["first_name"]},
    "nothing": {},
}


def test_a_line_closes_the_plays_whose_words_would_cross_it(engine: Engine) -> None:
    found = open_to(engine, USES, {said: {"lines": [said, None]} for said in LINES})
    assert found == LINES


def test_a_line_holds_for_service_and_for_what_is_owed(engine: Engine) -> None:
    offer = {"kind": "service", "team": "service", "basis": "contract", "purpose": "service", "owed": True}
    found = open_to(
        engine, {"help": offer | {"uses": ["incident"]}}, {"incident": {"lines": ["incidents"]}, "": {"lines": []}}
    )
    assert found == {"incident": set(), "": {"help"}}


def test_of_several_words_the_one_that_closes_is_told(engine: Engine) -> None:
    found = put(engine, World(pace={"p1": {"dislikes": ["spinach", "ads", "newsletter"], "lines": []}}))
    assert found.says() == "Rosa told us that they do not want this: ads"


def test_every_column_that_words_may_use_can_be_named_by_a_line() -> None:
    """A column that no word of a person reaches could not be kept from them."""
    spoken = {name for name, column in PROFILE.items() if column.purpose != "inferred"}
    assert spoken - words_of_columns() <= {"name", "first_name", "language"}
