"""What lies on the desks on the last day: a complaint without an answer, a promise that was broken, an idea put to use.

Of such things few happen in any week. A demonstration of whom to reach today needs some of each, so a few are added
to the last weeks, in tables of their own: nobody feels or does anything else for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.demo.simulated.trouble import BILL, LATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.demo.simulated.life import Lived

__all__ = ["SHIPPED_AFTER", "happen"]

SHIPPED_AFTER = 120  # days from an idea to its use
_EVERY = 400  # one of each kind for so many people, and two at least
_NOT_UNHAPPY = -0.3
_OPEN, _PROMISED = 9, 13  # days before the end
_SHIPPED = 25  # the latest day of use, before the end


def happen(rng: np.random.Generator, lived: Lived) -> None:
    """Add `late ticket`, `late promise` and `late idea` to the log.

    Args:
        rng: a source of chance of its own.
        lived: what happened until then.
    """
    many = max(2, len(lived.nature) // _EVERY)
    people = _customers(rng, lived)[: 3 * many]
    waiting, broken, inventive = people[:many], people[many : 2 * many], people[2 * many :]
    end = lived.calendar.days
    _complain(lived, waiting, end - 1 - rng.integers(2, _OPEN, len(waiting)), LATE, wait=-1)
    promised = end - _PROMISED + rng.integers(0, 3, len(broken))
    tickets = _complain(lived, broken, promised - 1, BILL, wait=1)
    lived.log.add(
        "late promise", who=broken, day=promised, due=promised + 4, kept=False, late=False,
        agent=np.arange(len(broken)) % 4, ticket=tickets,
    )  # fmt: skip
    lived.log.add(
        "late idea", who=inventive, day=end - SHIPPED_AFTER - rng.integers(3, _SHIPPED, len(inventive)),
        what=rng.integers(0, 1000, len(inventive)), fate=2,
    )  # fmt: skip


def _customers(rng: np.random.Generator, lived: Lived) -> NDArray[np.int64]:
    """Customers who are there and not unhappy, in an order by chance: one complaint more makes them nothing else."""
    state = lived.state
    ordered = np.bincount(lived.log.table("order")["who"], minlength=len(lived.nature)) > 0
    return rng.permutation(np.flatnonzero(state.active & ordered & (state.mood > _NOT_UNHAPPY)))


def _complain(
    lived: Lived, who: NDArray[np.int64], day: NDArray[np.int64], kind: int, *, wait: int
) -> NDArray[np.int64]:
    return lived.log.add(
        "late ticket", who=who, day=day, kind=kind, order=-1, incident=-1, complains=True, angry=False, tone=-0.15,
        wait=wait, agent=np.arange(len(who)) % 4, outcome=-1, rated=0, leaving=False,
    )  # fmt: skip
