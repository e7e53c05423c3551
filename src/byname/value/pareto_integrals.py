"""Integrals over days of f(t) = (1 + t/alpha)**-(r+x) * (1 + t/beta)**-(s+1), for many x at once; for Pareto/NBD.

Each day by Gauss and Legendre's rule, then added up from the last day back, in units of f at the day where the integral
begins: nothing overflows, whatever the parameters are.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

from byname.value.newton import Floats

__all__ = ["KINDS", "NODES", "Cells", "Days", "pairs"]


def _gauss(nodes: int) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss and Legendre on (0, 1)."""
    at, weight = np.polynomial.legendre.leggauss(nodes)
    return (at + 1) / 2, weight / 2


# Within a day f is nearly a straight line, for purchases are days apart: five nodes are right to 1e-9.
NODES, _WEIGHTS = _gauss(5)
# Where it is not (f falls by more than e**2 in a day, or alpha or beta is so small that day 0 is not like day 1), time
# runs on a logarithmic scale, on which any power looks alike.
_FINE_NODES, _FINE_WEIGHTS = _gauss(32)
_STEEP = 2.0
_NOTHING = 45.0  # e**-45 is beyond double precision
_NEAR = 4.0  # days from the pole of f, at -alpha or -beta
# 1, ln(1 + t/alpha), t/(alpha+t), ln(1 + t/beta), t/(beta+t): of these and their products are all derivatives made.
KINDS = 5


def _features(t: Floats, alpha: float, beta: float) -> Floats:
    """The five features at times t, shape (*t.shape, 5)."""
    return np.stack((np.ones_like(t), np.log1p(t / alpha), t / (alpha + t), np.log1p(t / beta), t / (beta + t)), -1)


@dataclass(frozen=True, slots=True)
class Days:
    """What of f does not depend on x: whole days ``first`` to ``last``, and the nodes between them.

    Attributes:
        alpha: as in f, in days.
        beta: as in f, in days.
        days: shape (n + 1,).
        whole: features at whole days, shape (n + 1, 5).
        nodes: features at the nodes of each day, shape (n, nodes, 5).
        falls: how far ln(alpha + t) and ln(beta + t) rise from a day's beginning to each of its nodes, and to its end;
            shape (2, n, nodes + 1).
    """

    alpha: float
    beta: float
    days: Floats
    whole: Floats
    nodes: Floats
    falls: Floats

    @classmethod
    def of(cls, alpha: float, beta: float, first: int, last: int) -> Self:
        """Tabulate what is needed from one day to another."""
        days = np.arange(first, last + 1, dtype=np.float64)
        begins = days[:-1, None]
        steps = np.append(NODES, 1.0)
        return cls(
            alpha,
            beta,
            days,
            whole=_features(days, alpha, beta),
            nodes=_features(begins + NODES, alpha, beta),
            falls=np.stack([np.log1p(steps / (scale + begins)) for scale in (alpha, beta)]),
        )


