"""The morning's mail: what changed, by name, to those who asked for it, once (S1.17, S2.18)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from byname.company import Company
from byname.web import served
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.mailers import mailers
from byname.web.work import mailing, news
from byname.web.work.asking import ask
from byname.web.work.models import Kind, Run, Sent, State
from byname.web.written.laid_over import LaidOver

pytestmark = pytest.mark.django_db


class Box:
    """What a server took."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append((envelope.rcpt_tos, message_from_bytes(content, policy=policy.default)))
        return "250 taken"


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    taken = Box()
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    server = Controller(taken, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield taken, f"smtp://127.0.0.1:{port}"
    finally:
        server.stop()


@pytest.fixture
def mailed(settings: Any, company: Company, box: tuple[Box, str], monkeypatch: pytest.MonkeyPatch) -> Box:
    """A company that mails, and has an address."""
    monkeypatch.setattr(served, "reread", lambda company: company)
    taken, url = box
    web = company.settings.web.model_copy(update={"mail": url, "address": "https://byname.kettle.test"})
    settings.COMPANY = Company(company.folder, company.settings.model_copy(update={"web": web}))
    settings.MAILERS, settings.HAS_MAIL = mailers(url), True
    return taken


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> list[str]:
    """News of the two best: one line of each, two of the first."""
    ids = [row["person_id"] for row in desk.snapshot.query("select person_id from value order by rank limit 2")]
    rows = ", ".join(
        f"('{person}', 'fell', '{says}', {worth})"
        for person, says, worth in (
            (ids[0], "complained <yesterday>", 90),
            (ids[0], "was loyal", 90),
            (ids[1], "came back", 80),
        )
    )
    table = f"(values {rows}) as news(person_id, kind, says, worth)"
    monkeypatch.setattr(news, "NEWS", news.NEWS.replace("from news\n", f"from {table}\n"))
    return ids


def done() -> Run:
    run, _ = ask(Kind.MAIL)
    mailing.carry_out(run.pk)
    run.refresh_from_db()
    return run


def wants(account: Account) -> Account:
    account.morning_mail = True
    account.save()
    return account


def test_who_asked_is_told_by_name_with_links_and_how_to_stop_it(
    mailed: Box, changed: list[str], alice: Account, bob: Account, desk: Desk
) -> None:
    wants(alice)
    run = done()
    assert (run.state, run.says) == (State.DONE, "1 mail sent")
    ((to, message),) = mailed.taken
    assert to == [alice.email]
    assert message["Subject"] == "Kettle & Board: news of 2 customers"
    (row,) = desk.snapshot.query("select name from people where person_id = $1", [changed[0]])
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for said in (text.get_content(), html.get_content()):
        assert row["name"] in said
        assert f"https://byname.kettle.test/person/{changed[0]}" in said
        assert "https://byname.kettle.test/settings/" in said
        assert "came back" in said
    assert "complained <yesterday>" in text.get_content()
    assert "complained &lt;yesterday&gt;" in html.get_content()


def test_nobody_is_told_the_same_twice(mailed: Box, changed: list[str], alice: Account) -> None:
    wants(alice)
    assert done().says == "1 mail sent"
    assert done().says == "0 mails sent"
    assert len(mailed.taken) == 1


def test_no_mail_where_nothing_changed(mailed: Box, monkeypatch: pytest.MonkeyPatch, alice: Account) -> None:
    wants(alice)
    nothing = "(select null as person_id, null as kind, null as says, null as worth limit 0) as news"
    monkeypatch.setattr(news, "NEWS", news.NEWS.replace("from news\n", f"from {nothing}\n"))
    assert done().says == "0 mails sent"
    assert mailed.taken == []


def test_who_is_hidden_is_in_no_mail_and_who_was_merged_is_the_other(
    mailed: Box, changed: list[str], alice: Account, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = changed
    hidden = replace(desk, snapshot=desk.snapshot)
    hidden.__dict__["since"] = LaidOver(hidden=frozenset({one}))
    assert [row["person_id"] for row in news.news_for(alice, hidden).others] == [other]
    merged = replace(desk, snapshot=desk.snapshot)
    merged.__dict__["since"] = LaidOver(merged={other: one})
    (row,) = news.news_for(alice, merged).others
    assert row["person_id"] == one
    assert row["says"] == ["complained <yesterday>", "was loyal", "came back"]


def test_ones_own_customers_come_first(changed: list[str], alice: Account, desk: Desk) -> None:
    mine = replace(desk, snapshot=desk.snapshot)
    mine.__dict__["since"] = LaidOver(owners={changed[1]: alice.employee})
    found = news.news_for(alice, mine)
    assert [row["person_id"] for row in found.own] == [changed[1]]
    assert [row["person_id"] for row in found.others] == [changed[0]]


def test_a_mail_that_could_not_be_sent_is_tried_again_the_next_time(
    mailed: Box, settings: Any, changed: list[str], alice: Account
) -> None:
    wants(alice)
    works = settings.MAILERS
    settings.MAILERS = mailers("smtp://127.0.0.1:1")
    run = done()
    assert run.state == State.FAILED
    assert alice.email in run.says
    assert not Sent.objects.exists()
    settings.MAILERS = works
    assert done().says == "1 mail sent"


def test_without_a_server_it_says_what_to_write(alice: Account) -> None:
    wants(alice)
    assert done().says == "no mail: byname.toml names no server under [web] mail"


def test_the_snapshots_own_news_can_be_asked(alice: Account, desk: Desk) -> None:
    found = news.news_for(alice, desk)
    assert found.people >= 0
    assert all(row["says"] for row in (*found.own, *found.others))
