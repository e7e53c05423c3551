"""Perks and returns in a real browser: by WCAG 2.2 AA, on a phone, without JavaScript (S4.15, S0.15)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse

from byname.web.accounts.models import Account
from tests.web.agreed.conftest import rosa as her
from tests.web.agreed.conftest import two
from tests.web.browser.conftest import Seen
from tests.web.browser.test_portal_browser import Visit, looks_right, plain
from tests.web.conftest import signed_in

if TYPE_CHECKING:
    from pathlib import Path

    from byname.web.portal.whom import Her

__all__ = ["her", "plain", "two"]


def test_a_rule_is_made_appealed_and_decided(plain: Visit, seen: Seen, her: Her, sam: Account, tmp_path: Path) -> None:
    page, staff = plain.page, Visit(seen.page, seen.address, her.anchor)
    person = her.person_id
    staff.open(reverse("person", args=[person]))
    staff.page.get_by_text("Grant a perk").click()
    staff.page.get_by_label("What they get").fill("coffee on us, whenever you come by")
    staff.page.get_by_label("Why, in a sentence that they may read").fill("You have been with us for so long.")
    staff.page.get_by_role("button", name="Grant it").click()
    staff.page.wait_for_url(f"**{reverse('person_perks', args=[person])}")
    staff.open(reverse("person_returns", args=[person]))
    staff.page.get_by_role("combobox", name="Rule").select_option("strict")
    until = her.desk.company.today() + timedelta(days=90)
    staff.page.get_by_label("Until, a year at most").fill(until.isoformat())
    staff.page.get_by_label("Why, as they read it").fill("Four of your last five orders came back worn.")
    staff.page.get_by_label("I have looked at each of these").check()
    staff.page.get_by_role("button", name="So be it").click()
    assert "strict, from now on" in staff.page.get_by_role("status").inner_text()

    plain.anchor = her.anchor
    plain.come_in()
    assert "coffee on us" in page.locator("main").inner_text()
    page.get_by_role("link", name="Why, and what I say to it").click()
    page.get_by_label("What you say to it").fill("They did not fit: your size table was wrong.")
    page.get_by_role("button", name="Send").click()
    assert "the usual rule holds for you again" in page.get_by_role("status").inner_text()

    for name, address in (
        ("person", reverse("person", args=[person])), ("person_perks", reverse("person_perks", args=[person])),
        ("person_returns", reverse("person_returns", args=[person])), ("perks", reverse("perks")),
        ("returns", reverse("returns")),
    ):  # fmt: skip
        staff.open(address)
        looks_right(staff, name, tmp_path)
    answered: Client = signed_in(sam)
    form = answered.get(reverse("returns")).content.decode().partition('action="/returns/')[2].partition('"')[0]
    answered.post(f"/returns/{form}", {"verdict": "kept", "text": "We asked the workshop: they were worn."})
    looker = Visit(seen.page, seen.address, her.anchor)
    looker.come_in()
    for name in ("my-page", "my-held", "my-returns"):
        looker.open(reverse(name))
        looks_right(looker, name, tmp_path)
    assert "We kept the rule" in looker.page.locator("main").inner_text()
    assert plain.complaints == []
    assert seen.complaints == []
