"""May two written names be one person's? Folded spellings, short forms, swapped order; and what is no name at all.

Nicknames, initials, diacritics, transliteration and a slip of the pen are no disagreement. A gendered ending is one:
Maria and Mario are one letter apart, and two people of one household.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA, JaroWinkler

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Agreement", "classes", "first_names", "fold", "names_agree", "split"]


class Agreement(IntEnum):
    """How well two first names agree."""

    UNLIKE = 0
    NEAR = 1
    ALIKE = 2
    SAME = 3


_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "'": "", "’": ""}
    | dict(zip("абвгдезийклмнопрстуфцыэіґ", "a b v g d e z i i k l m n o p r s t u f c y e i g".split(), strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
    | {"є": "ye", "ї": "yi"}
    | dict(zip("αβγδεζηικλμνξοπρσςτυφω", "a v g d e z i i k l m n x o p r s s t y f o".split(), strict=True))
    | {"θ": "th", "χ": "ch", "ψ": "ps"}
)
_PLAIN = re.compile(r"[^a-z]+")
_TITLE = re.compile(r"^(?:(?:mr|mrs|ms|miss|dr|prof|herr|frau|mme|mlle|sr|sra|ing|dipl|mag)\b ?)+")
_NOBODY = frozenset(
    (
        "na unknown test tester testing guest customer none null anonymous anonym kunde kundin gast client cliente "
        "xxx user name firstname lastname vorname nachname noname unbekannt inconnu desconocido sconosciuto invitado"
    ).split()
) | {"n a", "first name", "last name", "no name", "not provided", "test test"}
_PREFIX, _TYPO, _TWO_TYPOS, _NEAR = 3, 5, 8, 0.7


def fold(text: str | None) -> str:
    """Lower case without marks, titles and punctuation, other alphabets in Latin letters; '' for what is no name."""
    if not text:
        return ""
    lowered = text.lower()
    if "@" in lowered:
        return ""
    if not lowered.isascii():
        apart = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
        lowered = "".join(one for one in apart if not unicodedata.combining(one)).lower().translate(_LETTERS)
    else:
        lowered = lowered.replace("'", "")
    if lowered.isascii():
        folded = _PLAIN.sub(" ", lowered).strip()
    else:
        folded = " ".join("".join(one if _letter(one) else " " for one in lowered).split())
    if sum(map(str.isdigit, lowered)) * 2 > len(lowered):
        return ""
    return _TITLE.sub("", folded).strip() or ("" if _TITLE.match(folded + " ") else folded)


def _letter(one: str) -> bool:
    return one.isalpha() or unicodedata.category(one).startswith("M")  # the vowel signs of many scripts


def split(name: str | None, given: str | None, family: str | None) -> tuple[str, str]:
    """First and last name, folded; a name of one word is a last name.

    Args:
        name: the whole name, used where the other two are empty: "Rosa Haddad" or "Haddad, Rosa".
        given: the first name as written.
        family: the last name as written.
    """
    if given or family:
        return _real(fold(given)), _real(fold(family))
    if not name:
        return "", ""
    if "," in name and "@" not in name:
        before, _, after = name.partition(",")
        return _real(fold(after)), _real(fold(before))
    folded = _real(fold(name))
    first, _, last = folded.rpartition(" ") if folded.count(" ") <= 1 else folded.partition(" ")
    return first, last


def _real(folded: str) -> str:
    if folded in _NOBODY or (len(folded) >= _PREFIX and len(set(folded)) == 1):
        return ""
    return folded


def _gendered(short: str, long: str) -> bool:
    """Do they differ by an ending that tells women from men?"""
    if long.startswith(short) and len(long) - len(short) <= 1:
        return long[-1] in "aeo" or (long[-1] in "ns" and short[-1] in "aeo")
    stem = _stem(short, long)
    one, two = short[stem:], long[stem:]
    return stem >= _PREFIX - 1 and {one, two} in _ENDINGS


_ENDINGS = [
    {"a", "o"}, {"a", "e"}, {"e", "o"}, {"a", "i"}, {"o", "i"}, {"e", "i"}, {"a", "us"}, {"a", "er"}, {"", "ina"},
    {"", "ine"}, {"", "ette"}, {"a", "an"}, {"a", "as"}, {"e", "a"}, {"ia", "ius"}, {"el", "elle"}, {"le", "la"},
    {"", "ne"}, {"", "le"}, {"", "na"}, {"ia", "ian"}, {"ie", "ia"}, {"", "ia"}, {"", "tte"}, {"er", "ra"},
    {"an", "ne"}, {"an", "na"}, {"ael", "elle"},
]  # fmt: skip


def _stem(one: str, two: str) -> int:
    for place, (left, right) in enumerate(zip(one, two, strict=False)):
        if left != right:
            return place
    return min(len(one), len(two))


_SOUNDS = (
    ("shch", "sh"), ("sch", "sh"), ("tch", "ch"), ("ph", "f"), ("kh", "h"), ("ck", "k"), ("th", "t"), ("ou", "u"),
    ("oe", "o"), ("ue", "u"), ("ae", "a"), ("iy", "i"), ("ei", "i"), ("ey", "i"), ("ie", "i"), ("yi", "i"), ("ji", "i"),
    ("y", "i"), ("j", "i"), ("w", "v"), ("c", "k"), ("q", "k"),
)  # fmt: skip


@lru_cache(1 << 16)
def _sound(name: str) -> str:
    for written, heard in _SOUNDS:
        name = name.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", name)


@cache
def _nicknames() -> dict[str, frozenset[int]]:
    """Name → the lines of the table that it stands in."""
    found: dict[str, set[int]] = {}
    text = (files("byname.people") / "nicknames.txt").read_text("utf-8")
    for number, line in enumerate(text.splitlines()):
        if not line.startswith("#"):
            for name in line.split():
                found.setdefault(name, set()).add(number)
    return {name: frozenset(lines) for name, lines in found.items()}


@lru_cache(1 << 18)
def first_names(one: str, two: str) -> Agreement:
    """How well two folded first names agree; neither is empty."""
    if one == two:
        return Agreement.SAME
    short, long = sorted((one, two), key=lambda name: (len(name), name))
    if len(short) == 1:
        return Agreement.ALIKE if long[0] == short else Agreement.UNLIKE
    nicknames = _nicknames()
    first, other = short.split(" ")[0], long.split(" ")[0]
    if nicknames.get(first, frozenset()) & nicknames.get(other, frozenset()):
        return Agreement.ALIKE
    if _gendered(short, long):
        return Agreement.UNLIKE
    if long.startswith(short) and len(short) >= _PREFIX:
        return Agreement.ALIKE
    heard = sorted((_sound(short), _sound(long)), key=len)
    if len(short) > _PREFIX and heard[0] == heard[1]:
        return Agreement.ALIKE
    if len(short) >= _TYPO and OSA.distance(short, long) <= (2 if len(short) >= _TWO_TYPOS else 1):
        return Agreement.ALIKE if not _gendered(*heard) else Agreement.UNLIKE
    return Agreement.NEAR if JaroWinkler.similarity(short, long) >= _NEAR else Agreement.UNLIKE


def names_agree(given_one: str, family_one: str, given_two: str, family_two: str) -> Agreement | None:
    """How well two people's names agree by the first name, in either order; None where one has no first name."""
    swapped = _swapped(given_one, family_one, given_two, family_two) or _swapped(
        given_two, family_two, given_one, family_one
    )
    if not given_one or not given_two:
        return Agreement.ALIKE if swapped else None
    agreement = first_names(given_one, given_two)
    return Agreement.ALIKE if swapped and agreement < Agreement.ALIKE else agreement


