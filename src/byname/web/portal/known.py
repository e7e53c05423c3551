"""What is held of her and from where, what was concluded of it and how, in plain words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.people.decisions import KINDS
from byname.web.console.person.brief import Brief
from byname.web.console.person.owed import Promised, promised
from byname.web.console.person.plain import plain
from byname.web.portal.correcting import CORRECTION
from byname.web.portal.words import source_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.web.portal.whom import Her
    from byname.web.written.shape import Said

__all__ = ["Concluded", "Held", "concluded", "details", "held", "kind_word", "promises", "seen"]

_BANDS = (0, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)
_REASONS = 5
_NOT_SHOWN = (*KINDS, CORRECTION)  # of who is who it names others; what she corrected stands on a page of its own
_TOP, _UPPER, _LOWER = 0.1, 0.33, 0.67


@dataclass(frozen=True)
class Held:
    """How much is held.

    Attributes:
        things: facts.
        sources: each system with how many come from it, most first.
        kinds: likewise each kind, in words.
    """

    things: int
    sources: list[tuple[str, int]]
    kinds: list[tuple[str, int]]


@dataclass(frozen=True)
class Concluded:
    """What was concluded.

    Attributes:
        standing: one of the five, or unknown; empty where nothing is concluded, as for children.
        says: the same in a sentence.
        reasons: the evidence, the strongest first: says, occurred_at.
        band: what she may spend within the horizon, as a range; empty where it is not known.
        place: among all customers, in a sentence; likewise.
        more: how many reasons there are besides.
    """

    standing: str
    says: str
    reasons: list[dict[str, Any]]
    band: str
    place: str
    more: int


def seen(her: Her) -> tuple[Said, ...]:
    """What was written of her since the snapshot, without what colleagues keep to their team."""
    said = her.desk.since.said.get(her.person_id, ())
    return tuple(one for one in said if not one.private_to and one.kind not in _NOT_SHOWN)


def held(her: Her) -> Held:
    """How much is held of her, by source and by kind."""
    facts = {(row["fact_id"], row["role"]): row["source"] for row in her.links}
    sources = Counter(source_word(source) for source in facts.values())
    kinds = Counter(role for _fact, role in facts)
    since = [one for one in seen(her) if one.table != "decisions"]
    if since:
        sources[source_word("byname")] += len(since)
        kinds["here"] += len(since)
    return Held(
        sum(kinds.values()),
        sources.most_common(),
        [(kind_word(kind), many) for kind, many in kinds.most_common()],
    )


def details(her: Her) -> list[tuple[str, str, str]]:
    """Name, e-mail, phone and address: what it is, as we have it, and where it came from."""
    columns = ("name", "email", "phone", "street", "postcode", "city", "country", "language", "company_id")
    from_where = ("name_from", "email_from", "phone_from", "address_from")
    (row,) = her.desk.snapshot.rows("people", [her.person_id], (*columns, *from_where))
    address = ", ".join(row[name] for name in ("street", "postcode", "city", "country") if row[name])
    return [
        (_("Name"), row["name"] or "", row["name_from"] or ""),
        (_("E-mail"), row["email"] or "", row["email_from"] or ""),
        (_("Phone"), row["phone"] or "", row["phone_from"] or ""),
        (_("Address"), address, row["address_from"] or ""),
        (_("Language"), row["language"] or "", ""),
    ]


def concluded(her: Her, most: int = _REASONS) -> Concluded:
    """What was concluded of her, with so many reasons at most."""
    snapshot = her.desk.snapshot
    standings = snapshot.rows("standing", [her.person_id], ("standing", "confidence"))
    if not standings:
        return Concluded("", _("We conclude nothing about you."), [], "", "", 0)
    stands = her.desk.since.standings.get(her.person_id) or standings[0]["standing"] or "unknown"
    evidence = snapshot.rows("evidence", her.people, ("occurred_at", "says", "pull", "place"))
    pulling = sorted((row for row in evidence if row["pull"] > 0 or most > _REASONS), key=lambda row: row["place"])
    reasons = [{**row, "says": plain(row["says"])} for row in pulling[:most]]
    worth = next(iter(snapshot.rows("value", her.people, ("expected_spend",))), None)
    place = next(iter(snapshot.rows("profile", [her.person_id], ("rank_share",))), {}).get("rank_share")
    return Concluded(
        stands,
        _standing_says(stands),
        reasons,
        _band(worth, snapshot.terms),
        _place_says(place),
        len(evidence) - len(reasons),
    )


def promises(her: Her) -> list[Promised]:
    """What was promised to her, open ones first, and whether it was kept."""
    columns = ("fact_id", "what", "made_at", "due_at", "employee", "kept_at", "state")
    rows = her.desk.snapshot.rows("promises", her.people, columns)
    made = [row | {"what": plain(row["what"])} for row in rows]
    return promised(Brief(person={}, promises=made, since=seen(her)), her.desk.since.kept)


def kind_word(kind: str) -> str:
    """What it is, for a person; another kind is called as its source calls it."""
    return {
        "customer": _("entries in customer lists"),
        "order": _("orders"),
        "return": _("returns"),
        "subscription": _("subscriptions"),
        "ticket": _("letters to our service"),
        "review": _("reviews"),
        "post": _("posts"),
        "survey": _("answers to questions"),
        "rating": _("ratings"),
        "referrer": _("friends whom you brought"),
        "referred": _("how you came to us"),
        "idea": _("ideas"),
        "vote": _("votes on ideas"),
        "usage": _("visits and uses"),
        "contact": _("times that we reached out to you"),
        "answer": _("your answers to that"),
        "consent": _("consents, given or not"),
        "preference": _("wishes"),
        "promise": _("promises to you"),
        "here": _("things written on these pages"),
    }.get(kind, kind.replace("_", " "))


def _standing_says(standing: str) -> str:
    return {
        "loyal": _("You like it here and stay, without much talk."),
        "advocate": _("You like it here, and tell others so."),
        "neutral": _("You are content, and might as well buy elsewhere."),
        "dissatisfied": _("Something was not right for you, though you hardly said so."),
        "actively_dissatisfied": _("Something went wrong for you, and you told us or others."),
    }.get(standing, _("We do not know how you feel about us."))


def _band(worth: Mapping[str, Any] | None, terms: Mapping[str, str]) -> str:
    expected = None if worth is None else worth["expected_spend"]
    if expected is None:
        return ""
    said = {"currency": terms["currency"]}
    if expected >= _BANDS[-1]:
        return _("more than %(low)s %(currency)s") % {**said, "low": f"{_BANDS[-1]:,}"}
    high = next(edge for edge in _BANDS if edge > expected)
    low = max(edge for edge in _BANDS if edge <= max(expected, 0))
    return _("between %(low)s and %(high)s %(currency)s") % {**said, "low": f"{low:,}", "high": f"{high:,}"}


def _place_says(share: float | None) -> str:
    if share is None:
        return ""
    if share <= _TOP:
        return _("You are among those who buy most here.")
    if share <= _UPPER:
        return _("You buy more here than most.")
    return _("You buy about as much here as most.") if share <= _LOWER else _("You buy less here than most.")
