"""The company's own sign-in hands somebody over: signed, for some minutes, one time (S0.6)."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.web.portal import handover, whom
from byname.web.portal.handover import read, signed

if TYPE_CHECKING:
    from byname.company import Company
    from byname.web.portal.whom import Her


def said(**more: Any) -> dict[str, Any]:
    return {"until": int(time.time()) + 120, "nonce": secrets.token_hex(16), **more}


def ask(client: Client, text: str, method: str = "get") -> Any:
    return getattr(client, method)(reverse("my-handover"), {"token": text})


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_handed_over_comes_to_a_door_with_a_button(company: Company, rosa: Her, method: str) -> None:
    client = Client(enforce_csrf_checks=True)  # a post comes from the shop's own pages
    answer = ask(client, signed(company, said(email=rosa.email)), method)
    assert answer.status_code == 302
    door = client.get(answer["Location"])
    sent = {"csrfmiddlewaretoken": str(door.context["csrf_token"])}
    assert client.post(answer["Location"], sent)["Location"] == reverse("my-page")
    assert rosa.name in client.get(reverse("my-page")).content.decode()


def test_a_shop_may_say_it_by_its_own_id(company: Company, rosa: Her, charlie: Client) -> None:
    row = next(row for row in rosa.links if row["role"] == "order")
    answer = ask(charlie, signed(company, said(source=row["source"], id=row["source_id"])))
    assert charlie.post(answer["Location"]).status_code == 302
    assert rosa.name in charlie.get(reverse("my-page")).content.decode()


def test_a_text_works_once(company: Company, rosa: Her, charlie: Client) -> None:
    text = signed(company, said(email=rosa.email))
    assert [ask(charlie, text).status_code for _ in range(2)] == [302, 403]


def test_whom_nobody_knows_is_refused_as_a_wrong_text_is(company: Company, charlie: Client, db: None) -> None:
    unknown = ask(charlie, signed(company, said(email="nobody@nowhere.example")))
    wrong = ask(charlie, "x.y")
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content) == (403, wrong.content)


@pytest.mark.parametrize(
    "more",
    [
        {"until": 0},
        {"until": int(time.time()) + 3_600},
        {"until": "soon"},
        {"until": None},
        {"nonce": "short"},
        {"nonce": 12345678901234567},
        {"email": ["a"]},
        {"email": "", "source": "shopify"},
        {"source": "shopify", "id": "1"},
    ],
)
def test_a_text_that_says_too_little_or_too_much_is_none(company: Company, rosa: Her, more: dict[str, Any]) -> None:
    assert read(company, signed(company, said(email=rosa.email) | more), time.time()) is None


def test_a_text_that_is_not_ours_is_none(company: Company, rosa: Her, charlie: Client) -> None:
    good = signed(company, said(email=rosa.email))
    body, _, signature = good.partition(".")
    for text in (f"{body}.", f"{body}.{signature[:-1]}", f"A{body}.{signature}", body, "", ".", "é.é", "x" * 100_000):
        assert read(company, text, time.time()) is None
        assert ask(charlie, text).status_code == 403
    for body in ("AA", "W10", "bnVsbA", "MQ"):
        assert read(company, f"{body}.{handover._signature(company, body)}", time.time()) is None
    assert ask(charlie, good).status_code == 302


def test_the_key_is_the_companys_own_secret(company: Company) -> None:
    path = company.folder / "handover.key"
    assert company.handover_key() == path.read_text("utf-8") != company.web_key()
    assert path.stat().st_mode & 0o077 == 0


def test_of_two_in_one_mailbox_it_asks_which(
    company: Company, rosa: Her, charlie: Client, best: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = rosa.desk.snapshot.rows("people", [best], ("anchor",))[0]["anchor"]
    other = whom.her_by_record(rosa.desk, anchor)
    monkeypatch.setattr(handover, "at_address", lambda *_: (rosa.email, [rosa, other]))
    answer = ask(charlie, signed(company, said(email=rosa.email)))
    assert answer.status_code == 200
    ((_, _), (name, path)) = answer.context["ways"]
    assert charlie.post(path).status_code == 302
    assert name in charlie.get(reverse("my-page")).content.decode()
