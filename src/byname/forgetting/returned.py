"""Whom a backup brought back: people who are in the folder again though they were erased.

The list of erasures stands outside the folder too (`facts.blocked`). After an erasure nothing is left of what was known
before it, so whatever is there of that time has come back since: with a restored folder, or with a part of one. They
are ordered to be erased once more, by the number and the moment that the erasure had, so that what they did afterwards
stays theirs; whoever carries out orders carries these out too.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from byname.app_rows import TABLES as WRITTEN
from byname.app_rows import opened
from byname.errors import UsageError
from byname.facts.blocked import KEYED, Blocked
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.quoting import literal
from byname.facts.schema import table
from byname.forgetting.carrying import standing_still
from byname.forgetting.order import Order, keep, open_orders
from byname.forgetting.whom import order_for
from byname.people.identify import person_id
from byname.snapshot import Snapshot, current_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from byname.company import Company
    from byname.facts.blocked import Erasure

__all__ = ["order_anew"]

_NO_PEOPLE = "select cast(null as varchar) as person_id, cast(null as varchar) as name where false"
_NO_RECORDS = "select cast(null as varchar) as record_id, cast(null as varchar) as person_id where false"

# Of one that was erased twice the later erasure is the one to repeat.
_BACK = f"""
create temp table back as
with there as (
    select record_id, min(known_at) as known_at from records group by record_id
    union all
    select record_id, cast($run as timestamp) from shown
    union all
    select record_id, known_at from written
)
select there.record_id, arg_max(erased.number, erased.erased_at) as number
from there
join erased on erased.hash = {KEYED.format(kind="'record'", value="there.record_id")}
where there.known_at <= erased.erased_at
group by there.record_id
"""  # noqa: S608 - ours
# Who is who, as a snapshot has it: whoever came back is one person, and nobody else is without one.
_KNOWN = """
copy (
    select ids.record_id, coalesce(back.number, shown.person_id, ids.record_id) as person_id
    from (select record_id from records union select record_id from shown) as ids
    left join back on back.record_id = ids.record_id
    left join shown on shown.record_id = ids.record_id
) to {path} (format parquet)
"""
_PEOPLE = """
copy (
    select person_id, name from called
    where person_id not in (select shown.person_id from shown semi join back on back.record_id = shown.record_id)
    union all
    select distinct number, null from back
) to {path} (format parquet)
"""


def order_anew(company: Company) -> list[str]:
    """Order whoever came back to be erased again.

    Returns:
        The numbers of their erasures; empty where nobody came back.

    Raises:
        LedgerError: the key of the list is not where it should be, so that nobody can tell who was erased.
        AppDatabaseError: the app database cannot be read.
    """
    blocked = Blocked(company.folder)
    erasures = blocked.settle()
    if not erasures:
        return []
    with standing_still(company):
        # What is under way is no return.
        under_way = {one.number for one in open_orders(company)}
        return _ordered(company, blocked, {name: one for name, one in erasures.items() if name not in under_way})


def _ordered(company: Company, blocked: Blocked, erasures: Mapping[str, Erasure]) -> list[str]:
    snapshot = current_folder(company)
    with open_ledger(company).state() as state, duckdb.connect() as con:
        blocked.show(con, erasures)
        show(con, "records", table("records"), state.files("records"))
        _show(con, "shown", snapshot, "records", _NO_RECORDS)
        _show(con, "called", snapshot, "people", _NO_PEOPLE)
        con.register("written", _written(company))
        con.execute(_BACK, {"run": Snapshot(snapshot, {}).run if snapshot else None})
        numbers = [number for (number,) in con.execute("select distinct number from back order by number").fetchall()]
        if not numbers:
            return []
        with _as_snapshot(company, con) as who:
            for number in numbers:
                keep(company, _order(company, con, who, number, erasures[number]))
    return numbers


def _show(con: duckdb.DuckDBPyConnection, view: str, snapshot: Path | None, name: str, otherwise: str) -> None:
    path = snapshot / f"{name}.parquet" if snapshot else None
    of = f"select * from read_parquet({literal(str(path))})" if path and path.is_file() else otherwise  # noqa: S608
    con.execute(f"create temp view {view} as {of}")


def _written(company: Company) -> pa.Table:
    """The records of whom something is written in the app database, and since when."""
    found: dict[str, datetime] = {}
    with opened(company) as rows:
        for name in WRITTEN if rows is not None else ():
            asked = f"select record_id, min(written_at) from written_{name} where record_id is not null group by 1"  # noqa: S608
            for record, at in rows.ask(asked):  # type: ignore[union-attr]
                moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
                moment = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
                found[record] = min(moment, found.get(record, moment))
    columns: dict[str, Any] = {
        "record_id": pa.array(list(found), pa.string()), "known_at": pa.array(list(found.values()), pa.timestamp("us")),
    }  # fmt: skip
    return pa.table(columns)


@contextmanager
def _as_snapshot(company: Company, con: duckdb.DuckDBPyConnection) -> Iterator[Snapshot]:
    """Who is who now, with each who came back as one person, in the form of which an order is made."""
    folder = company.spill / "returned"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        con.execute(_KNOWN.format(path=literal(str(folder / "records.parquet"))))
        con.execute(_PEOPLE.format(path=literal(str(folder / "people.parquet"))))
        yield Snapshot(folder, {})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        company.clear_spill()


def _order(company: Company, con: duckdb.DuckDBPyConnection, who: Snapshot, number: str, erasure: Erasure) -> Order:
    """The order of this erasure, as it is to be carried out on what is there now."""
    records = con.execute("select record_id from back where number = $1 order by 1", [number]).fetchall()
    try:
        wanted = order_for(company, who, number)
    except UsageError:  # set apart in what came back: their rows go; words about them elsewhere, with the next refresh
        wanted = Order(number, "", (), tuple(one for (one,) in records), *((),) * 7, namesakes=False, keys=())
    people = con.execute(
        "select distinct person_id from shown where record_id in (select unnest($1)) order by 1", [list(wanted.records)]
    ).fetchall()
    return replace(
        wanted,
        number=number,
        at=erasure.at.isoformat(),
        people=tuple(one for (one,) in people) or (person_id(number),),
        keys=tuple((kind, value) for kind, value in wanted.keys if kind != "person"),
    )
