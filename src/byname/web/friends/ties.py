"""Who brought whom: what the snapshot has, with what was written since; of several claims the earliest counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from byname.app_rows import opened
from byname.web.written.given import given
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from byname.web.desk import Desk

__all__ = ["Tie", "brought_by", "first_bought", "is_above", "lately", "thanked", "who_brought"]

# What was written here comes whole from `given`, so that what was taken back since is not told any more.
_READ = "select person_id, referrer_id, occurred_at, fact_id from brought where source is distinct from 'byname'"
_OF_REFERRERS = f"{_READ} and referrer_id in (select unnest($1::varchar[]))"
_OF_FRIENDS = f"{_READ} and person_id in (select unnest($1::varchar[]))"
_LATELY = f"{_READ} order by occurred_at desc nulls last, person_id limit $1"
_MOST = 2_000  # of the latest
_MOST_ABOVE = 100  # who brought who brought who: longer is no line of friends
_NO_DATE = datetime.max  # noqa: DTZ901 - UTC without a zone, as facts are


@dataclass(frozen=True)
class Tie:
    """Somebody brought somebody.

    Attributes:
        friend: who came, by person_id.
        referrer: who brought them, likewise.
        at: when that was said, UTC; None where a source does not say.
        fact_id: the fact.
        fact: its newest version where it was written on these pages, and may be taken back here.
    """

    friend: str
    referrer: str
    at: datetime | None
    fact_id: str
    fact: Mapping[str, Any] | None = None


def brought_by(desk: Desk, people: Collection[str]) -> list[Tie]:
    """Whom these ids of one person brought, the latest first."""
    rows = desk.snapshot.query(_OF_REFERRERS, [list(people)])
    friends = [row["person_id"] for row in rows]
    mine = [tie for tie in _here(desk) if tie.referrer in people]
    # Another may have brought the same friend before.
    earliest = _earliest([*_ties(desk, rows), *mine, *_of_friends(desk, [*friends, *(tie.friend for tie in mine)])])
    return _newest_first(tie for tie in earliest if tie.referrer in people)


def who_brought(desk: Desk, people: Collection[str]) -> Tie | None:
    """Who brought these ids of one person."""
    return next(iter(_earliest(_of_friends(desk, people))), None)


def is_above(desk: Desk, person: str, below: str) -> bool:
    """Did that person bring the other, or who brought them, or so on?"""
    seen = set[str]()
    while below not in seen and len(seen) < _MOST_ABOVE:
        seen.add(below)
        tie = who_brought(desk, desk.since.shown_together(below))
        if tie is None:
            return False
        if tie.referrer == person:
            return True
        below = tie.referrer
    return False


def lately(desk: Desk) -> list[Tie]:
    """The latest of all, the newest first."""
    rows = desk.snapshot.query(_LATELY, [_MOST])
    here = _here(desk)
    others = _of_friends(desk, [tie.friend for tie in here])
    return _newest_first(_earliest([*_ties(desk, rows), *here, *others]))[:_MOST]


def first_bought(desk: Desk, people: Collection[str]) -> datetime | None:
    """When these ids of one person first bought, to the day, UTC; None: not yet, as far as the snapshot knows."""
    rows = desk.snapshot.rows("value", people, ("age_days", "orders"))
    days = [row["age_days"] for row in rows if row["orders"] and row["age_days"] is not None]
    return desk.company.end_of(desk.as_of - timedelta(days=max(days))) if days else None


def thanked(desk: Desk, people: Sequence[str]) -> dict[str, datetime]:
    """When each of these people was last thanked, UTC, to the day; who never was is left out."""
    together = {one: person for person in people for one in desk.since.shown_together(person)}
    found = dict[str, datetime]()

    def note(person: str, at: datetime) -> None:
        found[person] = max(at, found.get(person, at))

    for row in desk.snapshot.rows("profile", list(together), ("days_since_thanked",)):
        if row["days_since_thanked"] is not None:
            day = desk.as_of - timedelta(days=int(row["days_since_thanked"]))
            note(together[row["person_id"]], desk.company.end_of(day) - timedelta(seconds=1))
    anchors = {record: together[one] for one, record in whose(desk.company, desk.snapshot).anchors(together).items()}
    run, until = desk.snapshot.run, desk.company.end_of(desk.as_of)
    with opened(desk.company) as rows:
        since = [] if rows is None or not anchors else rows.since("contacts", run, until, records=sorted(anchors))
    for row in since:
        if row["kind"] == "thank" and row["arm"] != "held out":
            note(anchors[row["record_id"]], row["occurred_at"] or row["written_at"])
    return found


# ------------------------------------------------------------------------------------------------ what is known


def _ties(desk: Desk, rows: Iterable[Mapping[str, Any]]) -> list[Tie]:
    shown = desk.since.shown_as
    return [Tie(shown(row["person_id"]), shown(row["referrer_id"]), row["occurred_at"], row["fact_id"]) for row in rows]


def _of_friends(desk: Desk, people: Collection[str]) -> list[Tie]:
    if not people:
        return []
    together = {one for person in people for one in desk.since.shown_together(person)}
    rows = desk.snapshot.query(_OF_FRIENDS, [sorted(together)], only=together)
    return [*_ties(desk, rows), *(tie for tie in _here(desk) if tie.friend in together)]


def _here(desk: Desk) -> list[Tie]:
    """What was written on these pages, but for what was taken back."""
    rows = given(desk.company, ("referrals",))["referrals"]
    people = whose(desk.company, desk.snapshot)
    people.look_up({row[name] for row in rows for name in ("record_id", "referred_record_id")})
    ties = []
    for row in rows:
        friend, referrer = people.person(row["referred_record_id"]), people.person(row["record_id"])
        if friend and referrer:
            friend, referrer = desk.since.shown_as(friend), desk.since.shown_as(referrer)
            ties.append(Tie(friend, referrer, row["occurred_at"], row["fact_id"], row))
    return ties


def _earliest(ties: Iterable[Tie]) -> list[Tie]:
    """Of each friend the claim that counts, as a refresh takes it: the earliest; nobody brings themselves."""
    found = dict[str, Tie]()
    for tie in ties:
        known = found.get(tie.friend)
        if tie.friend != tie.referrer and (known is None or _place(tie) < _place(known)):
            found[tie.friend] = tie
    return list(found.values())


def _place(tie: Tie) -> tuple[datetime, str]:
    return _plain(tie.at), tie.fact_id


def _newest_first(ties: Iterable[Tie]) -> list[Tie]:
    dated = sorted(ties, key=_place, reverse=True)
    return [*(tie for tie in dated if tie.at is not None), *(tie for tie in dated if tie.at is None)]


def _plain(at: datetime | None) -> datetime:
    if at is None:
        return _NO_DATE
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
