"""What one pass over people can do; `kernel.sweep` does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from byname.plan.choosing.kernel import sweep
from byname.plan.choosing.open import SLACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from byname.plan.choosing.firsts import Firsts
    from byname.plan.choosing.open import Open

    type Vector = NDArray[np.float64]
    type Pass = Callable[..., tuple[float, Vector]]

__all__ = ["GRAIN", "Draft", "grain", "pass_over"]

GRAIN = 1e-6  # of the mean value
_NONE = np.empty(0, np.int8)
_ALL = np.empty(0, np.int64)
_NO_LOSS = np.empty(0)


def grain(rest: Open) -> float:
    """Money that decides between days that are otherwise equal: too little to decide anything else."""
    return GRAIN * float(np.abs(rest.value[:100_000]).mean()) if len(rest.value) else 0.0


def pass_over(rest: Open, shape: tuple[int, int], little: float) -> Pass:
    """Make the function from prices to what all gain (at most the grain a contact too much), and its slope.

    Args:
        rest: whom to pass over.
        shape: teams and days.
        little: the grain.

    Returns:
        A function of prices (teams x days, then perk money) and, if it is another, the grain. The slope is less by
        the minutes and perk money used.
    """

    def gains(at: Vector, lots: float = little) -> tuple[float, Vector]:
        price, room, spare = at[:-1].reshape(shape).copy(), np.zeros(shape), np.zeros(1)
        gain, _ = sweep(rest, _ALL, False, 0, 0.0, price, float(at[-1]), price, 1.0, lots, room, spare, _NONE, _NO_LOSS)
        return gain, np.append(room.ravel(), spare)

    return gains


@dataclass
class Draft:
    """A plan in the making, and what is left of the capacities: below 0 where it is overfull.

    Attributes:
        rest: what is open.
        at: prices: teams x days, then perk money.
        room: minutes left, of shape (teams, days).
        spare: of shape (1,): perk money left.
        day_of: of shape (candidates,): the day of each, or -1.
    """

    rest: Open
    at: Vector
    room: Vector
    spare: Vector
    day_of: NDArray[np.int8] = field(repr=False)

    @classmethod
    def empty(cls, first: Firsts, at: Vector) -> Self:
        """Begin with nothing chosen."""
        day_of = np.full(len(first.rest.action), -1, np.int8)
        return cls(first.rest, at, first.room.copy(), np.array([first.spare]), day_of)

    def copy(self) -> Self:
        """Keep it as it is now."""
        return type(self)(self.rest, self.at, self.room.copy(), self.spare.copy(), self.day_of.copy())

    @property
    def overfull(self) -> bool:
        """Whether any capacity is overdrawn."""
        return bool((self.room < -SLACK).any() or self.spare[0] < -SLACK)

    def push(self, least: float, grain: float = 0.0, dearer: float = 1.0) -> int:
        """Give all who have much less than their best (money `least`) their best, room or not; to how many."""
        return self._sweep(self.at * dearer, tight=False, patience=least, grain=grain)

    def refill(self, cheaper: float) -> int:
        """Choose anew for all within what is left, at a share of the prices; keep what is better; for how many."""
        return self._sweep(self.at * cheaper, tight=True)

    def relieve(self, patience: float) -> None:
        """Let people leave overfull places, those first who lose least for each unit of money that they free.

        Args:
            patience: those wait for the next time who would lose more by so much than they would have at first.
        """
        loss = np.empty(len(self.rest.cap))
        self._sweep(self.at, tight=True, leaving=1, loss=loss)
        order = np.flatnonzero(np.isfinite(loss))
        order = order[np.argsort(loss[order], kind="stable")]
        self._sweep(self.at, tight=True, leaving=2, patience=patience, order=order, loss=loss)

    def worth(self) -> float:
        """Values of the chosen less fatigue, in money."""
        rest, chosen = self.rest, np.flatnonzero(self.day_of >= 0)
        owner, count = np.unique(np.searchsorted(rest.start, chosen, side="right") - 1, return_counts=True)
        tired = rest.fatigue[owner].astype(np.float64) * (count * rest.had[owner] + count * (count - 1) / 2)
        return float(rest.value[chosen].sum() - tired.sum())

    def unreached(self, must: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Which of these persons have nothing."""
        has = np.zeros(len(must), np.bool_)
        has[np.searchsorted(self.rest.start, np.flatnonzero(self.day_of >= 0), side="right") - 1] = True
        found: NDArray[np.int64] = np.flatnonzero(must & ~has)
        return found

    def _sweep(
        self,
        at: Vector,
        *,
        tight: bool,
        leaving: int = 0,
        patience: float = 0.0,
        order: NDArray[np.int64] = _ALL,
        loss: Vector = _NO_LOSS,
        grain: float = 0.0,
    ) -> int:
        positive = at[at > 0]
        least = float(positive.mean()) * 1e-3 if len(positive) else 1.0
        scale = np.maximum(at, least)
        shape = self.room.shape
        price, weight = at[:-1].reshape(shape).copy(), scale[:-1].reshape(shape).copy()
        _, takers = sweep(
            self.rest, order, tight, leaving, patience, price, float(at[-1]), weight, float(scale[-1]), grain,
            self.room, self.spare, self.day_of, loss,
        )  # fmt: skip
        return int(takers)
