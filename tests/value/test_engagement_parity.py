"""Referrals, influence, ideas, growth, wallets, stress, traits and sales give the same rows on both engines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from tests.test_parity import Recorder, assert_alike
from tests.value.made import AS_OF, UNTIL, at, bought, by_person, facts, persons, worths
from tests.value.test_told import KNOWN, MEMBERS, record, stay, version

from byname.engines import Engine, Table, statements
from byname.facts import schema
from byname.value import (
    baseline,
    dated,
    give_backs,
    growth,
    influence,
    knowledge,
    ownership,
    referrals,
    sales,
    stress,
    told,
    traits,
    wallet,
)
from byname.value.rows import days_bought

pytestmark = pytest.mark.spark

PEOPLE = [f"p{n:03}" for n in range(240)]
ROOMS = (
    baseline, dated, give_backs, growth, influence, knowledge, ownership, referrals, sales, stress, told, traits, wallet
)  # fmt: skip


class Made:
    """A company of 240 people, the same at every run, with every fact that these rooms read."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.random = np.random.default_rng(11)
        some = self.random.integers
        self.orders = [
            (PEOPLE[int(some(0, 240))], self.day(), f"{some(0, 9000) / 100:.2f}", int(some(0, 3))) for _ in range(1500)
        ]
        self.record_person = persons(engine, PEOPLE)
        self.net = bought(engine, [order[:3] for order in self.orders])
        self.worth = worths(engine, {who: round(float(self.random.exponential(50)), 4) for who in PEOPLE})

    def day(self) -> datetime:
        return cast("datetime", at("2023-01-01T23:30")) + timedelta(days=int(self.random.integers(0, 1300)))

    def who(self) -> str:
        return PEOPLE[int(self.random.integers(0, 240))]

    def maybe(self, value: Any) -> Any:
        return None if self.random.random() < 0.2 else value

    def facts(self, name: str, rows: Sequence[dict[str, Any]] = ()) -> Table:
        return facts(self.engine, name, rows)

    def of(self, count: int, **more: Any) -> list[dict[str, Any]]:
        """So many facts of anybody, at any day; each of `more` is called for each."""
        return [
            {"record_id": self.who(), "occurred_at": self.maybe(self.day())}
            | {name: one(n) for name, one in more.items()}
            for n in range(count)
        ]


def everything(engine: Engine) -> dict[str, Table]:
    """What each room makes of that company."""
    made = Made(engine)
    random = made.random
    until = UNTIL
    people: dict[str, Any] = {"record_person": made.record_person, "until": UNTIL}
    # The first few stand in circles.
    circles = [{"record_id": PEOPLE[n], "referred_record_id": PEOPLE[(n + 1) % 3]} for n in range(3)]
    referred = referrals.referral_value(
        engine,
        made.facts("referrals", circles + made.of(300, referred_record_id=lambda _: made.who())),
        made.record_person,
        made.worth,
        made.net,
        referrals.ReferralTerms(acquisition_cost=5),
        margin=0.4,
        until=until,
    )
    messages = made.facts(
        "messages",
        made.of(
            400,
            source_id=lambda n: f"m{n}",
            in_reply_to=lambda n: made.maybe(f"m{int(random.integers(0, n + 3))}"),
            accepted=lambda _: made.maybe(bool(random.random() < 0.3)),
            helpful=lambda _: made.maybe(int(random.integers(-1, 9))),
            shared=lambda _: made.maybe(int(random.integers(0, 4))),
            medium=lambda n: ("survey", "sampling", "community")[n % 3],
        ),
    )
    ideas = made.facts(
        "ideas",
        made.of(
            60,
            source_id=lambda n: f"i{n}",
            status=lambda n: ("open", "shipped", None)[n % 3],
            shipped_at=lambda n: made.day() if n % 4 == 0 else None,
        ),
    )
    votes = made.facts(
        "votes",
        made.of(
            400,
            idea_id=lambda _: f"i{int(random.integers(0, 62))}",
            weight=lambda _: made.maybe(float(random.integers(-1, 3))),
        ),
    )
    ratings = made.facts(
        "ratings",
        made.of(
            300,
            scale=lambda n: "rank" if n % 2 else "NPS",
            score=lambda n: float(random.integers(1, 5)) if n % 2 else float(random.integers(0, 11)),
            about_kind=lambda _: "brands",
            about=lambda n: ("2", "3.0", "4", "1", "many")[n % 5],
        ),
    )
    returns = made.facts("returns", made.of(80))
    returned = engine.arrow(
        pa.table(
            {
                "person_id": PEOPLE[:40],
                "returned_total": pa.array([Decimal(n) for n in range(40)], pa.decimal128(18, 4)),
            }
        )
    )
    when = dated.dated(engine, made.net, zone="Europe/Berlin")
    lines = [
        {
            "order_id": f"o{n}",
            "product": ("tent", "lamp", None)[n % 3],
            "quantity": 1 + n % 3 / 2,
            "price": Decimal("9.99"),
        }
        for n in range(1500)
    ]
    sold = made.facts(
        "orders",
        [
            {"source_id": f"o{n}", "currency": ("EUR", "USD", None)[order[3]], "channel": ("web", "till", None)[n % 3]}
            for n, order in enumerate(made.orders)
        ],
    )
    promises = made.of(
        60,
        due_at=lambda _: made.maybe(made.day()),
        kept_at=lambda _: made.maybe(made.day()),
    )
    followed = stress.stress(
        engine,
        when,
        made.facts("promises", promises),
        made.record_person,
        [
            stress.Stress("outage", "outage", date(2025, 6, 1), date(2025, 6, 3)),
            stress.Stress("dearer", "price rise", date(2026, 5, 1), date(2026, 5, 1)),
        ],
        zone="Europe/Berlin",
        as_of=AS_OF,
        until=until,
    )
    records = made.facts(
        "records", made.of(200, created_at=lambda _: made.maybe(made.day()), source=lambda n: "ab"[n % 2])
    )
    commons = traits.traits(
        engine,
        worth=made.worth,
        people=engine.arrow(
            pa.table({"person_id": PEOPLE, "country": [("DE", "FR", None)[n % 3] for n in range(240)]})
        ),
        records=records,
        dated=when,
        orders=sold,
        order_lines=made.facts("order_lines", lines),
        brought=referred.brought,
        messages=messages,
        ratings=ratings,
        **people,
    )
    in_all = sales.sales(
        engine,
        dated=when,
        orders=sold,
        order_lines=made.facts("order_lines", lines),
        brought=referred.brought,
        contacts=made.facts("contacts", made.of(300, arm=lambda n: ("treated", "held out", None)[n % 3])),
        currency="EUR",
        rates={"USD": Decimal("0.9213")},
        **people,
    )
    owners = ownership.ownership(
        engine, dated=when, brought=referred.brought, ratings=ratings, ideas=ideas, messages=messages, **people
    )
    versions = [version(1, "Leeds", "2024-01-01"), version(2, "York", "2026-03-01")]
    moved = told.told(
        engine,
        engine.arrow(
            pa.Table.from_pylist(
                [stay("Acme", "2024-01-01", "2026-02-01"), stay("Borealis", "2026-02-01")], schema=MEMBERS
            )
        ),
        engine.arrow(pa.Table.from_pylist([record("2", "Borealis", "2026-02-01")], schema=KNOWN)),
        engine.arrow(pa.Table.from_pylist(versions, schema=schema.table("records").arrow_schema())),
        persons(engine, {"r1": "rosa"}),
        until=until,
    )
    return {
        "referral value": referred.value,
        "brought": referred.brought,
        "influence": influence.influence(engine, messages, made.record_person, influence_worth=2.0, until=until).table,
        "knowledge": knowledge.knowledge(
            engine, ideas, votes, made.record_person, made.worth, idea_worth=None, until=until
        ).table,
        "growth": growth.growth(engine, days_bought(engine, made.net, zone="Europe/Berlin"), as_of=AS_OF).table,
        "told": moved,
        "give-backs": give_backs.give_backs(engine, returns, returned, made.net, made.record_person, until=until).table,
        "wallet": wallet.wallet(engine, ratings, made.record_person, made.net, until=until).table,
        "stress": followed.table,
        "stress in all": followed.summary,
        "traits": commons.table,
        "sales": in_all,
        "ownership": owners.table,
        "ownership in all": owners.summary,
    }


