"""The people that somebody asked for: a page of them by name, how many there are, and what they are worth together.

One table is looked at, `profile`, with a row for each person; only the page's own rows are looked up elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from byname.best import MEASURES, last_on, measure_range, why
from byname.web.console.people.asked import NOBODY, NONE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from byname.web.console.people.asked import Asked
    from byname.web.desk import Desk

__all__ = ["Group", "Listed", "Page", "found_by_text", "groups", "owners", "page", "total_range"]

_UNRANKED = 2**62  # whose worth is not known comes last
_LEAST = 0.01  # of a measure other than worth: who has none is not on its list
_LEVEL_OF = 100  # people whose sum may be doubted as the sum of all is; of fewer, chance is as large

TOP = """
    select profile.person_id, {measure} as measure, coalesce(profile.rank, {unranked}) as place,
           {standing} as standing, {owner} as owner, profile.stage
    {source}
    where {where}
    order by {order}
    limit {limit}
"""
GROUPS = """
    select {standing} as standing, count(*) as people, sum(profile.clv) as clv,
           count(*) filter (where coalesce({measure}, 0) < {least}) as without
    {source}
    where {where}
    group by 1
    order by people desc, 1
"""
DETAILS = """
    select people.person_id, people.name, people.email, people.phone, people.city, people.country,
           value.* exclude (person_id)
    from people
    left join (select * from value where person_id in (select unnest($1::varchar[]))) as value
      on value.person_id = people.person_id
    where people.person_id in (select unnest($1::varchar[]))
"""
STOOD = """
    select person_id, standing, since, moved_from from standing where person_id in (select unnest($1::varchar[]))
"""
FRIENDS = """
    select brought.referrer_id as person_id, sum(value.clv) as friends_clv, sum(value.clv_low) as friends_low,
           sum(value.clv_high) as friends_high
    from brought
    join value on value.person_id = brought.person_id
    where brought.referrer_id in (select unnest($1::varchar[]))
    group by brought.referrer_id
"""
OWNERS = "select distinct known_to from profile where known_to is not null order by known_to"

_PRICED = """
    join (select person_id as priced_id, engagement_value from value) as priced
      on priced.priced_id = profile.person_id
"""
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
    query = _query(desk, asked)
    measure = MEASURES[asked.by][0]
    by_worth = asked.by == "clv"
    if not by_worth:
        query.where.append(f"{measure} >= {_LEAST}")
    if asked.after:
        query.where.append(_from(query, asked, measure))
    sql = TOP.format(
        measure=measure,
        unranked=_UNRANKED,
        standing=query.standing,
        owner=query.owner,
        source=query.source,
        where=" and ".join(query.where),
        order="place, person_id" if by_worth else "measure desc, place, person_id",
        limit=query.put(size + 1),
    )
    rows = desk.snapshot.query(sql, query.parameters)
    last = rows[size - 1] if len(rows) > size else None
    after = (float(last["measure"] or 0), last["place"], last["person_id"]) if last else None
    return Page(_listed(desk, rows[:size], asked.by), after)


def groups(desk: Desk, asked: Asked) -> list[Group]:
    """How many are asked for and what they are worth together, by where they stand."""
    query = _query(desk, asked)
    sql = GROUPS.format(
        standing=query.standing,
        measure=MEASURES[asked.by][0],
        least=_LEAST,
        source=query.source,
        where=" and ".join(query.where),
    )
    rows = desk.snapshot.query(sql, query.parameters)
    return [Group(row["standing"] or "unknown", row["people"], row["clv"] or 0.0, row["without"]) for row in rows]


def total_range(desk: Desk, found: Sequence[Group]) -> tuple[float, float] | None:
    """The range of what they are worth together, as far as the sum of all may be off; None for too few."""
    terms = desk.snapshot.terms
    if sum(group.people for group in found) < _LEVEL_OF or "total_low" not in terms:
        return None
    worth = sum(group.clv for group in found)
    return worth * float(terms["total_low"]), worth * float(terms["total_high"])


def owners(desk: Desk) -> list[str]:
    """Whom people know: employees that a list can be asked for."""
    found = {row["known_to"] for row in desk.snapshot.query(OWNERS)}
    return sorted(found.union(filter(None, desk.since.owners.values())))


def _details(desk: Desk, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Names, addresses and worth of these people, by person_id."""
    rows = desk.snapshot.query(DETAILS, [list(ids)]) if ids else []
    return {row["person_id"]: row for row in rows}


def found_by_text(desk: Desk, ids: Sequence[str]) -> list[Listed]:
    """These people as a list shows them, in that order."""
    if not ids:
        return []
    stood = {row["person_id"]: row for row in desk.snapshot.query(STOOD, [list(ids)])}
    rows = [
        {"person_id": one, "measure": None, "owner": desk.since.owners.get(one, "")}
        | {"standing": desk.since.standings.get(one) or stood.get(one, {}).get("standing")}
        for one in ids
    ]
    return _listed(desk, rows, "clv")


def _query(desk: Desk, asked: Asked) -> _Query:
    """Who is asked for, with what was written since the snapshot laid over."""
    query = _Query()
    since = desk.since
    if asked.by == "engagement":
        query.source += _PRICED
    if since.standings:
        ids, said = query.put(list(since.standings)), query.put(list(since.standings.values()))
        query.source += _CORRECTED.format(ids=ids, said=said)
        query.standing = "coalesce(corrected.said, profile.standing)"
    if since.owners:
        ids, said = query.put(list(since.owners)), query.put(list(since.owners.values()))
        query.source += _OWNED.format(ids=ids, said=said)
        query.owner = _OWNER_NOW
    if gone := [*since.hidden, *since.merged]:
        query.where.append(f"profile.person_id not in (select unnest({query.put(gone)}::varchar[]))")
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
    place_sign, person_sign = query.put(place), query.put(person_id)
    rank = f"coalesce(profile.rank, {_UNRANKED})"
    later = f"({rank} > {place_sign} or ({rank} = {place_sign} and profile.person_id > {person_sign}))"
    if asked.by == "clv":
        return later
    amount_sign = query.put(amount)
    return f"({measure} < {amount_sign} or ({measure} = {amount_sign} and {later}))"


def _listed(desk: Desk, rows: Sequence[dict[str, Any]], by: str) -> list[Listed]:
    ids = [row["person_id"] for row in rows]
    known = _details(desk, ids)
    if by == "referrals" and ids:
        for friends in desk.snapshot.query(FRIENDS, [ids]):
            known[friends["person_id"]].update(friends)
    return [_said(desk, row, known[row["person_id"]], by) for row in rows if row["person_id"] in known]


def _said(desk: Desk, row: dict[str, Any], known: dict[str, Any], by: str) -> Listed:
    currency, as_of = desk.snapshot.terms["currency"], desk.as_of
    measure, low, high = None, 0.0, 0.0
    if by != "clv":
        measure = row["measure"]
        low, high = measure_range({"friends_clv": 0, "friends_low": 0, "friends_high": 0} | known | row, by)
    return Listed(
        known,
        row["standing"] or "unknown",
        row["owner"] or "",
        _why(known, by, currency, as_of),
        measure,
        low,
        high,
        desk.since.is_pending(row["person_id"]),
    )


def _why(known: dict[str, Any], by: str, currency: str, as_of: date) -> str:
    if known["rank"] is None:
        return ""
    return why(known | {"last_on": last_on(known, as_of)}, by, currency)
