"""Sales through customers, after own marketing and by product, and ownership behaviours (S1.2, S3.10, S0.26, S4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import UNTIL, Checked, at, bought, facts, persons

from byname.engines import Engine, Table
from byname.value.dated import dated
from byname.value.sales import BROUGHT, MARKETED, OTHER, sales

PEOPLE = ["rosa", "jonas", "mia"]


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def brought_table(engine: Engine, brought: Sequence[tuple[str, Any]]) -> Table:
    return engine.arrow(
        pa.table(
            {
                "person_id": pa.array([who for who, _ in brought], pa.string()),
                "occurred_at": pa.array([at(when) for _, when in brought], pa.timestamp("us")),
            }
        )
    )


def contact(who: str, when: Any, **more: Any) -> dict[str, Any]:
    return {"record_id": who, "occurred_at": when, "arm": "treated"} | more


def sold(
    engine: Engine,
    net: Sequence[tuple[str, Any, object]],
    *,
    brought: Sequence[tuple[str, Any]] = (),
    contacts: Sequence[dict[str, Any]] = (),
    order_lines: Sequence[dict[str, Any]] = (),
    orders: Sequence[dict[str, Any]] | None = None,
    zone: str = "UTC",
) -> dict[tuple[str, str, str], tuple[Decimal, int, int]]:
    said = [{"source_id": f"o{place}", "currency": "EUR"} for place in range(len(net))] if orders is None else orders
    table = sales(
        engine,
        dated=dated(engine, bought(engine, net), zone=zone),
        orders=facts(engine, "orders", said),
        order_lines=facts(engine, "order_lines", order_lines),
        brought=brought_table(engine, brought),
        contacts=facts(engine, "contacts", contacts),
        record_person=persons(engine, PEOPLE),
        currency="EUR",
        rates={"USD": Decimal("0.5")},
        until=UNTIL,
    )
    found = engine.fetch(table).to_pylist()
    for kind, period in {(row["kind"], row["period"]) for row in found}:
        shares = [row["share"] for row in found if (row["kind"], row["period"]) == (kind, period)]
        assert None in shares or sum(shares) == pytest.approx(1)
    return {(row["kind"], row["name"], row["period"]): (row["amount"], row["orders"], row["people"]) for row in found}


def totals(found: dict[tuple[str, str, str], tuple[Decimal, int, int]]) -> dict[str, tuple[Decimal, int, int]]:
    return {name: row for (kind, name, period), row in found.items() if (kind, period) == ("through", "total")}


def test_a_friends_word_comes_before_a_contact_and_each_order_counts_once(engine: Engine) -> None:
    found = sold(
        engine,
        [
            ("rosa", "2026-03-10", 100),
            ("rosa", "2026-04-10", 50),
            ("jonas", "2026-03-20", 30),
            ("jonas", "2026-06-20", 7),
            ("mia", "2026-03-21", 5),
        ],
        brought=[("rosa", "2026-03-01")],
        contacts=[contact("rosa", "2026-03-05"), contact("jonas", "2026-03-15"), contact("jonas", "2026-03-16")],
    )
    assert totals(found) == {BROUGHT: (150, 2, 1), MARKETED: (30, 1, 1), OTHER: (12, 2, 2)}
    assert {key[1:]: row for key, row in found.items() if key[2] != "total"} == {
        (BROUGHT, "2026-03"): (100, 1, 1),
        (BROUGHT, "2026-04"): (50, 1, 1),
        (MARKETED, "2026-03"): (30, 1, 1),
        (OTHER, "2026-03"): (5, 1, 1),
        (OTHER, "2026-06"): (7, 1, 1),
    }


def test_what_was_bought_before_the_friend_spoke_is_not_through_the_friend(engine: Engine) -> None:
    net = [("rosa", "2026-01-10", 1), ("rosa", "2026-02-28T13:00", 2), ("rosa", "2026-03-02", 4)]
    assert totals(sold(engine, net, brought=[("rosa", "2026-03-01T12:00")])) == {BROUGHT: (6, 2, 1), OTHER: (1, 1, 1)}
    assert totals(sold(engine, net, brought=[("rosa", None)])) == {BROUGHT: (7, 3, 1)}


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, MARKETED),
        ({"arm": None}, MARKETED),  # no test: it went out
        ({"arm": "held out"}, OTHER),
        ({"kind": "service"}, OTHER),
        ({"purpose": "contract"}, OTHER),
        ({"occurred_at": None}, OTHER),
        ({"record_id": "stranger"}, OTHER),
        ({"occurred_at": "2026-03-21T00:00"}, OTHER),  # after the order
        ({"occurred_at": "2026-02-18T08:00"}, MARKETED),  # 30 days
        ({"occurred_at": "2026-02-18T07:59"}, OTHER),
    ],
)
def test_own_marketing_is_an_order_within_30_days_of_a_contact_that_went_out(
    engine: Engine, more: dict[str, Any], name: str
) -> None:
    net = [("jonas", "2026-03-20T08:00", 30)]
    assert totals(sold(engine, net, contacts=[contact("jonas", "2026-03-15") | more])) == {name: (30, 1, 1)}


def test_a_month_is_the_companys(engine: Engine) -> None:
    net = [("rosa", "2026-03-31T22:30", 1)]
    assert ("through", OTHER, "2026-04") in sold(engine, net, zone="Europe/Berlin")
    assert ("through", OTHER, "2026-03") in sold(engine, net)


def test_products_are_summed_over_a_year_in_the_companys_currency(engine: Engine) -> None:
    found = sold(
        engine,
        [("rosa", "2026-03-10", 100), ("jonas", "2026-03-11", 50), ("mia", "2025-06-01", 9)],
        orders=[
            {"source_id": "o0", "currency": "USD"},
            {"source_id": "o1", "currency": None},
            {"source_id": "o2", "currency": "EUR"},
        ],
        order_lines=[
            {"order_id": "o0", "product": "tent", "quantity": 2.0, "price": Decimal("19.99")},
            {"order_id": "o0", "product": "tent", "quantity": -1.0, "price": Decimal("19.99")},
            {"order_id": "o1", "product": "tent", "quantity": None, "price": Decimal(20)},
            {"order_id": "o1", "product_id": "lamp", "quantity": 3.0, "price": Decimal("0.5")},
            {"order_id": "o1", "quantity": 3.0, "price": Decimal(1)},
            {"order_id": "o1", "product": "gift", "quantity": 1.0, "price": None},
            {"order_id": "o2", "product": "tent", "quantity": 1.0, "price": Decimal(9)},  # longer ago
            {"order_id": "o9", "product": "tent", "quantity": 1.0, "price": Decimal(9)},  # no sale
        ],
    )
    assert {key[1]: row for key, row in found.items() if key[0] == "product"} == {
        "tent": (Decimal("29.995"), 2, 2),
        "lamp": (Decimal("1.5"), 1, 1),
    }


def test_nothing_sold_gives_an_empty_table(engine: Engine) -> None:
    assert sold(engine, []) == {}
    assert totals(sold(engine, [("rosa", "2026-03-01", 0)])) == {OTHER: (0, 1, 1)}


moments = st.integers(0, 200).map(lambda day: cast("datetime", at("2026-01-01T12:00")) + timedelta(days=day - 40))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(PEOPLE), moments, st.integers(0, 90)), max_size=10),
    st.lists(
        st.tuples(st.sampled_from(PEOPLE), st.one_of(st.none(), moments)), max_size=3, unique_by=lambda row: row[0]
    ),
    st.lists(st.tuples(st.sampled_from(PEOPLE), moments), max_size=5),
)
def test_months_and_names_add_up_to_what_was_sold_in_any_unit_of_money(
    engine: Engine, net: list[Any], brought: list[Any], contacts: list[Any]
) -> None:
    told = {"brought": brought, "contacts": [contact(*one) for one in contacts]}
    found = sold(engine, net, **told)
    in_all = (sum(amount for *_, amount in net), len(net))
    for months in (True, False):
        part = [row for key, row in found.items() if (key[2] != "total") is months]
        assert (sum(row[0] for row in part), sum(row[1] for row in part)) == in_all
    hundred = sold(engine, [(who, when, 100 * amount) for who, when, amount in net], **told)
    assert hundred == {key: (100 * amount, *rest) for key, (amount, *rest) in found.items()}
