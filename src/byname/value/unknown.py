"""What a population's purchases do not tell about a purchase model's parameters, as a sentence."""

import numpy as np

from byname.value.newton import Floats

__all__ = ["unknown"]

# A standard deviation of a logarithm over which a number may as well be a tenth or the tenfold.
_UNKNOWN = float(np.log(10))
# Where a prior had to hold the parameters, what looks known this well or worse may be the prior's.
_UNKNOWN_BY_PRIOR = 0.5


def unknown(logarithms: Floats, spread: Floats, *, many_leave: bool, penalised: bool, people: int) -> str:
    """Say what the data do not tell.

    The rule: a number is not known if its logarithm has a standard deviation over ln 10, for it may as well be a tenth
    or the tenfold. Where the likelihood had no maximum something is not known for sure, and the bound is 0.5: a prior
    held the parameters, and makes them look known. Asked in turn: the mean rate of
    purchases (first parameter over second); the mean tendency to leave (third over fourth), and its shape (third)
    where that is under 1, so that some leave and most do not; else how much people differ (third, first).

    Args:
        logarithms: of the four parameters, shape (4,).
        spread: their covariance, shape (4, 4).
        many_leave: the tendency to leave that was found is rather high, if it means anything.
        penalised: the likelihood had no maximum.
        people: how many were seen; 0 without ``penalised`` for parameters that were given.

    Returns:
        Empty if all is known, else a sentence without a full stop.
    """
    if not people:
        return "nobody has bought: nothing can be told" if penalised else ""
    rate, leaving = (float(np.sqrt(spread[i, i] + spread[i + 1, i + 1] - 2 * spread[i, i + 1])) for i in (0, 2))
    of_rate, of_leaving = np.sqrt(np.diag(spread))[[0, 2]]
    bound = _UNKNOWN_BY_PRIOR if penalised else _UNKNOWN
    if not penalised and max(rate, leaving, of_rate, of_leaving) <= bound:
        return ""
    if rate > bound:
        return "too few have bought again: how often people buy cannot be told from these data"
    if leaving > bound or (of_leaving > bound and logarithms[2] < 0):
        seen = "everybody seems to leave at once" if many_leave else "nobody seems ever to leave"
        return f"{seen}: the dropout cannot be told from these data"
    what = "leave" if of_leaving >= of_rate else "buy"
    return f"people seem to {what} all alike: how much they differ in that cannot be told from these data"
