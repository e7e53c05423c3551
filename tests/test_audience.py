"""A playbook's list for another tool: the gate and the lots hold, nothing runs in a spreadsheet, nobody is surprised."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.audience import Audience, audience
from byname.company import Company
from byname.errors import SnapshotError, UsageError
from byname.facts import intake
from byname.profile_columns import PROFILE
from byname.safe_csv import safe, write_list
from byname.snapshot import Snapshot
from tests.case import add, facts, made, written

AS_OF = date(2026, 6, 30)
ACTION = "thank-a-quiet-loyal"
_TYPES = {
    "text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "flag": pa.bool_(), "date": pa.date32(),
    "list": pa.list_(pa.string()),
}  # fmt: skip
TEXT = pa.string()
SCHEMAS = {
    "profile": pa.schema([(name, _TYPES[column.kind]) for name, column in PROFILE.items()]),
    "people": pa.schema([(one, TEXT) for one in ("person_id", "anchor", "email", "phone", "street", "postcode")]),
    "records": pa.schema([("record_id", TEXT), ("person_id", TEXT)]),
    "candidates": pa.schema(
        [("person_id", TEXT), ("action", TEXT), ("channel", TEXT), ("expected_value", pa.float64())]
    ),
    "blocked": pa.schema([(one, TEXT) for one in ("person_id", "action", "rule", "says", "also")]),
    "reach": pa.schema(
        [
            *((one, TEXT) for one in ("person_id", "channel", "address", "marketing", "feedback", "service")),
            *((one, pa.bool_()) for one in ("refused", "bounced")),
            ("liking", pa.float64()),
        ]
    ),
}


def person(number: int, **more: Any) -> dict[str, Any]:
    """Somebody of whom all is known that the words say."""
    name = f"Name{number}"
    return {
        "person_id": f"p{number}", "anchor": f"a{number}", "name": f"{name} Case", "first_name": name,
        "language": "en", "first_year": 2020, "orders": 5, "city": "Town", "country": "DE", "street": f"{number} Road",
        "postcode": "10115", "email": f"{name.lower()}@example.com", "phone": f"+49 30 20{number:02}",
    } | more  # fmt: skip


class Case:
    """A company whose refresh left these people on both sides of the gate."""

    def __init__(self, folder: Path, settings_: str = '[basis.letter]\nthank = "legitimate interest"') -> None:
        self.company: Company = made(folder / "acme", settings_)
        self.folder = folder
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}

    def knows(self, one: Mapping[str, Any]) -> str:
        key = {"person_id": one["person_id"]}
        self.rows["profile"].append(dict(one))
        self.rows["people"].append(dict(one))
        self.rows["records"].append(key | {"record_id": one["anchor"]})
        for channel, address in (("letter", one["street"]), ("email", one["email"]), ("phone", one["phone"])):
            said = {"marketing": "given" if channel == "email" else "not given", "liking": 0.5}
            self.rows["reach"].append(key | said | {"channel": channel, "address": address})
        return str(one["person_id"])

    def may(self, *people: Mapping[str, Any], channel: str = "letter", action: str = ACTION) -> None:
        for one in people:
            row = {"person_id": self.knows(one), "action": action, "channel": channel, "expected_value": 1.0}
            self.rows["candidates"].append(row)

    def may_not(self, rule: str, *people: Mapping[str, Any], also: str = "", action: str = ACTION) -> None:
        for one in people:
            self.rows["blocked"].append({"person_id": self.knows(one), "action": action, "rule": rule, "also": also})

    def snapshot(self) -> Snapshot:
        run = datetime.now(UTC)
        folder = self.company.snapshots / f"{AS_OF}_{run:%Y%m%dT%H%M%S%fZ}"
        folder.mkdir(parents=True)
        for name, schema in SCHEMAS.items():
            held = {column: [row.get(column) for row in self.rows[name]] for column in schema.names}
            pq.write_table(pa.table(held, schema=schema), folder / f"{name}.parquet")
        return Snapshot(folder, {"as_of": AS_OF.isoformat()})

    def writes(self, name: str = "list.csv", snapshot: Snapshot | None = None, **more: Any) -> Audience:
        action = more.pop("action", ACTION)
        return audience(self.company, snapshot or self.snapshot(), action, self.folder / name, **more)


def read(done: Audience) -> list[dict[str, str]]:
    with done.path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def held_out(company: Company) -> list[tuple[Any, ...]]:
    columns = ("record_id", "arm", "action", "campaign", "channel", "kind", "purpose", "source", "reader")
    return [tuple(row[column] for column in columns) for row in facts(company, "contacts")]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_the_list_has_whom_the_gate_lets_through_with_address_and_words(case: Case) -> None:
    case.may(person(1), person(2))
    case.may_not("open-complaint", person(3), person(4))
    case.may_not("consent", person(5))
    done = case.writes()
    rows = read(done)
    assert list(rows[0]) == ["name", "street", "postcode", "city", "country", "first_name", "language", "opening_words"]
    assert [row["name"] for row in rows] == ["Name1 Case", "Name2 Case"]
    assert rows[0]["street"] == "1 Road"
    assert rows[0]["opening_words"].startswith("Dear Name1,")
    assert (done.people, done.held_out, done.channel) == (2, 0, "letter")
    assert done.left_out == {"open-complaint": 2, "consent": 1}
    assert any("2 left out: open-complaint" in line for line in done.lines())


def test_those_held_out_are_in_the_ledger_and_not_in_the_file(case: Case) -> None:
    """S2.11: without them nobody could tell what the sending did."""
    case.may(person(1))
    case.may_not("held-out", person(2), person(3))
    case.may_not("held-out", person(4), also="open-complaint, consent")
    done = case.writes()
    assert [row["first_name"] for row in read(done)] == ["Name1"]
    assert (done.held_out, done.left_out) == (2, {"open-complaint": 1})
    assert held_out(case.company) == [
        (f"a{number}", "held out", ACTION, f"{ACTION} 2026-06-30", "letter", "thank", "marketing", "byname", "byname_audience")
        for number in (2, 3)
    ]  # fmt: skip
    assert done.campaign == f"{ACTION} 2026-06-30"


def test_the_same_list_again_adds_nobody_to_the_ledger(case: Case) -> None:
    case.may_not("held-out", person(2))
    snapshot = case.snapshot()
    before = (case.writes("one.csv", snapshot), facts(case.company, "contacts"))[1]
    case.writes("two.csv", snapshot)
    assert facts(case.company, "contacts") == before
    assert len(before) == 1


def test_what_the_words_lack_leaves_out_on_both_sides_of_the_lot(case: Case) -> None:
    """Else the arms would differ by more than the lot."""
    case.may(person(1), person(2, first_year=None))
    case.may_not("held-out", person(3), person(4, first_year=None))
    done = case.writes()
    assert (done.people, done.held_out) == (1, 1)
    assert done.left_out == {"a fact that the words need is not known": 1}
    assert [row[0] for row in held_out(case.company)] == ["a3"]


def test_who_is_better_reached_in_another_way_is_counted_and_gets_a_list_of_their_own(case: Case) -> None:
    case.may(person(1), person(2))
    case.may(person(3), channel="email")
    snapshot = case.snapshot()
    letter, email = case.writes("a.csv", snapshot), case.writes("b.csv", snapshot, channel="email")
    assert (letter.channel, letter.people, letter.left_out) == ("letter", 2, {"better reached by email": 1})
    assert (email.channel, email.people, email.left_out) == ("email", 1, {"better reached by letter": 2})
    assert list(read(email)[0]) == ["email", "first_name", "language", "opening_words"]


def test_those_held_out_belong_to_the_list_of_the_way_on_which_they_would_be_reached(tmp_path: Path) -> None:
    """Without a ground for letters the lot's other arm is of the e-mail list too."""
    case = Case(tmp_path, settings_="")
    case.may(person(1), channel="email")
    case.may_not("held-out", person(2), person(3))
    case.rows["reach"] = [  # the third never agreed to mail
        row | ({"marketing": "not given"} if row["person_id"] == "p3" else {}) for row in case.rows["reach"]
    ]
    done = case.writes()
    assert (done.channel, done.held_out) == ("email", 1)
    assert [row[0] for row in held_out(case.company)] == ["a2"]


