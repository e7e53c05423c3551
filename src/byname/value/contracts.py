"""What running contracts are still worth: payments to come, by how long contracts of their kind have lasted.

The shifted beta-geometric on whole periods (Fader and Hardie, 2007), fitted for months, quarters and years each. What
was paid for a contract is no free purchase: it is taken out of what the purchase models see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.value.beta_geometric import BetaGeometric
from byname.value.rates import rate_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from byname.engines import Engine, Table
    from byname.value.terms import Terms

__all__ = ["Contracts", "contracts", "free_of_contracts", "running"]

_DAYS_PER_YEAR = 365.25
_MONTH = 30
# Longest period of each kind, in days: months, quarters, years.
_KINDS = (45, 135, 3660)
# Of a kind with fewer contracts nothing is known by itself: it is fitted with all others.
_FEWEST = 30
_DRAWS = 400

# A contract whose end lies ahead runs, and is paid until then at most; one that ended as it began was none.
RUNNING = statement(
    "value.running",
    """
    select record_person.person_id, subscriptions.source, subscriptions.account, subscriptions.source_id,
           coalesce(case when subscriptions.currency is null or subscriptions.currency = $currency
                         then subscriptions.price
                         else cast(cast(subscriptions.price as double) * rates.rate as decimal(18, 4)) end,
                    cast(0 as decimal(18, 4))) as price,
           greatest(coalesce(subscriptions.period_days, $month), 1) as period_days,
           cast(subscriptions.started_at as date) as started,
           cast(subscriptions.ended_at as date) as ended
    from subscriptions
    join record_person on record_person.record_id = subscriptions.record_id
    left join rates on rates.currency = subscriptions.currency
    where subscriptions.started_at < $until
      and (subscriptions.ended_at is null or subscriptions.ended_at > subscriptions.started_at)
      and (subscriptions.currency is null or subscriptions.currency = $currency or rates.rate is not null)
    """,
)

# Paid in a contract's time, to the amount: that is the contract's own payment, and no purchase out of free will.
PAYMENTS = statement(
    "value.payments",
    """
    select distinct net.person_id, net.source, net.account, net.source_id, net.occurred_at, net.amount
    from net
    join running on running.person_id = net.person_id and running.price = net.amount
    where cast(net.occurred_at as date) >= running.started
      and (running.ended is null or cast(net.occurred_at as date) <= running.ended)
    """,
)
FREE = statement(
    "value.free",
    """
    select net.*
    from net
    left join payments on payments.source = net.source and payments.account = net.account
                      and payments.source_id = net.source_id and payments.person_id = net.person_id
    where payments.person_id is null
    """,
)
PAID = statement(
    "value.paid",
    """
    select person_id, count(*) as payments, cast(sum(amount) as decimal(18, 4)) as paid
    from payments
    group by person_id
    """,
)

# Whole periods that a contract has lasted until a day, and how it stood then.
LASTED = statement(
    "value.lasted",
    """
    select person_id, price, period_days, started,
           cast(floor(cast(date_diff('day', started, case when ended <= cast($day as date) then ended
                                                          else cast($day as date) end) as double)
                      / nullif(cast(period_days as double), 0)) as bigint) as lasted,
           coalesce(ended <= cast($day as date), false) as over,
           case when ended > cast($day as date) then date_diff('day', cast($day as date), ended) end as days_left
    from running
    where started <= cast($day as date)
    """,
)
LASTED_COUNTS = statement(
    "value.lasted_counts",
    """
    select period_days, lasted, over, count(*) as contracts
    from lasted
    group by period_days, lasted, over
    """,
)
LASTING = statement(
    "value.lasting",
    """
    select distinct period_days, lasted, days_left from lasted where not over
    """,
)
CONTRACTS = statement(
    "value.contracts",
    """
    select lasted.person_id, count(*) as contracts, min(lasted.started) as since,
           cast(sum(cast(cast(lasted.price as double) * to_come.periods as decimal(18, 4))) as double)
               as contract_spend,
           cast(sum(cast(cast(lasted.price as double) * to_come.worth as decimal(18, 4))) as double) * $margin
               as contract_clv,
           cast(sum(cast(cast(lasted.price as double) * to_come.low as decimal(18, 4))) as double) * $margin
               as contract_low,
           cast(sum(cast(cast(lasted.price as double) * to_come.high as decimal(18, 4))) as double) * $margin
               as contract_high
    from lasted
    join to_come on to_come.period_days = lasted.period_days and to_come.lasted = lasted.lasted
                and to_come.days_left is not distinct from lasted.days_left
    where not lasted.over
    group by lasted.person_id
    """,
)


@dataclass(frozen=True)
class Contracts:
    """Running contracts at the end of a day.

    Attributes:
        table: person_id, contracts, since, contract_spend, contract_clv, contract_low, contract_high; who has one.
        report: (what, in words).
    """

    table: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def running(
    engine: Engine,
    subscriptions: Table,
    record_person: Table,
    *,
    currency: str,
    rates: Mapping[str, Decimal],
    until: datetime,
) -> Table:
    """Contracts of people that had begun by then, one row each, in the company's currency."""
    return engine.run(
        RUNNING,
        subscriptions=subscriptions,
        record_person=record_person,
        rates=rate_table(engine, rates),
        currency=currency,
        month=_MONTH,
        until=until,
    )


