"""The pass over people as one query gives what the kernel gives."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from tests.plan.checked_choice import check
from tests.plan.exhaustive import instances
from tests.plan.made_choosing import made

from byname.engines import Engine, portable
from byname.plan.choosing import Instance, choose
from byname.plan.choosing.by_query import PRICED, everybody
from byname.plan.choosing.firsts import firsts
from byname.plan.choosing.passes import grain, pass_over


def both(engine: Engine, instance: Instance, at: np.ndarray) -> tuple[tuple, tuple]:
    first = firsts(instance)
    ours = pass_over(first.rest, first.room.shape, grain(first.rest))(at)
    return ours, everybody(engine)(first)(at)


def test_the_pass_is_in_the_portable_subset() -> None:
    portable.check(PRICED)


def test_a_pass_by_query_uses_and_gains_what_the_kernel_says(duck_engine: Engine) -> None:
    """To 3e-9 of itself, for a day and a week, at no prices and at some."""
    for days in (1, 7):
        instance = made(1_500, days, owed=0.01, seed=3)
        for level in (0.0, 1.0, 3.0):
            at = np.random.default_rng(7).uniform(0.5, 1.5, 5 * days + 1) * level
            (gain, slope), (gain_by_query, slope_by_query) = both(duck_engine, instance, at)
            assert gain > 0
            np.testing.assert_allclose(gain_by_query, gain, rtol=3e-9)
            np.testing.assert_allclose(slope_by_query, slope, rtol=3e-9, atol=1e-9)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(instance=instances())
def test_a_pass_by_query_gains_the_same_on_every_trap(duck_engine: Engine, instance: Instance) -> None:
    at = np.linspace(0.0, 1.0, instance.capacity.size + 1)
    (gain, _), (gain_by_query, _) = both(duck_engine, instance, at)
    np.testing.assert_allclose(gain_by_query, gain, rtol=3e-9, atol=1e-9)


def test_a_plan_with_passes_by_query_is_the_plan_of_the_kernel(duck_engine: Engine) -> None:
    instance = made(800, 7, owed=0.005, seed=4)
    ours, by_query = choose(instance), choose(instance, everybody=everybody(duck_engine))
    check(instance, by_query)
    np.testing.assert_allclose(by_query.prices, ours.prices, rtol=1e-6)
    np.testing.assert_allclose([by_query.value, by_query.bound], [ours.value, ours.bound], rtol=1e-6)
