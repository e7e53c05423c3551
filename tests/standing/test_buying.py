"""What buying says is held against the person's own pace."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.standing.buying import Days, Pace, after_incidents, buying, typical_gap, using

DAY = 20_000


def days(*people: list[int], spent: float = 10.0) -> Days:
    """Days ago, a list a person."""
    person = np.array([place for place, ago in enumerate(people) for _ in ago], dtype=np.int64)
    day = np.array([DAY - one for ago in people for one in ago], dtype=np.int64)
    return Days.of(len(people), person, day, np.full(len(day), spent))


def says(of: Days, day: int = DAY, usual: float = 30.0) -> dict[str, np.ndarray]:
    return buying(of, Pace.at(of, day, usual), day)


def test_who_buys_once_a_year_is_not_late_in_march_but_who_buys_weekly_is() -> None:
    yearly, weekly = [830, 465, 100], [*range(100, 400, 7)]
    found = says(days(yearly, weekly))
    assert found["late"][0] == found["lapsed"][0] == 0
    assert found["lapsed"][1] == 1
    assert found["steady"][1] == 0


def test_steady_takes_two_own_cycles() -> None:
    found = says(days([60, 30], [90, 60, 30], [*range(10, 400, 30)]))
    assert found["steady"][0] == 0
    assert 0 < found["steady"][1] < found["steady"][2] == 1


def test_one_purchase_is_no_pace() -> None:
    found = says(days([700]))
    assert found["late"][0] == found["lapsed"][0] == found["steady"][0] == 0
    assert found["bought"][0] == 1


def test_growing_and_shrinking_are_told_by_the_halves_of_the_time() -> None:
    grows, shrinks = [720, 500, *range(0, 330, 20)], [720, *range(400, 720, 20), 200, 20]
    found = says(days(grows, shrinks))
    assert found["growing"][0] > 0.9
    assert found["shrinking"][0] == 0
    assert found["shrinking"][1] > 0.9


def test_nothing_after_the_day_is_seen() -> None:
    whole, cut = days([300, 200, 100, 10, 5]), days([300, 200, 100])
    for name, strength in says(whole, DAY - 50).items():
        assert strength == pytest.approx(says(cut, DAY - 50)[name]), name


def test_the_typical_gap_is_the_median_of_what_was_known() -> None:
    of = days([90, 60, 30], [100, 0])
    assert typical_gap(of, DAY) == pytest.approx(30)
    assert typical_gap(days([5], [7]), DAY) == 90.0


def test_silence_after_an_incident_is_told_from_buying_on() -> None:
    of = days([400, 300, 200], [400, 300, 200, 90], [400])
    incident = np.array([DAY - 190, DAY - 190, -1])
    on, silent = after_incidents(incident, of, Pace.at(of, DAY, 60.0), DAY)
    assert on.tolist() == [-1, DAY - 90, -1]
    assert silent[0] > 0
    assert silent[1] == silent[2] == 0


def test_use_is_held_against_the_habit_of_before() -> None:
    habit = [*range(30, 112, 3)]
    found = using(days(habit, [*habit, *range(0, 28, 3)], [50, 10]), DAY)
    assert found["uses_less"].tolist() == [1, 0, 0]
    assert found["uses_steadily"][1] == 1
    assert found["uses_steadily"][2] == 0


def test_nobody_bought_at_all() -> None:
    of = days([], [])
    assert typical_gap(of, DAY) == 90.0
    assert all((strength == 0).all() for strength in says(of).values())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.integers(0, 2_000), max_size=30), min_size=1, max_size=4))
def test_every_strength_is_between_nothing_and_whole(people: list[list[int]]) -> None:
    of = days(*people)
    found = says(of) | using(of, DAY)
    for name, strength in found.items():
        assert np.isfinite(strength).all(), name
        assert ((strength >= 0) & (strength <= 1)).all(), name
    assert (found["steady"] + np.maximum(found["late"], found["lapsed"]) <= 1 + 1e-9).all()