def _swapped(given_one: str, family_one: str, given_two: str, family_two: str) -> bool:
    """Is the one's first name the other's last, and the other way round, as far as both are known?"""
    if len(given_one) < 2 or len(family_two) < 2 or not given_two:  # noqa: PLR2004 - an initial proves no order
        return False
    if given_one[0] != family_two[0] or (family_one and family_one[0] != given_two[0]):
        return False  # swapped by a slip, a name is spelled as before
    return first_names(given_one, family_two) >= Agreement.ALIKE and (
        not family_one or (len(family_one) > 1 and first_names(family_one, given_two) >= Agreement.ALIKE)
    )


def classes(names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Which names under one address are one person's: name → number of the class.

    A name that agrees with two that disagree with each other may be either's, and has no class. A name without a first
    name is anybody's: it joins where there is one class only.
    """
    if len(names) == 2 and names[0][0] and names[1][0]:  # noqa: PLR2004 - a couple, most often
        return {names[0]: 1, names[1]: 1 if _one_person(*names) else 2}
    full = sorted({name for name in names if name[0]}, key=lambda name: (len(name[0]), name))
    friends = {one: {two for two in full if two != one and _one_person(one, two)} for one in full}
    unclear: set[tuple[str, str]] = set()
    for name in full:
        around = sorted(friends[name] - unclear)
        if any(not _one_person(one, two) for place, one in enumerate(around) for two in around[place + 1 :]):
            unclear.add(name)
    found: dict[tuple[str, str], int] = {}
    count = 0
    for name in full:
        if name in found or name in unclear:
            continue
        count += 1
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found[one] = count
                waiting += friends[one] - unclear
    if count == 0 or (count == 1 and not unclear):
        found |= dict.fromkeys((name for name in names if not name[0]), 1)
    return found


def _one_person(one: tuple[str, str], two: tuple[str, str]) -> bool:
    return (names_agree(*one, *two) or Agreement.UNLIKE) >= Agreement.ALIKE
