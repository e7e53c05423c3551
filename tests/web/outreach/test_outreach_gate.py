"""The gate asked again: whatever was written since the refresh is heard at the door, by the same rules (S2.7, S2.8, S4.2).

Each thing that is written closes a contact that was open a moment before, and says by which rule.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from byname.app_rows import Rows, opened
from byname.company import open_company
from byname.draining import READER
from byname.facts import intake
from byname.facts.own import fact
from byname.gate_again import NOT_LISTED, SAID_NO, No, Way, playbooks_of, prepare
from byname.snapshot import open_current
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.written import actions
from tests.web.outreach.door_case import lines

type Writes = Callable[["Case"], object]


class Case:
    """A contact that the gate lets through, and what may be written about its person."""

    def __init__(self, desk: Desk, rows: Rows, by: Account, line: dict[str, Any], channel: str = "email") -> None:
        self.desk, self.rows, self.by = desk, rows, by
        self.way = Way(line["person_id"], line["action"], channel)
        self.prepared = prepare(desk.company, desk.snapshot, [self.way.person_id])

    @property
    def purpose(self) -> str:
        """What consent the play goes by."""
        return playbooks_of(self.desk.company).by_action[self.way.action].purpose

    def says(self) -> No | None:
        return self.prepared.asked(self.rows, [self.way])[self.way]

    def wish(self, kind: str, value: str = "", **more: Any) -> None:
        actions.wish(self.by, self.desk, self.way.person_id, kind, value, **more)

    def add(self, table: str, **columns: Any) -> str:
        """A row as a page of the customer's own writes it."""
        (anchor,) = self.desk.snapshot.query("select anchor from people where person_id = $1", [self.way.person_id])
        at = self.rows.moment()
        row = {"occurred_at": at, **fact(table, {"record_id": anchor["anchor"], **columns}, reader=READER)}
        self.rows.add(table, [row], at=at)
        return str(row["fact_id"])


@pytest.fixture
def case(desk: Desk, alice: Account) -> Iterator[Case]:
    """An ask by e-mail to somebody who was in touch with us long ago."""
    with opened(desk.company) as rows:
        assert rows
        cases = (Case(desk, rows, alice, line) for line in lines(desk))
        yield next(case for case in cases if case.way.action == "call-a-lapsed-friend" and case.says() is None)


