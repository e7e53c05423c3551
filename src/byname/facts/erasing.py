"""Taking a person out of the ledger: which rows are theirs, and the files without them.

Theirs is every row about one of their records, all its versions; a decision that names one beside another; what came
back on a contact with them. Of somebody who brought another, or was brought, the row stays, without them.

A file in which nobody of them is stays as it is. The log tells which files came and went, and nothing of what was in
them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from byname.engines.splice import groups_of, rewrite
from byname.facts.quoting import literal
from byname.facts.schema import FILES, SIGHTINGS, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from byname.facts.store import Store

__all__ = ["Erased", "Whom", "erase"]

# Rows of a file by their number in it: fact_id and version.
type Rows = dict[int, tuple[str, int]]

# Contacts before answers, everything before the decisions about it.
_ORDER = ("contacts", "answers", *(one.name for one in TABLES if one.name not in ("contacts", "answers", "decisions")))

_OF_THEIRS = "record_id in (select id from theirs)"
_BY_ADDRESS = "record_id is null and lower(trim(address)) in (select address from addresses)"
_IS_THEIRS = {
    **dict.fromkeys(("contacts", "consents"), f"{_OF_THEIRS} or ({_BY_ADDRESS})"),
    "answers": f"{_OF_THEIRS} or ({_BY_ADDRESS}) or (record_id is null and contact_id in (select fact_id from gone))",  # noqa: S608 - ours
    "referrals": f"{_OF_THEIRS} or referred_record_id in (select id from theirs)",  # noqa: S608 - ours
    "decisions": f"{_OF_THEIRS} or other_record_id in (select id from theirs) "  # noqa: S608 - ours
    "or left(value, 64) in (select fact_id from gone)",
}
# Of a fact that was somebody else's once the versions of then stay theirs, unless the newest is this person's.
_FOUND = """
create or replace temp table found as
with theirs_now as (select fact_id, version from versions where {is_theirs}),
several as (
    select versions.fact_id, versions.version, theirs_now.fact_id is not null as is_theirs,
           row_number() over (
               partition by versions.fact_id
               order by versions.updated_at desc nulls last, versions.known_at desc, versions.version desc
           ) as place
    from versions
    semi join theirs_now as one on one.fact_id = versions.fact_id
    left join theirs_now on theirs_now.fact_id = versions.fact_id and theirs_now.version = versions.version
)
select fact_id, version
from several
where is_theirs or fact_id in (select fact_id from several where is_theirs and place = 1)
"""
_IN_FILES = """
select files.filename, files.file_row_number, files.fact_id, files.version
from read_parquet([{paths}], filename = true, file_row_number = true, union_by_name = true) as files
semi join found on found.fact_id = files.fact_id and found.version = files.version
"""
_SEEN = """
select filename, file_row_number, fact_id, 0
from read_parquet([{paths}], filename = true, file_row_number = true)
semi join gone using (fact_id)
"""
_NAMED = """
select files.filename, files.file_row_number, files.file_id, 0
from read_parquet([{paths}], filename = true, file_row_number = true) as files
where exists (select 1 from names where contains(lower(files.name), names.name))
"""


@dataclass(frozen=True)
class Whom:
    """A person, as the ledger knows them.

    Attributes:
        records: their record_ids.
        addresses: their e-mails, small; of rows that name no record.
        names: by which a file's name may call them, small.
    """

    records: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Erased:
    """What an erasure came to.

    Attributes:
        rows: gone, by table.
        swept: their bytes too; False: somebody reads them yet, and the next writer finds nobody reading.
    """

    rows: Mapping[str, int]
    swept: bool


def erase(con: duckdb.DuckDBPyConnection, store: Store, versions: dict[str, int], whom: Whom) -> dict[str, int]:
    """Take out a person's rows.

    Args:
        con: where to calculate.
        store: the tables.
        versions: that count; those of the tables that change are moved on.
        whom: whose.

    Returns:
        How many rows went, by table.
    """
    for view, column, values in (
        ("theirs", "id", whom.records),
        ("addresses", "address", whom.addresses),
        ("names", "name", whom.names),
    ):
        con.register(f"{view}_given", pa.table({column: pa.array(values, pa.string())}))
        con.execute(f"create or replace temp table {view} as select * from {view}_given")  # noqa: S608 - ours
        con.unregister(f"{view}_given")
    con.execute("create or replace temp table gone (fact_id varchar)")
    counts: dict[str, int] = {}
    for name in (*_ORDER, "decisions", SIGHTINGS.name, FILES.name):
        if name not in versions:
            continue
        paths = [file.path for file in store.data_files(name, versions[name])]
        if not paths:
            continue
        found = _rows_of(con, name, paths)
        if not found:
            continue
        counts[name] = sum(map(len, found.values()))
        swapped = {path.name: _without(path, name, found[str(path)], whom) for path in paths if str(path) in found}
        versions[name] = store.replace(name, versions[name], swapped)
        if name not in (SIGHTINGS.name, FILES.name):
            con.execute("insert into gone select distinct fact_id from found")
    return counts


def _rows_of(con: duckdb.DuckDBPyConnection, name: str, paths: list[Path]) -> dict[str, Rows]:
    """Which rows of which files are theirs."""
    listed = ", ".join(literal(str(path)) for path in paths)
    if name == SIGHTINGS.name:
        asked = _SEEN.format(paths=listed)
    elif name == FILES.name:
        asked = _NAMED.format(paths=listed)
    else:
        con.execute(
            f"create or replace temp view versions as select * from read_parquet([{listed}], union_by_name = true)"  # noqa: S608
        )
        con.execute(_FOUND.format(is_theirs=_IS_THEIRS.get(name, _OF_THEIRS)))
        asked = _IN_FILES.format(paths=listed)
    found: dict[str, Rows] = {}
    for filename, row, fact_id, version in con.execute(asked).fetchall():
        found.setdefault(filename, {})[row] = (fact_id, version)
    return found


def _without(path: Path, name: str, rows: Rows, whom: Whom) -> str | None:
    """Write a file without these rows beside it; its name, or None if nothing would be left."""
    out = path.with_name(f"part-00000-{uuid.uuid4()}-c000.zstd.parquet")
    changed = partial(_changed, name=name, rows=set(rows.values()), whom=whom)
    rewrite(path, out, changed, groups_of(path, rows))
    if pq.read_metadata(out).num_rows:
        return out.name
    out.unlink()
    return None


def _changed(table: pa.Table, *, name: str, rows: set[tuple[str, int]], whom: Whom) -> pa.Table:
    """A row group without these rows; what stays of them where it is another's too."""
    key = "file_id" if name == FILES.name else "fact_id"
    ids = pa.array(sorted({fact_id for fact_id, _ in rows}), pa.string())
    may_be = pc.is_in(table[key].cast(pa.string()), value_set=ids).to_numpy(zero_copy_only=False)
    places = may_be.nonzero()[0].tolist()
    if not places:
        return table
    if name not in (FILES.name, SIGHTINGS.name):
        version = table["version"]
        places = [at for at in places if (table["fact_id"][at].as_py(), version[at].as_py()) in rows]
    stays = []
    if name in (FILES.name, "referrals"):
        own = table.take(places).to_pylist()
        stays = [left for row in own if (left := _left_of(row, name, whom)) is not None]
    keep = [True] * table.num_rows
    for at in places:
        keep[at] = False
    left = table.filter(pa.array(keep))
    return pa.concat_tables([left, pa.Table.from_pylist(stays, schema=table.schema)]) if stays else left


def _left_of(row: dict[str, object], name: str, whom: Whom) -> dict[str, object] | None:
    """What stays of a row that is not theirs alone; None: nothing."""
    if name == FILES.name:
        return {**row, "name": "a file that named somebody who was erased"}
    theirs = set(whom.records)
    one, other = row["record_id"], row["referred_record_id"]
    if one in theirs and (other is None or other in theirs):
        return None
    alone = {"source_id": row["fact_id"], "row_hash": row["fact_id"]}
    if one in theirs:
        return {**row, **alone, "record_id": None}
    return {**row, **alone, "referred_record_id": None, "referred_id": None}