def test_every_statement_and_every_table_is_the_same_on_both_engines(duck_engine: Engine, spark_engine: Engine) -> None:
    recorder = Recorder(duck_engine)
    ours = everything(cast("Engine", recorder))
    for name, table in ours.items():
        assert duck_engine.count(table) > 0, name
    names = {statement.name for statement, *_ in recorder.ran}
    here = {
        one.name for room in ROOMS for one in vars(room).values() if statements().get(getattr(one, "name", "")) is one
    }
    assert here <= names
    for statement, tables, scalars, expected in recorder.ran:
        assert expected.num_rows, statement.name
        inputs = {name: spark_engine.arrow(table) for name, table in tables.items()}
        given = spark_engine.run(statement, **inputs, **scalars)
        assert_alike(spark_engine.fetch(given, order_by=given.columns), expected, statement.name)
        for table in inputs.values():
            spark_engine.drop(table)


def test_a_company_without_any_of_it_is_the_same_on_both_engines(duck_engine: Engine, spark_engine: Engine) -> None:
    """Counts over no rows, and people without a single fact."""
    found = []
    for engine in (duck_engine, spark_engine):
        nobody: dict[str, Any] = {"record_person": persons(engine, []), "until": UNTIL}
        none = bought(engine)
        when = dated.dated(engine, none, zone="UTC")
        every = {
            name: facts(engine, name) for name in ("messages", "ratings", "ideas", "votes", "promises", "referrals")
        }
        referred = referrals.referral_value(
            engine,
            every["referrals"],
            nobody["record_person"],
            worths(engine, {}),
            none,
            referrals.ReferralTerms(),
            margin=1.0,
            until=UNTIL,
        )
        talk = influence.influence(
            engine, every["messages"], nobody["record_person"], influence_worth=None, until=UNTIL
        )
        thought = knowledge.knowledge(
            engine,
            every["ideas"],
            every["votes"],
            nobody["record_person"],
            worths(engine, {}),
            idea_worth=None,
            until=UNTIL,
        )
        share = wallet.wallet(engine, every["ratings"], nobody["record_person"], none, until=UNTIL)
        hard = stress.stress(
            engine, when, every["promises"], nobody["record_person"], [], zone="UTC", as_of=AS_OF, until=UNTIL
        )
        owned = ownership.ownership(
            engine,
            dated=when,
            brought=referred.brought,
            ratings=every["ratings"],
            ideas=every["ideas"],
            messages=every["messages"],
            **nobody,
        )
        tables = (referred.value, talk.table, thought.table, share.table, hard.table, hard.summary, owned.summary)
        reports = (referred.report, talk.report, thought.report, share.report, hard.report)
        found.append(
            ([engine.fetch(one, order_by=one.columns) for one in tables], reports, by_person(engine, owned.table))
        )
    (ours, said, own), (theirs, told_there, own_there) = found
    for one, other in zip(ours, theirs, strict=True):
        assert_alike(one, other, "nothing")
    assert (said, own) == (told_there, own_there)
