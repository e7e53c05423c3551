"""CPU seconds, memory and gap of the choice of contacts, on instances by chance; beside PDLP of OR-tools if asked.

    python bench/plan.py --people 1000000              a day: 5 teams, 10 actions x 3 channels, 5.8 candidates a person
    python bench/plan.py --people 1000000 --days 7     a week: 35 daily capacities, rest, days of one's own
    python bench/plan.py --people 10000000 --no-check  memory is that of the whole process, the instance included

With the peer, which is no dependency of ours:

    uv run --no-project --with ortools --with numba --with scipy --with pyarrow --with sqlglot \
        python bench/plan.py --people 100000 --peer

The peer solves the linear relaxation of the same day (one contact a person, minutes, perk money, persons in danger of
neglect), to the gap that ours has. Our plan is whole contacts; the independent checker has seen every limit of it.
"""

import argparse
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.plan.made_choosing import made  # noqa: E402

from byname.plan.choosing import Choice, Instance, choose  # noqa: E402


def megabytes() -> float:
    """Most memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(instance: Instance, *, check: bool) -> tuple[float, Choice]:
    begin, wall = time.process_time(), time.perf_counter()
    found = choose(instance)
    seconds = time.process_time() - begin
    print(
        f"ours: {seconds:.2f} CPU s ({time.perf_counter() - wall:.1f} s by the clock), gap {found.gap:.4%}, "
        f"{len(found.chosen):,} contacts, value {found.value:,.0f}, {found.passes} passes, "
        f"{len(found.unreached)} in danger of neglect unreached, {megabytes():,.0f} MB in all"
    )
    if check:
        from tests.plan.checked_choice import check as checked

        checked(instance, found)
        print("checked: no limit is broken")
    return seconds, found


def again(instance: Instance, found: Choice) -> None:
    begin = time.process_time()
    warm = choose(instance, prices=found.prices, perk_price=found.perk_price)
    print(f"from these prices again: {time.process_time() - begin:.2f} CPU s, gap {warm.gap:.4%}")


def pdlp(instance: Instance, seconds: float, found: Choice) -> None:
    """The linear relaxation of a day."""
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp as solver
    from scipy import sparse

    people, count, teams = instance.people, instance.candidates, len(instance.capacity)
    each = np.arange(count)
    owner = instance.owner(each)
    rows = np.concatenate([owner, people + instance.team.astype(np.int64), np.full(count, people + teams)])
    sizes = np.concatenate([np.ones(count), instance.minutes, instance.perk]).astype(np.float64)
    matrix = sparse.csc_matrix((sizes, (rows, np.tile(each, 3))), shape=(people + teams + 1, count))
    program = solver.QuadraticProgram()
    program.objective_vector = -instance.value
    program.constraint_matrix = matrix
    least = np.full(people + teams + 1, -np.inf)
    least[:people][instance.must & (np.diff(instance.start) > 0)] = 1
    program.constraint_lower_bounds = least
    program.constraint_upper_bounds = np.concatenate([np.ones(people), instance.capacity[:, 0], [instance.perks]])
    program.variable_lower_bounds = np.zeros(count)
    program.variable_upper_bounds = np.ones(count)
    settings = solvers_pb2.PrimalDualHybridGradientParams()
    criteria = settings.termination_criteria
    criteria.simple_optimality_criteria.eps_optimal_relative = max(found.gap, 1e-6)
    criteria.simple_optimality_criteria.eps_optimal_absolute = max(found.gap, 1e-6)
    criteria.time_sec_limit = 900
    begin = time.process_time()
    result = solver.primal_dual_hybrid_gradient(program, settings)
    spent = time.process_time() - begin
    value = float(instance.value @ result.primal_solution)
    used = matrix @ result.primal_solution
    over = float(np.max((used - program.constraint_upper_bounds) / program.constraint_upper_bounds))
    print(
        f"PDLP: {spent:.1f} CPU s, {spent / seconds:.1f} times ours; fractional, value {value:,.0f} "
        f"({value / found.bound:.4%} of our bound), limits broken by up to {over:.2%}; "
        f"{result.solve_log.termination_reason}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--days", type=int, choices=(1, 7), default=1)
    parser.add_argument("--owed", type=float, default=0.0005, help="share of the candidates that is owed")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--no-check", action="store_true")
    asked = parser.parse_args()
    begin = time.process_time()
    choose(made(500, asked.days))
    print(f"first plan of a process, 500 people: {time.process_time() - begin:.1f} CPU s (compiles if it is new here)")
    instance = made(asked.people, asked.days, owed=0.0 if asked.peer else asked.owed)
    if asked.peer:
        instance = replace(instance, free_from=np.zeros_like(instance.free_from))
    print(f"{asked.people:,} people, {instance.candidates:,} candidates, {instance.capacity.size} capacities")
    print(f"{megabytes():,.0f} MB to make the instance")
    seconds, found = ours(instance, check=not asked.no_check)
    if asked.people <= 1_000_000:
        again(instance, found)
    if asked.peer:
        pdlp(instance, seconds, found)


if __name__ == "__main__":
    main()
