"""Do the intervals of the foretelling table hold what they promise, and how long do it and the AIDA stages take?

    python bench/foretell.py                    coverage over 2,000 simulated companies; a million people
    python bench/foretell.py --data DIR         the same, then `byname backtest` of each company's folder in DIR

Truth is known: scores are normal with a distance between those to whom it happened and the others, so that the AUC is
Φ(d/√2); the second score is the first with noise on top.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import open_engine
from byname.facts import schema
from byname.standing.foretell import People, foretell
from byname.standing.ranking import compared
from byname.standing.stages import stages

if TYPE_CHECKING:
    from byname.engines import Engine, Table

RUNS = 2_000
UNTIL, AS_OF = datetime(2026, 7, 1), date(2026, 6, 30)  # noqa: DTZ001 - UTC
EVENTS = ("page: Home", "Product Viewed", "Product Added", "Checkout Started", "Report exported")


def coverage(people: int, share: float, distance: float, noise: float) -> str:
    """How often a 95% interval holds the truth: of an AUC, and of the difference of two."""
    random = np.random.default_rng(1)
    phi = NormalDist().cdf
    truth = phi(distance / np.sqrt(2)), phi(distance / np.sqrt(2 * (1 + noise**2)))
    held = [0, 0]
    for _ in range(RUNS):
        happened = np.arange(people) < max(2, round(people * share))
        first = random.normal(size=people) + distance * happened
        second = first + noise * random.normal(size=people)
        found = compared(np.array([first, second]), happened)
        low, high = found.interval(0)
        held[0] += low <= truth[0] <= high
        _, low, high = found.difference(0, 1)
        held[1] += low <= truth[0] - truth[1] <= high
    name = f"{people:,} people, {share:.0%} events, AUC {truth[0]:.2f} and {truth[1]:.2f}"
    return f"{name}: AUC held {held[0] / RUNS:.1%}, difference {held[1] / RUNS:.1%}"


def kernel(people: int) -> str:
    random = np.random.default_rng(2)
    outcomes = {name: random.random(people) < 0.1 for name in ("left", "complained", "recommended", "grew")}
    nps = np.where(random.random(people) < 0.2, random.integers(0, 11, people), np.nan)
    standing = random.dirichlet(np.ones(5), people)
    of = People(standing, random.integers(0, 365, people).astype(float), nps, random.gamma(1.0, 50.0, people), outcomes)
    began = time.process_time()
    foretell(of)
    return f"foretelling table of {people:,} people, four outcomes: {time.process_time() - began:.1f} CPU s"


def staged(people: int, events: int) -> str:
    """AIDA stages with the company and with products, of so many people and events, and an order each."""
    random = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as spill, open_engine("duckdb", spill=Path(spill), memory="2GB") as engine:
        given = _facts(engine, random, people, events)
        began, wall = time.process_time(), time.perf_counter()
        found = stages(engine, **given, zone="Europe/Berlin", as_of=AS_OF, until=UNTIL)
        rows = engine.count(found.table)
        spent = time.process_time() - began
        wall = time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"stages of {people:,} people, {events:,} events: {rows:,} rows, {spent:.1f} CPU s, {wall:.1f} s, peak {peak:,} MB"


def _facts(engine: Engine, random: np.random.Generator, people: int, events: int) -> dict[str, Table]:
    def empty(name: str) -> Table:
        return engine.arrow(schema.table(name).arrow_schema().empty_table())

    def days_ago(number: int) -> pa.Array:
        seconds = random.integers(1, 700 * 86_400, number)
        return pa.array(np.datetime64(UNTIL) - seconds.astype("timedelta64[s]"), pa.timestamp("us"))

    ids = pa.array([f"p{n:07}" for n in range(people)])
    who = pa.array(random.integers(0, people, events))
    texts = pa.array([f'{{"product_id": "p{n}", "name": "Thing {n}"}}' for n in range(500)])
    columns = {
        "fact_id": pa.array([f"u{n:08}" for n in range(events)]),
        "record_id": ids.take(who),
        "occurred_at": days_ago(events),
        "event": pa.array(EVENTS).take(pa.array(random.integers(0, len(EVENTS), events))),
        "properties": texts.take(pa.array(random.integers(0, len(texts), events))),
    }
    usage = _filled("usage", columns, events)
    at, numbers = days_ago(people), pa.array([f"o{n:07}" for n in range(people)])
    order = {
        "fact_id": numbers,
        "source": pa.array(["shop"] * people),
        "account": pa.array(["main"] * people),
        "source_id": numbers,
        "record_id": ids,
        "occurred_at": at,
    }
    net = {name: order[name] for name in ("source", "account", "source_id", "occurred_at")} | {"person_id": ids}
    voice = dict.fromkeys(("person_id", "fact_id", "intents", "about"), pa.string())
    voice |= {"occurred_at": pa.timestamp("us"), "sensitive": pa.bool_()}
    return {
        "usage": engine.arrow(usage),
        "orders": engine.arrow(_filled("orders", order, people)),
        "net": engine.arrow(pa.table(net)),
        "record_person": engine.arrow(pa.table({"record_id": ids, "person_id": ids})),
        "voice": engine.arrow(pa.schema(voice).empty_table()),
    } | {name: empty(name) for name in ("order_lines", "subscriptions", "answers")}


def _filled(name: str, columns: dict[str, pa.Array], rows: int) -> pa.Table:
    of = schema.table(name).arrow_schema()
    return pa.table([columns.get(one.name, pa.nulls(rows, one.type)) for one in of], schema=of)


def backtests(folder: Path) -> None:
    for company in sorted(path.parent for path in folder.glob("*/byname.toml")):
        ran = subprocess.run(
            [sys.executable, "-m", "byname.cli", "backtest", str(company)],
            check=False, capture_output=True, text=True, timeout=1800,
        )  # fmt: skip
        print(f"{company.name}:\n{ran.stdout or ran.stderr}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, help="a folder of companies' folders")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    given = parser.parse_args()
    began = time.monotonic()
    for people, share, distance, noise in ((200, 0.1, 1.0, 1.0), (1000, 0.05, 0.5, 1.0), (5000, 0.02, 1.0, 0.5)):
        print(coverage(people, share, distance, noise), flush=True)
    print(kernel(given.people), flush=True)
    print(staged(given.people, given.events), flush=True)
    if given.data:
        backtests(given.data)
    print(f"all of it: {timedelta(seconds=round(time.monotonic() - began))}")


if __name__ == "__main__":
    main()
