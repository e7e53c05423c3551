"""What a population's purchases do not tell about a purchase model's parameters, as a sentence."""

import numpy as np

from byname.value.newton import Floats

__all__ = ["unknown"]

# A standard deviation of a logarithm over which a number may as well be a tenth or the tenfold.
_UNKNOWN = float(np.log(10))


def unknown(spread: Floats, *, many_leave: bool, penalised: bool, people: int) -> str:
    """Say what the data do not tell.

    The rule: something is not known if its logarithm has a standard deviation over ln 10 (it may as well be a tenth or
    the tenfold), and something is not known wherever the likelihood had no maximum. Asked in turn: the mean rate of
    purchases (first parameter over second), the mean tendency to leave (third over fourth), how much people differ in
    one and the other (third, first parameter).

    Args:
        spread: covariance of the logarithms of the four parameters, shape (4, 4).
        many_leave: the tendency to leave that was found is rather high, if it means anything.
        penalised: the likelihood had no maximum.
        people: how many were seen; 0 with zero spread for parameters that were given.

    Returns:
        Empty if all is known, else a sentence without a full stop.
    """
    if not (people or penalised):
        return ""
    if not people:
        return "nobody has bought: nothing can be told"
    rate, leaving = (float(np.sqrt(spread[i, i] + spread[i + 1, i + 1] - 2 * spread[i, i + 1])) for i in (0, 2))
    shapes = np.sqrt(np.diag(spread))[[0, 2]]
    if not penalised and max(rate, leaving, *shapes) <= _UNKNOWN:
        return ""
    if rate > _UNKNOWN:
        return "hardly anybody has bought again: how often people buy cannot be told from these data"
    if leaving > _UNKNOWN:
        seen = "everybody seems to leave at once" if many_leave else "nobody seems ever to leave"
        return f"{seen}: the dropout cannot be told from these data"
    what = "leave" if shapes[1] >= shapes[0] else "buy"
    return f"people seem to {what} all alike: how much they differ in that cannot be told from these data"
