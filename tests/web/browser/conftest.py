"""A real browser on a real server: Chromium, signed in as Alice, with an ear for every complaint of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from byname.web.accounts.models import Account
from tests.chromium import launched
from tests.web.conftest import signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

WIDE, PHONE = (1280, 900), (360, 740)


@dataclass
class Seen:
    """A page of the browser, and what it complained of.

    Attributes:
        page: Playwright's.
        address: of the server.
        complaints: errors on the console, refusals by the policy, answers of 400 and more.
    """

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go there, and wait until it is quiet."""
        self.page.goto(f"{self.address}{path}", wait_until="networkidle")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Chromium, for these tests; closed before others begin, since there can be one Playwright a process."""
    # Playwright keeps a loop running in this thread, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, launched() as opened:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield opened


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(
        viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-GB", reduced_motion="reduce"
    )
    yield opened
    opened.close()


@pytest.fixture
def seen(context: BrowserContext, live_server: LiveServer, alice: Account) -> Seen:
    """Alice's browser, signed in."""
    session = signed_in(alice).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    seen = Seen(page, live_server.url)
    page.on("console", lambda said: seen.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on(
        "response",
        lambda answer: seen.complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    return seen
