"""The same company on both engines gives the same snapshot, and every statement the same rows."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byname import refresh as refreshing
from byname.company import Company, Settings
from byname.engines import Engine, Statement, Table, statements
from byname.people.changes import people_changes
from byname.plan.choosing.by_query import everybody
from byname.plan.choosing.firsts import firsts
from byname.plan.effects import believed
from byname.plan.gate import Limits, friend_check, judged, nothing_but_service
from byname.plan.matching import matched
from byname.plan.news import TAKES, Before, news
from byname.plan.offered import offered
from byname.playbooks.loading import load
from byname.proof.holdouts import drawn_lots
from byname.snapshot import TABLES
from byname.standing.hindsight import OF_THESE
from byname.value import past as reading
from byname.value import valuation as valuing
from byname.value.rows import rows_at
from byname.voice.agents import agents
from byname.voice.corrected import as_corrected
from byname.voice.problems import problems
from tests.plan.made_choosing import made
from tests.standing.made import facts as ratings
from tests.standing.made import links
from tests.voice.said import voice
from tests.voice.test_problems import UNTIL as SAID_UNTIL
from tests.voice.test_problems import complaints, glad

pytestmark = pytest.mark.spark

AS_OF = date(2026, 11, 1)
CLOSE = 1e-6
# Nothing was before the first snapshot, and no event stands in the settings.
MAY_BE_EMPTY = {"people_changes", "told", "stress", "events", "traits", "backtest", "calibration"} | {
    # Too few people said anything for these; each has tests of its own.
    *("agents", "alarms", "community", "content", "content_for", "effort", "hard", "moves", "new_words", "praised"),
    *("problems", "problem_messages", "recovered", "news"),
}
MOVED = [
    pa.table({"record_id": ["a", "b", "c", "d", "e"], "person_id": ["p1", "p2", "p3", "p3", "p4"]}),
    pa.table({"record_id": ["a", "b", "c", "d", "f"], "person_id": ["p1", "p1", "p3", "p9", "p8"]}),
]

type Run = tuple[Statement, dict[str, pa.Table], dict[str, Any], pa.Table]


@dataclass
class Recorder:
    """An engine that notes each statement with its inputs and what it gave."""

    engine: Engine
    ran: list[Run] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def run(self, statement: Statement, /, **given: Any) -> Table:
        table = self.engine.run(statement, **given)
        tables = {name: self.engine.fetch(one) for name, one in given.items() if isinstance(one, Table)}
        scalars = {name: one for name, one in given.items() if not isinstance(one, Table)}
        self.ran.append((statement, tables, scalars, self.engine.fetch(table, order_by=table.columns)))
        return table


def once_each(ran: list[Run]) -> Iterator[Run]:
    """The first run of each statement that gave a row; of what gave none, any."""
    chosen: dict[str, Run] = {}
    for run in ran:
        name, given = run[0].name, run[3]
        if name not in chosen or (given.num_rows and not chosen[name][3].num_rows):
            chosen[name] = run
    yield from chosen.values()


def refresh_on(company: Company, engine: Engine | Recorder, monkeypatch: pytest.MonkeyPatch) -> Path:
    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[Engine | Recorder]:
        yield engine

    monkeypatch.setattr(refreshing, "open_engine", opened)
    shutil.rmtree(company.readings, ignore_errors=True)  # every text is read by this engine
    return refreshing.refresh(company, as_of=AS_OF).folder


def assert_alike(one: pa.Table, other: pa.Table, what: str) -> None:
    """Keys, counts and money equal; model numbers to 1e-6."""
    assert one.schema.equals(other.schema), what
    assert one.num_rows == other.num_rows, what
    for name in one.column_names:
        for first, second in zip(one.column(name).to_pylist(), other.column(name).to_pylist(), strict=True):
            if isinstance(first, float) and isinstance(second, float):
                assert math.isclose(first, second, rel_tol=CLOSE, abs_tol=CLOSE), (what, name, first, second)
            else:
                assert first == second, (what, name, first, second)


def of_large_companies(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs only where there are many people, years of history, or spend on repeat orders to tell from."""
    monkeypatch.setattr(reading, "_ENOUGH", 20)
    days = recorder.arrow(
        pa.table(
            {
                "person_id": [f"p{'2A7Z'[n % 4]}{n:02}" for n in range(40) for _ in range(3)],
                "day": pa.array(
                    [date(2024, 1, 1 + n % 28).replace(year=2024 + k) for n in range(40) for k in range(3)]
                ),
                "orders": pa.array([1] * 120, pa.int64()),
                "spent": pa.array([Decimal(5 + n % 7) for n in range(120)], pa.decimal128(18, 4)),
                "grp": pa.array([0] * 120, pa.int64()),
            }
        )
    )
    past = reading.past_of(recorder, days, AS_OF)  # type: ignore[arg-type]
    rows, _, _ = past.read(date(2025, 6, 1), AS_OF)
    assert 0 < len(rows) < 40
    recorder.run(valuing.REPEAT_SPENDS, rows=rows_at(recorder, days, AS_OF, wide=False))  # type: ignore[arg-type]


