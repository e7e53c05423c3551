"""What changed since yesterday, by name, as one account may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.web.accounts.policy import may

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["NEWS", "News", "news_for"]

_SHOWN = 25

NEWS = """
    select news.person_id, news.kind, news.says, news.worth, people.name, people.email, people.phone, people.owner
    from news
    join people on people.person_id = news.person_id
    where not list_contains($1, news.person_id)
    order by news.worth desc nulls last, news.person_id, news.kind, news.says
"""


@dataclass(frozen=True)
class News:
    """What one account is told.

    Attributes:
        own: of the customers whom they look after.
        others: of the rest.
        more: how many people there is news of beside these.
    """

    own: tuple[dict[str, Any], ...]
    others: tuple[dict[str, Any], ...]
    more: int

    @property
    def people(self) -> int:
        """How many people there is news of."""
        return len(self.own) + len(self.others) + self.more


def news_for(account: Account, desk: Desk) -> News:
    """What changed, one line a person, the most valuable first; nobody who is shown to nobody."""
    if not may(account, "read"):
        return News((), (), 0)
    since = desk.since
    by_person: dict[str, dict[str, Any]] = {}
    for row in desk.snapshot.query(NEWS, [sorted(since.hidden)]):
        shown = since.shown_as(row["person_id"])
        known = by_person.setdefault(shown, {**row, "person_id": shown, "says": []})
        known["says"].append(row["says"])
        known["owner"] = since.owners.get(shown, known["owner"])
    rows = list(by_person.values())
    own = [row for row in rows if account.employee and row["owner"] == account.employee]
    others = [row for row in rows if row not in own]
    room = max(0, _SHOWN - len(own))
    return News(tuple(own[:_SHOWN]), tuple(others[:room]), max(0, len(own) - _SHOWN) + max(0, len(others) - room))
