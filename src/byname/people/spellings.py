"""What stands in the records as somebody typed it, turned into keys on the driver: one row for each spelling.

Libraries decide what a mailbox and a number are, so this is Python; it sees each spelling once, however many records
have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.people.keys import email_key, folded_initial, is_shared_mailbox, matches, phone_key

if TYPE_CHECKING:
    from byname.company import Exclude
    from byname.engines import Engine, Table

__all__ = ["desks", "email_keys", "excluded_names", "initials", "phone_keys"]

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

LETTERS = statement("people.letters", "select distinct letter from described where letter is not null")

MAILBOXES = statement("people.mailboxes", "select distinct email_key from bundles where email_key <> ''")


def email_keys(engine: Engine, records: Table, exclude: Exclude) -> Table:
    """E-mail as written, its mailbox, and whether it is excluded: one row a spelling."""
    written = engine.fetch(engine.run(EMAILS, records=records)).column("email").to_pylist()
    return engine.arrow(
        pa.table(
            {
                "email": pa.array(written, pa.string()),
                "email_key": pa.array([email_key(text) for text in written], pa.string()),
                "excluded": pa.array([matches(text, exclude.emails) for text in written], pa.bool_()),
            }
        )
    )


def phone_keys(engine: Engine, records: Table, country: str) -> Table:
    """Phone and country as written, and the number in E.164: one row a spelling."""
    spelled = engine.fetch(engine.run(PHONES, records=records))
    written, countries = spelled.column("phone").to_pylist(), spelled.column("country").to_pylist()
    keys = [
        phone_key(text, code.upper() if len(code) == len("DE") else country)
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


def initials(engine: Engine, described: Table) -> Table:
    """First letter as written, and the letter without its marks."""
    found = engine.fetch(engine.run(LETTERS, described=described)).column("letter").to_pylist()
    return engine.arrow(
        pa.table(
            {
                "letter": pa.array(found, pa.string()),
                "initial": pa.array([folded_initial(one) for one in found], pa.string()),
            }
        )
    )


def desks(engine: Engine, bundles: Table) -> Table:
    """The mailboxes that several people of a company read."""
    keys = engine.fetch(engine.run(MAILBOXES, bundles=bundles)).column("email_key").to_pylist()
    return engine.arrow(pa.table({"value": pa.array([key for key in keys if is_shared_mailbox(key)], pa.string())}))
