"""Merge, apart and undo from the command line, over refreshes; recognising without one (S0.10, S0.39, S4.15)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner

from byname import deciding
from byname.cli import app
from byname.company import Company, open_company
from byname.errors import UsageError
from byname.facts import intake
from byname.people import person_id
from byname.snapshot import open_current
from byname.touchpoint import Touchpoint
from tests.case import facts, made

PEOPLE = """id,first name,last name,email,phone,date of birth,street,postcode,city
1,Rosa,Haddad,rosa@example.com,,1980-02-28,12 Long Lane,AB1 2CD,Leeds
2,Rosa,Hadad,,030 1234567,1980-02-28,12 Long Lane,AB1 2CD,Leeds
3,Karim,Haddad,karim@example.com,,1980-02-28,12 Long Lane,AB1 2CD,Leeds
4,Mei,Sato,mei@example.com,030 7654321,1991-07-01,3 High Street,XY9 9ZZ,York
5,Mei,Sato,,,,,XY9 9ZZ,
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = tmp_path_factory.mktemp("deciding")
    acme = made(folder / "acme")
    file = folder / "people.csv"
    file.write_text(PEOPLE)
    (outcome,) = intake.add(acme, [str(file)])
    assert outcome.error is None
    ran(acme, "refresh")
    return acme


@pytest.fixture
def company(first: Company, tmp_path: Path) -> Company:
    """A company of one's own with a snapshot, in a folder whose name needs quoting."""
    shutil.copytree(first.folder, tmp_path / "the acme")
    return open_company(tmp_path / "the acme")


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


def test_an_id_is_made_of_the_anchor_record(company: Company) -> None:
    rows = open_current(company).query("select person_id, anchor from people")
    assert all(row["person_id"] == person_id(row["anchor"]) for row in rows)


# ---------------------------------------------------------------------------------- without a refresh between


def listed(company: Company) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(ran(company, "people", "decisions", "--format", "json"))["decisions"]
    return found


def test_a_decision_is_a_fact_and_is_no_import(company: Company) -> None:
    shop = source(company)
    before = json.loads(ran(company, "files", "--format", "json"))
    done = deciding.merge(company, "rosa@example.com", f"{shop}:4", by="ines", note="she said so")
    assert done.is_new
    assert done.then == f"takes effect at the next: byname refresh '{company.folder}'"
    (fact,) = facts(company, "decisions")
    told = {key: fact[key] for key in ("kind", "value", "by_whom", "source", "account", "reader", "version", "fact_id")}
    assert told == {
        "kind": "merge", "value": "she said so", "by_whom": "ines", "source": "byname", "account": "main",
        "reader": "byname_decisions", "version": 1, "fact_id": done.decision_id,
    }  # fmt: skip
    anchors = {row["source_id"]: row for row in open_current(company).query("select * from records")}
    assert fact["other_record_id"] == anchors["4"]["record_id"]
    assert json.loads(ran(company, "files", "--format", "json")) == before
    assert ran(company, "check") == "All is well.\n"
    with pytest.raises(UsageError, match="a decision about who is who"):
        ran(company, "remove", fact["file_id"])
    assert len(facts(company, "decisions")) == 1


