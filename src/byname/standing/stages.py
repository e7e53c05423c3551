"""How near each person is to buying, and what: attention, interest, desire, action; the stage may go back (S1.16).

The four stages are those of E. St. Elmo Lewis (1898-1908). A stage is shown by a record: an event, an answer to what
we sent, a question before a first purchase, an order, a subscription. It holds for as long as people of this company
usually take: of those who went on from a stage, nine in ten had gone on within so many days (for action: had bought
again). After that only what was seen since then counts, so a person goes back, and at last has no stage at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import Statement, statement
from byname.standing.stage_signs import signs
from byname.standing.stage_words import STAGES
from byname.value.rows import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["Stages", "stages"]

_ENOUGH = 30  # who went on, for a company's own usual time
_QUANTILE = 0.9
# Days: without enough of the company's own. A cart is forgotten sooner than a product that was looked at.
_DEFAULT = (30, 30, 14, 365)
_BOUNDS = (7, 730)
_EPOCH = date(1970, 1, 1)

NAMED = statement(
    "standing.stage_products",
    "select product, min(product_name) as product_name from signs where product <> '' group by product",
)

_REACHED = """
    select signs.person_id, signs.product, date_diff('day', date '1970-01-01', {day}) as day, signs.level,
           min(signs.fact_id) as fact_id, min(signs.says) as says, bool_or(signs.lasted) as lasted
    from signs
    anti join spared on spared.product = signs.product
    group by signs.person_id, signs.product, date_diff('day', date '1970-01-01', {day}), signs.level
