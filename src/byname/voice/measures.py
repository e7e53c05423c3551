"""How well texts are read: macro-F1, the logarithmic loss, and how far probabilities are from what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["calibration_error", "log_loss", "macro_f1"]

_BINS = 15


def macro_f1(label: NDArray[np.int64], said: NDArray[np.int64], weight: NDArray[np.float64] | None = None) -> float:
    """The mean of F1 over the classes that occur as a label.

    Args:
        label: what is so, shape (texts,).
        said: what was said, shape (texts,).
        weight: of each text; 1 if not given.
    """
    weight = np.ones(len(label)) if weight is None else weight
    found = []
    for one in np.unique(label):
        right = weight[(label == one) & (said == one)].sum()
        both = weight[label == one].sum() + weight[said == one].sum()
        found.append(2.0 * right / both)
    return float(np.mean(found))


def log_loss(label: NDArray[np.int64], shares: NDArray[np.float64], weight: NDArray[np.float64] | None = None) -> float:
    """The mean of -ln(probability of what is so): with few texts it tells two readers apart sooner than F1.

    Args:
        label: what is so, shape (texts,).
        shares: probabilities, shape (texts, classes).
        weight: of each text; 1 if not given.
    """
    right = np.maximum(shares[np.arange(len(label)), label], 1e-12)
    return float(-np.average(np.log(right), weights=weight))


def calibration_error(
    label: NDArray[np.int64], shares: NDArray[np.float64], weight: NDArray[np.float64] | None = None
) -> float:
    """Expected calibration error of what is said: |right - sure| by bins of a fifteenth, weighed by how many are in it.

    Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017, equation 3.

    Args:
        label: what is so, shape (texts,).
        shares: probabilities, shape (texts, classes).
        weight: of each text; 1 if not given.
    """
    weight = np.ones(len(label)) if weight is None else weight
    sure = shares.max(axis=1)
    right = (shares.argmax(axis=1) == label).astype(np.float64)
    place = np.minimum((sure * _BINS).astype(np.int64), _BINS - 1)
    gap = np.bincount(place, weights=weight * (right - sure), minlength=_BINS)
    return float(np.abs(gap).sum() / weight.sum())
