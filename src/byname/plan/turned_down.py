"""Who said "not now" or "not right" of a planned contact, and why: the gate holds the same back as its rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.profile_columns import arrow_schema

if TYPE_CHECKING:
    from datetime import date

    from byname.engines import Engine, Table

__all__ = ["COLUMNS", "nobody_said_no", "turned_down"]

# Column → its kind, as in `profile_columns`.
COLUMNS = {
    f"{what}_{part}": kind
    for what in ("not_now", "not_right")
    for part, kind in {"days": "integer", "by": "text", "on": "text", "why": "text"}.items()
}

TURNED_DOWN = statement(
    "plan.turned_down",
    """
    with newest as (
        select person_id, about as action, kind, by_whom, on_day, why,
               greatest(date_diff('day', day, cast($as_of as date)), 0) as days
        from said
        where kind in ('not now', 'not right') and about <> ''
        qualify row_number() over (partition by person_id, about, kind order by occurred_at desc, fact_id desc) = 1
    )
    select person_id, action, max(case when kind = 'not now' then days end) as not_now_days,
           max(case when kind = 'not now' then by_whom end) as not_now_by,
           max(case when kind = 'not now' then on_day end) as not_now_on,
           max(case when kind = 'not now' then why end) as not_now_why,
           max(case when kind = 'not right' then days end) as not_right_days,
           max(case when kind = 'not right' then by_whom end) as not_right_by,
           max(case when kind = 'not right' then on_day end) as not_right_on,
           max(case when kind = 'not right' then why end) as not_right_why
    from newest
    group by person_id, action
    """,
)


def turned_down(engine: Engine, said: Table, as_of: date) -> Table:
    """One row a person and playbook: person_id, action, and of the newest word of each sort days, by, on, why.

    Args:
        engine: where the table is.
        said: from `people.colleagues`.
        as_of: the day of the plan.
    """
    return engine.run(TURNED_DOWN, said=said, as_of=as_of)


def nobody_said_no(engine: Engine) -> Table:
    """The same without a row."""
    return engine.arrow(arrow_schema({"person_id": "text", "action": "text"} | COLUMNS).empty_table())
