"""Expected purchases of people who are still customers, to a horizon, with discount.

Equation (10) of Fader, Hardie and Lee (2005) has a Gaussian hypergeometric function that overflows for
frequent buyers and a factor 1 / (a - 1) that fails at a = 1. Both come from doing one integral in closed
form. Undone, (10) for a person who is alive is a mean over the probability p of leaving after a purchase, p
~ Beta(a, b + x):

    E[(1 - (1 + p t / (alpha + T))**-(r + x)) / p]

which is bounded, has no difference of large numbers, and needs only the nodes of one Gauss-Jacobi rule for
each distinct x, shared by every age and every month.
"""

from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
from numpy.typing import NDArray

from byname.value.gamma_functions import log_beta, trigamma
from byname.value.newton import Floats
from byname.value.triples import Ints

DAYS_PER_MONTH = 30.4375  # 365.25 / 12
_MONTHS_PER_YEAR = 12
# Gauss-Jacobi rules, tried in turn: nodes, and the nodes of a smaller rule that tells whether they are
# enough. Both are lower bounds (the integrand is completely monotone, so its even derivatives are positive)
# and grow with the number of nodes, and the error falls geometrically: where the two agree to 1e-9, the
# larger is right to about 1e-11. How many are needed grows with the horizon over alpha + T; most people of a
# year's horizon need the first rule only.
_RULES = ((10, 6), (20, 12), (40, 24))
_AGREE = 1e-9
# Step of the slow rule, in units of logit(p). The integrand is analytic in a strip of half-width pi/2
# around the real line for all parameters, so the trapezoidal rule errs by about exp(-pi**2 / step), times a
# power of a.
_STEP = 0.25
# With a (or b) below this, the integrand's flat end has to be taken out: else the tail is too long to sum.
# With more it must not be, for it may be huge beside the mean, and rounding with it.
_FLAT = 0.25
_TAIL = 42.0  # e**-42 is beyond double precision
_LARGEST_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Beta:
    """Beta distributions of the probability of leaving after a purchase: a, and b + x of shape (pairs,)."""

    a: float
    b: Floats


@dataclass(frozen=True, slots=True)
class Steps:
    """Ends of the steps to a horizon, and what an order in each is worth today.

    Attributes:
        end_days: shape (steps,), increasing; the last is the horizon.
        worth: shape (steps,), not increasing, at most 1.
    """

    end_days: Floats
    worth: Floats

    @property
    def drops(self) -> Floats:
        """Weights, all >= 0, that turn totals up to each end into the discounted sum (Abel's summation)."""
        later: Floats = np.append(self.worth[1:], 0.0)
        return self.worth - later


def discounted_steps(horizon_days: float, annual_discount_rate: float, *, one_step: bool = False) -> Steps:
    """Cut a horizon into months of 30.4375 days (the last may be shorter), each discounted from its end.

    Args:
        horizon_days: 0 or more.
        annual_discount_rate: 0.1 for ten per cent a year; 0 or more.
        one_step: do not cut, where nothing is discounted.

    Returns:
        The steps; none for a horizon of 0.

    Raises:
        ValueError: horizon or rate are negative or not finite.
    """
    if not (isfinite(horizon_days) and horizon_days >= 0):
        raise ValueError(f"horizon is {horizon_days} days; expected a finite number, 0 or more")
    if not (isfinite(annual_discount_rate) and annual_discount_rate >= 0):
        raise ValueError(
            f"annual_discount_rate is {annual_discount_rate}; expected 0 or more, such as 0.1 for 10% a year"
        )
    if horizon_days == 0:
        return Steps(np.empty(0), np.empty(0))
    # 365.25 days are 12 months and not 12 and a sliver.
    months = 1 if one_step or annual_discount_rate == 0 else max(ceil(horizon_days / DAYS_PER_MONTH - 1e-9), 1)
    ends = np.arange(1, months + 1, dtype=np.float64) * DAYS_PER_MONTH
    ends[-1] = horizon_days
    return Steps(ends, np.power(1 + annual_discount_rate, -ends / (_MONTHS_PER_YEAR * DAYS_PER_MONTH)))


def orders_if_alive(r: float, alpha_days: float, a: float, b: float, steps: Steps, x: Ints, age_days: Ints) -> Floats:
    """Give the expected (discounted) purchases of people who are alive: (10) without its denominator.

    Args:
        r: BG/NBD's parameter.
        alpha_days: BG/NBD's alpha.
        a: BG/NBD's parameter.
        b: BG/NBD's parameter.
        steps: ends and worth of the steps to the horizon.
        x: repeat orders, shape (pairs,); quickest if the pairs are distinct.
        age_days: T, shape (pairs,).

    Returns:
        Shape (pairs,), exact to about 1e-11, never NaN or infinite.
    """
    result = np.zeros(len(x))
    if not (len(x) and len(steps.end_days)):
        return result
    drops, ends = steps.drops, steps.end_days
    purchases = x.astype(np.float64)
    shape: Floats = r + purchases
    scale: Floats = 1 / (alpha_days + age_days.astype(np.float64))
    rows = np.arange(len(x))
    for rule in _RULES:
        leaving = Beta(a, b + purchases[rows])
        totals, sure = _by_rule(rule, leaving, shape[rows], scale[rows], steps)
        result[rows] = totals
        rows = rows[~sure]
        if not len(rows):
            return result
    for row in rows:
        result[row] = _one_pair(a, b + purchases[row], shape[row], scale[row], ends) @ drops
    return result


