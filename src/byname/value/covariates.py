"""Purchase models of people who differ in what is known of them: the channel they came by, a country, a first basket.

Fader and Hardie, "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models" (2007),
brucehardie.com/notes/019: the rate parameter of each person is alpha * exp(-gamma' z), and a parameter of leaving is
moved likewise. People with equal covariates are a group, and a group has the likelihood of the plain model, so value,
gradient and Hessian are sums over groups through a linear map of the logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from byname.value.newton import Floats, Likelihood, Maximum, found_by, laplace
from byname.value.triples import Triples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from byname.value.contract import PurchaseModel

__all__ = ["WithCovariates"]


@dataclass(frozen=True, slots=True)
class WithCovariates[M: PurchaseModel]:
    """A purchase model whose parameters depend on fixed covariates, as fitted.

    Population: as of the plain model, in groups of people with equal covariates that do not change over time. A
    coefficient of 0.1 is a rate of purchases (a tendency to leave) that is e**0.1 times as high for each unit of the
    covariate, all else equal. Every coefficient has a normal prior of standard deviation 1, so that the few people of a
    small group cannot run away with it: give covariates in units of a usual difference (0 or 1 for a trait, standard
    deviations for a number).

    Attributes:
        kind: the plain model.
        logarithms: of the plain model's parameters where all covariates are 0, shape (4,).
        on: what the covariates are of, in the order of the coefficients.
        coefficients: shape (len(on), k).
        covariates: z of each group, shape (groups, k).
        loglik: natural logarithm of the likelihood at the fit, without the prior.
        people: how many people it was fitted on, by group.
        iterations: passes over all histories, after the plain model's.
        converged: the search ended at a maximum, on at least one person.
        penalised: the likelihood had no maximum, and the plain model's weak prior was added.
        spread: covariance of the logarithms and then the coefficients, positive definite, shape (p, p) with
            p = 4 + len(on) * k.
    """

    kind: type[M]
    logarithms: Floats
    on: tuple[str, ...]
    coefficients: Floats
    covariates: Floats
    loglik: float
    people: tuple[int, ...]
    iterations: int
    converged: bool
    penalised: bool
    spread: Floats = field(repr=False)

    @classmethod
    def fit(
        cls,
        kind: type[M],
        triples_by_group: Sequence[Triples],
        covariates: ArrayLike,
        on: Sequence[str] = ("rate", "leaving"),
    ) -> Self:
        """Fit by maximum likelihood with the coefficients' prior.

        Args:
            kind: one of `contract.MODELS`.
            triples_by_group: the histories of each group's people; a group may be empty.
            covariates: z of each group, finite, shape (groups, k).
            on: what they are of: "rate" of purchases, "leaving", or both.

        Returns:
            The fit. Like the plain model's, it never raises for want of data.

        Raises:
            ValueError: there are no groups, the covariates are not a finite row for each, or ``on`` names something
                else.
        """
        z = _checked(covariates, len(triples_by_group), tuple(on), kind)
        maps = [_map_of(kind, row, tuple(on)) for row in z]
        groups = [kind.likelihood(triples) for triples in triples_by_group]
        plain = kind.fit(_together(triples_by_group))
        grouped = _Groups(groups, maps, kind.likelihood(_together(triples_by_group)).centre)
        start = np.zeros(maps[0].shape[1])
        start[:4] = plain.logarithms
        found = found_by(grouped, start)
        theta, coefficients = found.at[:4], found.at[4:]
        return cls(
            kind,
            theta,
            tuple(on),
            coefficients.reshape(len(on), z.shape[1]),
            z,
            loglik=found.value + 0.5 * float(coefficients @ coefficients),
            people=tuple(group.people for group in groups),
            iterations=found.iterations,
            converged=found.converged,
            penalised=found.penalised,
            spread=laplace(found.hessian),
        )

    def for_covariates(self, z: ArrayLike) -> M:
        """Give the plain model of people with such covariates, seen or not.

        Args:
            z: shape (k,).

        Returns:
            An ordinary model of its class; its ``spread`` has the coefficients' uncertainty in it. Its ``people`` are
            all that the fit saw, its ``loglik`` that of all.

        Raises:
            ValueError: z is not k finite numbers.
        """
        row = _checked(np.atleast_2d(np.asarray(z, dtype=np.float64)), 1, self.on, self.kind)
        if row.shape[1] != self.covariates.shape[1]:
            raise ValueError(f"found {row.shape[1]} covariates; expected {self.covariates.shape[1]}, as in the fit")
        along = _map_of(self.kind, row[0], self.on)
        found = Maximum(
            along @ np.concatenate((self.logarithms, self.coefficients.ravel())),
            self.loglik,
            self.iterations,
            self.converged,
            self.penalised,
            hessian=-np.linalg.inv(along @ self.spread @ along.T),
        )
        return self.kind.of(found, sum(self.people))

    def for_group(self, group: int) -> M:
        """Give the plain model of a group's people; see `for_covariates`."""
        return self.for_covariates(self.covariates[group])


