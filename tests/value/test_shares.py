"""Intervals of shares, days of orders, and who is in the best tenth."""

from __future__ import annotations

from datetime import date
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from tests.value.made import Checked, bought, by_person, worths

from byname.engines import Engine
from byname.value.dated import best_tenth, dated
from byname.value.shares import Z80, wilson


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def test_80_percent_is_1_28_standard_deviations() -> None:
    assert pytest.approx(norm.ppf(0.9), abs=1e-12) == Z80


@settings(deadline=None)
@given(st.integers(1, 5000), st.floats(0, 1))
def test_the_interval_is_scipys(tries: int, share: float) -> None:
    hits = round(share * tries)
    theirs = binomtest(hits, tries).proportion_ci(0.8, method="wilson")
    assert wilson(hits, tries) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_an_orders_day_is_the_companys(engine: Engine) -> None:
    net = bought(engine, [("rosa", "2026-06-01T22:30", 1), ("rosa", "2026-01-01T23:30", 1)])
    found = engine.fetch(dated(engine, net, zone="Europe/Berlin"), order_by=("source_id",)).column("day").to_pylist()
    assert found == [date(2026, 6, 2), date(2026, 1, 2)]
    assert engine.count(dated(engine, bought(engine), zone="Europe/Berlin")) == 0


def test_the_best_tenth_is_rounded_up_and_ties_go_by_spend_and_id(engine: Engine) -> None:
    assert set(by_person(engine, best_tenth(engine, worths(engine, {f"p{n:02}": float(n) for n in range(11)})))) == {
        "p10",
        "p09",
    }
    assert set(by_person(engine, best_tenth(engine, worths(engine, dict.fromkeys("abc", 1.0))))) == {"a"}
    assert engine.count(best_tenth(engine, worths(engine, {}))) == 0
