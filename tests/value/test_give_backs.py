"""What each person gives back, beside the company's usual (S0.13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import UNTIL, Checked, bought, by_person, facts, persons

from byname.engines import Engine
from byname.value.give_backs import PRIOR_ORDERS, GiveBacks, give_backs


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def counted(
    engine: Engine,
    net: Sequence[tuple[str, Any, object]],
    returned: Mapping[str, object],
    returns: Sequence[dict[str, Any]] | None = None,
) -> GiveBacks:
    rows = [{"record_id": who, "occurred_at": "2026-05-01"} for who in returned] if returns is None else returns
    back = pa.table(
        {
            "person_id": pa.array(list(returned), pa.string()),
            "returned_total": pa.array([Decimal(str(one)) for one in returned.values()], pa.decimal128(18, 4)),
        }
    )
    everybody = {who for who, *_ in net} | set(returned)
    return give_backs(
        engine,
        facts(engine, "returns", rows),
        engine.arrow(back),
        bought(engine, net),
        persons(engine, sorted(everybody)),
        until=UNTIL,
    )


def test_shares_are_of_what_was_bought_before_returns(engine: Engine) -> None:
    found = counted(
        engine,
        [("rosa", "2026-01-01", 60), ("rosa", "2026-02-01", 20), ("jonas", "2026-02-01", 100)],
        {"rosa": 20},
    )
    table = by_person(engine, found.table)
    usual = 20 / 200
    assert found.usual == pytest.approx(usual)
    likely = (2 * 0.2 + PRIOR_ORDERS * usual) / (2 + PRIOR_ORDERS)
    assert table["rosa"] == {
        "returns": 1,
        "returned_total": 20,
        "return_rate": pytest.approx(0.5),
        "returned_share": pytest.approx(0.2),
        "returned_share_likely": pytest.approx(likely),
        "returned_beside_company": pytest.approx(likely / usual),
    }
    assert table["jonas"]["returned_share"] == 0
    assert table["jonas"]["returned_beside_company"] == pytest.approx(5 / 6)
    assert found.report == [("given back", "10.0% of what was bought")]


def test_who_gave_back_everything_is_there_and_one_order_is_no_habit(engine: Engine) -> None:
    found = counted(engine, [("jonas", f"2026-02-{n:02}", 10) for n in range(1, 10)], {"rosa": 10})
    rosa = by_person(engine, found.table)["rosa"]
    assert (rosa["returned_share"], rosa["return_rate"]) == (1, 1)
    assert rosa["returned_share_likely"] == pytest.approx((1 + 5 * 0.1) / 6)


def test_returns_ahead_are_not_counted_and_those_without_a_date_are(engine: Engine) -> None:
    rows = [
        {"record_id": "rosa", "occurred_at": UNTIL},
        {"record_id": "rosa", "occurred_at": None},
        {"record_id": "?", "occurred_at": None},
    ]
    found = counted(engine, [("rosa", "2026-01-01", 10)], {}, rows)
    assert by_person(engine, found.table)["rosa"]["returns"] == 1


def test_where_nothing_went_back_or_nothing_was_bought_nothing_is_divided_by_it(engine: Engine) -> None:
    found = counted(engine, [("rosa", "2026-01-01", 10)], {})
    assert by_person(engine, found.table)["rosa"]["returned_beside_company"] is None
    assert found.usual == 0
    free = counted(engine, [("rosa", "2026-01-01", 0)], {})
    assert by_person(engine, free.table)["rosa"]["returned_share"] is None
    assert (free.usual, free.report) == (None, [])
    nothing = counted(engine, [], {})
    assert (engine.count(nothing.table), nothing.usual) == (0, None)


amounts = st.dictionaries(st.sampled_from(["rosa", "jonas", "mia"]), st.integers(0, 90), max_size=3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["rosa", "jonas", "mia"]), st.just("2026-01-01"), st.integers(0, 90)), max_size=9
    ),
    amounts,
)
def test_likely_lies_between_the_own_and_the_usual_and_another_unit_of_money_is_the_same(
    engine: Engine, net: list[tuple[str, str, int]], returned: dict[str, int]
) -> None:
    found = counted(engine, net, returned)
    table = by_person(engine, found.table)
    for row in table.values():
        if found.usual is not None and row["returned_share"] is not None:
            low, high = sorted((found.usual, row["returned_share"]))
            assert low - 1e-12 <= row["returned_share_likely"] <= high + 1e-12
    hundred = counted(
        engine, [(who, when, 100 * one) for who, when, one in net], {who: 100 * one for who, one in returned.items()}
    )
    for who, row in by_person(engine, hundred.table).items():
        ours = table[who] | {"returned_total": 100 * table[who]["returned_total"]}
        assert row.pop("returned_total") == ours.pop("returned_total")
        assert row == pytest.approx(ours)
