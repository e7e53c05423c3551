"""Previews in a real browser: a colleague makes one, a customer answers it without JavaScript; both by WCAG 2.2 AA (S0.34)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from byname.snapshot import Snapshot
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.portal.whom import Her
from byname.web.previews.answering import answer
from byname.web.previews.models import Preview
from tests.web.browser.conftest import Seen
from tests.web.browser.test_portal_browser import Visit, looks_right, visit
from tests.web.previews.conftest import feature, keyed, oscar, preview

__all__ = ["feature", "oscar", "preview"]


@pytest.mark.django_db(transaction=True)
def test_pages_of_previews_look_right(
    seen: Seen, chromium: Browser, live_server: LiveServer, snapshot: Snapshot, desk: Desk, alice: Account,
    preview: Preview, oscar: Her, tmp_path: Path,
) -> None:  # fmt: skip
    answer(oscar, preview, keyed(preview, "The new one", "4", "Let it remember my postcode too."))
    staff = Visit(seen.page, seen.address, "")
    for name, path in (
        ("staff", "/previews/"), ("new", "/previews/new/"), ("staff_one", f"/previews/{preview.pk}/"),
    ):  # fmt: skip
        staff.open(path)
        looks_right(staff, f"previews_{name}", tmp_path)
    assert seen.complaints == []
    for hers in visit(chromium, live_server, snapshot, has_scripts=True):
        hers.anchor = oscar.anchor
        hers.come_in()
        looks_right(hers, "my_page_with_previews", tmp_path)
        hers.page.get_by_role("link", name=preview.title).click()
        assert hers.page.get_by_role("radio", name="The new one").is_checked()
        looks_right(hers, "asked_one", tmp_path)
        hers.open("/my/asked/")
        looks_right(hers, "asked", tmp_path)
        assert hers.complaints == []


@pytest.mark.django_db(transaction=True)
def test_a_customer_answers_without_javascript(
    chromium: Browser, live_server: LiveServer, snapshot: Snapshot, preview: Preview, oscar: Her
) -> None:
    for hers in visit(chromium, live_server, snapshot, has_scripts=False):
        hers.anchor = oscar.anchor
        hers.come_in()
        hers.open(f"/my/asked/{preview.pk}/")
        hers.page.get_by_label("The new one").check()
        hers.page.get_by_label("What would you change?").fill("Nothing.")
        hers.page.get_by_role("button", name="Send").click()
        assert "Thank you. You may change it until" in hers.page.inner_text("main")
        assert hers.page.get_by_label("What would you change?").input_value() == "Nothing."
        hers.page.get_by_role("button", name="Take my answers back").click()
        assert "Taken back" in hers.page.inner_text("main")
