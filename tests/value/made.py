"""Tables for the tests of referrals, influence, ideas, growth and the like: made in a few words, each statement checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from byname.engines import Engine, Scalar, Statement, Table
from byname.engines.portable import check
from byname.facts import schema

UNTIL = datetime(2026, 7, 1)  # noqa: DTZ001 - UTC by contract
AS_OF = date(2026, 6, 30)


class Checked:
    """An engine that refuses each statement that is not portable, types and all."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def run(self, statement: Statement, /, **given: Table | Scalar) -> Table:
        check(statement, {name: one.schema for name, one in given.items() if isinstance(one, Table)})
        return self.engine.run(statement, **given)


def at(day: str | date | datetime | None) -> datetime | None:
    """An instant from what a test writes."""
    if day is None or isinstance(day, datetime):
        return day
    return datetime.combine(day, time(12)) if isinstance(day, date) else datetime.fromisoformat(day)


def facts(engine: Engine, name: str, rows: Sequence[Mapping[str, Any]] = ()) -> Table:
    """A fact table: each row with an id of its own, from the source 'shop', unless it says otherwise."""
    full = []
    for place, row in enumerate(rows):
        number = f"{name}-{place}"
        common = {"fact_id": number, "source": "shop", "account": "main", "source_id": number, "version": 1}
        full.append(common | dict(row) | {"occurred_at": at(row.get("occurred_at"))})
    return engine.arrow(pa.Table.from_pylist(full, schema=schema.table(name).arrow_schema()))


def persons(engine: Engine, people: Iterable[str] | Mapping[str, str]) -> Table:
    """record_person: each person is known by a record of the same name, or record → person."""
    of = people if isinstance(people, Mapping) else {one: one for one in people}
    return engine.arrow(
        pa.table({"record_id": pa.array(list(of), pa.string()), "person_id": pa.array(list(of.values()), pa.string())})
    )


NET = pa.schema(
    {
        "person_id": pa.string(),
        "source": pa.string(),
        "account": pa.string(),
        "source_id": pa.string(),
        "occurred_at": pa.timestamp("us"),
        "amount": pa.decimal128(18, 4),
    }
)


def bought(engine: Engine, rows: Sequence[tuple[str, str | date | datetime, object]] = ()) -> Table:
    """`net`: (person, when, amount) each; the order's number is its place, from o0 on."""
    full = [
        {
            "person_id": who,
            "source": "shop",
            "account": "main",
            "source_id": f"o{place}",
            "occurred_at": at(when),
            "amount": Decimal(str(amount)),
        }
        for place, (who, when, amount) in enumerate(rows)
    ]
    return engine.arrow(pa.Table.from_pylist(full, schema=NET))


def worths(engine: Engine, clv: Mapping[str, float]) -> Table:
    """`worth`: each person's clv; what was spent is the same number."""
    return engine.arrow(
        pa.table(
            {
                "person_id": pa.array(list(clv), pa.string()),
                "clv": pa.array(list(clv.values()), pa.float64()),
                "expected_spend": pa.array(list(clv.values()), pa.float64()),
                "spend_total": pa.array([Decimal(f"{one:.4f}") for one in clv.values()], pa.decimal128(18, 4)),
            }
        )
    )


def by_person(engine: Engine, table: Table) -> dict[str, dict[str, Any]]:
    """A table's rows by its person_id."""
    return {row.pop("person_id"): row for row in engine.fetch(table).to_pylist()}
