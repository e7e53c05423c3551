"""The people that somebody asked for: a page of them by name, how many there are, and what they are worth together.

One table is looked at, `profile`, with a row for each person; only the page's own rows are looked up elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from byname.best import MEASURES, last_on, measure_range, why
from byname.cards import cards
from byname.web.console.people.asked import NOBODY, NONE, Asked
from byname.web.console.people.laid import Laid
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

__all__ = ["Group", "Listed", "Page", "found_by_text", "groups", "owners", "page", "total_range"]

_UNRANKED = 2**62  # whose worth is not known comes last
_LEAST = 0.01  # of a measure other than worth: who has none is not on its list
_LEVEL_OF = 100  # people whose sum may be doubted as the sum of all is; of fewer, chance is as large
_REMEMBERED = 100  # rows of a page that is worth keeping for the next who asks

TOP = """
    select profile.person_id, profile.rank, {measure} as measure, {standing} as standing, {owner} as owner
    {source}
    where {where}
    order by {order}
    limit {limit}
"""
GROUPS = """
    select coalesce({standing}, 'unknown') as standing, count(*) as people, sum(profile.clv) as clv,
           count(*) filter (where coalesce({measure}, 0) < {least}) as without
    {source}
    where {where}
    group by 1
    order by people desc, 1
"""
FRIENDS = "select referrer_id, person_id from brought where referrer_id in (select unnest($1::varchar[]))"
OWNERS = "select distinct known_to from profile where known_to is not null"

# By rank, which is a number of one person's: a join by ids takes three times as long.
_PRICED = "join (select rank as priced_rank, engagement_value from value) as priced on priced_rank = profile.rank"
_CORRECTED = """
    left join (select unnest({ids}::varchar[]) as corrected_id, unnest({said}::varchar[]) as said) as corrected
      on corrected.corrected_id = profile.person_id
"""
_OWNED = """
    left join (select unnest({ids}::varchar[]) as owned_id, unnest({said}::varchar[]) as said) as owned
      on owned.owned_id = profile.person_id
"""
# Who took an owner away left the others who know them to the next refresh.
_OWNER_NOW = """case when owned.said is null then profile.known_to
            when owned.said = '' then nullif(profile.known_to, profile.owner)
            else owned.said end"""


@dataclass(frozen=True)
class Listed:
    """One person of a list.

    Attributes:
        row: person_id, name, email, phone, city, country, clv with its range, rank.
        standing: today's, with what was corrected since the snapshot.
        owner: today's, else who knows them.
        why: in a few words; empty for who never bought and did nothing else.
        measure: of the list, where it is not ranked by worth.
        low: of that measure.
        high: of that measure.
        is_pending: something was written about them that the numbers do not hold yet.
    """

    row: dict[str, Any]
    standing: str
    owner: str = ""
    why: str = ""
    measure: float | None = None
    low: float = 0.0
    high: float = 0.0
    is_pending: bool = False


@dataclass(frozen=True)
class Page:
    """A page of the list; `after` is where the next one begins, None on the last."""

    people: list[Listed]
    after: tuple[float, int, str] | None


@dataclass(frozen=True)
class Group:
    """Those of a list who stand at one place; `without` of them have nothing of the measure."""

    standing: str
    people: int
    clv: float
    without: int


@dataclass
class _Query:
    """The parts of a statement, and what goes into it; nothing from outside is ever part of the text."""

    parameters: list[Any] = field(default_factory=list)
    source: str = "from profile"
    where: list[str] = field(default_factory=lambda: ["true"])
    standing: str = "profile.standing"
    owner: str = "profile.known_to"

    def put(self, value: Any) -> str:
        """The sign of a value in the statement."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"


def page(desk: Desk, asked: Asked, size: int) -> Page:
    """The next so many people.

    Args:
        desk: the snapshot with what was written since.
        asked: which, ranked by what, from where on.
        size: how many at most.
    """
    laid = Laid.over(desk.since)
    if size <= _REMEMBERED:
        rows = remembered(_top, desk.snapshot, asked, laid, size)
    else:
        rows = _top(desk.snapshot, asked, laid, size)
    last = rows[size - 1] if len(rows) > size else None
    after = (float(last["measure"] or 0), last["rank"] or _UNRANKED, last["person_id"]) if last else None
    return Page(_listed(desk, rows[:size], asked.by), after)


def groups(desk: Desk, asked: Asked) -> list[Group]:
    """How many are asked for and what they are worth together, by where they stand."""
    return remembered(_counted, desk.snapshot, asked.at(None), Laid.over(desk.since))


def total_range(desk: Desk, found: Sequence[Group]) -> tuple[float, float] | None:
    """The range of what they are worth together, as far as the sum of all may be off; None for too few."""
    terms = desk.snapshot.terms
    if sum(group.people for group in found) < _LEVEL_OF or "total_low" not in terms:
        return None
    worth = sum(group.clv for group in found)
    return worth * float(terms["total_low"]), worth * float(terms["total_high"])


def owners(desk: Desk) -> list[str]:
    """Whom people know: employees that a list can be asked for."""
    found = remembered(_known_to, desk.snapshot)
    return sorted(found.union(filter(None, desk.since.owners.values())))


def found_by_text(desk: Desk, found: Sequence[dict[str, Any]]) -> list[Listed]:
    """People as `Snapshot.find` gives them, as a list shows them, in that order."""
    since = desk.since
    rows = [
        {
            "person_id": row["person_id"],
            "standing": since.standings.get(row["person_id"]) or row["standing"],
            "owner": since.owners.get(row["person_id"], row["owner"]),
        }
        for row in found
    ]
    return _listed(desk, rows, "clv")


