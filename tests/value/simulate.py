"""People who buy as BG/NBD says, seeded; used by the tests and by the bench."""

import numpy as np

from byname.value.triples import Ints


def simulate_bgnbd(
    people: int, *, r: float, alpha_days: float, a: float, b: float, cohort_days: int, seed: int, early: bool = False
) -> tuple[Ints, Ints, Ints]:
    """Simulate (x, t_x, T) in whole days, first purchases spread evenly over a cohort; MBG/NBD if they may leave early.

    Times are cut to whole days, which merges orders of one day: choose rates that make this rare if
    parameters are to be found again.
    """
    random = np.random.default_rng(seed)
    age = random.integers(0, cohort_days, people)
    rate = random.gamma(r, 1 / alpha_days, people)
    leaving = random.beta(a, b, people)
    x = np.zeros(people, dtype=np.int64)
    last_day = np.zeros(people, dtype=np.int64)
    clock = np.zeros(people)
    active = np.arange(people)
    if early:
        active = active[random.random(people) > leaving]
    while active.size:
        clock[active] += random.exponential(1 / rate[active])
        active = active[clock[active] <= age[active]]
        day = np.floor(clock[active]).astype(np.int64)
        new = day > last_day[active]
        x[active[new]] += 1
        last_day[active] = day
        active = active[random.random(active.size) > leaving[active]]
    return x, last_day, age


def simulate_pareto_nbd(
    people: int, *, r: float, alpha_days: float, s: float, beta_days: float, cohort_days: int, seed: int
) -> tuple[Ints, Ints, Ints]:
    """Simulate (x, t_x, T) in whole days of people who may leave at any time; see `simulate_bgnbd` for the days."""
    random = np.random.default_rng(seed)
    age = random.integers(0, cohort_days, people)
    rate = random.gamma(r, 1 / alpha_days, people)
    until = np.minimum(random.exponential(1 / random.gamma(s, 1 / beta_days, people)), age)
    x = np.zeros(people, dtype=np.int64)
    last_day = np.zeros(people, dtype=np.int64)
    clock = np.zeros(people)
    active = np.arange(people)
    while active.size:
        clock[active] += random.exponential(1 / rate[active])
        active = active[clock[active] <= until[active]]
        day = np.floor(clock[active]).astype(np.int64)
        new = day > last_day[active]
        x[active[new]] += 1
        last_day[active] = day
    return x, last_day, age
