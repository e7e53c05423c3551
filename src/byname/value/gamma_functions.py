"""Logarithm of the beta function, digamma and trigamma for arrays, without SciPy.

Importing scipy.special costs 0.5 to 0.9 CPU seconds, several times what both fits of a million people cost.
A fit needs these functions only for distinct numbers of orders, so a plain recurrence to large arguments
and Stirling's series there are quick enough, and right to rounding.
"""

from math import lgamma

import numpy as np

from byname.value.newton import Floats

# From here Stirling's series below is exact to rounding: the first term left out is under 3e-15.
_LARGE = 12
_LOG_2_PI = 1.8378770664093453


def digamma(z: Floats) -> Floats:
    """Give the derivative of ln Gamma for z > 0 (Abramowitz and Stegun 6.3.5, 6.3.18)."""
    z, below = _raised(z, 1)
    inverse = 1 / z**2
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
    return np.log(z) - 0.5 / z - series - below


def trigamma(z: Floats) -> Floats:
    """Give the second derivative of ln Gamma for z > 0 (Abramowitz and Stegun 6.4.6, 6.4.12)."""
    z, below = _raised(z, 2)
    inverse = 1 / z**2
    series = inverse * (1 / 6 - inverse * (1 / 30 - inverse * (1 / 42 - inverse * (1 / 30 - inverse * 5 / 66))))
    return (1 + 0.5 / z + series) / z + below


def log_beta(y: Floats, q: float) -> Floats:
    """Give ln B(y, q) for y > 0 and one q > 0, right also where both are large (6.2.2, 6.1.41)."""
    total = y + q
    large = np.minimum(y, q) >= _LARGE
    result = np.empty_like(y)
    for row in np.flatnonzero(~large):  # distinct small arguments only
        result[row] = _log_beta_small(float(y[row]), q)
    u, s = y[large], total[large]
    # Stirling's leading terms, as products that do not cancel.
    leading = (u - 0.5) * np.log1p(-q / s) + q * np.log1p(-u / s) - 0.5 * np.log(q) + 0.5 * _LOG_2_PI
    result[large] = leading + _correction(u) + _correction(np.array(q)) - _correction(s)
    return result


def _log_beta_small(y: float, q: float) -> float:
    """One is below 12: Gamma(large) / Gamma(large + small) must not be a difference of huge logarithms."""
    small, big = min(y, q), max(y, q)
    if big < _LARGE:
        return lgamma(small) + lgamma(big) - lgamma(small + big)
    total = small + big
    # ln Gamma(big) - ln Gamma(total) by Stirling's series, with ln(big / total) taken by log1p.
    ratio = (big - 0.5) * np.log1p(-small / total) - small * np.log(total) + small
    return lgamma(small) + float(ratio + _correction(np.array(big)) - _correction(np.array(total)))


def _correction(z: Floats) -> Floats:
    """What Stirling's formula lacks: ln Gamma(z) - ((z - 1/2) ln z - z + ln(2 pi) / 2), for z >= 12."""
    inverse = 1 / z**2
    return (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / z


def _raised(z: Floats, power: int) -> tuple[Floats, Floats]:
    """Raise arguments by 12 and give the sum of the terms of the recurrence that this leaves out."""
    shifts = np.arange(_LARGE)[:, None]
    flat = np.atleast_1d(z)
    below = np.sum(1 / (flat + shifts) ** power, axis=0)
    return flat + _LARGE, below
