"""Households, companies and what became of people: links between people, never people (S0.10, S3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.engines import Engine, Table, open_engine
from byname.errors import SettingsError
from byname.people.changes import people_changes
from byname.people.companies import companies, company_key
from byname.people.households import home, households

COLUMNS = {
    **dict.fromkeys(
        "person_id record_id source given family email_key phone_key street postcode city company".split(), pa.string()
    ),
    "seen_at": pa.timestamp("us"),
    "first_known": pa.timestamp("us"),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", spill=Path(tmp_path_factory.mktemp("spill"))) as opened:
        yield opened


def known(engine: Engine, *rows: dict[str, Any]) -> Table:
    filled = [{"family": "", "email_key": "", "phone_key": "", "source": "shop", **row} for row in rows]
    return engine.arrow(pa.Table.from_pylist(filled, schema=pa.schema(list(COLUMNS.items()))))


def members(engine: Engine, *rows: dict[str, Any]) -> set[frozenset[str]]:
    of: dict[str, set[str]] = {}
    for row in engine.fetch(households(engine, known(engine, *rows)).members).to_pylist():
        of.setdefault(row["household_id"], set()).add(row["person_id"])
    return {frozenset(one) for one in of.values()}


def person(name: str, **said: Any) -> dict[str, Any]:
    return {"person_id": name, "record_id": name, **said}


LANE = {"street": "12 Long Lane", "postcode": "AB1 2CD"}


def test_a_family_at_one_address_is_a_household(engine: Engine) -> None:
    found = members(
        engine,
        person("p1", family="haddad", **LANE),
        person("p2", family="haddad", street="12 long ln.", postcode="ab12cd"),
        person("p3", family="haddad", street="99 Other Road", postcode="ZZ1"),
        person("p4", family="sato", **LANE),
    )
    assert found == {frozenset({"p1", "p2"})}


def test_a_shared_phone_or_mailbox_with_the_name_is_a_household_and_a_desks_is_none(engine: Engine) -> None:
    found = members(
        engine,
        person("p1", family="haddad", phone_key="+49301"),
        person("p2", family="haddad", phone_key="+49301"),
        person("p3", family="sato", email_key="info@acme.example"),
        person("p4", family="sato", email_key="info@acme.example"),
    )
    assert found == {frozenset({"p1", "p2"})}


def test_a_hotel_is_no_household(engine: Engine) -> None:
    assert members(engine, *(person(f"p{n:03}", family="smith", **LANE) for n in range(500))) == set()


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"), st.sampled_from(["haddad", "sato", ""]), st.sampled_from(["12 Lane", None])
        ),
        max_size=12,
    )
)
def test_nobody_is_in_two_households_whatever_the_order(
    engine: Engine, rows: list[tuple[str, str, str | None]]
) -> None:
    made = [person(name, family=family, street=street, postcode="AB1") for name, family, street in rows]
    table = engine.fetch(households(engine, known(engine, *made)).members).to_pylist()
    assert len({row["person_id"] for row in table}) == len(table)
    assert members(engine, *made) == members(engine, *reversed(made))


def test_streets_are_compared_as_people_read_them() -> None:
    assert home("Lange Straße 5") == home("lange str. 5") == home("LANGE STRASSE 5")
    assert home("12 Long Ave") == home("12, long avenue")


@pytest.mark.parametrize(
    ("one", "two"),
    [("Acme GmbH", "ACME"), ("Acme GmbH & Co. KG", "acme"), ("Müller AG", "Muller"), ("S.A.R.L. Acme", "SARL Acme")],
)
def test_a_legal_form_makes_no_other_company(one: str, two: str) -> None:
    assert company_key(one) == company_key(two)


def test_a_person_moves_from_one_company_to_another(engine: Engine) -> None:
    found = companies(
        engine,
        known(
            engine,
            person("p1", company="Acme GmbH", seen_at=datetime(2024, 1, 1)),  # noqa: DTZ001 - UTC by contract
            person("p1", company="Borealis AB", seen_at=datetime(2025, 6, 1)),  # noqa: DTZ001
            person("p2", company="ACME", seen_at=datetime(2025, 1, 1)),  # noqa: DTZ001
        ),
        {"Acme": "World Holding", "World Holding": "Universe"},
    )
    rows = {(row["person_id"], row["name"]): row for row in engine.fetch(found.members).to_pylist()}
    assert rows["p1", "ACME"]["until"] == rows["p1", "Borealis AB"]["since"] == datetime(2025, 6, 1)  # noqa: DTZ001
    assert rows["p1", "Borealis AB"]["until"] is None
    assert rows["p1", "ACME"]["company_id"] == rows["p2", "ACME"]["company_id"]
    assert rows["p2", "ACME"]["parent_id"] is not None
    current = {row["person_id"]: row["company_id"] for row in engine.fetch(found.current).to_pylist()}
    assert current == {"p1": rows["p1", "Borealis AB"]["company_id"], "p2": rows["p2", "ACME"]["company_id"]}


def test_a_domain_of_their_own_makes_two_spellings_one_company_and_a_free_one_does_not(engine: Engine) -> None:
    found = companies(
        engine,
        known(
            engine,
            person("p1", company="Acme Labs", email_key="a@acme.test"),
            person("p2", company="Acme Laboratories", email_key="b@acme.test"),
            person("p3", company="Acme Shop", email_key="c@gmail.com"),
        ),
        {},
    )
    ids = {row["person_id"]: row["company_id"] for row in engine.fetch(found.current).to_pylist()}
    assert ids["p1"] == ids["p2"] != ids["p3"]


def test_a_company_above_itself_is_an_error_that_says_where(engine: Engine) -> None:
    with pytest.raises(SettingsError, match=r"identity.companies"):
        companies(engine, known(engine), {"Acme": "Borealis", "Borealis": "Acme"})


def changed(engine: Engine, before: dict[str, str], now: dict[str, str]) -> set[tuple[str, str, str | None]]:
    tables = [
        engine.arrow(
            pa.table(
                {"record_id": pa.array(list(one), pa.string()), "person_id": pa.array(list(one.values()), pa.string())}
            )
        )
        for one in (before, now)
    ]
    rows = engine.fetch(people_changes(engine, *tables)).to_pylist()
    assert all(row["says"] for row in rows)
    return {(row["kind"], row["person_id"], row["other_person_id"]) for row in rows}


def test_what_merged_split_appeared_and_is_gone_is_said(engine: Engine) -> None:
    before = {"a": "p1", "b": "p2", "c": "p3", "d": "p3", "e": "p4"}
    now = {"a": "p1", "b": "p1", "c": "p3", "d": "p9", "f": "p8"}
    assert changed(engine, before, now) == {
        ("merged", "p2", "p1"),
        ("split", "p3", "p9"),
        ("appeared", "p8", None),
        ("gone", "p4", None),
    }
    assert changed(engine, before, before) == set()
