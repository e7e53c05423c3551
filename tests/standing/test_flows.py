"""How sure the shares are that move between standings: ranges that hold what they promise (S1.9)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta
from tests.standing.test_markov import STATES, Array, confusion, simulated

from byname.standing.flows import shares
from byname.standing.markov import Smoothed, smooth


def seen(counts: Array, doubt: Array | None = None, usual: float = float("inf")) -> Smoothed:
    nothing = np.zeros((0, 0))
    steps = np.full(len(counts), usual)
    return Smoothed(
        nothing.astype(np.int8),
        nothing.astype(np.float32),
        nothing,
        counts,
        np.zeros_like(counts) if doubt is None else doubt,
        steps,
    )


def test_where_labels_leave_nothing_open_a_range_is_that_of_the_dirichlet_distribution() -> None:
    """TERMS: transition rows are Dirichlet(1/2 + counts)."""
    counts = np.array([[[90.0, 8, 2], [0, 0, 0], [5, 5, 40]]])
    found = shares(seen(counts))
    for one in range(3):
        for other in range(3):
            whole = counts[0, one].sum()
            wanted = beta.ppf((0.1, 0.9), counts[0, one, other] + 0.5, whole - counts[0, one, other] + 1)
            assert (found.low[0, one, other], found.high[0, one, other]) == pytest.approx(tuple(np.asarray(wanted)))
    assert found.share[0, 0] == pytest.approx([0.9, 0.08, 0.02])
    assert found.share[0, 1] == pytest.approx([0, 0, 0])


def test_what_labels_leave_open_makes_a_range_wider() -> None:
    counts = np.array([[[90.0, 10], [10, 90]]])
    doubt = np.full_like(counts, 5)
    plain, wider = shares(seen(counts)), shares(seen(counts, doubt))
    # What was learned of the step itself alone is wider still than what all steps tell together.
    own = shares(seen(counts, doubt, usual=10))
    widths = [(one.high - one.low)[0, 0, 1] for one in (plain, wider, own)]
    assert widths[0] < widths[1] < widths[2]
    assert np.isfinite(shares(seen(counts, np.full_like(counts, 1e9), usual=10)).high).all()


def test_ranges_hold_the_truth_as_often_as_they_promise() -> None:
    """Off the truth at most as often as said, at a step like the others and at one unlike them."""
    held: dict[str, list[bool]] = {"alike": [], "unlike": [], "census": []}
    for seed in range(12):
        true, labels, _ = simulated(2_000, 7, 0.9, 0.85, seed)
        rng = np.random.default_rng(500 + seed)
        gone = (true[:, -2] == 0) & (rng.random(len(true)) < 0.2)
        true[gone, -1] = 1
        labels[gone, -1] = np.where(rng.random(gone.sum()) < 0.85, 1, rng.integers(2, STATES, gone.sum()))
        smoothed = smooth(labels, confusion(0.85))
        found = shares(smoothed)
        census = shares(seen(smoothed.counts))
        for which, step in (("alike", 2), ("unlike", 5)):
            for one in range(STATES):
                here = true[:, step] == one
                real = np.array([(true[here, step + 1] == other).mean() for other in range(STATES)])
                held[which] += list((found.low[step, one] <= real) & (real <= found.high[step, one]))
                held["census"] += list((census.low[step, one] <= real) & (real <= census.high[step, one]))
    assert np.mean(held["alike"]) >= 0.8
    assert np.mean(held["unlike"]) >= 0.75
    assert np.mean(held["census"]) < np.mean(held["alike"] + held["unlike"]) - 0.05
