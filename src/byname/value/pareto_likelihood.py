"""The likelihood of Pareto/NBD with its first and second derivatives, without the hypergeometric function.

Schmittlein, Morrison and Colombo (1987); Fader and Hardie, "A Note on Deriving the Pareto/NBD Model and Related
Expressions" (2005), brucehardie.com/notes/009, before the integral is written with the hypergeometric
function. Who has bought x times again, last at t_x, is still here or left at some t between t_x and T:

    L = G(r+x)/G(r) alpha**-x * [f(T) (beta+T) + s * integral of f(t) dt] / beta
    f(t) = (1 + t/alpha)**-(r+x) * (1 + t/beta)**-(s+1)

The integral is over the same days for all people with as many purchases: `pareto_integrals` does it once for each x and
day.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from byname.value.newton import Floats
from byname.value.pareto_integrals import KINDS, NODES, Cells, Days, pairs
from byname.value.triples import Ints, Triples

# Nodes in a block of tables, and histories at a time.
_BLOCK = 1 << 19
_CHUNK = 4096
# Where nothing is known of how often people buy, once a year or less.
_DAYS_PER_YEAR = 365.25
# Of the features, the third comes with a factor r + x.
_TIMES = np.array([0, 0, 1, 0, 0])


@dataclass(frozen=True, slots=True)
class Terms:
    """The two ways to a history, still here or left, for some histories.

    Attributes:
        value: ln of the bracket, f(T) (beta+T) + s * integral, shape (rows,).
        here: share of it of who is still here: P(alive), shape (rows,).
        gone: share of who left, times the mean of each feature over the days of leaving, shape (kinds, rows).
        per: s * f(t_x) over the bracket, and s * f(T) over it, shape (rows,) each.
    """

    value: Floats
    here: Floats
    gone: Floats
    per: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Block:
    """Histories whose x are neighbours.

    Attributes:
        purchases: distinct x, shape (x,).
        which: each history's place among them, shape (rows,).
        recency: t_x in days, shape (rows,).
        age: T in days, shape (rows,).
    """

    purchases: Floats
    which: NDArray[np.intp]
    recency: Ints
    age: Ints

    def tables(self, r: float, alpha: float, s: float, beta: float) -> tuple[Days, Cells]:
        """Integrals over the days that this block needs."""
        table = Days.of(alpha, beta, int(self.recency.min()), int(self.age.max()))
        return table, Cells.of(table, r + self.purchases, s + 1)

    def chunks(self) -> list[slice]:
        """Cut the histories into as many as are done at a time."""
        return [slice(begin, begin + _CHUNK) for begin in range(0, len(self.which), _CHUNK)]

    def places(self, rows: slice, first: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where t_x and T of each history stand in a table of days and x, flattened."""
        width, which = len(self.purchases), self.which[rows]
        return (self.recency[rows] - first) * width + which, (self.age[rows] - first) * width + which

    def terms(self, rows: slice, table: Days, onward: Floats, r: float, s: float) -> Terms:
        """Take the integrals from t_x to T, and what is left at T.

        Args:
            rows: of which histories.
            table: the days.
            onward: integrals from each day to the last, shape (days * x, kinds).
            r: shape of the purchase rate.
            s: shape of the rate of leaving.
        """
        first = int(table.days[0])
        recency, age = self.recency[rows] - first, self.age[rows] - first
        purchases = r + self.purchases[self.which[rows]]
        log_rate, log_leaving = np.ascontiguousarray(table.whole[:, 1]), (s + 1) * table.whole[:, 3]
        fallen = purchases * log_rate[recency] + log_leaving[recency]  # -ln f(t_x)
        ratio = np.exp(fallen - purchases * log_rate[age] - log_leaving[age])
        since, until = self.places(rows, first)
        gone = onward[since].T - ratio * onward[until].T
        np.maximum(gone, 0.0, out=gone)  # rounding, where t_x is T
        here = ratio * (table.beta + self.age[rows])
        both = here + s * gone[0]
        per = s / both
        gone *= per
        return Terms(np.log(both) - fallen, here / both, gone, (per, per * ratio))


