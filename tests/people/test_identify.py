"""Who is who by exact keys, with guards against keys that belong to many (S0.10, S0.39, S3.18, S4.10)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from byname.company import Exclude
from byname.engines import open_engine
from byname.facts import schema
from byname.people import identify, person_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from byname.engines import Engine, Table

NOBODY = Exclude()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", spill=tmp_path / "spill") as opened:
        yield opened


def order(source_id: str, record_id: str, source: str = "shop") -> dict[str, Any]:
    return {"source": source, "source_id": source_id, "record_id": record_id}


def record(record_id: str, **said: Any) -> dict[str, Any]:
    known_at = said.pop("known_at", datetime(2026, 1, 1))  # noqa: DTZ001 - UTC by contract
    return {"record_id": record_id, "source_id": record_id, "role": "customer", "known_at": known_at, **said}


def table_of(engine: Engine, name: str, *rows: dict[str, Any]) -> Table:
    return engine.arrow(pa.Table.from_pylist(list(rows), schema=schema.table(name).arrow_schema()))


def persons(
    engine: Engine, *records: dict[str, Any], exclude: Exclude = NOBODY, orders: Sequence[dict[str, Any]] = ()
) -> dict[str, str]:
    """record_id → person_id."""
    rows = table_of(engine, "records", *records)
    people = identify(engine, rows, rows, table_of(engine, "orders", *orders), country="DE", exclude=exclude)
    found = engine.fetch(people.record_person).to_pylist()
    return {row["record_id"]: row["person_id"] for row in found}


def groups(engine: Engine, *records: dict[str, Any]) -> set[frozenset[str]]:
    """The record ids of each person."""
    of: dict[str, set[str]] = {}
    for record_id, person in persons(engine, *records).items():
        of.setdefault(person, set()).add(record_id)
    return {frozenset(one) for one in of.values()}


def test_the_same_mailbox_and_initial_is_one_person(engine: Engine) -> None:
    assert groups(
        engine,
        record("a", name="Rosa Haddad", email="Rosa@example.com"),
        record("b", given_name="R.", family_name="Haddad", email="rosa+x@example.com"),
        record("c", email="rosa@example.com"),
        record("d", name="Haddad, Rosa", email="rosa@example.com"),
        record("e", name="Mrs. Rosa Haddad", email="rosa@example.com"),
        record("f", name="Somebody Else", email="else@example.com"),
    ) == {frozenset("abcde"), frozenset("f")}


def test_keys_join_across_types(engine: Engine) -> None:
    assert groups(
        engine,
        record("a", name="Rosa Haddad", email="rosa@example.com"),
        record("b", name="Rosa Haddad", email="rosa@example.com", phone="030 1234567"),
        record("c", name="R Haddad", phone="+49 30 1234567"),
        record("d", external_ids=["shop:17"]),
        record("e", phone="+49301234567", external_ids=["shop:17"]),
    ) == {frozenset("abcde")}


def test_a_family_address_joins_only_those_whose_initials_agree(engine: Engine) -> None:
    assert groups(
        engine,
        record("a", name="Rosa Haddad", email="family@example.com"),
        record("b", name="Karim Haddad", email="family@example.com"),
        record("c", name="Rosa Haddad-Weber", email="family@example.com"),
        record("d", email="family@example.com"),
    ) == {frozenset("ac"), frozenset("b"), frozenset("d")}


def test_a_desks_address_needs_the_initial_even_where_nobody_disagrees(engine: Engine) -> None:
    assert groups(
        engine,
        record("a", name="Rosa Haddad", email="info@example.com"),
        record("b", email="info@example.com"),
    ) == {frozenset("a"), frozenset("b")}


def test_a_crowds_address_joins_nobody(engine: Engine) -> None:
    crowd = [record(f"r{number}", name=f"Rosa Nr{number}", email="till@example.com") for number in range(51)]
    assert len(groups(engine, *crowd)) == 51
    assert len(groups(engine, *crowd[:50])) == 1


def test_two_hundred_orders_of_one_person_are_no_crowd(engine: Engine) -> None:
    orders = [record(f"o{number}", role="order", name="Rosa Haddad", email="rosa@example.com") for number in range(200)]
    assert len(groups(engine, *orders)) == 1


def test_addresses_that_are_nobodys_join_nobody(engine: Engine) -> None:
    assert (
        len(
            groups(
                engine,
                record("a", name="Rosa Haddad", email="noreply@example.com", phone="0000000000"),
                record("b", name="Rosa Lind", email="noreply@example.com", phone="0000000000"),
            )
        )
        == 2
    )


def test_several_rows_about_one_record_are_one_person(engine: Engine) -> None:
    """A customer number on two orders with two addresses: the number says that it is one person."""
    assert groups(
        engine,
        record("a", role="mention", name="Rosa Haddad", email="old@example.com"),
        record("a", role="mention", name="Rosa Haddad", email="new@example.com"),
        record("b", name="Rosa Haddad", email="old@example.com"),
        record("c", name="Rosa Haddad", email="new@example.com"),
    ) == {frozenset("abc")}


def test_records_without_any_key_stay_apart(engine: Engine) -> None:
    assert groups(engine, record("a", name="Rosa Haddad"), record("b", name="Rosa Haddad")) == {
        frozenset("a"),
        frozenset("b"),
    }


def test_the_person_is_named_by_the_record_known_first(engine: Engine) -> None:
    early, late = datetime(2026, 1, 1), datetime(2026, 2, 1)  # noqa: DTZ001 - UTC by contract
    found = persons(
        engine,
        record("a", email="rosa@example.com", known_at=late),
        record("z", email="rosa@example.com", known_at=early),
        record("y", email="rosa@example.com", known_at=early),
    )
    assert set(found.values()) == {person_id("y")}


def test_an_id_stays_when_records_come_and_go(engine: Engine) -> None:
    later = datetime(2026, 3, 1)  # noqa: DTZ001 - UTC by contract
    first = persons(engine, record("m", email="rosa@example.com"))
    more = persons(
        engine,
        record("m", email="rosa@example.com"),
        record("a", email="rosa@example.com", phone="030 1234567", known_at=later),
        record("b", phone="030 1234567", known_at=later),
    )
    assert set(more.values()) == set(first.values())


def test_a_person_id_is_p_and_sixteen_characters_of_base32() -> None:
    import base64
    import hashlib

    assert person_id("anchor") == "p" + base64.b32encode(hashlib.sha256(b"anchor").digest())[:16].decode()


@pytest.mark.parametrize(
    "exclude",
    [Exclude(emails=("*@acme.example",)), Exclude(names=("test *",)), Exclude(ids=("b",))],
    ids=["email", "name", "id"],
)
def test_whoever_is_excluded_is_nobody_with_all_their_records(engine: Engine, exclude: Exclude) -> None:
    found = persons(
        engine,
        record("a", name="Ines Moreira", phone="030 1234567"),
        record("b", name="Test Ines", email="ines@acme.example", phone="030 1234567", given_name="Ines"),
        record("c", name="Rosa Haddad", email="rosa@example.com"),
        exclude=exclude,
    )
    assert set(found) == {"c"}


def test_no_records_give_no_people(engine: Engine) -> None:
    assert persons(engine) == {}


def test_a_person_is_called_by_the_spelling_in_most_records_and_a_list_counts_for_more(engine: Engine) -> None:
    rows = table_of(
        engine,
        "records",
        *(record(f"o{n}", role="order", name="R HADDAD", email="rosa@example.com") for n in range(5)),
        record("c", name="Rosa Haddad", email="rosa@example.com", city="Graz"),
    )
    people = identify(engine, rows, rows, table_of(engine, "orders"), country="AT", exclude=NOBODY)
    (row,) = engine.fetch(people.details).to_pylist()
    assert (row["name"], row["email"], row["city"]) == ("Rosa Haddad", "rosa@example.com", "Graz")
    assert engine.fetch(people.counted).to_pylist() == [{"person_id": row["person_id"], "records": 6}]


def test_a_review_that_names_an_order_is_its_buyers(engine: Engine) -> None:
    review = record("review", role="review", name="Rosa H", external_ids=["order:1050"])
    buyer = record("o1", role="order", name="Rosa Haddad", email="rosa@example.com")
    other = record("o2", role="order", name="Rosa Lind", email="lind@example.com")
    found = persons(engine, review, buyer, other, orders=[order("#1050", "o1"), order("#1051", "o2")])
    assert found["review"] == found["o1"] != found["o2"]
    # Two shops with that number: it tells nothing.
    twice = persons(engine, review, buyer, other, orders=[order("#1050", "o1"), order("1050", "o2", "other")])
    assert len(set(twice.values())) == 3
    # Somebody else's first name: not the buyer.
    stranger = record("review", role="review", name="Karim H", external_ids=["order:1050"])
    assert len(set(persons(engine, stranger, buyer, orders=[order("#1050", "o1")]).values())) == 2
