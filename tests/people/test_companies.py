"""Company accounts: parents, mergers, and people who move from one to another (S3.4)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.engines import Engine, Table, open_engine
from byname.errors import SettingsError
from byname.people.companies import companies, company_key
from tests.test_parity import Recorder, assert_alike

INSTANT = pa.timestamp("us")
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in "person_id record_id source email_key company".split()),
        ("external_ids", pa.list_(pa.string())),
        ("seen_at", INSTANT),
        ("first_known", INSTANT),
    ]
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", spill=Path(tmp_path_factory.mktemp("spill"))) as opened:
        yield opened


def year(number: int) -> datetime:
    return datetime(number, 1, 1)  # noqa: DTZ001 - UTC by contract


def person(name: str, company: str | None, seen: int | None = None, **said: Any) -> dict[str, Any]:
    """A record of the person of this name."""
    return {
        "person_id": name, "record_id": name, "source": "shop", "email_key": "", "company": company,
        "seen_at": year(seen) if seen else None, "first_known": year(2026), **said,
    }  # fmt: skip


def known(engine: Engine, *rows: dict[str, Any]) -> Table:
    return engine.arrow(pa.Table.from_pylist(list(rows), schema=SCHEMA))


def found(
    engine: Engine, *rows: dict[str, Any], above: Mapping[str, str] | None = None, parents: Table | None = None
) -> list[dict[str, Any]]:
    table = companies(engine, known(engine, *rows), above or {}, parents).members
    return engine.fetch(table, order_by=("person_id", "since", "company_id")).to_pylist()


def current(engine: Engine, *rows: dict[str, Any], above: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each person's company of today, by its id."""
    table = engine.fetch(companies(engine, known(engine, *rows), above or {}).current)
    people = table.column("person_id").to_pylist()
    assert len(people) == len(set(people))
    return dict(zip(people, table.column("company_id").to_pylist(), strict=True))


def id_of(key: str) -> str:
    return "c" + base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:16]


@pytest.mark.parametrize(
    "written",
    "Acme|ACME|Acme GmbH|acme gmbh & co. kg|Acme, Inc.|Acme Ltd.|Acme S.A.|Acme S. A.|Acme S.r.l.|Acme A/S|Acme B.V.|"
    "Acme Oy|AB Acme|Acme AB|Acme LLC|Acme SARL|SARL Acme|Ácme AG|ACME Co|Acme Corporation".split("|"),
)
def test_a_legal_form_makes_no_other_company(written: str) -> None:
    assert company_key(written) == "acme"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("", ""),
        (" - ", ""),
        ("AG", "ag"),
        ("Müller & Söhne GmbH", "muller & sohne"),
        ("Sainsbury's", "sainsburys"),
        ("Straßenbau Nord eG", "strassenbau nord eg"),
    ],
)
def test_what_is_left_of_a_name_is_its_key(written: str, key: str) -> None:
    assert company_key(written) == key


def test_a_company_with_three_spellings_is_one_and_is_called_as_most_write_it(engine: Engine) -> None:
    rows = [person("p1", "Acme GmbH"), person("p2", "ACME"), person("p3", "acme, inc."), person("p4", "Acme GmbH")]
    members = found(engine, *rows)
    assert {(row["company_id"], row["name"]) for row in members} == {(id_of("acme"), "Acme GmbH")}
    assert members[1]["reason"] == '"ACME" in shop'


def test_no_company_is_made_of_nothing(engine: Engine) -> None:
    rows = [person("p1", None), person("p2", ""), person("p3", "--"), person("p4", None, email_key="a@home.test")]
    assert found(engine, *rows) == []
    assert current(engine, *rows) == {}


@pytest.mark.parametrize("other", ["Acme Laboratories", "A L", "AcmeLabs"])
def test_names_that_are_alike_at_a_domain_of_their_own_are_one_company(engine: Engine, other: str) -> None:
    ids = current(
        engine,
        person("p1", "Acme Labs", email_key="a@acme.test"),
        person("p2", "Acme Labs", email_key="b@acme.test"),
        person("p3", other, email_key="c@acme.test"),
        person("p4", "Acme Shop", email_key="d@other.test"),
    )
    assert ids["p1"] == ids["p3"] == id_of("acme labs") != ids["p4"]


def test_a_domain_that_other_companies_use_too_joins_none(engine: Engine) -> None:
    names = ("Acme Labs", "Acme Shop", "Borealis")
    ids = current(engine, *(person(f"p{n}", name, email_key=f"a{n}@isp.test") for n, name in enumerate(names)))
    assert len(set(ids.values())) == 3


