"""Two spellings of one mailbox or telephone are one key; what identifies nobody is none (S0.39, S4.15)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.people.keys import email_key, is_shared_mailbox, matches, phone_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Rosa.Haddad@Example.COM", "rosa.haddad@example.com"),
        (" rosa@example.com ", "rosa@example.com"),
        ("Rosa Haddad <rosa@example.com>", "rosa@example.com"),
        ("mailto:rosa@example.com", "rosa@example.com"),
        ("rosa+news@example.com", "rosa@example.com"),
        ("r.o.s.a@gmail.com", "rosa@gmail.com"),
        ("rosa@googlemail.com", "rosa@gmail.com"),
        ("r.o.s.a@example.com", "r.o.s.a@example.com"),
        ("jörg@exämple.com", "jörg@exämple.com"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("noreply@example.com", None),
        ("no-reply+17@example.com", None),
        ("rosa@", None),
        ("rosa", None),
        ("rosa@example", None),
        ("a@b@example.com", None),
        ("rosa..h@example.com", None),
        ("", None),
    ],
)
def test_an_address_is_its_mailbox(written: str, key: str | None) -> None:
    assert email_key(written) == key


@pytest.mark.parametrize(
    ("written", "country", "key"),
    [
        ("+49 30 1234567", "DE", "+49301234567"),
        ("030 1234567", "DE", "+49301234567"),
        ("0049 30 1234567", "DE", "+49301234567"),
        ("+44 (0)20 7946 0018", "DE", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("(212) 555-0142", "US", "+12125550142"),
        ("+55 (12) 3923-5555", "DE", "+551239235555"),
        ("030 1234567 ext 12", "DE", "+49301234567;ext=12"),
        ("00000000000", "DE", None),
        ("12345", "DE", None),
        ("call me", "DE", None),
        ("", "DE", None),
    ],
)
def test_a_number_is_the_same_in_every_spelling(written: str, country: str, key: str | None) -> None:
    assert phone_key(written, country) == key


@settings(deadline=None)  # the first call loads tables
@given(st.text(max_size=40))
def test_no_text_breaks_a_key(text: str) -> None:
    key = email_key(text)
    assert key is None or ("@" in key and key == key.strip())
    number = phone_key(text, "DE")
    assert number is None or number.startswith("+")


@settings(deadline=None)  # the first call loads tables
@given(st.from_regex(r"[a-z][a-z0-9]{0,10}@[a-z]{1,10}\.[a-z]{2,5}", fullmatch=True))
def test_a_key_is_its_own_key(address: str) -> None:
    key = email_key(address)
    assert key is None or email_key(key) == key
    assert email_key(address.upper()) == key


def test_a_desk_is_no_persons_mailbox() -> None:
    assert is_shared_mailbox("info@example.com")
    assert not is_shared_mailbox("rosa@example.com")


def test_a_pattern_stands_for_any_letters_whatever_the_case() -> None:
    assert matches("Ines@Acme.Example", ["*@acme.example"])
    assert not matches("ines@acme.example.org", ["*@acme.example"])


@settings(deadline=None)  # the first call loads tables
@given(
    st.sampled_from(
        ["1", "7", "33", "34", "39", "43", "44", "49", "52", "54", "55", "61", "81", "86", "91", "353", "420", "972"]
    ),
    st.text("0123456789", min_size=5, max_size=13),
)
def test_the_quick_way_says_what_the_library_says(code: str, national: str) -> None:
    import phonenumbers

    written = f"+{code} {national}"
    number = phonenumbers.parse(written, None)
    said = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = code + national
    expected = said if phonenumbers.is_possible_number(number) and len(set(digits)) > 1 and len(digits) > 6 else None
    assert phone_key(written, "DE") == expected


@settings(deadline=None)  # the first call loads tables
@given(
    st.sampled_from(["DE", "GB", "FR", "AT", "NL", "CH", "AU", "ES", "IT", "US", "JP", "BR", "IN", "ZA", "SE", "PL"]),
    st.text("0123456789", min_size=5, max_size=13),
)
def test_the_quick_way_says_what_the_library_says_of_national_forms(country: str, national: str) -> None:
    import phonenumbers

    written = f"0{national}"
    if len(set(written)) == 1 or len(written) < 7:
        assert phone_key(written, country) is None
        return
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        assert phone_key(written, country) is None
        return
    said = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert phone_key(written, country) == (said if phonenumbers.is_possible_number(number) else None)
