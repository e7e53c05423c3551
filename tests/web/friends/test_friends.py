"""Friends: a link that she asked for, who brought whom, said once and by nobody else, thanks and no reward.

Demands: S0.20, S0.28, S0.35, S1.3, S4.13, S4.16.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from pydantic import ValidationError

from byname.company import Company, Portal, open_company
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk
from byname.web.friends import telling
from byname.web.friends.links import invitation
from byname.web.friends.models import Came, Link
from byname.web.friends.telling import Never, never
from byname.web.friends.ties import Tie, brought_by, lately, thanked, who_brought
from byname.web.portal.whom import Her
from byname.web.written import actions
from byname.web.written.models import Referral
from tests.web.conftest import signed_in
from tests.web.friends.conftest import made, words
from tests.web.portal.conftest import come_in


def fresh(desk: Desk) -> Desk:
    """The same, with what was written meanwhile."""
    return Desk(desk.company, desk.snapshot)


def ask(client: Client, code: str) -> None:
    """Open a friend's link and press its button."""
    assert client.post(f"/from-a-friend/{code}/").status_code == 302


def say(client: Client, code: str, **more: str) -> None:
    ask(client, code)
    answer = client.post("/my/friends/brought/", {"answer": "yes", **more})
    assert answer.status_code == 302, words(answer)


# ------------------------------------------------------------------------------------------------ her link


def test_there_is_no_link_until_she_asks_and_none_after_she_takes_it_back(as_lena: Client, lena: Her) -> None:
    assert "There is none until you ask for it" in words(as_lena.get("/my/friends/"))
    assert not Link.objects.exists()
    code = made(as_lena)
    assert made(as_lena) == code  # asked for twice it is the same
    assert len(code) >= 22  # 128 bits by chance
    assert not any(part in code for part in (lena.person_id, lena.anchor))
    gone = words(Client().get("/from-a-friend/never-was-one/"))
    for odd in ("%00", "%F0%9F%91%8B", "x" * 5_000, "..%5C", "'%20or%201=1"):
        assert words(Client().get(f"/from-a-friend/{odd}/")) == gone
    as_lena.post("/my/friends/link/", {"what": "withdraw"})
    answer = Client().get(f"/from-a-friend/{code}/")
    assert answer.status_code == 404
    assert words(answer) == gone  # one that was taken back and one that never was look alike
    assert made(as_lena) != code


def test_her_words_and_name_are_hers_to_choose(as_lena: Client, code: str, lena: Her) -> None:
    first = lena.name.split()[0]
    assert first in words(Client().get(f"/from-a-friend/{code}/"))
    assert lena.name not in words(Client().get(f"/from-a-friend/{code}/"))
    changed = {"what": "change", "shown_as": "", "words": "Try the blue one & tell me <b>how</b> it was?"}
    assert as_lena.post("/my/friends/link/", changed).status_code == 302
    shown = as_lena.get("/my/friends/").content.decode()
    href = next(part for part in shown.split('"') if part.startswith("mailto:")).replace("&amp;", "&")
    letter = parse_qs(urlsplit(href).query)
    assert urlsplit(href).path == ""  # to whom, she alone types
    assert letter["body"][0].startswith("Try the blue one & tell me <b>how</b> it was?")
    assert f"/from-a-friend/{code}/" in unquote(href)
    assert "&lt;b&gt;how" in shown
    public = words(Client().get(f"/from-a-friend/{code}/"))
    assert first not in public
    assert "A friend thought of you" in public
    long = as_lena.post("/my/friends/link/", {"what": "change", "words": "x" * 2_000})
    assert long.status_code == 422
    assert "1000 at most" in words(long)
    assert as_lena.post("/my/friends/link/", {"what": "change", "words": " "}).status_code == 422


def test_the_page_promises_no_reward_and_asks_for_no_address(as_lena: Client, code: str) -> None:
    answer = as_lena.get("/my/friends/")
    assert "no points, no reward and no list of who brought the most" in words(answer)
    assert "Nobody said so yet" in words(answer)
    assert 'type="email"' not in answer.content.decode()


# ------------------------------------------------------------------------------------------------ the friend


