"""What an employee reads of a chosen contact; playbooks as the gate takes them; when the same last reached a person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from tests.standing.made import facts, links

from byname.company import Settings
from byname.engines import Engine
from byname.plan.effects import Effect, believed
from byname.plan.matching import recent
from byname.plan.offered import offered
from byname.plan.profiled.sources import Day
from byname.plan.saying import said
from byname.plan.touches import touches
from byname.playbooks.loading import load

BOOKS = {one.action: one for one in load(None)}
THANKS = BOOKS["thank-a-quiet-loyal"]
PRIOR = Effect(0.01, 0.01, "prior: a guess")
ROW = {
    "name": "Rosa Haddad", "first_name": "Rosa", "language": "en", "known_to": "Ada", "employee": "Ada",
    "channel": "email", "address": "rosa@example.com", "from_minute": 540, "to_minute": 1_020, "value": 9.1,
    "unsure": 4.0, "price": 0.82, "asked": True, "sent": 4, "answered": 2, "orders": 12, "first_year": 2021,
    "days_since_purchase": 9, "favourite_thing": "Oak board",
}  # fmt: skip


def test_a_choice_explains_itself_by_worth_price_and_channel() -> None:
    """S1.19, S0.30: what it is worth, what a minute costs, why this way."""
    found = said(ROW, THANKS, PRIOR, "EUR")
    assert found["choice"] == (
        "worth 9.10 EUR to them and us, give or take 4.00; a marketing minute costs 0.82 EUR, and it takes 4; "
        "by e-mail, which they asked for, and where they answer"
    )
    assert found["how"] == "Ada, whom they know, by e-mail (rosa@example.com)"
    assert found["reason"].startswith("Rosa Haddad has bought 12 times since 2021")
    assert "Oak board" in found["words"]
    assert found["expected"] == "the chance that they stay for 365 days by +1.0% (prior: a guess)"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"asked": False}, "by e-mail, where they answer (2 of 4 within a year)"),
        (
            {"asked": False, "answered": 0},
            "by e-mail, which is allowed; they have not said how they like to hear from us",
        ),
        ({"price": 0.0}, "marketing has minutes to spare"),
    ],
)
def test_what_is_not_so_is_not_said(change: dict[str, Any], expected: str) -> None:
    assert expected in said(ROW | change, THANKS, PRIOR, "EUR")["choice"]


def test_a_call_says_when_it_is_day_where_they_are() -> None:
    """S2.8."""
    found = said(
        ROW | {"channel": "phone", "address": "+49 30 1", "from_minute": 600},
        BOOKS["call-a-lapsed-friend"],
        PRIOR,
        "EUR",
    )
    assert "by phone (+49 30 1), between 10:00 and 17:00" in found["how"]


def test_words_that_need_a_fact_which_is_not_known_are_left_to_the_employee() -> None:
    found = said(ROW | {"first_year": None}, THANKS, PRIOR, "EUR")
    assert found["words"] is None
    assert found["how"].endswith("write your own words: first year is not known")
    assert json.loads(found["facts_used"]) == {}


def test_the_facts_in_the_words_are_named_with_their_purpose() -> None:
    """S2.4: nothing that we only concluded is in them."""
    used = json.loads(said(ROW, THANKS, PRIOR, "EUR")["facts_used"])
    assert used["first_name"] == "contract"
    assert "inferred" not in used.values()


def test_what_is_owed_is_not_weighed_and_brackets_are_pointed_out() -> None:
    book = BOOKS["apologise-for-a-promise"]
    found = said(ROW | {"promise": "a call", "promise_due_days": -3, "promised_by": None}, book, PRIOR, "EUR")
    assert found["choice"].startswith("owed")
    assert "fill in what stands in brackets" in found["how"]


def test_a_playbook_is_offered_on_each_of_its_channels_with_its_ground() -> None:
    settings = Settings(name="Acme", basis={"letter": {"thank": "legitimate interest"}})
    rows = offered(
        [THANKS, BOOKS["keep-a-promise"]], believed([THANKS, BOOKS["keep-a-promise"]], {}), settings
    ).to_pylist()
    by = {(row["action"], row["channel"]): row for row in rows}
    assert by[THANKS.action, "letter"]["basis"] == "legitimate interest"
    assert by[THANKS.action, "email"]["basis"] == "consent"
    assert not by[THANKS.action, "email"]["holds_offer"]
    assert by["keep-a-promise", "phone"]["basis"] == "contract"
    assert by["keep-a-promise", "phone"]["dated"]
    assert by[THANKS.action, "letter"]["perk"] == 0.0
    sells = replace(THANKS, words="Thank you. Use the code FRIEND for 20% off.")
    assert offered([sells], believed([sells], {}), settings).column("holds_offer").to_pylist() == [True, True]


def test_the_same_is_recent_by_whichever_tool_but_not_for_who_was_held_out(duck_engine: Engine) -> None:
    """S2.7."""
    day = Day(date(2026, 6, 30), datetime(2026, 7, 1), Settings(name="Acme"))  # noqa: DTZ001 - facts carry no zone
    sent = [
        {"action": "preview", "occurred_at": datetime(2026, 6, 1)},  # noqa: DTZ001
        {"campaign": "preview", "occurred_at": datetime(2026, 6, 21)},  # noqa: DTZ001
        {"action": "preview", "occurred_at": datetime(2026, 6, 30), "arm": "held out"},  # noqa: DTZ001
        {"action": "welcome", "occurred_at": datetime(2026, 7, 2)},  # noqa: DTZ001
        {"action": "call", "occurred_at": datetime(2026, 6, 30, 9)},  # noqa: DTZ001 - done this morning
    ]
    given = {"contacts": facts(duck_engine, "contacts", *sent), "answers": facts(duck_engine, "answers")}
    found = recent(duck_engine, touches(duck_engine, given, links(duck_engine, "p1"), day).contacts)
    assert duck_engine.fetch(found, order_by=("action",)).to_pylist() == [
        {"person_id": "p1", "action": "call", "days": 0},
        {"person_id": "p1", "action": "preview", "days": 9},
    ]