def test_the_newest_of_merge_and_apart_holds_and_says_what_it_replaces(company: Company) -> None:
    shop = source(company)
    with time_machine.travel("2026-07-01", tick=False):  # all in one instant: still one is the newest
        said = ran(company, "people", "merge", f"{shop}:1", f"{shop}:4", "--by", "ines", "--note", "one house")
        assert "It replaces" not in said
        assert "takes effect at the next: byname refresh" in said
        assert "replaces what ines decided on 2026-07-01: they are one person" in ran(
            company, "people", "apart", f"{shop}:4", f"{shop}:1", "--by", "olga"
        )
        again = ran(company, "people", "apart", f"{shop}:1", f"{shop}:4", "--by", "kim")
        assert "decided already, by olga" in again
        assert "undo" not in again
        rows = listed(company)
        assert [(row["kind"], row["state"], row["by"]) for row in rows] == [
            ("merge", "replaced", "ines"),
            ("apart", "stands", "olga"),
        ]
        assert rows[0]["name"] == f"Rosa Hadad ({shop}:1)"
        assert rows[0]["note"] == "one house"
        said = ran(company, "people", "undo", rows[1]["decision_id"][:12])
        assert "Holds again: the merge by ines" in said
        assert [row["state"] for row in listed(company)] == ["stands", "undone", "stands"]
        assert "taken back already" in ran(company, "people", "undo", rows[1]["decision_id"])
        ran(company, "people", "undo", listed(company)[2]["decision_id"])  # an undo of the undo
        assert [row["state"] for row in listed(company)] == ["replaced", "stands", "undone", "stands"]
    text = ran(company, "people", "decisions")
    assert "replaced" in text
    assert f"Mei Sato ({shop}:4)" in text


def test_merging_two_people_ends_what_set_other_records_of_theirs_apart(company: Company) -> None:
    shop = source(company)
    now = persons(company)
    ran(company, "people", "apart", f"{shop}:2", f"{shop}:5", "--by", "ines")
    done = deciding.merge(company, now["1"], now["4"])
    assert "It replaces what ines decided" in done.says
    held = {row["kind"]: row["state"] for row in listed(company)}
    assert held == {"apart": "undone", "merge": "stands", "undo": "stands"}
    assert "Holds again: the setting apart by ines" in deciding.undo(company, done.decision_id).says
    assert [row["state"] for row in listed(company) if row["kind"] in ("apart", "merge")] == ["stands", "undone"]


NO_ANCHOR = "select source_id from records join people using (person_id) where record_id <> anchor order by 1"


def test_the_id_that_is_kept_is_the_persons_whatever_record_was_named(company: Company) -> None:
    shop = source(company)
    now = persons(company)
    whole = {row["person_id"]: row["anchor"] for row in open_current(company).query("select * from people")}
    named = next(row["source_id"] for row in open_current(company).query(NO_ANCHOR))
    first = deciding.merge(company, f"{shop}:3", f"{shop}:{named}", keep=f"{shop}:{named}")
    (kept,) = (row for row in listed(company) if row["kind"] == "keeps_id")
    assert kept["record_id"] == whole[now[named]]
    assert not deciding.merge(company, f"{shop}:3", f"{shop}:{named}", keep=now[named]).is_new
    assert not deciding.merge(company, f"{shop}:3", f"{shop}:{named}").is_new
    changed = deciding.merge(company, f"{shop}:3", f"{shop}:{named}", keep=now["3"])
    assert changed.is_new
    assert "The id is that of Karim Haddad" in changed.says
    assert [row["record_id"] for row in listed(company) if (row["kind"], row["state"]) == ("keeps_id", "stands")] == [
        whole[now["3"]]
    ]
    deciding.undo(company, changed.decision_id)
    stands = [(row["kind"], row["decision_id"]) for row in listed(company) if row["state"] == "stands"]
    assert ("merge", first.decision_id) in stands
    assert ("keeps_id", kept["decision_id"]) in stands
    ran(company, "refresh")
    assert {persons(company)["3"], persons(company)[named]} == {now[named]}


