"""Which source row names which person: one row for each order, ticket, answer, review …, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import Statement
from byname.facts.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.engines import Engine, Table

__all__ = ["links"]

_ROW = """
    select facts_{name}.source, facts_{name}.account, facts_{name}.source_id, {role} as role, facts_{name}.reader,
           facts_{name}.fact_id, facts_{name}.{record} as record_id, record_person.person_id, record_person.reason,
           record_person.probability
    from facts_{name}
    join record_person on record_person.record_id = facts_{name}.{record}
    where {kept}
"""

# An order's lines go with their order, and what was decided is nobody's row.
_NAME_NOBODY = ("order_lines", "decisions")

# Rows of a list of people; the details that came with an order or a ticket are that row's own.
_LISTED = "facts_records.role in ('customer', 'contact')"
_PAST = "(facts_{name}.occurred_at is null or facts_{name}.occurred_at < $until)"


def links(engine: Engine, facts: Mapping[str, Table], record_person: Table, **until: object) -> Table:
    """Every source row that names somebody, with its person: source, account, source_id and role are its key.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact, by table.
        record_person: record_id, person_id, reason and probability.
        until: `until=`, the end of the as-of day, UTC.
    """
    parts = [_ROW.format(name=name, role=role, record=record, kept=kept) for name, role, record, kept in _rows(facts)]
    made = Statement("people.links", "\n    union all\n".join(parts))
    tables = {f"facts_{name}": table for name, table in facts.items() if name not in _NAME_NOBODY}
    return engine.run(made, record_person=record_person, **tables, **until)  # type: ignore[arg-type]


def _rows(facts: Mapping[str, Table]) -> list[tuple[str, str, str, str]]:
    """Table, role, column of the record, and which rows."""
    rows = []
    for table in TABLES:
        if table.name not in facts or table.name in _NAME_NOBODY:
            continue
        past = _PAST.format(name=table.name)
        if table.name == "records":
            rows.append((table.name, "facts_records.role", "record_id", _LISTED))
        elif table.name == "messages":
            rows.append((table.name, "coalesce(facts_messages.medium, 'message')", "record_id", past))
        else:
            rows.append((table.name, f"'{table.role}'", "record_id", past))
        if table.name == "referrals":
            rows.append((table.name, "'referred'", "referred_record_id", past))
    return rows
