"""Orders and returns to x, t_x, T and spend, by hand and against a second way of counting (S0.13, S3.7)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.engines import open_engine
from byname.facts import schema
from byname.value.purchases import purchases
from byname.value.rows import days_bought, rows_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.engines import Engine

AS_OF = date(2026, 6, 30)
RATES = {"USD": Decimal("0.5")}
NO_SALE = ("cancelled", "voided", "refunded", "pending", "failed", "wc-on-hold", "Pending Payment")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", spill=tmp_path_factory.mktemp("spill"), threads=2) as opened:
        yield opened


def order(number: str, at: str, amount: object, who: str = "rosa", **more: Any) -> dict[str, Any]:
    said = {
        "source": "till",
        "account": "main",
        "source_id": number,
        "record_id": who,
        "currency": "EUR",
        "status": "paid",
    }
    return said | {"occurred_at": datetime.fromisoformat(at), "amount": Decimal(str(amount))} | more


def give_back(order_id: str | None, at: str, amount: object, who: str = "rosa", **more: Any) -> dict[str, Any]:
    return order(f"r{order_id}", at, amount, who) | {"order_id": order_id} | more


def counted(
    engine: Engine, orders: list[dict[str, Any]], returns: list[dict[str, Any]] | None = None, zone: str = "UTC"
) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """Each buyer's row with what went back, and the orders left out for want of a rate."""
    until = datetime(2026, 7, 1, tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    people = sorted({row["record_id"] for row in [*orders, *(returns or [])] if row["record_id"]} - {"stranger"})
    record_person = pa.table({"record_id": pa.array(people, pa.string()), "person_id": pa.array(people, pa.string())})
    bought = purchases(
        engine,
        engine.arrow(pa.Table.from_pylist(orders, schema=schema.table("orders").arrow_schema())),
        engine.arrow(pa.Table.from_pylist(returns or [], schema=schema.table("returns").arrow_schema())),
        engine.arrow(record_person),
        currency="EUR",
        rates=RATES,
        until=until,
    )
    days = days_bought(engine, bought.net, zone=zone)
    found = engine.fetch(rows_at(engine, days, AS_OF, wide=True)).to_pylist()
    returned = {row["person_id"]: row["returned_total"] for row in engine.fetch(bought.returned).to_pylist()}
    rows = {row.pop("person_id"): row for row in found}
    for person, row in rows.items():
        row["returned_total"] = returned.get(person, Decimal(0))
        assert row.pop("grp") == 0
    return rows, dict(bought.unrated)


def history(rows: dict[str, dict[str, Any]], who: str = "rosa") -> tuple[Any, ...]:
    """Orders, x, t_x, T and spend of one."""
    return tuple(rows[who][name] for name in ("orders", "repeat_orders", "recency_days", "age_days", "spend_total"))


def test_a_day_with_several_orders_is_one_purchase_and_what_lies_ahead_is_not_seen(engine: Engine) -> None:
    rows, _ = counted(
        engine,
        [
            order("1", "2026-06-01T08:00", 10),
            order("2", "2026-06-01T20:00", 20),
            order("3", "2026-06-11T08:00", 30),
            order("4", "2026-06-30T23:59:59", 40),
            order("5", "2026-07-01T00:00", 50),  # after the as-of day
            order("6", "2026-06-15T08:00", 60, "stranger"),  # names nobody whom we know
            order("7", "2026-06-15T08:00", 70, record_id=None),
        ],
    )
    assert set(rows) == {"rosa"}
    assert history(rows) == (4, 2, 29, 29, 100)
    assert rows["rosa"]["first_spend"] == 30


@pytest.mark.parametrize(("zone", "x", "t_x"), [("UTC", 1, 1), ("Europe/Berlin", 0, 0), ("America/New_York", 0, 0)])
def test_a_day_begins_and_ends_in_the_companys_zone(engine: Engine, zone: str, x: int, t_x: int) -> None:
    """22:30 and 00:30 UTC are one day in Berlin's summer and in New York, and two in UTC."""
    rows, _ = counted(engine, [order("1", "2026-06-01T22:30", 1), order("2", "2026-06-02T00:30", 1)], zone=zone)
    assert history(rows)[1:3] == (x, t_x)


def test_the_as_of_day_ends_in_the_companys_zone(engine: Engine) -> None:
    late = [order("1", "2026-06-30T21:59", 1), order("2", "2026-06-30T22:00", 1)]
    assert history(counted(engine, late)[0])[0] == 2
    assert history(counted(engine, late, zone="Europe/Berlin")[0])[0] == 1


def test_a_day_in_winter_and_one_in_summer_are_both_local(engine: Engine) -> None:
    """The clocks went forward on 29 March: 23:30 UTC is the next day before and after it, 22:30 only after it."""
    rows, _ = counted(
        engine,
        [order("1", "2026-03-01T22:30", 1), order("2", "2026-04-01T22:30", 1), order("3", "2026-04-02T10:00", 1)],
        zone="Europe/Berlin",
    )
    assert history(rows)[1:4] == (1, 32, 121)


def test_a_refund_lowers_its_own_order_and_a_whole_one_undoes_it(engine: Engine) -> None:
    """S0.13: returns are subtracted per person."""
    rows, _ = counted(
        engine,
        [order("1", "2026-01-01", 10), order("2", "2026-02-01", 20), order("3", "2026-03-01", 30)],
        [give_back("2", "2026-03-05", 20), give_back("1", "2026-03-06", 1), give_back("1", "2026-03-07", 2)],
    )
    assert history(rows) == (2, 1, 59, 180, 37)
    assert rows["rosa"]["returned_total"] == 23


def test_more_given_back_than_paid_takes_nothing_from_other_orders(engine: Engine) -> None:
    rows, _ = counted(
        engine,
        [order("1", "2026-01-01", 10), order("2", "2026-02-01", 20)],
        [give_back("2", "2026-02-05", 25), give_back(None, "2026-02-06", 3)],
    )
    assert history(rows) == (1, 0, 0, 180, 7)


def test_a_refund_of_an_order_that_was_no_sale_takes_nothing_from_other_orders(engine: Engine) -> None:
    """Shops say both: the order is 'refunded', and so much was given back of it."""
    rows, _ = counted(
        engine,
        [order("1", "2026-01-01", 10), order("2", "2026-02-01", 20, status="refunded")],
        [give_back("2", "2026-02-05", 20)],
    )
    assert history(rows) == (1, 0, 0, 180, 10)


def test_what_goes_back_without_an_order_lowers_the_newest_orders_first(engine: Engine) -> None:
    bought = [
        order("1", "2026-01-01", 10),
        order("2", "2026-02-01", 20),
        order("3", "2026-03-01", 30),
        order("4", "2026-05-01", 40),
    ]
    for order_id in (None, "an order of before"):
        rows, _ = counted(engine, bought, [give_back(order_id, "2026-04-01", 35)])
        assert history(rows) == (3, 2, 120, 180, 65)  # the 4th came later; the 3rd is undone, 5 of the 2nd
    rows, _ = counted(engine, bought, [give_back(None, "2026-06-01", 500)])
    assert rows == {}
    rows, _ = counted(engine, bought, [give_back(None, "2025-12-31", 500)])
    assert history(rows)[0] == 4


@pytest.mark.parametrize("status", NO_SALE)
def test_an_order_that_was_not_paid_or_was_undone_counts_for_nothing(engine: Engine, status: str) -> None:
    rows, _ = counted(engine, [order("1", "2026-01-01", 10), order("2", "2026-02-01", 20, status=status)])
    assert history(rows)[0] == 1


def test_a_free_order_is_a_purchase_and_an_order_without_a_status_is_paid(engine: Engine) -> None:
    rows, _ = counted(engine, [order("1", "2026-01-01", 0), order("2", "2026-02-01", 20, status=None)])
    assert history(rows) == (2, 1, 31, 180, 20)


def test_a_currency_without_a_rate_is_left_out_and_counted(engine: Engine) -> None:
    rows, unrated = counted(
        engine,
        [
            order("1", "2026-01-01", 10, currency=None),
            order("2", "2026-02-01", 20, currency="USD"),
            order("3", "2026-03-01", 30, currency="CHF"),
            order("4", "2026-03-02", 30, currency="CHF"),
            order("5", "2026-07-02", 30, currency="CHF"),  # after the as-of day
            order("6", "2026-03-02", 30, currency="JPY", status="cancelled"),  # no sale in any currency
        ],
        [give_back("2", "2026-03-01", 4, currency="USD"), give_back("3", "2026-03-01", 30, currency="CHF")],
    )
    assert history(rows) == (2, 1, 31, 180, 18)
    assert unrated == {"CHF": 2}


def test_the_same_order_number_in_two_shops_is_two_orders(engine: Engine) -> None:
    rows, _ = counted(
        engine,
        [order("1", "2026-01-01", 10, account="north"), order("1", "2026-02-01", 20, account="south")],
        [give_back("1", "2026-02-02", 20, account="south")],
    )
    assert history(rows) == (1, 0, 0, 180, 10)


# ------------------------------------------------------------------------------ against plain Python

moments = st.builds(
    lambda days, hours: datetime(2026, 1, 1) + timedelta(days=days, hours=hours),  # noqa: DTZ001 - UTC by contract
    st.integers(0, 200),
    st.sampled_from([0, 5, 12, 22, 23]),
)
amounts = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(10), Decimal("19.99"), Decimal(250)])
currencies = st.sampled_from(["EUR", "EUR", "USD", "CHF", None])
order_rows = st.builds(
    lambda number, at, amount, who, currency, status: order(
        f"o{number}", at.isoformat(), amount, who, currency=currency, status=status
    ),
    st.integers(0, 30),
    moments,
    amounts,
    st.sampled_from(["rosa", "jonas", "stranger"]),
    currencies,
    st.sampled_from(["paid", "paid", None, "cancelled", "refunded"]),
)
return_rows = st.builds(
    lambda number, at, amount, who, currency: give_back(
        None if number > 30 else f"o{number}", at.isoformat(), amount, who, currency=currency
    ),
    st.integers(0, 45),
    moments,
    amounts,
    st.sampled_from(["rosa", "jonas"]),
    currencies,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(order_rows, max_size=14, unique_by=lambda row: row["source_id"]),
    st.lists(return_rows, max_size=6),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
)
def test_every_history_is_what_plain_python_counts(
    engine: Engine, orders: list[dict[str, Any]], returns: list[dict[str, Any]], zone: str
) -> None:
    assert counted(engine, orders, returns, zone)[0] == plainly(orders, returns, ZoneInfo(zone))


