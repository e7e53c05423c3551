"""Changes of status that people told: a new company, a new town (S3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import pyarrow as pa
import pytest
from tests.value.made import UNTIL, Checked, at, persons

from byname.engines import Engine
from byname.facts import schema
from byname.value.told import told

MEMBERS = pa.schema(
    {name: pa.string() for name in ("company_id", "name", "parent_id", "person_id")}
    | {name: pa.timestamp("us") for name in ("since", "until")}
)
KNOWN = pa.schema(
    {name: pa.string() for name in ("person_id", "record_id", "source", "account", "source_id", "company")}
    | {name: pa.timestamp("us") for name in ("seen_at", "first_known")}
)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def stay(company: str, since: str, until: str | None = None, parent: str | None = None) -> dict[str, Any]:
    return {
        "company_id": company.lower(),
        "name": company,
        "parent_id": parent,
        "person_id": "rosa",
        "since": at(since),
        "until": at(until),
    }


def record(number: str, company: str | None, seen: str | None, known: str = "2020-01-01") -> dict[str, Any]:
    return {
        "person_id": "rosa",
        "record_id": number,
        "source": "crm",
        "account": "main",
        "source_id": number,
        "company": company,
        "seen_at": at(seen),
        "first_known": at(known),
    }


def version(
    number: int, city: str | None, when: str | None, postcode: str | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "fact_id": "f1",
        "source": "crm",
        "account": "main",
        "source_id": "c1",
        "record_id": "r1",
        "role": "customer",
        "version": number,
        "row_hash": f"h{number}",
        "city": city,
        "postcode": postcode,
        "updated_at": at(when),
        "known_at": at("2026-06-01"),
    } | more


def lines(
    engine: Engine,
    *,
    members: Sequence[dict[str, Any]] = (),
    known: Sequence[dict[str, Any]] = (),
    versions: Sequence[dict[str, Any]] = (),
) -> list[tuple[str, datetime, str, str | None]]:
    table = told(
        engine,
        engine.arrow(pa.Table.from_pylist(list(members), schema=MEMBERS)),
        engine.arrow(pa.Table.from_pylist(list(known), schema=KNOWN)),
        engine.arrow(pa.Table.from_pylist(list(versions), schema=schema.table("records").arrow_schema())),
        persons(engine, {"r1": "rosa", "r2": "rosa"}),
        until=UNTIL,
    )
    rows = engine.fetch(table, order_by=("person_id", "occurred_at", "kind")).to_pylist()
    assert all(row["person_id"] == "rosa" for row in rows)
    return [(row["kind"], row["occurred_at"], row["says"], row["source_id"]) for row in rows]


def test_a_move_to_another_company_leads_back_to_the_record_that_shows_it(engine: Engine) -> None:
    found = lines(
        engine,
        members=[stay("Acme", "2024-01-01", "2026-02-01"), stay("Borealis", "2026-02-01")],
        known=[
            record("1", "Acme", "2024-01-01"),
            record("2", "Borealis", "2026-02-01"),
            record("3", None, "2026-02-01"),
        ],
    )
    assert found == [("company", at("2026-02-01"), "now buys for Borealis, before for Acme", "2")]


@pytest.mark.parametrize(
    "members",
    [
        [stay("Borealis", "2026-02-01")],  # the first that we know is no change
        [stay("Acme", "2024-01-01"), stay("Borealis", "2026-02-01")],  # both at once
        [stay("Acme", "2020-01-01", "2025-01-01"), stay("Borealis", "2025-01-01")],  # long ago
        [stay("Acme", "2020-01-01", "2026-08-01"), stay("Borealis", "2026-08-01")],  # ahead
        [stay("Acme", "2024-01-01", "2026-02-01", "borealis"), stay("Borealis", "2026-02-01")],  # a merger
        [stay("Acme", "2024-01-01", "2026-02-01", "top"), stay("Borealis", "2026-02-01", None, "top")],  # in the group
        [],
    ],
)
def test_what_is_no_move_is_not_told(engine: Engine, members: list[dict[str, Any]]) -> None:
    assert lines(engine, members=members) == []


def test_of_several_earlier_companies_the_last_one_is_named_and_no_record_needs_to_be_there(engine: Engine) -> None:
    found = lines(
        engine,
        members=[
            stay("Acme", "2020-01-01", "2022-01-01"),
            stay("Cirrus", "2022-01-01", "2026-02-01"),
            stay("Borealis", "2026-02-01"),
        ],
    )
    assert found == [("company", at("2026-02-01"), "now buys for Borealis, before for Cirrus", None)]


def test_a_customers_row_that_says_another_town_is_a_move(engine: Engine) -> None:
    found = lines(
        engine,
        versions=[version(1, "Leeds", "2024-01-01"), version(2, None, "2026-01-01"), version(3, "York", "2026-03-01")],
    )
    assert found == [("city", at("2026-03-01"), "moved from Leeds to York", "c1")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Leeds", "LS1"), (" leeds", "LS2")),
        (("München", None), ("Muenchen", None)),
        (("Frankfurt", None), ("Frankfurt am Main", None)),
        (("Leeds", "LS1 2AB"), ("Headingley", "ls12ab")),  # the same postcode
        (("---", None), ("York", None)),
    ],
)
def test_another_spelling_of_a_town_is_no_move(engine: Engine, before: Any, after: Any) -> None:
    versions = [version(1, before[0], "2024-01-01", before[1]), version(2, after[0], "2026-03-01", after[1])]
    assert lines(engine, versions=versions) == []


def test_what_was_changed_and_changed_back_is_no_move(engine: Engine) -> None:
    there = [version(1, "Leeds", "2024-01-01"), version(2, "York", "2026-03-01")]
    assert lines(engine, versions=[*there, version(3, "Leeds", "2026-03-02")]) == []
    assert lines(engine, versions=[*there, version(3, "Hull", "2026-04-01")]) == [
        ("city", at("2026-04-01"), "moved from York to Hull", "c1")
    ]


def test_moves_of_long_ago_and_ahead_are_not_told_and_without_a_date_the_import_counts(engine: Engine) -> None:
    assert lines(engine, versions=[version(1, "Leeds", "2020-01-01"), version(2, "York", "2024-03-01")]) == []
    assert lines(engine, versions=[version(1, "Leeds", "2020-01-01"), version(2, "York", "2026-07-01")]) == []
    undated = [version(1, "Leeds", "2024-01-01"), version(2, "York", None)]
    assert lines(engine, versions=undated) == [("city", at("2026-06-01"), "moved from Leeds to York", "c1")]


def test_an_orders_address_is_no_home_and_two_lists_tell_one_move_once(engine: Engine) -> None:
    order = [version(1, "Leeds", "2024-01-01", role="order"), version(2, "York", "2026-03-01", role="order")]
    assert lines(engine, versions=order) == []
    first = [version(1, "Leeds", "2024-01-01"), version(2, "York", "2026-03-01")]
    second = [row | {"fact_id": "f2", "record_id": "r2", "source_id": "c2"} for row in first]
    second[1] |= {"updated_at": at("2026-02-01"), "city": "YORK"}
    assert lines(engine, versions=first + second) == [("city", at("2026-02-01"), "moved from Leeds to YORK", "c2")]