def test_a_common_word_is_nothing_in_common(engine: Engine) -> None:
    ids = current(
        engine,
        person("p1", "Haddad & Sato Group", email_key="a@offices.test"),
        person("p2", "Smith & Jones Group", email_key="b@offices.test"),
    )
    assert ids["p1"] != ids["p2"]


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.co.uk", "gmx.de", "hotmail.com.br", "t-online.de"])
def test_gmail_is_no_company(engine: Engine, domain: str) -> None:
    ids = current(
        engine,
        person("p1", "Acme Labs", email_key=f"a@{domain}"),
        person("p2", "Acme Shop", email_key=f"b@{domain}"),
        person("p3", None, email_key=f"c@{domain}"),
    )
    assert set(ids) == {"p1", "p2"}
    assert ids["p1"] != ids["p2"]


def test_who_writes_from_a_companys_own_domain_is_of_that_company(engine: Engine) -> None:
    rows = [person("p1", "Acme", email_key="a@acme.test"), person("p2", None, email_key="b@acme.test")]
    assert current(engine, *rows) == dict.fromkeys(("p1", "p2"), id_of("acme"))
    assert found(engine, *rows)[1]["reason"] == "writes from acme.test"


def test_one_employee_makes_no_company_of_a_host_of_mail(engine: Engine) -> None:
    others = [person(f"o{n}", None, email_key=f"o{n}@isp.test") for n in range(5)]
    assert set(current(engine, person("p1", "Acme", email_key="a@isp.test"), *others)) == {"p1"}


def test_a_person_who_changed_company_has_two_rows_that_meet(engine: Engine) -> None:
    rows = [person("p1", "Acme", 2020), person("p1", "Acme", 2022), person("p1", "Borealis", 2024, source="crm")]
    first, second = found(engine, *rows)
    assert (first["name"], first["since"], first["until"]) == ("Acme", year(2020), year(2024))
    assert (second["name"], second["since"], second["until"]) == ("Borealis", year(2024), None)
    assert first["reason"] == '"Acme" in shop, until the next was seen'
    assert second["reason"] == '"Borealis" in crm'
    assert current(engine, *rows) == {"p1": id_of("borealis")}


def test_a_person_who_moved_twice_leaves_each_for_the_next(engine: Engine) -> None:
    rows = [person("p1", "Acme", 2020), person("p1", "Cetus", 2024), person("p1", "Borealis", 2022)]
    assert [row["until"] for row in found(engine, *rows)] == [year(2022), year(2024), None]


def test_a_person_who_is_seen_in_both_has_left_neither(engine: Engine) -> None:
    rows = [person("p1", "Acme", 2020), person("p1", "Borealis", 2021), person("p1", "Acme", 2023)]
    assert [row["until"] for row in found(engine, *rows)] == [None, None]
    assert current(engine, *rows) == {"p1": id_of("acme")}
    assert [row["until"] for row in found(engine, person("p1", "Acme", 2020), person("p1", "Borealis", 2020))] == [
        None
    ] * 2


def test_without_a_time_nobody_has_moved(engine: Engine) -> None:
    rows = [person("p1", "Acme", first_known=None), person("p1", "Borealis", 2020)]
    assert {(row["name"], row["until"]) for row in found(engine, *rows)} == {("Acme", None), ("Borealis", None)}
    assert current(engine, *rows) == {"p1": id_of("borealis")}


def test_the_company_above_comes_from_the_settings_first_then_a_table_then_records(engine: Engine) -> None:
    rows = [
        person(letter, letter.upper() * 3, external_ids=[f"crm:{letter}", "parent_company:From Record Ltd"])
        for letter in "abc"
    ] + [person("d", "DDD")]
    parents = engine.arrow(pa.table({"company": ["AAA", "BBB"], "parent": ["From Table", "From Table"]}))
    members = found(engine, *rows, above={"Aaa GmbH": "From Settings AG"}, parents=parents)
    assert [row["parent_id"] for row in members] == [
        id_of("from settings"), id_of("from table"), id_of("from record"), None
    ]  # fmt: skip


def test_a_parent_is_the_company_that_its_spelling_belongs_to(engine: Engine) -> None:
    rows = [
        person("p1", "Acme Labs", email_key="a@acme.test"),
        person("p2", "Acme Labs", email_key="b@acme.test"),
        person("p3", "Acme Laboratories", email_key="c@acme.test"),
        person("p4", "Daughter", external_ids=["parent_company:Acme Laboratories"]),
    ]
    assert found(engine, *rows)[3]["parent_id"] == id_of("acme labs")


def test_a_daughter_at_her_mothers_domain_is_a_company_of_her_own(engine: Engine) -> None:
    rows = [
        person("p1", "Acme", email_key="a@acme.test"),
        person("p2", "Acme Labs", email_key="b@acme.test"),
        person("p3", None, email_key="c@acme.test"),
    ]
    acme, labs, third = found(engine, *rows, above={"Acme Labs": "Acme"})
    assert labs["company_id"] == id_of("acme labs")
    assert labs["parent_id"] == acme["company_id"] == third["company_id"] == id_of("acme")


