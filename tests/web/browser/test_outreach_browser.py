"""Letters in a real browser: approved in place with changed words, by mouse and by keys alone; axe finds nothing (S3.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine
from django.urls import reverse

from byname.demo.simulated import AS_OF
from byname.web.console.outreach.looked import look
from byname.web.outreach import drafting
from byname.web.outreach.models import Draft, State
from tests.web.browser.conftest import PHONE
from tests.web.browser.test_looks import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk
    from tests.web.browser.conftest import Seen


@pytest.fixture
def drafts(seen: Seen, alice: Account, desk: Desk) -> Iterator[list[Draft]]:
    """The day's, of playbooks that somebody looked at."""
    with time_machine.travel(f"{AS_OF}T08:30:00+02:00", tick=True):
        found = drafting.drafts_of_day(desk)
    for action in {draft.action for draft in found}:
        look(alice, desk, action)
    return found


def first(*, gaps: bool) -> Draft:
    """The first that waits, with something to fill in or without, on the first page."""
    waits = Draft.objects.filter(state=State.DRAFT).exclude(words="").order_by("pk")
    return next(draft for draft in waits if ("[" in draft.words) == gaps)


def test_a_letter_is_approved_in_place_with_its_gap_filled(seen: Seen, drafts: list[Draft]) -> None:
    seen.open(f"{reverse('outreach')}?whose=all")
    draft = first(gaps=True)
    row = seen.page.locator(f"#d-{draft.pk}")
    row.get_by_role("button", name="Approve").click()
    row.get_by_role("alert").wait_for()
    row.get_by_label("Words").fill("I have looked into it myself, and you hear from me on Friday.")
    row.get_by_role("button", name="Approve").click()
    row.get_by_text("Approved", exact=False).first.wait_for()
    assert seen.page.evaluate("document.activeElement.id") == f"d-{draft.pk}"
    draft.refresh_from_db()
    assert (draft.state, draft.words.split()[-1]) == (State.APPROVED, "Friday.")
    assert seen.complaints == []


def test_the_page_is_used_by_keys_alone(seen: Seen, drafts: list[Draft]) -> None:
    seen.open(f"{reverse('outreach')}?whose=all")
    draft = first(gaps=False)
    button = seen.page.locator(f"#d-{draft.pk}").get_by_role("button", name="Approve")
    button.focus()
    seen.page.keyboard.press("Enter")
    seen.page.locator(f"#d-{draft.pk} .was").wait_for()
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.closest('[data-letter]')?.id") == f"d-{draft.pk}"
    draft.refresh_from_db()
    assert draft.state == State.APPROVED
    assert seen.complaints == []


def test_all_that_are_ready_are_ticked_and_approved_at_once(seen: Seen, drafts: list[Draft]) -> None:
    seen.open(f"{reverse('outreach')}?whose=all")
    many = seen.page.locator('input[name="draft"]').count()
    assert many > 1
    seen.page.get_by_role("button", name="Tick all of this page").click()
    seen.page.get_by_role("button", name="Approve those that are ticked").click()
    seen.page.get_by_text(f"{many} approved").wait_for()
    assert Draft.objects.filter(state=State.APPROVED).count() == many
    assert seen.complaints == []


def test_without_scripts_it_is_a_plain_form(seen: Seen, drafts: list[Draft]) -> None:
    draft, cookies = first(gaps=False), seen.page.context.cookies()
    plain = seen.page.context.browser
    assert plain is not None
    with plain.new_context(java_script_enabled=False) as context:
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{seen.address}{reverse('outreach_draft', args=[draft.key])}")
        page.get_by_role("button", name="Approve").click()
        page.get_by_text("Approved", exact=False).first.wait_for()
    draft.refresh_from_db()
    assert draft.state == State.APPROVED


@pytest.mark.parametrize("name", ["list", "one", "preview", "contacts", "stopped"])
def test_the_pages_look_right(seen: Seen, drafts: list[Draft], name: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    draft = first(gaps=True)
    Draft.objects.filter(pk=drafts[-1].pk).update(state=State.STOPPED, says="they asked for peace")
    there = {
        "list": f"{reverse('outreach')}?whose=all",
        "one": reverse("outreach_draft", args=[draft.key]),
        "preview": reverse("outreach_preview", args=[draft.action]),
        "contacts": reverse("outreach_contacts"),
        "stopped": f"{reverse('outreach')}?whose=all&state=stopped",
    }[name]
    seen.open(there)
    assert seen.page.locator("h1").count() == 1
    seen.page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    found = Axe().run(seen.page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    seen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    seen.page.wait_for_timeout(100)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert seen.complaints == []
