"""Merge, apart and undo from the command line, over refreshes; recognising without one (S0.10, S0.39, S4.15)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from byname.cli import app
from byname.company import Company
from byname.errors import UsageError
from byname.facts import intake
from byname.people import person_id
from byname.people.decisions import standing_rows
from byname.snapshot import open_current
from byname.touchpoint import Touchpoint
from tests.case import made

PEOPLE = """id,first name,last name,email,phone,date of birth,street,postcode,city
1,Rosa,Haddad,rosa@example.com,,1980-02-28,12 Long Lane,AB1 2CD,Leeds
2,Rosa,Hadad,,030 1234567,1980-02-28,12 Long Lane,AB1 2CD,Leeds
3,Karim,Haddad,karim@example.com,,1980-02-28,12 Long Lane,AB1 2CD,Leeds
4,Mei,Sato,mei@example.com,030 7654321,1991-07-01,3 High Street,XY9 9ZZ,York
5,Mei,Sato,,,,,XY9 9ZZ,
"""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    acme = made(tmp_path / "acme")
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    (outcome,) = intake.add(acme, [str(file)])
    assert outcome.error is None
    ran(acme, "refresh")
    return acme


def ran(company: Company, *command: str, status: int = 0) -> str:
    first = 2 if command[0] == "people" else 1
    result = CliRunner().invoke(app, [*command[:first], str(company.folder), *command[first:]], catch_exceptions=True)
    if isinstance(result.exception, UsageError):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.output


def persons(company: Company) -> dict[str, str]:
    rows = open_current(company).query("select source_id, person_id from records")
    return {row["source_id"]: row["person_id"] for row in rows}


def source(company: Company) -> str:
    return str(open_current(company).query("select min(source) as s from records")[0]["s"])


def test_who_shows_records_under_one_name_with_a_reason_for_each_link(company: Company) -> None:
    said = ran(company, "who", "rosa@example.com")
    assert "surname differs by one letter" in said
    assert "same postcode" in said
    known = json.loads(ran(company, "who", "rosa@example.com", "--format", "json"))["people"][0]
    assert {link["source_id"] for link in known["links"]} == {"1", "2"}


def test_apart_and_undo_hold_over_refreshes_and_old_ids_lead_to_today(company: Company) -> None:
    before = persons(company)
    assert before["1"] == before["2"]
    shop = source(company)
    said = ran(company, "people", "apart", f"{shop}:1", f"{shop}:2", "--by", "ines")
    assert "two people" in said
    for _ in range(2):
        ran(company, "refresh")
        now = persons(company)
        assert now["1"] != now["2"]
    changes = open_current(company).query("select * from people_changes")
    assert [row["kind"] for row in changes] == ["split"]
    assert "decided already" in ran(company, "people", "apart", f"{shop}:2", f"{shop}:1")
    (decision,) = json.loads(ran(company, "people", "decisions", "--format", "json"))["decisions"]
    assert (decision["kind"], decision["by"]) == ("apart", "ines")
    ran(company, "people", "undo", decision["decision_id"][:10])
    ran(company, "refresh")
    assert persons(company) == before
    # An id of the time when they were two leads to today's person.
    gone = next(iter(set(now.values()) - set(before.values())))
    assert json.loads(ran(company, "who", gone, "--format", "json"))["people"][0]["person"]["person_id"] == before["1"]


def test_merge_holds_keeps_the_chosen_id_and_can_be_undone(company: Company) -> None:
    before = persons(company)
    one, two = before["1"], before["4"]
    ran(company, "people", "merge", one, two, "--keep", two)
    for _ in range(2):
        ran(company, "refresh")
        # All records of the two come together, however the others came to be theirs.
        assert {persons(company)[one] for one in "1245"} == {two}
    reasons = open_current(company).query("select distinct reason from records where source_id in ('1', '4')")
    assert any("merged by hand" in row["reason"] for row in reasons)
    merged = json.loads(ran(company, "people", "decisions", "--format", "json"))["decisions"]
    ran(company, "people", "undo", next(row["decision_id"] for row in merged if row["kind"] != "keeps_id"))
    ran(company, "refresh")
    assert persons(company)["1"] != persons(company)["4"]


def test_review_lists_uncertain_pairs_and_forgets_those_decided(company: Company) -> None:
    pairs = json.loads(ran(company, "people", "review", "--format", "json"))["pairs"]
    twins = next(pair for pair in pairs if "Karim Haddad" in {pair["name"], pair["other_name"]})
    assert "first name differs" in twins["reason"]
    assert len({frozenset((pair["person_id"], pair["other_person_id"])) for pair in pairs}) == len(pairs)
    assert "byname people merge" in ran(company, "people", "review")
    ran(company, "people", "apart", twins["person_id"], twins["other_person_id"])
    left = json.loads(ran(company, "people", "review", "--format", "json") or '{"pairs": []}')["pairs"]
    assert twins not in left


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("people", "merge", "nobody@example.com", "mei@example.com"), "nobody"),
        (("people", "merge", "example.com", "mei@example.com"), "3 people"),
        (("people", "apart", "karim@example.com", "Karim Haddad"), "the same record twice|one person"),
        (("people", "undo", "abc"), "0 decisions"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_do(company: Company, command: tuple[str, ...], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ran(company, *command)


def test_recognising_needs_no_refresh(company: Company) -> None:
    now = persons(company)
    with Touchpoint(open_current(company).folder) as till:
        assert till.recognise({"email": "MEI@example.com"})[0][0] == now["4"]
        ((who, sure, why), *_) = till.recognise(
            {"name": "Rosa Haddad", "postcode": "AB1 2CD", "street": "12 Long Lane"}
        )
        assert who == now["1"]
        assert sure > 0.5
        assert "same postcode" in why
        # A couple: the other one is no answer.
        found = till.recognise({"name": "Karim Haddad", "email": "karim@example.com"})
        assert [one for one, probability, _ in found if probability > 0.5] == [now["3"]]
        assert till.recognise({"name": "Nobody Known", "postcode": "QQ1"}) == []
        assert till.recognise({}) == []
    assert "Mei Sato" in ran(company, "people", "recognise", "--phone", "030 7654321")


def test_recognising_scores_a_pair_as_a_refresh_does() -> None:
    """The levels in Python are those of the SQL: random faces, compared by both."""
    import duckdb

    from byname.people.comparisons import ELSE, EXACT, FIELDS
    from byname.people.recognise import Face, _level

    values = {
        "given": ["rosa", "ros", "r", "rosalie", "karim", "haddad"], "family": ["haddad", "hadad", "sato", "rosa"],
        "born": ["1980-02-28", "1980-02-26", "1980-02-01", "1981-01-02", "1955-12-30"],
        "postcode": ["ab12cd", "ab12ce", "xy99zz"], "street": ["12 long lane", "12 long lan", "12 longer lane", "3 high st"],
        "city": ["leeds", "leds", "leedz hill", "york"], "phone": ["+49301234567", "+49301234568", "+49307654321"],
        "email": ["rosa@example.com", "rosa@example.org", "rsoa@example.com", "rosa.h@example.com", "mei@sato.test"],
        "number": ["national:1", "national:2"],
    }  # fmt: skip
    with duckdb.connect() as con:
        for field in FIELDS:
            for one in values[field.name]:
                for two in values[field.name]:
                    left, right = (
                        Face(**{"given": "rosa" if field.name != "given" else one, field.name: value})
                        for value in (one, two)
                    )
                    whens = " ".join(
                        f"when {level.when if level.when not in (EXACT, ELSE) else 'true'} then {place}"
                        if level.when != EXACT
                        else f"when {field.name}_l = {field.name}_r then {place}"
                        for place, level in enumerate(field.levels)
                    )
                    silent = f"when {field.silent_when} then -1 " if field.silent_when else ""
                    columns = ", ".join(
                        f"$${getattr(face, name)}$$ as {name}_{side}"
                        for face, side in ((left, "l"), (right, "r"))
                        for name in values
                    )
                    (expected,) = con.sql(f"select case {silent}{whens} end from (select {columns})").fetchall()[0]
                    assert _level(field.name, left, right) == expected, (field.name, one, two)


def decision(number: int, kind: str, one: str = "a", two: str = "b", value: str | None = None) -> dict[str, Any]:
    return {
        "fact_id": f"d{number}", "kind": kind, "record_id": one, "other_record_id": two, "value": value,
        "occurred_at": number, "known_at": number,
    }  # fmt: skip


def test_the_newest_holds_and_an_undo_of_an_undo_brings_back() -> None:
    merge, apart = decision(1, "merge"), decision(2, "apart", "b", "a")
    assert standing_rows([merge, apart]) == [apart]
    undo = decision(3, "undo", value="d2")
    assert standing_rows([merge, apart, undo]) == [merge]
    assert standing_rows([merge, apart, undo, decision(4, "undo", value="d3")]) == [apart]
    keeps = decision(1, "keeps_id")
    assert standing_rows([keeps, {**merge, "fact_id": "d9"}]) != []


@given(st.lists(st.tuples(st.sampled_from(["merge", "apart", "undo"]), st.integers(0, 6)), max_size=7))
def test_what_stands_is_what_a_slow_reading_says(said: list[tuple[str, int]]) -> None:
    rows = [
        decision(place, kind, value=f"d{target}" if kind == "undo" else None)
        for place, (kind, target) in enumerate(said)
        if kind != "undo" or target < place
    ]
    alive: dict[str, bool] = {}
    for row in reversed(rows):  # whatever undoes a decision comes after it
        undone = any(
            alive[later["fact_id"]] for later in rows if later["kind"] == "undo" and later["value"] == row["fact_id"]
        )
        alive[row["fact_id"]] = not undone
    standing = [row for row in rows if row["kind"] != "undo" and alive[row["fact_id"]]]
    assert standing_rows(rows) == standing[-1:]


def test_an_id_is_made_of_the_anchor_record(company: Company) -> None:
    rows = open_current(company).query("select person_id, anchor from people")
    assert all(row["person_id"] == person_id(row["anchor"]) for row in rows)
