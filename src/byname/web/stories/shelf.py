"""Stories and lent words as they stand now: what their authors allow with each, and what is taken from view.

A story is a message of the medium "story". Lent words are a sentence out of anything else that somebody wrote to us, as
the voice room read it, with personal data masked. Each has a permission of its own; what a colleague noted of all words
of a person shows none of them to the public. Whatever ended, was withdrawn, or is by somebody who restricted or was
erased, is allowed nowhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from byname.people.decisions import undone_by
from byname.permitting import Scope, text_id
from byname.web.portal.whom import is_erased
from byname.web.remembered import remembered
from byname.web.reviews.models import Reason, TakenDown
from byname.web.stories.places import OUR_PAGE, place_word
from byname.web.written.given import given
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk
    from byname.web.portal.whom import Her

__all__ = ["ENDS_SOON_DAYS", "May", "Shelf", "Words", "lendable", "shelf"]

ENDS_SOON_DAYS = 30
_TEXTS = """
    select fact_id, person_id, quote, medium, occurred_at
    from voice
    where fact_id in (select unnest($1::varchar[])) and quote is not null and sensitive is false
      and coalesce(topic, '') <> 'sensitive'
"""

type _Row = Mapping[str, Any]


@dataclass(frozen=True)
class May:
    """What somebody allows.

    Attributes:
        scope: where, and under which name.
        until: the last moment, UTC; None: until they withdraw it.
        since: when it was said, UTC.
        by: who said it, as the fact has it.
    """

    scope: Scope
    until: datetime | None
    since: datetime
    by: str

    @property
    def places(self) -> list[str]:
        """Where, in words."""
        return [place_word(one) for one in self.scope.places]

    @property
    def last(self) -> datetime | None:
        """Within the last day on which it holds."""
        return self.until and self.until - timedelta(microseconds=1)

    @property
    def days_left(self) -> int | None:
        """Until it ends; None: it has no end."""
        return None if self.until is None else max(0, (self.until - datetime.now(UTC)).days)

    @property
    def ends_soon(self) -> bool:
        """Does it end within the next days?"""
        return self.days_left is not None and self.days_left <= ENDS_SOON_DAYS


@dataclass(frozen=True)
class Words:
    """A story, or words lent.

    Attributes:
        fact_id: of the message.
        author: their person_id; empty where it is nobody's any more.
        title: in a few words; may be empty.
        text: the words.
        medium: story, review, mail, …
        at: when they were written, UTC.
        may: where they may be used; None: nowhere.
        down: why colleagues took them from view; None: they did not.
    """

    fact_id: str
    author: str
    title: str
    text: str
    medium: str
    at: datetime
    may: May | None
    down: TakenDown | None

    @property
    def number(self) -> str:
        """By which addresses name it."""
        return self.fact_id

    @property
    def is_story(self) -> bool:
        """Was it told as a story?"""
        return self.medium == "story"

    @property
    def is_public(self) -> bool:
        """May anybody read it?"""
        return self.may is not None and OUR_PAGE in self.may.scope.places and self.down is None


@dataclass(frozen=True)
class Shelf:
    """All of them, the newest first.

    Attributes:
        words: each text.
        noted: what was noted of all words of a person, by person_id, where it holds.
    """

    words: tuple[Words, ...]
    noted: Mapping[str, May]

    def one(self, number: str) -> Words | None:
        """The text of that number."""
        return next((one for one in self.words if one.number == number), None)

    def of(self, people: Sequence[str]) -> list[Words]:
        """What these person_ids told or lent."""
        return [one for one in self.words if one.author in people]

    def public(self) -> list[Words]:
        """What anybody may read."""
        return [one for one in self.words if one.is_public]

    def usable(self) -> list[Words]:
        """What may be used somewhere: what ends first stands first."""
        found = [(one.may.until or datetime.max.replace(tzinfo=UTC), one) for one in self.words if one.may]
        return [one for _until, one in sorted(found, key=lambda pair: (pair[0], pair[1].fact_id)) if not one.down]

    def down(self) -> list[tuple[str, int]]:
        """For each reason in words, how many were taken from view."""
        many = Counter(str(Reason(one.down.reason).label) for one in self.words if one.down)
        return sorted(many.items())


def shelf(desk: Desk) -> Shelf:
    """Stories and lent words, with what is allowed by now."""
    rows = given(desk.company, ("stories", "quotes", "undone"))
    undone = undone_by(rows["undone"])
    decided = sorted((row for row in rows["quotes"] if row["fact_id"] not in undone), key=_said_at)
    of_text = {text: row for row in decided if (text := text_id(row))}
    people = whose(desk.company, desk.snapshot)
    people.look_up({row["record_id"] for row in (*rows["stories"], *decided)})

    def author_of(row: _Row) -> str:
        known = people.person(row["record_id"])
        return desk.since.shown_as(known) if known else ""

    of_all = {author_of(row): row for row in decided if not text_id(row)}
    stories = {row["fact_id"]: (row, author_of(row)) for row in rows["stories"]}
    others = tuple(sorted(of_text.keys() - stories.keys()))
    texts = {row["fact_id"]: row for row in remembered(_texts, desk.snapshot, others)} if others else {}
    lent = {
        fact_id: (row, author)
        for fact_id, row in texts.items()
        if (author := desk.since.shown_as(row["person_id"])) == author_of(of_text[fact_id])
    }
    down = {one.fact_id: one for one in TakenDown.objects.all()}
    found = [
        _words(row, author, _may(desk, author, of_text.get(fact_id), of_all.get(author)), down.get(fact_id))
        for fact_id, (row, author) in {**stories, **lent}.items()
        if not is_erased(desk, author)
    ]
    noted = {author: may for author, row in of_all.items() if author and (may := _may(desk, author, row))}
    return Shelf(tuple(sorted(found, key=lambda one: (one.at, one.fact_id), reverse=True)), noted)


def lendable(her: Her, known: Shelf) -> list[Words]:
    """Words of hers that we would like to use, beside those of which she said something already."""
    wanted = {row["fact_id"] for row in her.desk.snapshot.rows("testimonials", her.people, ("fact_id",))}
    new = tuple(sorted(wanted - {one.fact_id for one in known.words}))
    rows = remembered(_texts, her.desk.snapshot, new) if new else []
    return [_words(row, her.person_id, None, None) for row in rows]


def _texts(snapshot: Snapshot, fact_ids: tuple[str, ...]) -> list[dict[str, Any]]:
    return snapshot.query(_TEXTS, [list(fact_ids)])


def _words(row: _Row, author: str, may: May | None, down: TakenDown | None) -> Words:
    at = (row["occurred_at"] or row.get("known_at") or datetime.now(UTC)).replace(tzinfo=UTC)
    text = row["quote"] if "quote" in row else row["text"]
    return Words(row["fact_id"], author, row.get("subject") or "", text or "", row["medium"] or "", at, may, down)


def _may(desk: Desk, author: str, said: _Row | None, of_all: _Row | None = None) -> May | None:
    """What a decision allows by now; None: nothing, or all words of its author were withdrawn after it."""
    if said is None or not author or author in desk.since.hidden:
        return None
    scope = Scope.read(said["value"])
    until = said["until"] and said["until"].replace(tzinfo=UTC)
    is_over = until is not None and until <= datetime.now(UTC)
    withdrawn = of_all is not None and not Scope.read(of_all["value"]).places and _said_at(of_all) >= _said_at(said)
    if is_over or withdrawn or not scope.places:
        return None
    return May(scope, until, _said_at(said)[0].replace(tzinfo=UTC), said["by_whom"] or "")


def _said_at(row: _Row) -> tuple[datetime, str]:
    at: datetime = row["updated_at"] or row["occurred_at"] or row.get("known_at") or row["written_at"]
    return at, row["fact_id"]