def test_a_person_without_an_address_is_counted(case: Case) -> None:
    case.may(person(1), person(2, street=None))
    assert case.writes().left_out == {"no address": 1}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (("Customer e-mail", "Preference", "Value", "Said at"), ("NAME1@example.com", "objection", "marketing", "2026-07-01")),
        (("Customer e-mail", "Preference", "Value", "Said at"), ("name1@example.com", "restriction", "all", "2026-07-01")),
        (("Phone", "Email", "Channel", "Consent", "Said at"), ("", "name1@example.com", "post", "withdrawn", "2026-07-01")),
        (("Phone", "Email", "Channel", "Consent", "Said at"), ("+49 (30) 2001", "", "post", "withdrawn", "2026-07-01")),
    ],
)  # fmt: skip
def test_who_said_no_since_the_refresh_is_not_in_the_list(
    case: Case, header: Iterable[str], row: Iterable[str]
) -> None:
    """Article 21: an objection holds at once, whenever the next refresh is."""
    case.may(person(1), person(2))
    case.may_not("held-out", person(3))
    snapshot = case.snapshot()
    other = {"Customer e-mail": "else@example.com", "Email": "else@example.com", "Preference": "pace", "Value": "weekly",
             "Channel": "sms", "Consent": "given", "Said at": "2026-07-01"}  # fmt: skip
    rows: list[Mapping[str, object]] = [
        dict(zip(header, row, strict=True)),
        {key: other.get(key, "") for key in header},
    ]
    (outcome,) = add(case.company, written(case.folder / "wishes.csv", header, rows))
    assert (outcome.refused, outcome.error) == (0, None)
    done = case.writes(snapshot=snapshot)
    assert [one["first_name"] for one in read(done)] == ["Name2"]
    assert done.left_out == {"objected or withdrew since the refresh": 1}
    assert done.held_out == 1


