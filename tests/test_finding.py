"""Whom a text means as one types it: names, addresses and numbers in any spelling, whatever it is (S0.19, S0.26)."""

from __future__ import annotations

import string
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.finding import words_of
from byname.refresh import refresh
from byname.snapshot import Snapshot, open_current
from tests.case import add, customer, customers, made, order, orders

PEOPLE = (
    ("1", "Jürgen", "Weiß", "j.weiss@firma.example", "+43 664 1234567"),
    ("2", "Juergen", "Mueller", "jm@mail.example", "0664 7654321"),
    ("3", "Rosa", "Maria Haddad-Łukasz", "rosa.haddad+shop@mail.example", "+33 6 12 34 56 78"),
    ("4", "小明", "王", "xm@mail.example", ""),
    ("5", "Ольга", "Иванова", "olga@mail.example", ""),
    ("6", "محمد", "الهاشمي", "m.hashimi@mail.example", ""),
    ("7", "नरेन्द्र", "शर्मा", "ns@mail.example", ""),
    ("8", "Rosa", "Novak", "novak@other.example", ""),
    ("9", "Long", "x" * 10_000, "long@mail.example", ""),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A few people; Rosa Novak has bought."""
    folder = tmp_path_factory.mktemp("finding")
    company = made(folder / "company", 'currency = "EUR"\ncountry = "AT"')
    people = customers(
        folder / "customers.csv",
        *(
            customer(int(number), f"{given} {family}", Email=email, Phone=phone)
            for number, given, family, email, phone in PEOPLE
        ),
    )
    bought = orders(
        folder / "orders.csv",
        order(4711, "novak@other.example", "2026-03-01", Billing_Name="Rosa Novak"),
        order(4712, "novak@other.example", "2026-05-01", Billing_Name="Rosa Novak"),
    )
    assert [outcome.error for outcome in add(company, people, bought)] == [None, None]
    refresh(company, as_of=date(2026, 6, 30))
    return open_current(company)


def names(snapshot: Snapshot, text: str) -> set[str]:
    return {row["name"] for row in snapshot.find(text)}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Jürgen", {"Jürgen Weiß", "Juergen Mueller"}),
        ("jurgen", {"Jürgen Weiß"}),
        ("JUERG", {"Jürgen Weiß", "Juergen Mueller"}),
        ("weiss jur", {"Jürgen Weiß"}),
        ("Weiß", {"Jürgen Weiß"}),
        ("Müll", {"Juergen Mueller"}),
        ("had ros", {"Rosa Maria Haddad-Łukasz"}),
        ("lukasz", {"Rosa Maria Haddad-Łukasz"}),
        ("rosa", {"Rosa Novak", "Rosa Maria Haddad-Łukasz"}),
        ("王", {"小明 王"}),
        ("明小", {"小明 王"}),
        ("иван", {"Ольга Иванова"}),
        ("ОЛЬГА", {"Ольга Иванова"}),
        ("محمد", {"محمد الهاشمي"}),
        ("नरेन", {"नरेन्द्र शर्मा"}),
        ("rosa.haddad@mail.example", {"Rosa Maria Haddad-Łukasz"}),
        ("Rosa.Haddad+other@MAIL.example", {"Rosa Maria Haddad-Łukasz"}),
        ("rosa.haddad@ma", {"Rosa Maria Haddad-Łukasz"}),
        ("rosa.h", {"Rosa Maria Haddad-Łukasz"}),
        ("@firma", {"Jürgen Weiß"}),
        ("firma", set()),
        ("+43 664 1234567", {"Jürgen Weiß"}),
        ("0664/123 45 67", {"Jürgen Weiß"}),
        ("0043 664 123", {"Jürgen Weiß"}),
        ("+43 664", {"Jürgen Weiß", "Juergen Mueller"}),
        ("0664 76", {"Juergen Mueller"}),
        ("06 12 34 5", {"Rosa Maria Haddad-Łukasz"}),
        ("#4711", {"Rosa Novak"}),
        ("471", {"Rosa Novak"}),
        ("7", {"नरेन्द्र शर्मा"}),  # the customer's number
        ("zzz", set()),
        ("rosa weiss", set()),
    ],
)
def test_people_are_found_as_one_types(snapshot: Snapshot, typed: str, found: set[str]) -> None:
    assert names(snapshot, typed) == found


def test_the_most_valuable_come_first_page_by_page(snapshot: Snapshot) -> None:
    first, second = snapshot.find("rosa")
    assert (first["name"], first["rank"], first["orders"], second["rank"]) == ("Rosa Novak", 1, 2, None)
    assert first["clv_low"] <= first["clv"] <= first["clv_high"]
    assert snapshot.find("rosa", 1) == [first]
    assert snapshot.find("rosa", 1, offset=1) == [second]


def test_who_is_hidden_takes_no_place(snapshot: Snapshot) -> None:
    first, second = snapshot.find("rosa")
    assert snapshot.find("rosa", 1, hidden={first["person_id"]}) == [second]
    assert snapshot.find(first["person_id"], hidden={first["person_id"]}) == []


def test_who_was_merged_is_found_by_the_old_name_as_whom_they_are_shown(snapshot: Snapshot) -> None:
    first, second = snapshot.find("rosa")
    merged = {second["person_id"]: first["person_id"]}
    assert snapshot.find("haddad", merged=merged) == [first]
    assert snapshot.find("rosa", merged=merged) == [first]
    assert snapshot.find("haddad", merged=merged, hidden={first["person_id"]}) == []


def test_cards_of_people(snapshot: Snapshot) -> None:
    (first, second), nobody = snapshot.find("rosa"), "p" + "A" * 16
    assert snapshot.cards([second["person_id"], nobody, first["person_id"]]) == {
        row["person_id"]: row for row in (first, second)
    }


@pytest.mark.parametrize(
    "hostile",
    ["", " ", '"', "''", '" OR "', "a AND", "NEAR(a b, 3)", "said:a", "^a", "a*", "-a", "{a b}:c", "\0", "a\0b", "a" * 10_000,
     "a " * 10_000, "1" * 10_000, "+" * 10_000, "@", "a@", "@@@", "%", "_", "\\", "\ud800", "'; drop table card; --"],
)  # fmt: skip
def test_hostile_text_finds_or_does_not_but_never_fails(snapshot: Snapshot, hostile: str) -> None:
    """S0.19: FTS syntax, NUL, ten thousand characters, half a surrogate."""
    assert isinstance(snapshot.find(hostile), list)


def test_a_name_of_ten_thousand_letters_is_found_by_its_beginning(snapshot: Snapshot) -> None:
    assert [len(row["name"]) for row in snapshot.find("xxxx")] == [10_005]


@given(st.text(max_size=30))
def test_whatever_is_typed_is_answered(snapshot: Snapshot, text: str) -> None:
    assert isinstance(snapshot.find(text), list)


@given(st.text(alphabet=string.ascii_letters + "äöüßéñçØÅŁ -'", min_size=1, max_size=30))
def test_words_are_the_same_however_their_marks_are_written(text: str) -> None:
    """A decomposed ü is the letter u and a mark: the same word."""

    assert words_of(unicodedata.normalize("NFD", text)) == words_of(unicodedata.normalize("NFC", text))
