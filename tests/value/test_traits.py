"""What the best have in common, in counts that name nobody (S0.22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import pyarrow as pa
import pytest
from tests.value.made import UNTIL, Checked, at, bought, facts, persons, worths

from byname.engines import Engine
from byname.value.dated import dated
from byname.value.shares import wilson
from byname.value.traits import Traits, traits

MONDAY, SATURDAY = date(2026, 5, 4), date(2026, 5, 9)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def crowd(count: int) -> list[str]:
    """p000 is the best, and so on."""
    return [f"p{n:03}" for n in range(count)]


def found(
    engine: Engine,
    people: Sequence[str],
    *,
    country: Mapping[str, str | None] | None = None,
    net: Sequence[tuple[str, Any, object]] = (),
    records: Sequence[dict[str, Any]] = (),
    orders: Sequence[dict[str, Any]] = (),
    order_lines: Sequence[dict[str, Any]] = (),
    brought: Sequence[str] = (),
    messages: Sequence[dict[str, Any]] = (),
    ratings: Sequence[dict[str, Any]] = (),
) -> Traits:
    said = country or {}
    return traits(
        engine,
        worth=worths(engine, {who: float(len(people) - place) for place, who in enumerate(people)}),
        people=engine.arrow(
            pa.table(
                {
                    "person_id": pa.array(list(people), pa.string()),
                    "country": pa.array([said.get(who) for who in people], pa.string()),
                }
            )
        ),
        records=facts(engine, "records", records),
        record_person=persons(engine, people),
        dated=dated(engine, bought(engine, net), zone="UTC"),
        orders=facts(engine, "orders", orders),
        order_lines=facts(engine, "order_lines", order_lines),
        brought=engine.arrow(pa.table({"person_id": pa.array(list(brought), pa.string())})),
        messages=facts(engine, "messages", messages),
        ratings=facts(engine, "ratings", ratings),
        until=UNTIL,
    )


def rows(engine: Engine, of: Traits) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row.pop("trait"), row.pop("value")): row for row in engine.fetch(of.table).to_pylist()}


def test_lift_is_the_share_among_the_best_over_the_share_among_all(engine: Engine) -> None:
    people = crowd(200)  # 20 are the best
    country = {who: "DE" if place < 15 or 100 <= place < 135 else "FR" for place, who in enumerate(people)}
    of = found(engine, people, country=country)
    row = rows(engine, of)["country", "DE"]
    low, high = (end / 0.1 for end in wilson(15, 50))
    assert row == {
        "people": 50,
        "share_of_best": pytest.approx(0.75),
        "share_of_all": pytest.approx(0.25),
        "lift": pytest.approx(3),
        "lift_low": pytest.approx(low),
        "lift_high": pytest.approx(high),
        "sure": True,
        "at_first": True,
    }
    assert rows(engine, of)["country", "FR"]["lift"] == pytest.approx((5 / 20) / (150 / 200))
    assert of.report[0][1].startswith("4 of 4 shown")  # two countries, nobody brought, no survey answered


def test_what_the_best_have_as_all_have_is_not_sure(engine: Engine) -> None:
    people = crowd(200)
    country = {who: "DE" if place % 2 else "FR" for place, who in enumerate(people)}
    assert not any(row["sure"] for row in rows(engine, found(engine, people, country=country)).values())


@pytest.mark.parametrize(
    ("of_best", "people", "shown"), [(5, 20, True), (4, 20, False), (5, 19, False), (19, 19, False)]
)
def test_fewer_than_20_people_or_5_of_the_best_are_never_shown(
    engine: Engine, of_best: int, people: int, *, shown: bool
) -> None:
    everybody = crowd(400)  # 40 are the best
    has = everybody[:of_best] + everybody[100 : 100 + people - of_best]
    country = {who: "LI" if who in has else "DE" for who in everybody}
    table = rows(engine, found(engine, everybody, country=country))
    assert (("country", "LI") in table) is shown
    # What is left of everybody would tell how many the few are: then it is withheld too.
    assert (("country", "DE") in table) is (people >= 20)
    assert all(row["people"] >= 20 for row in table.values())


def test_who_has_no_country_is_no_part_of_the_countries(engine: Engine) -> None:
    people = crowd(100)
    country = dict.fromkeys(people[:5] + people[50:75], "DE") | dict.fromkeys(people[30:35], "")
    row = rows(engine, found(engine, people, country=country))["country", "DE"]
    assert (row["people"], row["share_of_all"], row["lift"]) == (30, 1.0, pytest.approx(1))


def test_every_trait_is_read_from_its_records(engine: Engine) -> None:
    people = crowd(100)
    chosen = people[:10] + people[50:70]
    net = [(who, SATURDAY if who in chosen else MONDAY, 10) for who in people]
    net += [(who, MONDAY.replace(day=11), 10) for who in people]  # a second order, with nothing to tell
    orders = [
        {"source_id": f"o{place}", "channel": "till" if net[place][0] in chosen else "web"} for place in range(100)
    ]
    lines = [{"order_id": f"o{place}", "product": "tent", "product_id": "1"} for place in range(100)]
    lines += [{"order_id": f"o{place}", "product_id": "lamp"} for place in range(10)] * 2
    lines += [{"order_id": f"o{place + 100}", "product": "late"} for place in range(100)]
    records = [{"record_id": who, "source": "fair", "created_at": at("2026-01-01")} for who in chosen]
    records += [{"record_id": who, "source": "undated"} for who in people]
    table = rows(
        engine,
        found(
            engine,
            people,
            net=net,
            orders=orders,
            order_lines=lines,
            records=records,
            brought=chosen,
            messages=[{"record_id": who, "medium": "survey"} for who in chosen[:15]],
            ratings=[{"record_id": who, "scale": "NPS", "score": 9.0} for who in chosen[15:]],
        ),
    )
    lifted = {
        ("channel of the first order", "till"),
        ("first seen in", "fair"),
        ("brought by a friend", "yes"),
        ("answered a survey", "yes"),
        ("buys", "on both alike"),
    }
    assert {key for key, row in table.items() if row["people"] == 30} == lifted
    assert [table[key]["lift"] for key in lifted] == pytest.approx([(10 / 10) / (30 / 100)] * 5)
    assert table["month of the first purchase", "May"]["people"] == 100
    assert table["in the first order", "tent"]["people"] == 100
    assert {key for key, row in table.items() if not row["at_first"]} == {
        ("answered a survey", "yes"),
        ("buys", "on both alike"),
    }


def test_nobody_gives_an_empty_table_and_nothing_names_anybody(engine: Engine) -> None:
    nobody = found(engine, [])
    assert (engine.count(nobody.table), nobody.report) == (0, [])
    few = found(engine, crowd(30), country=dict.fromkeys(crowd(30), "DE"))
    assert engine.count(few.table) == 0  # of 30 people 3 are the best
    assert few.report[0][1].startswith("0 of 3 shown")
    assert not {"person_id", "name", "record_id"} & set(few.table.columns)
