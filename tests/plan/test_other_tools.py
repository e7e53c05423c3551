# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""Contacts by other tools: when each last sent, and which fell silent for longer than it ever did (S2.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.value.made import UNTIL, Checked, facts

from byname.engines import Engine
from byname.plan.other_tools import REGULAR, latest_by_tool, not_loaded

TODAY = date(2026, 6, 30)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def sent(*days_ago: int, **more: Any) -> list[dict[str, Any]]:
    return [{"occurred_at": TODAY - timedelta(days=ago), "channel": "email", "source": "mailer"} | more
            for ago in days_ago]  # fmt: skip


def latest(engine: Engine, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    table = engine.fetch(latest_by_tool(engine, facts(engine, "contacts", rows), UNTIL)).to_pylist()
    return {(row["source"], row["account"], row["channel"]): row for row in table}


def says(engine: Engine, *rows: dict[str, Any]) -> tuple[str, ...]:
    return not_loaded(engine, facts(engine, "contacts", rows), UNTIL)


def test_each_source_account_and_channel_is_a_tool_of_its_own(engine: Engine) -> None:
    rows = [*sent(3, 10, 40), *sent(5, channel="SMS"), *sent(7, account="shop two"), *sent(2, source="crm")]
    found = latest(engine, rows)
    assert {tool: row["days"] for tool, row in found.items()} == {
        ("mailer", "main", "email"): 4,  # the as-of day ends after its noon
        ("mailer", "main", "sms"): 6,
        ("mailer", "shop two", "email"): 8,
        ("crm", "main", "email"): 3,
    }
    whole = found["mailer", "main", "email"]
    assert whole["last_at"] == datetime(2026, 6, 27, 12)
    assert (whole["sending_days"], whole["usual_gap"], whole["longest_gap"]) == (3, 7, 30)
    once = found["crm", "main", "email"]
    assert (once["sending_days"], once["usual_gap"], once["longest_gap"]) == (1, None, None)


def test_what_we_sent_whom_we_held_out_and_what_is_still_to_come_are_no_other_tool_s(engine: Engine) -> None:
    rows = [*sent(3, source="byname"), *sent(4, arm="held out"), *sent(-2), *sent(9, arm="treated")]
    assert {tool: row["days"] for tool, row in latest(engine, rows).items()} == {("mailer", "main", "email"): 10}


def test_a_tool_that_used_to_send_and_fell_silent_is_named_with_its_gap(engine: Engine) -> None:
    (sentence,) = says(engine, *sent(40, 47, 54, 61, 68))
    assert sentence == (
        "Contacts by mailer by email not loaded since 2026-05-21, 41 days ago; it used to send every 7 days. Add its "
        "newest export before you trust who rests and who does not."
    )


def test_a_tool_within_its_usual_gap_or_without_a_habit_is_not_named(engine: Engine) -> None:
    assert says(engine, *sent(5, 12, 19, 26, 33)) == ()
    assert says(engine, *sent(200, 230, 260)) == ()  # three days are no habit
    assert says(engine, *sent(*range(80, 480, 91), channel="letter")) == ()  # a letter each quarter


def test_one_long_pause_in_the_year_does_not_hide_a_silence(engine: Engine) -> None:
    """Beside the longest gap three usual ones count too: a break in August is not what it always does."""
    assert len(says(engine, *sent(25, 32, 39, 46, 53, 150))) == 1


def test_where_nothing_was_ever_sent_nothing_is_said(engine: Engine) -> None:
    assert latest(engine, []) == {}
    assert says(engine) == ()


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 900)), max_size=30))
def test_the_statement_agrees_with_a_plain_loop(duck_engine: Engine, made: list[tuple[str, int]]) -> None:
    rows = [row for source, ago in made for row in sent(ago, source=source)]
    expected: dict[str, Any] = {}
    days: dict[str, set[int]] = defaultdict(set)
    for source, ago in made:
        days[source].add(ago)
    for source, ago in days.items():
        year = sorted(one for one in ago if one - min(ago) <= 365)
        gaps = sorted(later - earlier for earlier, later in pairwise(year))
        usual = gaps[(len(gaps) - 1) // 2] if gaps else None
        expected[source] = (min(ago) + 1, len(year), usual, max(gaps, default=None))
    found = {
        tool[0]: (row["days"], row["sending_days"], row["usual_gap"], row["longest_gap"])
        for tool, row in latest(duck_engine, rows).items()
    }
    assert found == expected
    silent = {source for source, (ago, many, usual, longest) in expected.items()
              if many >= REGULAR and ago > min(longest, 3 * usual)}  # fmt: skip
    assert len(says(duck_engine, *rows)) == len(silent)
