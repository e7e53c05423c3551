"""How near each person is to buying, and going back (S1.16)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.value.made import AS_OF, UNTIL, Checked, at, bought, facts, persons

from byname.engines import Engine
from byname.standing.stage_signs import _read_events
from byname.standing.stage_words import products_of, sign_of
from byname.standing.stages import Stages, stages

VOICE = pa.schema(
    {name: pa.string() for name in ("person_id", "fact_id", "intents", "about")}
    | {"occurred_at": pa.timestamp("us"), "sensitive": pa.bool_()}
)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def found(engine: Engine, *, zone: str = "UTC", sensitive: tuple[str, ...] = (), **made: list[Any]) -> Stages:
    net = made.get("net", [])
    names = ("subscriptions", "usage", "answers", "order_lines")
    rows = {name: made.get(name, []) for name in names}
    voice = [{"fact_id": f"v{place}", "sensitive": False} | row for place, row in enumerate(made.get("voice", []))]
    known = {row["record_id"] for name in names for row in rows[name] if row.get("record_id")}
    orders = [{"source_id": f"o{place}", "record_id": one[0], "occurred_at": one[1]} for place, one in enumerate(net)]
    return stages(
        engine,
        net=bought(engine, net),
        orders=facts(engine, "orders", orders),
        **{name: facts(engine, name, one) for name, one in rows.items()},
        voice=engine.arrow(pa.Table.from_pylist([row | {"occurred_at": at(row["occurred_at"])} for row in voice], schema=VOICE)),
        record_person=persons(engine, sorted(known)),
        zone=zone,
        as_of=AS_OF,
        until=UNTIL,
        sensitive=sensitive,
    )  # fmt: skip


def rows(engine: Engine, of: Stages) -> dict[tuple[str, str | None], dict[str, Any]]:
    return {(row["person_id"], row["product"]): row for row in engine.fetch(of.table).to_pylist()}


def event(who: str, what: str, ago: int, **properties: Any) -> dict[str, Any]:
    return {
        "record_id": who,
        "event": what,
        "occurred_at": AS_OF - timedelta(days=ago),
        "properties": json.dumps(properties),
    }


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("page: Home", 1),
        ("screen: Basket", 3),
        ("page_view", 1),
        ("Promotion Viewed", 1),
        ("Promotion Clicked", 2),
        ("Products Searched", 2),
        ("Product List Viewed", 2),
        ("Product Viewed", 2),
        ("view_item", 2),
        ("viewItemList", 2),
        ("page: Pricing", 2),
        ("Signed Up", 2),
        ("sign_up", 2),
        ("Product Added", 3),
        ("add_to_cart", 3),
        ("addToCart", 3),
        ("Product Added to Wishlist", 3),
        ("Cart Viewed", 3),
        ("Checkout Started", 3),
        ("begin_checkout", 3),
        ("Payment Info Entered", 3),
        ("Coupon Entered", 3),
        ("Trial Started", 3),
        ("Order Completed", 4),
        ("purchase", 4),
        ("Subscription Started", 4),
    ],
)
def test_the_names_of_the_trade_are_known(name: str, level: int) -> None:
    sign = sign_of(name)
    assert sign is not None
    assert sign.level == level


@pytest.mark.parametrize(
    "name",
    ["Product Removed", "remove_from_cart", "Order Cancelled", "Order Refunded", "Payment failed", "Signed In", "", "…",
     "Report exported", "Product Removed from Wishlist", "Coupon Denied", "Cart Abandoned", "Signed Out"],
)  # fmt: skip
def test_what_undoes_a_step_or_says_nothing_is_no_sign(name: str) -> None:
    assert sign_of(name) is None


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_name_is_read_or_left(name: str) -> None:
    sign = sign_of(name)
    assert sign is None or 1 <= sign.level <= 4


@pytest.mark.parametrize(
    ("properties", "products"),
    [
        ('{"product_id": "p1", "name": "Tea"}', [("p1", "Tea")]),
        ('{"sku": 7}', [("7", "7")]),
        ('{"products": [{"product_id": "p1"}, {"name": "Tin"}, {"product_id": "p1"}, 3]}', [("p1", "p1"), ("tin", "Tin")]),
        ('{"items": [{"item_id": "a", "item_name": "A"}]}', [("a", "A")]),
        ('{"name": "Home"}', []),
        ('{"product": "Green Tea"}', [("green tea", "Green Tea")]),
        ('{"product_id": true, "sku": null}', []),
        ("[1]", []),
        ("{", []),
        ("[" * 200_000 + "{", []),
        (None, []),
    ],
)  # fmt: skip
def test_products_are_read_from_properties(properties: str | None, products: list[tuple[str, str]]) -> None:
    assert products_of(properties) == products


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["page: Home", "Product Viewed", "Report exported", "Product Removed", "add_to_cart"]),
            st.sampled_from(
                [None, "{}", "nonsense", '{"sku": "a"}', '{"products": [{"sku": "a"}, {"sku": "b", "name": "B"}]}']
            ),
        ),
        max_size=12,
    )
)
def test_a_batch_of_events_is_read_as_each_by_itself(made: list[tuple[str, str | None]]) -> None:
    columns = {
        "person_id": pa.array([f"p{place % 3}" for place in range(len(made))], pa.string()),
        "fact_id": pa.array([str(place) for place in range(len(made))], pa.string()),
        "occurred_at": pa.array([UNTIL] * len(made), pa.timestamp("us")),
        "event": pa.array([event for event, _ in made], pa.string()),
        "properties": pa.array([properties for _, properties in made], pa.string()),
    }
    expected = [
        (str(place), sign.level, sign.says, *product)
        for place, (name, properties) in enumerate(made)
        if (sign := sign_of(name))
        for product in [("", ""), *products_of(properties)]
    ]
    read = _read_events(pa.RecordBatch.from_pydict(columns)).to_pylist()
    names = ("fact_id", "level", "says", "product", "product_name")
    assert [tuple(row[name] for name in names) for row in read] == expected


def test_each_has_a_stage_with_the_company_and_with_each_product(engine: Engine) -> None:
    made = found(
        engine,
        usage=[
            event("rosa", "Product Viewed", 5, product_id="p1", name="Tea"),
            event("rosa", "Product Added", 3, product_id="p2", name="Tin"),
            event("jonas", "page: Home", 2),
            event("stranger", "Report exported", 2),
            {"record_id": "nobody known", "event": "page: Home", "occurred_at": AS_OF} | {"record_id": None},
        ],
        net=[("mia", AS_OF - timedelta(days=10), 20)],
        order_lines=[{"record_id": "mia", "order_id": "o0", "product_id": "p1", "product": "Tea", "quantity": 1.0}],
    )
    got = rows(engine, made)
    assert {key: row["stage"] for key, row in got.items()} == {
        ("rosa", None): "desire",
        ("rosa", "p1"): "interest",
        ("rosa", "p2"): "desire",
        ("jonas", None): "attention",
        ("mia", None): "action",
        ("mia", "p1"): "action",
    }
    assert got["rosa", "p2"]["product_name"] == "Tin"
    assert got["rosa", "p2"]["fact_id"] == "usage-1"
    assert got["mia", None]["fact_id"] == "orders-0"
    assert got["rosa", None]["since"] == AS_OF - timedelta(days=3)
    assert got["rosa", None]["says"] == "desire: had something in the cart on 2026-06-27"
    assert not any(row["went_back"] for row in got.values())


def test_a_stage_goes_back_to_what_was_shown_since_and_then_to_none(engine: Engine) -> None:
    """Defaults: desire holds 14 days, interest 30."""
    made = found(
        engine,
        usage=[
            event("back", "add_to_cart", 20),
            event("back", "view_item", 4),
            event("still", "add_to_cart", 14),
            event("gone", "add_to_cart", 60),
            event("fell", "add_to_cart", 20),
        ],
    )
    got = {who: row for (who, _), row in rows(engine, made).items()}
    assert {who: (row["stage"], row["went_back"]) for who, row in got.items()} == {
        "back": ("interest", True),
        "still": ("desire", False),
        "gone": (None, True),
        "fell": ("interest", True),
    }
    # 15 days after the cart it no longer held: that is when she went back.
    assert got["back"]["since"] == AS_OF - timedelta(days=5)
    assert got["gone"]["since"] == AS_OF - timedelta(days=29)
    assert got["back"]["says"] == (
        "interest: looked at a product on 2026-06-26; went back from desire (last shown on 2026-06-10, usual is 14 days)"
    )
    assert got["gone"]["says"].startswith(
        "no stage now: had something in the cart on 2026-05-01; went back from desire"
    )


def test_it_begins_anew_after_a_silence(engine: Engine) -> None:
    made = found(engine, usage=[event("rosa", "view_item", ago) for ago in (200, 190, 50, 25, 10)])
    assert rows(engine, made)["rosa", None]["since"] == AS_OF - timedelta(days=50)


def test_usual_times_are_the_companys_own_where_enough_went_on(engine: Engine) -> None:
    usage = [
        one for n in range(40) for one in (event(f"p{n}", "view_item", 300), event(f"p{n}", "add_to_cart", 300 - 3 * n))
    ]
    patience = {
        (row["of_product"], row["level"]): row["days"]
        for row in engine.fetch(found(engine, usage=usage).patience).to_pylist()
    }
    assert patience[False, 2] == 3 * 35  # the 36th of 40: nine in ten
    assert patience[False, 3] == 14
    assert patience[False, 4] == 365


def test_action_holds_for_twice_the_own_pace(engine: Engine) -> None:
    days = [("weekly", AS_OF - timedelta(days=ago), 1) for ago in (95, 88, 81, 74, 67)]
    days += [("once", AS_OF - timedelta(days=300), 1)]
    got = rows(engine, found(engine, net=days))
    assert (got["weekly", None]["stage"], got["once", None]["stage"]) == (None, "action")
    assert got["weekly", None]["since"] == AS_OF - timedelta(days=67 - 31)


def test_a_running_subscription_is_action_since_its_first_day(engine: Engine) -> None:
    def contract(who: str, begun: int, status: str = "active", ended: int | None = None) -> dict[str, Any]:
        return {
            "record_id": who,
            "plan": "gold",
            "status": status,
            "started_at": at(AS_OF - timedelta(days=begun)),
            "ended_at": None if ended is None else at(AS_OF - timedelta(days=ended)),
        }

    made = found(
        engine,
        subscriptions=[
            contract("runs", 1500),
            contract("tries", 10, "trialing"),
            contract("left", 1500, "cancelled", 700),
            contract("ended", 900, ended=100),
            contract("later", 900, ended=-100),
        ],
    )
    got = rows(engine, made)
    assert {who: row["stage"] for (who, product), row in got.items() if product == "gold"} == {
        "runs": "action",
        "tries": "desire",
        "left": None,
        "ended": "action",
        "later": "action",
    }
    assert got["runs", None]["since"] == AS_OF - timedelta(days=1500)
    assert got["ended", None]["since"] == AS_OF - timedelta(days=900)


def test_answers_and_a_prospects_question_are_signs_but_a_customers_question_is_not(engine: Engine) -> None:
    day = AS_OF - timedelta(days=3)
    made = found(
        engine,
        answers=[{"record_id": "opens", "kind": "opened", "occurred_at": day}]
        + [{"record_id": "clicks", "kind": "clicked", "occurred_at": day}]
        + [{"record_id": "leaves", "kind": "unsubscribed", "occurred_at": day}],
        voice=[
            {"person_id": "asks", "intents": "thanks, question", "occurred_at": day, "about": "p1"},
            {"person_id": "owner", "intents": "question", "occurred_at": day, "about": "p1"},
            {"person_id": "shy", "intents": "question", "occurred_at": day, "sensitive": True},
        ],
        net=[("owner", AS_OF - timedelta(days=500), 5)],
        order_lines=[{"record_id": "owner", "order_id": "o0", "product_id": "p1", "quantity": 1.0}],
    )
    got = {key: row["stage"] for key, row in rows(engine, made).items()}
    assert got == {
        ("opens", None): "attention",
        ("clicks", None): "interest",
        ("asks", None): "interest",
        ("asks", "p1"): "interest",
        ("owner", None): None,
        ("owner", "p1"): None,
    }


def test_of_products_that_are_nobodys_business_no_stage_is_held(engine: Engine) -> None:
    usage = [event("rosa", "Product Viewed", 1, product_id="p9", name="Pregnancy Test")]
    got = rows(engine, found(engine, usage=usage, sensitive=("pregnancy test", "")))
    assert list(got) == [("rosa", None)]
    assert "regnancy" not in got["rosa", None]["says"]


def test_nothing_after_the_day_and_nothing_at_all_count_for_nothing(engine: Engine) -> None:
    later = event("rosa", "add_to_cart", -2)
    assert rows(engine, found(engine, usage=[later])) == {}
    assert rows(engine, found(engine)) == {}


def test_a_day_is_the_companys(engine: Engine) -> None:
    late = event("rosa", "page: Home", 0) | {"occurred_at": at("2026-06-29T23:30")}
    assert rows(engine, found(engine, usage=[late], zone="Europe/Berlin"))["rosa", None]["since"] == date(2026, 6, 30)
    assert rows(engine, found(engine, usage=[late]))["rosa", None]["since"] == date(2026, 6, 29)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["page: Home", "view_item", "add_to_cart"]), st.integers(0, 120)), max_size=10)
)
def test_the_stage_is_what_plain_python_says(duck_engine: Engine, made: list[tuple[str, int]]) -> None:
    holds = {1: 30, 2: 30, 3: 14}
    level = {"page: Home": 1, "view_item": 2, "add_to_cart": 3}
    last = {k: min((ago for what, ago in made if level[what] >= k), default=999) for k in holds}
    now = max((k for k, days in holds.items() if last[k] <= days), default=0)
    got = rows(duck_engine, found(duck_engine, usage=[event("rosa", what, ago) for what, ago in made]))
    assert [row["stage"] for row in got.values()] == ([[None, "attention", "interest", "desire"][now]] if made else [])
