"""Addresses as keys: two spellings of one mailbox or one telephone are the same key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["email_key", "is_shared_mailbox", "matches", "phone_key"]

# The ordinary address needs no more than this; the rest goes through email-validator, forty times slower.
_ORDINARY = re.compile(
    r"[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*(?:\+[a-z0-9_-]+)*@(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]{2,24}"
)
_LONGEST_LOCAL = 63
_NOBODY = frozenset(
    (
        "noreply no-reply no_reply donotreply do-not-reply do_not_reply mailer-daemon postmaster bounce bounces "
        "nobody none null test anonymous unknown noemail no-email email guest"
    ).split()
)
_DESKS = frozenset(
    (
        "info office sales contact kontakt hello hallo admin administrator support service mail post shop store "
        "orders order billing accounts accounting buchhaltung einkauf purchasing reception team enquiries inquiries "
        "marketing hr jobs webmaster help helpdesk customerservice bestellung verkauf rechnung invoice invoices"
    ).split()
)
_DOTLESS = frozenset(("gmail.com", "googlemail.com"))
_SHORTEST_NUMBER = 7
_NOT_DIGITS = re.compile(r"[^0-9]")
_NATIONAL = re.compile(r"0[1-9][0-9 .()/-]*")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9 .()/-]*")


def email_key(written: str) -> str | None:
    """The mailbox that an address names, or None if it is none or is nobody's.

    Case, a display name around it and a +tag say nothing about whose it is; nor do full stops at Gmail.
    """
    text = written.strip().lower()
    if "<" in text and text.endswith(">"):
        text = text[text.rindex("<") + 1 : -1].strip()
    text = text.removeprefix("mailto:")
    if not _ORDINARY.fullmatch(text) or text.index("@") > _LONGEST_LOCAL:
        text = _validated(text)
        if not text:
            return None
    local, _, domain = text.rpartition("@")
    tagless = local.split("+", 1)[0] or local
    if domain in _DOTLESS:
        tagless, domain = tagless.replace(".", ""), "gmail.com"
    return None if tagless in _NOBODY else f"{tagless}@{domain}"


def _validated(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return found.normalized.lower()


def is_shared_mailbox(key: str) -> bool:
    """Is it a desk's address (info@, sales@), which several people of one company read?"""
    return key.partition("@")[0] in _DESKS


def phone_key(written: str, country: str) -> str | None:
    """The number in E.164, or None if it is none.

    Args:
        written: as somebody typed it.
        country: ISO code of the country whose national form it may be in.
    """
    import phonenumbers

    digits = _NOT_DIGITS.sub("", written)
    if len(digits) < _SHORTEST_NUMBER or len(set(digits)) == 1:
        return None
    if _INTERNATIONAL.fullmatch(written):
        if plain := _plain_number(digits):
            return plain
    elif _NATIONAL.fullmatch(written) and (plain := _plain_national(digits, country)):
        return plain
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    # An extension is somebody's desk behind a number that many share.
    tail = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + tail


def _plain_number(digits: str) -> str | None:
    """A number with its country code whose reading is plain: what the library says too, in a tenth of the time.

    None where the library has to look: an unknown country or length, a country with rules of its own, or digits that
    begin as its trunk prefix does ("+49 030").
    """
    for length in (1, 2, 3):
        known = _countries().get(digits[:length])
        if known is not None:
            national = digits[length:]
            plain = len(national) in known.lengths and not known.trunk.match(national)
            return f"+{digits}" if plain else None
    return None


def _plain_national(digits: str, country: str) -> str | None:
    """A number in its country's own form, with the trunk prefix 0, where its reading is plain; else None."""
    code = _national(country)
    known = _countries().get(code)
    if known is None:
        return None
    trunk = known.trunk.match(digits)
    plain = trunk is not None and trunk.group() == "0" and len(digits) - 1 in known.lengths
    return f"+{code}{digits[1:]}" if plain and not known.numbers.fullmatch(digits) else None


@cache
def _national(country: str) -> str:
    """The calling code of a country that is the first of its code and whose numbers keep no leading zero."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, country_code_for_region

    code = country_code_for_region(country)
    first = COUNTRY_CODE_TO_REGION_CODE.get(code, ("",))[0] == country
    return str(code) if first and country != "IT" else ""


@dataclass(frozen=True, slots=True)
class _Country:
    """A country whose numbers have no rule of their own: its trunk prefix, the lengths and the form of its numbers."""

    trunk: re.Pattern[str]
    lengths: frozenset[int]
    numbers: re.Pattern[str]


@cache
def _countries() -> dict[str, _Country]:
    """Calling code → the rules of its first country."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    found = {}
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        data = PhoneMetadata.metadata_for_region(regions[0])
        if data is not None and data.general_desc is not None and not data.national_prefix_transform_rule:
            found[str(code)] = _Country(
                re.compile(data.national_prefix_for_parsing or r"\Znothing"),
                frozenset(data.general_desc.possible_length),
                re.compile(data.general_desc.national_number_pattern or r"\Znothing"),
            )
    return found


def matches(value: str, patterns: Sequence[str]) -> bool:
    """Does one of the patterns (`*` stands for any letters) fit, whatever the case?"""
    return any(fnmatchcase(value.strip().lower(), pattern.strip().lower()) for pattern in patterns)
