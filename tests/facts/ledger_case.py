"""A small shop for the ledger's tests: rows, imports of them, and what the ledger then holds."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from byname.errors import BynameError
from byname.facts.change import show
from byname.facts.ledger import Import, Ledger, Taken
from byname.facts.locks import take
from byname.facts.schema import table
from byname.facts.store import LEDGER_TABLES, Store
from byname.facts.versions import NEWEST_SQL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

STAMPED = ("known_at", "file_id", "version")
_FILES = itertools.count()


def day(number: int) -> datetime:
    return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number)


def sha(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def fact(source_id: str, *, updated: int | None = None, shop: str = "main", **content: Any) -> dict[str, Any]:
    """One row as a reader gives it; `updated` is the day on which the source changed it."""
    return {
        "fact_id": sha("shopify", shop, source_id),
        "source": "shopify",
        "account": shop,
        "source_id": source_id,
        "reader": "shopify_orders",
        "record_id": sha("record", shop, source_id),
        "occurred_at": day(0).replace(tzinfo=None),
        "updated_at": None if updated is None else day(updated).replace(tzinfo=None),
        "row_hash": sha(sorted(content.items())),
        **content,
    }


def stage(folder: Path, name: str, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows as a reader does: without what the ledger stamps, with their position."""
    schema = table(name).arrow_schema()
    for column in STAMPED:
        schema = schema.remove(schema.get_field_index(column))
    positions = pa.field("row", pa.int64())
    numbered = [{**row, "row": at} for at, row in enumerate(rows)]
    path = folder / f"staged-{name}-{os.getpid()}-{next(_FILES)}.parquet"
    pq.write_table(pa.Table.from_pylist(numbered, schema=schema.append(positions)), path)
    return path


def add(
    ledger: Ledger,
    folder: Path,
    name: str,
    /,
    *,
    on: int,
    newest: int | None = None,
    account: str = "main",
    **tables: Iterable[Mapping[str, Any]],
) -> Taken:
    """Add one import whose bytes are told by its name; `newest` is the day of the newest thing in it."""
    return add_tables(ledger, folder, name, tables, on=on, newest=newest, account=account)


def add_tables(
    ledger: Ledger,
    folder: Path,
    name: str,
    tables: Mapping[str, Iterable[Mapping[str, Any]]],
    *,
    on: int,
    newest: int | None = None,
    account: str = "main",
) -> Taken:
    rows = {each: list(given) for each, given in tables.items()}
    what = Import(
        name=name,
        sha256=sha(name),
        reader="shopify_orders",
        source="shopify",
        account=account,
        rows=sum(map(len, rows.values())),
        refused=0,
        newest_at=None if newest is None else day(newest),
    )
    staged = {each: stage(folder, each, given) for each, given in rows.items()}
    return ledger.append(what, staged, at=day(on))


def held(ledger: Ledger, name: str, *, newest: bool = False, known_by: int | None = None) -> list[dict[str, Any]]:
    """Return what the ledger holds of one table: all versions, or the newest of each fact."""
    with ledger.state() as state:
        return rows_of(state.files(name), name, newest=newest, known_by=known_by)


def rows_of(files: list[str], name: str, *, newest: bool = False, known_by: int | None = None) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        show(connection, "all_versions", LEDGER_TABLES[name], files)
        if newest:
            until = None if known_by is None else day(known_by).replace(tzinfo=None)
            found = connection.sql(NEWEST_SQL, params={"known_by": until})
        else:
            found = connection.sql("select * from all_versions")
        rows: list[dict[str, Any]] = found.to_arrow_table().to_pylist()
    return sorted(rows, key=repr)


def without(rows: Iterable[Mapping[str, Any]], *columns: str) -> list[dict[str, Any]]:
    return sorted(({key: row[key] for key in row if key not in columns} for row in rows), key=repr)


def everything(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    return {name: rows for name in LEDGER_TABLES if (rows := held(ledger, name))}


def bytes_with(folder: Path, words: str) -> list[Path]:
    """Return the files below a folder that have these words: in their bytes, or in a Parquet file's packed pages."""
    return [path for path in folder.rglob("*") if path.is_file() and _has(path, words)]


def _has(path: Path, words: str) -> bool:
    if words.encode() in path.read_bytes():
        return True
    return path.suffix == ".parquet" and words in str(pq.ParquetFile(path).read().to_pylist())


# What other processes do: python -m tests.facts.ledger_case FOLDER STAGING NAME IMPORTS [--die STEP:NTH] …

_STEPS = ("append", "delete", "sweep", "swap")


def _die_at(step: str, nth: int) -> None:
    """Have this process kill itself as it comes to a step for the nth time."""
    calls = itertools.count(1)

    def dying(method: Any) -> Any:
        def run(*args: Any) -> Any:
            if next(calls) == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*args)

        return run

    if step == "write":
        _die_while_writing(nth)
    elif step == "replace":
        Path.replace = dying(Path.replace)  # type: ignore[method-assign]
    else:
        assert step in _STEPS
        setattr(Store, step, dying(getattr(Store, step)))


def _die_while_writing(nth: int) -> None:
    append = Store.append

    def dying(self: Store, name: str, rows: pa.RecordBatchReader, version: int | None) -> int:
        def batches() -> Iterator[pa.RecordBatch]:
            for at, batch in enumerate(rows, 1):
                if at == nth:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield batch

        return append(self, name, pa.RecordBatchReader.from_batches(rows.schema, batches()), version)

    Store.append = dying  # type: ignore[method-assign]


def _limit_appends(largest_file: int) -> None:
    """Have the system refuse to write more than so many bytes to any one file, as on a full disk."""
    import resource  # not on Windows

    append = Ledger.append

    def limited(*args: Any, **options: Any) -> Taken:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
        return append(*args, **options)

    Ledger.append = limited  # type: ignore[method-assign]


def add_shop(ledger: Ledger, folder: Path, name: str, *, on: int, rows: int = 5) -> Taken:
    """Add an import of a shop: orders and a customer of its own, and one order that every import has."""
    orders = [fact("shared", status="paid"), *(fact(f"{name}-{at}", status="paid") for at in range(rows))]
    records = [fact(f"customer-{name}", name=f"Ada {name}")]
    return add(ledger, folder, name, on=on, orders=orders, records=records)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("staging", type=Path)
    parser.add_argument("name")
    parser.add_argument("--imports", type=int, default=1)
    parser.add_argument("--rows", type=int, default=5)
    parser.add_argument("--on", type=int, default=1)
    parser.add_argument("--remove", default="")
    parser.add_argument("--hold", default="", help="hold the lock of that file for ever")
    parser.add_argument("--die", default="")
    parser.add_argument("--largest-file", type=int, default=0)
    given = parser.parse_args()
    if given.hold:
        _hold(given.folder / given.hold)
    if given.largest_file:
        _limit_appends(given.largest_file)
    if given.die:
        step, nth = given.die.split(":")
        _die_at(step, int(nth))
    ledger = Ledger(given.folder, threads=1)
    try:
        if given.remove:
            ledger.remove(given.remove)
        for at in range(given.imports if not given.remove else 0):
            add_shop(ledger, given.staging, f"{given.name}{at}", on=given.on, rows=given.rows)
    except BynameError as error:
        sys.exit(f"{error}")


def _hold(path: Path) -> None:
    with take(path):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        time.sleep(600)


def elsewhere(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start this module in another process."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.facts.ledger_case", *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        text=True,
        **options,
    )


if __name__ == "__main__":
    main()