"""

# From a stage to the next sign, where that is of a later stage; from a purchase to the next.
WENT_ON = statement(
    "standing.stage_went_on",
    """
    with next_sign as (
        select product <> '' as of_product, level, day,
               lead(level) over (partition by person_id, product order by day, level) as next_level,
               lead(day) over (partition by person_id, product order by day, level) as next_day,
               lead(day) over (partition by person_id, product, level order by day) as again_on
        from reached
        where not lasted
    ),
    gaps as (
        select of_product, level, case when level = 4 then again_on - day else next_day - day end as days
        from next_sign
        where case when level = 4 then again_on is not null else next_level > level end
    )
    select of_product, level, days, count(*) as times from gaps group by of_product, level, days
    """,
)

# Each sign shows the stages before its own too.
SHOWN = statement(
    "standing.stage_shown",
    """
    with days as (
        select reached.person_id, reached.product, patience.level, reached.day, patience.days,
               bool_or(reached.lasted) as lasted
        from reached
        join patience on patience.of_product = (reached.product <> '') and patience.level <= reached.level
        group by reached.person_id, reached.product, patience.level, reached.day, patience.days
    )
    select person_id, product, level, day, days, lasted,
           lag(day) over (partition by person_id, product, level order by day) as before
    from days
    """,
)

# Who has bought on three days has a pace of their own.
HELD = statement(
    "standing.stage_held",
    """
    with bought as (
        select person_id, product,
               least(730, greatest(30, cast(ceil(
                   2e0 * cast(max(day) - min(day) as double) / nullif(cast(count(*) as double) - 1e0, 0e0)
               ) as bigint))) as allowed
        from shown
        where level = 4
        group by person_id, product
        having count(*) >= 3
    ),
    paced as (
        select shown.person_id, shown.product, shown.level, shown.day, shown.before, shown.lasted,
               coalesce(bought.allowed, shown.days) as allowed
        from shown
        left join bought on bought.person_id = shown.person_id and bought.product = shown.product and shown.level = 4
    )
    select person_id, product, level, max(day) as last_day, max(allowed) as allowed,
           max(case when before is null or (day - before > allowed and not lasted) then day end) as begun
    from paced
    group by person_id, product, level
    """,
)

NOW = statement(
    "standing.stage_now",
    """
    with at_most as (
        select person_id, product, max(level) as highest,
               coalesce(max(case when $today - last_day <= allowed then level end), 0) as level
        from held
        group by person_id, product
    )
    select at_most.person_id, at_most.product, at_most.highest, at_most.level,
           coalesce(max(case when held.level > at_most.level then held.last_day + held.allowed + 1 end), 0) as fell_on,
           coalesce(max(case when held.level = at_most.level then held.begun end), 0) as begun,
           max(case when held.level = greatest(at_most.level, 1) then held.last_day end) as proof_day,
           max(case when held.level = at_most.highest then held.last_day end) as highest_day,
           max(case when held.level = at_most.highest then held.allowed end) as highest_allowed
    from at_most
    join held on held.person_id = at_most.person_id and held.product = at_most.product
    group by at_most.person_id, at_most.product, at_most.highest, at_most.level
    """,
)

STAGED = statement(
    "standing.stages",
    """
    with proofs as (
        select now.person_id, now.product, reached.fact_id, reached.says
        from now
        join reached on reached.person_id = now.person_id and reached.product = now.product
                    and reached.day = now.proof_day
        where reached.level >= now.level
        qualify row_number() over (
            partition by now.person_id, now.product order by reached.level desc, reached.fact_id
        ) = 1
    )
    select now.person_id, nullif(now.product, '') as product, nullif(names.product_name, '') as product_name,
           stage.stage, since.day as since, now.level < now.highest as went_back, proofs.fact_id,
           coalesce(stage.stage, 'no stage now') || ': ' || proofs.says || ' on ' || cast(proof.day as varchar)
           || case when now.level = now.highest then ''
                   else '; went back from ' || top.stage || ' (last shown on ' || cast(highest.day as varchar)
                        || ', usual is ' || cast(now.highest_allowed as varchar) || ' days)' end as says
    from now
    join proofs on proofs.person_id = now.person_id and proofs.product = now.product
    join calendar as since on since.number = greatest(now.fell_on, now.begun)
    join calendar as proof on proof.number = now.proof_day
    join calendar as highest on highest.number = now.highest_day
    join stage_names as top on top.level = now.highest
    left join stage_names as stage on stage.level = now.level
    left join names on names.product = now.product
    """,
)

SPAN = statement(
    "standing.stage_span",
    """
    select least(min(highest_day), min(proof_day), min(greatest(fell_on, begun))) as first_day,
           greatest(max(fell_on), max(begun), max(proof_day)) as last_day
    from now
    """,
)


@dataclass(frozen=True)
class Stages:
    """Who is how near to buying.

    Attributes:
        table: person_id, product (its id; null: the company as a whole), product_name, stage (attention, interest,
            desire, action; null: nothing within the usual time), since (day on which this stage began or the one
            above it ended), went_back, fact_id of the latest proof, says. Who showed nothing is not in it.
        patience: of_product, level (1 to 4), days: how long a stage holds.
        report: whose times these are: (what, in words).
    """

    table: Table
    patience: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def stages(
    engine: Engine,
    *,
    net: Table,
    orders: Table,
    order_lines: Table,
    subscriptions: Table,
    usage: Table,
    answers: Table,
    voice: Table,
    record_person: Table,
    zone: str,
    as_of: date,
    until: datetime,
    sensitive: Sequence[str] = (),
) -> Stages:
    """Find each person's stage, for the company as a whole and for each product that a record names.

    Args:
        engine: where the tables are.
        net: from `purchases`: person_id, source, account, source_id, occurred_at; orders that count.
        orders: the newest version of each order; like order_lines, subscriptions, usage and answers.
        order_lines: products on orders.
        subscriptions: with plan as the product.
        usage: events, with the products that their properties name.
        answers: opened, clicked, replied, bought.
        voice: messages read: person_id, fact_id, occurred_at, intents, sensitive, about.
        record_person: record_id and person_id.
        zone: the company's IANA zone.
        as_of: the last day that counts.
        until: its end, UTC.
        sensitive: words of products that are nobody's business: no stage is held of them.
    """
    every = signs(
        engine,
        net=net,
        orders=orders,
        order_lines=order_lines,
        subscriptions=subscriptions,
        usage=usage,
        answers=answers,
        voice=voice,
        record_person=record_person,
        until=until,
    )
    names = engine.run(NAMED, signs=every)
    reached = engine.run(
        Statement("standing.stage_reached", _REACHED.format(day=day_of(engine, every, zone))),
        signs=every,
        spared=_spared(engine, names, sensitive),
    )
    engine.drop(every)
    patience, report = _patience(engine.fetch(engine.run(WENT_ON, reached=reached)))
    patiences = engine.arrow(patience)
    shown = engine.run(SHOWN, reached=reached, patience=patiences)
    held = engine.run(HELD, shown=shown)
    engine.drop(shown)
    now = engine.run(NOW, held=held, today=(as_of - _EPOCH).days)
    levels = {"level": pa.array(range(1, 5), pa.int64()), "stage": pa.array(STAGES)}
    table = engine.run(
        STAGED,
        now=now,
        reached=reached,
        names=names,
        calendar=_calendar(engine, now),
        stage_names=engine.arrow(pa.table(levels)),
    )
    return Stages(table, patiences, report)


def _spared(engine: Engine, names: Table, sensitive: Sequence[str]) -> Table:
    """Products that hold one of these words in their id or name."""
    words = [word.lower() for word in sensitive if word.strip()]
    found: list[str] = []
    if words:
        named = engine.fetch(names).to_pylist()
        found = [
            row["product"]
            for row in named
            if any(word in f"{row['product']} {row['product_name']}".lower() for word in words)
        ]
    return engine.arrow(pa.table({"product": pa.array(found, pa.string())}))


def _patience(went_on: pa.Table) -> tuple[pa.Table, list[tuple[str, str]]]:
    """How many days each stage holds, by how long those who went on had taken."""
    rows = went_on.to_pylist()
    made: list[tuple[bool, int, int]] = []
    report: list[tuple[str, str]] = []
    for of_product in (False, True):
        for level, name in enumerate(STAGES, 1):
            gaps = sorted((r["days"], r["times"]) for r in rows if (r["of_product"], r["level"]) == (of_product, level))
            days, times = (np.array([gap[place] for gap in gaps], dtype=np.int64) for place in (0, 1))
            total = int(times.sum())
            held = _DEFAULT[level - 1]
            if total >= _ENOUGH:
                held = int(np.clip(days[np.searchsorted(np.cumsum(times), _QUANTILE * total)], *_BOUNDS))
            made.append((of_product, level, held))
            whose = f"of {total:,} who went on" if total >= _ENOUGH else f"a plain rule: only {total:,} went on"
            report.append((f"{name} with {'a product' if of_product else 'us'} holds", f"{held} days, {whose}"))
    table = {
        "of_product": pa.array([one[0] for one in made], pa.bool_()),
        "level": pa.array([one[1] for one in made], pa.int64()),
        "days": pa.array([one[2] for one in made], pa.int64()),
    }
    return pa.table(table), report


def _calendar(engine: Engine, now: Table) -> Table:
    """Days by their number since 1970."""
    span = engine.fetch(engine.run(SPAN, now=now)).to_pylist()[0]
    first, last = span["first_day"] or 0, span["last_day"] or 0
    numbers = np.arange(min(first, last), last + 1, dtype=np.int64)
    return engine.arrow(
        pa.table({"number": pa.array(numbers), "day": pa.array(numbers.astype("datetime64[D]"), pa.date32())})
    )