def _by_rule(
    rule_of: tuple[int, int], leaving: Beta, shape: Floats, scale: Floats, steps: Steps
) -> tuple[Floats, NDArray[np.bool_]]:
    """Apply one Gauss rule: weighted totals of pairs, and which are surely right; both (pairs,)."""
    nodes, fewer = rule_of
    ends, drops = steps.end_days, steps.drops
    distinct_b, which = np.unique(leaving.b, return_inverse=True)
    rule = jacobi_rule(nodes, leaving.a, distinct_b)
    control = jacobi_rule(fewer, leaving.a, distinct_b)
    result = np.empty(len(shape))
    sure = np.empty(len(shape), dtype=bool)
    block = max(_LARGEST_BLOCK // (nodes * len(ends)), 1)
    for begin in range(0, len(shape), block):
        part = slice(begin, begin + block)
        p, weight = rule[0][which[part]], rule[1][which[part]]
        totals = _totals(p, shape[part], scale[part], ends)
        result[part] = np.einsum("in,in->i", totals @ drops, weight)
        # The last end is the hardest: if the rule holds there, it holds for all.
        longest = np.einsum("in,in->i", totals[:, :, -1], weight)
        again = _totals(control[0][which[part]], shape[part], scale[part], ends[-1:])[:, :, 0]
        again = np.einsum("in,in->i", again, control[1][which[part]])
        sure[part] = np.abs(longest - again) <= _AGREE * longest
    return result, sure


def _totals(p: Floats, shape: Floats, scale: Floats, ends: Floats) -> Floats:
    """(1 - (1 + p t / (alpha+T))**-(r+x)) / p for each pair, its nodes p, and each end t."""
    grown = (p * scale[:, None])[:, :, None] * ends
    np.log1p(grown, out=grown)
    grown *= -shape[:, None, None]
    np.expm1(grown, out=grown)
    grown /= -p[:, :, None]
    return grown


def jacobi_rule(nodes: int, a: float, b: Floats) -> tuple[Floats, Floats]:
    """Make the Gauss rule of Beta(a, b) for each b.

    Nodes in (0, 1), and weights that sum to 1, of shape (len(b), nodes).

    Golub and Welsch (1969), with the coefficients of Jacobi polynomials shifted to (0, 1) written as sums
    of positive terms, so that nothing cancels where b is huge and all nodes are near 0.
    """
    k = np.arange(nodes)[None, :]
    c = a + b[:, None] - 1
    # Factors of the form u / v with v = 0 at k = 0 only where a + b = 1; there the limit is the factor's
    # own start.
    with np.errstate(invalid="ignore", divide="ignore"):
        up = (k + c) * (k + a) / ((2 * k + c) * (2 * k + c + 1))
        down = k * (k + b[:, None] - 1) / ((2 * k + c - 1) * (2 * k + c))
    up[:, 0] = a / (c[:, 0] + 1)
    down[:, 0] = 0.0
    matrix = np.zeros((len(b), nodes, nodes))
    at = np.arange(nodes)
    matrix[:, at, at] = up + down
    matrix[:, at[1:], at[:-1]] = np.sqrt(up[:, :-1] * down[:, 1:])
    values, vectors = np.linalg.eigh(matrix)
    # Rounding may put a node at or below 0, where the integrand has a limit but its formula has none.
    return np.clip(values, 1e-100, 1.0), vectors[:, 0, :] ** 2


def _one_pair(a: float, b: float, shape: float, scale: float, ends: Floats) -> Floats:
    """Integrate over logit(p) by the trapezoidal rule, where the horizon is long beside alpha + T.

    Where a or b are near 0, a straight line that meets the integrand at that end is taken out and added back
    exactly, so that the rest dies away.

    Returns:
        Totals up to each end, shape (ends,).
    """
    spread = float(np.sqrt(trigamma(np.array([a, b])).sum()))
    peak = float(np.log(a / b))
    flat_left, flat_right = a < _FLAT, b < _FLAT
    margin = 10 * min(spread, 1.0) + 2
    low = min(peak, -float(np.log1p(shape * scale * ends[-1]))) - _TAIL / (a + flat_left) - margin
    high = max(peak, 0.0) + _TAIL / (b + flat_right) + margin
    logits = np.linspace(low, high, int((high - low) / min(_STEP, spread / 3)) + 2)
    log_p, log_rest = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    p = np.exp(log_p)
    density = np.exp(a * log_p + b * log_rest - log_beta(np.array([a]), b)[0]) * (logits[1] - logits[0])
    at = np.concatenate(([1e-100, 1.0], p))[None, :]
    totals = _totals(at, np.array([shape]), np.array([scale]), ends)[0]
    line_left, line_right = totals[0] * flat_left, totals[1] * flat_right
    line = line_left + p[:, None] * (line_right - line_left)
    mean = line_left + (a / (a + b)) * (line_right - line_left)
    result: Floats = np.clip(mean + density @ (totals[2:] - line), totals[1], totals[0])
    return result
