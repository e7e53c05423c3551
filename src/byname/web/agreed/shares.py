"""Whether perks are fairly shared: who has one, by what people are worth (S2.14)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.snapshot import Snapshot
    from byname.web.agreed.saying import Agreed
    from byname.web.desk import Desk

__all__ = ["Share", "shares"]

_YEAR = timedelta(days=365)
_BANDS = """
    select case when rank_share <= 0.1 then 'tenth' when rank_share <= 0.5 then 'half' when rank_share is not null
                then 'rest' else 'unknown' end as band,
           count(*) as people
    from profile
    group by band
"""
_TENTH, _HALF = 0.1, 0.5


@dataclass(frozen=True)
class Share:
    """One band of worth.

    Attributes:
        says: which people.
        people: how many they are.
        got: how many of them got a perk within a year.
        perks: granted to them within a year.
        of_all: their share of all these perks; None where there is none.
    """

    says: str
    people: int
    got: int
    perks: int
    of_all: float | None

    @property
    def of_them(self) -> float | None:
        """The share of these people who got any."""
        return self.got / self.people if self.people else None


def shares(desk: Desk, agreed: Mapping[str, Agreed]) -> list[Share]:
    """Perks granted within a year, by what people are worth; the best first, everybody last."""
    people = remembered(_people, desk.snapshot)
    since = datetime.now(UTC) - _YEAR
    granted = {person: many for person, own in agreed.items() if (many := sum(perk.at >= since for perk in own.perks))}
    ranks = {
        row["person_id"]: row["rank_share"]
        for row in desk.snapshot.rows("profile", sorted(granted), ("person_id", "rank_share"))
    }
    got, perks = Counter[str](), Counter[str]()
    for person, many in granted.items():
        band = _band(ranks.get(person))
        got[band] += 1
        perks[band] += many
    every = sum(perks.values())
    words = {
        "tenth": _("the tenth who are worth most"),
        "half": _("the others of the upper half"),
        "rest": _("the lower half"),
        "unknown": _("worth not known yet"),
    }
    found = [
        Share(says, people.get(band, 0), got[band], perks[band], perks[band] / every if every else None)
        for band, says in words.items()
    ]
    return [*found, Share(_("everybody"), sum(people.values()), got.total(), every, 1.0 if every else None)]


def _people(snapshot: Snapshot) -> dict[str, int]:
    return {row["band"]: row["people"] for row in snapshot.query(_BANDS)}


def _band(rank_share: float | None) -> str:
    if rank_share is None:
        return "unknown"
    return "tenth" if rank_share <= _TENTH else "half" if rank_share <= _HALF else "rest"
