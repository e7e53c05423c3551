"""Stories in a real browser, by WCAG 2.2 AA: told and lent without JavaScript, read by all and by the staff (S0.5, S0.6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from byname.company import Company
from byname.snapshot import Snapshot
from byname.web import served
from byname.web.accounts.models import Account
from byname.web.outreach.following import key_of
from tests.web.browser.conftest import Seen
from tests.web.browser.test_portal_browser import Visit, looks_right, visit
from tests.web.outreach.postbox import draft, mailing
from tests.web.stories.conftest import Praised, praised

__all__ = ["praised"]


@pytest.mark.django_db(transaction=True)
def test_stories_are_told_without_javascript_and_look_right_everywhere(
    seen: Seen, chromium: Browser, live_server: LiveServer, snapshot: Snapshot, company: Company, alice: Account,
    praised: Praised, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr(served, "reread", lambda company: company)
    settings.COMPANY = mailing(company, "smtp://127.0.0.1:9", follow=True)
    for plain in visit(chromium, live_server, snapshot, has_scripts=False):
        plain.anchor = praised.her.anchor
        plain.come_in()
        plain.open("/my/stories/")
        plain.page.get_by_text("You may use it", exact=True).first.click()
        plain.page.get_by_label("on the public page of reviews").first.check()
        plain.page.get_by_role("button", name="You may use it so").first.click()
        form = plain.page.get_by_role("region", name="Tell a story")
        form.get_by_label("In a few words").fill("Three times late")
        form.get_by_label("Your story").fill("The parcel was late three times. Then Sam brought it here himself.")
        form.get_by_label("on the public page of reviews").check()
        form.get_by_label("in the press").check()
        form.get_by_role("button", name="Tell it").click()
        assert "Thank you for telling us." in plain.page.inner_text("main")
    for hers in visit(chromium, live_server, snapshot, has_scripts=True):
        hers.anchor = praised.her.anchor
        hers.come_in()
        for name, path in (("my_stories", "/my/stories/"), ("wishes_followed", "/my/wishes/")):
            hers.open(path)
            looks_right(hers, name, tmp_path)
        hers.open("/what-customers-say/")
        looks_right(hers, "public_stories", tmp_path)
        letter = draft(praised.her.email, person_id=praised.her.person_id, record_id=praised.her.anchor)
        hers.open(f"/l/{key_of(letter, company.web_key().encode())}/stop/")
        looks_right(hers, "follow_no_longer", tmp_path)
        assert hers.complaints == []
    staff = Visit(seen.page, seen.address, "")
    staff.open("/stories/")
    looks_right(staff, "stories_staff", tmp_path)
    assert seen.complaints == []
