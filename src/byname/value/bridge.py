"""The same people a quarter ago and today, as `equity` takes them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from byname.engines import statement
from byname.value.candidates import LEARNED
from byname.value.contracts import contracts
from byname.value.equity import People
from byname.value.rows import rows_at
from byname.value.valuation import fitted_at, worth_at

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.value.terms import Terms
    from byname.value.valuation import Valuation

__all__ = ["QUARTER", "people_then_and_now"]

QUARTER = 91  # days between the two

BRIDGE = statement(
    "value.bridge",
    """
    with bought as (
        select person_id, min(day) as first_day,
               cast(sum(case when day > $horizon_ago then spent else 0 end) as decimal(18, 4)) as spend,
               cast(sum(case when day > $quarter_ago then spent else 0 end) as decimal(18, 4)) as since
        from days
        where day <= cast($as_of as date)
        group by person_id
    )
    select worth.person_id, worth.clv, worth.value_at_risk, coalesce(worth.p_alive, 1e0) as p_alive,
           cast(bought.spend as double) as spend, least(bought.first_day, contracts.since) as first_day,
           case when before.person_id is not null or contracts_before.person_id is not null
                then coalesce(before.clv, 0e0) + coalesce(contracts_before.contract_clv, 0e0) end as clv_before,
           before.value_at_risk as value_at_risk_before, coalesce(before.p_alive, 1e0) as p_alive_before,
           bought.since > cast(0 as decimal(18, 4)) as bought_since,
           cast(bought.since as double) * coalesce(margins.margin, $margin) as profit_since
    from worth
    left join bought on bought.person_id = worth.person_id
    left join contracts on contracts.person_id = worth.person_id
    left join contracts_before on contracts_before.person_id = worth.person_id
    left join margins on margins.person_id = worth.person_id
    left join before on before.person_id = worth.person_id
    where bought.person_id is not null or contracts.person_id is not null
    """,
)


def people_then_and_now(
    engine: Engine,
    days: Table,
    value: Table,
    valued: Valuation,
    terms: Terms,
    margins: Table,
    running: Table,
    contracts_now: Table,
    as_of: date,
) -> People:
    """Value the people of a quarter ago by today's policy, on what was known then, beside today's.

    Args:
        engine: where the tables are.
        days: one row for each person and purchase day.
        value: person_id, clv, value_at_risk and p_alive of today.
        valued: today's valuation; its policy serves both days, so that a change of policy is no change of worth.
        terms: horizon, discount and margin.
        margins: person_id and margin, where the orders say it.
        running: contracts, from `contracts.running`.
        contracts_now: person_id, since and contract_clv of today.
        as_of: today.
    """
    then = as_of - timedelta(days=QUARTER)
    rows = rows_at(engine, days, then, wide=LEARNED in valued.worth.policy.weights)
    fitted = fitted_at(engine, rows, valued.worth.policy, valued.daily, then)
    before = worth_at(engine, rows, fitted, terms, margins)
    found = engine.fetch(
        engine.run(
            BRIDGE,
            days=days,
            worth=value,
            before=before,
            margins=margins,
            contracts=contracts_now,
            contracts_before=contracts(engine, running, terms, then).table,
            as_of=as_of,
            horizon_ago=as_of - timedelta(days=int(terms.horizon_days)),
            quarter_ago=then,
            margin=terms.margin,
        ),
        order_by=("person_id",),
    )
    engine.drop(before)
    known = bool(np.any(found.column("clv_before").is_valid().to_numpy()))
    return People.of(found, then if known else None)
