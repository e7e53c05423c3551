"""Who objected, restricted or withdrew when the plan was made already: what leaves the house is asked once more (S2.7).

The gate judged at the refresh. A wish that came in later is in the ledger, or on its way there in the app database,
perhaps under a record that the snapshot does not know: then the address that came with it says whose it is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from byname.app_rows import opened
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.quoting import literal
from byname.facts.schema import table
from byname.facts.versions import NEWEST_SQL

if TYPE_CHECKING:
    from byname.app_rows import Rows
    from byname.company import Company
    from byname.snapshot import Snapshot

__all__ = ["said_no_since"]

# Whatever it was said about: of an objection nobody asks for what exactly, on the day of the sending.
_ASKED = """
    select record_id, cast(null as varchar) as address
    from preferences
    where (kind = 'restriction' or (kind = 'objection' and not $service))
      and (known_at > $run or coalesce(occurred_at, known_at) >= $until)
    union all
    select record_id, address
    from consents
    where state = 'withdrawn' and coalesce(channel, $channel) = $channel and coalesce(purpose, $purpose) = $purpose
      and (known_at > $run or coalesce(occurred_at, known_at) >= $until)
"""
_KEY = "nullif(regexp_replace(lower({}), '[ ()./-]', '', 'g'), '')"
_WHOSE = f"""
    with asked as ({_ASKED}),
    known as (
        select {_KEY.format("asked.address")} as address from asked
        union
        select {_KEY.format("records.email")} from asked join records using (record_id)
        union
        select {_KEY.format("records.phone")} from asked join records using (record_id)
    )
    select people.anchor
    from asked join of_people using (record_id) join people using (person_id)
    union
    select anchor from people
    where {_KEY.format("email")} in (select address from known where address is not null)
       or {_KEY.format("phone")} in (select address from known where address is not null)
"""  # noqa: S608 - ours
_ALL_VERSIONS = """
    create or replace temp view all_versions as
    select * from in_ledger union all by name select * from written
"""


def said_no_since(
    company: Company, snapshot: Snapshot, *, channel: str, purpose: str, service: bool = False
) -> set[str]:
    """The anchors of people of the snapshot who must be left out by now.

    Args:
        company: whose.
        snapshot: what the plan was made of; what was known at its making has been judged.
        channel: how they would be reached.
        purpose: of the consent that it goes by.
        service: it is service: an objection to marketing does not bar it, a restriction does.
    """
    given = {
        "run": snapshot.run,
        "until": company.end_of(snapshot.as_of),
        "channel": channel,
        "purpose": purpose,
        "service": service,
    }
    with opened(company) as rows:
        # Before the ledger is opened: what is drained in between is then seen twice, never not at all.
        written = {name: _written(rows, name) for name in ("preferences", "consents")}
    with open_ledger(company).state() as state, duckdb.connect() as con:
        for name in ("preferences", "consents", "records"):
            show(con, "in_ledger", table(name), state.files(name))
            con.register("written", written.get(name, table(name).arrow_schema().empty_table()))
            con.execute(_ALL_VERSIONS)
            con.register(name, con.sql(NEWEST_SQL, params={"known_by": None}).to_arrow_table())
        for view, name in (("of_people", "records"), ("people", "people")):
            path = literal(str(snapshot.folder / f"{name}.parquet"))
            con.execute(f"create view {view} as select * from read_parquet({path})")  # noqa: S608 - ours
        return {row[0] for row in con.execute(_WHOSE, given).fetchall()}


def _written(rows: Rows | None, name: str) -> pa.Table:
    """What no refresh took yet, as the ledger would have it: learnt now, each a later version of its fact."""
    found = [] if rows is None else rows.pending(name)
    now = datetime.now(UTC).replace(tzinfo=None)
    told = [{**row, "known_at": now, "version": place} for place, row in enumerate(found, 2)]
    return pa.Table.from_pylist(told, schema=table(name).arrow_schema())
