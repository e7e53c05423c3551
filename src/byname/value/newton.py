"""A maximum in a few unknowns, by Newton's method with a guard.

Both value models have three or four parameters, all positive, and an exact gradient and Hessian in their
logarithms. One pass over the data then costs far more than all the algebra of a step, so a method that
needs four passes beats one that needs forty.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Evaluate = Callable[[Floats], tuple[float, Floats, Floats]]

# A direction of the step may change a parameter by at most e**2: further out the quadratic picture means
# nothing.
_LONGEST_STEP = 2.0
# What is still to be gained, in units of log-likelihood, when the search stops. Half a unit is one standard
# error, so the parameters are then known to about 1e-5 of their standard errors, and the step that is taken
# last squares that again.
_GAIN_LEFT = 1e-10
# Rounding makes sums over a million people noisy by about this share of the sum.
_ROUNDING = 1e-13
# Parameters beyond e**±14 (a millionfold) of the centre have run off: the likelihood only rises towards its
# limit.
FARTHEST = 14.0
# Nearer than one step to that also counts: a search may stop just before.
_EDGE = FARTHEST - _LONGEST_STEP
# Information (an eigenvalue of minus the Hessian) under this is none: the standard error is over thirtyfold.
_NO_INFORMATION = 1e-3
# The weak prior that steps in where there is no maximum: a standard deviation of 3 in each logarithm, so a
# factor of 20 either way costs half a unit of log-likelihood. Far less than one person tells where the data
# do tell something.
_PENALTY = 1 / 9
# Parameter vectors that draws are made of: enough to spread them, few enough to be quick.
_VECTORS = 20


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a search ended.

    Attributes:
        at: logarithms of the parameters.
        value: the function there, without any penalty.
        iterations: evaluations of the function over the whole data.
        converged: what is left to gain is below 1e-10.
        penalised: the function has no maximum inside, and this is the one of the penalised function.
        hessian: second derivatives there, with the penalty where there is one.
    """

    at: Floats
    value: float
    iterations: int
    converged: bool
    penalised: bool
    hessian: Floats