def test_who_only_looks_gets_no_cookie(company: Company, code: str) -> None:
    stranger = Client()
    answer = stranger.get(f"/from-a-friend/{code}/")
    assert not answer.cookies
    assert not stranger.cookies
    assert company.settings.name in words(answer)
    assert "It sets no cookie" in words(answer)
    assert not Entry.objects.filter(action="brought by a friend").exists()


@pytest.mark.parametrize(
    ("said", "is_shown"), [("https://www.kettle.example", True), ("https://kettle.example/en/", True), ("", False)]
)
def test_the_company_s_site_is_linked_where_it_is_named(
    company: Company, code: str, settings: object, said: str, *, is_shown: bool
) -> None:
    path = company.folder / "byname.toml"
    text = re.sub(r"\nsite = .*", "", path.read_text("utf-8"))
    path.write_text(text.replace("[portal]\n", f'[portal]\nsite = "{said}"\n'), "utf-8")
    settings.COMPANY = open_company(company.folder)  # type: ignore[attr-defined]
    shown = Client().get(f"/from-a-friend/{code}/").content.decode()
    assert (f'href="{said}"' in shown and "Look at" in shown) == is_shown


@pytest.mark.parametrize(
    "site", ["http://www.kettle.example", "javascript:alert(1)", "https://", 'https://a.example/"x', "https://u@a.test"]
)
def test_a_site_that_is_no_https_address_is_refused(site: str) -> None:
    with pytest.raises(ValidationError, match="site"):
        Portal(site=site)


def test_a_friend_says_so_on_her_own_page_and_who_brought_her_is_not_told(
    as_lena: Client, code: str, lena: Her, ines: Her, desk: Desk
) -> None:
    browser = Client()
    assert "Say that" in words(browser.get(f"/from-a-friend/{code}/"))
    assert "To my page" in words(browser.get(f"/from-a-friend/{code}/?say=yes"))
    answer = browser.post(f"/from-a-friend/{code}/", follow=True)
    assert answer.redirect_chain[-1][0] == "/my/way-in/"
    come_in(browser, ines.anchor)
    assert "A friend's link led you here" in words(browser.get("/my/"))
    assert f"Did {lena.name.split()[0]} bring you?" in words(browser.get("/my/friends/brought/")).replace("  ", " ")
    assert browser.post("/my/friends/brought/", {"answer": "perhaps"}).status_code == 422
    answer = browser.post("/my/friends/brought/", {"answer": "yes"}, follow=True)
    assert "Your friend is not told that it was you" in words(answer)
    (row,) = Referral.objects.all()
    assert (row.record_id, row.referred_record_id, row.source, row.reader) == (
        lena.anchor, ines.anchor, "byname", "byname_pages",
    )  # fmt: skip
    assert row.occurred_at is not None
    shown = as_lena.get("/my/friends/")
    assert "1 friend." in words(shown)
    assert "Thank you: somebody came to us because of you" in words(shown)
    assert not any(secret in shown.content.decode() for secret in (ines.name, ines.email, ines.anchor, ines.person_id))
    assert "A friend's link led you here" not in words(browser.get("/my/"))
    assert [tie.friend for tie in brought_by(fresh(desk), lena.people)] == [ines.person_id]
    # She may be told later, and no longer.
    browser.post("/my/friends/brought/know/", {"what": "yes"})
    assert ines.name in words(as_lena.get("/my/friends/"))
    browser.post("/my/friends/brought/know/", {"what": "no"})
    assert ines.name not in words(as_lena.get("/my/friends/"))


def test_she_may_let_the_friend_know_at_once_and_say_that_it_was_a_mistake(
    as_lena: Client, as_ines: Client, code: str, ines: Her, desk: Desk
) -> None:
    say(as_ines, code, may_know="yes")
    assert ines.name in words(as_lena.get("/my/friends/"))
    as_ines.post("/my/friends/brought/know/", {"what": "mistake"})
    assert "Nobody said so yet" in words(as_lena.get("/my/friends/"))
    assert who_brought(fresh(desk), ines.people) is None
    assert not Came.objects.exists()
    say(as_ines, code)  # and then it may be said anew
    assert who_brought(fresh(desk), ines.people) is not None


