"""A household is a link between people, never a person (S0.10)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.engines import Engine, Table, open_engine
from byname.people.households import home, households
from tests.test_parity import Recorder, assert_alike

COLUMNS = "person_id record_id source given family email_key phone_key street postcode city country company".split()
LANE = {"street": "12 Long Lane", "postcode": "AB1 2CD"}
ROAD = {"street": "99 Other Road", "postcode": "ZZ1 1ZZ"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", spill=Path(tmp_path_factory.mktemp("spill"))) as opened:
        yield opened


def person(name: str, family: str = "haddad", **said: Any) -> dict[str, Any]:
    """A record of the person of this name."""
    return {"person_id": name, "record_id": name, "family": family, "email_key": "", "phone_key": "", **said}


def known(engine: Engine, *rows: dict[str, Any]) -> Table:
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    return engine.arrow(pa.Table.from_pylist(list(rows), schema=schema))


def members(engine: Engine, *rows: dict[str, Any]) -> set[frozenset[str]]:
    """The people of each household."""
    of: dict[str, set[str]] = {}
    for row in engine.fetch(households(engine, known(engine, *rows)).members).to_pylist():
        of.setdefault(row["household_id"], set()).add(row["person_id"])
    return {frozenset(one) for one in of.values()}


def reasons(engine: Engine, *rows: dict[str, Any]) -> set[str]:
    return set(engine.fetch(households(engine, known(engine, *rows)).members).column("reason").to_pylist())


def people(count: int, **said: Any) -> list[dict[str, Any]]:
    return [person(f"p{n:03}", **said) for n in range(count)]


@pytest.mark.parametrize(
    ("shared", "reason"),
    [
        (LANE, "same family name and address"),
        ({"email_key": "home@x.test"}, "same e-mail and family name"),
        ({"phone_key": "+49301"}, "same phone and family name"),
        ({"family": "", "email_key": "home@x.test", **LANE}, "same e-mail and address"),
        ({"family": "", "phone_key": "+49301", **LANE}, "same phone and address"),
    ],
)
def test_what_two_people_share_makes_a_household_and_is_said(
    engine: Engine, shared: dict[str, str], reason: str
) -> None:
    rows = people(2, **shared)
    assert members(engine, *rows) == {frozenset({"p000", "p001"})}
    assert reasons(engine, *rows) == {reason}


def test_the_id_is_made_of_the_smallest_person(engine: Engine) -> None:
    (row, _) = engine.fetch(households(engine, known(engine, *people(2, **LANE))).members).to_pylist()
    assert row["household_id"] == "h" + base64.b32encode(hashlib.sha256(b"p000").digest()).decode()[:16]


def test_an_address_is_read_as_people_read_it(engine: Engine) -> None:
    assert members(
        engine, person("p1", **LANE), person("p2", street="12, LONG LN.", postcode="ab12cd")
    ) == {frozenset({"p1", "p2"})}  # fmt: skip
    assert home("Lange Straße 5") == home("lange str. 5") == home("LANGE STRASSE 5")
    assert home("Langestr. 5") == home("Langestraße 5")
    assert home("12 Long Ave") == home("12, long avenue")
    assert home("3 Rue de l'Église") == home("3 rue de l eglise")
    assert home("1 Elm St") == home("1 elm street") != home("11 Elm St")


def test_the_town_stands_for_a_missing_postcode(engine: Engine) -> None:
    lane = {"street": "12 Long Lane", "postcode": ""}
    rows = [person("p1", **lane, city="Leeds"), person("p2", **lane, city="LEEDS"), person("p3", **lane, city="York")]
    assert members(engine, *rows) == {frozenset({"p1", "p2"})}


def test_the_same_family_name_in_different_places_is_no_household(engine: Engine) -> None:
    assert members(engine, person("p1", **LANE), person("p2", **ROAD), person("p3")) == set()


def test_neighbours_of_other_names_are_no_household(engine: Engine) -> None:
    assert members(engine, person("p1", **LANE), person("p2", "sato", **LANE)) == set()


def test_a_phone_alone_is_no_household(engine: Engine) -> None:
    assert members(engine, person("p1", phone_key="+49301"), person("p2", "sato", phone_key="+49301")) == set()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"family": ""},
        {"family": "", **LANE},
        {"street": "", "postcode": ""},
        {"street": "", "postcode": "AB1 2CD"},
        {"street": " . ", "postcode": "AB1 2CD"},
        {"street": "12 Long Lane", "postcode": None},
        {"street": "12 Long Lane", "postcode": " ", "city": ""},
    ],
)
def test_what_is_not_known_is_not_shared(engine: Engine, said: dict[str, Any]) -> None:
    assert members(engine, *people(3, **said)) == set()


def test_one_person_with_many_records_is_no_household(engine: Engine) -> None:
    assert members(engine, *(person("p1", **LANE, email_key="a@x.test") for _ in range(3))) == set()


def test_the_name_and_the_phone_may_stand_in_two_records_of_a_person(engine: Engine) -> None:
    rows = [person("p1"), person("p1", "", phone_key="+49301"), person("p2", phone_key="+49301")]
    assert members(engine, *rows) == {frozenset({"p1", "p2"})}


@pytest.mark.parametrize("shared", [LANE, {"email_key": "a@x.test"}, {"phone_key": "+49301"}])
def test_eight_people_are_a_household_and_nine_are_a_crowd(engine: Engine, shared: dict[str, str]) -> None:
    assert len(members(engine, *people(8, **shared))) == 1
    assert members(engine, *people(9, **shared)) == set()


def test_a_crowds_phone_makes_no_household_of_the_two_who_have_one_name(engine: Engine) -> None:
    crowd = [person(f"c{n}", f"name{n}", phone_key="+49301") for n in range(7)]
    assert members(engine, *people(2, phone_key="+49301"), *crowd) == set()
    assert len(members(engine, *people(2, phone_key="+49301"), *crowd[:6])) == 1


def test_a_hotel_with_five_hundred_people_is_no_household(engine: Engine) -> None:
    assert members(engine, *people(500, **LANE)) == set()


def test_a_family_in_a_block_of_flats_is_found_among_the_other_names(engine: Engine) -> None:
    others = [person(f"o{n:03}", f"name{n}", **LANE) for n in range(100)]
    assert members(engine, *people(2, **LANE), *others) == {frozenset({"p000", "p001"})}


def test_a_desks_mailbox_makes_no_household(engine: Engine) -> None:
    assert members(engine, *people(2, email_key="info@x.test")) == set()


def test_a_companys_phone_and_mailbox_make_no_household(engine: Engine) -> None:
    for key in ({"phone_key": "+49301"}, {"email_key": "haddads@x.test"}):
        rows = [person("p1", company="Acme GmbH", **key), person("p2", company="ACME", **key)]
        assert members(engine, *rows) == set()
        assert len(members(engine, rows[0], person("p2", **key))) == 1  # one of them works; the phone is the family's


def test_a_long_chain_is_dropped_and_counted(engine: Engine) -> None:
    linked = [person(f"p{n:03}", phone_key=f"+49{k}") for k in range(13) for n in (k, k + 1)]
    found = households(engine, known(engine, *linked, *people_of("q", 2)))
    assert {row["person_id"] for row in engine.fetch(found.members).to_pylist()} == {"q0", "q1"}
    assert found.report == [("chains that are no household", "1 of more than 12, 14 people")]


def people_of(letter: str, count: int) -> list[dict[str, Any]]:
    return [person(f"{letter}{n}", "sato", **ROAD) for n in range(count)]


def test_nothing_is_reported_where_nothing_was_dropped(engine: Engine) -> None:
    assert households(engine, known(engine)).report == []
    assert households(engine, known(engine, *people(2, **LANE))).report == []


ROWS = st.lists(
    st.builds(
        person,
        st.sampled_from([f"p{n:02}" for n in range(20)]),
        st.sampled_from(["haddad", "sato", ""]),
        email_key=st.sampled_from(["", "a@x.test", "info@x.test"]),
        phone_key=st.sampled_from(["", "+49301", "+49302"]),
        street=st.sampled_from([None, "", "12 Long Lane", "12 long ln", "7 Elm St"]),
        postcode=st.sampled_from([None, "AB1", "ZZ1"]),
        company=st.sampled_from([None, "Acme"]),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.randoms(use_true_random=False))
def test_nobody_is_in_two_households_and_the_order_of_rows_does_not_matter(
    engine: Engine, rows: list[dict[str, Any]], random: Any
) -> None:
    order = ("household_id", "person_id")
    found = engine.fetch(households(engine, known(engine, *rows)).members, order_by=order).to_pylist()
    assert len({row["person_id"] for row in found}) == len(found)
    sizes: dict[str, int] = {}
    for row in found:
        sizes[row["household_id"]] = sizes.get(row["household_id"], 0) + 1
    assert all(2 <= size <= 12 for size in sizes.values())
    random.shuffle(rows)
    assert engine.fetch(households(engine, known(engine, *rows)).members, order_by=order).to_pylist() == found


@pytest.mark.spark
def test_households_are_the_same_on_both_engines(duck_engine: Engine, spark_engine: Engine) -> None:
    rows = [
        *people(2, **LANE), *people_of("q", 3), person("r1", "", phone_key="+49301", **ROAD),
        person("r2", phone_key="+49301", street="99 other rd.", postcode="zz11ZZ"), person("r3", street="", city=" "),
        person("s1", email_key="info@x.test"), person("s2", email_key="info@x.test"), person("ß", "müller", **LANE),
    ]  # fmt: skip
    tables = []
    for one in (Recorder(duck_engine), Recorder(spark_engine)):
        table = households(one, known(one, *rows)).members  # type: ignore[arg-type]
        tables.append(one.engine.fetch(table, order_by=table.columns))
        assert [statement.name for statement, *_ in one.ran] == [
            "people.streets",
            "people.shared_keys",
            "people.shared",
        ]
        tables.extend(ran for *_, ran in one.ran)
    assert tables[0].num_rows == 7
    for ours, theirs in zip(tables[:4], tables[4:], strict=True):
        assert_alike(ours, theirs, "households")
