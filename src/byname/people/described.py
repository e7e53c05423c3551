"""Records as the graph sees them: their keys, their names folded, and bundles of those that say the same.

A bundle holds the records with the same e-mail, phone and name, so that the graph has as many nodes as there are
people, not as there are orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.people.spellings import email_keys, excluded_names, first_names, phone_keys, surnames, whole_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.company import Exclude
    from byname.engines import Engine, Table

__all__ = ["Described", "describe"]

FIRST_KNOWN = statement(
    "people.first_known",
    """
    select record_id, min(known_at) as first_known
    from all_versions
    where record_id is not null
    group by record_id
    """,
)

# One row a record. A record that a person decided about is a bundle of its own, so that it can be set apart; so is a
# nameless row of a customer list, so that the guards see how many of them have one phone.
DESCRIBED = statement(
    "people.described",
    """
    with named as (
        select record_id, source, account, source_id, role, email, phone,
               lower(coalesce(country, '')) as country_code, street, city, postcode, country, company, language, owner,
               created_at, updated_at, external_ids, name, given_name, family_name, birth_date,
               coalesce(nullif(trim(name, ' '), ''),
                        nullif(trim(coalesce(given_name, '') || ' ' || coalesce(family_name, ''), ' '), ''))
                   as full_name
        from records
        where record_id is not null
    ),
    split as (
        select named.*,
               case when named.given_name is null and named.family_name is null
                    then coalesce(whole_names.given, '') else coalesce(first_names.given, '') end as given,
               case when named.given_name is null and named.family_name is null
                    then coalesce(whole_names.family, '') else coalesce(surnames.family, '') end as family
        from named
        left join first_names on first_names.given_name = named.given_name
        left join surnames on surnames.family_name = named.family_name
        left join whole_names on whole_names.name = named.name
    )
    select split.record_id, split.source, split.account, split.source_id, split.role, split.full_name, split.email,
           split.phone, split.street, split.city, split.postcode, split.country, split.company, split.language,
           split.owner, split.created_at, coalesce(split.updated_at, split.created_at) as seen_at, split.external_ids,
           split.given, split.family, cast(split.birth_date as varchar) as born,
           split.given || '|' || split.family as name_key,
           coalesce(emails.email_key, '') as email_key,
           coalesce(phones.phone_key, '') as phone_key,
           case when (emails.email_key is null and phones.phone_key is null) or decided.record_id is not null
                     or (split.role = 'customer' and split.given = '')
                then split.record_id else '' end as alone,
           case when emails.excluded or names.excluded or ids.id is not null then 1 else 0 end as excluded
    from split
    left join emails on emails.email = split.email
    left join phones on phones.phone = split.phone and phones.country = split.country_code
    left join names on names.name = split.full_name
    left join ids on ids.id = split.source_id
    left join decided on decided.record_id = split.record_id
    """,
)

BUNDLES = statement(
    "people.bundles",
    """
    with grouped as (
        select email_key, phone_key, name_key, alone, min(given) as given, min(family) as family,
               max(excluded) as excluded, count(*) as record_rows,
               count_if(role = 'customer') as listed
        from described
        group by email_key, phone_key, name_key, alone
    )
    select email_key, phone_key, name_key, alone, given, family, excluded, record_rows, listed,
           row_number() over (
               order by email_key nulls last, phone_key nulls last, name_key nulls last, alone nulls last
           ) - 1 as bundle
    from grouped
    """,
)

PLACED = statement(
    "people.placed",
    """
    select bundles.bundle, described.record_id, described.source, described.account, described.source_id,
           described.role, described.full_name, described.email, described.phone, described.street, described.city,
           described.postcode, described.country, described.company, described.language, described.owner,
           described.created_at, described.seen_at, described.external_ids, described.given, described.family,
           described.born, described.email_key, described.phone_key, first_known.first_known
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


@dataclass(frozen=True)
class Described:
    """Records and their bundles.

    Args:
        placed: one row a record and spelling, with its bundle.
        bundles: bundle, its keys and its name.
        record_bundles: record_id, bundle and last_bundle.
    """

    placed: Table
    bundles: Table
    record_bundles: Table


def describe(
    engine: Engine,
    records: Table,
    all_versions: Table,
    *,
    country: str,
    exclude: Exclude,
    nobody: frozenset[str],
    decided: Sequence[str],
) -> Described:
    """Describe the records and bundle them.

    Args:
        engine: where the tables are.
        records: the newest version of each row of the fact table `records`.
        all_versions: every version, for when each record was first known.
        country: ISO code, for phone numbers in national form.
        exclude: who is no customer; a person is out if one record fits.
        nobody: keys that the settings say identify nobody.
        decided: records that a person decided about.
    """
    described = engine.run(
        DESCRIBED,
        records=records,
        emails=email_keys(engine, records, exclude, nobody),
        phones=phone_keys(engine, records, country, nobody),
        names=excluded_names(engine, records, exclude),
        first_names=first_names(engine, records),
        surnames=surnames(engine, records),
        whole_names=whole_names(engine, records),
        ids=engine.arrow(pa.table({"id": pa.array(sorted(set(exclude.ids)), pa.string())})),
        decided=engine.arrow(pa.table({"record_id": pa.array(sorted(set(decided)), pa.string())})),
    )
    bundles = engine.run(BUNDLES, described=described)
    first_known = engine.run(FIRST_KNOWN, all_versions=all_versions)
    placed = engine.run(PLACED, described=described, bundles=bundles, first_known=first_known)
    engine.drop(described)
    return Described(placed, bundles, engine.run(RECORD_BUNDLES, placed=placed))