def test_a_no_is_asked_no_more(as_ines: Client, code: str) -> None:
    ask(as_ines, code)
    as_ines.post("/my/friends/brought/", {"answer": "no"})
    assert not Referral.objects.exists()
    assert "open the friend's link" in words(as_ines.get("/my/friends/brought/"))
    as_ines.post("/my/friends/brought/", {"answer": "yes"})  # without a link there is nobody to name
    assert not Referral.objects.exists()


def test_a_link_that_is_taken_back_meanwhile_names_nobody(as_lena: Client, as_ines: Client, code: str) -> None:
    ask(as_ines, code)
    as_lena.post("/my/friends/link/", {"what": "withdraw"})
    assert "open the friend's link" in words(as_ines.get("/my/friends/brought/"))
    as_ines.post("/my/friends/brought/", {"answer": "yes"})
    assert not Referral.objects.exists()


def test_never_oneself_never_twice_never_both_ways_round_never_late(
    as_lena: Client, as_ines: Client, code: str, lena: Her, ines: Her, otto: Her, desk: Desk
) -> None:
    ask(as_lena, code)
    assert "This is your own link" in words(as_lena.get("/my/friends/brought/"))
    assert as_lena.post("/my/friends/brought/", {"answer": "yes"}).status_code == 422
    say(as_ines, code)
    ask(as_ines, code)
    twice = as_ines.post("/my/friends/brought/", {"answer": "yes"})
    assert twice.status_code == 422
    assert Referral.objects.count() == 1
    now = fresh(desk)
    assert never(now, ines.person_id, otto.person_id) is Never.TWICE
    assert never(now, lena.person_id, ines.person_id) is Never.A_CIRCLE
    assert never(now, otto.person_id, lena.person_id) is Never.TOO_LATE
    assert never(now, lena.person_id, lena.person_id) is Never.ONESELF
    # A friend is told the rules, never which of them it was: that somebody came by her is not hers to know.
    back = made(as_ines)
    said = []
    for client in (as_lena, come_in(Client(), otto.anchor)):
        ask(client, back)
        answer = client.post("/my/friends/brought/", {"answer": "yes"})
        assert answer.status_code == 422
        said.append(words(answer).partition("Who brought you:")[2])
    assert said[0] == said[1]
    assert Referral.objects.count() == 1


def test_a_longer_circle_is_none_either(
    desk: Desk, alice: Account, ines: Her, lena: Her, otto: Her, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "first_bought", lambda *_: None)
    telling.credit(alice, desk, ines.person_id, lena.person_id, may_know=False)
    telling.credit(alice, fresh(desk), otto.person_id, ines.person_id, may_know=False)
    assert never(fresh(desk), lena.person_id, otto.person_id) is Never.A_CIRCLE


def test_codes_are_not_tried_for_ever(settings: object, db: None) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"from_a_friend": "3/h/ip"}  # type: ignore[attr-defined]
    tried = [Client().get(f"/from-a-friend/{number}/").status_code for number in range(5)]
    assert tried == [404, 404, 404, 429, 429]


def test_a_hostile_name_is_text(as_lena: Client, code: str) -> None:
    evil = "<img src=x onerror=alert(1)>"
    as_lena.post("/my/friends/link/", {"what": "change", "shown_as": evil, "words": "</textarea><script>"})
    for page in (Client().get(f"/from-a-friend/{code}/"), as_lena.get("/my/friends/")):
        assert "<img src=x" not in page.content.decode()
        assert "</textarea><script>" not in page.content.decode()
        assert "&lt;img" in page.content.decode()


# ------------------------------------------------------------------------------------------------ the staff


def test_a_colleague_writes_down_what_a_friend_says_at_the_till(
    as_bob: Client, as_lena: Client, lena: Her, ines: Her, desk: Desk
) -> None:
    found = words(as_bob.get("/friends/", {"friend": ines.email, "by": lena.email}))
    assert "Write it down" in found
    sent = {"friend_id": ines.person_id, "by_id": lena.person_id, "friend": ines.email, "by": lena.email}
    answer = as_bob.post("/friends/credit/", sent, follow=True)
    assert f"{ines.name} came by {lena.name}" in words(answer)
    assert "not thanked since" in words(answer)
    entry = Entry.objects.get(action="friend credited")
    assert (entry.about, entry.after) == (ines.person_id, {"by": lena.person_id, "may know": False})
    assert "1 friend." in words(as_lena.get("/my/friends/"))
    assert ines.name not in words(as_lena.get("/my/friends/"))
    again = as_bob.post("/friends/credit/", sent)
    assert again.status_code == 422
    assert "somebody has brought them already" in words(again)
    (row,) = Referral.objects.all()
    as_bob.post(f"/friends/{row.source_id}/back/")
    assert "Nobody said so yet" in words(as_lena.get("/my/friends/"))
    assert as_bob.post("/friends/nothing/back/").status_code == 404
    assert as_bob.post("/friends/credit/", {**sent, "by_id": "nobody"}).status_code == 404


