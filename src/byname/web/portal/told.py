"""What she asked of us, as it stands now: what the ledger has, and what was written since."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from byname.plan.channel_wishes import channel_wish, objected_to
from byname.plan.pace_words import pace_wish
from byname.web.portal.ledger import facts_by_id
from byname.web.written.models import Preference
from byname.web.written.versions import newest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byname.web.portal.whom import Her
    from byname.web.written.versions import Row

__all__ = ["Told"]


@dataclass(frozen=True)
class Told:
    """Her wishes.

    Attributes:
        every: the newest version of each, oldest first, also those that hold no longer.
        now: the end of today, UTC without a zone.
    """

    every: Sequence[Row]
    now: datetime

    @classmethod
    def of(cls, her: Her) -> Told:
        """Hers."""
        linked = [row["fact_id"] for row in her.links if row["role"] == "preference"]
        before = facts_by_id(her.desk.company, "preferences", linked)
        names = [field.attname for field in Preference._meta.fields]  # noqa: SLF001 - Django's own way
        since = [
            {name: _plain(value) for name, value in zip(names, row, strict=True)}
            for row in Preference.objects.filter(record_id__in=her.records).order_by("id").values_list(*names)
        ]
        company = her.desk.company
        rows = sorted(newest([*before, *since]), key=lambda row: (_said_at(row), row["fact_id"]))
        return cls(rows, company.end_of(company.today()))

    @cached_property
    def holding(self) -> list[Row]:
        """Those that hold today."""
        return [row for row in self.every if row["until"] is None or row["until"] >= self.now]

    def of_kind(self, *kinds: str) -> list[Row]:
        """Those that hold today, of these kinds."""
        return [row for row in self.holding if row["kind"] in kinds]

    @property
    def objections(self) -> list[Row]:
        """To marketing or profiling as a whole, or on some channel."""
        return [row for row in self.of_kind("objection") if objected_to(row["value"] or "")]

    @property
    def paces(self) -> list[Row]:
        """How often, without pauses; the newest is what holds."""
        return [row for row in self.of_kind("pace") if not pace_wish(row["value"] or "").pauses]

    @property
    def pauses(self) -> list[Row]:
        """Pauses."""
        return [row for row in self.of_kind("pace") if pace_wish(row["value"] or "").pauses]

    @cached_property
    def channels(self) -> dict[str, str]:
        """Of each channel of which she said something: "asked" or "refused", the newest word."""
        found: dict[str, str] = {}
        for row in self.of_kind("channel"):
            wish = channel_wish(row["value"] or "")
            found |= dict.fromkeys(wish.asked, "asked") | dict.fromkeys(wish.refused, "refused")
        return found


def _said_at(row: Row) -> datetime:
    said: datetime = row["occurred_at"] or row["updated_at"] or row.get("known_at") or row["written_at"]
    return said


def _plain(value: Any) -> Any:
    """An instant as facts have it: UTC without a zone."""
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value
