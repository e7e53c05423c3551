"""Every page in a real browser: nothing complains, axe finds nothing, a phone needs no sideways scrolling (S3.15).

BYNAME_PICTURES=docs/pictures keeps what the README shows.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.urls import reverse

from byname.web.accounts.models import Account
from tests.web.browser.conftest import PHONE, Seen
from tests.web.conftest import PASSWORD

PAGES = ["today", "outreach", "people", "book", "standing", "value", "voice", "plan", "proof", "data", "settings"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def paths(best: str) -> dict[str, str]:
    return {name: reverse(name) for name in PAGES} | {"person": reverse("person", args=[best])}


@pytest.mark.parametrize("name", [*PAGES, "person"])
def test_a_page_looks_right(seen: Seen, best: str, name: str, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    seen.open(paths(best)[name])
    assert seen.page.locator("h1").count() == 1
    found = Axe().run(seen.page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    _keep(seen, name, tmp_path)
    seen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    seen.page.wait_for_timeout(100)
    wide = seen.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE[0], f"{name} is {wide} pixels wide on a phone of {PHONE[0]}"
    _keep(seen, f"{name}-phone", tmp_path)
    assert seen.complaints == []


def test_one_comes_in_by_the_door(seen: Seen, alice: Account) -> None:
    from axe_playwright_python.sync_playwright import Axe

    seen.page.context.clear_cookies()
    seen.open(reverse("today"))
    assert reverse("account_login") in seen.page.url
    found = Axe().run(seen.page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    seen.page.get_by_label("E-mail").fill(alice.email)
    seen.page.get_by_label("Password").fill(PASSWORD)
    seen.page.get_by_role("button", name="Sign in").click()
    seen.page.wait_for_url(f"**{reverse('today')}")
    assert seen.complaints == []


def test_the_pages_are_reached_from_one_another(seen: Seen) -> None:
    seen.open(reverse("today"))
    for name in PAGES[1:]:
        seen.page.get_by_role("navigation", name="Pages").locator(f'a[href="{reverse(name)}"]').click()
        seen.page.wait_for_url(f"**{reverse(name)}")
        assert seen.page.locator("header a[aria-current=page]").get_attribute("href") == reverse(name)
    assert seen.complaints == []


def _keep(seen: Seen, name: str, tmp_path: Path) -> None:
    kept = os.environ.get("BYNAME_PICTURES")
    folder = Path(kept) if kept else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    # A picture names the folder as its owner would.
    seen.page.evaluate(
        "for (const e of document.querySelectorAll('code')) e.textContent = e.textContent.replace(/\\S*\\/shop/, 'shop')"
    )
    seen.page.screenshot(path=folder / f"{name}.png", full_page=not kept or "phone" in name)
    assert (folder / f"{name}.png").stat().st_size > 5_000
