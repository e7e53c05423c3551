"""The best version of each person: name, e-mail, phone and address, each with where it came from.

Of each detail every record is a vote for the spelling that it has. A customers' list counts for more than what was
typed at a check-out, a source that `[trust]` names for as much as it says; of two with as many votes the newer wins.

What somebody said on their own page stands above all of it: a source that is wrong sends the same again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.people.corrections import corrections

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["OWN_WORD", "best_version", "corrected"]

OWN_WORD = "their own correction"  # where a detail came from

_LISTED = 1_000  # votes of a row of a customers' list, for one of anything else

VOTES = statement(
    "people.votes",
    """
    select reasons.person_id, placed.full_name, placed.email, placed.phone, placed.street, placed.city,
           placed.postcode, placed.country, placed.language, placed.owner, placed.source, placed.seen_at,
           placed.created_at,
           cast(case when placed.role = 'customer' then $listed else 1 end as double) * coalesce(trust.weight, 1e0)
               as votes
    from placed
    join reasons on reasons.bundle = placed.bundle
    left join trust on trust.source = placed.source
    """,
)


def _best(column: str, besides: str = "", value: str = "") -> str:
    """The winning value of one detail, and the source that has most of its votes."""
    value = value or column
    ties = ", ".join(f"{name} nulls last" for name in (column, *besides.replace(",", " ").split()))
    return f"""
    with counted as (
        select person_id, {column}{besides}, cast(round(cast(sum(votes) as double) * 10) as bigint) as votes, max(seen_at) as seen_at,
               count(*) as records, max(source) as source, count(distinct source) as sources
        from votes
        where {value} is not null
        group by person_id, {column}{besides}
    )
    select person_id, {column}{besides},
           source || case when sources > 1 then ' and ' || cast(sources - 1 as varchar) || ' more' else '' end
               || ', ' || cast(records as varchar) || case when records = 1 then ' record' else ' records' end
               as {column}_from
    from counted
    qualify row_number() over (
        partition by person_id
        order by votes desc, seen_at desc nulls last, {ties}
    ) = 1
    """  # noqa: S608 - our own names


NAME = statement("people.best_name", _best("full_name"))
EMAIL = statement("people.best_email", _best("email"))
PHONE = statement("people.best_phone", _best("phone"))
ADDRESS = statement(
    "people.best_address", _best("street", ", postcode, city, country", "coalesce(street, postcode, city, country)")
)

DETAILS = statement(
    "people.details",
    """
    with others as (
        select person_id,
               substr(max(mark || language), 17) as language,
               substr(max(mark || owner), 17) as owner,
               min(created_at) as created_at
        from (select person_id, language, owner, created_at,
                     right('0000000000000000' || cast(cast(round(votes * 10) as bigint) as varchar), 16) as mark
              from votes) as marked
        group by person_id
    )
    select others.person_id, best_name.full_name as name, best_email.email, best_phone.phone, best_address.street,
           best_address.postcode, best_address.city, best_address.country, others.language, others.owner,
           others.created_at, best_name.full_name_from as name_from, best_email.email_from, best_phone.phone_from,
           best_address.street_from as address_from
    from others
    left join best_name on best_name.person_id = others.person_id
    left join best_email on best_email.person_id = others.person_id
    left join best_phone on best_phone.person_id = others.person_id
    left join best_address on best_address.person_id = others.person_id
    """,
)

# An address is said in one piece, so that town and postcode of before are not written behind it.
CORRECTED = statement(
    "people.corrected",
    """
    with newest as (
        select record_person.person_id, corrections.detail, corrections.said
        from corrections
        join record_person on record_person.record_id = corrections.record_id
        qualify row_number() over (
            partition by record_person.person_id, corrections.detail
            order by corrections.said_at desc nulls last, corrections.fact_id desc nulls last
        ) = 1
    ),
    own as (
        select person_id,
               max(case when detail = 'name' then said end) as name,
               max(case when detail = 'email' then said end) as email,
               max(case when detail = 'phone' then said end) as phone,
               max(case when detail = 'address' then said end) as address
        from newest
        group by person_id
    )
    select details.person_id, coalesce(own.name, details.name) as name, coalesce(own.email, details.email) as email,
           coalesce(own.phone, details.phone) as phone, coalesce(own.address, details.street) as street,
           case when own.address is null then details.postcode end as postcode,
           case when own.address is null then details.city end as city,
           details.country, details.language, details.owner, details.created_at,
           case when own.name is null then details.name_from else $own_word end as name_from,
           case when own.email is null then details.email_from else $own_word end as email_from,
           case when own.phone is null then details.phone_from else $own_word end as phone_from,
           case when own.address is null then details.address_from else $own_word end as address_from
    from details
    left join own on own.person_id = details.person_id
    """,
)


def best_version(engine: Engine, placed: Table, reasons: Table, trust: Mapping[str, float]) -> Table:
    """One row a person: the details by which to call and reach them, and where each came from.

    Args:
        engine: where the tables are.
        placed: records with their bundle.
        reasons: bundle and person_id.
        trust: source → what its word is worth; 1 where it is not named.
    """
    weights = pa.table(
        {"source": pa.array(list(trust), pa.string()), "weight": pa.array(list(trust.values()), pa.float64())}
    )
    votes = engine.run(VOTES, placed=placed, reasons=reasons, trust=engine.arrow(weights), listed=_LISTED)
    details = engine.run(
        DETAILS,
        votes=votes,
        best_name=engine.run(NAME, votes=votes),
        best_email=engine.run(EMAIL, votes=votes),
        best_phone=engine.run(PHONE, votes=votes),
        best_address=engine.run(ADDRESS, votes=votes),
    )
    engine.drop(votes)
    return details


def corrected(engine: Engine, details: Table, decisions: pa.Table, record_person: Table, *, until: datetime) -> Table:
    """The details with what people said of their own above them: the newest of each that nobody took back.

    Args:
        engine: where the tables are.
        details: from `best_version`.
        decisions: the facts.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC without a zone: what was said or taken back later is not seen.
    """
    said = corrections(decisions, until)
    if not said:
        return details
    fields = [("fact_id", pa.string()), ("record_id", pa.string()), ("detail", pa.string()), ("said", pa.string())]
    schema = pa.schema([*fields, ("said_at", pa.timestamp("us"))])
    told = pa.table([list(column) for column in zip(*said, strict=True)], schema=schema)
    return engine.run(
        CORRECTED,
        details=details,
        corrections=engine.arrow(told),
        record_person=record_person,
        own_word=OWN_WORD,
    )
