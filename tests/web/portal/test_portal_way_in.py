"""The way in: links once and in time, nothing tells who is known, nobody else's session is touched (S0.6)."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from byname.company import open_company
from byname.web.portal import doors, later, whom
from byname.web.portal import letters as letters_module
from byname.web.portal.models import Door
from tests.web.person.changed import change, copied, with_values, without
from tests.web.portal.conftest import come_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byname.company import Company
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk
    from byname.web.portal.whom import Her

DAY = timedelta(days=1)


def send(desk: Desk, typed: str) -> None:
    letters_module.send_way_in(desk, typed, "http://testserver")


def with_settings(company: Company, section: str, line: str) -> Company:
    """A company with one more line in its byname.toml."""
    path = company.folder / "byname.toml"
    name, text = line.partition(" ")[0], path.read_text("utf-8")
    before, head, after = re.split(rf"^(\[{section}\].*$)", text, maxsplit=1, flags=re.MULTILINE)
    after = re.sub(rf"^{name} *=.*\n", "", after, count=1, flags=re.MULTILINE)
    path.write_text(f"{before}{head}\n{line}{after}", "utf-8")
    return open_company(company.folder)


PAGES = ("page", "held", "why", "contacts", "wishes", "stop", "correct", "take", "erase")


def link_in(letter: Any) -> str:
    line = next(line for line in letter.body.splitlines() if "/my/in/" in line)
    return str(line.partition("testserver")[2])


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_the_way_in(charlie: Client, page: str, db: None) -> None:
    answer = charlie.get(reverse(f"my-{page}"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("my-way-in"))


def test_a_link_comes_by_mail_and_its_button_lets_in(
    charlie: Client, rosa: Her, at_once: list[Any], letters: list[Any]
) -> None:
    answer = charlie.post(reverse("my-way-in"), {"email": rosa.email.upper()})
    assert answer["Location"] == reverse("my-way-in-sent")
    (letter,) = letters
    assert letter.to == [rosa.email]
    path = link_in(letter)
    assert charlie.get(path).status_code == 200
    assert charlie.get(reverse("my-page")).status_code == 302  # looking at it is not coming in
    assert charlie.post(path)["Location"] == reverse("my-page")
    assert rosa.name in charlie.get(reverse("my-page")).content.decode()


def test_of_a_link_only_a_hash_is_kept(rosa: Her) -> None:
    token = doors.path_for(rosa.anchor, within=DAY).split("/")[-2]
    (door,) = Door.objects.all()
    assert len(token) >= 43
    assert token not in str(door.__dict__)


def test_the_answer_is_the_same_for_whom_nobody_knows(
    charlie: Client, rosa: Her, at_once: list[Any], letters: list[Any]
) -> None:
    answers = [charlie.post(reverse("my-way-in"), {"email": email}) for email in (rosa.email, "nobody@nowhere.example")]
    said = [
        (one.status_code, {name: value for name, value in one.headers.items() if name != "Set-Cookie"}, one.content)
        for one in answers
    ]
    assert said[0] == said[1]
    assert len(at_once) == 2  # both are put off, before anybody is looked for
    assert len(letters) == 1


def test_nobody_is_looked_for_before_the_answer(
    charlie: Client, rosa: Her, monkeypatch: pytest.MonkeyPatch, letters: list[Any]
) -> None:
    put_off: list[Callable[[], None]] = []
    monkeypatch.setattr(later, "later", put_off.append)
    monkeypatch.setattr(whom, "opened", pytest.fail)
    assert charlie.post(reverse("my-way-in"), {"email": rosa.email}).status_code == 302
    assert (len(put_off), letters) == (1, [])


def test_a_link_works_once_and_a_forwarded_one_says_so(rosa: Her, charlie: Client) -> None:
    path = doors.path_for(rosa.anchor, within=DAY)
    assert charlie.post(path).status_code == 302
    other = Client()
    for answer in (other.get(path), other.post(path)):
        assert answer.status_code == 404
        assert "was used already" in answer.content.decode()
        assert reverse("my-way-in") in answer.content.decode()
    assert other.get(reverse("my-page")).status_code == 302


def test_a_link_ends(rosa: Her, charlie: Client) -> None:
    path = doors.path_for(rosa.anchor, within=DAY)
    with time_machine.travel(time.time() + 25 * 3_600, tick=False):
        assert "too old" in charlie.get(path).content.decode()
        assert charlie.post(path).status_code == 404
        assert charlie.get(reverse("my-page")).status_code == 302


@pytest.mark.parametrize("token", ["x", "x" * 5_000, "\u202e%00", "é"])
def test_a_link_of_somebodys_own_making_opens_nothing(charlie: Client, token: str, db: None) -> None:
    assert charlie.get(reverse("my-door", args=[token])).status_code == 404
    assert charlie.post(reverse("my-door", args=[token])).status_code == 404


def test_link_for_gives_a_whole_address_under_the_companys_own(rosa: Her, settings: Any, tmp_path: Path) -> None:
    settings.COMPANY = with_settings(
        copied(settings.COMPANY, tmp_path / "shop"), "web", 'address = "https://my.kettle.test"'
    )
    assert doors.link_for(rosa.anchor).startswith("https://my.kettle.test/my/in/")


def test_the_session_id_is_a_new_one_and_a_colleague_stays_signed_in(as_bob: Client, bob: Account, rosa: Her) -> None:
    as_bob.get("/people/")
    before = as_bob.cookies[django_settings.SESSION_COOKIE_NAME].value
    come_in(as_bob, rosa.anchor)
    assert as_bob.cookies[django_settings.SESSION_COOKIE_NAME].value != before
    page = as_bob.get(reverse("my-page"))
    assert page.status_code == 200
    assert page.wsgi_request.user == bob  # a customer is no account
    assert as_bob.post(reverse("my-out")).status_code == 302
    assert as_bob.get("/people/").status_code == 200
    assert as_bob.get(reverse("my-page")).status_code == 302


def test_a_customer_sees_no_page_of_colleagues(as_rosa: Client, best: str) -> None:
    for path in ("/", reverse("person", args=[best]), "/api/people", "/settings/"):
        assert as_rosa.get(path).status_code in {302, 401, 404}


def test_she_is_signed_out_when_she_does_nothing_and_after_half_a_day(as_rosa: Client) -> None:
    now = time.time()
    with time_machine.travel(now + 29 * 60, tick=False):
        assert as_rosa.get(reverse("my-page")).status_code == 200
    with time_machine.travel(now + 58 * 60, tick=False):
        assert as_rosa.get(reverse("my-page")).status_code == 200
    with time_machine.travel(now + 89 * 60, tick=False):
        assert as_rosa.get(reverse("my-page")).status_code == 302


def test_a_day_of_clicks_ends_after_twelve_hours(as_rosa: Client) -> None:
    now = time.time()
    answers = []
    for minutes in range(20, 13 * 60, 20):
        with time_machine.travel(now + minutes * 60, tick=False):
            answers.append(as_rosa.get(reverse("my-take")).status_code)
    assert set(answers[:35]) == {200}
    assert answers[-1] == 302


def test_who_asks_too_often_for_one_address_is_not_told_and_gets_no_more(
    charlie: Client, rosa: Her, at_once: list[Any], letters: list[Any]
) -> None:
    answers = {charlie.post(reverse("my-way-in"), {"email": rosa.email}).status_code for _ in range(5)}
    assert (answers, len(letters)) == ({302}, 3)


def test_a_caller_asks_twenty_times_an_hour(charlie: Client, db: None, at_once: list[Any]) -> None:
    answers = [charlie.post(reverse("my-way-in"), {"email": f"n{n}@nowhere.example"}).status_code for n in range(21)]
    assert answers == [302] * 20 + [429]


@pytest.mark.parametrize(
    "typed", ["", "rosa", "rosa@", "a@b.c\nBcc: x@y.z", "x" * 10_000 + "@example.com", "<b>@example.com", "\x00@x.de"]
)
def test_what_is_no_address_is_said_to_be_none(charlie: Client, typed: str, db: None, at_once: list[Any]) -> None:
    assert charlie.post(reverse("my-way-in"), {"email": typed}).status_code == 422
    assert at_once == []


def test_a_letter_goes_to_the_address_on_record_never_to_a_look_alike(
    charlie: Client, rosa: Her, desk: Desk, letters: list[Any]
) -> None:
    local, _, domain = rosa.email.partition("@")
    for typed in (f"{local}+other@{domain}", f"Somebody <{rosa.email}>", rosa.email.replace("k", "\u212a")):
        letters.clear()
        send(desk, typed)
        assert [letter.to for letter in letters] in ([], [[rosa.email]])


def test_a_number_or_a_name_is_no_address(desk: Desk, rosa: Her, letters: list[Any]) -> None:
    for typed in (rosa.name, rosa.phone, rosa.person_id, "#10023"):
        send(desk, typed)
    assert letters == []


def test_two_in_one_mailbox_get_a_link_each(
    company: Company, tmp_path: Path, settings: Any, rosa: Her, best: str, monkeypatch: pytest.MonkeyPatch,
    letters: list[Any], desk: Desk,
) -> None:  # fmt: skip
    both = whom.at_address(desk, rosa.email)[1]
    other = whom.her_by_record(desk, desk.snapshot.rows("people", [best], ("anchor",))[0]["anchor"])
    assert other is not None
    monkeypatch.setattr(letters_module, "at_address", lambda *_: (rosa.email, [*both, other]))
    send(desk, rosa.email)
    (letter,) = letters
    assert (letter.body.count("/my/in/"), rosa.name in letter.body, other.name in letter.body) == (2, True, True)
    monkeypatch.setattr(letters_module, "at_address", lambda *_: ("info@firm.example", [*both, other]))
    send(desk, "info@firm.example")
    assert letters[1].body.count("/my/in/") == 0


def test_a_mail_server_that_is_down_is_no_news_to_the_one_who_asked(
    charlie: Client, rosa: Her, settings: Any, at_once: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_args: object, **_more: object) -> None:
        raise ConnectionRefusedError

    settings.HAS_MAIL = True
    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    assert charlie.post(reverse("my-way-in"), {"email": rosa.email}).status_code == 302


def test_the_pages_are_shut_where_the_company_says_so(as_rosa: Client, settings: Any, tmp_path: Path) -> None:
    settings.COMPANY = with_settings(copied(settings.COMPANY, tmp_path / "shop"), "portal", "on = false")
    for page in ("my-page", "my-way-in"):
        assert as_rosa.get(reverse(page)).status_code == 404


def test_a_name_of_html_or_ten_thousand_letters_is_only_a_name(
    company: Company, tmp_path: Path, settings: Any, rosa: Her
) -> None:
    settings.COMPANY = own = copied(company, tmp_path / "shop")
    for name in ("<script>alert(1)</script>{{ 7*7 }}", "\u202e" + "x" * 10_000):
        change(own, "people", with_values(rosa.person_id, name=name))
        for row in ("timeline", "evidence"):
            change(own, row, with_values(rosa.person_id, says=f"<b onclick=alert(1)>{name}</b>"))
        client = come_in(Client(), rosa.anchor)
        for page in PAGES:
            text = client.get(reverse(f"my-{page}")).content.decode()
            assert "<script>alert" not in text
            assert "<b onclick" not in text
            assert "49" not in text.partition("<title>")[2].partition("</title>")[0]
            assert len(text) < 200_000


@pytest.mark.django_db(transaction=True)
def test_the_letter_leaves_from_a_thread_of_its_own(charlie: Client, rosa: Her, letters: list[Any]) -> None:
    assert charlie.post(reverse("my-way-in"), {"email": rosa.email}).status_code == 302
    later._waiting().join()
    assert [letter.to for letter in letters] == [[rosa.email]]


def test_where_no_mail_is_sent_the_page_says_whom_to_ask(charlie: Client, rosa: Her, at_once: list[Any]) -> None:
    assert "ask Kettle &amp; Board" in charlie.get(reverse("my-way-in")).content.decode()
    assert charlie.post(reverse("my-way-in"), {"email": rosa.email}).status_code == 302
    assert (at_once, Door.objects.count()) == ([], 0)


def test_what_goes_wrong_in_that_thread_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def wrong() -> None:
        raise ValueError

    later.later(wrong)
    later.later(lambda: done.append(1))
    later._waiting().join()
    assert done == [1]
    assert "was not sent" in caplog.text


def test_of_the_young_nothing_is_concluded(company: Company, tmp_path: Path, settings: Any, rosa: Her) -> None:
    settings.COMPANY = own = copied(company, tmp_path / "shop")
    for name in ("standing", "value", "evidence", "profile", "pace", "reach", "voice"):
        change(own, name, without(rosa.person_id))
    client = come_in(Client(), rosa.anchor)
    for page in PAGES:
        assert client.get(reverse(f"my-{page}")).status_code == 200
    said = client.get(reverse("my-why")).content.decode()
    assert "We conclude nothing about you." in said
    assert "EUR" not in said
