"""Households: people who share an address, a phone or a mailbox and a name. A link between people, never a person."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from byname.engines import statement
from byname.facts.letters import flat
from byname.people.companies import company_key
from byname.people.joining import components
from byname.people.keys import is_shared_mailbox

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["Households", "home", "households"]

_MOST_PERSONS = 8  # under one key: beyond that it is a hotel, a school or an office
_LARGEST = 12
_WORKING = ("value", "person_id", "company")
_COLLEAGUES = 2  # as many of one company under one phone or mailbox: it is the company's

STREETS = statement("people.streets", "select distinct street from known where street is not null")

# The mailboxes and phones of several people, but not of many, with the companies that those people write.
SHARED_KEYS = statement(
    "people.shared_keys",
    """
    with told as (
        select 'e-mail' as kind, email_key as value, person_id, company from known where email_key <> ''
        union all
        select 'phone' as kind, phone_key as value, person_id, company from known where phone_key <> ''
    ),
    counted as (
        select kind, value from told group by kind, value having count(distinct person_id) between 2 and $most
    )
    select distinct told.kind, told.value, told.person_id, coalesce(told.company, '') as company
    from told
    join counted on counted.kind = told.kind and counted.value = told.value
    """,
)

# What people of one household have in common, each with its words; the surname or the address must be in common too.
# Surname and address are one record's: they are written together, and so nobody's records are joined to themselves.
SHARED = statement(
    "people.shared",
    """
    with homes as (
        select known.person_id, nullif(known.family, '') as family,
               homes_of.home || '|' || coalesce(nullif(replace(lower(known.postcode), ' ', ''), ''),
                                                nullif(replace(lower(known.city), ' ', ''), '')) as home
        from known
        left join streets as homes_of on homes_of.street = known.street and homes_of.home <> ''
    ),
    told as (
        select person_id, 'same family name and address' as reason, family || '|' || home as value from homes
        union all
        select keyed.person_id, 'same ' || keyed.kind || ' and family name' as reason,
               keyed.value || '|' || homes.family as value
        from keyed
        join homes on homes.person_id = keyed.person_id
        union all
        select keyed.person_id, 'same ' || keyed.kind || ' and address' as reason,
               keyed.value || '|' || homes.home as value
        from keyed
        join homes on homes.person_id = keyed.person_id
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


@dataclass(frozen=True)
class Households:
    """Households and what was left out.

    Args:
        members: household_id, person_id, reason; each person at most once.
        report: what was held back, and why: (what, in words).
    """

    members: Table
    report: list[tuple[str, str]]


def home(street: str) -> str:
    """A street and number without case, marks, punctuation and abbreviations."""
    plain = flat(street)
    words = re.sub(r"[\W_]+", " ", plain).split()
    return " ".join(_SHORT.get(word, _STREET_IN_ONE.sub("strasse", word)) for word in words)


def households(engine: Engine, known: Table) -> Households:
    """Households of two and more, with what was left out.

    Two people are of one household if they share a mailbox or a phone (not a desk's, a company's or a crowd's) and the
    family name or the address; or the family name and the address.

    Args:
        engine: where the tables are.
        known: one row a record: person_id, family, email_key, phone_key, street, postcode, city and company.
    """
    written = engine.fetch(engine.run(STREETS, known=known)).column("street").to_pylist()
    streets = pa.table({"street": pa.array(written, pa.string()), "home": pa.array(map(home, written), pa.string())})
    keys = engine.fetch(engine.run(SHARED_KEYS, known=known, most=_MOST_PERSONS))
    shared = engine.fetch(
        engine.run(
            SHARED,
            known=known,
            streets=engine.arrow(streets),
            keyed=engine.arrow(_private(keys)),
            most=_MOST_PERSONS,
        ),
        order_by=("reason", "value", "person_id"),
    )
    members, chains, people = _grouped(shared)
    report = [("chains that are no household", f"{chains:,} of more than {_LARGEST}, {people:,} people")]
    return Households(engine.arrow(members), report if chains else [])


def _private(keys: pa.Table) -> pa.Table:
    """Who uses which mailbox or phone, without those of a desk or of a company."""
    values = keys.column("value").to_pylist()
    working = keys.filter(pc.not_equal(keys.column("company"), ""))
    spelled = {name: company_key(name) for name in pc.unique(working.column("company")).to_pylist()}
    colleagues: dict[tuple[str, str], set[str]] = defaultdict(set)
    for value, person, name in zip(*(working.column(one).to_pylist() for one in _WORKING), strict=True):
        if company := spelled[name]:
            colleagues[value, company].add(person)
    barred = {value for (value, _), persons in colleagues.items() if len(persons) >= _COLLEAGUES}
    # A number is nobody's desk: of two kinds of key only a mailbox has a local part.
    barred |= {value for value in set(values) if is_shared_mailbox(value)}
    kept = keys.filter(pa.array([value not in barred for value in values], pa.bool_()))
    return kept.select(["kind", "value", "person_id"])


def _grouped(shared: pa.Table) -> tuple[pa.Table, int, int]:
    """Connect people by what they share; a chain of more than twelve is no household.

    Returns:
        The members, and how many chains were dropped, of how many people.
    """
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
    members = pa.table(
        {
            "household_id": pa.array([_household_id(ids[component[place]]) for place in kept], pa.string()),
            "person_id": pa.array([ids[place] for place in kept], pa.string()),
            "reason": pa.array([why[ids[place]] for place in kept], pa.string()),
        }
    )
    chains = sizes[sizes > _LARGEST]
    return members, len(chains), int(chains.sum())


def _household_id(first_person: str) -> str:
    return "h" + base64.b32encode(hashlib.sha256(first_person.encode()).digest()).decode()[:16]
