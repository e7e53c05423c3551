"""What colleagues decided about a person: the owner, notes, a corrected standing, and what became of a planned contact.

Each is a fact of the table `decisions` about one record of the person. An undo takes back the fact that its value
names, and an undo of an undo brings it back. The first word of a value says what it is about (a standing, a playbook),
the rest why; of an owner and a note the value is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import Statement, statement
from byname.engines.zone import local_day_sql
from byname.people.decisions import undone_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["Colleagues", "colleagues", "without_undone"]

# What people write on the pages, beside decisions. Of consents the strictest version counts, whoever takes it back.
_WRITTEN = ("promises", "contacts", "answers", "preferences", "messages", "ratings")

UNDOS = statement(
    "people.undos",
    """
    select fact_id, kind, value, occurred_at, known_at
    from decisions
    where kind = 'undo' and coalesce(occurred_at, known_at) < $until
    """,
)
DECIDED = statement(
    "people.decided_of_them",
    """
    select record_person.person_id, decisions.fact_id, decisions.source, decisions.account, decisions.source_id,
           decisions.kind, trim(coalesce(decisions.value, ''), ' ') as value,
           coalesce(nullif(trim(decisions.by_whom, ' '), ''), 'a colleague') as by_whom, decisions.private_to,
           coalesce(decisions.occurred_at, decisions.known_at) as occurred_at
    from decisions
    join record_person on record_person.record_id = decisions.record_id
    anti join undone on undone.fact_id = decisions.fact_id
    where decisions.kind in ('owner', 'note', 'standing', 'done', 'not now', 'not right')
      and coalesce(decisions.occurred_at, decisions.known_at) < $until
    """,
)
NOT_UNDONE = statement(
    "people.not_undone", "select written.* from written anti join undone on undone.fact_id = written.fact_id", lazy=True
)
SPAN = statement("people.decided_span", "select min(occurred_at) as first_at, max(occurred_at) as last_at from decided")
# Everything from the first space on, line ends too; and the first word with that space.
SAID = """
    with dated as (select decided.*, {day} as day from decided)
    select person_id, fact_id, source, account, source_id, kind, value, by_whom, private_to, occurred_at, day,
           regexp_replace(value, '[ \\f][^\\f]*', '', 'g') as about,
           trim(regexp_replace(value, '^[^ ]+ ?', '', 'g'), ' ') as why,
           cast(day(day) as varchar) || ' '
               || case month(day) when 1 then 'January' when 2 then 'February' when 3 then 'March' when 4 then 'April'
                       when 5 then 'May' when 6 then 'June' when 7 then 'July' when 8 then 'August'
                       when 9 then 'September' when 10 then 'October' when 11 then 'November' else 'December' end
               as on_day
    from dated
"""
OWNERS = statement(
    "people.owners_decided",
    """
    select person_id, nullif(value, '') as employee
    from said
    where kind = 'owner'
    qualify row_number() over (partition by person_id order by occurred_at desc, fact_id desc) = 1
    """,
)


@dataclass(frozen=True)
class Colleagues:
    """What colleagues decided, and nobody took back.

    Attributes:
        said: person_id, fact_id, source, account, source_id, kind (owner, note, standing, done, not now, not right),
            value, by_whom, private_to, occurred_at (UTC), day (in the company's zone), about (the value's first word),
            why (the rest), on_day ("3 November").
        owners: person_id, employee: the newest word of who looks after them; null: nobody.
    """

    said: Table
    owners: Table


def colleagues(engine: Engine, decisions: Table, record_person: Table, *, zone: str, until: datetime) -> Colleagues:
    """What holds at the end of a day of what colleagues decided.

    Args:
        engine: where the tables are.
        decisions: the facts.
        record_person: record_id and person_id.
        zone: the company's IANA zone.
        until: the end of the as-of day, UTC: what was decided or undone later is not seen.
    """
    taken_back = _undone(engine, decisions, until=until)
    decided = engine.run(DECIDED, decisions=decisions, record_person=record_person, undone=taken_back, until=until)
    (span,) = engine.fetch(engine.run(SPAN, decided=decided)).to_pylist()
    first = span["first_at"] or until
    day = local_day_sql("occurred_at", zone, first, span["last_at"] or first)
    said = engine.run(Statement("people.said_of_them", SAID.format(day=day)), decided=decided)
    return Colleagues(said, engine.run(OWNERS, said=said))


def without_undone(engine: Engine, facts: Mapping[str, Table], *, until: datetime) -> dict[str, Table]:
    """The facts but for those that somebody wrote on the pages and took back by the end of a day.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact, by table.
        until: the end of the as-of day, UTC.
    """
    taken_back = _undone(engine, facts["decisions"], until=until)
    if not engine.count(taken_back):
        return dict(facts)
    left = {name: engine.run(NOT_UNDONE, written=facts[name], undone=taken_back) for name in _WRITTEN}
    return {**facts, **left}


def _undone(engine: Engine, decisions: Table, *, until: datetime) -> Table:
    """fact_id of whatever an undo took back by the end of a day.

    Args:
        engine: where the table is.
        decisions: the facts.
        until: the end of the as-of day, UTC.
    """
    rows = engine.fetch(engine.run(UNDOS, decisions=decisions, until=until)).to_pylist()
    return engine.arrow(pa.table({"fact_id": pa.array(sorted(undone_by(rows)), pa.string())}))
