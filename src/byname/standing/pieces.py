"""All dated pieces of evidence in one table, and a slice of the people at a time as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from byname.engines import Statement, statement
from byname.standing.adding import Pieces
from byname.standing.buying import Days
from byname.value.ids import id_below
from byname.value.rows import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.standing.weights import Weights

type Ints = NDArray[np.int64]

__all__ = ["Part", "day_number", "parts", "pieces", "used_days"]

_SLICE = 100_000
_EPOCH = 719_163  # ordinal of 1970-01-01
_FAR = 1 << 19  # a day that never comes

# A sentence's {{day}} is the day in the company's zone, and so is the day from which a piece counts.
PIECES_SQL = """
    with dated as (select every.*, {day} as day from every)
    select dated.person_id, dated.fact_id, kinds.number as kind_no, dated.kind, dated.occurred_at,
           least(case when dated.begins = dated.occurred_at then dated.day else cast(dated.begins as date) end,
                 cast($as_of as date)) as begins,
           cast(dated.ends as date) as ends, dated.strength,
           replace(dated.says, '{{{{day}}}}', cast(dated.day as varchar)) as says
    from dated
    join kinds on kinds.kind = dated.kind
"""
# A day of use is a day, however often somebody clicks.
USED = statement(
    "standing.used_days",
    """
    select distinct record_person.person_id, cast(usage.occurred_at as date) as day
    from usage
    join record_person on record_person.record_id = usage.record_id
    where usage.occurred_at < $until
    """,
)
LAST_ORDER = statement(
    "standing.last_order",
    """
    with latest as (select person_id, max(occurred_at) as occurred_at from net group by person_id)
    select net.person_id, min(orders.fact_id) as fact_id
    from net
    join latest on latest.person_id = net.person_id and latest.occurred_at = net.occurred_at
    join orders on orders.source = net.source and orders.account = net.account and orders.source_id = net.source_id
    group by net.person_id
    """,
)
_OF_RANGE = "select * from these where person_id >= $low and person_id < $high"
PIECES_OF = statement("standing.pieces_of", _OF_RANGE)
DAYS_OF = statement(
    "standing.days_of",
    "select person_id, day, cast(spent as double) as spent from these where person_id >= $low and person_id < $high",
)
USED_OF = statement("standing.used_of", _OF_RANGE)
PEOPLE_OF = statement(
    "standing.people_of",
    """
    select people.person_id, last_order.fact_id as last_order
    from people
    left join last_order on last_order.person_id = people.person_id
    where people.person_id >= $low and people.person_id < $high
    """,
)


def pieces(engine: Engine, found: Sequence[Table], weights: Weights, *, zone: str, as_of: date) -> Table:
    """Every piece with its kind's number: person_id, fact_id, kind_no, kind, occurred_at, begins, ends, strength, says.

    Args:
        engine: where the tables are.
        found: tables with the columns of `words.said`.
        weights: the kinds; pieces of another kind are left out.
        zone: the company's IANA zone.
        as_of: the last day that counts.
    """
    names = [f"part_{place}" for place in range(len(found))]
    every = Statement("standing.every_piece", " union all ".join(f"select * from {name}" for name in names))  # noqa: S608 - ours
    kinds = engine.arrow(pa.table({"kind": weights.names, "number": pa.array(range(len(weights.kinds)), pa.int64())}))
    whole = engine.run(every, **dict(zip(names, found, strict=True)))
    numbered = engine.run(
        Statement("standing.pieces", PIECES_SQL.format(day=day_of(engine, whole, zone))),
        every=whole,
        kinds=kinds,
        as_of=as_of,
    )
    engine.drop(whole)
    return numbered


def used_days(engine: Engine, usage: Table, record_person: Table, **until: object) -> Table:
    """Days on which each used the product: person_id, day."""
    return engine.run(USED, usage=usage, record_person=record_person, **until)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Part:
    """Some of the people, with all that is known of their behaviour and evidence.

    Attributes:
        people: person_id and last_order (its fact_id, or null), in order of person_id.
        rows: their pieces, as fetched.
        pieces: the same rows as arrays.
        bought: their purchase days.
        used: their days of use.
    """

    people: pa.Table
    rows: pa.Table
    pieces: Pieces
    bought: Days
    used: Days

    def __len__(self) -> int:
        return int(self.people.num_rows)


def parts(
    engine: Engine, *, people: Table, pieces: Table, days: Table, used: Table, net: Table, orders: Table
) -> Iterator[Part]:
    """Everybody, a slice at a time, by ranges of ids.

    Args:
        engine: where the tables are.
        people: person_id, everybody.
        pieces: from `pieces`.
        days: person_id, day, spent.
        used: from `used_days`.
        net: purchases, and orders, the facts: for the latest order of each.
        orders: likewise.
    """
    latest = engine.run(LAST_ORDER, net=net, orders=orders)
    count = max(1, -(-engine.count(people) // _SLICE))
    for low, high in pairwise(["", *(id_below(one / count) for one in range(1, count + 1))]):
        bounds = {"low": low, "high": high}
        base = engine.run(PEOPLE_OF, people=people, last_order=latest, **bounds)
        those = engine.fetch(base, order_by=("person_id",))
        ids = those.column("person_id").combine_chunks()
        rows = _fetched(engine, PIECES_OF, pieces, bounds, ("person_id", "kind_no", "begins", "fact_id", "says"))
        bought = _fetched(engine, DAYS_OF, days, bounds, ("person_id", "day"))
        use = _fetched(engine, USED_OF, used, bounds, ("person_id", "day"))
        yield Part(
            those,
            rows,
            Pieces(
                _numbers(rows, ids),
                rows.column("kind_no").to_numpy(),
                _day_numbers(rows, "begins"),
                _day_numbers(rows, "ends"),
                rows.column("strength").to_numpy(),
            ),
            Days.of(len(ids), _numbers(bought, ids), _day_numbers(bought, "day"), bought.column("spent").to_numpy()),
            Days.of(len(ids), _numbers(use, ids), _day_numbers(use, "day")),
        )
        engine.drop(base)


def _fetched(
    engine: Engine, what: Statement, table: Table, bounds: dict[str, str], order_by: Sequence[str]
) -> pa.Table:
    part = engine.run(what, these=table, **bounds)
    rows = engine.fetch(part, order_by=order_by)
    engine.drop(part)
    return rows


def _numbers(rows: pa.Table, ids: pa.Array) -> Ints:
    places = pc.index_in(rows.column("person_id").combine_chunks(), value_set=ids).to_numpy(zero_copy_only=False)
    return np.asarray(places, dtype=np.int64)


def _day_numbers(rows: pa.Table, name: str) -> Ints:
    numbers = pc.fill_null(rows.column(name).cast(pa.int32()).cast(pa.int64()), _FAR)
    return np.asarray(numbers.to_numpy(), dtype=np.int64)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH
