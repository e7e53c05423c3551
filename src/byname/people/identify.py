"""Who is who, by exact keys: records that share an e-mail, a phone or an id are one person, within guards.

Records with the same spelling of everything are one bundle first, so that the graph has as many nodes as there are
people, not as there are orders. A key that several people use joins only those whose first initial agrees; one
that a crowd uses joins nobody. (Measured: TERMS, "What identity rests on".) The probabilistic second step will
propose more edges between the bundles that this one leaves apart, before the components are made.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.people.spellings import desks, email_keys, excluded_names, initials, phone_keys

if TYPE_CHECKING:
    from byname.company import Exclude
    from byname.engines import Engine, Table

__all__ = ["CROWD", "People", "identify", "person_id"]

CROWD = 50  # names under one key, above which it says nothing about anybody


FIRST_KNOWN = statement(
    "people.first_known",
    """
    select record_id, min(known_at) as first_known
    from all_versions
    where record_id is not null
    group by record_id
    """,
)

# One row a record: its keys, and the first letter of the first name where we can tell which that is.
DESCRIBED = statement(
    "people.described",
    r"""
    with named as (
        select record_id, source_id, role, email, phone, lower(coalesce(country, '')) as country_code, city, country,
               language, owner, created_at, external_ids,
               coalesce(nullif(trim(name, ' '), ''),
                        nullif(trim(coalesce(given_name, '') || ' ' || coalesce(family_name, ''), ' '), ''))
                   as full_name,
               coalesce(nullif(trim(given_name, ' '), ''),
                        case when trim(name, ' ') like '% %'
                             then regexp_replace(trim(name, ' '), '^[^,]*, *', '', 'g') end) as first_name
        from records
        where record_id is not null
    )
    select named.record_id, named.role, named.full_name, named.email, named.phone, named.city, named.country,
           named.language, named.owner, named.created_at, named.external_ids,
           coalesce(lower(named.full_name), '') as name_key,
           substr(regexp_replace(lower(trim(named.first_name, ' ')),
                                 '^(mr|mrs|ms|miss|dr|prof|herr|frau|mme|mlle|sr|sra)[.]? +', '', 'g'), 1, 1) as letter,
           coalesce(emails.email_key, '') as email_key,
           coalesce(phones.phone_key, '') as phone_key,
           case when emails.email_key is null and phones.phone_key is null then named.record_id else '' end as alone,
           case when emails.excluded or names.excluded or ids.id is not null then 1 else 0 end as excluded
    from named
    left join emails on emails.email = named.email
    left join phones on phones.phone = named.phone and phones.country = named.country_code
    left join names on names.name = named.full_name
    left join ids on ids.id = named.source_id
    """,
)


BUNDLES = statement(
    "people.bundles",
    """
    with grouped as (
        select described.email_key, described.phone_key, described.name_key, described.alone,
               max(nullif(letters.initial, '')) as initial,
               max(described.excluded) as excluded,
               count(*) as record_rows
        from described
        left join letters on letters.letter = described.letter
        group by described.email_key, described.phone_key, described.name_key, described.alone
    )
    select email_key, phone_key, name_key, alone, initial, excluded, record_rows,
           row_number() over (
               order by email_key nulls last, phone_key nulls last, name_key nulls last, alone nulls last
           ) - 1 as bundle
    from grouped
    """,
)

PLACED = statement(
    "people.placed",
    """
    select bundles.bundle, described.record_id, described.role, described.full_name, described.email, described.phone,
           described.city, described.country, described.language, described.owner, described.created_at,
           described.external_ids, first_known.first_known
    from described
    join bundles on bundles.email_key = described.email_key
                and bundles.phone_key = described.phone_key
                and bundles.name_key = described.name_key
                and bundles.alone = described.alone
    join first_known on first_known.record_id = described.record_id
    """,
)

RECORD_BUNDLES = statement(
    "people.record_bundles",
    """
    select record_id, min(bundle) as bundle, max(bundle) as last_bundle
    from placed
    group by record_id
    """,
)

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
    select bundle, 'e-mail' as kind, email_key as value, initial, name_key
    from bundles
    where email_key <> ''
    union all
    select bundle, 'phone' as kind, phone_key as value, initial, name_key
    from bundles
    where phone_key <> ''
    union all
    select distinct shared.bundle, 'id' as kind, shared.value, bundles.initial, bundles.name_key
    from (select bundle, unnest(external_ids) as value from placed where external_ids is not null) as shared
    join bundles on bundles.bundle = shared.bundle
    union all
    select order_keys.bundle, 'id' as kind, order_keys.value, bundles.initial, bundles.name_key
    from order_keys
    join bundles on bundles.bundle = order_keys.bundle
    """,
)

# How each key that several bundles share may be used: freely, with the initial, or not at all.
GUARDS = statement(
    "people.guards",
    """
    with used as (
        select kind, value, count(*) as bundles, count(distinct initial) as initials, count(distinct name_key) as names
        from keys
        group by kind, value
        having count(*) > 1
    )
    select used.kind, used.value, used.bundles, used.initials, used.names,
           case when used.names > $crowd then 'nobody'
                when used.initials > 1 or desks.value is not null then 'initial'
                else 'all' end as joins
    from used
    left join desks on desks.value = used.value
    """,
)

EDGES = statement(
    "people.edges",
    """
    with allowed as (
        select keys.bundle, keys.kind, keys.value,
               case when guards.joins = 'initial' then keys.initial else '' end as among
        from keys
        join guards on guards.kind = keys.kind and guards.value = keys.value
        where guards.joins = 'all' or (guards.joins = 'initial' and keys.initial is not null)
    ),
    starred as (
        select bundle, kind, min(bundle) over (partition by kind, value, among) as hub,
               count(*) over (partition by kind, value, among) as bundles
        from allowed
    )
    select bundle, hub, kind
    from starred
    where bundles > 1
    union all
    select distinct placed.bundle, record_bundles.bundle as hub, 'record' as kind
    from placed
    join record_bundles on record_bundles.record_id = placed.record_id
    where record_bundles.bundle <> record_bundles.last_bundle
    """,
)

# The first record of each component, by when it was known, then by its id.
ANCHORS = statement(
    "people.anchors",
    """
    with firsts as (
        select components.component, placed.first_known, min(placed.record_id) as anchor
        from placed
        join components on components.bundle = placed.bundle
        group by components.component, placed.first_known
    ),
    barred as (
        select components.component, max(bundles.excluded) as excluded
        from bundles
        join components on components.bundle = bundles.bundle
        group by components.component
    )
    select firsts.component, firsts.anchor, barred.excluded
    from firsts
    join barred on barred.component = firsts.component
    qualify row_number() over (
        partition by firsts.component order by firsts.first_known nulls last, firsts.anchor nulls last
    ) = 1
    """,
)

# Why a record is with its person, in words.
REASONS = statement(
    "people.reasons",
    """
    with kinds as (
        select bundle,
               max(case when kind = 'e-mail' then 1 else 0 end) as by_email,
               max(case when kind = 'phone' then 1 else 0 end) as by_phone,
               max(case when kind = 'id' then 1 else 0 end) as by_id,
               max(case when kind = 'record' then 1 else 0 end) as by_record
        from edges
        group by bundle
    )
    select bundles.bundle, persons.person_id,
           case when kinds.by_email = 1 and kinds.by_phone = 1 then 'same e-mail and phone'
                when kinds.by_email = 1 then 'same e-mail'
                when kinds.by_phone = 1 then 'same phone'
                when kinds.by_id = 1 then 'same id of another system'
                when kinds.by_record = 1 then 'same customer id'
                when bundles.record_rows > 1 and bundles.email_key <> '' and bundles.phone_key <> ''
                    then 'same e-mail, phone and name'
                when bundles.record_rows > 1 and bundles.email_key <> '' then 'same e-mail and name'
                when bundles.record_rows > 1 and bundles.phone_key <> '' then 'same phone and name'
                when bundles.record_rows > 1 then 'same customer id'
                else 'the only record' end as reason
    from bundles
    join components on components.bundle = bundles.bundle
    join persons on persons.component = components.component
    left join kinds on kinds.bundle = bundles.bundle
    """,
)

RECORD_PERSON = statement(
    "people.record_person",
    """
    select record_bundles.record_id, reasons.person_id, reasons.reason
    from record_bundles
    join reasons on reasons.bundle = record_bundles.bundle
    """,
)

# What to call a person: of each detail the spelling that stands in the most records, a customers' list counting for
# more than what was typed at a check-out. The count is written before the value so that one max finds both.
DETAILS = statement(
    "people.details",
    """
    with spelled as (
        select reasons.person_id, placed.full_name, placed.email, placed.phone, placed.city, placed.country,
               placed.language, placed.owner, min(placed.created_at) as created_at,
               count(distinct placed.record_id) as records,
               cast(sum(case when placed.role = 'customer' then 1000 else 1 end) as bigint) as weight
        from placed
        join reasons on reasons.bundle = placed.bundle
        group by reasons.person_id, placed.full_name, placed.email, placed.phone, placed.city, placed.country,
                 placed.language, placed.owner
    ),
    marked as (
        select person_id, full_name, email, phone, city, country, language, owner, created_at, records,
               right('000000000000' || cast(weight as varchar), 12) as mark
        from spelled
    )
    select person_id,
           substr(max(mark || full_name), 13) as name,
           substr(max(mark || email), 13) as email,
           substr(max(mark || phone), 13) as phone,
           substr(max(mark || city), 13) as city,
           substr(max(mark || country), 13) as country,
           substr(max(mark || language), 13) as language,
           substr(max(mark || owner), 13) as owner,
           min(created_at) as created_at
    from marked
    group by person_id
    """,
)

COUNTED = statement(
    "people.counted",
    "select person_id, count(*) as records from record_person group by person_id",
)

# For recognising somebody at a touch point by one look-up; what identifies nobody is no key.
LOOK_UP = statement(
    "people.look_up",
    """
    select distinct keys.kind, keys.value, reasons.person_id
    from keys
    join reasons on reasons.bundle = keys.bundle
    left join guards on guards.kind = keys.kind and guards.value = keys.value
    where guards.joins is null or guards.joins <> 'nobody'
    """,
)


HELD_BACK = statement(
    "people.held_back", "select joins, count(*) as keys from guards where joins <> 'all' group by joins"
)


@dataclass(frozen=True)
class People:
    """Who is who.

    Args:
        persons: person_id and anchor.
        record_person: record_id, person_id and reason: one row a record.
        details: person_id, name, email, phone, city, country, language, owner, created_at.
        counted: person_id and records.
        look_up: kind (e-mail, phone, id), value and person_id: several people where a household shares a key.
        excluded: how many people `[exclude]` keeps out.
        held_back: keys that were not used freely, by how.
    """

    persons: Table
    record_person: Table
    details: Table
    counted: Table
    look_up: Table
    excluded: int
    held_back: dict[str, int]


def person_id(anchor: str) -> str:
    """'p' and 16 characters of base32 over sha256 of the anchor record's id: stable without a register."""
    return "p" + base64.b32encode(hashlib.sha256(anchor.encode()).digest()).decode()[:16]


