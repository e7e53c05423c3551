"""Kill a writer of the ledger at random instants: is the last whole state there, every time?

    python bench/ledger_kill.py [--rounds 20] [--rows 100000] [--seed 1]

Each round another process begins to add an import of two tables, or to take one back, and is killed with SIGKILL
somewhere between its first step and a little after its last. Then what the ledger holds must be whole imports and
nothing else: those of before, or those of before and the one that was under way. At the end the files on disk
must be no more than what counts. Exit status 1 if anything was lost, half visible or in the way of the next writer.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from byname.facts.ledger import Import, Ledger, State
from byname.facts.store import Store

TABLES = ("orders", "records")
_CHILD = "--child"
_STAGE = """
copy (
    select
        sha256('{table}' || i) as fact_id, 'bench' as source, 'main' as account, i::varchar as source_id,
        'bench' as reader, sha256('who' || i) as record_id, timestamp '2025-01-01' as occurred_at,
        null::timestamp as updated_at, sha256('{round}') as row_hash, i as "row"
    from range({first}, {first} + {rows}) as numbers(i)
) to '{path}' (format parquet)
"""


@dataclass(frozen=True)
class Held:
    """What the ledger shows: rows of each table and import, and the imports that are listed."""

    rows: Counter[tuple[str, str]]
    imports: frozenset[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _bench(Path(folder), given.rounds, given.rows, random.Random(given.seed))


def _bench(folder: Path, rounds: int, rows: int, chance: random.Random) -> int:
    ledger = Ledger(folder / "facts")
    takes = {action: _time_of(folder, action, rows) for action in ("add", "remove")}
    print(f"undisturbed, {rows:,} rows in each of two tables: " + _seconds(takes))
    _append(ledger, _stage(folder, "first", 0, rows), "first")
    wrong = applied = 0
    for number in range(1, rounds + 1):
        before = _look(ledger)
        action = "remove" if len(before.imports) > 1 and chance.random() < 0.4 else "add"
        subject = chance.choice(sorted(before.imports)) if action == "remove" else f"round {number}"
        if action == "add":
            _stage(folder, subject, number * rows // 2, rows)
        instant = chance.uniform(0, takes[action] * 1.1)
        _kill_after(instant, folder, action, subject)
        after = _look(ledger)
        whole = _is_whole(before, after, action, subject)
        wrong += not whole
        applied += after != before
        print(
            f"{number:3} {action:6} killed after {instant:5.2f} s: "
            f"{'as before' if after == before else 'all of it' if whole else 'NOT WHOLE'}"
        )
    _append(ledger, _stage(folder, "last", 0, rows), "last")
    ledger.compact()
    problems = ledger.check()
    strays = Store(ledger.folder).strays(Store(ledger.folder).load())
    print(f"{rounds} kills: {wrong} not whole, {applied} after the change counted, {rounds - applied} before")
    print(f"afterwards: {len(problems)} problems, {len(strays)} files too many")
    for line in (*problems, *map(str, strays)):
        print(f"  {line}")
    return 1 if wrong or problems or strays else 0


def _is_whole(before: Held, after: Held, action: str, subject: str) -> bool:
    if after == before:
        return True
    if action == "remove":
        return after.imports == before.imports - {subject} and all(id_ != subject for _, id_ in after.rows)
    came = after.imports - before.imports
    return len(came) == 1 and before.imports < after.imports and before.rows.items() <= after.rows.items()


def _look(ledger: Ledger) -> Held:
    with ledger.state() as state:
        listed = ledger.imports()
        found = Held(_count(state), frozenset(listed["file_id"].to_pylist()))
    for id_, new, changed in zip(*(listed[name].to_pylist() for name in ("file_id", "new", "changed")), strict=True):
        held = sum(count for (_, of), count in found.rows.items() if of == id_)
        if held < new + changed:
            raise SystemExit(f"import {id_} is listed with {new + changed} rows, but {held} are there")
    return found


def _count(state: State) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    with duckdb.connect() as connection:
        for name in TABLES:
            if files := state.files(name):
                rows = connection.execute(
                    "select file_id, count(*) from read_parquet(?) group by all", [files]
                ).fetchall()
                counts.update({(name, file_id): count for file_id, count in rows})
    return counts


# The writers


def _stage(folder: Path, name: str, first: int, rows: int) -> dict[str, Path]:
    staged = _staged(folder, name)
    with duckdb.connect() as connection:
        for table, path in staged.items():
            query = _STAGE.format(table=table, round=name, first=first, rows=rows, path=path)
            connection.execute(query).fetchall()
    return staged


def _staged(folder: Path, name: str) -> dict[str, Path]:
    return {table: folder / f"{name} {table}.parquet" for table in TABLES}


def _append(ledger: Ledger, staged: dict[str, Path], name: str) -> str:
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=ledger.imports().num_rows)
    return ledger.append(Import(name, name, "bench", "bench", "main", 0, 0), staged, at=at).file_id


def _child(folder: Path, action: str, subject: str) -> None:
    ledger = Ledger(folder / "facts")
    print("begins", flush=True)
    if action == "add":
        _append(ledger, _staged(folder, subject), subject)
    else:
        ledger.remove(subject)
    print("ended", flush=True)


def _start(folder: Path, action: str, subject: str) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, _CHILD, str(folder), action, subject]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if child.stdout is None or child.stdout.readline() != "begins\n":
        raise SystemExit("the writer did not begin")
    return child


def _kill_after(seconds: float, folder: Path, action: str, subject: str) -> None:
    with _start(folder, action, subject) as child:
        time.sleep(seconds)
        child.kill()


def _time_of(folder: Path, action: str, rows: int) -> float:
    trial = folder / "trial"
    (trial / "facts").mkdir(parents=True)
    _stage(trial, "first", 0, rows)
    _stage(trial, "second", rows // 2, rows)
    ledger = Ledger(trial / "facts")
    first = _append(ledger, _staged(trial, "first"), "first")
    if action == "remove":
        _append(ledger, _staged(trial, "second"), "second")
    with _start(trial, action, "second" if action == "add" else first) as child:
        began = time.monotonic()
        if child.wait() != 0:
            raise SystemExit(f"{action} failed undisturbed")
        took = time.monotonic() - began
    shutil.rmtree(trial)
    return took


def _seconds(takes: dict[str, float]) -> str:
    return ", ".join(f"{action} {seconds:.2f} s" for action, seconds in takes.items())


if __name__ == "__main__":
    if sys.argv[1:2] == [_CHILD]:
        _child(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
        sys.exit(0)
    sys.exit(main())
