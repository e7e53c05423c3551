"""`byname backtest`: what to believe of the customers' worth, chosen anew and tested on earlier days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from byname import models
from byname.engines import open_engine
from byname.facts.intake import open_ledger
from byname.facts.opening import newest
from byname.value.backtest import Tested
from byname.value.backtest import backtest as tested
from byname.value.bought import bought
from byname.value.past import past_of
from byname.value.policy import MODEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from byname.company import Company
    from byname.snapshot import Snapshot

__all__ = ["backtest"]


def backtest(company: Company, snapshot: Snapshot, told: Callable[[str], None] = lambda _what: None) -> Tested:
    """Test every candidate on earlier days of the company's own past, and keep what to believe in models/.

    Args:
        company: whose.
        snapshot: the current one: who is who, the as-of day and the horizon are its own.
        told: called with each step in words.
    """
    settings = company.settings
    try:
        with (
            open_ledger(company).state() as state,
            open_engine(
                "duckdb",
                spill=company.spill / "engine",
                memory=settings.engine.memory,
                threads=settings.engine.threads or None,
            ) as at,
        ):
            told("purchases by day")
            facts = newest(at, state)
            known = pq.read_table(snapshot.folder / "records.parquet", columns=["record_id", "person_id"])
            sold = bought(
                at,
                facts,
                at.arrow(known),
                currency=settings.currency,
                rates=settings.rates,
                zone=settings.zone,
                until=company.end_of(snapshot.as_of),
            )
            past = past_of(at, sold.days, snapshot.as_of)
            found = tested(past, snapshot.as_of, int(snapshot.terms["horizon_days"]), told)
    finally:
        company.clear_spill()
    if found.policy.record:
        models.keep(company.models, MODEL, found.policy.to_json())
    return found
