"""What stands in the records as somebody typed it, turned into keys on the driver: one row for each spelling.

Libraries decide what a mailbox and a number are, so this is Python; it sees each spelling once, however many records
have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.people.keys import email_key, is_shared_mailbox, matches, phone_key
from byname.people.names import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.company import Exclude
    from byname.engines import Engine, Table

__all__ = [
    "desks", "email_keys", "excluded_names", "first_names", "nobodys", "phone_keys", "surnames", "whole_names",
]  # fmt: skip

EMAILS = statement("people.emails", "select distinct email from records where email is not null")

PHONES = statement(
    "people.phones",
    "select distinct phone, lower(coalesce(country, '')) as country from records where phone is not null",
)

NAMES = statement(
    "people.names",
    """
    select distinct coalesce(name, trim(coalesce(given_name, '') || ' ' || coalesce(family_name, ''), ' ')) as name
    from records
    where name is not null or given_name is not null or family_name is not null
    """,
)

GIVEN = statement("people.given_names", "select distinct given_name from records where given_name is not null")

FAMILY = statement("people.family_names", "select distinct family_name from records where family_name is not null")

WHOLE = statement(
    "people.whole_names",
    "select distinct name from records where name is not null and given_name is null and family_name is null",
)

MAILBOXES = statement("people.mailboxes", "select distinct email_key from bundles where email_key <> ''")


def nobodys(listed: Sequence[str], country: str) -> frozenset[str]:
    """The keys of what the settings say identifies nobody, in any spelling."""
    return frozenset(key for one in listed for key in (one.strip(), email_key(one), phone_key(one, country)) if key)


def _unless(key: str | None, nobody: frozenset[str]) -> str | None:
    return None if key in nobody else key


def email_keys(engine: Engine, records: Table, exclude: Exclude, nobody: frozenset[str]) -> Table:
    """E-mail as written, its mailbox, and whether it is excluded: one row a spelling."""
    written = engine.fetch(engine.run(EMAILS, records=records)).column("email").to_pylist()
    return engine.arrow(
        pa.table(
            {
                "email": pa.array(written, pa.string()),
                "email_key": pa.array([_unless(email_key(text), nobody) for text in written], pa.string()),
                "excluded": pa.array([matches(text, exclude.emails) for text in written], pa.bool_()),
            }
        )
    )


def phone_keys(engine: Engine, records: Table, country: str, nobody: frozenset[str]) -> Table:
    """Phone and country as written, and the number in E.164: one row a spelling."""
    spelled = engine.fetch(engine.run(PHONES, records=records))
    written, countries = spelled.column("phone").to_pylist(), spelled.column("country").to_pylist()
    keys = [
        _unless(phone_key(text, code.upper() if len(code) == len("DE") else country), nobody)
        for text, code in zip(written, countries, strict=True)
    ]
    return engine.arrow(
        pa.table(
            {
                "phone": pa.array(written, pa.string()),
                "country": pa.array(countries, pa.string()),
                "phone_key": pa.array(keys, pa.string()),
            }
        )
    )


def excluded_names(engine: Engine, records: Table, exclude: Exclude) -> Table:
    """Only the names that are kept out: none are fetched where the settings name none."""
    names = engine.fetch(engine.run(NAMES, records=records)).column("name").to_pylist() if exclude.names else []
    out = [name for name in names if matches(name, exclude.names)]
    return engine.arrow(
        pa.table({"name": pa.array(out, pa.string()), "excluded": pa.array([True] * len(out), pa.bool_())})
    )


def first_names(engine: Engine, records: Table) -> Table:
    """First name as written, and folded (`names.fold`); '' for what is no name."""
    written = engine.fetch(engine.run(GIVEN, records=records)).column("given_name").to_pylist()
    return _texts(engine, written, ["given_name", "given"], [[split(None, one, None)[0]] for one in written])


def surnames(engine: Engine, records: Table) -> Table:
    """Surname as written, and folded."""
    written = engine.fetch(engine.run(FAMILY, records=records)).column("family_name").to_pylist()
    return _texts(engine, written, ["family_name", "family"], [[split(None, None, one)[1]] for one in written])


def whole_names(engine: Engine, records: Table) -> Table:
    """Names written as one, and their two parts."""
    written = engine.fetch(engine.run(WHOLE, records=records)).column("name").to_pylist()
    return _texts(engine, written, ["name", "given", "family"], [split(one, None, None) for one in written])


def _texts(engine: Engine, written: list[str], names: list[str], rows: Sequence[Sequence[str]]) -> Table:
    columns = zip(*rows, strict=True) if rows else [[] for _ in names[1:]]
    arrays = [pa.array(list(column), pa.string()) for column in (written, *columns)]
    return engine.arrow(pa.table(dict(zip(names, arrays, strict=True))))


def desks(engine: Engine, bundles: Table) -> Table:
    """The mailboxes that several people of a company read."""
    keys = engine.fetch(engine.run(MAILBOXES, bundles=bundles)).column("email_key").to_pylist()
    return engine.arrow(pa.table({"value": pa.array([key for key in keys if is_shared_mailbox(key)], pa.string())}))
