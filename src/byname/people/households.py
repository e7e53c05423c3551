"""Households: people who share an address, a phone or a mailbox and a name. A link between people, never a person."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.people.joining import components
from byname.people.keys import is_shared_mailbox

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["households"]

_MOST_PERSONS = 8  # under one key: beyond that it is a hotel, a school or an office
_LARGEST = 12

STREETS = statement("people.streets", "select distinct street from known where street is not null")

# What people of one household have in common, each with its words; the surname or the address must be in common too.
SHARED = statement(
    "people.shared",
    """
    with homes as (
        select distinct known.person_id, nullif(known.family, '') as family,
               nullif(known.email_key, '') as email, nullif(known.phone_key, '') as phone,
               homes_of.home || '|' || replace(lower(coalesce(known.postcode, known.city)), ' ', '') as home
        from known
        left join streets as homes_of on homes_of.street = known.street
    ),
    told as (
        select person_id, 'same family name and address' as reason, family || '|' || home as value from homes
        union all
        select person_id, 'same e-mail and family name' as reason, email || '|' || family as value from homes
        union all
        select person_id, 'same phone and family name' as reason, phone || '|' || family as value from homes
        union all
        select person_id, 'same e-mail and address' as reason, email || '|' || home as value from homes
        union all
        select person_id, 'same phone and address' as reason, phone || '|' || home as value from homes
    ),
    offered as (
        select reason, value, person_id from told where value is not null group by reason, value, person_id
    ),
    counted as (
        select reason, value from offered group by reason, value having count(*) between 2 and $most
    )
    select offered.person_id, offered.reason, offered.value
    from offered
    join counted on counted.reason = offered.reason and counted.value = offered.value
    """,
)

_SHORT = {
    "str": "strasse", "straße": "strasse", "st": "street", "rd": "road", "ave": "avenue", "av": "avenue",
    "ln": "lane", "dr": "drive", "pl": "platz", "sq": "square", "blvd": "boulevard", "ct": "court", "cl": "close",
}  # fmt: skip
_STREET_IN_ONE = re.compile(r"str\b")


def home(street: str) -> str:
    """A street and number without case, marks, punctuation and abbreviations."""
    apart = unicodedata.normalize("NFKD", street.lower().replace("ß", "ss"))
    plain = "".join(one for one in apart if not unicodedata.combining(one))
    words = re.sub(r"[\W_]+", " ", plain).split()
    return " ".join(_SHORT.get(word, _STREET_IN_ONE.sub("strasse", word)) for word in words)


def households(engine: Engine, known: Table) -> Table:
    """Households of two and more: household_id, person_id, reason.

    Args:
        engine: where the tables are.
        known: one row a record: person_id, family, email_key, phone_key, street, postcode and city.
    """
    written = engine.fetch(engine.run(STREETS, known=known)).column("street").to_pylist()
    streets = pa.table({"street": pa.array(written, pa.string()), "home": pa.array(map(home, written), pa.string())})
    shared = engine.fetch(
        engine.run(SHARED, known=known, streets=engine.arrow(streets), most=_MOST_PERSONS),
        order_by=("reason", "value", "person_id"),
    )
    return engine.arrow(_grouped(shared))


def _grouped(shared: pa.Table) -> pa.Table:
    """Connect people by what they share; a chain of more than twelve is no household."""
    desk = [is_shared_mailbox(value.split("|")[0]) for value in shared.column("value").to_pylist()]
    shared = shared.filter(pa.array([not one for one in desk], pa.bool_()))
    persons = shared.column("person_id").to_pylist()
    reasons = shared.column("reason").to_pylist()
    values = shared.column("value").to_pylist()
    ids = sorted(set(persons))
    number = {person: place for place, person in enumerate(ids)}
    pairs = [
        (number[persons[place - 1]], number[persons[place]])
        for place in range(1, len(persons))
        if (reasons[place], values[place]) == (reasons[place - 1], values[place - 1])
    ]
    left = np.array([one for one, _ in pairs], dtype=np.int64)
    right = np.array([two for _, two in pairs], dtype=np.int64)
    component = components(len(ids), left, right)
    sizes = np.bincount(component, minlength=len(ids)) if ids else np.empty(0, np.int64)
    why: dict[str, str] = {}
    for person, reason in zip(persons, reasons, strict=True):
        why.setdefault(person, reason)
    kept = [place for place in range(len(ids)) if 1 < sizes[component[place]] <= _LARGEST]
    return pa.table(
        {
            "household_id": pa.array([_household_id(ids[component[place]]) for place in kept], pa.string()),
            "person_id": pa.array([ids[place] for place in kept], pa.string()),
            "reason": pa.array([why[ids[place]] for place in kept], pa.string()),
        }
    )


def _household_id(first_person: str) -> str:
    return "h" + base64.b32encode(hashlib.sha256(first_person.encode()).digest()).decode()[:16]
