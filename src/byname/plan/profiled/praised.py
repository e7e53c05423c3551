"""Which employee a person praised by name last."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day

__all__ = ["praised_by_name"]

NAMING = statement(
    "plan.naming",
    """
    select person_id, fact_id, occurred_at, employees
    from voice
    where person_id is not null and occurred_at < $until and occurred_at >= $named_from
      and sensitive is not true and contains(coalesce(employees, ''), 'true')
    """,
)
NAMED = statement("plan.naming_names", "select employees from naming group by employees")
PRAISED_BY_NAME = statement(
    "plan.praised_by_name",
    """
    select naming.person_id, names.employee as praised_employee, naming.occurred_at as praised_at
    from naming
    join names on names.employees = naming.employees
    qualify row_number() over (partition by naming.person_id order by naming.occurred_at desc, naming.fact_id) = 1
    """,
)


def praised_by_name(engine: Engine, voice: Table, day: Day, *, days: int) -> Table:
    """person_id, praised_employee, praised_at (UTC): the latest praise by name, of several in it the first by name.

    Args:
        engine: where the table is.
        voice: what each message was read as.
        day: on which we look.
        days: how far back.
    """
    naming = engine.run(NAMING, voice=voice, until=day.until, named_from=day.until - timedelta(days=days))
    texts = engine.fetch(engine.run(NAMED, naming=naming), order_by=("employees",)).column("employees").to_pylist()
    found = {text: name for text in texts if (name := _praised_in(text))}
    names = {
        "employees": pa.array(list(found), pa.string()),
        "employee": pa.array(list(found.values()), pa.string()),
    }
    return engine.run(PRAISED_BY_NAME, naming=naming, names=engine.arrow(pa.table(names)))


def _praised_in(text: str) -> str:
    """The first employee, by name, who is praised in a message and not blamed in it too; '' for none."""
    told = json.loads(text)
    praised = {one["name"] for one in told if one["praised"]} - {one["name"] for one in told if not one["praised"]}
    return min(praised, default="")