class Likelihood(Protocol):
    """A likelihood of people, as a function of the logarithms of a model's parameters."""

    @property
    def people(self) -> int:
        """How many."""
        ...

    @property
    def centre(self) -> Floats:
        """What the logarithms are near if the data say nothing."""
        ...

    def rough_start(self) -> Floats:
        """Where to begin."""
        ...

    def evaluate(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient and Hessian."""
        ...


def found_by(likelihood: Likelihood, start: Floats) -> Maximum:
    """Find the maximum of a likelihood; without people, its centre, unconverged, and the weak prior's width."""
    centre = likelihood.centre
    if likelihood.people:
        return maximise(likelihood.evaluate, start, centre)
    return Maximum(centre, 0.0, 0, converged=False, penalised=True, hessian=-_PENALTY * np.eye(len(centre)))


def maximise(evaluate: Evaluate, start: Floats, centre: Floats) -> Maximum:
    """Find the maximum, or the penalised maximum where the function has none inside.

    A likelihood may rise for ever towards a limit (nobody repeats; everybody alike), or be flat in some
    direction. Only then ``-(theta - centre)**2 / 18`` is added for each logarithm, which holds every
    parameter at a finite place. The centre moves with the unit of time or money, so the answer does not
    depend on the unit.

    Args:
        evaluate: gives value, gradient and Hessian at logarithms of the parameters.
        start: where to begin.
        centre: what the parameters are near if the data say nothing.

    Returns:
        The maximum; ``converged`` is False only if Newton and L-BFGS-B both failed.
    """
    at, value, hessian, count, converged = _search(evaluate, start, centre)
    information = np.linalg.eigvalsh(-hessian)[0]
    inside = bool(np.max(np.abs(at - centre)) < _EDGE)
    if converged and inside and information > _NO_INFORMATION:
        return Maximum(at, value, count, converged=True, penalised=False, hessian=hessian)

    def penalised(theta: Floats) -> tuple[float, Floats, Floats]:
        value, gradient, hessian = evaluate(theta)
        away = theta - centre
        return (
            value - 0.5 * _PENALTY * float(away @ away),
            gradient - _PENALTY * away,
            hessian - _PENALTY * np.eye(len(theta)),
        )

    # From the centre, not from where the first search ran off to: it may lie in a plain without any slope.
    at, value, hessian, more, converged = _search(penalised, centre, centre)
    away = at - centre
    value += 0.5 * _PENALTY * float(away @ away)
    return Maximum(at, value, count + more, converged, penalised=True, hessian=hessian)


def climb(
    evaluate: Evaluate, start: Floats, centre: Floats, *, most: int = 100, edge: float = FARTHEST + 1
) -> tuple[Floats, float, Floats, int, bool]:
    """Climb by Newton's steps, each made uphill and no longer than is safe.

    Args:
        evaluate: as in `maximise`.
        start: where to begin.
        centre: parameters stay within e**±14 of it.
        most: evaluations after which it gives up.
        edge: distance from the centre at which it gives up, for it has run off.

    Returns:
        Place, value, Hessian, evaluations, and whether nothing is left to gain.
    """
    at = np.clip(start, centre - FARTHEST, centre + FARTHEST)
    value, gradient, hessian = evaluate(at)
    count = 1
    while count < most:
        curvature, directions = np.linalg.eigh(-hessian)
        slope = directions.T @ gradient
        # Where the surface is not a hilltop, the size of the curvature still tells how far to go; the sign
        # comes from the slope.
        scale = np.maximum(np.abs(curvature), 1e-12 + 1e-12 * np.abs(curvature).max())
        gain = 0.5 * float(np.sum(slope**2 / scale))
        noise = _ROUNDING * (1 + abs(value))
        step = directions @ np.clip(slope / scale, -_LONGEST_STEP, _LONGEST_STEP)
        last = gain < _GAIN_LEFT
        for _ in range(40):
            trial = np.clip(at + step, centre - FARTHEST, centre + FARTHEST)
            found = evaluate(trial)
            count += 1
            if np.isfinite(found[0]) and found[0] >= value - noise + 1e-4 * float(gradient @ (trial - at)):
                break
            step = step / 4
        else:
            return at, value, hessian, count, last
        stuck = bool(np.all(trial == at))
        at, (value, gradient, hessian) = trial, found
        if last or stuck:
            return at, value, hessian, count, last
        if np.max(np.abs(at - centre)) >= edge:
            break
    return at, value, hessian, count, False


def _search(evaluate: Evaluate, start: Floats, centre: Floats) -> tuple[Floats, float, Floats, int, bool]:
    """Newton; if that fails, L-BFGS-B inside the box and Newton once more from there."""
    found = climb(evaluate, start, centre, edge=_EDGE)
    if found[-1] or np.max(np.abs(found[0] - centre)) >= _EDGE:
        return found
    from scipy.optimize import minimize

    def downhill(theta: Floats) -> tuple[float, Floats]:
        value, gradient, _ = evaluate(theta)
        return -value, -gradient

    box = [(middle - FARTHEST, middle + FARTHEST) for middle in centre]
    result = minimize(downhill, centre, jac=True, method="L-BFGS-B", bounds=box)
    again = climb(evaluate, np.asarray(result.x, dtype=np.float64), centre)
    best = again if again[-1] or again[1] >= found[1] else found
    return *best[:3], found[3] + int(result.nfev) + again[3], best[-1]


def laplace(hessian: Floats) -> Floats:
    """Covariance of the unknowns, as if the likelihood were normal around its maximum: minus the inverse Hessian.

    No direction is known worse than by the weak prior (standard deviation 3), so the result is positive definite and
    finite for every Hessian.
    """
    curvature, directions = np.linalg.eigh(-(hessian + hessian.T) / 2)
    spread: Floats = (directions / np.maximum(curvature, _PENALTY)) @ directions.T
    return spread


# More purchases than this are not drawn: NumPy's Poisson numbers end soon after, and nobody buys so often.
MOST = 1e15


def drawn_parameters(
    at: Floats, spread: Floats, count: int, random: np.random.Generator
) -> list[tuple[NDArray[np.intp], Floats]]:
    """Draw vectors of parameters around a fit, and which draws are made with each.

    No further than three standard errors, nor than a factor of e**3: a tail of the normal curve is no knowledge.
    """
    away = np.minimum(3 * np.sqrt(np.diag(spread)), 3.0)
    vectors = random.multivariate_normal(at, spread, min(count, _VECTORS))
    vectors = np.clip(vectors, at - away, at + away)
    return [(np.arange(place, count, len(vectors)), theta) for place, theta in enumerate(vectors)]