def test_who_lets_the_other_know_at_the_till_is_named_and_hears_no_name(
    as_bob: Client, as_lena: Client, as_ines: Client, lena: Her, ines: Her
) -> None:
    as_bob.post("/friends/credit/", {"friend_id": ines.person_id, "by_id": lena.person_id, "may_know": "yes"})
    assert ines.name in words(as_lena.get("/my/friends/"))
    hers = words(as_ines.get("/my/friends/"))
    assert "You said that a friend brought you" in hers
    assert lena.name not in hers
    assert lena.email not in hers


def test_a_reader_credits_nobody(rita: Account, as_rita: Client, lena: Her, ines: Her, desk: Desk) -> None:
    assert as_rita.post("/friends/credit/", {"friend_id": ines.person_id, "by_id": lena.person_id}).status_code == 403
    with pytest.raises(PermissionDenied):
        telling.credit(rita, desk, ines.person_id, lena.person_id, may_know=False)
    with pytest.raises(PermissionDenied):
        telling.take_back(rita, desk, Tie("", "", None, ""))
    assert "Write it down" not in words(as_rita.get("/friends/", {"friend": ines.email, "by": lena.email}))
    assert not Referral.objects.exists()


def test_what_files_tell_is_listed_and_is_not_taken_back_here(as_bob: Client, desk: Desk) -> None:
    (row,) = desk.snapshot.query(
        "select person_id, referrer_id from brought where source <> 'byname' order by occurred_at desc nulls last limit 1"
    )
    ties = lately(desk)
    assert (ties[0].friend, ties[0].referrer, ties[0].fact) == (row["person_id"], row["referrer_id"], None)
    assert who_brought(desk, [row["person_id"]]) == ties[0]
    assert ties[0] in brought_by(desk, [row["referrer_id"]])
    assert "Take it back" not in words(as_bob.get("/friends/"))


def test_thanks_that_went_out_since_are_seen(as_lena: Client, lena: Her, ines: Her, alice: Account, desk: Desk) -> None:
    before = thanked(desk, [lena.person_id])
    telling.credit(alice, desk, ines.person_id, lena.person_id, may_know=False)
    waiting = signed_in(alice).get("/friends/", {"show": "waiting"})
    assert lena.name in words(waiting)
    actions.log_contact(alice, fresh(desk), lena.person_id, channel="phone", kind="thank")
    assert thanked(fresh(desk), [lena.person_id]) != before
    assert lena.name not in words(signed_in(alice).get("/friends/", {"show": "waiting"}))
    assert "We thanked you on" in words(as_lena.get("/my/friends/"))


def test_who_wishes_not_to_be_shown_is_counted_and_not_named(
    as_bob: Client, as_ines: Client, code: str, ines: Her
) -> None:
    say(as_ines, code)
    assert ines.name in words(as_bob.get("/friends/"))
    as_ines.post("/my/do/stop/", {"what": "marketing"})
    said = words(as_bob.get("/friends/"))
    assert ines.name not in said
    assert "1 left out" in said


# ------------------------------------------------------------------------------------------------ gone


def test_who_is_erased_is_named_no_more_at_once(as_lena: Client, as_ines: Client, code: str, ines: Her) -> None:
    say(as_ines, code, may_know="yes")
    as_ines.post("/my/erase/", {})
    assert ines.name not in words(as_lena.get("/my/friends/"))


def test_the_link_of_who_is_erased_leads_nowhere_at_once(as_lena: Client, code: str, desk: Desk) -> None:
    assert invitation(desk, code) is not None
    as_lena.post("/my/erase/", {})
    assert Client().get(f"/from-a-friend/{code}/").status_code == 404
    assert invitation(fresh(desk), code) is None
