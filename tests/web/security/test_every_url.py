"""Every address of the URL table: strangers see nothing, readers change nothing, forms need their token, headers are there.

A page that is added is tested by what stands here; see `walking`. Demands: S3.15.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.company import Company
from byname.web.accounts.models import Account, Role
from tests.web.conftest import account, signed_in
from tests.web.security.standing import everything
from tests.web.security.walking import Page, Patient, Table, is_html

# What a stranger may open: the door itself, and what the API says of itself. Whoever adds one decides it here.
AT_THE_DOOR = {"account_login", "account_reset_password", "account_reset_password_done", "account_link"}
# A mail's own link, pressed by a mail program without cookie or token (RFC 8058); see outreach/test_unsubscribing.
OF_A_MAIL = {"unsubscribe", "unsubscribe_back"}
# The picture and the links of a letter to somebody who allowed that; see outreach/test_following.
OF_A_MAIL |= {"mail-seen", "mail-link", "mail-follow-no-longer"}
AT_THE_DOOR |= OF_A_MAIL
# The way to customers' own pages, and the word that their browsers' signal is honoured; the pages are behind that door.
AT_THE_DOOR |= {"my-way-in", "my-way-in-sent", "my-door", "my-handover", "gpc"}
# What the customers' API says of itself; see portal/test_portal_api.
AT_THE_DOOR |= {"my-openapi"}
# Reviews that their authors allow anybody to read; see reviews/test_reviews.
AT_THE_DOOR |= {"public-reviews"}
# What a customer's link leads a friend to; see friends/test_friends.
AT_THE_DOOR |= {"from-a-friend"}
# What is everybody's own: their account, and their own lists; a customer's pages, of which no account opens any.
OWN = ("/accounts/", "/people/views/", "/my/")
REFUSED = {401, 403, 404, 405}
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def send(client: Client, method: str, page: Page, table: Table) -> Any:
    data = table.sent_to(page.address) if method == "post" else None
    return getattr(client, method)(page.address, data)


def is_refused(answer: Any) -> bool:
    if answer.status_code == 302:
        return bool(answer["Location"].startswith((reverse("account_login"), reverse("my-way-in"))))
    says_only_how = answer.request["REQUEST_METHOD"] == "OPTIONS" and not answer.read
    return answer.status_code in REFUSED or says_only_how


def test_the_table_is_walked(table: Table) -> None:
    assert len(table.pages) > 60
    names = {page.name for page in table.pages}
    assert {"today", "person", "settings_audit", "account_login"} <= names
    assert [form for form in table.forms if form.method == "post" and form.fields]


def test_a_stranger_sees_nothing(table: Table, charlie: Client) -> None:
    open_to_all = [
        (method, page.address, answer.status_code)
        for page in table.pages
        if page.name not in AT_THE_DOOR
        for method in METHODS
        if not is_refused(answer := send(charlie, method, page, table))
    ]
    assert open_to_all == []


def test_a_shut_account_sees_nothing(table: Table, bob: Account) -> None:
    client = Patient(signed_in(bob))
    Account.objects.filter(pk=bob.pk).update(is_active=False)
    seen = [
        page.address
        for page in table.pages
        if page.name not in AT_THE_DOOR and not is_refused(client.get(page.address))
    ]
    assert seen == []


def plain(answer: Any) -> str:
    """A page's text without what is new each time."""
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.read.decode())


def test_a_reader_changes_nothing(table: Table, as_rita: Client, company: Company) -> None:
    as_rita.get("/")
    before = everything(company)
    allowed = []
    for page in table.pages:
        if page.address.startswith(OWN) or page.name in AT_THE_DOOR:
            continue
        for method in ("post", "put", "patch", "delete"):
            answer = send(as_rita, method, page, table)
            # A page that takes no notice of how it is asked shows what it always shows.
            if answer.status_code not in REFUSED and not (
                answer.status_code == 200 and plain(answer) == plain(as_rita.get(page.address))
            ):
                allowed.append((method, page.address, answer.status_code))
    assert allowed == []
    assert everything(company) == before


@pytest.mark.parametrize("role", [Role.READER, Role.MEMBER, Role.LEAD, Role.STEWARD])
def test_settings_and_accounts_are_an_owners(table: Table, role: Role, db: None) -> None:
    client = Patient(signed_in(account("Mo", role, "sales")))
    settings_pages = [page for page in table.pages if page.route.startswith("/settings/")]
    assert len(settings_pages) > 15
    reached = [
        (method, page.address, answer.status_code)
        for page in settings_pages
        if not (role == Role.STEWARD and page.route.startswith("/settings/audit/"))
        for method in ("get", "post")
        if (answer := send(client, method, page, table)).status_code not in REFUSED
    ]
    assert reached == []


def test_looking_changes_nothing(table: Table) -> None:
    """What a link or a picture on a stranger's page could open must not change anything."""
    assert table.changed == []


def test_no_form_is_taken_without_its_token(table: Table, alice: Account, company: Company) -> None:
    client = Patient(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")
    before = everything(company)
    taken = [
        (page.address, answer.status_code)
        for page in table.pages
        if page.name not in OF_A_MAIL and (answer := send(client, "post", page, table)).status_code not in REFUSED
    ]
    assert taken == []
    assert everything(company) == before


def lacking(address: str, headers: Any) -> list[str]:
    """Which headers are not as they must be."""
    wanted = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
    if not address.startswith("/static/"):
        wanted |= {"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin"}
    wrong = [header for header, value in wanted.items() if headers.get(header) != value]
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "frame-ancestors 'none'" not in policy:
        wrong.append(f"policy {policy}")
    if not address.startswith("/static/") and "no-store" not in headers.get("Cache-Control", ""):
        wrong.append("Cache-Control")
    return wrong


def test_headers_are_on_every_answer(table: Table, charlie: Client) -> None:
    answers = {address: answer.headers for address, answer in table.shown.items()}
    for address in [*answers, "/no/such/page", "/static/console/console.css"]:
        answers[f"{address} for a stranger"] = charlie.get(address).headers  # type: ignore[assignment]
    assert {address: wrong for address, headers in answers.items() if (wrong := lacking(address, headers))} == {}


_AGAINST_THE_POLICY = re.compile(
    r"""<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<script(?![^>]*\bsrc=)(?![^>]*type="application/json")|hx-on|js:""",
    re.IGNORECASE,
)


def test_pages_hold_nothing_that_their_policy_forbids(table: Table) -> None:
    pages = {address: answer.text for address, answer in table.shown.items() if is_html(answer.headers)}
    assert len(pages) > 30
    assert {address: found[0] for address, text in pages.items() if (found := _AGAINST_THE_POLICY.search(text))} == {}


def test_every_page_opens_for_the_owner(table: Table) -> None:
    assert {address: answer.status for address, answer in table.shown.items() if answer.status >= 500} == {}
    opened = sum(answer.status == 200 for answer in table.shown.values())
    assert opened > len(table.pages) / 3


def test_nothing_leads_elsewhere(table: Table, as_alice: Client, charlie: Client) -> None:
    asked = dict.fromkeys(("next", "back", "to", "url", "return"), "//evil.test")
    led = [
        (page.address, answer["Location"])
        for page in table.pages
        for client in (as_alice, charlie)
        if (answer := client.get(page.address, asked)).status_code in (301, 302, 303, 307, 308)
        and not re.match(r"/(?![/\\])", answer["Location"])
    ]
    assert led == []