def test_what_was_said_before_the_refresh_is_the_gate_s_to_judge(case: Case) -> None:
    case.may(person(1))
    header = ("Customer e-mail", "Preference", "Value", "Said at")
    rows = [dict(zip(header, ("name1@example.com", "objection", "phone", "2026-05-01"), strict=True))] * 2
    add(case.company, written(case.folder / "wishes.csv", header, rows))
    assert case.writes().people == 1


def test_a_phone_list_has_numbers_that_a_tool_can_dial(case: Case) -> None:
    case.may(person(1, phone="+49 (30) 20-01", days_since_purchase=200), channel="phone", action="call-a-lapsed-friend")
    rows = read(case.writes(action="call-a-lapsed-friend", channel="phone"))
    assert [row["phone"] for row in rows] == ["+49302001"]


def test_what_is_still_to_be_filled_in_is_said_once(case: Case) -> None:
    people = [person(number, first_year=2024) for number in (1, 2)]
    case.may(*people, channel="email", action="invite-the-best")
    done = case.writes(action="invite-the-best")
    assert len(done.to_fill) == 1
    assert sum(done.to_fill[0] in line for line in done.lines()) == 1
    assert case.writes("other.csv").to_fill == ()


def test_no_file_is_written_over_and_a_failed_list_leaves_none(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.may(person(1))
    case.may_not("held-out", person(2))
    taken = case.folder / "list.csv"
    taken.write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="no list is overwritten"):
        case.writes()
    assert taken.read_text("utf-8") == "mine"
    assert facts(case.company, "contacts") == []

    def fails(*_: object, **__: object) -> None:
        raise UsageError(where="ledger", found="trouble", expected="none")

    monkeypatch.setattr("byname.audience.remember", fails)
    with pytest.raises(UsageError, match="trouble"):
        case.writes("other.csv")
    assert [path.name for path in case.folder.glob("*.csv")] == ["list.csv"]
    assert not list(case.folder.glob(".*tmp"))


def test_an_unknown_playbook_another_way_and_a_snapshot_without_a_plan_are_errors_that_help(case: Case) -> None:
    case.may(person(1))
    with pytest.raises(UsageError, match="did you mean") as wrong:
        case.writes(action="thank-a-quiet-loyl")
    assert ACTION in str(wrong.value)
    with pytest.raises(UsageError, match="letter, email"):
        case.writes(channel="phone")
    snapshot = case.snapshot()
    (snapshot.folder / "candidates.parquet").unlink()
    with pytest.raises(SnapshotError, match="byname refresh"):
        case.writes(snapshot=snapshot)


def test_names_from_strangers_run_in_no_spreadsheet(case: Case) -> None:
    case.may(person(1, name='=HYPERLINK("http://a.example";"x")', street="@SUM(1+1)", city="-2+3"))
    (row,) = read(case.writes())
    assert (row["name"][:2], row["street"][:2], row["city"][:2]) == ("'=", "'@", "'-")


@settings(deadline=None)
@given(st.text(max_size=12))
def test_no_cell_begins_as_a_formula_but_a_plain_number(text: str) -> None:
    cell = safe(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "-", "@", "\t", "\r", "\n"))
    assert not cell.startswith("+") or (cell[1:].isascii() and cell[1:].isdigit())


def test_what_must_come_before_the_file_comes_before_it(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    there = []
    write_list(path, ["a"], [["x"], [None]], lambda: there.append(path.exists()))
    assert there == [False]
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["a"], ["x"], [""]]
    with pytest.raises(UsageError, match="free"):
        write_list(path, ["a"], [], lambda: None)


def test_what_the_other_tool_sent_comes_back_as_the_other_arm(case: Case) -> None:
    """Both arms of one campaign then stand in the ledger under one action."""
    case.may(person(1), channel="email")
    case.may_not("held-out", person(2))
    case.rows["reach"] = [row | ({"refused": True} if row["channel"] == "letter" else {}) for row in case.rows["reach"]]
    done = case.writes()
    sent = datetime(2026, 7, 1, 9, tzinfo=UTC)
    outcome = intake.contacted(
        case.company, str(done.path), campaign=done.campaign, channel="email", kind="thank", at=sent, action=ACTION
    )
    assert outcome.new == 2  # the contact and its record
    assert sorted((row["arm"], row["action"]) for row in facts(case.company, "contacts")) == [
        ("held out", ACTION),
        ("treated", ACTION),
    ]
