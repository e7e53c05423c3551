"""What people write about a person: who may, what is refused, what is written, in one transaction (S0.12, S0.26, S1.13).

Every action is asked as a page and the API ask it: by an account, at a desk.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from byname.errors import UsageError
from byname.web.accounts import audit
from byname.web.accounts.models import Account, Entry, Role
from byname.web.desk import Desk
from byname.web.written import actions
from byname.web.written.models import Contact, Decision, Preference, Promise

if TYPE_CHECKING:
    from collections.abc import Callable

    from byname.company import Company
    from byname.snapshot import Snapshot
    from byname.web.written.actions import Written


def again(desk: Desk) -> Desk:
    """The desk of the next request."""
    return Desk(desk.company, desk.snapshot)


@pytest.fixture
def lena(db: None) -> Account:
    """She leads marketing."""
    return Account.objects.create_user("lena@kettle.test", None, name="Lena", role=Role.LEAD, team="marketing")


@pytest.fixture
def second(snapshot: Snapshot) -> str:
    """The id of the second most valuable person."""
    rows = snapshot.query("select person_id from value order by rank, person_id limit 1 offset 1")
    return str(rows[0]["person_id"])


@pytest.fixture
def planned(snapshot: Snapshot) -> dict[str, Any]:
    """A line of the plan."""
    return snapshot.query("select * from plan order by person_id, action limit 1")[0]


# ------------------------------------------------------------------------------------------------- who may

DOES: dict[str, Callable[[Account, Desk, str, str], object]] = {
    "note": lambda by, desk, one, _: actions.note(by, desk, one, "a note"),
    "promise": lambda by, desk, one, _: actions.promise(by, desk, one, "a promise"),
    "keep": lambda by, desk, one, _: actions.keep_promise(by, desk, one, "0" * 64),
    "standing": lambda by, desk, one, _: actions.correct_standing(by, desk, one, "loyal", why="she said so"),
    "contact": lambda by, desk, one, _: actions.log_contact(by, desk, one, channel="phone", kind="thank"),
    "handle": lambda by, desk, one, _: actions.handle(by, desk, one, "no-such-action", "done"),
    "wish": lambda by, desk, one, _: actions.wish(by, desk, one, "pace", "once a month"),
    "assign": lambda by, desk, one, _: actions.assign(by, desk, one, ""),
    "merge": actions.merge,
    "apart": actions.apart,
    "undo": lambda by, desk, _one, _other: actions.undo(by, desk, "no such decision"),
    "take back": lambda by, desk, _one, _other: actions.take_back_wish(by, desk, "no such wish"),
}
ACT = {"note", "promise", "keep", "standing", "contact", "handle", "wish"}
DECIDE = {"merge", "apart", "undo", "take back"}
MAY = {
    Role.READER: set[str](),
    Role.MEMBER: ACT,
    Role.LEAD: ACT | DECIDE | {"assign"},
    Role.STEWARD: ACT | DECIDE,
    Role.OWNER: ACT | DECIDE | {"assign"},
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_policy_says_and_nothing_else(role: Role, desk: Desk, best: str, second: str) -> None:
    who = Account.objects.create_user("who@kettle.test", None, name="Who", role=role, team="marketing")
    refused = set()
    for name, does in DOES.items():
        try:
            does(who, again(desk), best, second)
        except PermissionDenied:
            refused.add(name)
        except (Http404, UsageError):
            pass  # allowed, and asked for what is not there
    assert refused == set(DOES) - MAY[role]


def test_whose_account_is_closed_may_nothing(bob: Account, desk: Desk, best: str) -> None:
    bob.is_active = False
    with pytest.raises(PermissionDenied):
        actions.note(bob, desk, best, "too late")


def test_a_lead_gives_customers_to_the_own_team_alone(lena: Account, alice: Account, desk: Desk, best: str) -> None:
    teams = {one.team: one.name for one in desk.company.settings.employees}
    assert {"marketing", "service"} <= teams.keys()
    with pytest.raises(PermissionDenied):
        actions.assign(lena, desk, best, teams["service"])
    actions.assign(lena, desk, best, teams["marketing"])
    actions.assign(alice, again(desk), best, teams["service"])
    assert again(desk).since.owners[best] == teams["service"]


# ---------------------------------------------------------------------------------------------- each verb


def test_a_note_shows_at_once(bob: Account, desk: Desk, best: str) -> None:
    """With who and when, and a line of the audit log."""
    written = actions.note(bob, desk, best, "  Likes\r\nletters.\0 ")
    (said,) = again(desk).since.said[best]
    assert (said.kind, said.says, said.by, said.private_to) == ("note", "Likes\nletters.", "Bob", "")
    assert (said.fact_id,) == written.fact_ids
    assert again(desk).since.is_pending(best)
    entry = Entry.objects.get()
    assert (entry.by, entry.action, entry.about, entry.after) == (bob.email, "note", best, {"note": "Likes\nletters."})


def test_a_private_note_is_for_a_team_and_not_for_the_log(bob: Account, alice: Account, desk: Desk, best: str) -> None:
    actions.note(bob, desk, best, "hush", private=True)
    assert [said.private_to for said in again(desk).since.said[best]] == ["marketing"]
    assert Entry.objects.get().after == {"private_to": "marketing"}
    with pytest.raises(UsageError, match="without a team"):
        actions.note(alice, desk, best, "whose?", private=True)


def test_a_promise_is_kept_as_a_new_version_of_itself(bob: Account, desk: Desk, best: str) -> None:
    due = desk.company.today() + timedelta(days=3)
    (fact_id,) = actions.promise(bob, desk, best, "a new lid", due=due).fact_ids
    (said,) = again(desk).since.said[best]
    assert said.kind == "promise"
    assert said.due_at is not None
    assert said.due_at < desk.company.end_of(due) <= said.due_at + timedelta(minutes=1)
    actions.keep_promise(bob, again(desk), best, fact_id)
    actions.keep_promise(bob, again(desk), best, fact_id)
    rows = Promise.objects.order_by("id")
    assert [(row.fact_id, row.what, row.kept_at is None) for row in rows] == [
        (fact_id, "a new lid", True),
        (fact_id, "a new lid", False),
    ]
    assert [said.kind for said in again(desk).since.said[best]] == ["promise kept"]
    assert again(desk).since.kept == {fact_id}


def test_a_promise_of_the_snapshot_is_kept_under_its_own_id(bob: Account, desk: Desk) -> None:
    """So that the ledger has one promise, with two versions."""
    rows = desk.snapshot.query("select * from promises where kept_at is null order by fact_id limit 1")
    (made,) = rows
    actions.keep_promise(bob, desk, made["person_id"], made["fact_id"])
    (row,) = Promise.objects.all()
    link = desk.snapshot.query("select * from links where fact_id = $1", [made["fact_id"]])[0]
    told = [row.what, row.employee, row.source, row.account, row.source_id, row.record_id, row.fact_id]
    names = ("source", "account", "source_id", "record_id", "fact_id")
    assert told == [made["what"], made["employee"], *(link[name] for name in names)]
    assert row.updated_at == row.kept_at


def test_another_person_s_promise_is_not_there(bob: Account, desk: Desk, best: str, second: str) -> None:
    (fact_id,) = actions.promise(bob, desk, best, "a new lid").fact_ids
    with pytest.raises(Http404):
        actions.keep_promise(bob, again(desk), second, fact_id)
    with pytest.raises(Http404):
        actions.keep_promise(bob, desk, best, "f" * 64)


def test_an_owner_by_any_of_the_names_and_none(alice: Account, desk: Desk, best: str) -> None:
    one = next(each for each in desk.company.settings.employees if each.aliases)
    actions.assign(alice, desk, best, one.aliases[0].upper())
    assert again(desk).since.owners[best] == one.name
    assert actions.assign(alice, again(desk), best, one.name).fact_ids == ()
    actions.assign(alice, again(desk), best, "")
    assert again(desk).since.owners[best] == ""
    entries = Entry.objects.order_by("id")
    assert [(entry.before["owner"], entry.after["owner"]) for entry in entries][1:] == [(one.name, "")]
    assert [row.value for row in Decision.objects.order_by("id")] == [one.name, None]


def test_a_corrected_standing_and_back(bob: Account, desk: Desk, best: str) -> None:
    actions.correct_standing(bob, desk, best, "advocate", why="she brought three friends")
    assert again(desk).since.standings[best] == "advocate"
    actions.correct_standing(bob, again(desk), best, "unknown", why="a mistake")
    assert best not in again(desk).since.standings
    values = [row.value for row in Decision.objects.order_by("id")]
    assert values == ["advocate she brought three friends", "unknown a mistake"]
    assert [entry.before for entry in Entry.objects.order_by("id")][1] == {"standing": "advocate"}


def test_a_call_counts_as_a_contact_and_its_words_are_a_note(bob: Account, desk: Desk, best: str) -> None:
    written = actions.log_contact(bob, desk, best, channel="phone", kind="thank", says="She was glad.")
    (contact,) = Contact.objects.all()
    told = (contact.team, contact.employee, contact.channel, contact.kind, contact.arm, contact.action)
    assert told == ("marketing", "Bob", "phone", "thank", "treated", None)
    assert {(said.kind, said.says) for said in again(desk).since.said[best]} == {
        ("call", "thank"),
        ("note", "She was glad."),
    }
    assert len(written.fact_ids) == 2


def test_done_counts_as_the_contact_that_was_planned(bob: Account, desk: Desk, planned: dict[str, Any]) -> None:
    """With all that pace, balance and proof ask of a contact."""
    actions.handle(bob, desk, planned["person_id"], planned["action"], "done", why="by phone")
    (decision,), (contact,) = Decision.objects.all(), Contact.objects.all()
    assert (decision.kind, decision.value) == ("done", f"{planned['action']} by phone")
    for name in ("action", "team", "channel", "kind", "goal", "expected"):
        assert getattr(contact, name) == planned[name], name
    assert (contact.arm, contact.employee, contact.record_id) == ("treated", "Bob", decision.record_id)
    assert contact.purpose
    since = again(desk).since
    assert since.handled == {(planned["person_id"], planned["action"]): "done"}
    assert [said.kind for said in since.said[planned["person_id"]]] == ["done"]


@pytest.mark.parametrize("how", ["not now", "not right"])
def test_what_was_not_done_is_no_contact(how: str, bob: Account, desk: Desk, planned: dict[str, Any]) -> None:
    actions.handle(bob, desk, planned["person_id"], planned["action"], how, why="they moved")
    assert Decision.objects.get().value == f"{planned['action']} they moved"
    assert not Contact.objects.exists()
    assert again(desk).since.handled[planned["person_id"], planned["action"]] == how


def test_done_is_taken_back_with_the_contact_that_came_of_it(bob: Account, desk: Desk, planned: dict[str, Any]) -> None:
    person, action = planned["person_id"], planned["action"]
    said = actions.handle(bob, desk, person, action, "done").fact_ids
    actions.undo(bob, again(desk), said[0])
    since = again(desk).since
    assert (person, action) not in since.handled
    assert {row.value for row in Decision.objects.filter(kind="undo")} == set(said)
    actions.handle(bob, again(desk), person, action, "not now")
    assert again(desk).since.handled == {(person, action): "not now"}


def test_merged_people_show_as_one_and_apart_again(alice: Account, desk: Desk, best: str, second: str) -> None:
    actions.note(alice, desk, second, "of the second")
    (decision_id,) = actions.merge(alice, again(desk), best, second, why="same wedding").fact_ids
    since = again(desk).since
    ((gone, stays),) = since.merged.items()
    assert {gone, stays} == {best, second}
    assert again(desk).person_id(gone) == stays
    assert {said.kind for said in since.said[stays]} == {"note", "merge"}
    assert since.is_pending(stays)
    assert since.shown_together(stays) == [stays, gone]
    with pytest.raises(UsageError, match="same record twice"):
        actions.merge(alice, again(desk), gone, stays)
    actions.undo(alice, again(desk), decision_id)
    assert not again(desk).since.merged
    assert [entry.action for entry in Entry.objects.order_by("id")] == ["note", "merge", "undo"]
    entry = Entry.objects.get(action="merge")
    assert entry.before == {"people": sorted([best, second])}


def test_one_whom_records_made_is_parted_by_the_refresh(alice: Account, desk: Desk) -> None:
    """Which record goes where is for the refresh to say; until then the page says so."""
    rows = desk.snapshot.query(
        "select person_id, min(record_id) as one, max(record_id) as other from records group by 1 "
        "having count(distinct record_id) > 1 order by 1 limit 1"
    )
    (row,) = rows
    actions.apart(alice, desk, row["one"], row["other"], why="two sisters")
    since = again(desk).since
    assert since.parting == {row["person_id"]}
    assert since.is_pending(row["person_id"])
    assert [said.kind for said in since.said[row["person_id"]]] == ["apart"]


# ------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (lambda by, desk, one: actions.note(by, desk, one, " \0\n "), "nothing"),
        (lambda by, desk, one: actions.note(by, desk, one, "x" * 5001), "5001"),
        (lambda by, desk, one: actions.promise(by, desk, one, ""), "nothing"),
        (lambda by, desk, one: actions.promise(by, desk, one, "x", due=desk.company.today() - timedelta(1)), "not over"),
        (lambda by, desk, one: actions.assign(by, desk, one, "Ingrid Halvorsn"), "did you mean"),
        (lambda by, desk, one: actions.correct_standing(by, desk, one, "loyl", why="x"), "did you mean"),
        (lambda by, desk, one: actions.correct_standing(by, desk, one, "loyal", why=""), "nothing"),
        (lambda by, desk, one: actions.log_contact(by, desk, one, channel="fon", kind="ask"), "fon"),
        (lambda by, desk, one: actions.log_contact(by, desk, one, channel="phone", kind="beg"), "beg"),
        (lambda by, desk, one: actions.handle(by, desk, one, "x", "perhaps"), "perhaps"),
        (lambda by, desk, one: actions.handle(by, desk, one, "x", "not right"), "nothing"),
        (lambda by, desk, one: actions.wish(by, desk, one, "pace"), "nothing"),
        (lambda by, desk, one: actions.wish(by, desk, one, "objektion"), "did you mean"),
        (lambda by, desk, one: actions.wish(by, desk, one, "objection", until=desk.company.today() - timedelta(1)), "over"),
        (lambda by, desk, one: actions.merge(by, desk, one, one), "same record twice"),
        (lambda by, desk, one: actions.apart(by, desk, one, one), "one person"),
        (lambda by, desk, _one: actions.undo(by, desk, ""), "0 decisions"),
        (lambda by, desk, _one: actions.take_back_wish(by, desk, "x"), "nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_written(
    does: Callable[[Account, Desk, str], object], says: str, alice: Account, desk: Desk, best: str
) -> None:
    with pytest.raises(UsageError, match=says):
        does(alice, desk, best)
    assert not Entry.objects.exists()
    assert not any(model.objects.exists() for model in (Decision, Promise, Contact, Preference))


def test_nobody_is_written_about_whom_nobody_is_shown(alice: Account, desk: Desk, best: str, second: str) -> None:
    """Nor does an answer tell whether there is such a person."""
    for nobody in ("p" + "A" * 16, "", "' or 1=1 --", "x" * 10_000):
        with pytest.raises(Http404):
            actions.note(alice, desk, nobody, "to whom?")
        with pytest.raises(Http404):
            actions.merge(alice, desk, best, nobody)
    (fact_id,) = actions.wish(alice, desk, best, "restriction").fact_ids
    for does in DOES.values():
        if does not in (DOES["undo"], DOES["take back"]):
            with pytest.raises(Http404):
                does(alice, again(desk), best, second)
    (record,) = desk.snapshot.query("select anchor from people where person_id = $1", [best])
    with pytest.raises(Http404):
        actions.merge(alice, again(desk), second, record["anchor"])
    actions.take_back_wish(alice, again(desk), fact_id)
    actions.note(alice, again(desk), best, "here again")


# ------------------------------------------------------------------------------------- once, or not at all


def test_a_double_click_writes_once(bob: Account, sam: Account, desk: Desk, best: str, second: str) -> None:
    """The same by the same about the same within a minute; whatever differs is another."""
    first = actions.note(bob, desk, best, "twice")
    assert actions.note(bob, again(desk), best, "twice") == first
    actions.note(bob, again(desk), second, "twice")
    actions.note(sam, again(desk), best, "twice")
    actions.note(bob, again(desk), best, "twice")  # Sam wrote in between: it is said again
    assert Decision.objects.count() == 4
    assert Entry.objects.count() == 4


def test_there_and_back_again_is_no_double_click(alice: Account, desk: Desk, best: str) -> None:
    one, other = (each.name for each in desk.company.settings.employees[:2])
    for owner in (one, other, one):
        actions.assign(alice, again(desk), best, owner)
    assert again(desk).since.owners[best] == one
    assert Decision.objects.count() == 3


def test_without_its_line_in_the_log_nothing_is_written(
    bob: Account, desk: Desk, planned: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(audit, "log", full)
    with pytest.raises(OSError, match="no space"):
        actions.handle(bob, desk, planned["person_id"], planned["action"], "done")
    assert not Decision.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_write_one_after_the_other(company: Company, snapshot: Snapshot, best: str) -> None:
    """A double click whose two requests run at the same time is one fact; what differs is all written."""
    bob = Account.objects.create_user("bob@kettle.test", None, name="Bob", role=Role.MEMBER, team="marketing")

    def click(words: str) -> Written:
        try:
            return actions.note(bob, Desk(company, snapshot), best, words)
        finally:
            connection.close()  # a thread's own

    with ThreadPoolExecutor(4) as pool:
        same = list(pool.map(click, ["twice"] * 4))
        list(pool.map(click, [f"number {place}" for place in range(8)]))
    assert len({written.fact_ids for written in same}) == 1
    rows = Decision.objects.order_by("id")
    assert sorted(row.value for row in rows) == sorted(["twice", *(f"number {place}" for place in range(8))])
    moments = [row.written_at for row in rows]
    assert moments == sorted(set(moments))
    assert Entry.objects.count() == 9
