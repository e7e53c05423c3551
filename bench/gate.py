"""The gate: who may be contacted, decisions a minute.

python bench/gate.py [--people 1000000] [--actions 10] [--memory 2GB] [--threads 2]

People, plays and ways to them are made by chance. A decision is one person, one play and one channel that was put
before all rules; beside the candidates it gives a sentence for each person and play that has no way. Wanted: ten million
decisions a minute on two cores, with DuckDB in two gigabytes.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from byname.engines import Engine, Statement, Table, open_engine
from byname.plan.gate import Limits, judged
from byname.plan.gate.columns import CHANNELS, arrow_schema
from byname.profile_columns import PROFILE

AS_OF = date(2026, 5, 4)
_CHUNK = 250_000
_STANDINGS = ["neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate", "unknown"]
_TEAMS, _KINDS = ("sales", "marketing", "product", "service"), ("ask", "give", "thank", "news", "service")
# How often a flag is true, and the mean of a count; elsewhere .05 and 1.
_OFTEN = {"is_customer": 0.9, "restricted": 0.002, "too_much": 0.03, "does_recommend": 0.1}
_COUNTS = {
    "open_complaints": 0.02,
    "incidents_open": 0.03,
    "promises_broken": 0.01,
    "contacts_window": 1.5,
    "asks_365": 0.7,
}


def people(rng: np.random.Generator, first: int, size: int) -> pa.Table:
    """Rows of `profile`: what the gate looks at is likely, the rest is there."""
    made: dict[str, Any] = {}
    for name, column in PROFILE.items():
        if name == "person_id":
            made[name] = [f"p{number:016x}" for number in range(first, first + size)]
        elif name == "standing":
            made[name] = pa.array(rng.choice(_STANDINGS, size))
        elif name == "first_name":
            made[name] = pa.array(rng.choice(["Rosa", "Jonas", "Ada", "Karim", "Noor"], size))
        elif column.kind == "flag":
            made[name] = pa.array(rng.random(size) < _OFTEN.get(name, 0.05))
        elif column.kind == "integer":
            days = name.startswith("days_") or name.endswith("_days")
            drawn = rng.integers(0, 200, size) if days else rng.poisson(_COUNTS.get(name, 1.0), size)
            made[name] = pa.array(drawn, pa.int64(), mask=(rng.random(size) < 0.5) if days else None)
        elif column.kind == "number":
            made[name] = pa.array(rng.gamma(1.0, 100.0, size))
        else:
            kind = {"date": pa.date32(), "list": pa.list_(pa.string())}.get(column.kind, pa.string())
            made[name] = pa.nulls(size, kind)
    return pa.table(made, schema=arrow_schema({name: column.kind for name, column in PROFILE.items()}))


def paces(rng: np.random.Generator, ids: pa.Array) -> pa.Table:
    """Rows of `pace`."""
    size = len(ids)
    listed = [["surveys"] if chance < 0.01 else [] for chance in rng.random(size)]
    return pa.table(
        {
            "person_id": ids,
            "most": rng.integers(1, 5, size), "window_days": np.full(size, 28), "rest_days": np.full(size, 5),
            "open_days": np.where(rng.random(size) < 0.02, 0, 31), "from_minute": np.full(size, 540),
            "to_minute": np.where(rng.random(size) < 0.02, 540, 1_020), "restricted": rng.random(size) < 0.002,
            "paused_until": pa.nulls(size, pa.date32()), "own_wish": np.zeros(size, bool), "drawn": np.zeros(size, bool),
            "had": rng.poisson(1.0, size),
            "dislikes": pa.array(listed, pa.list_(pa.string())),
            "lines": pa.array([["birthday"] if chance < 0.005 else [] for chance in rng.random(size)], pa.list_(pa.string())),
        }
    )  # fmt: skip


def reaches(rng: np.random.Generator, ids: pa.Array) -> pa.Table:
    """Rows of `reach`: nine in ten have an e-mail, six a phone with text messages, five a postal address."""
    parts = []
    for channel, share in (("email", 0.9), ("phone", 0.6), ("sms", 0.6), ("letter", 0.5)):
        kept = ids.filter(pa.array(rng.random(len(ids)) < share))
        size = len(kept)
        consent = [rng.choice(["given", "not given", "withdrawn"], size, p=[0.55, 0.4, 0.05]) for _ in range(3)]
        flags = {name: rng.random(size) < 0.02 for name in ("objected", "asked", "refused", "bounced")}
        parts.append(
            pa.table(
                {
                    "person_id": kept, "channel": [channel] * size, "address": [f"to {channel}"] * size,
                    "marketing": consent[0], "feedback": consent[1], "service": consent[2], **flags,
                    "sent": rng.poisson(3, size), "answered": rng.poisson(1, size), "liking": rng.random(size),
                }
            )
        )  # fmt: skip
    return pa.concat_tables(parts)


def offers(actions: int) -> pa.Table:
    """Rows of `offered`: one to three channels each."""
    rows = []
    for number in range(actions):
        kind = _KINDS[number % len(_KINDS)]
        for place in range(1 + number % 3):
            channel = ("email", "phone", "letter", "sms")[(number + place) % 4]
            rows.append(
                {
                    "action": f"play-of-number-{number}", "channel": channel, "place": place,
                    "team": "service" if kind == "service" else _TEAMS[number % 3], "kind": kind, "owed": False,
                    "purpose": {"service": "service", "ask": "feedback"}.get(kind, "marketing"), "cooldown_days": 90,
                    "basis": "contract" if kind == "service" else ("consent", "soft opt-in", "legitimate interest")[number % 3],
                    "holds_offer": False, "everyone": False, "scarce": 1_000 if number == 6 else None,
                    "uses": ["first_name", "favourite_thing"],
                }
            )  # fmt: skip
    return pa.Table.from_pylist(rows)


def pairs(
    rng: np.random.Generator, ids: pa.Array, actions: int, share: float, column: dict[str, Any] | None = None
) -> pa.Table:
    """Some of all people with some of all actions."""
    who, what = np.nonzero(rng.random((len(ids), actions)) < share)
    made = {
        "person_id": ids.take(pa.array(who)),
        "action": pa.array([f"play-of-number-{number}" for number in range(actions)]).take(pa.array(what)),
    }
    return pa.table(made | {name: draw(len(who)) for name, draw in (column or {}).items()})


def tables(engine: Engine, folder: Path, size: int, actions: int) -> dict[str, Table]:
    """All that the gate looks at, in Parquet files, as a refresh would have it."""
    rng = np.random.default_rng(20_260_504)
    made: dict[str, list[str]] = {}
    schemas: dict[str, pa.Schema] = {}
    for first in range(0, size, _CHUNK):
        profile = people(rng, first, min(_CHUNK, size - first))
        ids = profile["person_id"].combine_chunks()
        days = {"days": lambda rows: rng.integers(0, 200, rows)}
        held = pairs(rng, ids, actions, 0.05)
        alone = ids.filter(pa.array(rng.random(len(ids)) < 0.05))
        held = pa.concat_tables([held, pa.table({"person_id": alone, "action": ["*"] * len(alone)})])
        for name, table in {
            "profile": profile, "pace": paces(rng, ids), "reach": reaches(rng, ids), "held": held,
            "matched": pairs(rng, ids, actions, 0.85), "recent": pairs(rng, ids, actions, 0.1, days),
        }.items():  # fmt: skip
            path = folder / f"{name}-{first}.parquet"
            pq.write_table(table, path)
            made.setdefault(name, []).append(str(path))
            schemas[name] = table.schema
    # As a refresh hands them over: tables of the engine.
    found = {name: engine.files(paths, schemas[name]) for name, paths in made.items()}
    return found | {"offered": engine.arrow(offers(actions))}


DECISIONS = Statement(
    "bench.gate_decisions",
    """
    select count(*) as decisions
    from matched
    join offered on offered.action = matched.action
    join reach on reach.person_id = matched.person_id and reach.channel = offered.channel
    """,
)
COUNTS = Statement("bench.gate_counts", "select rule, count(*) as people, min(says) as says from blocked group by rule")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--actions", type=int, default=10)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as spill, open_engine(
        "duckdb", spill=Path(spill), memory=given.memory, threads=given.threads
    ) as engine:  # fmt: skip
        found = tables(engine, Path(spill), given.people, given.actions)
        decisions = engine.fetch(engine.run(DECISIONS, **{n: found[n] for n in ("matched", "offered", "reach")}))[0][
            0
        ].as_py()
        before = resource.getrusage(resource.RUSAGE_SELF)
        begun, used = time.perf_counter(), time.process_time()
        judge = judged(engine, **found, limits=Limits(AS_OF))
        took, used = time.perf_counter() - begun, time.process_time() - used
        after = resource.getrusage(resource.RUSAGE_SELF)
        candidates, blocked = engine.count(judge.candidates), engine.count(judge.blocked)
        print(
            f"{given.people:,} people, {engine.count(found['matched']):,} pairs, {decisions:,} decisions, {len(CHANNELS)} channels"
        )
        print(f"{candidates:,} candidates, {blocked:,} blocked with a sentence each")
        print(
            f"{took:.1f} s, {used:.1f} CPU s: {decisions / took * 60 / 1e6:.1f} million decisions a minute; "
            f"peak {after.ru_maxrss / 1024:,.0f} MB (before {before.ru_maxrss / 1024:,.0f})"
        )
        for row in engine.fetch(engine.run(COUNTS, blocked=judge.blocked), order_by=("rule",)).to_pylist():
            print(f"  {row['rule']:<26} {row['people']:>10,}  {row['says']}")


if __name__ == "__main__":
    main()
