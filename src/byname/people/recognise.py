"""Who is standing at the till, calling, writing? One record against everybody known, without a refresh.

Exact keys first, by index; then the people who share a block with the record, scored as a refresh would score them:
the same fields, levels, weights and mixture, on a few candidates instead of millions of pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from byname.people.comparisons import FIELDS
from byname.people.keys import email_key, phone_key
from byname.people.mixture import corrected
from byname.people.names import Agreement, names_agree, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byname.people.linkage import Model

__all__ = ["Face", "Index", "Recogniser", "blocks", "recognise"]

_CANDIDATES = 200
_SHOWN = 0.05
_KEY = 0.99  # a key that is used freely, with a name that does not disagree
_TITLES = {"e-mail": "same e-mail", "phone": "same phone", "id": "same id"}


@dataclass(frozen=True)
class Face:
    """What a person, or the record to recognise, looks like; '' where it is not known."""

    given: str = ""
    family: str = ""
    born: str = ""
    postcode: str = ""
    street: str = ""
    city: str = ""
    email: str = ""
    phone: str = ""
    number: str = ""


class Index(Protocol):
    """What recognising needs of a snapshot."""

    def by_key(self, values: Iterable[str]) -> list[tuple[str, str, Face]]:
        """Kind, person_id and face of whom these keys lead to."""
        ...

    def by_block(self, values: Iterable[str], most: int) -> list[tuple[str, Face]]:
        """Person_id and face of people in these blocks, the smallest blocks first."""
        ...

    def share(self, field: str, value: str) -> float:
        """How many of all people have that value of that field; 0 if it is not a frequent one."""
        ...


@dataclass(frozen=True)
class Recogniser:
    """What the levels are worth, and the shares of all pairs, as the refresh found them."""

    model: Model
    person_share: float
    household_share: float
    country: str


def recognise(record: Mapping[str, Any], index: Index, by: Recogniser) -> list[tuple[str, float, str]]:
    """Who this record may be: (person_id, probability, reason), the likeliest first.

    Args:
        record: any of name, given_name, family_name, email, phone, birth_date, street, postcode, city, country,
            external_ids, personal_number.
        index: of the current snapshot.
        by: the weights of the current snapshot.
    """
    face, keys = _face(record, by.country)
    found: dict[str, tuple[float, str]] = {}
    named: dict[str, list[tuple[str, Face, Agreement | None]]] = {}
    for kind, person, known in index.by_key(keys):
        named.setdefault(kind, []).append(
            (person, known, names_agree(face.given, face.family, known.given, known.family))
        )
    for kind, people in named.items():
        agreeing = [one for one in people if one[2] is not None and one[2] >= Agreement.ALIKE]
        chosen = agreeing or ([one for one in people if one[2] is None] if len(people) == 1 or not face.given else [])
        for person, _, agreement in chosen:
            sure = _KEY / len(chosen) if agreement is None else (_KEY if len(chosen) == 1 else _KEY / len(chosen))
            words = _TITLES[kind] + (
                "; no first name to compare"
                if agreement is None
                else "; same first name"
                if agreement is Agreement.SAME
                else "; first name agrees"
            )
            if sure > found.get(person, (0.0, ""))[0]:
                found[person] = (sure, words)
    for person, known in index.by_block(blocks(face), _CANDIDATES):
        probability, words = _scored(face, known, index, by)
        if probability >= _SHOWN and probability > found.get(person, (0.0, ""))[0]:
            found[person] = (probability, words)
    ranked = sorted(found.items(), key=lambda one: (-one[1][0], one[0]))
    return [(person, round(probability, 4), f"{words}; {probability:.3f}") for person, (probability, words) in ranked]


def blocks(face: Face) -> list[str]:
    """The blocks that a face is in: few, and each rarely large."""
    made = (
        ("n", face.given, face.family), ("p", face.family, face.postcode), ("i", face.given[:1], face.postcode),
        ("b", face.born, face.given[:1]), ("d", face.born, face.family[:1]), ("s", face.street, face.given[:1]),
        ("m", face.email.partition("@")[0], "-"),
    )  # fmt: skip
    return ["|".join(parts) for parts in made if all(parts)]


def _face(record: Mapping[str, Any], country: str) -> tuple[Face, list[str]]:
    given, family = split(record.get("name"), record.get("given_name"), record.get("family_name"))
    born = record.get("birth_date") or ""
    email = email_key(str(record.get("email") or "")) or ""
    phone = phone_key(str(record.get("phone") or ""), str(record.get("country") or country).upper()[:2]) or ""
    ids = [str(one) for one in record.get("external_ids") or ()]
    face = Face(
        given=given,
        family=family,
        born=born.isoformat()[:10] if isinstance(born, date) else str(born)[:10],
        postcode=str(record.get("postcode") or "").lower().replace(" ", ""),
        street=str(record.get("street") or "").lower().strip(),
        city=str(record.get("city") or "").lower().strip(),
        email=email,
        phone=phone,
        number=str(record.get("personal_number") or ""),
    )
    return face, [key for key in (email, phone, *ids) if key]


def _scored(face: Face, known: Face, index: Index, by: Recogniser) -> tuple[float, str]:
    """P(one person) of two faces, by the mixture of `mixture.mix`, and the reason."""
    weights = by.model.weights()
    person, household = math.log2(max(by.person_share, 1e-12)), math.log2(max(by.household_share, 1e-12))
    words = []
    for field in FIELDS:
        if field.name not in weights:
            continue
        one, two = getattr(face, field.name), getattr(known, field.name)
        if not one or not two:
            continue
        level = _level(field.name, face, known)
        if level < 0:
            continue
        worth = weights[field.name]
        u = corrected(worth, by.person_share, by.household_share)[level]
        if level == 0 and field.by_frequency:
            u = index.share(field.name, one) or u
        person += math.log2(max(worth.m[level], 1e-5) / u)
        household += math.log2(worth.h[level] / u)
        if text := field.levels[level].says:
            words.append((level, text))
    top = max(person, household, 0.0)
    total = 2 ** (person - top) + 2 ** (household - top) + 2**-top
    return 2 ** (person - top) / total, "; ".join(text for _, text in sorted(words, key=lambda one: one[0]))


def _level(name: str, one: Face, two: Face) -> int:
    """The level of agreement, as the SQL of `comparisons` finds it; a test holds the two against each other."""
    left, right = getattr(one, name), getattr(two, name)
    swapped = bool(one.given) and one.given == two.family and one.family == two.given
    if name == "family" and swapped:
        return -1
    if left == right:
        return 0
    edits = DamerauLevenshtein.distance(left, right, score_cutoff=2)
    likeness = JaroWinkler.similarity(left, right)
    short, long = sorted((left, right), key=len)
    tests = {
        "given": (swapped, likeness >= 0.92 or (len(short) <= 3 and long.startswith(short)), likeness >= 0.8),
        "family": (edits <= 1, likeness >= 0.88),
        "born": (edits <= 1, edits <= 2 or left[:7] == right[:7], _days_between(left, right) <= 400),
        "postcode": (edits <= 1,),
        "street": (likeness >= 0.92, likeness >= 0.8),
        "city": (edits <= 1 or likeness >= 0.92, likeness >= 0.8),
        "email": (left.split("@")[0] == right.split("@")[0], edits <= 2, likeness >= 0.88),
        "phone": (edits <= 1,),
        "number": (),
    }[name]  # fmt: skip
    return next((place for place, holds in enumerate(tests, 1) if holds), len(tests) + 1)


def _days_between(one: str, two: str) -> float:
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(two)).days)
    except ValueError:
        return math.inf
