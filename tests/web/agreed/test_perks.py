"""Perks: granted without being asked, told at the till by name alone, within limits, fairly shared (S4.15, S2.14, S2.15).

No card and no points: S4.13, S4.16.
"""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.template.loader import render_to_string
from django.test import Client

from byname.errors import UsageError
from byname.web.accounts.models import Account, Entry
from byname.web.agreed import perks
from byname.web.agreed.book import agreed_with_all
from byname.web.agreed.saying import Perk
from byname.web.agreed.shares import shares
from byname.web.api import tokens
from byname.web.desk import Desk
from byname.web.portal.whom import Her
from byname.web.written import actions
from tests.web.agreed.conftest import now
from tests.web.conftest import signed_in
from tests.web.ideas.conftest import words

WHAT, WHY = "coffee on us, whenever you come by", "You have been with us for so long."


def granted(by: Account, her: Her, **more: Any) -> Perk:
    desk = Desk(her.desk.company, her.desk.snapshot)
    perks.grant(by, desk, her.person_id, more.pop("what", WHAT), why=more.pop("why", WHY), **more)
    return now(her).perks[0]


def api(by: Account, path: str, said: dict[str, Any], scopes: tuple[str, ...] = ("recognise", "act")) -> Any:
    token = tokens.make(by, by, name=f"till {len(scopes)} {path}", scopes=scopes)
    sent = Client().post(
        f"/api/{path}", json.dumps(said), content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    return sent.status_code, sent.json()


def at_the_till(by: Account, her: Her) -> dict[str, Any]:
    """What the till is told of somebody by name, and where they live; no card, no number."""
    (row,) = her.desk.snapshot.query("select name, email from people where person_id = $1", [her.person_id])
    status, said = api(by, "recognise", {"name": row["name"], "email": row["email"]}, ("recognise",))
    assert status == 200
    return next(guest for guest in said["people"] if guest["person_id"] == her.person_id)


def test_a_colleague_grants_one_on_the_persons_page_and_she_reads_it_without_asking(
    as_bob: Client, as_rosa: Client, as_ines: Client, rosa: Her
) -> None:
    page = as_bob.get(f"/person/{rosa.person_id}/").content.decode()
    assert f'action="/people/{rosa.person_id}/perks/"' in page
    done = as_bob.post(f"/people/{rosa.person_id}/perks/", {"what": WHAT, "why": WHY}, follow=True)
    assert f"Granted to {rosa.name}" in words(done)
    assert WHAT in words(as_bob.get(f"/person/{rosa.person_id}/"))
    for address in ("/my/", "/my/held/"):
        said = words(as_rosa.get(address))
        assert WHAT in said
        assert WHY in said
        assert "Bob" in said
    assert "You need no card and no points" in words(as_rosa.get("/my/"))
    assert WHAT not in words(as_ines.get("/my/"))
    entry = Entry.objects.get(action="perk granted")
    assert (entry.about, entry.after["what"]) == (rosa.person_id, WHAT)


def test_the_till_is_told_by_name_alone_and_marks_it_as_given(alice: Account, rosa: Her) -> None:
    bob = alice  # an owner makes tokens
    assert at_the_till(bob, rosa)["granted"] == []
    perk = granted(bob, rosa, is_once=True)
    guest = at_the_till(bob, rosa)
    (told,) = guest["granted"]
    assert (told["perk_id"], told["what"], told["why"], told["once"]) == (perk.number, WHAT, WHY, True)
    assert WHAT not in guest["greeting"]
    mark = {"decision": {"kind": "perk given", "person_id": rosa.person_id, "perk_id": perk.number}}
    assert api(bob, "decisions", mark, ("recognise",))[0] == 403
    status, said = api(bob, "decisions", mark)
    assert (status, said["says"]) == (200, f"{rosa.name} got it: {WHAT}.")
    assert at_the_till(bob, rosa)["granted"] == []
    status, said = api(bob, "decisions", mark, ("act", "recognise", "read"))
    assert status == 409
    assert said["found"] == "one that was given already"
    assert len(now(rosa).perks[0].given) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_tills_at_once_give_one_that_is_given_once_only_once(alice: Account, rosa: Her) -> None:
    perk = granted(alice, rosa, is_once=True)

    def give(_till: int) -> str:
        try:
            return perks.give(alice, Desk(rosa.desk.company, rosa.desk.snapshot), rosa.person_id, perk.number).says
        except UsageError as wrong:
            return wrong.found
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as tills:
        said = Counter(tills.map(give, range(8)))
    assert said == {f"{rosa.name} got it: {WHAT}.": 1, "one that was given already": 7}
    assert len(now(rosa).perks[0].given) == 1


def test_what_they_do_not_like_stands_above_the_form(as_bob: Client, rosa: Her) -> None:
    path = f"/people/{rosa.person_id}/perks/"
    assert "do not like" not in words(as_bob.get(path))
    as_bob.post(f"/person/{rosa.person_id}/do/wish/", {"kind": "dislike", "value": "gifts"})
    assert "They told us that they do not like: gifts" in words(as_bob.get(path))


def test_one_that_is_had_again_and_again_stays_and_each_time_is_kept(bob: Account, sam: Account, rosa: Her) -> None:
    perk = granted(bob, rosa)
    for who in (bob, sam):
        perks.give(who, Desk(rosa.desk.company, rosa.desk.snapshot), rosa.person_id, perk.number)
    found = now(rosa).perks[0]
    assert found.holds
    assert len(found.given) == 2


def test_one_ends_on_its_day_and_when_it_is_taken_back(as_bob: Client, bob: Account, rosa: Her) -> None:
    today = rosa.desk.company.today()
    with pytest.raises(UsageError, match="a day that is not over"):
        granted(bob, rosa, until=today - timedelta(days=1))
    perk = granted(bob, rosa, until=today)
    assert perk.holds
    assert perk.until is not None
    assert perk.until.astimezone(rosa.desk.company.zone).date() == today
    path = f"/people/{rosa.person_id}/perks/{perk.number}/end/"
    assert "It holds no longer" in words(as_bob.post(path, follow=True))
    assert now(rosa).holding == []
    assert as_bob.post(path).status_code == 422
    assert as_bob.post(f"/people/{rosa.person_id}/perks/none/given/").status_code == 404


def test_another_persons_perk_is_not_hers(bob: Account, desk: Desk, two: tuple[Her, Her]) -> None:
    perk = granted(bob, two[0])
    with pytest.raises(Http404):
        perks.give(bob, desk, two[1].person_id, perk.number)


def test_a_playbook_gives_no_more_in_a_week_than_it_says(bob: Account, desk: Desk) -> None:
    people = desk.snapshot.query(
        "select person_id, name from profile where rank_share < 0.5 order by person_id limit 8"
    )
    most = perks.playbooks(desk)["surprise-gift"].scarce
    assert most == 5
    ids = [row["person_id"] for row in people if row["person_id"] not in desk.since.hidden]
    for person in ids[:most]:
        perks.grant(bob, desk, person, "a small gift", why="Just so.", action="surprise-gift", is_once=True)
    with pytest.raises(UsageError, match="5 a week at most"):
        perks.grant(bob, desk, ids[most], "a small gift", why="Just so.", action="surprise-gift")
    with pytest.raises(UsageError, match="surprise-gift"):
        perks.grant(bob, desk, ids[most], "a small gift", why="Just so.", action="surprise-gifts")
    # What a person grants of their own mind is their own.
    perks.grant(bob, desk, ids[most], "a small gift", why="Just so.")


def test_perks_of_playbooks_stay_within_the_months_money(bob: Account, rosa: Her, desk: Desk) -> None:
    plan = desk.company.settings.plan.model_copy(update={"perks": 10.0})
    poorer = replace(desk.company, settings=desk.company.settings.model_copy(update={"plan": plan}))
    with pytest.raises(UsageError, match=r"10\.00 EUR a month"):
        perks.grant(
            bob, Desk(poorer, desk.snapshot), rosa.person_id, "a small gift", why="Just so.", action="surprise-gift"
        )
    assert now(rosa).perks == ()


def test_a_reader_grants_nothing(as_rita: Client, rita: Account, bob: Account, rosa: Her) -> None:
    perk = granted(bob, rosa)
    assert as_rita.post(f"/people/{rosa.person_id}/perks/", {"what": "x", "why": "y"}).status_code == 403
    assert as_rita.post(f"/people/{rosa.person_id}/perks/{perk.number}/given/").status_code == 403
    with pytest.raises(PermissionDenied):
        granted(rita, rosa)
    assert "Grant a perk" not in words(as_rita.get(f"/person/{rosa.person_id}/"))


def test_what_was_typed_is_not_lost_and_markup_is_text(as_bob: Client, as_rosa: Client, rosa: Her) -> None:
    path = f"/people/{rosa.person_id}/perks/"
    wrong = as_bob.post(path, {"what": "kept words", "why": " "})
    assert wrong.status_code == 422
    assert "kept words" in wrong.content.decode()
    as_bob.post(path, {"what": '<script>alert(1)</script>"\n\nnew', "why": "<b>bold</b>"})
    for page in (as_rosa.get("/my/"), as_bob.get(path), as_bob.get("/perks/")):
        said = page.content.decode()
        assert "<script>alert(1)" not in said
        assert "&lt;b&gt;bold" in said
    assert now(rosa).perks[0].what == '<script>alert(1)</script>" new'


def test_the_list_says_who_has_one_and_how_they_are_shared(
    as_alice: Client, bob: Account, desk: Desk, two: tuple[Her, Her]
) -> None:
    for her in two:
        granted(bob, her)
    granted(bob, two[0], what="a seat at the table")
    fresh = Desk(desk.company, desk.snapshot)
    rows = shares(fresh, agreed_with_all(fresh))
    everybody = rows[-1]
    assert (everybody.got, everybody.perks) == (2, 3)
    assert everybody.people == sum(row.people for row in rows[:-1])
    assert sum(row.of_all or 0 for row in rows[:-1]) == pytest.approx(1.0)
    said = words(as_alice.get("/perks/"))
    assert "a seat at the table" in said
    assert two[1].name in said
    assert "the tenth who are worth most" in said


def test_what_was_done_of_the_plan_offers_to_note_what_was_granted(
    as_alice: Client, alice: Account, desk: Desk, rosa: Her
) -> None:
    (row,) = desk.snapshot.query(
        "select person_id, action from plan where kind = 'give' and day = (select min(day) from plan)"
        " and action = 'trust-with-returns' order by place limit 1"
    )
    link = f"/people/{row['person_id']}/returns/"
    pages = [f"/?whose=all&page={page}" for page in (1, 2, 3)]
    assert not any(link in as_alice.get(page).content.decode() for page in pages)
    actions.handle(alice, desk, row["person_id"], row["action"], "done")
    assert any(link in as_alice.get(page).content.decode() for page in pages)
    offer = render_to_string("agreed/note_granted.html", {"person_id": rosa.person_id, "action": "surprise-gift"})
    link = f"/people/{rosa.person_id}/perks/?action=surprise-gift"
    assert link in offer
    assert '<option value="surprise-gift" selected' in as_alice.get(link).content.decode()


def test_who_is_hidden_is_on_no_list(bob: Account, as_rosa: Client, rosa: Her) -> None:
    granted(bob, rosa)
    as_rosa.post("/my/do/stop/", {"what": "marketing"})
    client = signed_in(bob)
    assert WHAT not in words(client.get("/perks/"))
    assert WHAT in words(as_rosa.get("/my/")), "she still reads what is hers"