@dataclass(frozen=True, slots=True)
class _Groups:
    """The sum of the groups' likelihoods, in the logarithms and then the coefficients, with the latter's prior."""

    likelihoods: list[Likelihood]
    maps: list[Floats]
    of_all: Floats

    @property
    def people(self) -> int:
        return sum(group.people for group in self.likelihoods)

    @property
    def centre(self) -> Floats:
        return np.concatenate((self.of_all, np.zeros(self.maps[0].shape[1] - 4)))

    def rough_start(self) -> Floats:
        return self.centre

    def evaluate(self, at: Floats) -> tuple[float, Floats, Floats]:
        prior = np.where(np.arange(len(at)) < len(self.of_all), 0.0, 1.0)
        value, gradient, hessian = -0.5 * float(prior @ at**2), -prior * at, -np.diag(prior)
        for likelihood, along in zip(self.likelihoods, self.maps, strict=True):
            if not likelihood.people:
                continue
            of_group = likelihood.evaluate(along @ at)
            value += of_group[0]
            gradient = gradient + along.T @ of_group[1]
            hessian = hessian + along.T @ of_group[2] @ along
        return value, gradient, hessian


def _map_of[M: PurchaseModel](kind: type[M], z: Floats, on: tuple[str, ...]) -> Floats:
    """From the logarithms and coefficients to the logarithms of people with these covariates; shape (4, p)."""
    along = np.zeros((4, 4 + len(on) * len(z)))
    along[:, :4] = np.eye(4)
    for place, what in enumerate(on):
        row, sign = kind.moved[what]
        begin = 4 + place * len(z)
        along[row, begin : begin + len(z)] = sign * z
    return along


def _together(triples_by_group: Sequence[Triples]) -> Triples:
    """All groups' people as one population."""
    names = ("repeat_orders", "recency_days", "age_days", "people")
    return Triples(*(np.concatenate([getattr(one, name) for one in triples_by_group]) for name in names))


def _checked[M: PurchaseModel](covariates: ArrayLike, groups: int, on: tuple[str, ...], kind: type[M]) -> Floats:
    """Take the covariates as an array, or say what is wrong with them."""
    if not groups:
        raise ValueError("there are no groups; expected the histories of one at least")
    z = np.asarray(covariates, dtype=np.float64)
    if z.ndim != 2 or len(z) != groups:  # noqa: PLR2004
        raise ValueError(f"covariates have shape {z.shape}; expected a row for each of the {groups} groups")
    if not np.isfinite(z).all():
        row = int(np.flatnonzero(~np.isfinite(z).all(axis=1))[0])
        raise ValueError(f"group {row}: covariates are {z[row].tolist()}; expected finite numbers")
    strange = [what for what in on if what not in kind.moved]
    if strange or len(set(on)) < len(on):
        raise ValueError(f"covariates are on {', '.join(on)}; expected each once, of {', '.join(kind.moved)}")
    return z
