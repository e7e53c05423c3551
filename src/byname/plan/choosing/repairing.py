"""From what each person would choose at the prices to a plan that every team can do.

Where more is chosen than there is, those leave who lose least for each minute (in money) that they free: to another
day, another team, or to nothing. What is then left over is offered to all again, at lower and lower prices. Who then
has much less than her best is given it, room or not, and others leave in turn: that is kept if it is better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.plan.choosing.passes import Draft

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from byname.plan.choosing.firsts import Firsts

    type Vector = NDArray[np.float64]

__all__ = ["repaired"]

_CHEAPER = (1.0, 0.99, 0.97, 0.9, 0.6, 0.3)
_MUCH = (0.1, 0.03, 0.01, 0.1, 0.03, 0.01)  # of what a usual contact's minutes cost
_SHORT = 3  # rounds, where nobody in danger of neglect is without
_CLOSE = 5e-5  # to the bound, as a share of it
_FEW = 100_000  # candidates
_BEGINNINGS = ((1.0, 1.0), (4.0, 1.0), (0.25, 1.0), (1.0, 1.02), (1.0, 0.98), (4.0, 1.02))  # lots, prices
_PATIENCE, _IMPATIENT = 1e-3, 4.0


def repaired(first: Firsts, at: Vector, bound: float, grain: float) -> Draft:
    """Choose among what is open, within the capacities.

    Args:
        first: what is open, minutes and perk money left.
        at: money a minute for each team and day, then money for one of the perk budget.
        bound: no plan is worth more: near it, no better one is looked for.
        grain: money: the lots of people among equal days.
    """
    rest = first.rest
    if not rest.days.any():
        return Draft.empty(first, at)
    usual = max(float(at[:-1].mean() * rest.minutes[:_FEW].mean()), 1e-300)
    best, best_key = Draft.empty(first, at), (len(rest.cap) + 1, 0.0)
    # Of few people each contact is much of the plan, and to begin in several ways costs little.
    for lots, dearer in _BEGINNINGS[: 1 if len(rest.action) > _FEW else None]:
        draft = Draft.empty(first, at)
        draft.push(0.0, grain * lots, dearer)
        for turn, much in enumerate((0.0, *_MUCH)):
            if turn:
                draft.push(much * usual)
            _settle(draft)
            key = _key(draft)
            if key < best_key:
                best, best_key = draft.copy(), key
            missing, value = best_key
            if not missing and (turn >= _SHORT or bound + value <= _CLOSE * abs(bound)):
                break
    return best


def _settle(draft: Draft) -> None:
    """Let people leave until nothing is overfull, and offer what is left."""
    patience = _PATIENCE
    while draft.overfull:
        draft.relieve(patience)
        patience *= _IMPATIENT
    for cheaper in _CHEAPER:
        if not draft.refill(cheaper) and cheaper < 1:
            break
    draft.refill(0.0)  # whatever is worth anything


def _key(draft: Draft) -> tuple[int, float]:
    """Less is better: people in danger of neglect without a contact, then money."""
    return len(draft.unreached(draft.rest.must)), -draft.worth()
