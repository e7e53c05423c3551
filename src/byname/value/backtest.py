"""Rolling origins: the whole choice made at earlier days, without a look at what came after, and held against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from byname.value.candidates import LEARNED, Fitted
from byname.value.policy import choose
from byname.value.windows import Window, calibration, record, score

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from byname.value.policy import Policy
    from byname.value.windows import Past, Score

__all__ = ["Tested", "backtest"]

_ORIGINS = 4
_CLOSEST = 28  # days between origins, at least


@dataclass(frozen=True)
class Tested:
    """The policy for today, with the record of the policies of earlier days.

    Attributes:
        policy: chosen on everything; its scores, calibration and record are of the earlier days.
        origins: how many earlier days were tried.
    """

    policy: Policy
    origins: int


def backtest(past: Past, as_of: date, horizon_days: int, told: Callable[[str], None] = lambda _what: None) -> Tested:
    """Choose at up to four earlier days, score what came after, then choose for today.

    Args:
        past: where the windows are read.
        as_of: the last day that may be seen.
        horizon_days: what is to be predicted.
        told: called with each step in words.
    """
    days = min(horizon_days, ((as_of - past.first).days + 1) // 2)
    step = max(_CLOSEST, days // _ORIGINS)
    scores: list[Score] = []
    origins, newest = 0, None
    for place in range(_ORIGINS):
        day = as_of - timedelta(days=days + place * step)
        if (day - past.first).days < days // 2:
            break
        told(f"what {day} foretold of the {days} days after it")
        rows, spent, numbers = past.read(day, day + timedelta(days=days))
        if not len(rows) or not (spent > 0).any():
            break
        window = Window(day, days, rows, spent, numbers)
        then = choose(past, day, days)
        fitted = Fitted.on(rows, day, past.daily)
        predicted = fitted.outlook(rows).expected_spend(days, fitted.names)
        if then.learned:
            predicted[LEARNED] = then.learned.expected_spend(rows) * (days / then.seen_days)
        origins += 1
        scores += [score(window, name, values) for name, values in predicted.items()]
        blended = then.blended(fitted, predicted)
        scores += then.scored(window, blended)
        if newest is None:
            newest = (window, blended, predicted)
    told("what to believe today")
    policy = choose(past, as_of, horizon_days)
    if newest is None:
        return Tested(policy, 0)
    window, blended, predicted = newest
    policy = replace(
        policy,
        scores=tuple(scores),
        calibration=calibration(window, blended),
        record=record(window, blended, predicted, held_out=True),
    )
    return Tested(policy, origins)
