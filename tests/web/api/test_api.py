"""The API: tokens let programs in with no more than they were given; people, plan, decisions, recognising (S0.10, S0.39)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.snapshot import Snapshot
from byname.web.accounts.models import Account, Entry
from byname.web.api import tokens
from byname.web.api.models import Token

ALL = tokens.SCOPES


class Program:
    """A program with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, **asked: Any) -> Any:
        return self._answer(self.client.get(f"/api{path}", asked))

    def post(self, path: str, said: dict[str, Any]) -> Any:
        return self._answer(self.client.post(f"/api{path}", json.dumps(said), content_type="application/json"))

    @staticmethod
    def _answer(answer: Any) -> tuple[int, Any]:
        return answer.status_code, answer.json()


@pytest.fixture
def program(alice: Account) -> Program:
    return Program(tokens.make(alice, alice, name="everything", scopes=ALL))


def test_without_a_token_nothing_is_told(charlie: Client, as_alice: Client, best: str) -> None:
    for path in ("/api/people", f"/api/people/{best}", "/api/today", "/api/plan", "/api/standing", "/api/decisions"):
        assert charlie.get(path).status_code == 401
        assert as_alice.get(path).status_code == 401, "a session is no token: a page elsewhere could use it"
    assert charlie.post("/api/recognise", "{}", content_type="application/json").status_code == 401
    assert charlie.get("/api/openapi.json").status_code == 302


def test_a_token_is_kept_as_a_digest_only(alice: Account) -> None:
    said = tokens.make(alice, alice, name="till", scopes=["recognise"])
    kept = Token.objects.get()
    assert said not in json.dumps([kept.digest, kept.name, kept.scopes])
    assert said not in json.dumps(list(Entry.objects.values("before", "after", "about")))
    found = tokens.caller(said)
    assert found is not None
    assert found.account == alice
    assert tokens.caller(said[:-1]) is None


def test_a_token_ends_on_its_day_with_its_account_and_when_it_is_ended(alice: Account, bob: Account) -> None:
    over = tokens.make(alice, bob, name="over", scopes=ALL, until=date.today() - timedelta(days=1))  # noqa: DTZ011
    lasting = tokens.make(alice, bob, name="lasting", scopes=ALL)
    assert tokens.caller(over) is None
    assert tokens.caller(lasting) is not None
    bob.is_active = False
    bob.save()
    assert tokens.caller(lasting) is None
    bob.is_active = True
    bob.save()
    tokens.end(alice, Token.objects.get(name="lasting"))
    assert tokens.caller(lasting) is None
    assert Entry.objects.filter(action="token ended").exists()


def test_a_token_may_no_more_than_its_scopes_and_its_account(alice: Account, rita: Account, best: str) -> None:
    till = Program(tokens.make(alice, alice, name="till", scopes=["recognise"]))
    assert till.get("/people")[0] == 403
    assert till.post("/decisions", {"decision": {"kind": "note", "person_id": best, "text": "x"}})[0] == 403
    reader = Program(tokens.make(alice, rita, name="reader", scopes=ALL))
    assert reader.get("/people")[0] == 200
    assert reader.post("/decisions", {"decision": {"kind": "note", "person_id": best, "text": "x"}})[0] == 403
    assert reader.get("/decisions")[0] == 403
    then = reader.get("/people", limit=5)[1]["then"]
    assert reader.get("/people", limit=5, after=then)[0] == 403, "to read on is an export"


def test_only_an_owner_makes_tokens(as_alice: Client, as_bob: Client, bob: Account) -> None:
    form = {"name": "till", "account": bob.pk, "scopes": ["recognise"]}
    assert as_bob.post(reverse("tokens"), form).status_code == 403
    page = as_alice.post(reverse("tokens"), form).content.decode()
    said = page.split("<code>")[1].split("</code>")[0]
    found = tokens.caller(said)
    assert found is not None
    assert found.account == bob
    assert found.scopes == {"recognise"}
    assert said not in as_alice.get(reverse("tokens")).content.decode()
    ended = as_alice.post(reverse("token_end", args=[Token.objects.get().pk]), follow=True).content.decode()
    assert "lets nobody in any more" in ended
    assert tokens.caller(said) is None


