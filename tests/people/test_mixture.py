"""One person, one household or strangers: the shares and probabilities come out of simulated pairs (S0.10)."""

from __future__ import annotations

import numpy as np
import pytest

from byname.people.mixture import FEW, Weights, corrected, mix

FIELDS = {
    "given": Weights([0.8, 0.1, 0.1], [0.01, 0.02, 0.97], [0.02, 0.08, 0.9]),
    "family": Weights([0.9, 0.1], [0.005, 0.995], [0.9, 0.1]),
    "street": Weights([0.8, 0.2], [0.0005, 0.9995], [0.85, 0.15]),
    "born": Weights([0.95, 0.05], [0.0001, 0.9999], [0.01, 0.99]),
}


def simulated(persons: int, households: int, strangers: int, seed: int = 1) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Levels of pairs drawn from the three kinds, and the log2 Bayes factor of one person against strangers."""
    random = np.random.default_rng(seed)
    levels: dict[str, np.ndarray] = {}
    factors = np.zeros(persons + households + strangers)
    for name, one in FIELDS.items():
        drawn = [
            random.choice(len(of), size, p=of)
            for size, of in ((persons, one.m), (households, one.h), (strangers, one.u))
        ]
        levels[name] = np.concatenate(drawn).astype(np.int64)
        factors += np.log2(np.asarray(one.m) / np.asarray(one.u))[levels[name]]
    return levels, factors


def test_shares_of_simulated_pairs_are_recovered() -> None:
    groups, persons, households = 2_000, 3_000, 6_000
    strangers = groups * (groups - 1) // 2 - persons - households
    levels, _ = simulated(persons, households, strangers)
    pairs = groups * (groups - 1) / 2
    # u as it is measured: on random pairs, some of which are one person or one household.
    shares = np.array([persons, households, strangers]) / pairs
    measured = {
        name: Weights(one.m, (shares @ np.array([one.m, one.h, one.u])).tolist(), one.h) for name, one in FIELDS.items()
    }
    factors = sum(np.log2(np.asarray(one.m) / np.asarray(one.u))[levels[name]] for name, one in measured.items())
    found = mix(factors, levels, measured, groups=groups)
    assert found.person_share == pytest.approx(persons / pairs, rel=0.05)
    assert found.household_share == pytest.approx(households / pairs, rel=0.05)
    # Calibrated: of the pairs said to be one person with p, a share of p is.
    for low, high in ((0.2, 0.8), (0.8, 0.98), (0.98, 1.01)):
        chosen = (found.person >= low) & (found.person < high)
        truth = np.flatnonzero(chosen) < persons
        assert truth.mean() == pytest.approx(found.person[chosen].mean(), abs=0.05)


def test_a_household_is_not_a_person_however_much_it_shares() -> None:
    levels, factors = simulated(500, 4_000, 100_000)
    found = mix(factors, levels, FIELDS, groups=1_000).person
    household = slice(500, 4_500)
    unlike = (levels["given"][household] == 2) & (levels["born"][household] == 1)
    assert found[household][unlike].max() < 0.2
    assert found[:500].mean() > 0.9


def test_where_duplicates_are_many_random_agreement_is_taken_less_theirs() -> None:
    weights = Weights([0.5, 0.5], [0.002, 0.998], [0.02, 0.98])
    assert corrected(weights, 0.002, 0.01)[0] == pytest.approx((0.002 - 0.002 * 0.5 - 0.01 * 0.02) / 0.988)
    assert corrected(weights, 0.1, 0.0)[0] == pytest.approx(0.002 / 30)  # never to nothing
    assert corrected(Weights([0.5, 0.5], [0.002, 0.998], [0.02, 0.98], fixed=1), 0.002, 0.01)[0] == 0.002


def test_a_missing_value_says_nothing() -> None:
    levels = {name: np.array([-1]) for name in FIELDS}
    found = mix(np.zeros(1), levels, FIELDS, groups=FEW - 1)
    assert found.person[0] == pytest.approx(found.person_share, rel=0.01)


def test_no_pairs_are_no_shares() -> None:
    found = mix(np.empty(0), {name: np.empty(0, np.int64) for name in FIELDS}, FIELDS, groups=10)
    assert (len(found.person), found.person_share) == (0, 0.0)
