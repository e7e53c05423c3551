"""Personal data is found by rules that check themselves, and masked."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.voice.masking import find_personal, hide, mask


def masked(text: str, names: frozenset[str] = frozenset()) -> str:
    return mask(text, find_personal(text, names))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to ann.low+shop@mail.example.co.uk now", "write to [e-mail] now"),
        ("call +49 (30) 1234567 today", "call [phone] today"),
        ("call me on 0171/2345678.", "call me on [phone]."),
        ("my card 4111 1111 1111 1111 was charged", "my card [card] was charged"),
        ("pay to DE89 3704 0044 0532 0130 00 please", "pay to [account] please"),
        ("pay to GB82WEST12345698765432", "pay to [account]"),
        ("ask @ann_low about it", "ask [handle] about it"),
        ("see https://shop.example/reset?token=abc123", "see https://shop.example/[link]"),
        ("see http://ann:secret@shop.example/x", "see [link]"),
    ],
)
def test_personal_data_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "order 12345678901 is late",
        "on 2020-02-03 12:30 it rang",
        "on 03.02.2020 it rang",
        "it cost 1234567.89 in all",
        "see https://shop.example/ for more",
        "flight 1234, seat 12",
    ],
)
def test_orders_dates_prices_and_sites_stay_readable(text: str) -> None:
    assert masked(text) == text


def test_a_card_or_an_account_that_fails_its_check_is_no_card_and_no_account() -> None:
    kinds = {kind for _, _, kind in find_personal("4111 1111 1111 1112 and DE88 3704 0044 0532 0130 00")}
    assert not kinds & {"card", "account"}


@given(st.text("0123456789", min_size=12, max_size=18))
@settings(deadline=None)
def test_every_number_with_a_luhn_digit_is_masked(digits: str) -> None:
    def total(number: str) -> int:
        return sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(number)))

    check = next(d for d in "0123456789" if total(digits + d) % 10 == 0)
    number = digits + check
    if len(set(number)) > 1:
        assert masked(f"number {number} it is") == "number [card] it is"


def test_names_already_held_are_masked_as_names_and_not_as_words() -> None:
    names = frozenset({"ann low", "will"})
    assert masked("I am Ann Low and Will knows. Will you help? I will wait.", names) == (
        "I am [name] and [name] knows. Will you help? I will wait."
    )
    assert masked("Ann Low's lamp", names) == "[name] lamp"


def test_a_part_of_a_text_is_masked_like_the_whole() -> None:
    text = "Hi. Call +49 30 1234567 now. Bye."
    found = find_personal(text)
    assert mask(text, found, 4, 28) == "Call [phone] now."


def test_what_is_hidden_keeps_every_place() -> None:
    text = "Call +49 30 1234567 now"
    hidden = hide(text, find_personal(text), "#")
    assert len(hidden) == len(text)
    assert hidden.endswith(" now")
    assert not any(letter.isdigit() for letter in hidden)


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="a1@. +-:/wAB(", max_size=80))
def test_what_is_found_lies_apart_and_in_order(text: str) -> None:
    last = 0
    for start, end, _ in find_personal(text, frozenset({"a b"})):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize(
    "text",
    [
        "1" * 4000,
        "1 " * 2000,
        "a@" * 2000,
        "A " * 2000,
        "a." * 2000 + "@",
        "DE12 " * 800,
        "www." * 1000,
        "@" * 4000,
        "AB12" + "A" * 4000,
        "(" * 4000,
    ],
)
def test_a_text_made_to_be_slow_takes_no_time(text: str) -> None:
    begin = time.process_time()
    find_personal(text, frozenset({"ann low"}))
    assert time.process_time() - begin < 0.5