def identify(
    engine: Engine, records: Table, all_versions: Table, orders: Table, *, country: str, exclude: Exclude
) -> People:
    """Find the people behind the records.

    Args:
        engine: where the tables are.
        records: the newest version of each row of the fact table `records`.
        all_versions: every version, for when each record was first known.
        orders: the newest version of each order, for records that name one by its number.
        country: ISO code, for phone numbers in national form.
        exclude: who is no customer; a person is out if one record fits.
    """
    described = engine.run(
        DESCRIBED,
        records=records,
        emails=email_keys(engine, records, exclude),
        phones=phone_keys(engine, records, country),
        names=excluded_names(engine, records, exclude),
        ids=engine.arrow(pa.table({"id": pa.array(sorted(set(exclude.ids)), pa.string())})),
    )
    bundles = engine.run(BUNDLES, described=described, letters=initials(engine, described))
    first_known = engine.run(FIRST_KNOWN, all_versions=all_versions)
    placed = engine.run(PLACED, described=described, bundles=bundles, first_known=first_known)
    engine.drop(described)
    record_bundles = engine.run(RECORD_BUNDLES, placed=placed)
    order_keys = _order_keys(engine, placed, orders, record_bundles)
    keys = engine.run(KEYS, bundles=bundles, placed=placed, order_keys=order_keys)
    guards = engine.run(GUARDS, keys=keys, desks=desks(engine, bundles), crowd=CROWD)
    edges = engine.run(EDGES, keys=keys, guards=guards, placed=placed, record_bundles=record_bundles)
    components = engine.arrow(_components(engine.count(bundles), engine.fetch(edges)))
    anchors = engine.fetch(engine.run(ANCHORS, placed=placed, components=components, bundles=bundles))
    persons = engine.arrow(_persons(anchors))
    reasons = engine.run(REASONS, bundles=bundles, components=components, persons=persons, edges=edges)
    record_person = engine.run(RECORD_PERSON, record_bundles=record_bundles, reasons=reasons)
    people = People(
        persons=persons,
        record_person=record_person,
        details=engine.run(DETAILS, placed=placed, reasons=reasons),
        counted=engine.run(COUNTED, record_person=record_person),
        look_up=engine.run(LOOK_UP, keys=keys, reasons=reasons, guards=guards),
        excluded=int(np.count_nonzero(anchors.column("excluded").to_numpy())),
        held_back=_held_back(engine, guards),
    )
    for done in (placed, bundles, keys, edges, record_bundles):
        engine.drop(done)
    return people


def _order_keys(engine: Engine, placed: Table, orders: Table, record_bundles: Table) -> Table:
    """The bundles behind the orders that some record names; ten million orders are not looked through for none."""
    wanted = engine.run(WANTED, placed=placed)
    if engine.count(wanted):
        return engine.run(ORDER_KEYS, orders=orders, record_bundles=record_bundles, wanted=wanted)
    return engine.arrow(pa.table({"bundle": pa.array([], pa.int64()), "value": pa.array([], pa.string())}))


def _components(bundles: int, edges: pa.Table) -> pa.Table:
    """Connected components over the reduced edges: bundle and component, both from 0."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones, others = (edges.column(name).to_numpy() for name in ("bundle", "hub"))
    graph = coo_array((np.ones(len(ones), dtype=np.int8), (ones, others)), shape=(bundles, bundles))
    labels = connected_components(graph, directed=False)[1] if bundles else np.empty(0)
    return pa.table({"bundle": np.arange(bundles, dtype=np.int64), "component": labels.astype(np.int64)})


def _persons(anchors: pa.Table) -> pa.Table:
    kept = anchors.filter(pa.compute.equal(anchors.column("excluded"), 0))
    records = kept.column("anchor").to_pylist()
    return pa.table(
        {
            "component": kept.column("component"),
            "person_id": pa.array([person_id(anchor) for anchor in records], pa.string()),
            "anchor": pa.array(records, pa.string()),
        }
    )


def _held_back(engine: Engine, guards: Table) -> dict[str, int]:
    counts = engine.fetch(engine.run(HELD_BACK, guards=guards))
    return dict(zip(counts.column("joins").to_pylist(), counts.column("keys").to_pylist(), strict=True))