def of_outspoken_companies(recorder: Recorder) -> None:
    """What runs only where many complain alike, staff corrected a reading, or scores of employees are wanted."""
    engine: Any = recorder
    said = voice(engine, [*complaints("zipper", 40), *complaints("voucher", 30), *glad(60)])
    worth = engine.arrow(pa.table({"person_id": ["zipper1"], "clv": [10.0]}))
    assert engine.count(problems(engine, said, worth, as_of=SAID_UNTIL.date(), until=SAID_UNTIL).table) > 0
    corrected = pa.table({"fact_id": ["000001", "000002"], "label": ["positive", "not complaint"]})
    engine.fetch(as_corrected(engine, said, engine.arrow(corrected)))
    desk = voice(
        engine, [{"who": f"p{n}", "employee": "Ada", "thread": f"t{n}", "status": "solved"} for n in range(25)]
    )
    rated = [
        {"record_id": f"p{n}", "scale": "csat", "score": 5.0, "about_kind": "employee", "about": "Ada"}
        for n in range(25)
    ]
    people = [f"p{n}" for n in range(25)]
    agents(engine, desk, ratings(engine, "ratings", *rated), links(engine, *people), until=SAID_UNTIL, on=True)
    became = {"person_id": people, **{name: [True] * 25 for name in ("left_us", "complained", "recommended", "grew")}}
    recorder.run(
        OF_THESE, became=engine.arrow(pa.table(became)), these=engine.arrow(pa.table({"person_id": people[:9]}))
    )