def _within(of: dict[date, Decimal]) -> dict[str, Any]:
    """Spend and purchase days within the last 30, 91, 182 and 365 days."""
    found: dict[str, Any] = {}
    for days in (30, 91, 182, 365):
        late = [amount for day, amount in of.items() if (AS_OF - day).days < days]
        found |= {f"spend_{days}": sum(late, Decimal(0)), f"days_{days}": len(late)}
    return found


def plainly(orders: list[dict[str, Any]], returns: list[dict[str, Any]], zone: ZoneInfo) -> dict[str, dict[str, Any]]:
    """The same by loops."""

    def local(at: datetime) -> date:
        return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()

    def rated(row: dict[str, Any]) -> Decimal | None:
        rate = {None: Decimal(1), "EUR": Decimal(1)} | RATES
        return row["amount"] * rate[row["currency"]] if row["currency"] in rate else None

    given_back = [row | {"amount": rated(row)} for row in returns if local(row["occurred_at"]) <= AS_OF]
    given_back = [row for row in given_back if row["amount"] is not None]
    known = {row["source_id"] for row in orders}
    linked: dict[str, Decimal] = defaultdict(Decimal)
    loose: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in given_back:
        if row["order_id"] in known:
            linked[row["order_id"]] += row["amount"]
        else:
            loose[row["record_id"]].append(row)
    days: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    bought: dict[str, int] = defaultdict(int)
    left = {who: sum(row["amount"] for row in rows) for who, rows in loose.items()}
    until = {who: max(row["occurred_at"] for row in rows) for who, rows in loose.items()}
    newest_first = sorted(
        sorted(orders, key=lambda row: row["source_id"]), key=lambda row: row["occurred_at"], reverse=True
    )
    for row in newest_first:
        who, paid = row["record_id"], rated(row)
        if who == "stranger" or row["status"] in NO_SALE or paid is None or local(row["occurred_at"]) > AS_OF:
            continue
        amount = max(paid - linked[row["source_id"]], Decimal(0))
        if who in until and row["occurred_at"] <= until[who]:
            used = min(left[who], amount)
            left[who], amount = left[who] - used, amount - used
        if amount > 0 or paid == 0:
            days[who][local(row["occurred_at"])] += amount
            bought[who] += 1
    return {
        who: {
            "orders": bought[who],
            "repeat_orders": len(of) - 1,
            "recency_days": (max(of) - min(of)).days,
            "age_days": (AS_OF - min(of)).days,
            "spend_total": sum(of.values()),
            "first_spend": of[min(of)],
            "last_spend": of[max(of)],
            "most_spend": max(of.values()),
            **_within(of),
            "returned_total": sum((row["amount"] for row in given_back if row["record_id"] == who), Decimal(0)),
        }
        for who, of in days.items()
    }