def blocks(x: Ints, recency_days: Ints, age_days: Ints) -> list[tuple[NDArray[np.intp] | slice, Block]]:
    """Cut histories into blocks of neighbouring x, as many as their tables may hold.

    Returns:
        For each block the rows that are in it.
    """
    sorted_already = bool((x[1:] >= x[:-1]).all())
    order = np.arange(len(x)) if sorted_already else np.argsort(x, kind="stable")
    in_order = x[order]
    begins = np.flatnonzero(np.diff(in_order, prepend=-1))
    distinct, ends = in_order[begins], np.append(begins[1:], len(x))
    width = max(_BLOCK // (len(NODES) * (int(age_days.max(initial=0)) + 1)), 1)
    found: list[tuple[NDArray[np.intp] | slice, Block]] = []
    for place in range(0, len(distinct), width):
        kinds = distinct[place : place + width]
        part = slice(int(begins[place]), int(ends[place + len(kinds) - 1]))
        rows = part if sorted_already else order[part]
        which = np.searchsorted(kinds, in_order[part])
        found.append((rows, Block(kinds.astype(np.float64), which, recency_days[rows], age_days[rows])))
    return found


def alive_by_history(theta: Floats, x: Ints, recency_days: Ints, age_days: Ints) -> Floats:
    """Give the probability that people have not left: the share of the first term in the likelihood.

    Args:
        theta: logarithms of r, alpha, s and beta, time in days.
        x: repeat orders, shape (n,).
        recency_days: t_x, shape (n,).
        age_days: T, shape (n,).

    Returns:
        Probabilities, shape (n,).
    """
    r, alpha, s, beta = (float(one) for one in np.exp(theta))
    found = np.empty(len(x))
    for rows, block in blocks(x, recency_days, age_days):
        table, cells = block.tables(r, alpha, s, beta)
        onward = cells.onward(table, 1).reshape(-1, 1)
        here = [block.terms(part, table, onward, r, s).here for part in block.chunks()]
        found[rows] = np.concatenate(here)
    return found


@dataclass(frozen=True, slots=True)
class ParetoLikelihood:
    """The likelihood over a population, with what does not depend on the parameters done once.

    Attributes:
        parts: distinct histories, in blocks of neighbouring x.
        weights: people with each history of a block.
        went_on: people with more than j repeat orders, shape (largest x,).
        people: all of them.
        orders: all their repeat orders.
        days: all their ages, in days.
    """

    parts: tuple[Block, ...]
    weights: tuple[Floats, ...]
    went_on: Floats
    people: int
    orders: float
    days: float

    @classmethod
    def of(cls, triples: Triples) -> Self:
        """Take the triples that somebody has."""
        some = triples.people > 0
        x, t_x, age = triples.repeat_orders[some], triples.recency_days[some], triples.age_days[some]
        weights = triples.people[some].astype(np.float64)
        by_x = np.bincount(x, weights, minlength=1)
        cut = blocks(x, t_x, age)
        return cls(
            parts=tuple(block for _, block in cut),
            weights=tuple(weights[rows] for rows, _ in cut),
            went_on=np.cumsum(by_x[::-1])[::-1][1:],
            people=int(triples.people.sum()),
            orders=float(weights @ x),
            days=float(weights @ age),
        )

    @property
    def centre(self) -> Floats:
        """Logarithms of the parameters of a population of which nothing is known but its age."""
        age = max(self.days / max(self.people, 1), _DAYS_PER_YEAR)
        return np.log([1.0, age, 1.0, age])

    def rough_start(self) -> Floats:
        """Begin where the mean rate is about the data's, and half are gone after about the mean age."""
        rate = max(self.orders, 0.5) / max(self.days, 1.0)
        return np.log([0.5, 0.5 / (2 * rate), 0.6, max(self.days / max(self.people, 1), 1.0)])

    def value(self, theta: Floats) -> float:
        """Give the log-likelihood alone."""
        r, alpha, s, beta = (float(one) for one in np.exp(theta))
        total = self._before(r, theta)
        for block, weights in zip(self.parts, self.weights, strict=True):
            table, cells = block.tables(r, alpha, s, beta)
            onward = cells.onward(table, 1).reshape(-1, 1)
            for rows in block.chunks():
                total += float(weights[rows] @ block.terms(rows, table, onward, r, s).value)
        return total

    def evaluate(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give log-likelihood, gradient and Hessian in (ln r, ln alpha, ln s, ln beta)."""
        r, alpha, s, beta = (float(one) for one in np.exp(theta))
        j = np.arange(len(self.went_on))
        per_r = 1 / (r + j)
        value = self._before(r, theta)
        gradient = np.array([r * float(self.went_on @ per_r), -self.orders, 0.0, 0.0])
        hessian = np.zeros((4, 4))
        hessian[0, 0] = r * float(self.went_on @ (j * per_r**2))
        for block, weights in zip(self.parts, self.weights, strict=True):
            added = _derivatives(block, weights, r, alpha, s, beta)
            value, gradient, hessian = value + added[0], gradient + added[1], hessian + added[2]
        return value, gradient, hessian

    def _before(self, r: float, theta: Floats) -> float:
        """Sum ln G(r+x)/G(r) - x ln(alpha) - ln(beta): the first is a sum of ln(r+j) over j < x."""
        ratio = float(self.went_on @ np.log(r + np.arange(len(self.went_on))))
        return ratio - self.orders * float(theta[1]) - self.people * float(theta[3])


def _derivatives(
    block: Block, weights: Floats, r: float, alpha: float, s: float, beta: float
) -> tuple[float, Floats, Floats]:
    """Value, gradient and Hessian of the sum of ln(bracket / beta), without the - ln(beta) in the value.

    The bracket is a mixture over ways to the history (here; left at t). With g = ln of one way, the gradient is the
    mean of g', and the Hessian the mean of g'' + g' g' less the product of the means; all g' are linear in the
    features, with the second counting (r + x) times.
    """
    table, cells = block.tables(r, alpha, s, beta)
    onward = cells.onward(table, KINDS).reshape(-1, KINDS)
    purchases = r + block.purchases
    powers = np.stack((np.ones_like(purchases), purchases, purchases**2))
    at_day = np.ascontiguousarray(table.whole.T)
    first, size = int(table.days[0]), len(table.days)
    wanted = np.zeros(size * len(purchases))
    here_weights = np.zeros((3, size))
    value, gradient, hessian = 0.0, np.zeros(4), np.zeros((4, 4))
    for rows in block.chunks():
        terms = block.terms(rows, table, onward, r, s)
        weight, age, many = weights[rows], block.age[rows] - first, block.which[rows]
        mean = terms.here * at_day[1:, age] + terms.gone[1:]
        mean[0] *= -r
        mean[1] *= purchases[many]
        mean[2] = terms.gone[0] - s * mean[2]
        mean[3] = s * mean[3] + terms.gone[4] - terms.gone[0]
        value += float(weight @ terms.value)
        gradient += mean @ weight
        hessian -= (mean * weight) @ mean.T
        since, until = block.places(rows, first)
        wanted += np.bincount(since, weight * terms.per[0], wanted.size)
        wanted -= np.bincount(until, weight * terms.per[1], wanted.size)
        for place, power in enumerate(powers):
            here_weights[place] += np.bincount(age, weight * terms.here * power[many], size)

    here_pairs = pairs(here_weights, table.whole)
    left_pairs = cells.pairs(table, wanted.reshape(size, -1), powers)
    here = np.array([[0, -r, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, -s, 0], [0, 0, 0, 0, s]])
    left = here + np.array([[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0], [-1, 0, 0, 0, 1]])
    power_of = np.add.outer(_TIMES, _TIMES)
    for slopes, sums in ((here, here_pairs), (left, left_pairs)):
        hessian += slopes @ np.take_along_axis(sums, power_of[None], 0)[0] @ slopes.T

    # The means of g''.
    both = here_pairs + left_pairs
    hessian[0, 0] -= r * both[0, 0, 1]
    hessian[0, 1] += r * both[0, 0, 2]
    hessian[1, 0] += r * both[0, 0, 2]
    hessian[1, 1] -= both[1, 0, 2] - both[1, 2, 2]
    hessian[2, 2] -= s * both[0, 0, 3]
    hessian[2, 3] += s * both[0, 0, 4]
    hessian[3, 2] += s * both[0, 0, 4]
    slow = s * both + left_pairs
    hessian[3, 3] -= slow[0, 0, 4] - slow[0, 4, 4]
    return value, gradient, hessian
