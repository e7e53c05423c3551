"""A mapping is a file that a person reads, corrects and keeps (S0.23)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.errors import SettingsError
from byname.facts.generic import KINDS, Mapping, from_toml, load_mapping, save_mapping, to_reader, to_toml
from byname.facts.mapping import MEANINGS
from byname.facts.mapping_file import MEDIUMS

from .generic_case import guessed, table_of, taken

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
ORDERS = table_of("Nr,Kunde Nr,Tag,Summe", "1,7,2026-05-01,9.50", "2,8,2026-05-02,1.00")
HEADER = ("Nr", "Kunde Nr", "Tag", "Summe")


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    kind = draw(st.sampled_from(KINDS))
    meanings = draw(st.lists(st.sampled_from(sorted(MEANINGS[kind])), unique=True, min_size=1))
    columns = {meaning: tuple(draw(st.lists(NAMES, min_size=1, max_size=3))) for meaning in meanings}
    return Mapping(
        kind=kind,
        columns=MappingProxyType(columns),
        header=tuple(draw(st.lists(NAMES, max_size=4)))
        + tuple(name for several in columns.values() for name in several),
        made_for=draw(NAMES),
        source=draw(st.sampled_from(["generic", "till_2"])),
        rows=draw(st.sampled_from(["", "orders", "lines", "first line"])),
        amount_per=draw(st.sampled_from(["", "line", "order"])),
        minor_units=draw(st.booleans()),
        currency=draw(st.sampled_from(["", "EUR"])),
        date_order=draw(st.sampled_from(["", "dmy", "mdy"])),
        zone=draw(st.sampled_from(["", "Europe/Berlin"])),
        medium=draw(st.sampled_from(["", *MEDIUMS])),
        scale=draw(st.sampled_from(["", "nps", "stars", "rank"])),
        period=draw(st.sampled_from(["", "month", "half year"])),
        score_from=draw(st.sampled_from([(), (0.0, 100.0), (1.0, 10.0)])),
        score_words=draw(st.booleans()),
        channel=draw(NAMES),
        campaign=draw(NAMES),
        return_values=tuple(draw(st.lists(NAMES, max_size=2))),
        nobody=tuple(draw(st.lists(NAMES, max_size=2))),
        nothing=tuple(draw(st.lists(NAMES, max_size=2))),
    )


@settings(max_examples=200, deadline=None)
@given(mapping=mappings())
def test_a_mapping_survives_being_kept_as_text(mapping: Mapping) -> None:
    assert from_toml(to_toml(mapping), "a.toml") == mapping


@settings(max_examples=50, deadline=None)
@given(mapping=mappings())
def test_every_mapping_becomes_statements_that_name_what_it_maps(mapping: Mapping) -> None:
    needed = {
        "people": "email", "orders": "amount", "messages": "text", "ratings": "score", "contacts": "email",
        "subscriptions": "started_at", "ideas": "title", "votes": "idea_id", "usage": "event", "promises": "what",
    }.get(mapping.kind)  # fmt: skip
    more = {needed: ("x",)} if needed else {"referrer_id": ("x",), "referred_id": ("y",)}
    reader = to_reader(
        Mapping(
            **{
                **vars(mapping),
                "columns": MappingProxyType(
                    dict(mapping.columns) | more | ({"date": ("d",)} if mapping.kind == "orders" else {})
                ),
            }
        )
    )
    assert reader.name == f"generic_{mapping.kind}"
    assert set(reader.purpose) == set(reader.statements)


def test_the_same_header_finds_its_mapping_in_any_order_and_spelling(tmp_path: Path) -> None:
    kept = guessed(ORDERS, "sales may.csv")
    path = save_mapping(tmp_path, kept)
    assert path.name.startswith("sales-may-")
    assert load_mapping(tmp_path, HEADER) == kept
    other = load_mapping(tmp_path, ("summe", "TAG", "kunde_nr", "NR"))
    assert other is not None
    assert other.columns["amount"] == ("summe",)
    assert other.columns["customer_id"] == ("kunde_nr",)
    assert load_mapping(tmp_path, ("another", "header")) is None
    assert load_mapping(tmp_path / "nowhere", HEADER) is None


def test_rows_that_were_refused_come_back_with_fewer_columns_and_find_their_mapping(tmp_path: Path) -> None:
    save_mapping(tmp_path, guessed(ORDERS))
    part = load_mapping(tmp_path, ("Nr", "Tag", "Summe"))
    assert part is not None
    assert "customer_id" not in part.columns
    assert load_mapping(tmp_path, ("Nr", "Kunde Nr")) is None  # neither a day nor an amount: it is another file


def test_keeping_a_mapping_again_replaces_the_one_of_the_same_header(tmp_path: Path) -> None:
    first = save_mapping(tmp_path, guessed(ORDERS, "a.csv"))
    assert save_mapping(tmp_path, guessed(ORDERS, "b.csv")) == first
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_a_mapping_says_what_each_column_means_and_what_may_be_added() -> None:
    text = to_toml(guessed(ORDERS))
    assert 'amount = "Summe"   # what was paid; by its name' in text
    assert '# email = ""   # e-mail' in text
    assert tomllib.loads(text)["ignored"] == []


def test_a_wrong_guess_is_corrected_in_the_file_and_holds(tmp_path: Path) -> None:
    text = table_of("No,Who,When,Amount,Other", "1,7,2026-05-01,9.50,95.00", "2,8,2026-05-02,1.00,10.00")
    path = save_mapping(tmp_path, guessed(text))
    assert 'amount = "Amount"' in path.read_text("utf-8")
    path.write_text(
        path.read_text("utf-8")
        .replace('amount = "Amount"', 'amount = "Other"')
        .replace('currency = ""', 'currency = "CHF"'),
        "utf-8",
    )
    corrected = load_mapping(tmp_path, ("No", "Who", "When", "Amount", "Other"))
    assert corrected is not None
    orders = taken(text, mapping=corrected).facts["orders"]
    assert [str(order["amount"]) for order in orders] == ["95.0000", "10.0000"]
    assert {order["currency"] for order in orders} == {"CHF"}


@pytest.mark.parametrize(
    ("old", "new", "where", "expected"),
    [
        ('amount = "Summe"', 'amout = "Summe"', "columns.amout", 'did you mean "amount"?'),
        ('amount = "Summe"', 'amount = "Sume"', "columns.amount", 'did you mean "Summe"?'),
        ('amount = "Summe"', "amount = 3", "columns.amount", "a column's name"),
        ('amount = "Summe"', "", "", "a column for it under [columns]"),
        ('kind = "orders"', 'kind = "order"', "kind", 'did you mean "orders"?'),
        ('kind = "orders"', "", "kind", 'kind = "people"'),
        ('currency = ""', 'currency = "euro"', "currency", 'three capital letters such as "EUR"'),
        ('currency = ""', 'curency = "EUR"', "curency", 'did you mean "currency"?'),
        ('source = "generic"', 'source = "x\'; drop"', "source", "a short word of small letters"),
        ("minor_units = false", 'minor_units = "no"', "minor_units", "true or false"),
        ("nobody = []", 'nobody = "0"', "nobody", "a list"),
        ('zone = ""', 'zone = "Berlin"', "zone", "a time zone"),
        ('rows = "orders"', 'rows = "rows"', "rows", "one of orders, lines, first line"),
        ("[columns]", "[columns", "", "key = value lines"),
    ],
)
def test_a_mistake_in_a_mapping_names_file_key_and_the_nearest(
    tmp_path: Path, old: str, new: str, where: str, expected: str
) -> None:
    path = save_mapping(tmp_path, guessed(ORDERS))
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_mapping(tmp_path, HEADER)
    assert str(path) in caught.value.where
    assert where in caught.value.where
    assert expected in caught.value.expected


def test_another_files_broken_mapping_does_not_stop_this_file(tmp_path: Path) -> None:
    (tmp_path / "broken-00000000.toml").write_text("kind = ", "utf-8")
    assert load_mapping(tmp_path, HEADER) is None