CLOSES: dict[str, tuple[Writes, tuple[str, ...]]] = {
    "objected to e-mail": (lambda case: case.wish("objection", "e-mail"), ("objection",)),
    "restricted": (lambda case: case.wish("restriction"), ("restriction",)),
    "not this way": (lambda case: case.wish("channel", "letters only, please"), ("not-this-way",)),
    "never": (lambda case: case.wish("pace", "never"), ("contact-budget",)),
    "a pause": (lambda case: case.wish("pace", "pause for 3 weeks"), ("pause",)),
    "a closed day": (lambda case: case.wish("quiet", "not on " + case.desk.as_of.strftime("%As")), ("no-open-day",)),
    "all week": (lambda case: case.wish("quiet", "weekends, no weekdays"), ("no-open-day",)),
    "a line": (lambda case: case.wish("line", "my orders"), ("own-line",)),
    "a dislike": (lambda case: case.wish("dislike", case.way.action), ("relevance",)),
    "a topic": (lambda case: case.wish("topic", f"tea, but nothing like {case.way.action}"), ("relevance",)),
    "a disliked way": (lambda case: case.wish("dislike", "e-mail"), ("disliked-way",)),
    "withdrew": (
        lambda case: case.add("consents", channel="email", purpose=case.purpose, state="withdrawn", by_whom="person"),
        ("withdrawn",),
    ),
    "a corrected mailbox": (
        lambda case: case.add("decisions", kind="correct", value="email new@example.com", by_whom="person"),
        ("no-consent",),
    ),
    "withdrew from all": (lambda case: case.add("consents", state="withdrawn", by_whom="person"), ("withdrawn",)),
    "bounced": (lambda case: case.add("answers", kind="bounced"), ("bounced",)),
    "complains": (
        lambda case: case.add("messages", medium="ticket", text="This is unacceptable, I want to complain. I want my money back!"),
        ("open-complaint", "owe-an-answer"),
    ),
    "asks": (
        lambda case: case.add("messages", medium="ticket", text="Could you tell me when you open on Sunday?"),
        ("owe-an-answer",),
    ),
    "a call an hour ago": (
        lambda case: actions.log_contact(case.by, case.desk, case.way.person_id, channel="phone", kind="give"),
        ("rest", "contact-budget"),
    ),
    "service rests too": (
        lambda case: actions.log_contact(case.by, case.desk, case.way.person_id, channel="phone", kind="service"),
        ("rest",),
    ),
    "asked too much": (lambda case: [case.add("contacts", kind="ask", channel="phone") for _ in range(4)], ("asks-a-year",)),
    "the same": (
        lambda case: case.add("contacts", kind="service", channel="phone", action=case.way.action),
        ("rest", "cool-down"),
    ),
    "not now": (
        lambda case: actions.handle(case.by, case.desk, *case.way[:2], "not now", why="he is on holiday"),
        ("not-now",),
    ),
    "not right": (
        lambda case: actions.handle(case.by, case.desk, *case.way[:2], "not right", why="she sold the shop"),
        ("not-right",),
    ),
    "a colleague knows them to be angry": (
        lambda case: actions.correct_standing(
            case.by, case.desk, case.way.person_id, "actively_dissatisfied", why="she rang, and hung up"
        ),
        ("unhappy-and-not-helped",),
    ),
    "a broken promise": (
        lambda case: case.add(
            "promises", what="call back", due_at=case.rows.moment() - timedelta(days=1), employee="Ingrid Halvorsen"
        ),
        ("owe-a-promise",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLOSES)
def test_what_was_written_since_closes_the_door(case: Case, name: str) -> None:
    write, rules = CLOSES[name]
    write(case)
    no = case.says()
    assert no is not None
    assert no.rule in rules
    assert no.says


def test_a_pace_of_once_a_month_counts_what_they_heard_before(case: Case) -> None:
    """The window that they ask for is looked at anew, in all that they heard: nobody is lost by having asked."""
    days = [
        (case.desk.company.end_of(case.desk.as_of) - row["occurred_at"]).days
        for row in case.desk.snapshot.rows("timeline", [case.way.person_id], ("kind", "occurred_at"))
        if row["kind"] == "contact"
    ]
    case.wish("pace", "at most once a month")
    no = case.says()
    assert (no is None) == (min(days, default=999) >= 30)
    case.add("contacts", kind="service", channel="phone")
    after = case.says()
    assert after is not None
    assert after.rule in ("contact-budget", "rest")


def test_a_wish_that_was_taken_back_closes_nothing(case: Case) -> None:
    written = actions.wish(case.by, case.desk, case.way.person_id, "pace", "never")
    assert case.says() is not None
    actions.take_back_wish(case.by, case.desk, written.fact_ids[0])
    assert case.says() is None


def test_a_contact_that_was_undone_counts_no_more(case: Case) -> None:
    actions.log_contact(case.by, case.desk, case.way.person_id, channel="phone", kind="give")
    assert case.says() is not None
    (contact,) = case.rows.pending("contacts")
    case.add("decisions", kind="undo", value=contact["fact_id"])
    assert case.says() is None


def test_a_yes_after_a_withdrawal_holds_by_their_own_act_alone(case: Case) -> None:
    said = {"channel": "email", "purpose": case.purpose}
    case.add("consents", **said, state="withdrawn", by_whom="person")
    case.add("consents", **said, state="given", by_whom="Ingrid Halvorsen")
    no = case.says()
    assert no is not None
    assert no.rule == "withdrawn"
    case.add("consents", **said, state="given", by_whom="person")
    left = case.says()
    assert left is None or left.rule != "withdrawn"


def test_what_is_about_somebody_else_closes_nothing(case: Case) -> None:
    others = [line for line in lines(case.desk) if line["person_id"] != case.way.person_id]
    actions.wish(case.by, case.desk, others[0]["person_id"], "pace", "never")
    case.rows.add(
        "contacts", [{"fact_id": "x", "record_id": "nobody", "occurred_at": case.rows.moment()}], at=case.rows.moment()
    )
    assert case.says() is None


def test_held_out_contacts_of_a_list_are_none(case: Case) -> None:
    case.add("contacts", kind="ask", channel="email", arm="held out", action=case.way.action)
    assert case.says() is None


def test_any_record_of_the_person_counts(case: Case) -> None:
    """Facts refer to records; what a page wrote under another of theirs is heard too."""
    records = [record for record, person in case.prepared.records.items() if person == case.way.person_id]
    assert len(records) > 1
    at = case.rows.moment()
    made = fact("preferences", {"record_id": records[-1], "kind": "pace", "value": "never"}, reader=READER)
    case.rows.add("preferences", [{"occurred_at": at, **made}], at=at)
    assert case.says() is not None


def test_a_way_that_there_is_not(case: Case) -> None:
    no = Case(case.desk, case.rows, case.by, {"person_id": case.way.person_id, "action": case.way.action}, "in_person")
    says = no.says()
    assert says is not None
    assert says.rule == "no-way"


def test_whom_the_morning_did_not_let_through(case: Case) -> None:
    no = Case(case.desk, case.rows, case.by, {"person_id": case.way.person_id, "action": "ask-for-the-story"})
    says = no.says()
    assert says is not None
    assert says.rule == NOT_LISTED


def test_all_of_todays_list_is_judged_as_the_refresh_judged_it(desk: Desk) -> None:
    """Nothing was written: of whom the morning let through, only who is to rest a day longer waits."""
    found = desk.snapshot.query("select person_id, action, channel from candidates")
    ways = [Way(row["person_id"], row["action"], row["channel"]) for row in found]
    prepared = prepare(desk.company, desk.snapshot, {way.person_id for way in ways})
    with opened(desk.company) as rows:
        assert rows
        said = prepared.asked(rows, ways)
    closed = {no.rule for no in said.values() if no}
    assert len(said) == len(found) > 50
    assert closed <= {"rest", "pause"}
    assert sum(no is None for no in said.values()) > len(said) * 0.9


def test_a_file_that_comes_in_after_the_refresh_is_heard(shop_made: Path, tmp_path: Path) -> None:
    """Another tool's unsubscribed are loaded at noon: the door knows, though the refresh comes at night."""
    shutil.copytree(shop_made, tmp_path / "shop")
    company = open_company(tmp_path / "shop")
    snapshot = open_current(company)
    (row,) = snapshot.query(
        "select plan.person_id, plan.action, people.email from plan join people using (person_id) "
        "where plan.channel = 'email' and plan.kind = 'ask' order by plan.day, plan.person_id limit 1"
    )
    way = Way(row["person_id"], row["action"], "email")

    class Nothing:
        """No row was written on any page."""

        def since(self, *_: object, **__: object) -> list[dict[str, Any]]:
            return []

    said = prepare(company, snapshot, [way.person_id]).asked(Nothing(), [way])  # type: ignore[arg-type]
    assert said[way] is None or said[way].rule == "rest"  # type: ignore[union-attr]
    file = tmp_path / "consents.csv"
    file.write_text(
        "email,channel,purpose,state,date\n"
        + "".join(f"{row['email']},email,{purpose},withdrawn,2026-06-30\n" for purpose in ("marketing", "feedback"))
    )
    (outcome,) = intake.add(company, [str(file)])
    assert outcome.error is None
    said = prepare(company, snapshot, [way.person_id]).asked(Nothing(), [way])  # type: ignore[arg-type]
    no = said[way]
    assert no is not None
    assert no.rule == SAID_NO
