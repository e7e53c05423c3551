"""Personal data in a text, found by rules that check themselves, and names by those already held.

A card number has to pass Luhn's sum, an account number its own check (ISO 13616), so that order numbers stay readable.
Where it is doubtful, it is masked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Found", "find_personal", "hide", "mask"]

type Found = tuple[int, int, str]  # from, to (letters), what it is

_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"]{1,2000}", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_HANDLE = re.compile(r"(?<![\w@/.])@\w{1,50}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w.,])[+(]{0,2}\d(?:[ ()./\-\u00a0]{0,3}\d){6,21}(?![\w:])")
_DATE = re.compile(r"\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}(?:\s+\d{1,2}[.:]?\d{2})?")
_BEFORE_OTHERS = re.compile(
    r"(?:order|bestell\w*|commande|pedido|ordine|invoice|rechnung\w*|ticket|ref\w*|no|nr|#)[.:# ]{0,3}$", re.IGNORECASE
)
_BEFORE_PHONES = re.compile(
    r"(?:phone|call|tel|mobile|cell|text|whatsapp|ruf|handy|fon|m[óo]vil)\w{0,8}[ .:]{0,3}(?:(?:me|at|on|an|unter) ){0,2}$",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"\d+[.,]\d+")
_PLAIN_LINK = re.compile(r"(?:https?://|www\.)[^\s/?#@]{1,255}", re.IGNORECASE)
_NAMELIKE = re.compile(
    r"\b[^\W\d_a-z][\w'’]*(?:[ \t]+(?:(?:van|von|de|der|den|da|di|del|la|le) ){0,2}[^\W\d_a-z][\w'’]*){0,3}"
)
_SEVEN = re.compile(r"(?:\d[^\w]{0,3}){7}")

# Names that are words too: at the start of a sentence they are taken for the word.
_WORDS = frozenset(
    "will may mark rose grace joy hope faith art bill pat sue grant drew april june august bob rob jack iris dawn eve "
    "amber ruby summer autumn max chance chase miles trip frank earnest christian dean guy lance pierce rich wade".split()
)
_PHONE = (7, 15)  # digits, as ITU-T E.164 has it
_CARD = (13, 19)  # digits, as ISO/IEC 7812 has it
_IBAN_LENGTH = (15, 34)


def find_personal(text: str, names: frozenset[str] = frozenset()) -> list[Found]:
    """Find e-mail addresses, links that say more than a site, handles, phone, card and account numbers, names.

    Args:
        text: clean words.
        names: whole names and first names already held, in lower case.

    Returns:
        In order, none within another.
    """
    found: list[Found] = []
    if "@" in text:
        found += [(one.start(), one.end(), "e-mail") for one in _MAIL.finditer(text)]
        found += [(one.start(), one.end(), "handle") for one in _HANDLE.finditer(text)]
    if "://" in text or "www." in text.lower():
        found += _links(text)
    if _SEVEN.search(text):
        found += _numbers(text)
    if names:
        found += _names(text, names)
    return _apart(found) if len(found) > 1 else found


def _links(text: str) -> Iterator[Found]:
    """What follows the site may hold a key, a name or an order; the site alone is readable."""
    for link in _LINK.finditer(text):
        site = _PLAIN_LINK.match(link[0])
        end = site.end() if site else 0
        if end < len(link[0]) and link[0][end] != "@":
            if len(link[0]) - end > 1:
                yield link.start() + end, link.end(), "link"
        elif end < len(link[0]) or not site:
            yield link.start(), link.end(), "link"


def _numbers(text: str) -> Iterator[Found]:
    for one in _IBAN.finditer(text):
        length = _iban(one[0])
        if length:
            yield one.start(), one.start() + length, "account"
    for one in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", one[0])
        if _CARD[0] <= len(digits) <= _CARD[1] and _luhn(digits):
            yield one.start(), one.end(), "card"
        elif _PHONE[0] <= len(digits) <= _PHONE[1] and _like_phone(
            one[0], text[max(0, one.start() - 16) : one.start()]
        ):
            yield one.start(), one.end(), "phone"


def _iban(written: str) -> int:
    """How many letters of what is written are an account number; 0 if its check fails. A word may stand behind it."""
    ends = [place + 1 for place, letter in enumerate(written) if letter.isalnum()]
    for count in range(min(len(ends), _IBAN_LENGTH[1]), _IBAN_LENGTH[0] - 1, -1):
        plain = "".join(letter for letter in written[: ends[count - 1]] if letter.isalnum()).upper()
        turned = plain[4:] + plain[:4]
        if turned.isascii() and int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1:
            return ends[count - 1]
    return 0


def _luhn(digits: str) -> bool:
    if len(set(digits)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)  # noqa: PLR2004 - the digits of a number of two are summed
    return total % 10 == 0


def _like_phone(written: str, before: str) -> bool:
    """A plus, a leading nought, groups, or a word for a phone before it; a date or a bare number is none."""
    if _DATE.fullmatch(written.strip()) or _DECIMAL.fullmatch(written):
        return False
    if _BEFORE_OTHERS.search(before):
        return False
    groups = len(re.findall(r"\d+", written))
    return (
        written.lstrip("(").startswith(("+", "0"))
        or groups > 1
        or _BEFORE_PHONES.search(before) is not None
        or len(written) in {10, 11}
    )


def _names(text: str, names: frozenset[str]) -> Iterator[Found]:
    for run in _NAMELIKE.finditer(text):
        words = [(run.start() + one.start(), run.start() + one.end()) for one in re.finditer(r"[\w'’]+", run[0])]
        place = 0
        while place < len(words):
            for count in range(min(5, len(words) - place), 0, -1):
                start, end = words[place][0], words[place + count - 1][1]
                said = " ".join(text[start:end].lower().split()).removesuffix("'s").removesuffix("’s")
                if said in names and not (count == 1 and said in _WORDS and _begins(text, start)):
                    yield start, end, "name"
                    place += count - 1
                    break
            place += 1


def _begins(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return not before or before[-1] in ".!?:\n" or "\n" in text[len(before) : start]


def _apart(found: Sequence[Found]) -> list[Found]:
    """In order; of two that overlap one stands, from the first letter to the last of both."""
    apart: list[Found] = []
    for start, end, kind in sorted(found, key=lambda one: (one[0], -one[1])):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]), apart[-1][2])
        else:
            apart.append((start, end, kind))
    return apart


def mask(text: str, found: Sequence[Found], start: int = 0, end: int | None = None) -> str:
    """The text from `start` to before `end` with "[phone]" and the like in the place of what was found."""
    end = len(text) if end is None else end
    if not found:
        return text[start:end]
    said, last = [], start
    for begin, until, kind in found:
        if until <= start or begin >= end:
            continue
        path = "/" if kind == "link" and text[begin] == "/" else ""
        said += [text[last : max(begin, last)], f"{path}[{kind}]"]
        last = max(until, last)
    return "".join([*said, text[last:end]])


def hide(text: str, found: Sequence[Found], sign: str) -> str:
    """The text with `sign` for every letter of what was found: places stay the same."""
    for start, end, _ in found:
        text = f"{text[:start]}{sign * (end - start)}{text[end:]}"
    return text
