"""The choice: no limit is broken, and how far the plan may be from the best is known (S0.11, S0.30, S2.7, S2.14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog
from tests.plan.checked_choice import check
from tests.plan.exhaustive import best, instance, instances
from tests.plan.made_choosing import made

from byname.errors import BynameError, UsageError
from byname.plan.choosing import Choice, Instance, choose
from byname.plan.choosing.bundle import Planes
from byname.plan.choosing.leaving import Left

WEEK = [[10.0] * 7]


def checked(made_: Instance, **given_: Any) -> Choice:
    found = choose(made_, **given_)
    check(made_, found)
    return found


@settings(deadline=None, max_examples=60)
@given(instances(people=4, candidates=3))
def test_no_limit_is_ever_broken_and_the_best_lies_between_plan_and_bound(small: Instance) -> None:
    found = checked(small)
    exact = best(small, found)
    assert found.value <= exact + 1e-6
    assert exact <= found.bound + 1e-6


@settings(deadline=None, max_examples=30)
@given(instances(days=2, people=5, candidates=2))
def test_a_short_week_of_crowded_days_is_kept_within_its_limits_too(small: Instance) -> None:
    found = checked(small)
    assert found.value <= best(small, found) + 1e-6 <= found.bound + 2e-6


@pytest.mark.parametrize(("people", "days", "within"), [(20_000, 1, 5e-4), (10_000, 7, 1e-2)])
def test_the_plan_of_many_is_near_its_bound(people: int, days: int, within: float) -> None:
    big = made(people, days, owed=0.005)
    found = checked(big)
    assert found.gap < within
    assert not len(found.unreached)


def test_the_bound_of_a_day_is_that_of_linear_programming() -> None:
    """A second implementation: with one contact a person the bound is the value of the linear relaxation."""
    day = made(300, 1, must=0.0)
    day = replace(day, cap=np.ones_like(day.cap))
    rows = np.concatenate([np.eye(5)[day.team].T * day.minutes, [day.perk]])
    people = np.zeros((day.people, day.candidates))
    people[day.owner(np.arange(day.candidates)), np.arange(day.candidates)] = 1
    limits = np.concatenate([day.capacity[:, 0], [day.perks], np.ones(day.people)])
    relaxed = linprog(-day.value, A_ub=np.vstack([rows, people]), b_ub=limits, bounds=(0, 1))
    assert checked(day).bound == pytest.approx(-relaxed.fun, rel=1e-4)


def test_the_same_instance_gives_the_same_plan_twice() -> None:
    one, two = choose(made(600, 7, owed=0.01)), choose(made(600, 7, owed=0.01))
    np.testing.assert_array_equal(one.chosen, two.chosen)
    np.testing.assert_array_equal(one.day, two.day)
    assert (one.value, one.bound) == (two.value, two.bound)


def test_yesterdays_prices_lead_to_a_plan_as_good() -> None:
    """Re-planned in the morning, from prices that are nearly right or quite wrong."""
    day = made(3_000, 1)
    fresh = checked(day)
    for factor in (1.05, 0.0, 50.0):
        again = checked(day, prices=fresh.prices * factor, perk_price=fresh.perk_price * factor)
        assert again.bound == pytest.approx(fresh.bound, rel=1e-4)


def test_without_any_minutes_the_plan_is_empty_and_says_so() -> None:
    none = replace(made(500, 7), capacity=np.zeros((5, 7)))
    found = checked(none)
    assert not len(found.chosen)
    assert found.value == found.bound == found.gap == 0
    worth_it = none.value > 0
    possible = (none.days >> none.free_from[none.owner(np.arange(none.candidates))]) > 0
    # Of several channels the one that came furthest gives the reason.
    assert (found.left[worth_it & possible] == Left.MINUTES).all()
    assert set(found.left.tolist()) <= {Left.WORTH, Left.MINUTES, Left.DAYS}
    assert len(found.unreached) == np.count_nonzero(none.must & (np.diff(none.start) > 0)) > 0


def test_a_plan_for_nobody_is_empty() -> None:
    found = checked(instance([], WEEK))
    assert (len(found.chosen), found.value, found.gap) == (0, 0.0, 0.0)


def test_a_person_whom_five_teams_owe_hears_of_one_a_day() -> None:
    owed = [{"action": team, "team": team, "owed": True, "value": 2.0 + team} for team in range(5)]
    found = checked(instance([owed], np.full((5, 7), 3.0), cap=0, rest=0))
    assert sorted(found.day.tolist()) == [0, 1, 2, 3, 4]
    assert len(found.chosen) == 5


def test_what_is_owed_moves_to_the_next_day_with_room_or_is_left() -> None:
    owed = [[{"owed": True, "value": value, "minutes": 2.0}] for value in (1.0, 3.0, 2.0)]
    found = checked(instance(owed, [[2.0, 2.0, 1.0]]))
    assert dict(zip(found.chosen.tolist(), found.day.tolist(), strict=True)) == {1: 0, 2: 1}
    assert found.left.tolist() == [Left.MINUTES, -1, -1]


def test_what_is_owed_comes_before_what_is_worth_more() -> None:
    rows = [[{"value": 100.0, "minutes": 2.0}], [{"owed": True, "value": 0.1, "minutes": 2.0}]]
    assert checked(instance(rows, [[3.0]])).chosen.tolist() == [1]


def test_what_was_promised_is_kept_though_the_minutes_were_cut() -> None:
    rows = [[{"promised": 1, "value": 1.0, "minutes": 5.0}], [{"value": 9.0, "minutes": 5.0, "days": 2}]]
    found = checked(instance(rows, [[0.0, 3.0]]))
    assert (found.chosen.tolist(), found.day.tolist()) == ([0], [1])
    assert found.used.tolist() == [[0.0, 5.0]]
    assert found.left.tolist() == [-1, Left.MINUTES]


def test_a_promise_whose_day_went_moves_to_another_and_takes_from_the_cap() -> None:
    rows = [[{"promised": 1, "days": 0b100}, {"action": 1, "value": 5.0}]]
    found = checked(instance(rows, WEEK, cap=1))
    assert (found.chosen.tolist(), found.day.tolist()) == ([0], [2])
    assert found.left.tolist() == [-1, Left.BUDGET]


def test_who_is_in_danger_of_neglect_is_reached_at_a_loss_and_before_others() -> None:
    rows = [[{"value": -1.0, "minutes": 4.0}], [{"value": 50.0, "minutes": 4.0}]]
    found = checked(instance(rows, [[4.0]], must=np.array([True, False])))
    assert found.chosen.tolist() == [0]
    assert found.left.tolist() == [-1, Left.MINUTES] or found.left.tolist() == [-1, Left.WORTH]


def test_more_in_danger_of_neglect_than_minutes_are_named_and_the_bound_still_bounds() -> None:
    crowded = made(1_000, 1, must=1.0, share=0.02)
    found = checked(crowded)
    assert 0 < len(found.unreached) < 1_000
    assert found.value <= found.bound


def test_rest_and_fatigue_keep_contacts_of_one_person_apart() -> None:
    actions = [{"action": action, "value": 5.0} for action in range(4)]
    rested = checked(instance([actions], WEEK, cap=3, rest=2))
    assert len(rested.chosen) == 3
    assert np.diff(np.sort(rested.day)).min() > 2
    tired = checked(instance([actions], WEEK, cap=3, fatigue=3.0))
    assert len(tired.chosen) == 2  # the second costs 3, the third would cost 6
    assert tired.value == 7.0
    assert [reason for reason in tired.left.tolist() if reason != -1] == [Left.BETTER, Left.BETTER]


def test_each_reason_for_leaving_out_is_told() -> None:
    rows = [
        [{"days": 0}],
        [{"value": -1.0}],
        [{"value": 5.0}],
        [{"value": 1.0}, {"action": 1, "value": 2.0}],
    ]
    found = checked(instance(rows, WEEK, cap=np.array([1, 1, 0, 1])))
    assert found.left.tolist() == [Left.DAYS, Left.WORTH, Left.BUDGET, Left.BETTER, -1]


def test_perks_go_to_those_for_whom_they_are_worth_most_within_their_budget() -> None:
    gifts = [[{"value": float(value), "perk": 10.0}] for value in range(1, 9)]
    found = checked(instance(gifts, [[1e3]], perks=35.0))
    assert found.chosen.tolist() == [5, 6, 7]
    assert found.perks_used == 30.0


@pytest.mark.parametrize(
    ("column", "wrong", "said"),
    [
        ("start", [0, 5], "number of candidates"),
        ("value", [np.nan], "a finite amount"),
        ("minutes", [-1.0], "0 or more"),
        ("team", [3], "0 to 0"),
        ("capacity", np.ones((1, 8)), "1 to 7 days"),
        ("cap", [1, 2], r"shape \(1,\)"),
    ],
)
def test_an_instance_that_cannot_be_is_refused(column: str, wrong: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        replace(instance([[{}]], WEEK), **{column: np.array(wrong)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": np.array([6, 6], np.int8)}, "one contact a person and day"),
        ({"day": np.array([0, 1], np.int8)}, "rest between contacts"),
        ({"day": np.array([9, 4], np.int8)}, "days"),
        ({"chosen": np.array([0, 1])}, "an action once"),
        ({"chosen": np.array([0, 3])}, "days"),
        ({"value": 99.0}, "value"),
        ({"bound": 1.0}, "bound"),
        ({"used": np.zeros((1, 7))}, "what is used"),
        ({"unreached": np.array([0])}, "the unreached"),
        ({"left": np.zeros(4, np.int8)}, "reasons"),
    ],
)
def test_the_checker_finds_what_is_broken(change: dict, said: str) -> None:
    rows = [[{"value": 3.0}, {"value": 2.0, "channel": 1}, {"action": 1, "value": 2.0}, {"action": 2, "days": 0}]]
    week = instance(rows, WEEK, cap=2, rest=1)
    right = choose(week)
    check(week, right)
    assert right.chosen.tolist() == [0, 2]
    with pytest.raises(BynameError, match=said):
        check(week, replace(right, **change))


def test_the_checker_finds_a_team_that_works_too_long() -> None:
    rows = [[{"minutes": 6.0}], [{"minutes": 6.0}]]
    wide = instance(rows, [[12.0]])
    with pytest.raises(BynameError, match="team 0, day 0"):
        check(replace(wide, capacity=np.array([[11.0]])), choose(wide))


def test_the_bundle_finds_the_least_of_a_function_with_a_sharp_bottom() -> None:
    """|x - 1| + 2|y - 3| + |x - y| has its least, 2, at x from 1 to 3 and y = 3."""

    def sharp(at: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = at
        signs = np.sign([x - 1, y - 3, x - y])
        return abs(x - 1) + 2 * abs(y - 3) + abs(x - y), np.array([signs[0] + signs[2], 2 * signs[1] - signs[2]])

    found = Planes(sharp, np.array([10.0, 10.0])).least(np.zeros(2), np.array([9.0, 0.0]), within=1e-6, passes=100)
    assert found.value == pytest.approx(2.0, abs=1e-5)
    assert found.floor <= 2.0 + 1e-9
    assert found.at[1] == pytest.approx(3.0, abs=1e-4)


def test_plans_of_crowded_weeks_are_near_the_best_that_there_is() -> None:
    """Seeded: five persons, three actions, two teams, three days, each day with time for one or two contacts."""
    chance = np.random.default_rng(3)
    found, exact = [], []
    for _ in range(40):
        rows = [
            [
                {
                    "action": int(chance.integers(3)),
                    "team": int(chance.integers(2)),
                    "value": float(chance.lognormal()),
                    "minutes": float(chance.integers(1, 5)),
                    "days": int(chance.integers(1, 8)),
                }
                for _ in range(3)
            ]
            for _ in range(5)
        ]
        limits = {"cap": chance.integers(1, 3, 5), "rest": chance.integers(0, 2, 5), "fatigue": 0.3}
        crowded = instance(rows, chance.integers(2, 6, (2, 3)), **limits)
        plan = checked(crowded)
        found.append(plan.value)
        exact.append(best(crowded, plan))
        assert plan.value <= exact[-1] + 1e-6 <= plan.bound + 2e-6
    assert sum(found) > 0.97 * sum(exact)