def test_review_leaves_out_a_pair_decided_by_any_of_their_records_until_it_is_undone(company: Company) -> None:
    snapshot = open_current(company)
    (pair, *_) = deciding.review(company, snapshot, 20)
    ids = {pair.person["person_id"], pair.other["person_id"]}
    records = {
        one: snapshot.query("select max(record_id) as r from records where person_id = $1", [one])[0]["r"]
        for one in ids
    }
    assert deciding.review(company, snapshot, 0) == []
    done = deciding.apart(company, *records.values())

    def left() -> list[set[str]]:
        return [{one.person["person_id"], one.other["person_id"]} for one in deciding.review(company, snapshot, 20)]

    assert ids not in left()
    deciding.undo(company, done.decision_id)
    assert ids in left()
    said = json.loads(ran(company, "people", "review", "--format", "json"))
    assert {"as_of", "currency", "pairs"} <= set(said)
    assert all(row["details"] or row["other_details"] for row in said["pairs"])
    assert f"byname people apart '{company.folder}' p" in ran(company, "people", "review")
    assert ran(company, "people", "review", "--format", "csv").startswith("person_id,name,details,")
    (snapshot.folder / "review.parquet").unlink()
    assert deciding.review(company, snapshot, 20) == []


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("merge", "shp:1", "mei@example.com"), "nobody.*sources are "),
        (("merge", "", "mei@example.com"), "no text: found nobody"),
        (
            ("merge", "had", "mei@example.com"),
            r"2 people: p[A-Z2-7]{16} (Rosa|Karim) Had+ad; p.*\n  Type one of these",
        ),
        (("merge", "{1}", "{1}"), "the same record twice"),
        (("merge", "{1}", "{4}", "--keep", "{3}"), "--keep: found Karim Haddad .*one of the two: Rosa Hadad"),
        (("apart", "{1}", "rosa@example.com"), "the same record twice"),
        (("undo", ""), "0 decisions that begin so.*\n.*byname people decisions '"),
    ],
)
def test_errors_say_who_may_be_meant_and_what_to_type(company: Company, command: tuple[str, ...], says: str) -> None:
    records = {row["source_id"]: row["record_id"] for row in open_current(company).query("select * from records")}
    anchors = {row["person_id"]: row["anchor"] for row in open_current(company).query("select * from people")}
    now = persons(company)
    typed = {f"{{{number}}}": anchors[now[number]][:12] for number in records}
    with pytest.raises(UsageError, match=says) as raised:
        ran(company, "people", *(typed.get(word, word) for word in command))
    assert raised.value.exit_status == 2
    assert raised.value.do
    assert facts(company, "decisions") == []


def test_a_number_of_two_accounts_wants_the_account(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE.splitlines()[0] + "\n1,Omar,Diallo,omar@example.com,,,,,\n")
    (outcome,) = intake.add(company, [str(file)], account="north")
    assert outcome.error is None
    ran(company, "refresh")
    shop = source(company)
    with pytest.raises(UsageError, match=r"2 records: .*north:1.*\n.*source/account:id"):
        deciding.merge(company, f"{shop}:1", "mei@example.com")
    assert "Omar Diallo" in deciding.merge(company, f"{shop}/north:1", "mei@example.com").says


def test_two_who_decide_the_same_at_once_write_it_once(company: Company) -> None:
    shop = source(company)
    code = (
        "import sys; from pathlib import Path; from byname import deciding; from byname.company import open_company\n"
        "one, two = sys.argv[2:]\n"
        "print(deciding.merge(open_company(Path(sys.argv[1])), one, two).is_new)"
    )
    pairs = [("1", "4"), ("4", "1"), ("3", "4")]
    commands = [[sys.executable, "-c", code, str(company.folder), f"{shop}:{a}", f"{shop}:{b}"] for a, b in pairs]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    said = [process.communicate(timeout=120)[0].strip() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sorted(said[:2]) == ["False", "True"]
    assert said[2] == "True"
    assert [row["state"] for row in listed(company)] == ["stands", "stands"]
    assert ran(company, "check") == "All is well.\n"


def test_without_a_login_somebody_has_to_say_who_decides(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    shop = source(company)
    with pytest.raises(UsageError, match="--by NAME"):
        deciding.merge(company, f"{shop}:1", f"{shop}:4")
    assert deciding.merge(company, f"{shop}:1", f"{shop}:4", by="ines").is_new
