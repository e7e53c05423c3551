"""Opens and clicks are seen only where the company asks and the person allowed it herself, and as long as she does.

Demands: S2.4, S2.6, S4.2; GDPR 7(3), ePrivacy 5(3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from typing import Any

import pytest
from django.test import Client

from byname.company import Company
from byname.snapshot import Snapshot
from byname.web.accounts.models import Entry
from byname.web.desk import Desk
from byname.web.outreach.following import draft_at, key_of, leads_to, note, steps_of
from byname.web.outreach.letterhead import Letterhead, letterhead
from byname.web.outreach.mail import id_of, message_of
from byname.web.outreach.models import Draft
from byname.web.outreach.sending import send
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.written.actions.writing import Fact
from byname.web.written.models import Answer, Consent
from tests.web.ideas.conftest import words
from tests.web.outreach.postbox import SITE, Box, draft, mailing
from tests.web.portal.conftest import WHO, come_in

pytestmark = pytest.mark.django_db

SHOP, HELP = "https://kettle.test/teapots?a=1&b=2", "https://kettle.test/help"
WORDS = f"Dear Rosa,\n\nlook at {SHOP}.\nOr ask: {HELP}"


@dataclass
class Case:
    """Rosa, and a letter to her."""

    company: Company
    snapshot: Snapshot
    letter: Draft
    client: Client

    @property
    def desk(self) -> Desk:
        """Of the next request."""
        return Desk(self.company, self.snapshot)

    @property
    def head(self) -> Letterhead:
        return letterhead(self.company)

    @property
    def key(self) -> str:
        return key_of(self.letter, self.head.secret)

    def consent(self, state: str) -> Any:
        """She says so on her page."""
        sent = {"channel": "email", "purpose": "following", "state": state}
        return self.client.post("/my/do/consent/", sent)

    def opened(self, client: Client | None = None, **headers: str) -> list[tuple[str, str]]:
        """The letter is opened and its first link followed; what is known of it."""
        reader = client or Client()
        assert reader.get(f"/l/{self.key}/seen.gif", headers=headers).status_code == 200
        assert reader.get(f"/l/{self.key}/1/", headers=headers).status_code == 302
        return list(Answer.objects.order_by("pk").values_list("kind", "contact_id"))


@pytest.fixture
def case(settings: Any, mailing_company: Company, box: Box, snapshot: Snapshot) -> Case:
    settings.COMPANY = mailing(mailing_company, f"smtp://127.0.0.1:{box.port}", follow=True)
    (row,) = snapshot.query(WHO)
    (who,) = snapshot.query("select person_id, email from people where anchor = $1", [row["anchor"]])
    letter = draft(who["email"], person_id=who["person_id"], record_id=row["anchor"], words=WORDS)
    return Case(settings.COMPANY, snapshot, letter, come_in(Client(), row["anchor"]))


def html_of(case: Case) -> str:
    steps = steps_of(case.desk, case.head, [case.letter]).get(case.letter.pk)
    return str(message_of(case.letter, case.head, steps=steps).alternatives[0].content)


# ------------------------------------------------------------------------------------------------ off by default


def test_without_her_word_nothing_in_a_letter_watches(case: Case) -> None:
    assert "/l/" not in html_of(case)
    assert "<img" not in html_of(case)
    assert case.opened() == []  # somebody made the links up: they lead on, nothing is written


def test_where_the_company_does_not_ask_she_is_not_asked_and_nobody_is_followed(case: Case, settings: Any) -> None:
    case.consent("given")
    settings.COMPANY = case.company = mailing(case.company, case.company.settings.web.mail, follow=False)
    assert "/l/" not in html_of(case)
    assert case.opened() == []
    case.consent("withdrawn")
    Consent.objects.all()._raw_delete("default")  # as if she had never been asked
    assert "which link I followed" not in words(case.client.get("/my/wishes/"))
    assert case.consent("given").status_code == 422


def test_a_yes_that_is_not_her_own_is_none(case: Case) -> None:
    row = {"channel": "email", "purpose": "following", "state": "given"}
    by_themselves(
        case.company, case.letter.record_id, [Fact("consents", {**row, "by_whom": "a colleague"})], action="x"
    )
    assert "/l/" not in html_of(case)
    assert case.opened() == []


# ------------------------------------------------------------------------------------------------ where she allowed it


def test_who_allowed_it_gets_a_dot_and_links_over_us_that_lead_where_they_say(case: Case, box: Box) -> None:
    page = words(case.client.get("/my/wishes/"))
    assert "You may see whether I opened a letter and which link I followed" in page
    assert case.consent("given").status_code == 302
    send(case.desk, [case.letter])
    message = box.message(case.letter.address)
    text, html = [part.get_content() for part in message.iter_parts()]
    assert f'<img src="{SITE}/l/{case.key}/seen.gif" width="1" height="1" alt="">' in html
    assert re.findall(r'<a href="([^"]+)">https', html)[:2] == [f"{SITE}/l/{case.key}/{n}/" for n in (1, 2)]
    assert SHOP in text  # in plain text the links are themselves
    for said in (text, html):
        assert "You allowed us to see whether this letter was opened" in said
        assert f"{SITE}/l/{case.key}/stop/" in said
    reader = Client()
    assert [reader.get(f"/l/{case.key}/{n}/")["Location"] for n in (1, 2)] == [SHOP, HELP]


def test_each_step_is_a_fact_once_and_nothing_of_the_request_is_kept(case: Case) -> None:
    case.consent("given")
    lines = Entry.objects.count()
    first = case.opened(**{"User-Agent": "GoogleImageProxy", "X-Forwarded-For": "203.0.113.9"})
    assert first == [("opened", case.letter.contact_id), ("clicked", case.letter.contact_id)]
    assert case.opened() == first
    reader: Any = Client()
    answer = reader.get(f"/l/{case.key}/2/")
    assert [one.kind for one in Answer.objects.order_by("pk")] == ["opened", "clicked", "clicked"]
    for got in (answer, reader.get(f"/l/{case.key}/seen.gif")):
        assert not got.cookies
        assert got["Referrer-Policy"] == "same-origin"
        assert "no-store" in got["Cache-Control"]
    kept = [value for row in Answer.objects.values() for value in row.values()]
    assert not [one for one in kept if "203.0.113.9" in str(one) or "Proxy" in str(one)]
    assert {row.record_id for row in Answer.objects.all()} == {case.letter.record_id}  # so an erasure takes them
    assert Entry.objects.count() == lines


def test_who_opens_it_without_end_is_led_on_and_noted_no_more(case: Case, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "follow": "1/m/key"}
    case.consent("given")
    reader: Any = Client()
    assert [reader.get(f"/l/{case.key}/{n}/")["Location"] for n in (1, 2)] == [SHOP, HELP]
    assert [one.kind for one in Answer.objects.all()] == ["clicked"]


def test_a_look_ahead_and_a_browser_that_objects_tell_nothing(case: Case) -> None:
    case.consent("given")
    reader = Client()
    reader.head(f"/l/{case.key}/1/")
    assert case.opened(**{"Sec-GPC": "1"}) == []


def test_a_service_notice_is_never_followed(case: Case) -> None:
    case.consent("given")
    case.letter.kind = "service"
    assert steps_of(case.desk, case.head, [case.letter]) == {}


# ------------------------------------------------------------------------------------------------ as long as she does


def test_taken_back_on_her_page_the_links_lead_on_and_nothing_is_noted(case: Case) -> None:
    case.consent("given")
    assert "/l/" in html_of(case)
    case.consent("withdrawn")
    assert case.opened() == []
    assert "/l/" not in html_of(case)


def test_the_letters_own_link_takes_it_back_by_a_press_and_not_by_a_look(case: Case) -> None:
    case.consent("given")
    stop = f"/l/{case.key}/stop/"
    reader: Any = Client(enforce_csrf_checks=True)
    assert "See it no longer" in words(reader.get(stop))
    assert "/l/" in html_of(case)
    pressed = reader.post(stop)
    assert "Done. We see it no longer." in words(pressed)
    assert not pressed.cookies
    reader.post(stop)
    own = Consent.objects.filter(purpose="following").order_by("pk").values_list("state", "by_whom")
    assert list(own) == [("given", BY_HERSELF), ("withdrawn", BY_HERSELF)]
    assert case.opened() == []
    assert "you said no" in words(case.client.get("/my/wishes/"))


@pytest.mark.parametrize("what", ["profiling", "marketing", "restriction"])
def test_an_objection_or_a_restriction_switches_it_off(case: Case, what: str) -> None:
    case.consent("given")
    case.client.post("/my/do/stop/", {"what": what})
    assert "/l/" not in html_of(case)
    assert case.opened() == []


def test_global_privacy_control_on_her_page_switches_it_off(case: Case) -> None:
    case.consent("given")
    page = case.client.get("/my/wishes/", headers={"Sec-GPC": "1"})
    assert "off, as long as you object" in words(page)
    assert case.opened() == []


def test_taking_every_yes_back_takes_this_one_back_too(case: Case) -> None:
    case.consent("given")
    case.client.post("/my/do/consent-to-nothing/", {})
    assert case.opened() == []


def test_who_is_erased_is_not_noted(case: Case) -> None:
    case.consent("given")
    letter, desk = case.letter, case.desk
    case.client.post("/my/erase/", {})
    assert not note(Desk(desk.company, desk.snapshot), letter, "opened")


# ------------------------------------------------------------------------------------------------ no way in, no way out


def test_no_other_address_and_no_made_up_key_leads_anywhere(case: Case) -> None:
    reader = Client()
    for key, place in (
        (case.key, 0),
        (case.key, 3),
        (case.key[:-1], 1),
        (case.letter.key, 1),
        ("x", 1),
        ("\u0661-a", 1),
    ):
        assert reader.get(f"/l/{key}/{place}/?to=https://evil.example").status_code == 404
    assert reader.get(f"/l/{case.key}/1/?to=https://evil.example")["Location"] == SHOP
    assert reader.get("/l/x/seen.gif").content == reader.get(f"/l/{case.key}/seen.gif").content
    assert reader.post(f"/l/{case.key}/seen.gif").status_code == 405
    assert draft_at(case.key) == case.letter
    assert leads_to(case.letter, -1) == ""


def test_the_key_is_not_the_one_that_stops_all_mails_nor_in_the_message_id(case: Case) -> None:
    made = case.key.partition("-")[2]
    assert made not in id_of(case.letter, case.head)
    assert case.letter.key not in case.key
    case.consent("given")
    steps = steps_of(case.desk, case.head, [case.letter])[case.letter.pk]
    raw = message_of(case.letter, case.head, steps=steps).message(policy=policy.SMTP).as_string()
    assert made in raw.replace("=\r\n", "")
