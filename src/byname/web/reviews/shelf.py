"""The reviews that customers wrote here: who allows to show theirs, which colleagues took from view, what all say.

A permission has a scope, this page, and perhaps an end; the newest word of its author holds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from byname.web.portal.whom import is_erased
from byname.web.reviews.models import Reason, TakenDown
from byname.web.written.given import given
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.web.desk import Desk

__all__ = ["Review", "Shelf", "Sums", "shelf"]


@dataclass(frozen=True)
class Review:
    """One review.

    Attributes:
        fact: the message.
        stars: 1 to 5.
        author: the author's person_id; empty where it is nobody's any more.
        shown_as: the name under which its author allows to show it; empty: it is not to be shown.
        until: the last moment of that permission, UTC; None: until it is withdrawn.
        down: why colleagues took it from view; None: they did not.
    """

    fact: Mapping[str, Any]
    stars: int
    author: str
    shown_as: str
    until: datetime | None
    down: TakenDown | None

    @property
    def number(self) -> str:
        """By which addresses name it."""
        return str(self.fact["source_id"])

    @property
    def fact_id(self) -> str:
        """Of the message."""
        return str(self.fact["fact_id"])

    @property
    def is_public(self) -> bool:
        """May anybody see it?"""
        return bool(self.shown_as) and self.down is None

    @property
    def last(self) -> datetime | None:
        """Within the last day on which it may be shown."""
        return self.until and (self.until - timedelta(microseconds=1)).replace(tzinfo=UTC)

    @property
    def day(self) -> datetime:
        """When it was written."""
        at: datetime = self.fact["occurred_at"].replace(tzinfo=UTC)
        return at


@dataclass(frozen=True)
class Sums:
    """What all reviews say, those that are not shown too, so that nobody can better them by hiding.

    Attributes:
        many: all reviews.
        stars: their mean; None where there is none.
        shown: how many of them stand on the page.
        shown_stars: the mean of these.
        private: how many their authors do not want shown.
        down: for each reason in words, how many were taken from view.
    """

    many: int
    stars: float | None
    shown: int
    shown_stars: float | None
    private: int
    down: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Shelf:
    """All reviews, the newest first."""

    reviews: tuple[Review, ...]

    def one(self, number: str) -> Review | None:
        """The review of that number."""
        return next((review for review in self.reviews if review.number == number), None)

    def public(self) -> list[Review]:
        """What anybody may see."""
        return [review for review in self.reviews if review.is_public]

    def of(self, people: Sequence[str]) -> list[Review]:
        """What these person_ids wrote."""
        return [review for review in self.reviews if review.author in people]

    def sums(self) -> Sums:
        """What all say together."""
        shown = [review.stars for review in self.public()]
        every = [review.stars for review in self.reviews]
        down = Counter(Reason(review.down.reason).label for review in self.reviews if review.down)
        return Sums(
            len(every),
            sum(every) / len(every) if every else None,
            len(shown),
            sum(shown) / len(shown) if shown else None,
            sum(not review.shown_as and review.down is None for review in self.reviews),
            tuple(sorted((str(why), many) for why, many in down.items())),
        )


def shelf(desk: Desk) -> Shelf:
    """The reviews as they stand now."""
    rows = given(desk.company, ("messages", "ratings", "decisions"))
    people = whose(desk.company, desk.snapshot)
    people.look_up({row["record_id"] for row in rows["messages"]})
    now = datetime.now(UTC).replace(tzinfo=None)
    stars = {row["source_id"]: int(row["score"]) for row in rows["ratings"]}
    allowed = {row["source_id"]: row for row in rows["decisions"]}
    down = {one.fact_id: one for one in TakenDown.objects.all()}

    def review(row: Mapping[str, Any], author: str) -> Review:
        may = allowed.get(f"{row['source_id']}-show")
        until = may["until"] if may else None
        is_shown = may is not None and (until is None or until > now) and author not in desk.since.hidden
        shown_as = (may["value"] or "") if may is not None and is_shown else ""
        return Review(row, stars[f"{row['source_id']}-stars"], author, shown_as, until, down.get(row["fact_id"]))

    found = []
    for row in rows["messages"]:
        known = people.person(row["record_id"])
        author = desk.since.shown_as(known) if known else ""
        if f"{row['source_id']}-stars" in stars and not is_erased(desk, author):
            found.append(review(row, author))
    return Shelf(tuple(sorted(found, key=lambda one: (one.day, one.number), reverse=True)))
