"""From raw orders in Parquet to everybody's lifetime value with its range, in a fresh process with its imports.

On one thread: what a second one does beside it costs a quarter more CPU time here and saves an eighth of the clock.

python bench/clv.py [PEOPLE …]        10,000, 100,000 and 1,000,000 by default; 2.8 orders each
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from orders import AS_OF, orders_file

STEPS: dict[str, float] = {}


@contextmanager
def step(name: str) -> Iterator[None]:
    begun = time.process_time()
    yield
    STEPS[name] = round(STEPS.get(name, 0) + time.process_time() - begun, 2)


def value_everybody(path: Path, kept: Path) -> dict[str, object]:
    with step("imports"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        from byname.engines import Statement, open_engine
        from byname.value import valuation as valuing
        from byname.value.policy import Policy
        from byname.value.rows import days_bought
        from byname.value.terms import Terms

    for name in ("fitted_at", "worth_at", "past_of", "choose", "rows_at"):
        setattr(valuing, name, _timed(name, getattr(valuing, name)))
    policy = Policy.from_json(kept.read_text()) if kept.is_file() else None
    # A hash table of as many groups as people has to fit: 300 MB hold three million.
    memory = "300MB" if pq.read_metadata(path).num_rows < 10_000_000 else "800MB"
    with (
        tempfile.TemporaryDirectory() as spill,
        open_engine("duckdb", spill=Path(spill), memory=memory, threads=1) as engine,
    ):
        orders = engine.files([str(path)], pq.read_schema(path))
        with step("days"):
            days = days_bought(engine, orders, zone="UTC")
        nothing = pa.table(
            {"person_id": pa.array([], pa.string()), "returned_total": pa.array([], pa.decimal128(18, 4))}
        )
        terms = Terms(365, 0.1, 1.0)
        with step("worth, all of it"):
            worth = valuing.valuation(engine, days, engine.arrow(nothing), terms, date.fromisoformat(AS_OF), policy)
        kept.write_text(worth.worth.policy.to_json())
        sums = Statement("bench.sums", "select count(*) as people, cast(sum(clv) as double) as equity from worth")
        found = engine.fetch(engine.run(sums, worth=worth.table)).to_pylist()[0]
    return {**found, "histories": worth.worth.histories, "says": worth.worth.policy.says(), "steps": STEPS}


def _timed(name: str, function: Callable[..., object]) -> Callable[..., object]:
    def timed(*given: object, **named: object) -> object:
        with step(name):
            return function(*given, **named)

    return timed


def main(sizes: list[int]) -> None:
    for people in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path, kept = Path(folder) / "orders.parquet", Path(folder) / "policy.json"
            orders_file(path, people, int(2.8 * people))
            runs = (("first run, choosing by back-test", 1), ("daily run", 3), ("daily run, Pareto/NBD alone", 3))
            for what, times in runs:
                if what.endswith("alone"):
                    said = json.loads(kept.read_text())
                    kept.write_text(json.dumps(said | {"weights": {"Pareto/NBD, all orders": 1.0}, "learned": None}))
                measured = []
                for _ in range(times):
                    command = [sys.executable, __file__, "--one", str(path), str(kept)]
                    ran = subprocess.run(
                        ["/usr/bin/env", "time", "-f", "%U %S %e %M", *command],
                        check=True,
                        capture_output=True,
                        text=True,
                    )
                    user, system, clock, kilobytes = map(float, ran.stderr.strip().splitlines()[-1].split())
                    measured.append((user + system, clock, kilobytes / 1024))
                found = json.loads(ran.stdout)
                cpu, clock, memory = sorted(measured)[len(measured) // 2]
                print(f"{found['people']:,} people, {found['histories']:,} distinct histories, {what}:")
                print(f"  {cpu:.1f} CPU s, {clock:.1f} s, {memory:,.0f} MB (whole process)")
                print(f"  {found['says']}")
                print("  " + ", ".join(f"{name} {seconds}" for name, seconds in found["steps"].items()), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(value_everybody(Path(sys.argv[2]), Path(sys.argv[3]))))
    else:
        main([int(one) for one in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
