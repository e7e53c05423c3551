"""An erasure whose number somebody has already: it was shown to them when they asked, before it was carried out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from byname.errors import UsageError
from byname.facts.blocked import Blocked
from byname.forgetting.carrying import standing_still
from byname.forgetting.order import is_number, keep, open_orders
from byname.forgetting.whom import order_for
from byname.snapshot import open_current

if TYPE_CHECKING:
    from byname.company import Company

__all__ = ["order_as"]


def order_as(company: Company, person_id: str, number: str) -> None:
    """Order somebody to be erased under a number; `forget` then carries it out. Who is ordered or erased stays as is.

    Args:
        company: whose.
        person_id: of the current snapshot.
        number: as `order.new_number` makes it.

    Raises:
        UsageError: that is no number, or nobody has that id, or they are two people by now.
    """
    if not is_number(number):
        raise UsageError(where="--number", found=f'"{number[:40]}"', expected="a number such as 20270305-0f3a9c1e")
    with standing_still(company):
        if any(person_id in one.people for one in open_orders(company)):
            return
        if Blocked(company.folder).moment_of("person", person_id) is None:
            keep(company, replace(order_for(company, open_current(company), person_id), number=number))
