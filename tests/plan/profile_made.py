"""A refresh's tables, invented and mostly empty: what a profile is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pyarrow as pa
from tests.people.decided_made import decided
from tests.standing.made import VOICE
from tests.value.made import AS_OF, UNTIL, Checked, at, by_person, facts

from byname.company import Settings
from byname.engines import Engine, Scalar, Statement, Table
from byname.engines.portable import check
from byname.facts.schema import TABLES, table
from byname.plan.profile import profile
from byname.plan.profiled.sources import Day, Sources
from byname.plan.relations import known_to, meetings
from byname.plan.touches import touches

TEXT, NUMBER, WHOLE, FLAG, INSTANT, DATE, MONEY = (
    pa.string(), pa.float64(), pa.int64(), pa.bool_(), pa.timestamp("us"), pa.date32(), pa.decimal128(18, 4),
)  # fmt: skip


def _schema(**kinds: tuple[pa.DataType, str]) -> pa.Schema:
    return pa.schema([(name, kind) for kind, names in kinds.values() for name in names.split()])


SCHEMAS: dict[str, pa.Schema] = {
    "people": _schema(
        a=(TEXT, "person_id anchor name email phone street postcode city country company_id household_id language owner "
          "email_from phone_from address_from"),
        b=(INSTANT, "first_seen last_seen"),
    ),
    "companies": _schema(a=(TEXT, "company_id name person_id")),
    "worth": _schema(
        a=(TEXT, "person_id"),
        b=(WHOLE, "orders contracts rank"),
        c=(
            NUMBER,
            "clv clv_low clv_high expected_spend expected_orders p_alive value_at_risk growth headroom referral_value "
            "p_top_decile_year returned_share",
        ),
        d=(MONEY, "spend_total"),
    ),
    "dated": _schema(a=(TEXT, "person_id source account source_id"), b=(INSTANT, "occurred_at"), c=(MONEY, "amount"), d=(DATE, "day")),
    "brought": _schema(a=(TEXT, "person_id referrer_id"), b=(INSTANT, "occurred_at")),
    "voice": VOICE,
    "standing": _schema(
        a=(TEXT, "person_id standing"),
        b=(NUMBER, "confidence neutral dissatisfied actively_dissatisfied loyal advocate"),
        c=(TEXT, "feels speaks"),
        d=(FLAG, "would_recommend does_recommend"),
        e=(TEXT, "stage moved_from ask"),
        f=(DATE, "since"),
    ),
    "alarms": _schema(a=(TEXT, "person_id kind says fact_id"), b=(DATE, "since"), c=(NUMBER, "worth")),
    "asks": _schema(a=(TEXT, "person_id rule question why"), b=(NUMBER, "value_of_knowing")),
    "incidents": _schema(
        a=(TEXT, "person_id fact_id kind says"), b=(INSTANT, "occurred_at settled_at"), c=(WHOLE, "severity"), d=(FLAG, "said")
    ),
    "promises": _schema(a=(TEXT, "person_id fact_id what employee state"), b=(INSTANT, "made_at due_at kept_at")),
    "community": _schema(a=(TEXT, "person_id"), b=(WHOLE, "answers"), c=(NUMBER, "score")),
    "waiting": _schema(
        a=(TEXT, "fact_id person_id medium kind words employee"), b=(INSTANT, "occurred_at"), c=(WHOLE, "waited_days"), d=(NUMBER, "worth")
    ),
    "hard": _schema(a=(TEXT, "person_id fact_id"), b=(INSTANT, "occurred_at"), c=(NUMBER, "score")),
    "testimonials": _schema(a=(TEXT, "person_id fact_id state")),
    "consents": _schema(a=(TEXT, "person_id channel purpose address state source reason"), b=(INSTANT, "since")),
}  # fmt: skip
_STANDS = ("standing", "alarms", "asks", "incidents", "promises", "community")
_TOLD = ("waiting", "hard", "testimonials")
_PLAIN: dict[str, dict[str, Any]] = {
    "voice": {"public": False, "intents": "", "sensitive": False, "masked": "words",
              "negative": 0.1, "neutral": 0.8, "positive": 0.1},
    "incidents": {"severity": 1, "kind": "outage", "says": ""},
    "promises": {"what": "a call", "state": "open"},
}  # fmt: skip


def ago(days: int, hour: int = 12) -> datetime:
    """Noon so many days before the as-of day."""
    return datetime(AS_OF.year, AS_OF.month, AS_OF.day, hour) - timedelta(days=days)  # noqa: DTZ001 - UTC


def day_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


type Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass
class World:
    """People, each with rows of their own; a row is its person's and has an id and a source of theirs, unless it says.

    Attributes:
        engine: where the tables go.
        cases: person → table → rows.
        settings: of the company, beside its name.
    """

    engine: Engine
    cases: Mapping[str, Rows]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def day(self) -> Day:
        return Day(AS_OF, UNTIL, Settings.model_validate({"name": "Acme", **self.settings}))

    def rows(self, name: str) -> list[dict[str, Any]]:
        return [
            {"person_id": who, "record_id": who, "fact_id": f"{name}-{who}-{place}", "source_id": f"s{place}"}
            | {"account": "main", "source": who}
            | row
            for who, tables in self.cases.items()
            for place, row in enumerate(tables.get(name, []))
        ]

    def table(self, name: str) -> Table:
        schema = SCHEMAS[name]
        rows = [_PLAIN.get(name, {}) | row for row in self.rows(name)]
        if name == "people":
            named = {row["person_id"] for row in rows}
            rows += [{"person_id": who, "anchor": f"a-{who}"} for who in self.cases if who not in named]
        full = [{key: _value(schema, key, value) for key, value in row.items() if key in schema.names} for row in rows]
        return self.engine.arrow(pa.Table.from_pylist(full, schema=schema))

    def fact(self, name: str) -> Table:
        names = table(name).arrow_schema().names
        rows = [] if name in SCHEMAS else self.rows(name)
        return facts(self.engine, name, [{key: value for key, value in row.items() if key in names} for row in rows])

    def sources(self) -> Sources:
        people = {"person_id": pa.array(list(self.cases), TEXT)}
        return Sources(
            facts={one.name: self.fact(one.name) for one in TABLES},
            people=self.table("people"),
            persons=self.engine.arrow(pa.table(people)),
            record_person=self.engine.arrow(pa.table({"record_id": people["person_id"]} | people)),
            companies=self.table("companies"),
            worth=self.table("worth"),
            dated=self.table("dated"),
            brought=self.table("brought"),
            voice=self.table("voice"),
            stands={name: self.table(name) for name in _STANDS},
            told={name: self.table(name) for name in _TOLD},
            consents=self.table("consents"),
            said_of_them=decided(self.engine).said,
        )


def _value(schema: pa.Schema, name: str, value: Any) -> Any:
    kind = schema.field(name).type
    if kind == MONEY and value is not None:
        return Decimal(str(value))
    return at(value) if kind == INSTANT else value


def orders(*days: int) -> list[dict[str, Any]]:
    """Rows of `dated`, so many days ago each; numbers o0, o1, …"""
    return [
        {"source_id": f"o{place}", "occurred_at": ago(back), "day": day_ago(back), "amount": 10}
        for place, back in enumerate(days)
    ]


def profiled(world: World) -> dict[str, dict[str, Any]]:
    """The profile of everybody in that world."""
    given, day = world.sources(), world.day()
    touched = touches(world.engine, given.facts, given.record_person, day)
    known = known_to(world.engine, given, meetings(world.engine, given, touched, day), day)
    return by_person(world.engine, profile(world.engine, given, touched, known, day))


class Once(Checked):
    """An engine that looks at each statement over the same tables' columns once: that takes longer than to run it."""

    seen: ClassVar[set[tuple[str, str]]] = set()

    def run(self, statement: Statement, /, **given: Table | Scalar) -> Table:
        columns = {name: one.schema for name, one in given.items() if isinstance(one, Table)}
        key = (statement.sql, "; ".join(f"{name}: {schema}" for name, schema in sorted(columns.items())))
        if key not in self.seen:
            check(statement, columns)
            self.seen.add(key)
        return self.engine.run(statement, **given)
