"""The client book: who is mine, what they like, what we promised, what is due (S0.12, S0.32)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from byname.web import desk as desks
from byname.web.accounts.models import Account, Entry, Role
from byname.web.console.book import orphans
from byname.web.console.book.entries import WAITS, entries
from byname.web.written.laid_over import LaidOver
from tests.web.conftest import account, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

ME = "Liam Castellan"


@pytest.fixture
def page() -> str:
    """Its address."""
    return reverse("book")


@pytest.fixture
def liam(db: None) -> Account:
    """He has a book of his own, and looks after it alone."""
    return account("Liam", Role.MEMBER, "service", ME)


@pytest.fixture
def lena(db: None) -> Account:
    """She leads service."""
    return account("Lena", Role.LEAD, "service", "Maren Solberg")


@pytest.fixture
def mine(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Liam's people, by the snapshot."""
    return snapshot.query("select * from client_book where employee = $1", [ME])


def lay(monkeypatch: pytest.MonkeyPatch, since: LaidOver) -> None:
    """Let this be what was written since."""
    monkeypatch.setattr(desks, "laid_over", lambda *_: since)


def all_of(client: Client, page: str, **asked: str) -> list[Any]:
    """The people of all pages."""
    found: list[Any] = []
    number: int | None = 1
    while number:
        context = client.get(page, asked | {"page": str(number)}).context
        found += context["rows"]
        number = context["page"].next_page_number() if context["page"].has_next() else None
    return found


def test_ones_own_book_opens_first_with_everybody_in_it(
    liam: Account, page: str, desk: Desk, mine: list[dict[str, Any]]
) -> None:
    found = all_of(signed_in(liam), page)
    assert {row.person["person_id"] for row in found} == {row["person_id"] for row in mine} - desk.since.hidden
    assert len(found) == len({row.person["person_id"] for row in found})


def test_what_is_due_comes_first(desk: Desk) -> None:
    rows = entries(desk, ME)
    order = [WAITS.index(row["waits"]) for row in rows]
    assert order == sorted(order)
    assert rows[0]["waits"] == "promise"


def test_an_entry_says_what_they_like_and_what_we_promised(liam: Account, page: str, snapshot: Snapshot) -> None:
    answer = signed_in(liam).get(page)
    said = answer.content.decode()
    likes = {row["person_id"]: row["favourite_thing"] for row in snapshot.query("select * from profile")}
    for row in answer.context["rows"]:
        assert row.person["favourite_thing"] == likes[row.person["person_id"]]
        assert row.promised or row.waits != "promise"
        assert all(one.what in said for one in row.promised)
    assert any(row.person["favourite_thing"] for row in answer.context["rows"])
    assert "We promised:" in said


def test_what_they_wait_for_narrows_the_book(liam: Account, page: str) -> None:
    client = signed_in(liam)
    for key, _says, many in client.get(page).context["counted"]:
        assert len(all_of(client, page, waits=key)) == many
    assert client.get(page, {"waits": "nonsense"}).context["waits"] == ""


def test_a_member_does_not_open_anothers_book(liam: Account, page: str) -> None:
    client = signed_in(liam)
    assert client.get(page, {"of": "Maren Solberg"}).status_code == 403
    assert client.get(page, {"of": "nobody"}).status_code == 403
    assert client.get(page, {"of": ME}).status_code == 200


def test_leads_and_owners_choose_whose_book(lena: Account, as_alice: Client, page: str) -> None:
    for client in (signed_in(lena), as_alice):
        answer = client.get(page, {"of": ME})
        assert answer.context["whose"] == ME
        assert answer.context["rows"]
        assert client.get(page, {"of": "Somebody Else"}).status_code == 404


def test_who_has_nobody_yet_is_among_those_to_choose(as_alice: Client, page: str) -> None:
    answer = as_alice.get(page, {"of": "Rashid Adeyemo"})
    assert answer.status_code == 200
    assert "Nobody is known to Rashid Adeyemo yet" in answer.content.decode()
    assert "Rashid Adeyemo (nobody yet)" in answer.content.decode()


def test_an_account_that_is_no_employee_is_told_what_to_do(as_bob: Client, page: str) -> None:
    said = as_bob.get(page).content.decode()
    assert "not tied to an employee" in said
    assert "An owner can say who you are" in said


