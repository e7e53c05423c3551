"""Where customers are and where not, and how many were asked how they want it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.profile_made import Once, World, ago

from byname.engines import Engine
from byname.plan.coverage import ASKING, CHANNELS, coverage, wilson
from byname.plan.touches import touches


def reached(who: str, channel: str, *, sent: int = 0, answered: int = 0, **more: Any) -> dict[str, Any]:
    plain = {"marketing": "given", "objected": False, "asked": False, "refused": False, "bounced": False}
    return {"person_id": who, "channel": channel, "sent": sent, "answered": answered} | plain | more


REACH = [
    reached("a", "email", sent=40, answered=8), reached("b", "email", sent=30, answered=6, asked=True),
    reached("a", "letter", sent=600, answered=2), reached("c", "letter", sent=40),
    reached("b", "phone", sent=20, answered=20), reached("d", "phone", marketing="not given"),
    reached("c", "sms", refused=True), reached("d", "sms", objected=True), reached("e", "sms", bounced=True),
    reached("friend", "email", sent=900),  # no customer
]  # fmt: skip


@pytest.fixture(scope="module")
def found(duck_engine: Engine) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]], list[tuple[str, str]]]:
    engine = cast("Engine", Once(duck_engine))
    people = ("a", "b", "c", "d", "e", "friend")
    cases: dict[str, Any] = {one: {} for one in people}
    cases["a"]["preferences"] = [
        {"kind": "pace", "value": "weekly", "occurred_at": ago(9)},
        {"kind": "pace", "value": "x", "occurred_at": ago(8)},
    ]
    cases["b"]["contacts"] = [{"kind": "ask", "action": "ask-preferences", "occurred_at": ago(9)}]
    cases["c"]["contacts"] = [{"kind": "news", "action": "your preferences", "occurred_at": ago(9)}]
    cases["friend"]["preferences"] = [{"kind": "pace", "value": "weekly", "occurred_at": ago(9)}]
    world = World(engine, cases)
    sources, day = world.sources(), world.day()
    profile = {
        "person_id": people, "is_customer": [one != "friend" for one in people], "clv": [10.0, 20.0, 5.5, 1.0, 1.0, 99.0],
    }  # fmt: skip
    told = coverage(
        engine, sources, touches(engine, sources.facts, sources.record_person, day), engine.arrow(pa.table(profile)),
        engine.arrow(pa.Table.from_pylist(REACH)), day,
    )  # fmt: skip
    assert told.channels.schema.names == CHANNELS.names
    assert told.asking.schema.names == ASKING.names
    channels = {row.pop("channel"): row for row in engine.fetch(told.channels).to_pylist()}
    return channels, {row.pop("what"): row for row in engine.fetch(told.asking).to_pylist()}, told.report


def test_each_channel_tells_who_is_there_and_advises_against_spending_where_nobody_is(found: Any) -> None:
    """S1.17."""
    channels = found[0]
    email, letter, phone, sms = (channels[one] for one in ("email", "letter", "phone", "sms"))
    assert (email["people"], email["may"], email["asked"], email["sent"], email["answered"]) == (2, 2, 1, 70, 14)
    assert email["share"] == pytest.approx(0.2)
    assert letter["says"].startswith("do not spend here: 2 of 640 answered (0.1% to 1.1%, elsewhere 37.8%)")
    told = "they are here: 14 of 70 answered (12.3% to 30.8%, elsewhere 3.3%); 1 asked for it"
    assert email["says"] == told
    assert phone["says"].startswith("20 of 20 answered: too few to say")
    assert sms["says"] == "nothing was sent here within a year: nobody knows whether they are here"
    assert (sms["people"], sms["may"], sms["refused"], sms["bounced"], sms["share"], sms["low"]) == (
        3,
        0,
        1,
        1,
        None,
        None,
    )


def test_who_may_be_reached_only_there_is_counted_with_their_worth(found: Any) -> None:
    letter = found[0]["letter"]
    assert (letter["only_here"], letter["only_here_worth"]) == (1, 5.5)  # c refuses texts
    assert letter["says"].endswith("; 1 (6 EUR) may be reached only here")
    assert found[0]["email"]["only_here"] == 0


def test_of_all_customers_it_is_said_who_was_asked_and_who_told(found: Any) -> None:
    """S1.18: coverage of the asking."""
    _, asking, report = found
    assert {what: (row["people"], row["asked"], row["told"]) for what, row in asking.items()} == {
        "channel": (5, 1, 0), "pace": (5, 2, 1), "quiet": (5, 1, 0), "line": (5, 1, 0),
    }  # fmt: skip
    says = "of 5 customers 2 were asked how often they want to hear from us, and 1 told us"
    assert ("asked about pace", says) in report
    assert asking["pace"]["share"] == pytest.approx(0.2)


def test_a_range_is_the_published_one() -> None:
    """Brown, Cai and DasGupta, Statistical Science 16 (2001), and the textbook's 0 of 10."""
    low, high = wilson(0, 10)
    assert (low, high) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))
    assert wilson(0, 0) == (None, None)


@settings(deadline=None)
@given(st.integers(1, 10_000), st.data())
def test_a_range_is_where_the_score_test_does_not_reject(of: int, data: st.DataObject) -> None:
    """A second way: Wilson's ends solve (share - p)^2 = z^2 p (1 - p) / n."""
    hits = data.draw(st.integers(0, of))
    for end in wilson(hits, of):
        assert end is not None
        assert 0 <= end <= 1
        assert abs((hits / of - end) ** 2 - 1.959963984540054**2 * end * (1 - end) / of) < 1e-12
    assert Decimal(hits) / of >= Decimal(str(wilson(hits, of)[0])) - Decimal("1e-12")
