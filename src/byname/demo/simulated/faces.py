"""Invented people: names as in many countries, addresses that nobody has, and how each system misspells them.

E-mail addresses are of example.com, example.org and example.net, which nobody owns.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.demo.simulated.people import BULK, COMPANY

if TYPE_CHECKING:
    from byname.demo.simulated.people import Nature

__all__ = ["Face", "invent", "slip"]

_FIRMS = "Bakery Studio Hotel Clinic Workshop Garage Nursery Library Theatre Café Logistics Print".split()
_TWO_ACCOUNTS = 0.05
_OTHER_ADDRESS = 0.06
_SAME_ROOF = 0.1
_SAME_NAME = 0.7  # most of those who live together
_GIVES_PHONE = 0.7


@dataclass(frozen=True)
class Face:
    """How a person is known.

    Attributes:
        customer_id: the number in the shop.
        given, family: names.
        email: the address they mostly use.
        other_email: one used with the help desk; the same for most.
        phone: with the country's code; "" where they gave none.
        street, city, postcode, country, language: where they live.
        company: for which they buy, or "".
        handle: on the community's site.
        second: the number of their second account in the shop, or "": another address, a misspelt name.
        second_email: the address of that account.
        user_id: in the app.
    """

    customer_id: str
    given: str
    family: str
    email: str
    other_email: str
    phone: str
    street: str
    city: str
    postcode: str
    country: str
    language: str
    company: str
    handle: str
    second: str
    second_email: str
    user_id: str


def invent(rng: np.random.Generator, nature: Nature) -> list[Face]:
    """A face for each person; every tenth lives with the one before."""
    size, lands = len(nature), _lands()
    land = rng.choice(len(lands), size, p=np.array([one["share"] for one in lands])).tolist()
    picks = rng.integers(0, 1 << 30, (size, 8)).tolist()
    chances = rng.random((size, 5)).tolist()
    faces: list[Face] = []
    for number in range(size):
        face = _one(number, lands[land[number]], picks[number], chances[number], int(nature.kind[number]))
        if faces and chances[number][0] < _SAME_ROOF:
            before = faces[-1]
            family = before.family if chances[number][1] < _SAME_NAME else face.family
            face = replace(
                face, street=before.street, city=before.city, postcode=before.postcode, country=before.country,
                language=before.language, family=family,
            )  # fmt: skip
        faces.append(face)
    return faces


@cache
def _lands() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((files(__package__) / "lands.toml").read_text("utf-8"))["land"]
    for land in found:
        for words in ("given", "begin", "end"):
            land[words] = land[words].split()
    return found


def _one(number: int, land: dict[str, Any], pick: list[int], chance: list[float], kind: int) -> Face:
    def of(words: str, at: int) -> str:
        return str(land[words][pick[at] % len(land[words])])

    given, family = of("given", 0), of("begin", 1) + of("end", 2)
    first, last = _plain(given), _plain(family)
    host = ("example.com", "example.com", "example.com", "example.org", "example.net")[pick[4] % 5]
    email = f"{(f'{first}.{last}', first + last, f'{first[0]}.{last}')[pick[5] % 3]}{number}@{host}"
    two = chance[2] < _TWO_ACCOUNTS
    return Face(
        customer_id=str(7_010_000_000 + number),
        given=given,
        family=family,
        email=email,
        other_email=f"{first}.{number}@work.example" if chance[3] < _OTHER_ADDRESS else email,
        phone=_phone(number, land) if chance[4] < _GIVES_PHONE else "",
        street=f"{1 + pick[7] % 140} {of('streets', 3)}",
        city=of("towns", 4),
        postcode=f"{10_000 + pick[6] % 89_000}",
        country=land["country"],
        language=land["language"],
        company=f"{family} {_FIRMS[pick[3] % len(_FIRMS)]}" if kind in (COMPANY, BULK) else "",
        handle=f"{first}_{number}",
        second=str(7_090_000_000 + number) if two else "",
        second_email=f"{last}.{number}@example.net" if two else "",
        user_id=f"u{number:06d}",
    )


def _phone(number: int, land: dict[str, Any]) -> str:
    """With zeros where no exchange has them; one for each person, and neighbours do not look alike."""
    return f"{land['code']} 20 {number * 7_919 % 1_000_000:0{land['digits'] - 2}d}"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def slip(text: str, pick: int) -> str:
    """The text with two neighbouring letters changed about, as in haste; short texts stay."""
    if len(text) < 4:  # noqa: PLR2004 - a short name is hardly misspelt
        return text
    at = 1 + pick % (len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
