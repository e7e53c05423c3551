"""What people bought, and what of it was free purchases: the one way from orders and contracts to purchase days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.value.contracts import free_of_contracts, running
from byname.value.groups import first_channels
from byname.value.purchases import purchases
from byname.value.rows import days_bought

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from byname.engines import Engine, Table
    from byname.value.purchases import Purchases

__all__ = ["Bought", "bought"]


@dataclass(frozen=True)
class Bought:
    """Purchases and contracts of people.

    Attributes:
        purchases: orders net of what went back, a contract's payments among them.
        contracts: contracts that had begun, from `contracts.running`.
        paid: what was paid for contracts: person_id, payments, paid.
        days: purchase days without these payments, from `rows.days_bought`: what the purchase models see.
    """

    purchases: Purchases
    contracts: Table
    paid: Table
    days: Table


def bought(
    engine: Engine,
    facts: Mapping[str, Table],
    record_person: Table,
    *,
    currency: str,
    rates: Mapping[str, Decimal],
    zone: str,
    until: datetime,
) -> Bought:
    """Bring orders, returns and contracts to their people.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        record_person: record_id and person_id.
        currency: the company's own.
        rates: one unit of a currency in the company's.
        zone: the company's IANA zone: a day begins and ends there.
        until: the end of the as-of day, UTC.
    """
    made = purchases(
        engine, facts["orders"], facts["returns"], record_person, currency=currency, rates=rates, until=until
    )
    contracts = running(engine, facts["subscriptions"], record_person, currency=currency, rates=rates, until=until)
    free, paid = free_of_contracts(engine, made.net, contracts)
    channels = first_channels(engine, free, facts["orders"])
    return Bought(made, contracts, paid, days_bought(engine, free, zone=zone, groups=channels))
