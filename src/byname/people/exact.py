"""The first step of who is who: records that share an e-mail, a phone or an id are one person, within guards.

A key is a household's or a company's as soon as first names under it disagree: then it joins only the names that agree.
A key that a crowd uses joins nobody. (Measured: TERMS, "What identity rests on".)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.people.names import classes
from byname.people.spellings import desks

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.people.described import Described

__all__ = ["Exact", "exact"]

# Review sites are told the number of the order that they ask about: it leads to whoever placed it, if one order only
# has that number.
WANTED = statement(
    "people.wanted",
    """
    select distinct shared.value
    from (select unnest(external_ids) as value from placed where external_ids is not null) as shared
    where starts_with(shared.value, 'order:')
    """,
)
ORDER_KEYS = statement(
    "people.order_keys",
    """
    with numbered as (
        select distinct 'order:' || replace(orders.source_id, '#', '') as value, record_bundles.bundle
        from orders
        join record_bundles on record_bundles.record_id = orders.record_id
    ),
    sole as (
        select value, min(bundle) as bundle
        from numbered
        group by value
        having count(*) = 1
    )
    select sole.bundle, wanted.value
    from sole
    join wanted on replace(wanted.value, '#', '') = sole.value
    """,
)

KEYS = statement(
    "people.keys",
    """
    select bundle, 'e-mail' as kind, email_key as value, given, family, name_key, phone_key as other, listed
    from bundles
    where email_key <> ''
    union all
    select bundle, 'phone' as kind, phone_key as value, given, family, name_key, email_key as other, listed
    from bundles
    where phone_key <> ''
    union all
    select distinct shared.bundle, 'id' as kind, shared.value, bundles.given, bundles.family, bundles.name_key,
           bundles.email_key as other, bundles.listed
    from (select bundle, unnest(external_ids) as value from placed where external_ids is not null) as shared
    join bundles on bundles.bundle = shared.bundle
    left join nobody on nobody.value = shared.value
    where nobody.value is null
    union all
    select order_keys.bundle, 'id' as kind, order_keys.value, bundles.given, bundles.family, bundles.name_key,
           bundles.email_key as other, bundles.listed
    from order_keys
    join bundles on bundles.bundle = order_keys.bundle
    """,
)

# How each key may be used: freely, among names that agree, or not at all.
GUARDS = statement(
    "people.guards",
    """
    with used as (
        select kind, value, count(*) as bundles, count(distinct name_key) as names,
               count(distinct nullif(other, '')) as others, cast(sum(listed) as bigint) as listed,
               count_if(given = '') as without_name
        from keys
        group by kind, value
        having count(*) > 1
    )
    select used.kind, used.value, used.bundles, used.names, used.others, used.listed,
           case when used.names > $crowd then 'nobody: more names use it than a household has'
                when used.others > $crowd then 'nobody: more addresses go with it than a person has'
                when used.listed > $crowd and used.without_name > 0
                    then 'nobody: a customer list has it in more rows than a person has'
                when used.names > 1 or desks.value is not null then 'some: first names under it disagree'
                else 'all' end as joins
    from used
    left join desks on desks.value = used.value
    """,
)

MIXED = statement(
    "people.mixed",
    """
    select distinct keys.kind, keys.value, keys.given, keys.family, keys.name_key,
           case when desks.value is null then 0 else 1 end as desk
    from keys
    join guards on guards.kind = keys.kind and guards.value = keys.value
    left join desks on desks.value = keys.value
    where starts_with(guards.joins, 'some')
    """,
)

EDGES = statement(
    "people.edges",
    """
    with allowed as (
        select keys.bundle, keys.kind, keys.value, coalesce(agreeing.class, 0) as among
        from keys
        join guards on guards.kind = keys.kind and guards.value = keys.value
        left join agreeing on agreeing.kind = keys.kind and agreeing.value = keys.value
                          and agreeing.name_key = keys.name_key
        where guards.joins = 'all' or (starts_with(guards.joins, 'some') and agreeing.class is not null)
    ),
    starred as (
        select bundle, kind, min(bundle) over (partition by kind, value, among) as hub,
               count(*) over (partition by kind, value, among) as bundles
        from allowed
    )
    select bundle, hub, kind
    from starred
    where bundles > 1 and bundle <> hub
    union all
    select distinct placed.bundle, record_bundles.bundle as hub, 'record' as kind
    from placed
    join record_bundles on record_bundles.record_id = placed.record_id
    where record_bundles.bundle <> record_bundles.last_bundle and placed.bundle <> record_bundles.bundle
    """,
)

# Keys that joined fewer than they might, for the report: some of those that join nobody by name, the rest counted.
HELD_BACK = statement(
    "people.held_back",
    "select joins, count(*) as keys, max(bundles) as most from guards where joins <> 'all' group by joins",
)
NOBODYS = statement(
    "people.nobodys",
    """
    select kind, value, bundles, names, others, listed, joins
    from guards
    where starts_with(joins, 'nobody')
    qualify row_number() over (order by bundles desc, listed desc, kind nulls last, value nulls last) <= 100
    """,
)


@dataclass(frozen=True)
class Exact:
    """What exact keys say.

    Args:
        keys: bundle, kind and value of each key.
        guards: how each shared key may be used.
        edges: bundle, hub and kind: these two are one person.
        held_back: joins, keys and most: keys that were not used freely, by why.
        nobodys: the hundred most used keys that join nobody.
    """

    keys: Table
    guards: Table
    edges: pa.Table
    held_back: pa.Table
    nobodys: pa.Table


def exact(engine: Engine, described: Described, orders: Table, *, crowd: int, nobody: frozenset[str]) -> Exact:
    """Find the pairs of bundles that share a key.

    Args:
        engine: where the tables are.
        described: the records and their bundles.
        orders: the newest version of each order, for records that name one by its number.
        crowd: names, addresses or listed rows under one key above which it says nothing about anybody.
        nobody: ids that the settings say identify nobody.
    """
    placed, bundles, record_bundles = described.placed, described.bundles, described.record_bundles
    order_keys = _order_keys(engine, placed, orders, record_bundles)
    listed = engine.arrow(pa.table({"value": pa.array(sorted(nobody), pa.string())}))
    keys = engine.run(KEYS, bundles=bundles, placed=placed, order_keys=order_keys, nobody=listed)
    at_desks = desks(engine, bundles)
    guards = engine.run(GUARDS, keys=keys, desks=at_desks, crowd=crowd)
    agreeing = engine.arrow(_agreeing(engine.fetch(engine.run(MIXED, keys=keys, guards=guards, desks=at_desks))))
    edges = engine.run(EDGES, keys=keys, guards=guards, agreeing=agreeing, placed=placed, record_bundles=record_bundles)
    return Exact(
        keys,
        guards,
        engine.fetch(edges, order_by=("bundle", "hub", "kind")),
        engine.fetch(engine.run(HELD_BACK, guards=guards), order_by=("joins",)),
        engine.fetch(engine.run(NOBODYS, guards=guards), order_by=("bundles", "kind", "value")),
    )


def _order_keys(engine: Engine, placed: Table, orders: Table, record_bundles: Table) -> Table:
    """The bundles behind the orders that some record names; ten million orders are not looked through for none."""
    wanted = engine.run(WANTED, placed=placed)
    if engine.count(wanted):
        return engine.run(ORDER_KEYS, orders=orders, record_bundles=record_bundles, wanted=wanted)
    return engine.arrow(pa.table({"bundle": pa.array([], pa.int64()), "value": pa.array([], pa.string())}))


def _agreeing(mixed: pa.Table) -> pa.Table:
    """The class of each name under a key whose names disagree; a name that may be either of two has none."""
    under: dict[tuple[str, str, int], list[tuple[str, str, str]]] = {}
    for kind, value, given, family, name_key, desk in zip(
        *(mixed.column(name).to_pylist() for name in ("kind", "value", "given", "family", "name_key", "desk")),
        strict=True,
    ):
        under.setdefault((kind, value, desk), []).append((given, family, name_key))
    rows: list[tuple[str, str, str, int]] = []
    for (kind, value, desk), names in under.items():
        found = classes([(given, family) for given, family, _ in names])
        rows += [
            (kind, value, name_key, found[given, family])
            for given, family, name_key in names
            if (given, family) in found and (given or not desk)
        ]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    types = (pa.string(), pa.string(), pa.string(), pa.int64())
    names_of = ("kind", "value", "name_key", "class")
    return pa.table(
        {name: pa.array(list(column), kind) for name, column, kind in zip(names_of, columns, types, strict=True)}
    )
