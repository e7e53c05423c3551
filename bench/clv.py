"""From raw orders in Parquet to a million discounted lifetime values, in a fresh process with its imports.

On one thread: what a second one does beside it costs a quarter more CPU time here and saves an eighth of the clock.

python bench/clv.py [PEOPLE] [ORDERS]        1,000,000 and 2,800,000 by default
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from orders import AS_OF, orders_file


def value_everybody(path: Path) -> dict[str, float]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from byname.engines import Statement, open_engine
    from byname.value.clv import Terms
    from byname.value.purchases import summary
    from byname.value.valuation import valuation

    with (
        tempfile.TemporaryDirectory() as spill,
        open_engine("duckdb", spill=Path(spill), memory="300MB", threads=1) as engine,
    ):
        orders = engine.files([str(path)], pq.read_schema(path))
        buyers = summary(engine, orders, zone="UTC", as_of=date.fromisoformat(AS_OF))
        nothing = pa.table(
            {"person_id": pa.array([], pa.string()), "returned_total": pa.array([], pa.decimal128(18, 4))}
        )
        worth = valuation(engine, buyers, engine.arrow(nothing), Terms(365, 0.1, 1.0))
        rows = engine.count(worth.table)
        total = (
            engine.fetch(
                engine.run(
                    Statement("bench.equity", "select cast(sum(clv) as double) as equity from worth"), worth=worth.table
                )
            )
            .column("equity")[0]
            .as_py()
        )
    return {"people": rows, "histories": worth.histories, "equity": total, "converged": worth.orders.converged}


def main(people: int, orders: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        orders_file(path, people, orders)
        measured = []
        for _ in range(3):
            command = ["/usr/bin/env", "time", "-f", "%U %S %e %M", sys.executable, __file__, "--one", str(path)]
            ran = subprocess.run(command, check=True, capture_output=True, text=True)
            user, system, clock, kilobytes = map(float, ran.stderr.strip().splitlines()[-1].split())
            measured.append((user + system, clock, kilobytes / 1024))
        found = json.loads(ran.stdout)
    cpu, clock, memory = sorted(measured)[1]
    print(f"raw orders to discounted CLV, {found['people']:,} people, {found['histories']:,} distinct histories:")
    print(
        f"  {cpu:.1f} CPU s, {clock:.1f} s, {memory:,.0f} MB (whole process, median of 3); at most 5 CPU s and 600 MB are wanted"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(value_everybody(Path(sys.argv[2]))))
    else:
        started = time.perf_counter()
        main(*([int(one) for one in sys.argv[1:3]] or [1_000_000, 2_800_000]))