def free_of_contracts(engine: Engine, net: Table, contracts: Table) -> tuple[Table, Table]:
    """Purchases that are no contract's payments, and what was paid for contracts: person_id, payments, paid."""
    payments = engine.run(PAYMENTS, net=net, running=contracts)
    return engine.run(FREE, net=net, payments=payments), engine.run(PAID, payments=payments)


def contracts(engine: Engine, running: Table, terms: Terms, day: date) -> Contracts:
    """What the contracts that run at the end of a day will still bring within the horizon.

    Args:
        engine: where the table is.
        running: from `running`.
        terms: horizon, discount and margin.
        day: the day; contracts that began later do not count, those that ended later run.
    """
    lasted = engine.run(LASTED, running=running, day=day)
    counted = engine.fetch(engine.run(LASTED_COUNTS, lasted=lasted), order_by=("period_days", "lasted", "over"))
    rows = engine.fetch(engine.run(LASTING, lasted=lasted), order_by=("period_days", "lasted", "days_left"))
    models, report = _fitted(counted)
    table = engine.run(
        CONTRACTS, lasted=lasted, to_come=engine.arrow(_to_come(rows, models, terms)), margin=terms.margin
    )
    engine.drop(lasted)
    return Contracts(table, report)


def _kind(period_days: int) -> int:
    return next((place for place, longest in enumerate(_KINDS) if period_days <= longest), len(_KINDS) - 1)


def _fitted(counted: pa.Table) -> tuple[list[BetaGeometric], list[tuple[str, str]]]:
    """A model for months, quarters and years each; a kind with few contracts has that of all."""
    period, lasted, contracts = (
        counted.column(name).to_numpy().astype(np.int64) for name in ("period_days", "lasted", "contracts")
    )
    over = counted.column("over").to_numpy(zero_copy_only=False).astype(bool)
    # Renewals made: who ended after five periods made four; one that ended within its first period was paid once.
    lasted = np.where(over, np.maximum(lasted - 1, 0), lasted)
    kind = np.array([_kind(int(one)) for one in period], dtype=np.int64)
    every = BetaGeometric.fit(lasted, over, contracts)
    models, report = [], []
    for one, name in enumerate(("monthly", "quarterly", "yearly")):
        of = kind == one
        count = int(contracts[of].sum())
        known = count >= _FEWEST
        models.append(BetaGeometric.fit(lasted[of], over[of], contracts[of]) if known else every)
        if count:
            said = models[-1].identified or f"{float(models[-1].survival(12)[0]):.0%} of the new last twelve periods"
            report.append((f"{name} contracts", f"{count:,}; {said}"))
    return models, report


def _to_come(rows: pa.Table, models: list[BetaGeometric], terms: Terms) -> pa.Table:
    """Periods to come, their discounted worth and its 80% range for each kind of running contract."""
    found = []
    for row in rows.to_pylist():
        days = terms.horizon_days if row["days_left"] is None else min(terms.horizon_days, row["days_left"])
        ahead = int(days // row["period_days"])
        model = models[_kind(row["period_days"])]
        rate = (1 + terms.annual_discount_rate) ** (row["period_days"] / _DAYS_PER_YEAR) - 1
        periods = float(model.expected_periods(row["lasted"], ahead)[0]) if ahead else 0.0
        worth = float(model.expected_periods(row["lasted"], ahead, discount_per_period=rate)[0]) if ahead else 0.0
        low, high = 0.0, 0.0
        if ahead:
            drawn = model.draws(row["lasted"], ahead, count=_DRAWS, seed=1)
            low, high = (float(one) * worth / max(periods, 1e-12) for one in np.quantile(drawn, (0.1, 0.9)))
        found.append({**row, "periods": periods, "worth": worth, "low": min(low, worth), "high": max(high, worth)})
    kinds = {"period_days": pa.int64(), "lasted": pa.int64(), "days_left": pa.int64()}
    numbers = dict.fromkeys(("periods", "worth", "low", "high"), pa.float64())
    return pa.Table.from_pylist(found, schema=pa.schema(kinds | numbers))
