# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""What somebody said on their own page of their name or address stands above what sources say (S4.2; GDPR 16)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from byname.engines import Engine
from byname.people.best_version import OWN_WORD, corrected
from tests.people.decided_made import UNTIL, decisions

DETAILS = {
    "name": "R Haddad", "email": "old@example.com", "phone": "1", "street": "1 Old Lane", "postcode": "10115",
    "city": "Berlin", "country": "DE", "language": "de", "owner": "Ben", "created_at": datetime(2020, 1, 1),
    "name_from": "shop, 1 record", "email_from": "shop, 1 record", "phone_from": "shop, 1 record",
    "address_from": "shop, 1 record",
}  # fmt: skip


@pytest.fixture(params=["duck_engine", pytest.param("spark_engine", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


def of_rosa(engine: Engine, *rows: dict[str, Any]) -> dict[str, Any]:
    """Her details: r1 and r2 are records of hers, q1 is one of somebody else's."""
    details = engine.arrow(pa.Table.from_pylist([{"person_id": who, **DETAILS} for who in ("p1", "p2")]))
    links = engine.arrow(pa.table({"record_id": ["r1", "r2", "q1"], "person_id": ["p1", "p1", "p2"]}))
    facts = engine.fetch(decisions(engine, *rows))
    found = engine.fetch(corrected(engine, details, facts, links, until=UNTIL)).to_pylist()
    by_person = {row.pop("person_id"): row for row in found}
    assert by_person["p2"] == DETAILS
    return by_person["p1"]


def said(value: str, record: str = "r1", **more: Any) -> dict[str, Any]:
    return {"kind": "correct", "value": value, "record_id": record, **more}


def test_the_newest_correction_of_each_detail_stands(engine: Engine) -> None:
    row = of_rosa(
        engine, said("email first@example.com"), said("name Rosa Haddad"), said("email new@example.com", "r2")
    )
    assert (row["name"], row["email"], row["phone"]) == ("Rosa Haddad", "new@example.com", "1")
    assert (row["name_from"], row["email_from"], row["phone_from"]) == (OWN_WORD, OWN_WORD, "shop, 1 record")


def test_an_address_is_said_in_one_piece(engine: Engine) -> None:
    row = of_rosa(engine, said("address 7 Low Road, 53113 Bonn"))
    assert (row["street"], row["postcode"], row["city"], row["country"]) == ("7 Low Road, 53113 Bonn", None, None, "DE")
    assert (row["address_from"], row["language"]) == (OWN_WORD, "de")


def test_what_was_taken_back_holds_no_longer_and_the_one_before_does(engine: Engine) -> None:
    row = of_rosa(
        engine,
        said("phone 2"),
        said("phone 3"),
        said("name Rosa"),
        {"kind": "undo", "value": "d1"},
        {"kind": "undo", "value": "d2"},
    )
    assert (row["phone"], row["name"]) == ("2", "R Haddad")


def test_what_is_said_later_is_not_seen_and_what_says_nothing_changes_nothing(engine: Engine) -> None:
    later = datetime(2026, 12, 2)
    undone_later = {"kind": "undo", "value": "d1", "occurred_at": later}
    row = of_rosa(
        engine,
        said("email later@example.com", occurred_at=later),
        said("phone 2"),
        undone_later,
        said("name"),
        said(""),
    )
    assert (row["email"], row["phone"], row["name"]) == ("old@example.com", "2", "R Haddad")
