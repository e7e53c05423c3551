"""Who is who by exact keys, with guards against keys that belong to many (S0.10, S0.39, S3.18, S4.10)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest

from byname.company import Exclude, Identity
from byname.engines import open_engine
from byname.facts import schema
from byname.people import Asked, People, identify, person_id
from byname.people.decisions import Decisions

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


def known(
    engine: Engine,
    *records: dict[str, Any],
    exclude: Exclude = NOBODY,
    orders: Sequence[dict[str, Any]] = (),
    country: str = "DE",
    decisions: Decisions | None = None,
    **settings: Any,
) -> People:
    """Who is who among these records."""
    rows = table_of(engine, "records", *records)
    with duckdb.connect() as con:
        return identify(
            engine,
            rows,
            rows,
            table_of(engine, "orders", *orders),
            country=country,
            exclude=exclude,
            settings=Identity(**settings),
            asked=Asked(con, None, decisions or Decisions()),
        )


def persons(engine: Engine, *records: dict[str, Any], **said: Any) -> dict[str, str]:
    """record_id → person_id."""
    people = known(engine, *records, **said)
    found = engine.fetch(people.record_person).to_pylist()
    return {row["record_id"]: row["person_id"] for row in found}


def groups(engine: Engine, *records: dict[str, Any], **said: Any) -> set[frozenset[str]]:
    """The record ids of each person."""
    of: dict[str, set[str]] = {}
    for record_id, person in persons(engine, *records, **said).items():
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
    crowd = [record(f"r{number}", name=f"Rosa {_word(number)}", email="till@example.com") for number in range(51)]
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
    people = known(
        engine,
        *(record(f"o{n}", role="order", name="R HADDAD", email="rosa@example.com") for n in range(5)),
        record("c", name="Rosa Haddad", email="rosa@example.com", city="Graz"),
        country="AT",
    )
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


HOME = {"street": "12 Long Lane", "postcode": "AB1 2CD", "city": "Leeds"}


def reasons(people: People, engine: Engine) -> dict[str, tuple[str, float]]:
    """record_id → reason and probability."""
    rows = engine.fetch(people.record_person).to_pylist()
    return {row["record_id"]: (row["reason"], row["probability"]) for row in rows}


def test_a_name_and_an_address_in_common_are_one_person_and_the_reason_says_so(engine: Engine) -> None:
    people = known(
        engine,
        record("a", name="Rosa Haddad", email="rosa@example.com", birth_date=date(1980, 2, 28), **HOME),
        record("b", name="Rosa Hadad", phone="030 1234567", birth_date=date(1980, 2, 28), **HOME),
        record("c", name="Mei Sato", email="mei@example.com"),
    )
    said, probability = reasons(people, engine)["b"]
    assert "surname differs by one letter" in said
    assert "same postcode" in said
    assert said.endswith(f"{probability:.3f}")
    assert 0.9 <= probability < 1
    assert reasons(people, engine)["a"] == ("the only record", 1.0)


def test_a_couple_at_one_address_stays_two_people(engine: Engine) -> None:
    """A surname, a postcode, an address and a landline are one household's evidence, not one person's."""
    assert groups(
        engine,
        record("a", name="Rosa Haddad", phone="030 1234567", **HOME),
        record("b", name="Karim Haddad", phone="030 1234567", **HOME),
        record("c", name="Haddad", **HOME),
    ) == {frozenset("a"), frozenset("b"), frozenset("c")}


def test_twins_stay_apart_and_are_left_to_a_person(engine: Engine) -> None:
    born = {"birth_date": date(1980, 2, 28)}
    people = known(
        engine,
        record("a", name="Rosa Haddad", **born, **HOME),
        record("b", name="Karim Haddad", **born, **HOME),
    )
    assert len(set(reasons(people, engine))) == 2
    assert engine.count(people.persons) == 2
    (doubt,) = engine.fetch(people.uncertain).to_pylist()
    assert {doubt["record_id"], doubt["other_record_id"]} == {"a", "b"}
    assert "first name differs" in doubt["reason"]


@pytest.mark.parametrize(
    ("one", "two"),
    [("William Hart", "Bill Hart"), ("Jörg Müller", "Jorg Muller"), ("R. Haddad", "Rosa Haddad")]
    + [("Юлия Иванова", "Yuliya Ivanova"), ("Haddad, Rosa", "Rosa Haddad"), ("Alexander Roth", "Alex Roth")],
)
def test_short_forms_initials_marks_and_alphabets_are_no_disagreement(engine: Engine, one: str, two: str) -> None:
    assert (
        len(groups(engine, record("a", name=one, email="x@example.com"), record("b", name=two, email="x@example.com")))
        == 1
    )


def test_first_and_last_name_in_the_wrong_order_are_no_disagreement(engine: Engine) -> None:
    one = record("a", given_name="Rosa", family_name="Haddad", email="x@example.com")
    two = record("b", given_name="Haddad", family_name="Rosa", email="x@example.com")
    assert len(groups(engine, one, two)) == 1


def test_an_initial_that_may_be_either_of_two_joins_neither(engine: Engine) -> None:
    found = groups(
        engine,
        record("a", name="Rosa Haddad", email="family@example.com"),
        record("b", name="Robin Haddad", email="family@example.com"),
        record("c", name="R Haddad", email="family@example.com"),
    )
    assert found == {frozenset("a"), frozenset("b"), frozenset("c")}


def test_a_chain_of_keys_does_not_join_first_names_that_disagree(engine: Engine) -> None:
    """Rosa has R's e-mail and Robin has R's phone: R cannot be both."""
    found = groups(
        engine,
        record("a", name="Rosa Haddad", email="r@example.com"),
        record("b", name="R Haddad", email="r@example.com", phone="030 1234567"),
        record("c", name="Karim Haddad", phone="030 7654321"),
        record("d", name="Robin Haddad", phone="030 1234567"),
    )
    assert not any({"a", "d"} <= group for group in found)


def test_what_people_decided_holds_over_keys_and_scores(engine: Engine) -> None:
    rows = [
        record("a", name="Rosa Haddad", email="rosa@example.com"),
        record("b", name="Rosa Haddad", email="rosa@example.com"),
        record("c", name="Mei Sato", email="mei@example.com"),
    ]
    assert groups(engine, *rows) == {frozenset("ab"), frozenset("c")}
    assert groups(engine, *rows, decisions=Decisions(cannot=[("a", "b")])) == {
        frozenset("a"),
        frozenset("b"),
        frozenset("c"),
    }
    assert groups(engine, *rows, decisions=Decisions(must=[("b", "c")])) == {frozenset("abc")}
    both = Decisions(must=[("b", "c")], cannot=[("a", "c")])
    assert groups(engine, *rows, decisions=both) == {frozenset("a"), frozenset("bc")}
    # A record that is gone takes its decision with it.
    assert groups(engine, *rows, decisions=Decisions(must=[("a", "gone")])) == {frozenset("ab"), frozenset("c")}


def test_an_apart_holds_against_a_likely_pair(engine: Engine) -> None:
    born = {"birth_date": date(1980, 2, 28)}
    rows = [record("a", name="Rosa Haddad", **born, **HOME), record("b", name="Rosa Hadad", **born, **HOME)]
    assert len(groups(engine, *rows)) == 1
    assert len(groups(engine, *rows, decisions=Decisions(cannot=[("a", "b")]))) == 2


def test_a_kept_id_is_the_persons(engine: Engine) -> None:
    rows = [record("a", email="rosa@example.com"), record("b", email="rosa@example.com")]
    assert set(persons(engine, *rows).values()) == {person_id("a")}
    assert set(persons(engine, *rows, decisions=Decisions(keeps=["b"])).values()) == {person_id("b")}


def test_the_best_version_says_where_it_came_from_and_trust_decides(engine: Engine) -> None:
    rows = [
        record("a", source="shop", name="ROSA H", email="rosa@example.com", street="1 Old Lane", city="Leeds"),
        record("b", source="crm", name="Rosa Haddad", email="rosa@example.com", street="2 New Lane", city="York"),
        record("c", source="shop", name="ROSA H", email="rosa@example.com"),
    ]
    (row,) = engine.fetch(known(engine, *rows).details).to_pylist()
    assert (row["name"], row["name_from"]) == ("ROSA H", "shop, 2 records")
    (row,) = engine.fetch(known(engine, *rows, trust={"crm": 3.0}).details).to_pylist()
    assert (row["name"], row["street"], row["city"]) == ("Rosa Haddad", "2 New Lane", "York")
    assert (row["name_from"], row["address_from"]) == ("crm, 1 record", "crm, 1 record")


def test_a_higher_threshold_joins_fewer(engine: Engine) -> None:
    home = {"postcode": "AB1 2CD", "city": "Leeds"}
    rows = [record("a", name="Rosa Haddad", **home), record("b", name="Rosa Haddad", **home)]
    assert len(groups(engine, *rows, threshold=0.5)) == 1
    assert len(groups(engine, *rows, threshold=0.9999)) == 2


# Bad input: no giant cluster, no crash, and the report says what was ignored and why.


@pytest.mark.parametrize(
    "said",
    [
        {"email": "test@test.com"},
        {"phone": "0000000000"},
        {"phone": "+49 30 1234567"},
        {"email": "office@till.example"},
        {"external_ids": ["loyalty:1"]},
        {"name": "a@b.example"},
        {"postcode": "AB1 2CD", "city": "Leeds"},
        {},
    ],
    ids=["test e-mail", "no phone", "one phone", "one e-mail", "one card", "e-mail as name", "one place", "nothing"],
)
def test_a_column_full_of_one_value_makes_no_giant(engine: Engine, said: dict[str, Any]) -> None:
    rows = [record(f"r{n:04}", **said) for n in range(300)]
    assert len(groups(engine, *rows)) == 300


def test_what_the_settings_list_identifies_nobody(engine: Engine) -> None:
    rows = [
        record("a", name="Rosa Haddad", email="till@example.com", phone="030 1234567", external_ids=["loyalty:0"]),
        record("b", name="Rosa Haddad", email="TILL@example.com", phone="+49 30 1234567", external_ids=["loyalty:0"]),
    ]
    assert len(groups(engine, *rows)) == 1
    assert len(groups(engine, *rows, nobody=("Till@example.com", "030-1234567", "loyalty:0"))) == 2


def test_one_phone_under_many_names_is_reported(engine: Engine) -> None:
    rows = [record(f"r{n:03}", name=f"{_word(n)} {_word(n * 7)}", phone="+49 30 1234567") for n in range(120)]
    people = known(engine, *rows)
    assert engine.count(people.persons) == 120
    said = dict(people.report)
    assert "more names use it than a household has" in said["phone +49301234567"]
    assert any(what.startswith("keys that join nobody") for what in said)


def _word(number: int) -> str:
    syllables = ("ka", "ro", "mi", "len", "ber", "sto", "van", "dar", "ni", "pel", "gar", "shi")
    return syllables[number % 12] + syllables[number // 12 % 12] + "xyzw"[number % 4]


def test_fifty_thousand_records_with_one_phone_make_no_giant(engine: Engine) -> None:
    rows = pa.Table.from_pylist(
        [record(f"r{n:05}", phone="+49 30 1234567") for n in range(50_000)],
        schema=schema.table("records").arrow_schema(),
    )
    table = engine.arrow(rows)
    with duckdb.connect() as con:
        people = identify(
            engine, table, table, table_of(engine, "orders"), country="DE", exclude=NOBODY, settings=Identity(),
            asked=Asked(con),
        )  # fmt: skip
    assert engine.count(people.persons) == 50_000
    assert "a customer list has it in more rows" in dict(people.report)["phone +49301234567"]
