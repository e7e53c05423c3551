"""Growth over a person's own halves, beside the company's (S3.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import AS_OF, Checked, by_person

from byname.engines import Engine, Table
from byname.value.growth import PRIOR_DAYS, Growth, growth, growth_says

SCHEMA = pa.schema({"person_id": pa.string(), "day": pa.date32(), "orders": pa.int64(), "spent": pa.decimal128(18, 4)})
EMPTY = dict.fromkeys(("growth", "rate_growth", "basket_growth", "growth_beside_company"))


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def days(engine: Engine, rows: Sequence[tuple[str, int, object]]) -> Table:
    """(person, days before the as-of day, spent)."""
    made = [
        {"person_id": who, "day": AS_OF - timedelta(days=ago), "orders": 1, "spent": Decimal(str(spent))}
        for who, ago, spent in rows
    ]
    return engine.arrow(pa.Table.from_pylist(made, schema=SCHEMA))


def grown(engine: Engine, rows: Sequence[tuple[str, int, object]]) -> Growth:
    return growth(engine, days(engine, rows), as_of=AS_OF)


def test_halves_without_the_first_purchase_drawn_together_by_two_days(engine: Engine) -> None:
    # Rosa: first 100 days ago; 10 in the first half; 10 and 10 in the second. All her days cost 10, so m is 10.
    found = grown(engine, [("rosa", 100, 999), ("rosa", 80, 10), ("rosa", 40, 10), ("rosa", 20, 10)])
    row = by_person(engine, found.table)["rosa"]
    assert row["growth"] == pytest.approx((20 + 2 * 10) / (10 + 2 * 10) - 1)
    assert row["rate_growth"] == pytest.approx((2 + 2) / (1 + 2) - 1)
    assert row["basket_growth"] == pytest.approx(0)
    assert found.company == pytest.approx(1.0)
    assert row["growth_beside_company"] == pytest.approx((4 / 3) / 2 - 1)
    assert (found.people, found.report) == (1, [("growth of all", "+100%, of 1 people")])


def test_who_buys_as_before_does_not_fall_for_having_begun(engine: Engine) -> None:
    """With the first purchase counted, everybody would fall."""
    found = grown(engine, [("rosa", 120, 10), ("rosa", 90, 10), ("rosa", 30, 10)])
    assert by_person(engine, found.table)["rosa"]["growth"] == pytest.approx(0)


def test_the_day_in_the_middle_belongs_to_both_halves(engine: Engine) -> None:
    """Of 61 days after the first, the 31st."""
    found = grown(engine, [("rosa", 61, 10), ("rosa", 30, 10)])
    row = by_person(engine, found.table)["rosa"]
    assert (row["growth"], row["rate_growth"], found.company) == (pytest.approx(0), pytest.approx(0), pytest.approx(0))
    earlier, later = (grown(engine, [("rosa", 61, 10), ("rosa", ago, 10)]) for ago in (31, 29))
    assert by_person(engine, earlier.table)["rosa"]["growth"] == pytest.approx(2 / 3 - 1)
    assert by_person(engine, later.table)["rosa"]["growth"] == pytest.approx(3 / 2 - 1)


def test_one_who_never_came_again_and_one_who_came_lately_tell_nothing(engine: Engine) -> None:
    found = grown(engine, [("once", 300, 10), ("new", 59, 10), ("new", 5, 10), ("old", 60, 10), ("old", 5, 10)])
    table = by_person(engine, found.table)
    assert table["once"] == table["new"] == EMPTY
    assert table["old"]["growth"] == pytest.approx(0.5)
    assert found.people == 1


def test_a_basket_that_doubles_is_no_rate(engine: Engine) -> None:
    rows = [
        ("rosa", 200, 1),
        *(("rosa", ago, 10) for ago in (190, 150, 110)),
        *(("rosa", ago, 20) for ago in (90, 50, 10)),
    ]
    row = by_person(engine, grown(engine, rows).table)["rosa"]
    assert row["rate_growth"] == pytest.approx(0)
    assert row["basket_growth"] == pytest.approx(row["growth"])
    assert 0.3 < row["growth"] < 1  # of the double, drawn back by two days of 15


def test_what_was_given_away_is_no_division_by_nothing(engine: Engine) -> None:
    found = grown(engine, [("rosa", 100, 0), ("rosa", 10, 0)])
    row = by_person(engine, found.table)["rosa"]
    assert (row["growth"], row["basket_growth"], found.company) == (None, None, None)
    assert row["rate_growth"] == pytest.approx(0.5)
    assert found.report == [("growth of all", "not known: nothing was bought again")]


def test_days_ahead_are_not_seen_and_no_days_give_an_empty_table(engine: Engine) -> None:
    assert by_person(engine, grown(engine, [("rosa", -1, 10)]).table) == {}
    with_it, without = (
        by_person(engine, grown(engine, [("rosa", 100, 10), ("rosa", 20, 10), *more]).table)
        for more in ([("rosa", -5, 99)], [])
    )
    assert with_it == without
    nothing = grown(engine, [])
    assert (engine.count(nothing.table), nothing.company, nothing.people) == (0, None, 0)


@pytest.mark.parametrize(
    ("rate", "basket", "says"),
    [
        (0.3, -0.1, "buys 30% more often and 10% less at a time"),
        (0.0, 0.001, "buys as often as before and as much at a time as before"),
    ],
)
def test_growth_in_words(rate: float, basket: float, says: str) -> None:
    assert growth_says(rate, basket) == says


purchases = st.lists(
    st.tuples(st.sampled_from(["rosa", "jonas", "mia"]), st.integers(0, 150), st.integers(0, 90)),
    max_size=20,
    unique_by=lambda row: row[:2],
)
run = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@run
@given(purchases)
def test_growth_is_the_formula_and_rate_times_basket(engine: Engine, rows: list[tuple[str, int, int]]) -> None:
    found = grown(engine, rows)
    plain = plainly(rows)
    table = by_person(engine, found.table)
    assert {who: row["growth"] for who, row in table.items()} == pytest.approx(plain)
    for row in table.values():
        if row["growth"] is not None:
            both = (1 + row["rate_growth"]) * (1 + row["basket_growth"]) - 1
            assert both == pytest.approx(row["growth"])


def plainly(rows: list[tuple[str, int, int]]) -> dict[str, float | None]:
    """The same by loops."""
    of: dict[str, dict[date, int]] = defaultdict(dict)
    for who, ago, spent in rows:
        of[who][AS_OF - timedelta(days=ago)] = spent
    again: dict[str, list[tuple[float, int]]] = {}
    for who, bought in of.items():
        first = min(bought)
        age = (AS_OF - first).days
        middle = (age + 1) / 2
        again[who] = [
            (0.5 if (day - first).days == middle else float((day - first).days > middle), spent)
            for day, spent in bought.items()
            if day > first and age >= 60
        ]
    told = [spent for made in again.values() for _, spent in made]
    mean = sum(told) / len(told) if told else 0
    found: dict[str, float | None] = {}
    for who, made in again.items():
        usual = (sum(spent for _, spent in made) + PRIOR_DAYS * mean) / (len(made) + PRIOR_DAYS)
        late = sum(part * spent for part, spent in made)
        early = sum((1 - part) * spent for part, spent in made)
        tells = made and usual
        found[who] = (late + PRIOR_DAYS * usual) / (early + PRIOR_DAYS * usual) - 1 if tells else None
    return found


@run
@given(purchases)
def test_another_unit_of_money_is_the_same_growth(engine: Engine, rows: list[tuple[str, int, int]]) -> None:
    one, hundred = grown(engine, rows), grown(engine, [(who, ago, 100 * spent) for who, ago, spent in rows])
    assert hundred.company == pytest.approx(one.company)
    theirs: dict[str, Any] = by_person(engine, hundred.table)
    for who, row in by_person(engine, one.table).items():
        assert theirs[who] == pytest.approx(row)
