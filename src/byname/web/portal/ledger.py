"""Her facts in the ledger: by their ids for a page, all of them for an export."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.facts.versions import NEWEST_OF_FEW_SQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from byname.company import Company

__all__ = ["facts_by_id", "of_records"]

_BY_ID = f"select * from all_versions where fact_id in (select unnest($1::varchar[])) {NEWEST_OF_FEW_SQL}"  # noqa: S608 - ours
# All versions of what was ever hers; then those of which the newest still is.
_OF_RECORDS = f"""
    with hers as (select distinct fact_id from all_versions where record_id in (select unnest($1::varchar[]))),
    newest as (
        select all_versions.* from all_versions semi join hers on hers.fact_id = all_versions.fact_id
        {NEWEST_OF_FEW_SQL}
    )
    select * from newest where record_id in (select unnest($1::varchar[]))
    order by occurred_at nulls first, fact_id
"""  # noqa: S608 - ours


def facts_by_id(company: Company, name: str, fact_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The newest version of each of these facts; no question is asked for none."""
    if not fact_ids:
        return []
    with open_ledger(company).state() as state, duckdb.connect(config={"threads": 1}) as con:
        show(con, "all_versions", table(name), state.files(name))
        found: list[dict[str, Any]] = con.sql(_BY_ID, params=[list(fact_ids)]).to_arrow_table().to_pylist()
        return found


@contextmanager
def of_records(company: Company, records: Sequence[str]) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """One state of the ledger: of each table that is asked for, the newest version of all that is of these records."""
    with open_ledger(company).state() as state, duckdb.connect(config={"threads": 1}) as con:

        def read(name: str) -> list[dict[str, Any]]:
            show(con, "all_versions", table(name), state.files(name))
            found: list[dict[str, Any]] = con.sql(_OF_RECORDS, params=[list(records)]).to_arrow_table().to_pylist()
            return found

        yield read