def test_people_are_ranked_named_and_paged(program: Program, snapshot: Snapshot) -> None:
    status, first = program.get("/people", limit=30)
    assert status == 200
    assert (first["as_of"], first["currency"]) == (snapshot.as_of.isoformat(), "EUR")
    status, then = program.get("/people", limit=30, after=first["then"])
    assert Entry.objects.filter(action="export", about="api/people").count() == 1
    ranks = [row["rank"] for row in first["people"] + then["people"]]
    assert ranks == sorted(ranks)
    assert len({row["person_id"] for row in first["people"] + then["people"]}) == 60
    assert all(row["name"] for row in first["people"])


def test_people_are_found_by_what_is_typed_and_narrowed(program: Program, snapshot: Snapshot, best: str) -> None:
    (row,) = snapshot.query("select name, email from people where person_id = $1", [best])
    assert best in [one["person_id"] for one in program.get("/people", q=row["email"])[1]["people"]]
    loyal = program.get("/people", standing="loyal", limit=500)[1]["people"]
    assert {one["standing"] for one in loyal} == {"loyal"}
    (counted,) = snapshot.query("select count(*) as people from profile where standing = 'loyal'")
    assert len(loyal) <= counted["people"]


def test_a_person_comes_with_what_proves_it(program: Program, best: str) -> None:
    status, row = program.get(f"/people/{best}")
    assert status == 200
    assert row["person_id"] == best
    assert row["rank"] == 1
    assert row["clv_low"] <= row["clv"] <= row["clv_high"]
    assert all(one["fact_id"] and one["says"] for one in row["reasons"])
    assert program.get("/people/pAAAAAAAAAAAAAAAA")[0] == 404


def test_today_plan_and_standing_are_told(program: Program, snapshot: Snapshot) -> None:
    status, day = program.get("/today")
    assert status == 200
    assert day["delight"]["name"]
    assert {row["team"] for row in program.get("/today", team="service")[1]["people"]} <= {"service"}
    week = program.get("/plan")[1]
    assert len(week["people"]) >= len(day["people"]) > 0
    assert week["capacity"]
    counts = program.get("/standing")[1]["counts"]
    (people,) = snapshot.query("select count(*) as people from standing")
    assert sum(row["people"] for row in counts) == people["people"]


def test_what_is_decided_shows_at_once(program: Program, best: str) -> None:
    status, said = program.post(
        "/decisions", {"decision": {"kind": "standing", "person_id": best, "standing": "neutral", "why": "told me so"}}
    )
    assert status == 200, said
    assert said["fact_ids"]
    row = program.get(f"/people/{best}")[1]
    assert (row["standing"], row["corrected"]) == ("neutral", True)
    assert row["written_since"]
    listed = next(one for one in program.get("/people")[1]["people"] if one["person_id"] == best)
    assert (listed["standing"], listed["pending"]) == ("neutral", True)
    assert Entry.objects.filter(about=best).exists()


@pytest.mark.parametrize(
    "decision",
    [
        {"kind": "note", "person_id": "BEST", "text": "likes Mondays"},
        {"kind": "promise", "person_id": "BEST", "what": "a call", "due": "2099-01-01"},
        {"kind": "owner", "person_id": "BEST", "employee": "Ingrid Halvorsen"},
        {"kind": "contact", "person_id": "BEST", "channel": "phone", "contact": "service", "says": "asked for help"},
        {"kind": "merge", "one": "BEST", "other": "SECOND", "why": "same person"},
        {"kind": "apart", "one": "BEST", "other": "SECOND", "why": "sisters"},
    ],
)
def test_each_kind_of_decision_is_taken(
    program: Program, snapshot: Snapshot, best: str, decision: dict[str, str]
) -> None:
    second = snapshot.query("select person_id from value where rank = 2")[0]["person_id"]
    named = {name: {"BEST": best, "SECOND": second}.get(said, said) for name, said in decision.items()}
    status, said = program.post("/decisions", {"decision": named})
    assert status == 200, said
    assert said["says"]
    if decision["kind"] in {"merge", "apart"}:
        told = program.get("/decisions")[1]["decisions"]
        assert decision["kind"] in {row["kind"] for row in told}
        undone = program.post("/decisions", {"decision": {"kind": "undo", "decision_id": said["fact_ids"][0]}})
        assert undone[0] == 200, undone


