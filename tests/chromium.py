"""The machine's Chromium, for the tests of pages and of the report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@contextmanager
def launched() -> Iterator[Browser]:
    """Debian's Chromium; without it tests fail and say how to get it, or may be left out."""
    if os.environ.get("BYNAME_NO_BROWSER") == "1":
        pytest.skip("BYNAME_NO_BROWSER=1")
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.fail(
            "found no Chromium; install it with: apt-get install chromium. Or leave these tests out: "
            "BYNAME_NO_BROWSER=1",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield opened
        opened.close()
