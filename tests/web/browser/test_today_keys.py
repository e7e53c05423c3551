"""Today by keys alone, and by mouse: rows change in place, keep the focus, and nothing fires while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from byname.web.accounts.models import Entry

if TYPE_CHECKING:
    from tests.web.browser.conftest import Seen

HERE = "document.activeElement.closest('[data-contact]')?.id || ''"
TODAY = "/?whose=all"


@pytest.fixture
def today(seen: Seen) -> Seen:
    """The page of all teams."""
    seen.open(TODAY)
    return seen


def ids(seen: Seen) -> list[str]:
    """Of the rows."""
    found: list[str] = seen.page.eval_on_selector_all("[data-contact]", "rows => rows.map(row => row.id)")
    return found


def test_j_and_k_and_arrows_go_from_row_to_row(today: Seen) -> None:
    rows, press = ids(today), today.page.keyboard.press
    for key, at in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("k", 0)):
        press(key)
        assert today.page.evaluate(HERE) == rows[at], key
    assert today.page.evaluate("document.activeElement.matches(':focus-visible')")
    assert today.complaints == []


def test_d_is_done_in_place_and_u_takes_it_back(today: Seen) -> None:
    row, press = ids(today)[1], today.page.keyboard.press
    press("j")
    press("j")
    press("d")
    today.page.wait_for_selector(f"[id='{row}'].handled")
    assert "Done" in today.page.locator(f"[id='{row}']").inner_text()
    assert today.page.evaluate(HERE) == row
    press("u")
    today.page.wait_for_selector(f"[id='{row}']:not(.handled)")
    assert today.page.evaluate(HERE) == row
    assert today.page.url.endswith(TODAY)
    assert Entry.objects.filter(action="done").count() == 1
    assert today.complaints == []


def test_whoever_was_signed_out_meanwhile_is_sent_to_the_door(today: Seen) -> None:
    today.page.keyboard.press("j")
    today.page.context.clear_cookies()
    today.page.keyboard.press("d")
    today.page.wait_for_url(f"**{reverse('account_login')}**")


def test_x_asks_why_and_typing_there_is_typing(today: Seen) -> None:
    row, page = ids(today)[0], today.page
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator(f"[id='{row}'] input[name=why]").fill("")
    page.locator(f"[id='{row}'] input[name=why]").press_sequentially("dnx / ? j")
    assert page.locator(f"[id='{row}'] input[name=why]").input_value() == "dnx / ? j"
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[id='{row}'].handled")
    assert "dnx / ? j" in page.locator(f"[id='{row}']").inner_text()
    assert today.complaints == []


def test_w_shows_the_words_and_the_button_copies_them(today: Seen) -> None:
    page = today.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("j")
    page.keyboard.press("w")
    page.get_by_role("button", name="Copy the words").first.click()
    page.get_by_role("button", name="Copied").first.wait_for()
    words = page.locator("[data-words]").first.inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == words
    assert today.complaints == []


def test_enter_opens_the_person(today: Seen) -> None:
    person = ids(today)[0].split("-")[1]
    today.page.keyboard.press("j")
    today.page.keyboard.press("Enter")
    today.page.wait_for_url(f"**{reverse('person', args=[person])}")
    assert today.complaints == []


def test_a_slash_goes_to_the_search_and_a_question_mark_tells_the_keys(today: Seen) -> None:
    page = today.page
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("j")
    assert page.evaluate(HERE) == ""
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("j?")
    assert page.evaluate("document.activeElement.value") == "j?"
    assert today.complaints == []


def test_the_keys_can_be_turned_off(today: Seen) -> None:
    page = today.page
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("switch").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    assert page.evaluate(HERE) == ""
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate(HERE) == ""
    assert today.complaints == []


def test_a_promise_is_made_and_kept_in_the_client_book(seen: Seen) -> None:
    seen.open(f"{reverse('book')}?of=Liam%20Castellan")
    first = seen.page.locator("ol.book > li").first
    first.get_by_text("Promise something").click()
    first.get_by_label("What").fill("a card for the birthday")
    first.get_by_role("button", name="Promise", exact=True).click()
    first = seen.page.locator("ol.book > li").first
    first.get_by_text("a card for the birthday").wait_for()
    first.locator("li", has_text="a card for the birthday").get_by_role("button", name="Kept").click()
    seen.page.locator("ol.book > li").first.get_by_text("a card for the birthday").wait_for(state="detached")
    assert seen.complaints == []
