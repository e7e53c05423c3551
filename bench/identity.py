"""Who is who against truth: precision, recall and F1 by pairs and by cluster (B-cubed), time by step, memory.

python bench/identity.py FILE --id COLUMN --truth COLUMN [--truth-pattern REGEX] [--country CODE]

The file is added to a company made for it and refreshed, by the command line, in processes of their own; then links are
held against the truth.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb


def scores(pairs: str, con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Pairwise and B-cubed figures of a table of (id, truth, found)."""
    con.execute(f"create or replace temp table cells as select truth, found, count(*) as n from {pairs} group by all")
    both, of_found, of_truth = (
        con.execute(f"select coalesce(sum(n * (n - 1) / 2), 0) from (select sum(n) as n from cells {by})").fetchall()[
            0
        ][0]
        for by in ("group by truth, found", "group by found", "group by truth")
    )
    b_precision, b_recall = con.execute(
        """
        with f as (select found, sum(n) as n from cells group by 1), t as (select truth, sum(n) as n from cells group by 1)
        select sum(cells.n * cells.n / f.n) / sum(cells.n), sum(cells.n * cells.n / t.n) / sum(cells.n)
        from cells join f using (found) join t using (truth)
        """
    ).fetchall()[0]
    precision, recall = both / max(of_found, 1), both / max(of_truth, 1)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
        "b_precision": b_precision,
        "b_recall": b_recall,
        "b_f1": 2 * b_precision * b_recall / max(b_precision + b_recall, 1e-9),
    }


def said(name: str, found: dict[str, float]) -> None:
    print(
        f"{name}: pairs P {found['precision']:.4f} R {found['recall']:.4f} F1 {found['f1']:.4f}; "
        f"clusters P {found['b_precision']:.4f} R {found['b_recall']:.4f} F1 {found['b_f1']:.4f}",
        flush=True,
    )


def ran(*command: str) -> tuple[float, float, str]:
    """CPU seconds, seconds and standard error of a command of ours."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "byname.cli", *command], capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - begun, done.stderr + done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--id", default="unique_id")
    parser.add_argument("--truth", default="cluster")
    parser.add_argument("--truth-pattern", default="")
    parser.add_argument("--country", default="US")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        folder.mkdir(exist_ok=True, parents=True)
        source = Path(given.file)
        _one(folder, source, given)


def _one(folder: Path, source: Path, given: argparse.Namespace) -> None:
    con = duckdb.connect()
    company = folder / "company"
    if not company.exists():
        ran("init", str(company), "--country", given.country)
        cpu, seconds, told = ran("add", str(company), str(source))
        print(f"add: {seconds:.1f} s, {cpu:.1f} CPU s\n{told.strip().splitlines()[0]}")
    read = f"read_csv('{source}', all_varchar = true)" if source.suffix == ".csv" else f"'{source}'"
    truth = f"trim({given.truth}::varchar)"
    if given.truth_pattern:
        truth = f"regexp_extract({truth}, '{given.truth_pattern}', 1)"
    con.execute(
        f"create table truth as select trim({given.id}::varchar) as id, {truth} as truth from {read}".replace(
            "trim(rec_id", 'trim("rec_id"'
        )
    )
    for name in ("first refresh, learning", "daily refresh"):
        cpu, seconds, told = ran("refresh", str(company))
        current = (company / "snapshots" / "CURRENT").read_text().strip()
        con.execute(
            f"create or replace table found as select truth.id, truth.truth, coalesce(links.person_id, truth.id) as found "
            f"from truth left join '{company}/snapshots/{current}/links.parquet' links on links.source_id = truth.id"
        )
        step = next(line for line in told.splitlines() if line.strip().startswith("who is who"))
        used = con.execute(
            f"select seconds from '{company}/snapshots/{current}/run.parquet' where name like '%who is who'"
        )
        print(f"{name}: whole {seconds:.1f} s, {cpu:.1f} CPU s; who is who {used.fetchall()[0][0]:.1f} s")
        print(re.sub(r"\s+", " ", step))
        said(name, scores("found", con))


if __name__ == "__main__":
    main()
