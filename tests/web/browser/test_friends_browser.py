"""The friends' pages in a real browser: by WCAG 2.2 AA, on a phone, without JavaScript (S0.20, S1.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import reverse

from byname.web.friends.links import make
from byname.web.portal.whom import her_by_record
from tests.web.browser.conftest import Seen
from tests.web.browser.test_portal_browser import Visit, looks_right, plain
from tests.web.friends.conftest import ines, lena

if TYPE_CHECKING:
    from pathlib import Path

    from byname.web.desk import Desk
    from byname.web.portal.whom import Her

__all__ = ["ines", "lena", "plain"]


def test_a_friend_comes_by_a_link_and_says_so(
    plain: Visit, seen: Seen, lena: Her, ines: Her, desk: Desk, tmp_path: Path
) -> None:
    page = plain.page
    plain.anchor = lena.anchor
    plain.come_in()
    page.get_by_role("link", name="Friends").click()
    page.get_by_role("button", name="Make me a link").click()
    looks = plain.page.get_by_label("Words and link, to copy").input_value()
    (path,) = re.findall(r"/from-a-friend/[\w-]+/", looks)
    keep(plain, tmp_path / "mine.png")
    page.get_by_role("button", name="Leave this page").click()
    page.context.clear_cookies()
    plain.open(path)
    assert page.context.cookies() == []
    keep(plain, tmp_path / "from.png")
    page.get_by_role("link", name="brought me").click()
    page.get_by_role("button", name="To my page").click()
    page.wait_for_url(f"**{reverse('my-way-in')}")
    plain.anchor = ines.anchor
    plain.come_in()
    page.get_by_role("link", name="A friend's link led you here").click()
    page.get_by_label("My friend may know that it was me").check()
    keep(plain, tmp_path / "brought.png")
    page.get_by_role("button", name="Yes").click()
    page.wait_for_url(f"**{reverse('my-friends')}")
    assert "Your friend may know that it was you" in page.locator("main").inner_text()
    assert plain.complaints == []
    # The same pages, and the staff's, looked at by the rules, with a browser that runs them.
    looker = Visit(seen.page, seen.address, lena.anchor)
    made = her_by_record(desk, ines.anchor)
    assert made is not None
    make(made)
    for name, address in (("staff", f"/friends/?friend={ines.email}&by={lena.email}"), ("from-a-friend", path)):
        looker.open(address)
        looks_right(looker, name, tmp_path)
    looker.anchor = ines.anchor
    looker.come_in()
    looker.open(reverse("my-friends"))
    looks_right(looker, "my-friends", tmp_path)
    looker.open(reverse("my-brought"))
    looks_right(looker, "my-brought", tmp_path)
    assert seen.complaints == []


def keep(seen: Visit, path: Path) -> None:
    assert seen.page.locator("h1").count() == 1
    seen.page.screenshot(path=path, full_page=True)
