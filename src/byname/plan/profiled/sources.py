"""What a profile is made of: the tables of a refresh, as they are once everybody's standing is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from byname.company import Settings
    from byname.engines import Table

__all__ = ["Day", "Sources"]


@dataclass(frozen=True)
class Sources:
    """Tables of a refresh.

    Attributes:
        facts: the newest version of each fact table, by name.
        people: the snapshot's `people`, everybody.
        persons: person_id of who may have a plan: children are not in it.
        record_person: record_id and person_id of these.
        companies: company_id and name, a row for each member.
        worth: the snapshot's `value`.
        dated: orders that count, each with its `day` in the company's zone.
        brought: who was brought by whom.
        voice: what each message was read as.
        stands: the tables of `standing.room`, by name.
        told: the tables of `voice.telling`, by name.
        consents: from `people.consents`.
        said_of_them: what colleagues decided, from `people.colleagues`.
    """

    facts: Mapping[str, Table]
    people: Table
    persons: Table
    record_person: Table
    companies: Table
    worth: Table
    dated: Table
    brought: Table
    voice: Table
    stands: Mapping[str, Table]
    told: Mapping[str, Table]
    consents: Table
    said_of_them: Table


@dataclass(frozen=True)
class Day:
    """The day on which we look, and how this company looks.

    Attributes:
        as_of: the last day that counts.
        until: its end, UTC.
        settings: of the company.
    """

    as_of: date
    until: datetime
    settings: Settings

    @property
    def zone(self) -> str:
        """The company's IANA zone."""
        return self.settings.zone
