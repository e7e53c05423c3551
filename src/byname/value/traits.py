"""What the best customers have in common: counts only, never a name, so that more like them can be looked for (S0.22).

A trait is shown where at least 20 people have it, 5 of them among the best tenth; and not where the rest of its people,
whom one could subtract, would be fewer. Lift is how much more often the best have it than all. It is no cause: who buys
often has had more days to answer a survey.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.engines import statement
from byname.value.dated import best_tenth
from byname.value.shares import wilson

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["Traits", "traits"]

_LEAST_PEOPLE = 20
_LEAST_BEST = 5
_MONTH = "month of the first purchase"
_SEVERAL = "in the first order"  # of this one a person may have several values
# What shows only later cannot be looked for in who comes new.
_LATER = ("buys", "answered a survey")

FIRST_ORDERS = statement(
    "value.first_orders",
    """
    select dated.person_id, dated.source, dated.account, dated.source_id, dated.day
    from dated
    qualify row_number() over (
        partition by dated.person_id
        order by dated.occurred_at, dated.source nulls last, dated.account nulls last, dated.source_id nulls last
    ) = 1
    """,
)

# Where a person was first seen: by what has a date of its own, not by when we read the file.
FIRST_SEEN = statement(
    "value.first_seen_in",
    """
    with seen as (
        select record_person.person_id, records.source, coalesce(records.created_at, records.occurred_at) as seen_at
        from records
        join record_person on record_person.record_id = records.record_id
        union all
        select dated.person_id, dated.source, dated.occurred_at as seen_at from dated
        union all
        select record_person.person_id, messages.source, messages.occurred_at as seen_at
        from messages
        join record_person on record_person.record_id = messages.record_id
    )
    select person_id, source
    from seen
    where seen_at < $until
    qualify row_number() over (partition by person_id order by seen_at, source) = 1
    """,
)

ANSWERED = statement(
    "value.answered_a_survey",
    """
    with answers as (
        select record_id from messages where medium = 'survey' and (occurred_at is null or occurred_at < $until)
        union all
        select record_id
        from ratings
        where lower(scale) in ('nps', 'csat', 'ces') and (occurred_at is null or occurred_at < $until)
    )
    select distinct record_person.person_id from answers
    join record_person on record_person.record_id = answers.record_id
    """,
)

# 1 January 1900 was a Monday.
HAD = statement(
    "value.traits_had",
    """
    with weekends as (
        select person_id, count(*) as orders,
               count_if(date_diff('day', date '1900-01-01', day) % 7 >= 5) as at_weekends
        from dated
        group by person_id
    ),
    told as (
        select person_id, 'country' as trait, country as value from people
        union all
        select first_orders.person_id, 'channel of the first order' as trait, orders.channel as value
        from first_orders
        join orders on orders.source = first_orders.source and orders.account = first_orders.account
                   and orders.source_id = first_orders.source_id
        union all
        select first_orders.person_id, 'in the first order' as trait,
               coalesce(order_lines.product, order_lines.product_id) as value
        from first_orders
        join order_lines on order_lines.source = first_orders.source and order_lines.account = first_orders.account
                        and order_lines.order_id = first_orders.source_id
        union all
        select person_id, 'first seen in' as trait, source as value from first_seen
        union all
        select person_id, 'month of the first purchase' as trait,
               right('0' || cast(extract(month from day) as varchar), 2) as value
        from first_orders
        union all
        select person_id, 'buys' as trait,
               case when 2 * at_weekends > orders then 'mostly at weekends'
                    when 2 * at_weekends < orders then 'mostly on weekdays' else 'on both alike' end as value
        from weekends
        union all
        select worth.person_id, 'brought by a friend' as trait,
               case when brought.person_id is null then 'no' else 'yes' end as value
        from worth
        left join brought on brought.person_id = worth.person_id
        union all
        select worth.person_id, 'answered a survey' as trait,
               case when answered.person_id is null then 'no' else 'yes' end as value
        from worth
        left join answered on answered.person_id = worth.person_id
    )
    select distinct told.person_id, told.trait, told.value, best.person_id is not null as is_best
    from told
    join worth on worth.person_id = told.person_id
    left join best on best.person_id = told.person_id
    where told.value <> ''
    """,
)

OF_TRAITS = statement(
    "value.traits_counted",
    """
    select trait, count(distinct person_id) as people, count(distinct case when is_best then person_id end) as best,
           count(distinct value) as looked_at
    from had
    group by trait
    """,
)

OF_VALUES = statement(
    "value.trait_values_counted",
    """
    select trait, value, count(*) as people, count_if(is_best) as best
    from had
    group by trait, value
    having count(*) >= $least_people and count_if(is_best) >= $least_best
    """,
)


@dataclass(frozen=True)
class Traits:
    """What the best have in common.

    Attributes:
        table: trait, value, people, share_of_best, share_of_all, lift, lift_low, lift_high (80%), sure (1 lies outside
            of the range), at_first (it shows with the first order already).
        report: how many values were looked at and withheld: (what, in words).
    """

    table: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def traits(
    engine: Engine,
    *,
    worth: Table,
    people: Table,
    records: Table,
    record_person: Table,
    dated: Table,
    orders: Table,
    order_lines: Table,
    brought: Table,
    messages: Table,
    ratings: Table,
    until: datetime,
) -> Traits:
    """Count what the best tenth of the buyers by clv have more often than all buyers.

    Args:
        engine: where the tables are.
        worth: person_id, clv and spend_total, one row a buyer.
        people: person_id and country.
        records: the newest version of each record.
        record_person: record_id and person_id.
        dated: from `dated.dated`.
        orders: the newest version of each order.
        order_lines: the newest version of each order line.
        brought: from `referral_value`: who was brought by a friend.
        messages: the newest version of each message.
        ratings: the newest version of each rating.
        until: the end of the as-of day, UTC.
    """
    had = engine.run(
        HAD,
        worth=worth,
        best=best_tenth(engine, worth),
        people=people,
        dated=dated,
        first_orders=engine.run(FIRST_ORDERS, dated=dated),
        first_seen=engine.run(
            FIRST_SEEN, records=records, record_person=record_person, dated=dated, messages=messages, until=until
        ),
        orders=orders,
        order_lines=order_lines,
        brought=brought,
        answered=engine.run(ANSWERED, messages=messages, ratings=ratings, record_person=record_person, until=until),
    )
    counted = {row["trait"]: row for row in engine.fetch(engine.run(OF_TRAITS, had=had)).to_pylist()}
    values = engine.run(OF_VALUES, had=had, least_people=_LEAST_PEOPLE, least_best=_LEAST_BEST)
    found = engine.fetch(values, order_by=("trait", "value")).to_pylist()
    engine.drop(had)
    shown = [_lifted(row, counted[row["trait"]]) for row in _not_told_apart(found, counted)]
    looked_at = sum(row["looked_at"] for row in counted.values())
    report = [
        (
            "traits of the best",
            f"{len(shown):,} of {looked_at:,} shown: at least {_LEAST_PEOPLE} people, {_LEAST_BEST} of the best; "
            "of five that make no difference one looks sure by chance",
        )
    ]
    return Traits(engine.arrow(pa.Table.from_pylist(shown, schema=_SCHEMA)), report if looked_at else [])


_SCHEMA = pa.schema(
    {"trait": pa.string(), "value": pa.string(), "people": pa.int64()}
    | dict.fromkeys(("share_of_best", "share_of_all", "lift", "lift_low", "lift_high"), pa.float64())
    | {"sure": pa.bool_(), "at_first": pa.bool_()}
)


def _not_told_apart(found: list[dict[str, Any]], counted: dict[str, Any]) -> list[dict[str, Any]]:
    """Without the smallest value of a trait whose people who are not shown would be fewer than 20."""
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found:
        of[row["trait"]].append(row)
    for trait, rows in of.items():
        rest = counted[trait]["people"] - sum(row["people"] for row in rows)
        if trait != _SEVERAL and 0 < rest < _LEAST_PEOPLE:
            rows.remove(min(rows, key=lambda row: (row["people"], row["value"])))
    return [row for rows in of.values() for row in rows]


def _lifted(row: dict[str, Any], of_all: dict[str, Any]) -> dict[str, Any]:
    # How many of all are the best is fixed by what best means; only the share within the value is uncertain.
    usual = of_all["best"] / of_all["people"]
    low, high = (end / usual for end in wilson(row["best"], row["people"]))
    return {
        "trait": row["trait"],
        "value": calendar.month_name[int(row["value"])] if row["trait"] == _MONTH else row["value"],
        "people": row["people"],
        "share_of_best": row["best"] / of_all["best"],
        "share_of_all": row["people"] / of_all["people"],
        "lift": row["best"] / row["people"] / usual,
        "lift_low": low,
        "lift_high": high,
        "sure": not low <= 1 <= high,
        "at_first": row["trait"] not in _LATER,
    }
