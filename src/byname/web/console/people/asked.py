"""What somebody asked of the list of people: which of them, ranked by what, and from where on. It is the address."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from byname.best import MEASURES
from byname.report.words import money
from byname.web.console.templatetags.said import standing_word

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOBODY", "NONE", "STAGES", "STANDINGS", "TOPS", "Asked", "asked_of", "called_by"]

STANDINGS = ("loyal", "advocate", "neutral", "dissatisfied", "actively_dissatisfied", "unknown")
STAGES = ("attention", "interest", "desire", "action")
TOPS = ("1", "10", "25")  # the best so many in a hundred
NONE = "none"  # no stage
NOBODY = "-"  # no owner, and nobody who knows them
_LONGEST = 120


@dataclass(frozen=True)
class Asked:
    """Which people, ranked by what.

    Attributes:
        by: a measure of `byname.best.MEASURES`.
        standing: one of `STANDINGS`; empty: all.
        top: one of `TOPS`; empty: all.
        low: worth at least so much.
        high: worth at most so much.
        stage: one of `STAGES`, or `NONE`; empty: all.
        owner: an employee, or `NOBODY`; empty: all.
        after: where the page before ended: its last measure, rank and person_id; empty: the first page.
    """

    by: str = "clv"
    standing: str = ""
    top: str = ""
    low: float | None = None
    high: float | None = None
    stage: str = ""
    owner: str = ""
    after: tuple[float, int, str] | None = None

    @property
    def is_filtered(self) -> bool:
        """Is it not everybody?"""
        return self != Asked(by=self.by, after=self.after)

    def query(self) -> str:
        """It as the query of an address, without the place; the same question has one spelling."""
        said = {"by": "" if self.by == "clv" else self.by, "standing": self.standing, "top": self.top}
        said |= {"low": _plain(self.low), "high": _plain(self.high), "stage": self.stage, "owner": self.owner}
        return urlencode({name: value for name, value in said.items() if value})

    def at(self, after: tuple[float, int, str] | None) -> Asked:
        """The same question from there on."""
        return replace(self, after=after)

    def page(self, after: tuple[float, int, str]) -> str:
        """The query of the next page."""
        place = urlencode({"after": f"{after[0]!r} {after[1]} {after[2]}"})
        return "&".join(filter(None, (self.query(), place)))

    def only(self, standing: str) -> str:
        """The query of the same question about those who stand there."""
        return replace(self, standing=standing, after=None).query()

    def says(self, currency: str) -> str:
        """It in words: "loyal, of the best 10%, worth 500 EUR or more"; empty: everybody."""
        parts = []
        if self.standing:
            parts.append(standing_word(self.standing))
        if self.top:
            parts.append(_("of the best %(share)s%%") % {"share": self.top})
        amounts = {"low": money(self.low), "high": money(self.high), "currency": currency}
        if self.low is not None and self.high is not None:
            parts.append(_("worth from %(low)s to %(high)s %(currency)s") % amounts)
        elif self.low is not None:
            parts.append(_("worth %(low)s %(currency)s or more") % amounts)
        elif self.high is not None:
            parts.append(_("worth %(high)s %(currency)s or less") % amounts)
        if self.stage:
            parts.append(_("no stage") if self.stage == NONE else stage_word(self.stage))
        if self.owner:
            parts.append(_("known to nobody") if self.owner == NOBODY else _("known to %(who)s") % {"who": self.owner})
        return ", ".join(parts)


def asked_of(said: Mapping[str, Any]) -> Asked:
    """What an address asks; what cannot be is left out, as if it had not been said."""
    return Asked(
        by=_one_of(said, "by", MEASURES) or "clv",
        standing=_one_of(said, "standing", STANDINGS),
        top=_one_of(said, "top", TOPS),
        low=_number(said.get("low", "")),
        high=_number(said.get("high", "")),
        stage=_one_of(said, "stage", (*STAGES, NONE)),
        owner=said.get("owner", "").replace("\0", "").strip()[:_LONGEST],
        after=_place(said.get("after", "")),
    )


def called_by(measure: str) -> str:
    """A measure in words."""
    return {
        "clv": _("worth"),
        "engagement": _("engagement value"),
        "growth": _("growth"),
        "referrals": _("friends brought"),
        "risk": _("worth at risk"),
    }[measure]


def stage_word(stage: str) -> str:
    """A stage in words."""
    return {
        "attention": _("has heard of us"),
        "interest": _("looks around"),
        "desire": _("wants something"),
        "action": _("buys"),
    }[stage]


def _one_of(said: Mapping[str, Any], name: str, known: Any) -> str:
    value = str(said.get(name, ""))
    return value if value in known else ""


def _number(text: str) -> float | None:
    try:
        number = float(text.strip().replace(",", "")[:_LONGEST])
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:.12g}"


def _place(text: str) -> tuple[float, int, str] | None:
    """Where a page ended, as `Asked.page` says it."""
    measure, _space, rest = text.partition(" ")
    rank, _space, person_id = rest.partition(" ")
    try:
        return float(measure), min(int(rank[:_LONGEST]), 2**62), person_id[:_LONGEST]
    except ValueError:
        return None