@pytest.mark.parametrize(
    ("above", "path"),
    [
        ({"Acme": "Acme GmbH"}, "acme → acme"),
        ({"Acme": "Borealis", "Borealis": "Acme"}, "borealis → acme → borealis"),
        ({"Acme": "Borealis", "Borealis": "Cetus", "Cetus AG": "Acme"}, "cetus → acme → borealis → cetus"),
        ({"Acme": "--"}, '"Acme" = "--"'),
        ({"": "Acme"}, '"" = "Acme"'),
    ],
)
def test_a_company_above_itself_in_the_settings_is_an_error_that_shows_the_circle(
    engine: Engine, above: dict[str, str], path: str
) -> None:
    with pytest.raises(SettingsError, match=r"identity\.companies") as raised:
        companies(engine, known(engine), above)
    assert path in str(raised.value)


def test_a_circle_in_the_records_stops_nothing_and_is_reported(engine: Engine) -> None:
    rows = [
        person("p1", "Acme", external_ids=["parent_company:Borealis", "parent_company:Acme GmbH", "parent_company:"]),
        person("p2", "Borealis", external_ids=["parent_company:Acme"]),
        person("p3", "Acme", external_ids=["parent_company:Cetus"]),
    ]
    result = companies(engine, known(engine, *rows), {})
    parent = {row["name"]: row["parent_id"] for row in engine.fetch(result.members).to_pylist()}
    assert parent == {"Acme": id_of("borealis"), "Borealis": None}
    assert [what for what, _ in result.report] == ['parent "Cetus" of "Acme"', 'parent "Acme" of "Borealis"']
    assert 'it has another parent, "borealis"' in result.report[0][1]
    assert "above itself" in result.report[1][1]
    decided = found(engine, *rows, above={"Borealis": "Cetus"})
    assert {row["name"]: row["parent_id"] for row in decided} == {"Acme": id_of("borealis"), "Borealis": id_of("cetus")}


ROWS = st.lists(
    st.builds(
        person,
        st.sampled_from(["p1", "p2", "p3", "p4"]),
        st.sampled_from([None, "", "Acme", "ACME Ltd", "Acme Labs", "Borealis"]),
        st.sampled_from([None, 2020, 2021, 2022]),
        email_key=st.sampled_from(["", "a@acme.test", "b@acme.test", "c@gmail.com"]),
        external_ids=st.sampled_from([None, [], ["parent_company:Borealis"], ["parent_company:Acme"]]),
    ),
    max_size=20,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.randoms(use_true_random=False))
def test_each_person_is_in_a_company_once_and_the_order_of_rows_does_not_matter(
    engine: Engine, rows: list[dict[str, Any]], random: Any
) -> None:
    members = found(engine, *rows)
    pairs = [(row["person_id"], row["company_id"]) for row in members]
    assert len(pairs) == len(set(pairs))
    assert {row["person_id"] for row in members} >= {row["person_id"] for row in rows if row["company"]}
    today = current(engine, *rows)
    assert set(today) == {person for person, _ in pairs}
    ended = {(row["person_id"], row["company_id"]) for row in members if row["until"] is not None}
    assert not ended & set(today.items())
    assert all(row["until"] is None or row["until"] > row["since"] for row in members)
    random.shuffle(rows)
    assert found(engine, *rows) == members
    assert current(engine, *rows) == today


@pytest.mark.spark
def test_companies_are_the_same_on_both_engines(duck_engine: Engine, spark_engine: Engine) -> None:
    rows = [
        person("p1", "Acme GmbH", 2020, email_key="a@acme.test", external_ids=["parent_company:Universe", "crm:1"]),
        person("p1", "Borealis AB", 2022), person("p2", None, email_key="b@acme.test", external_ids=[]),
        person("p3", "Straße & Söhne", email_key="c@gmail.com"), person("p4", ""), person("p5", "--", 2021),
        person("p6", "Acme", 2021, source=None), person("p6", "Borealis", 2021), person("p7", "Cetus", first_known=None),
    ]  # fmt: skip
    tables = []
    for one in (Recorder(duck_engine), Recorder(spark_engine)):
        result = companies(one, known(one, *rows), {"Borealis": "Universe"})  # type: ignore[arg-type]
        assert one.engine.count(result.members) == 7
        tables.append([(statement.name, ran) for statement, _, _, ran in one.ran])
    assert len(tables[0]) == 5
    for (name, ours), (_, theirs) in zip(*tables, strict=True):
        assert_alike(ours, theirs, name)