@dataclass(frozen=True, slots=True)
class Cells:
    """Integrals of f over single days, for a block of distinct x; in units of f at the day's beginning.

    Attributes:
        rest: f at the day's end, shape (n, x).
        nodes: f at the nodes, times their weights, shape (n, x, nodes); 0 where fine nodes are taken.
        fine: day and x (places) of the cells with fine nodes, f at these times their weights, shape (cells, 32), and
            the features there, shape (cells, 32, 5).
    """

    rest: Floats
    nodes: Floats
    fine: tuple[NDArray[np.intp], NDArray[np.intp], Floats, Floats]

    @classmethod
    def of(cls, table: Days, purchases: Floats, leaving: float) -> Self:
        """Evaluate f; ``purchases`` is r + x, shape (x,), and ``leaving`` is s + 1."""
        f = np.multiply.outer(table.falls[0].T, purchases)  # nodes and end, days, x
        f += (leaving * table.falls[1].T)[:, :, None]
        np.exp(np.negative(f, out=f), out=f)
        begins = table.days[:-1]
        slope = purchases / (table.alpha + begins)[:, None] + (leaving / (table.beta + begins))[:, None]
        near = begins + min(table.alpha, table.beta) < _NEAR
        day, which = np.nonzero((slope > _STEEP) | near[:, None])
        nodes = np.ascontiguousarray(np.moveaxis(f[:-1], 0, 2)) * _WEIGHTS
        rest = f[-1]
        nodes[day, which] = 0.0
        # t = c (e**y - 1) after the day's beginning, with c the time in which f falls at first by e; to the day's end,
        # or to where f is nothing.
        start, many = begins[day][:, None], purchases[which][:, None]
        scale = 1 / slope[day, which][:, None]
        end = np.minimum(
            (table.alpha + start) * np.expm1(np.minimum(_NOTHING / many, 700)),
            (table.beta + start) * np.expm1(min(_NOTHING / leaving, 700)),
        )
        longest = np.log1p(np.minimum(end, 1.0) / scale)
        grown = np.expm1(longest * _FINE_NODES)
        after = scale * grown
        fall = many * np.log1p(after / (table.alpha + start)) + leaving * np.log1p(after / (table.beta + start))
        weight = np.exp(-fall) * (scale * longest) * (grown + 1) * _FINE_WEIGHTS
        return cls(rest, nodes, (day, which, weight, _features(start + after, table.alpha, table.beta)))

    def onward(self, table: Days, kinds: int) -> Floats:
        """Integrals of f and of f times features from each day to the last; shape (n + 1, x, kinds)."""
        days, width, _ = self.nodes.shape
        found = np.zeros((days + 1, width, kinds))
        np.matmul(self.nodes, table.nodes[:, :, :kinds], out=found[:-1])
        day, which, weight, features = self.fine
        found[day, which] += np.matmul(weight[:, None, :], features[:, :, :kinds])[:, 0]
        found[:-1] = _added_up(found[:-1], self.rest)
        return found

    def pairs(self, table: Days, wanted: Floats, powers: Floats) -> Floats:
        """Sum the integrals of f times all products of two features over days and x; shape (powers, 5, 5).

        Args:
            table: the days.
            wanted: how often the integral from each day to the last is wanted, shape (n + 1, x), in units of f at that
                day; negative to leave out.
            powers: what each x counts in the sums, shape (powers, x).
        """
        rest = np.concatenate((self.rest[:1] * 0, self.rest[:-1]))
        share = _added_up(wanted[-2::-1, :, None], rest[::-1])[::-1, :, 0]
        weights = np.moveaxis(powers @ (self.nodes * share[:, :, None]), 1, 0)
        day, which, weight, features = self.fine
        fine = powers[:, which, None] * (weight * share[day, which][:, None])
        count = len(powers)
        of_nodes = pairs(weights.reshape(count, -1), table.nodes.reshape(-1, KINDS))
        return of_nodes + pairs(fine.reshape(count, -1), features.reshape(-1, KINDS))


def _added_up(terms: Floats, rest: Floats) -> Floats:
    """Solve found[i] = terms[i] + rest[i] * found[i + 1], with 0 after the last.

    In groups of neighbours, first within all groups at once and then from group to group: a step for each row would
    cost more than the sums.

    Args:
        terms: shape (n, x, kinds).
        rest: between 0 and 1, shape (n, x).

    Returns:
        Shape (n, x, kinds).
    """
    n, width, kinds = terms.shape
    size = max(ceil(sqrt(n)), 1)
    groups = ceil(n / size)
    found = np.zeros((groups * size, width, kinds))
    found[:n] = terms
    found = found.reshape(groups, size, width, kinds)
    product = np.zeros((groups * size, width, 1))
    product[:n, :, 0] = rest
    product = product.reshape(groups, size, width, 1)
    for place in range(size - 2, -1, -1):
        found[:, place] += product[:, place] * found[:, place + 1]
        product[:, place] *= product[:, place + 1]
    later = np.zeros((groups + 1, width, kinds))
    for group in range(groups - 1, 0, -1):
        later[group] = found[group, 0] + product[group, 0] * later[group + 1]
    found += product * later[1:, None]
    return found.reshape(-1, width, kinds)[:n]


def pairs(weights: Floats, features: Floats) -> Floats:
    """Weighted sums of the products of two features; shape (weights, 5, 5)."""
    return np.stack([features.T @ (one[:, None] * features) for one in weights])