def test_a_row_of_the_plan_is_handled(program: Program) -> None:
    row = program.get("/today")[1]["people"][0]
    wanted = {"kind": "plan", "person_id": row["person_id"], "action": row["action"], "how": "not now"}
    status, said = program.post("/decisions", {"decision": wanted})
    assert status == 200, said
    after = program.get("/today")[1]["people"][0]
    assert (after["person_id"], after["handled"]) == (row["person_id"], "not now")


def test_what_cannot_be_is_said_in_parts(program: Program, best: str) -> None:
    status, said = program.post("/decisions", {"decision": {"kind": "owner", "person_id": best, "employee": "Nobody"}})
    assert status == 409
    assert said["found"]
    assert said["expected"]
    status, said = program.post("/decisions", {"decision": {"kind": "note", "person_id": "p" * 17, "text": "x"}})
    assert status == 404
    assert program.post("/decisions", {"decision": {"kind": "dance"}})[0] == 422
    assert program.get("/people", by="'; drop table value; --")[0] == 422


# ------------------------------------------------------------------------------------------------ recognising


@pytest.fixture
def known(snapshot: Snapshot) -> dict[str, Any]:
    """Somebody with a name, an e-mail, a phone and a customer number."""
    (row,) = snapshot.query("""
        select people.person_id, people.name, people.email, people.phone, links.source_id
        from people
        join links on links.person_id = people.person_id and links.role = 'customer'
        where people.email is not null and people.phone is not null and people.name is not null
        order by people.person_id, links.source_id
        limit 1
    """)
    return row


@pytest.mark.parametrize("by", ["email", "phone", "number", "name and e-mail"])
def test_somebody_is_recognised_by_one_thing_that_they_say(program: Program, known: dict[str, Any], by: str) -> None:
    record = {
        "email": {"email": known["email"].upper()},
        "phone": {"phone": known["phone"]},
        "number": {"number": known["source_id"]},
        "name and e-mail": {"name": known["name"], "email": known["email"]},
    }[by]
    status, said = program.post("/recognise", record)
    assert status == 200, said
    first = said["people"][0]
    assert first["person_id"] == known["person_id"]
    assert first["probability"] > 0.9
    assert first["greeting"].startswith("Good to see you")
    assert first["why"]


def test_a_stranger_is_nobody(program: Program) -> None:
    assert program.post("/recognise", {"email": "nobody@nowhere.test"})[1]["people"] == []
    assert program.post("/recognise", {})[1]["people"] == []
    assert program.post("/recognise", {"name": "\u0000'\"*"})[0] in {200, 422}


def test_what_is_due_to_somebody_is_said_at_the_till(program: Program, snapshot: Snapshot) -> None:
    rows = snapshot.query("""
        select people.person_id, people.email, plan.title
        from plan join people using (person_id) join profile using (person_id)
        where plan.kind in ('give', 'thank') and plan.day = (select min(day) from plan) and people.email is not null
          and coalesce(profile.open_complaints, 0) = 0
    """)
    assert rows
    said = program.post("/recognise", {"email": rows[0]["email"]})[1]["people"]
    mine = next(one for one in said if one["person_id"] == rows[0]["person_id"])
    assert rows[0]["title"] in {perk["title"] for perk in mine["perks"]}


def test_who_waits_for_an_answer_is_helped_and_offered_nothing(program: Program, snapshot: Snapshot) -> None:
    rows = snapshot.query("""
        select person_id, email from profile join people using (person_id)
        where open_complaints > 0 and email is not null order by person_id
    """)
    assert rows
    said = program.post("/recognise", {"email": rows[0]["email"]})[1]["people"]
    mine = next(one for one in said if one["person_id"] == rows[0]["person_id"])
    assert mine["hint"].startswith("Waits ")
    assert mine["perks"] == []
