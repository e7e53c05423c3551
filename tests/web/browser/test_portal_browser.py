"""The customer's pages in a real browser: without JavaScript, by WCAG 2.2 AA, on a phone, from the door to the end (S0.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from byname.snapshot import Snapshot
from byname.web.portal import doors
from tests.web.browser.conftest import PHONE, WIDE
from tests.web.browser.test_looks import RULES
from tests.web.portal.conftest import WHO

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

PAGES = ("page", "held", "why", "contacts", "wishes", "stop", "correct", "take", "erase")


@dataclass
class Visit:
    """A customer's browser, and what it complained of."""

    page: Page
    address: str
    anchor: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}", wait_until="networkidle")

    def come_in(self) -> None:
        self.open(doors.path_for(self.anchor, within=timedelta(days=1)))
        self.page.get_by_role("button", name="Open my page").click()
        self.page.wait_for_url(f"**{reverse('my-page')}")


def visit(chromium: Browser, server: LiveServer, snapshot: Snapshot, *, has_scripts: bool) -> Iterator[Visit]:
    context = chromium.new_context(
        viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-GB", java_script_enabled=has_scripts
    )
    page = context.new_page()
    seen = Visit(page, server.url, str(snapshot.query(WHO)[0]["anchor"]))
    page.on("console", lambda said: seen.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    yield seen
    context.close()


@pytest.fixture
def rosa(chromium: Browser, live_server: LiveServer, snapshot: Snapshot) -> Iterator[Visit]:
    yield from visit(chromium, live_server, snapshot, has_scripts=True)


@pytest.fixture
def plain(chromium: Browser, live_server: LiveServer, snapshot: Snapshot) -> Iterator[Visit]:
    """Without JavaScript."""
    yield from visit(chromium, live_server, snapshot, has_scripts=False)


def looks_right(seen: Visit, name: str, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    assert seen.page.locator("h1").count() == 1
    found = Axe().run(seen.page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    seen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    wide = seen.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE[0], f"{name} is {wide} pixels wide on a phone of {PHONE[0]}"
    seen.page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    seen.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_every_page_looks_right(rosa: Visit, tmp_path: Path) -> None:
    rosa.open(reverse("my-way-in"))
    looks_right(rosa, "way-in", tmp_path)
    rosa.open(reverse("my-way-in-sent"))
    looks_right(rosa, "sent", tmp_path)
    rosa.open(doors.path_for(rosa.anchor, within=timedelta(days=1)))
    looks_right(rosa, "door", tmp_path)
    rosa.come_in()
    for name in PAGES:
        rosa.open(reverse(f"my-{name}"))
        looks_right(rosa, name, tmp_path)
    assert rosa.complaints == []


def test_everything_works_without_javascript_from_the_door_to_the_end(plain: Visit) -> None:
    page = plain.page
    plain.come_in()
    page.get_by_role("link", name="Say how I want it").click()
    page.get_by_label("Write to me").select_option(label="at most once a month")
    page.get_by_role("button", name="Keep to this pace").click()
    assert page.get_by_role("status").inner_text().startswith("Saved")
    page.get_by_label("phone", exact=True).select_option(label="no")
    page.get_by_role("button", name="Keep to these ways").click()
    page.get_by_role("link", name="My page").click()
    assert "once a month" in page.locator("main").inner_text()
    page.get_by_role("link", name="Stop using my data").click()
    page.get_by_role("button", name="I object to marketing").click()
    assert "What you stopped" in page.locator("main").inner_text()
    page.get_by_role("button", name="Take this back").click()
    page.get_by_role("link", name="Take my data with me").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything, as JSON").click()
    assert download.value.suggested_filename.startswith("my-data-")
    page.get_by_role("button", name="Leave this page").click()
    page.wait_for_url(f"**{reverse('my-way-in')}")
    plain.open(reverse("my-page"))
    assert page.url.endswith(reverse("my-way-in"))
    assert plain.complaints == []