def test_hidden_people_are_in_no_book(
    liam: Account, page: str, mine: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = frozenset(row["person_id"] for row in mine[::2])
    lay(monkeypatch, LaidOver(hidden=gone))
    assert not gone & {row.person["person_id"] for row in all_of(signed_in(liam), page)}


def test_whoever_was_given_to_somebody_changes_the_book_at_once(
    desk: Desk, best: str, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (known,) = snapshot.query(
        "select person_id from client_book where employee = $1 and promised is null order by clv desc limit 1", [ME]
    )
    lay(monkeypatch, LaidOver(owners={best: ME, known["person_id"]: "Maren Solberg"}))
    people = [row["person_id"] for row in entries(type(desk)(desk.company, desk.snapshot), ME)]
    assert best in people
    assert known["person_id"] not in people


@pytest.mark.parametrize("in_place", [True, False])
def test_a_promise_is_made_and_kept_in_the_book(liam: Account, page: str, *, in_place: bool) -> None:
    client = signed_in(liam)
    headers = {"HX-Request": "true"} if in_place else {}
    person = client.get(page).context["rows"][0].person["person_id"]
    form = {"person": person, "back": page, "of": ME}
    made = client.post(reverse("book_promise"), form | {"what": "a new <i>handle</i>"}, headers=headers)
    row = next(row for row in all_of(client, page) if row.person["person_id"] == person)
    (promised,) = [one for one in row.promised if one.what == "a new <i>handle</i>"]
    assert promised.by == ME
    kept = client.post(reverse("book_keep"), form | {"promise": promised.fact_id}, headers=headers)
    row = next(row for row in all_of(client, page) if row.person["person_id"] == person)
    assert promised.fact_id not in {one.fact_id for one in row.promised}
    assert row.is_pending
    assert set(Entry.objects.filter(about=person).values_list("action", flat=True)) == {"promise", "promise kept"}
    for answer in (made, kept):
        if in_place:
            assert answer.content.decode().lstrip().startswith("<li")
            assert "<i>handle" not in answer.content.decode()
        else:
            assert (answer.status_code, answer["Location"]) == (302, f"{page}#b-{person}")


def test_a_promise_of_the_snapshot_is_kept(liam: Account, page: str) -> None:
    client = signed_in(liam)
    row = client.get(page).context["rows"][0]
    promised = row.promised[0]
    form = {"person": row.person["person_id"], "promise": promised.fact_id, "of": ME}
    answer = client.post(reverse("book_keep"), form, headers={"HX-Request": "true"})
    assert promised.fact_id not in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "says"), [({"what": "  "}, "some words"), ({"what": "a cup", "due": "soon"}, "a day such as")]
)
def test_what_cannot_be_promised_is_said(liam: Account, page: str, wrong: dict[str, str], says: str) -> None:
    client = signed_in(liam)
    person = client.get(page).context["rows"][0].person["person_id"]
    answer = client.post(reverse("book_promise"), {"person": person} | wrong, headers={"HX-Request": "true"})
    assert says in answer.content.decode()
    assert not Entry.objects.exists()


def test_an_address_to_go_back_to_is_one_of_ours(liam: Account, page: str) -> None:
    client = signed_in(liam)
    person = client.get(page).context["rows"][0].person["person_id"]
    for back in ("https://evil.test/", "//evil.test", "javascript:alert(1)"):
        answer = client.post(reverse("book_promise"), {"person": person, "what": back, "back": back})
        assert answer["Location"] == f"{page}#b-{person}"


def test_a_lead_gives_people_to_the_own_team(lena: Account, best: str) -> None:
    client = signed_in(lena)
    form = {"person": best, "of": "Maren Solberg", "employee": ME}
    assert client.post(reverse("book_assign"), form, headers={"HX-Request": "true"}).status_code == 200
    assert client.post(reverse("book_assign"), form | {"employee": "Ingrid Halvorsen"}).status_code == 403
    assert client.post(reverse("book_assign"), form | {"employee": "Nobody Such"}).status_code == 403
    assert best in {row.person["person_id"] for row in all_of(client, reverse("book"), of=ME)}


def test_who_may_not_write_has_no_forms_and_is_refused(as_rita: Client, liam: Account, best: str, page: str) -> None:
    assert reverse("book_promise") not in as_rita.get(page).content.decode()
    for name in ("book_promise", "book_keep", "book_assign"):
        assert as_rita.post(reverse(name), {"person": best, "what": "x"}).status_code == 403
    assert signed_in(liam).post(reverse("book_assign"), {"person": best, "employee": ME}).status_code == 403
    assert signed_in(liam).get(reverse("book_promise")).status_code == 405
    assert not Entry.objects.exists()


def test_people_whose_colleague_has_left_are_without_an_owner(
    as_alice: Client, page: str, snapshot: Snapshot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not as_alice.get(page).context["nobodys"]
    monkeypatch.setattr(orphans, "spellings", lambda _: ["ingrid halvorsen", "maren solberg"])
    promised = snapshot.query(
        "select distinct person_id from client_book where promised is not null and employee <> 'Maren Solberg'"
    )
    answer = as_alice.get(page, {"of": "nobody"})
    assert answer.context["nobodys"] == len({row["person_id"] for row in promised} - desk.since.hidden)
    assert "does not work here any more" in answer.content.decode()
    assert "Give to a colleague" in answer.content.decode()
    one = answer.context["rows"][0].person["person_id"]
    lay(monkeypatch, LaidOver(owners={one: "Maren Solberg"}))
    assert one not in as_alice.get(page, {"of": "nobody"}).content.decode()


def test_where_byname_toml_names_nobody_nobody_has_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "spellings", lambda _: [])
    assert orphans.orphans(desk) == []


def test_what_they_may_give_without_asking_stands_in_their_book(liam: Account, page: str, snapshot: Snapshot) -> None:
    (mine,) = snapshot.query("select * from discretion where employee = $1", [ME])
    said = signed_in(liam).get(page).content.decode()
    assert f"{mine['budget_left']:.2f} of {mine['budget']:.2f} EUR" in said


def test_a_stranger_sees_no_book(charlie: Client, page: str) -> None:
    assert charlie.get(page).status_code == 302


def test_promises_written_since_show_when_they_are_due(
    liam: Account, page: str, mine: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from byname.web.written.shape import Said

    person = entries_first(liam, page)
    said = Said(
        "f1",
        "promises",
        "promise",
        "a visit",
        ME,
        datetime(2026, 7, 1, tzinfo=UTC),
        due_at=datetime(2026, 7, 9, tzinfo=UTC),
    )
    lay(monkeypatch, LaidOver(said={person: (said,)}))
    answer = signed_in(liam).get(page).content.decode()
    assert "<q>a visit</q>" in answer
    assert "9 July 2026" in answer
    lay(monkeypatch, LaidOver(said={person: (said,)}, kept=frozenset({"f1"})))
    assert "<q>a visit</q>" not in signed_in(liam).get(page).content.decode()


def entries_first(who: Account, page: str) -> str:
    """The person who stands first in their book."""
    return str(signed_in(who).get(page).context["rows"][0].person["person_id"])
