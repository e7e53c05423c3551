"""A company with campaigns, made in a few words: contacts with arms, purchase days, and all else empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from tests.standing.made import VOICE
from tests.value.made import AS_OF, UNTIL, facts, persons

from byname.engines import Engine, Table
from byname.facts import schema
from byname.proof.room import Proof, proof_of

BROUGHT = pa.schema({"person_id": pa.string(), "referrer_id": pa.string(), "occurred_at": pa.timestamp("us")})


@dataclass(frozen=True)
class Expects:
    effect: float = 0.05
    sd: float = 0.05
    on: str = "spend_90d"


@dataclass(frozen=True)
class Book:
    """A playbook, as far as proof looks at it."""

    action: str
    expected: Expects = Expects()
    holdout: float = 0.5
    cost: float = 0.0

    @property
    def title(self) -> str:
        return f"to {self.action}"


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def spent(engine: Engine, rows: Sequence[tuple[str, date, float]]) -> Table:
    """Purchase days: (person, day, money) each."""
    return engine.arrow(
        pa.table(
            {
                "person_id": pa.array([row[0] for row in rows], pa.string()),
                "day": pa.array([row[1] for row in rows], pa.date32()),
                "spent": pa.array([Decimal(f"{row[2]:.4f}") for row in rows], pa.decimal128(18, 4)),
            }
        )
    )


def of_units(engine: Engine, units: Mapping[str, str]) -> Table:
    return engine.arrow(
        pa.table({"person_id": pa.array(list(units), pa.string()), "unit": pa.array(list(units.values()), pa.string())})
    )


def proven(
    engine: Engine,
    people: Sequence[str],
    *,
    contacts: Sequence[Mapping[str, Any]] = (),
    days: Sequence[tuple[str, date, float]] = (),
    books: Sequence[Book] = (),
    units: Mapping[str, str] | None = None,
    voice: pa.Table | None = None,
    brought: Sequence[Mapping[str, Any]] = (),
    zone: str = "UTC",
    **more: Sequence[Mapping[str, Any]],
) -> Proof:
    """Prove it all; people are known by a record of their own name."""
    tables = {one.name: facts(engine, one.name, more.get(one.name, [])) for one in schema.TABLES}
    return proof_of(
        engine,
        tables | {"contacts": facts(engine, "contacts", contacts)},
        playbooks=books,
        units=of_units(engine, units or {one: one for one in people}),
        record_person=persons(engine, people),
        days=spent(engine, days),
        voice=engine.arrow(voice if voice is not None else VOICE.empty_table()),
        brought=engine.arrow(pa.Table.from_pylist(list(brought), schema=BROUGHT)),
        as_of=AS_OF,
        until=UNTIL,
        zone=zone,
        currency="EUR",
    )


def rows(engine: Engine, found: Proof, table: str = "proof") -> dict[str, dict[str, Any]]:
    """A table's rows by action, or by question."""
    key = "action" if table == "proof" else "question"
    return {row[key]: row for row in engine.fetch(found.tables[table]).to_pylist()}
