"""What the compiled loops read: what is open, and room to work in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BETTER", "FORCED", "JITTER", "JITTER_ACTION", "JITTER_DAY", "JITTER_PERSON", "SLACK", "Open", "Scratch"]

SLACK = 1e-6  # minutes, or money: what sums of doubles may be off
BETTER = 1e-9  # a share: what is better by less is not better
FORCED = 1e30  # above all money: a person in danger of neglect is left only if nothing else helps
# A number in [0, 1) for each person, action and day, so that equal days are not all the first day, and two actions on
# two days are never the same both ways around. SQL has no hash: this is one.
JITTER_PERSON, JITTER_ACTION, JITTER_DAY, JITTER = 40_503, 331, 9_973, 1_009


class Open(NamedTuple):
    """What is open once the promised and the owed have their places; see `Instance` for the columns."""

    start: NDArray[np.int64]
    action: NDArray[np.int16]
    team: NDArray[np.int16]
    value: NDArray[np.float64]
    minutes: NDArray[np.float32]
    perk: NDArray[np.float32]
    days: NDArray[np.uint8]  # those on which it fits: an owed candidate has none
    cap: NDArray[np.uint8]
    had: NDArray[np.uint8]  # contacts that have their place
    fatigue: NDArray[np.float32]
    must: NDArray[np.bool_]  # and has no contact yet
    rest: NDArray[np.uint8]


class Scratch(NamedTuple):
    """Room to work in, for one person after the other.

    Attributes:
        top_w: of shape (days, MOST): the best of each day, by what they are worth.
        top_j: which candidates these are, or -1.
        out_j: of shape (MOST,): the candidates found.
        out_d: their days.
    """

    top_w: NDArray[np.float64]
    top_j: NDArray[np.int64]
    out_j: NDArray[np.int64]
    out_d: NDArray[np.int64]
