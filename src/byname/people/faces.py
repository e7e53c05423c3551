"""What a group of records looks like to the second step: of each field the value that most of its records have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    import pyarrow as pa

    from byname.engines import Engine, Table

__all__ = ["faces"]

# Numbers that a state or an insurer gives to one person alone. A customer number of a shop is near to a stranger's.
NUMBERS = statement(
    "people.numbers",
    """
    select record_id, min(value) as number
    from (select record_id, unnest(external_ids) as value from placed where external_ids is not null) as told
    where starts_with(value, 'national:')
    group by record_id
    """,
)

SHOWN = statement(
    "people.shown",
    """
    select grouped.component as unique_id, nullif(placed.given, '') as given, nullif(placed.family, '') as family,
           placed.born, replace(lower(placed.postcode), ' ', '') as postcode,
           lower(trim(placed.street, ' ')) as street, lower(trim(placed.city, ' ')) as city,
           case when mailboxes.value is null then nullif(placed.email_key, '') end as email,
           case when phones.value is null then nullif(placed.phone_key, '') end as phone, numbers.number
    from placed
    join grouped on grouped.bundle = placed.bundle
    left join nobodys as mailboxes on mailboxes.kind = 'e-mail' and mailboxes.value = placed.email_key
    left join nobodys as phones on phones.kind = 'phone' and phones.value = placed.phone_key
    left join numbers on numbers.record_id = placed.record_id
    """,
)

_FIELDS = ("given", "family", "born", "postcode", "street", "city", "email", "phone", "number")

# The value of the most records; of two as frequent the longer one, which is the less abbreviated. The mark is written
# before the value, so that one max finds both; it counts first, then the length. In a group of one or two records every
# value is as frequent as another, or the only one: there the length decides, in one pass.
_LENGTH = "right('000' || cast(length({field}) as varchar), 3)"
_USABLE = "{field} is not null and {field} <> '' and length({field}) <= 200"
_VALUE = f"""
        select unique_id, '{{field}}' as field, {{field}} as value,
               right('0000000' || cast(count(*) as varchar), 7) || {_LENGTH} as mark
        from voting
        where {_USABLE}
        group by unique_id, {{field}}"""  # noqa: S608 - our own names
FACES = statement(
    "people.faces",
    f"""
    with sized as (select unique_id, count(*) as records from shown group by unique_id),
    small as (
        select shown.*
        from shown
        join sized on sized.unique_id = shown.unique_id
        where sized.records <= 2
    ),
    voting as (
        select shown.*
        from shown
        join sized on sized.unique_id = shown.unique_id
        where sized.records > 2
    ),
    said as (
        {"        union all".join(_VALUE.format(field=field) for field in _FIELDS).lstrip()}
    )
    select unique_id,
           {
        ", ".join(
            f"substr(max(case when {_USABLE} then {_LENGTH} || {{field}} end), 4) as {{field}}".format(field=field)
            for field in _FIELDS
        )
    }
    from small
    group by unique_id
    union all
    select unique_id,
           {
        ", ".join(
            f"substr(max(case when field = '{field}' then mark || value end), 11) as {field}" for field in _FIELDS
        )
    }
    from said
    group by unique_id
    """,  # noqa: S608 - our own names
)

# A key that joins nobody is no evidence either.
NOBODYS = statement("people.keys_of_nobody", "select kind, value from guards where starts_with(joins, 'nobody')")


def faces(engine: Engine, placed: Table, grouped: Table, guards: Table) -> pa.Table:
    """One row a group, with the fields of `comparisons.FIELDS`; null where the group does not say.

    Args:
        engine: where the tables are.
        placed: records with their bundle, as `described` makes them.
        grouped: bundle and component.
        guards: how each shared key may be used.
    """
    shown = engine.run(
        SHOWN,
        placed=placed,
        grouped=grouped,
        numbers=engine.run(NUMBERS, placed=placed),
        nobodys=engine.run(NOBODYS, guards=guards),
    )
    found = engine.fetch(engine.run(FACES, shown=shown), order_by=("unique_id",))
    engine.drop(shown)
    return found
