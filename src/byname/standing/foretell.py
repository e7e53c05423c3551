"""Did the standings of a year ago foretell the year after, and better than recency, NPS or spend alone?

Of everybody who was a customer then it is known by now who left, complained, recommended without being asked, and
grew. A standing's score for each is a fixed sum of its five probabilities (`SCORES`), never fitted on these people.
Its rivals get the benefit of the doubt: each is read in whichever direction fares better.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.standing.ranking import Compared, auc, compared
from byname.standing.states import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    type Floats = NDArray[np.float64]
    type Flags = NDArray[np.bool_]

__all__ = ["OUTCOMES", "RIVALS", "SCHEMA", "SCORES", "People", "foretell"]

OUTCOMES = ("left", "complained", "recommended", "grew")
RIVALS = ("recency", "NPS", "NPS of who answered", "spend")

# The unhappy leave, loud or not; advocates recommend, the loyal do when it comes to it; the attached grow. The content
# are between, nearer to the unhappy in leaving: nothing ties them. Complaining is voice, and voice is for those who
# stay (Hirschman, Exit, Voice, and Loyalty, 1970): after the loud come those with a tie, who tell us what is wrong; who
# has none goes without a word, and the silently unhappy are silent.
SCORES: Mapping[str, Mapping[str, float]] = {
    "left": {"neutral": 0.5, "dissatisfied": 1.0, "actively_dissatisfied": 1.0, "loyal": 0.0, "advocate": 0.0},
    "complained": {"neutral": 0.3, "dissatisfied": 0.0, "actively_dissatisfied": 1.0, "loyal": 0.4, "advocate": 0.6},
    "recommended": {"neutral": 0.1, "dissatisfied": 0.0, "actively_dissatisfied": 0.0, "loyal": 0.4, "advocate": 1.0},
    "grew": {"neutral": 0.5, "dissatisfied": 0.0, "actively_dissatisfied": 0.0, "loyal": 1.0, "advocate": 1.0},
}
_FEW = 20  # with fewer events, or others, a normal interval means little

SCHEMA = pa.schema(
    {"outcome": pa.string(), "predictor": pa.string(), "people": pa.int64(), "events": pa.int64()}
    | dict.fromkeys(("auc", "low", "high", "difference", "difference_low", "difference_high"), pa.float64())
    | {"says": pa.string()}
)


@dataclass(frozen=True)
class People:
    """Customers of a year ago; arrays of shape (people,) unless said.

    Attributes:
        standing: the five probabilities of then, in the order of `STATES`, of shape (people, 5).
        recency: days from the last purchase to then.
        nps: the latest score that was given by then, 0 to 10; NaN if none.
        spend: in the year before.
        outcomes: for each of `OUTCOMES`, or some of them, whether it happened in the year after.
    """

    standing: Floats
    recency: Floats
    nps: Floats
    spend: Floats
    outcomes: Mapping[str, Flags] = field(default_factory=dict)

    def __post_init__(self) -> None:
        people = len(self.standing)
        rows = (self.recency, self.nps, self.spend, *self.outcomes.values())
        if self.standing.shape != (people, len(STATES)) or any(one.shape != (people,) for one in rows):
            raise ValueError(f"standings of shape {self.standing.shape}: expected (people, 5), all else (people,)")
        unknown = set(self.outcomes) - set(OUTCOMES)
        if unknown:
            raise ValueError(f"outcomes {sorted(unknown)}: expected some of {', '.join(OUTCOMES)}")

    def score(self, outcome: str) -> Floats:
        """What the standings of then say of an outcome: higher is likelier."""
        weights = np.array([SCORES[outcome][state] for state in STATES])
        # Sums of thirds and the like must tie where they are equal on paper.
        found: Floats = np.round(self.standing @ weights, 12)
        return found


def foretell(people: People) -> pa.Table:
    """Put the standings of then beside each rival, outcome by outcome.

    Who gave no NPS has the median of those who did; "NPS of who answered" compares among these alone.

    Returns:
        Columns of `SCHEMA`: outcome, predictor ("standing" first), people, events, auc, low, high (95%, DeLong),
        difference (the standing's AUC less this rival's, on the same people), its low and high end, says. Null where
        it happened to fewer than two people, or to all but fewer than two.
    """
    rows: list[dict[str, object]] = []
    for outcome in (one for one in OUTCOMES if one in people.outcomes):
        rows += _of_outcome(people, outcome, people.outcomes[outcome])
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _of_outcome(people: People, outcome: str, happened: Flags) -> list[dict[str, object]]:
    standing, answered = people.score(outcome), ~np.isnan(people.nps)
    median = float(np.median(people.nps[answered])) if answered.any() else 0.0
    nps = np.where(answered, people.nps, median)
    rivals = {"recency": people.recency, "NPS": nps, "spend": people.spend}
    rows = _beside(outcome, standing, rivals, happened)
    rows += _beside(outcome, standing[answered], {RIVALS[2]: people.nps[answered]}, happened[answered])[1:]
    order = ("standing", *RIVALS)
    return sorted(rows, key=lambda row: order.index(str(row["predictor"])))


def _beside(outcome: str, standing: Floats, rivals: Mapping[str, Floats], happened: Flags) -> list[dict[str, object]]:
    names = ["standing", *rivals]
    events, number = int(happened.sum()), len(happened)
    if min(events, number - events) < 2:  # noqa: PLR2004 - a variance takes two
        why = f"it happened to {events:,} of {number:,}: nothing can be said"
        empty = {"outcome": outcome, "people": number, "events": events, "says": why}
        return [empty | {"predictor": name} for name in names]
    turned = [one if auc(one, happened) >= 0.5 else -one for one in rivals.values()]  # noqa: PLR2004 - a coin's
    found = compared(np.array([standing, *turned]), happened)
    return [_row(outcome, name, place, found) for place, name in enumerate(names)]


def _row(outcome: str, name: str, place: int, found: Compared) -> dict[str, object]:
    low, high = found.interval(place)
    row: dict[str, object] = {"outcome": outcome, "predictor": name, "people": found.people, "events": found.events}
    row |= {"auc": float(found.auc[place]), "low": low, "high": high}
    few = ", but on few people" if min(found.events, found.people - found.events) < _FEW else ""
    if place == 0:
        sure = "better than chance" if low > 0.5 else "worse than chance" if high < 0.5 else "no better than chance"  # noqa: PLR2004
        return row | {"says": f"{outcome}: the standing of then is {sure}{few}"}
    difference, least, most = found.difference(0, place)
    verdict = "foretold better than" if least > 0 else "foretold worse than" if most < 0 else "is not told apart from"
    return row | {
        "difference": difference,
        "difference_low": least,
        "difference_high": most,
        "says": f"{outcome}: the standing of then {verdict} {name} alone{few}",
    }
