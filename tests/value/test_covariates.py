"""Purchase models with covariates: found again in simulation, and the plain model where there are none."""

from typing import Any

import numpy as np
import pytest
from simulate import simulate_bgnbd, simulate_pareto_nbd

from byname.value import Triples
from byname.value.bgnbd import BgNbd, MbgNbd
from byname.value.contract import MODELS, PurchaseModel
from byname.value.covariates import WithCovariates, _Groups, _map_of
from byname.value.pareto_nbd import ParetoNbd

type Model = type[PurchaseModel]

every = pytest.mark.parametrize("kind", MODELS, ids=[kind.name for kind in MODELS])
# Two traits, in all combinations.
TRAITS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
ON_RATE = np.array([0.5, -0.3])
ON_LEAVING = np.array([-0.4, 0.6])


def people_of(kind: Model, z: Any, people: int, seed: int) -> Triples:
    """A group that buys e**(z * ON_RATE) times as fast, and leaves so much more readily."""
    alpha, more = 60 * np.exp(-z @ ON_RATE), np.exp(z @ ON_LEAVING)
    common = {"cohort_days": 900, "seed": seed}
    if kind is ParetoNbd:
        history = simulate_pareto_nbd(people, r=0.8, alpha_days=5 * alpha, s=0.9, beta_days=300 / more, **common)
    else:
        history = simulate_bgnbd(
            people, r=0.8, alpha_days=5 * alpha, a=0.8 * more, b=2.5, early=kind is MbgNbd, **common
        )
    return Triples.of_people(*history)[0]


@every
def test_coefficients_are_found_again_in_simulated_people(kind: Model) -> None:
    groups = [people_of(kind, z, 40_000, seed) for seed, z in enumerate(TRAITS)]
    found = WithCovariates.fit(kind, groups, TRAITS)
    assert found.converged
    assert not found.penalised
    errors = np.sqrt(np.diag(found.spread))[4:].reshape(2, 2)
    assert (errors < 0.08).all()
    # Whole days merge purchases of one day, which is worth a few hundredths.
    assert (np.abs(found.coefficients - [ON_RATE, ON_LEAVING]) < 3 * errors + 0.02).all()


@every
def test_covariates_of_nothing_are_the_plain_model(kind: Model, cdnow: Triples) -> None:
    half = cdnow.people // 2
    history = (cdnow.repeat_orders, cdnow.recency_days, cdnow.age_days)
    groups = [Triples(*history, half), Triples(*history, cdnow.people - half)]
    found = WithCovariates.fit(kind, groups, np.zeros((2, 3)))
    plain = kind.fit(cdnow)
    np.testing.assert_allclose(found.coefficients, 0, atol=1e-12)
    np.testing.assert_allclose(found.logarithms, plain.logarithms, rtol=1e-6)
    assert found.loglik == pytest.approx(plain.loglik, rel=1e-10)
    for group in range(2):
        model = found.for_group(group)
        assert isinstance(model, kind)
        np.testing.assert_allclose(model.logarithms, plain.logarithms, rtol=1e-6)
        np.testing.assert_allclose(model.spread, plain.spread, rtol=1e-3)
        assert model.identified == ""


@every
def test_the_likelihood_rises_where_groups_differ_and_the_gain_is_real(kind: Model) -> None:
    groups = [people_of(kind, z, 5_000, seed) for seed, z in enumerate(TRAITS)]
    found = WithCovariates.fit(kind, groups, TRAITS)
    columns = ("repeat_orders", "recency_days", "age_days", "people")
    together = Triples(*(np.concatenate([getattr(group, name) for group in groups]) for name in columns))
    assert found.loglik > kind.fit(together).loglik + 50
    by_group = [found.for_group(place).log_likelihood(group) for place, group in enumerate(groups)]
    assert sum(by_group) == pytest.approx(found.loglik, rel=1e-12)
    # No model of its own for each group can do much better than covariates that are true.
    apart = sum(kind.fit(group).loglik for group in groups)
    assert found.loglik <= apart + 1e-6
    assert found.loglik > apart - 25
    # The next people of the same kind are foreseen better too.
    fresh = [people_of(kind, z, 5_000, seed + 70) for seed, z in enumerate(TRAITS)]
    plain = sum(kind.fit(together).log_likelihood(group) for group in fresh)
    assert sum(found.for_group(place).log_likelihood(group) for place, group in enumerate(fresh)) > plain + 40


@every
def test_gradient_and_hessian_go_through_the_map(kind: Model, cdnow: Triples) -> None:
    z = np.array([[0.5, -1.0], [2.0, 0.3]])
    maps = [_map_of(kind, row, ("rate", "leaving")) for row in z]
    groups = _Groups([kind.likelihood(cdnow)] * 2, maps, kind.likelihood(cdnow).centre)
    at = np.concatenate((kind.fit(cdnow).logarithms + 0.1, [0.2, -0.1, 0.3, 0.4]))
    _, gradient, hessian = groups.evaluate(at)
    for i, unit in enumerate(np.eye(8) * 1e-4):
        (up, up_slope, _), (down, down_slope, _) = groups.evaluate(at + unit), groups.evaluate(at - unit)
        assert gradient[i] == pytest.approx((up - down) / 2e-4, rel=1e-4, abs=1e-3)
        np.testing.assert_allclose(hessian[i], (up_slope - down_slope) / 2e-4, rtol=1e-4, atol=1e-3)


@every
def test_a_handful_of_people_cannot_run_away_with_a_coefficient(kind: Model, cdnow: Triples) -> None:
    few = Triples([0, 0, 0], [0, 0, 0], [270, 260, 265], [1, 1, 1])
    nobody = Triples([], [], [], [])
    found = WithCovariates.fit(kind, [cdnow, few, nobody], [[0, 0], [1, 0], [0, 1]])
    assert found.converged
    assert (np.abs(found.coefficients) < 1).all()
    np.testing.assert_allclose(found.coefficients[:, 1], 0, atol=1e-9)
    errors = np.sqrt(np.diag(found.spread))[4:].reshape(2, 2)
    np.testing.assert_allclose(errors[:, 1], 1, rtol=1e-6)
    assert (np.linalg.eigvalsh(found.spread) > 0).all()
    assert found.people == (2357, 3, 0)


@every
def test_without_people_the_fit_says_so(kind: Model) -> None:
    found = WithCovariates.fit(kind, [Triples([], [], [], [])], [[1.0]])
    assert not found.converged
    assert np.isfinite(found.for_group(0).expected_orders(365, 3, 30, 60)).all()
    assert found.for_group(0).identified


def test_covariates_may_be_of_the_rate_alone(cdnow: Triples) -> None:
    found = WithCovariates.fit(BgNbd, [cdnow, cdnow], [[0.0], [1.0]], on=("rate",))
    assert found.coefficients.shape == (1, 1)
    one, two = found.for_group(0), found.for_covariates([1.0])
    assert (one.a, one.b, one.r) == pytest.approx((two.a, two.b, two.r), rel=1e-12)


@pytest.mark.parametrize(
    ("groups", "covariates", "on", "message"),
    [
        (0, [], ("rate",), "there are no groups"),
        (2, [[1.0]], ("rate",), "a row for each of the 2 groups"),
        (2, [[1.0], [np.nan]], ("rate",), "group 1: covariates are"),
        (1, [[1.0]], ("price",), "covariates are on price"),
        (1, [[1.0]], ("rate", "rate"), "expected each once"),
    ],
)
def test_impossible_covariates_are_refused(
    cdnow: Triples, groups: int, covariates: Any, on: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        WithCovariates.fit(BgNbd, [cdnow] * groups, covariates, on)