# ------------------------------------------------------------------------------------------------- asking


def _top(snapshot: Snapshot, asked: Asked, laid: Laid, size: int) -> list[dict[str, Any]]:
    """One row more than a page has, to see whether there is a next one."""
    query = _query(asked, laid)
    measure = MEASURES[asked.by][0]
    by_worth = asked.by == "clv"
    if not by_worth:
        query.where.append(f"{measure} >= {_LEAST}")
    if asked.after:
        query.where.append(_from(query, asked, measure))
    sql = TOP.format(
        measure=measure,
        standing=query.standing,
        owner=query.owner,
        source=query.source,
        where=" and ".join(query.where),
        order=f"{'' if by_worth else 'measure desc, '}profile.rank nulls last, profile.person_id",
        limit=query.put(size + 1),
    )
    return snapshot.query(sql, query.parameters)


def _counted(snapshot: Snapshot, asked: Asked, laid: Laid) -> list[Group]:
    query = _query(asked, laid)
    sql = GROUPS.format(
        standing=query.standing,
        measure=MEASURES[asked.by][0],
        least=_LEAST,
        source=query.source,
        where=" and ".join(query.where),
    )
    rows = snapshot.query(sql, query.parameters)
    return [Group(row["standing"], row["people"], row["clv"] or 0.0, row["without"]) for row in rows]


def _known_to(snapshot: Snapshot) -> set[str]:
    return {row["known_to"] for row in snapshot.query(OWNERS)}


def _query(asked: Asked, laid: Laid) -> _Query:
    """Who is asked for, with what was written since the snapshot laid over."""
    query = _Query()
    if asked.by == "engagement":
        query.source = f"{query.source} {_PRICED}"
    if laid.standings:
        ids, said = (query.put(list(column)) for column in zip(*laid.standings, strict=True))
        query.source += _CORRECTED.format(ids=ids, said=said)
        query.standing = "coalesce(corrected.said, profile.standing)"
    if laid.owners:
        ids, said = (query.put(list(column)) for column in zip(*laid.owners, strict=True))
        query.source += _OWNED.format(ids=ids, said=said)
        query.owner = _OWNER_NOW
    if laid.gone:
        query.where.append(f"profile.person_id not in (select unnest({query.put(list(laid.gone))}::varchar[]))")
    _narrow(query, asked)
    return query


def _narrow(query: _Query, asked: Asked) -> None:
    """The filters of the question."""
    if asked.standing == "unknown":
        query.where.append(f"coalesce({query.standing}, 'unknown') = 'unknown'")
    elif asked.standing:
        query.where.append(f"{query.standing} = {query.put(asked.standing)}")
    if asked.top:
        query.where.append(f"profile.rank_share <= {query.put(int(asked.top) / 100)}")
    if asked.low is not None:
        query.where.append(f"profile.rank is not null and profile.clv >= {query.put(asked.low)}")
    if asked.high is not None:
        query.where.append(f"profile.rank is not null and profile.clv <= {query.put(asked.high)}")
    if asked.stage == NONE:
        query.where.append("profile.stage is null")
    elif asked.stage:
        query.where.append(f"profile.stage = {query.put(asked.stage)}")
    if asked.owner == NOBODY:
        query.where.append(f"{query.owner} is null")
    elif asked.owner:
        query.where.append(f"{query.owner} = {query.put(asked.owner)}")


def _from(query: _Query, asked: Asked, measure: str) -> str:
    """After whom the page begins: no counting of those before."""
    amount, place, person_id = asked.after or (0.0, 0, "")
    if place >= _UNRANKED:
        later = f"(profile.rank is null and profile.person_id > {query.put(person_id)})"
    else:
        later = f"(profile.rank > {query.put(place)} or profile.rank is null)"
    if asked.by == "clv":
        return later
    amount_sign = query.put(amount)
    return f"({measure} < {amount_sign} or ({measure} = {amount_sign} and {later}))"


# -------------------------------------------------------------------------------------------- what is shown


def _listed(desk: Desk, rows: Sequence[dict[str, Any]], by: str) -> list[Listed]:
    """Rows of people with what these few are looked up for: their cards, friends."""
    snapshot = desk.snapshot
    ids = [row["person_id"] for row in rows]
    known = snapshot.cards(ids)
    friends = _friends(snapshot, ids) if by == "referrals" else {}
    return [
        _said(desk, {**known[one], **friends.get(one, {}), **row}, by)
        for one, row in zip(ids, rows, strict=True)
        if one in known
    ]


def _friends(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """What the friends whom these people brought are worth together."""
    rows = snapshot.query(FRIENDS, [list(ids)])
    known = cards(snapshot, [row["person_id"] for row in rows])
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        sums = found.setdefault(row["referrer_id"], dict.fromkeys(("friends_clv", "friends_low", "friends_high"), 0.0))
        for name in sums:
            told = known.get(row["person_id"], {}).get(name.replace("friends_clv", "clv").replace("friends", "clv"))
            sums[name] += float(told or 0)
    return found


def _said(desk: Desk, row: dict[str, Any], by: str) -> Listed:
    currency, since = desk.snapshot.terms["currency"], desk.since
    measure, low, high = None, 0.0, 0.0
    if by != "clv":
        measure = row["measure"]
        low, high = measure_range({"friends_clv": 0, "friends_low": 0, "friends_high": 0} | row, by)
    return Listed(
        row,
        row["standing"] or "unknown",
        row["owner"] or "",
        why(row | {"last_on": last_on(row, desk.as_of)}, by, currency) if row["age_days"] is not None else "",
        measure,
        low,
        high,
        since.is_pending(row["person_id"]),
    )
