"""The people of one campaign by arm, and the arms held against each other with less noise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from byname.proof.compare import by_unit, difference, pooled_error, post_stratified
from byname.proof.cuped import adjusted

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from byname.proof.compare import Difference

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Ints = NDArray[np.int64]

__all__ = ["People", "compared"]

_GROUPS = 5  # of what was spent in the year before


@dataclass(frozen=True)
class People:
    """The people of one campaign, as arrays of shape (people,).

    Attributes:
        unit: number of the unit.
        is_treated: the unit's arm.
        day: first day, in days since 1970.
        is_over: the outcome's days are over.
        outcome: money, or 0 and 1.
        before: the same of the time before.
        year: money in the year before.
    """

    unit: Ints
    is_treated: Flags
    day: Ints
    is_over: Flags
    outcome: Floats
    before: Floats
    year: Floats

    @classmethod
    def of(cls, rows: pa.Table) -> People:
        """Take the columns of `outcomes.followed`, in any order of rows; numbers that are none become 0."""
        unit = np.asarray(rows.column("unit").combine_chunks().dictionary_encode().indices, dtype=np.int64)
        day = rows.column("day").to_numpy().astype("datetime64[D]").astype(np.int64)
        flags = [np.asarray(pc.fill_null(rows.column(name), False)) for name in ("is_treated", "is_over")]
        numbers = [
            np.nan_to_num(rows.column(name).to_numpy().astype(np.float64), posinf=0.0, neginf=0.0)
            for name in ("outcome", "before", "year_amount")
        ]
        return cls(unit, flags[0], day, flags[1], *numbers)

    def where(self, chosen: Flags) -> People:
        """Some of them."""
        return People(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def compared(seen: People, *, is_planned: bool) -> tuple[Difference, float]:
    """The difference after adjusting by the time before, and the share of variance that this took away.

    Of planned campaigns within groups of past spend too, and with the larger of the arms' own error and the pooled one:
    their boundaries have no room for a small arm that looks surer than it is, as confidence sequences have.

    Args:
        seen: those whose outcome is over.
        is_planned: it has an end.
    """
    unit = None if by_unit(seen.unit)[1] == len(seen.unit) else seen.unit
    plain = difference(seen.outcome, seen.is_treated, unit)
    one = adjusted(seen.outcome, seen.before, seen.is_treated, unit)
    if not is_planned or not one.found.se > 0:
        return one.found, one.cut
    groups, count = by_unit(_groups(seen))
    found = post_stratified(one.outcome, seen.is_treated, groups, unit)
    means = np.bincount(groups, weights=one.outcome, minlength=count) / np.bincount(groups, minlength=count)
    pooled = pooled_error(one.outcome - means[groups], seen.is_treated, unit)
    cut = 1 - (found.se / plain.se) ** 2 if plain.se > 0 else np.nan
    if pooled > found.se:
        found = replace(found, se=pooled, freedom=float(found.treated + found.held_out - 2))
    return replace(found, mean_treated=plain.mean_treated, mean_held_out=plain.mean_held_out), cut


def _groups(people: People) -> Ints:
    """Nothing in the year before, or the fifths of what was spent in it."""
    spent = people.year > 0
    if not spent.any():
        return np.zeros(len(people.year), dtype=np.int64)
    edges = np.quantile(people.year[spent], np.arange(1, _GROUPS) / _GROUPS)
    return np.where(spent, 1 + np.searchsorted(edges, people.year, side="right"), 0)
