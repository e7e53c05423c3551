"""The purchase summary of ten million orders of a million people: ours against the same thing in hand-written DuckDB SQL.

    python bench/summary.py [PEOPLE] [ORDERS]

Each runs in a process of its own, in turn, so that memory and warm-up are fair.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from orders import AS_OF, orders_file

BY_HAND = """
    create temp table made as
    select person_id, sum(orders)::bigint as orders, count(*) - 1 as repeat_orders,
           date_diff('day', min(day), max(day)) as recency_days, date_diff('day', min(day), date '{as_of}') as age_days,
           sum(spent)::decimal(18, 4) as spend_total, (sum(spent) - arg_min(spent, day))::decimal(18, 4) as repeat_spend
    from (select person_id, occurred_at::date as day, count(*) as orders, sum(amount) as spent
          from read_parquet('{path}') group by all)
    group by person_id
"""


def by_hand(path: Path) -> int:
    import duckdb

    con = duckdb.connect(config={"preserve_insertion_order": False, "memory_limit": "2GB"})
    con.execute(BY_HAND.format(path=path, as_of=AS_OF))
    return con.execute("select count(*) from made").fetchone()[0]


def ours(path: Path) -> int:
    import pyarrow.parquet as pq

    from byname.engines import open_engine
    from byname.value.rows import days_bought, rows_at

    with tempfile.TemporaryDirectory() as spill, open_engine("duckdb", spill=Path(spill), memory="2GB") as engine:
        orders = engine.files([str(path)], pq.read_schema(path))
        days = days_bought(engine, orders, zone="UTC")
        return engine.count(rows_at(engine, days, date.fromisoformat(AS_OF), wide=False))


def _measured(which: str, path: Path) -> dict[str, float]:
    output = subprocess.run(
        [sys.executable, __file__, "--one", which, str(path)], check=True, capture_output=True, text=True
    )
    return json.loads(output.stdout)


def main(people: int, orders: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        orders_file(path, people, orders)
        runs = [(_measured("ours", path), _measured("by_hand", path)) for _ in range(3)]
    ratios = sorted(one["cpu"] / other["cpu"] for one, other in runs)
    clocks = sorted(one["clock"] / other["clock"] for one, other in runs)
    mine, theirs = runs[0]
    print(f"purchase summary, {mine['rows']:,.0f} people: ours {mine['cpu']:.1f} CPU s, {mine['mb']:,.0f} MB; ")
    print(f"  by hand {theirs['cpu']:.1f} CPU s, {theirs['mb']:,.0f} MB")
    print(
        f"  ratio ours / by hand (median of 3): CPU {ratios[1]:.2f}, clock {clocks[1]:.2f}; at most 1.5 is wanted, under 3,000 MB"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        begun, clock = time.process_time(), time.perf_counter()
        rows = {"ours": ours, "by_hand": by_hand}[sys.argv[2]](Path(sys.argv[3]))
        spent = time.process_time() - begun
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"rows": rows, "cpu": spent, "clock": time.perf_counter() - clock, "mb": memory}))
    else:
        main(*([int(one) for one in sys.argv[1:3]] or [1_000_000, 10_000_000]))
