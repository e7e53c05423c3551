"""What strangers put into an address or a form reaches no SQL, no template and no page as it is; every page, every parameter.

Which parameters a page takes is seen by what it asks its request for. Demands: S3.15.
"""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from tests.web.security.walking import Page, Reading, Table, is_html

MARK = "kq8z"
SQL = f"{MARK}' or '1'='1"
NASTY = {
    "sql": SQL,
    "more sql": f'{MARK}") union select person_id, email from people; drop table people --',
    "html": f"{{{{ 191*193 }}}}{{% debug %}}<script>alert('{MARK}')</script><img src=x onerror={MARK}>\"'><b>",
    "nul": f"{MARK}\x00",
    "huge number": "9" * 40,
    "below nothing": "-1",
    "no number": "NaN",
    "long": "../" * 500 + "\u202e" + "﷽" * 20 + "%_%",
    "lone surrogate": "\ud800",
}
_PERSON = re.compile(r"/person/(p[A-Z0-9]{16})")


def people(text: str) -> set[str]:
    return set(_PERSON.findall(text))


@pytest.fixture
def asked(table: Table, as_alice: Client) -> list[tuple[Page, str]]:
    """Every page with every parameter that it takes."""
    found = []
    for page in table.pages:
        if page.address.startswith("/accounts/logout"):
            continue
        with Reading() as reading:
            as_alice.get(page.address)
        found += [(page, key) for key in sorted(reading.asked)]
    return found


def test_nothing_in_an_address_breaks_a_page_or_widens_a_list(
    asked: list[tuple[Page, str]], table: Table, as_alice: Client
) -> None:
    assert {key for _, key in asked} >= {"q", "team", "page"}, "the pages that are there take these"
    broken, wider, raw = [], [], []
    for page, key in asked:
        for kind, nasty in NASTY.items():
            answer = as_alice.get(page.address, {key: nasty.encode("utf-8", "surrogatepass")})
            text = answer.read.decode(errors="replace")  # type: ignore[attr-defined]
            if answer.status_code >= 500:
                broken.append((page.address, key, kind))
            if kind in ("sql", "more sql") and people(text) - people(table.shown[page.address].text):
                wider.append((page.address, key, kind))
            if is_html(answer.headers) and (
                f"<script>alert('{MARK}')" in text or f"onerror={MARK}>" in text or "36863" in text
            ):
                raw.append((page.address, key, kind))
    assert (broken, wider, raw) == ([], [], [])


def test_a_search_for_sql_finds_nobody(as_alice: Client, db: None) -> None:
    assert people(as_alice.get("/people/").read.decode())  # type: ignore[attr-defined]
    answer = as_alice.get("/people/", {"q": SQL})
    assert people(answer.read.decode()) == set()  # type: ignore[attr-defined]
    assert html.escape(SQL) in answer.read.decode()  # type: ignore[attr-defined]


def test_nothing_in_a_path_breaks_a_page(table: Table, as_alice: Client) -> None:
    broken = []
    for page in table.pages:
        for kind in ("sql", "html", "huge number", "long"):
            if "<" in page.route:
                address = re.sub(r"<[^>]+>", lambda _found: NASTY[kind].replace("?", ""), page.route)  # noqa: B023
                answer = as_alice.get(address)
                if answer.status_code >= 500 or b"<script>alert(" in answer.read:  # type: ignore[attr-defined]
                    broken.append((page.route, kind, answer.status_code))
    assert broken == []


def test_nothing_in_a_form_breaks_a_page(table: Table, as_alice: Client) -> None:
    broken = []
    for form in table.forms:
        if form.method != "post" or form.address.startswith("/accounts/"):
            continue
        for key in form.fields:
            for kind in ("html", "nul", "huge number"):
                sent = {**form.fields, key: NASTY[kind].encode("utf-8", "surrogatepass")}
                answer = as_alice.post(form.address, sent)
                if answer.status_code >= 500 or b"<script>alert(" in answer.read:  # type: ignore[attr-defined]
                    broken.append((form.address, key, kind, answer.status_code))
    assert broken == []