def of_planning_companies(recorder: Recorder, snapshot: Path) -> None:
    """What runs for one person at the door, for a list with lots of its own, and where nobody said yes."""
    engine: Any = recorder
    profile, reach, pace = (
        recorder.arrow(pq.read_table(snapshot / f"{name}.parquet")) for name in ("profile", "reach", "pace")
    )
    playbooks = load(None)
    offers = recorder.arrow(offered(playbooks, believed(playbooks, {}), Settings(name="Acme")))
    meant = matched(engine, profile, playbooks)
    none = pa.table({"person_id": pa.array([], pa.string()), "action": pa.array([], pa.string())})
    nobody = recorder.arrow(none)
    recent = recorder.arrow(none.append_column("days", pa.array([], pa.int64())))
    limits = Limits(AS_OF)
    gate = judged(
        engine, matched=meant, offered=offers, profile=profile, reach=reach, pace=pace, recent=recent, held=nobody,
        limits=limits,
    )  # fmt: skip
    one = recorder.fetch(gate.candidates, order_by=("person_id", "action")).to_pylist()[0]
    verdicts = friend_check(
        engine, one["person_id"], one["action"], offered=offers, profile=profile, reach=reach, pace=pace, recent=recent,
        held=nobody, limits=limits, matched=meant, queue=gate.queue,
    )  # fmt: skip
    assert not all(verdict.blocked for verdict in verdicts)
    closed = recorder.arrow(none.append_column("channel", pa.array([], pa.string())))
    assert "Load consents" in nothing_but_service(engine, candidates=closed, offered=offers, reach=recorder.arrow(
        pq.read_table(snapshot / "reach.parquet").slice(0, 0)
    ))  # fmt: skip
    audience = pq.read_table(snapshot / "profile.parquet", columns=["person_id", "unit"])
    lots = drawn_lots(
        engine, recorder.arrow(audience), worth=recorder.arrow(pq.read_table(snapshot / "value.parquet")),
        standing=recorder.arrow(pq.read_table(snapshot / "standing.parquet")), share=0.3, salt="s", campaign="c",
    )  # fmt: skip
    assert recorder.count(lots) == audience.num_rows
    tables = {name: pq.read_table(snapshot / f"{name}.parquet") for name in (*TAKES, "evidence")}
    now = {name: recorder.arrow(one) for name, one in tables.items()}
    people = tables["standing"].column("person_id")
    stood = pa.table({"person_id": people, "standing": (["loyal", "neutral"] * len(people))[: len(people)]})
    before = tables | {"standing": stood, "promises": tables["promises"].slice(0, 0)}
    first = news(engine, now, Before(before, is_same_day=False), as_of=AS_OF)
    told = recorder.fetch(first)
    assert {"moved", "promise broken"} <= set(told.column("kind").to_pylist())
    again = news(engine, now, Before(tables | {"news": told.select(TAKES["news"])}, is_same_day=True), as_of=AS_OF)
    assert recorder.fetch(again, order_by=("kind", "about")) == recorder.fetch(first, order_by=("kind", "about"))
    instance = made(60, 7, owed=0.01, seed=3)
    gain, _ = everybody(engine)(firsts(instance))(np.full(instance.capacity.size + 1, 0.5))
    assert gain > 0


@pytest.mark.timeout(1_500)
def test_every_statement_gives_the_same_rows_on_both_engines(
    company_of_samples: Company, duck_engine: Engine, spark_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(duck_engine)
    snapshot = refresh_on(company_of_samples, recorder, monkeypatch)
    people_changes(recorder, *(recorder.arrow(one) for one in MOVED))  # type: ignore[arg-type]
    of_large_companies(recorder, monkeypatch)
    of_outspoken_companies(recorder)
    of_planning_companies(recorder, snapshot)
    rooms = ("facts.", "people.", "value.", "voice.", "standing.", "proof.", "plan.")
    assert {statement.name for statement, *_ in recorder.ran} >= {
        name for name in statements() if name.startswith(rooms)
    }
    unlike = {}
    for statement, tables, scalars, expected in once_each(recorder.ran):
        inputs = {name: spark_engine.arrow(table) for name, table in tables.items()}
        given = spark_engine.run(statement, **inputs, **scalars)
        try:
            assert_alike(spark_engine.fetch(given, order_by=given.columns), expected, statement.name)
        except AssertionError as error:
            unlike[statement.name] = str(error)
        for table in inputs.values():
            spark_engine.drop(table)
    assert unlike == {}


@pytest.fixture(scope="module")
def snapshots(company_of_samples: Company, duck_engine: Engine, spark_engine: Engine) -> tuple[Path, Path]:
    """The company's snapshot by the embedded engine, and by the distributed one: minutes, so once for all."""
    with pytest.MonkeyPatch.context() as patch:
        return refresh_on(company_of_samples, duck_engine, patch), refresh_on(company_of_samples, spark_engine, patch)


@pytest.mark.timeout(1_200)
def test_the_same_company_gives_the_same_snapshot_on_both_engines(snapshots: tuple[Path, Path]) -> None:
    ours, theirs = snapshots
    for name in set(TABLES) - {"run"}:
        one, other = (pq.read_table(folder / f"{name}.parquet") for folder in (ours, theirs))
        assert one.num_rows > 0 or name in MAY_BE_EMPTY, name
        assert one.schema.metadata == other.schema.metadata
        assert_alike(one, other, name)


@pytest.mark.timeout(1_200)
def test_money_is_decimal_on_both_engines(snapshots: tuple[Path, Path]) -> None:
    for folder in snapshots:
        spent = pq.read_table(folder / "value.parquet").column("spend_total").to_pylist()
        assert all(isinstance(one, Decimal) for one in spent)
