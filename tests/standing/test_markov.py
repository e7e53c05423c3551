"""A label that errs makes people seem to move: the hidden Markov model tells who did."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.standing.markov import MISSING, confusion_of, smooth

STATES = 5
type Array = np.ndarray[Any, Any]


def simulated(people: int, days: int, stay: float, accuracy: float, seed: int = 0) -> tuple[Array, Array, Array]:
    """True states, labels and the transitions."""
    rng = np.random.default_rng(seed)
    moves = np.full((STATES, STATES), (1 - stay) / (STATES - 1))
    np.fill_diagonal(moves, stay)
    true = np.zeros((people, days), dtype=np.int8)
    true[:, 0] = rng.integers(0, STATES, people)
    for day in range(1, days):
        step = np.cumsum(moves[true[:, day - 1]], axis=1)
        true[:, day] = (rng.random((people, 1)) > step).sum(axis=1)
    wrong = rng.random((people, days)) > accuracy
    labels = np.where(wrong, (true + rng.integers(1, STATES, (people, days))) % STATES, true).astype(np.int8)
    return true, labels, moves


def confusion(accuracy: float) -> Array:
    table = np.full((STATES, STATES), (1 - accuracy) / (STATES - 1))
    np.fill_diagonal(table, accuracy)
    return table


def test_counting_labels_triples_the_movers_and_smoothing_finds_them() -> None:
    """TERMS: 8.2% who move become 24.4% by a label of 90% accuracy, 8.3% smoothed."""
    true, labels, moves = simulated(20_000, 12, 1 - 0.082, 0.9)
    found = smooth(labels, confusion(0.9))
    moved = (true[:, 1:] != true[:, :-1]).mean()
    naive = (labels[:, 1:] != labels[:, :-1]).mean()
    smoothed = np.nanmean(found.moved)
    assert moved == pytest.approx(0.082, abs=0.002)
    assert naive == pytest.approx(0.244, abs=0.01)
    assert smoothed == pytest.approx(moved, rel=0.05)
    assert found.transitions == pytest.approx(moves, abs=0.01)
    assert (found.path == true).mean() > 0.95 > (labels == true).mean()


def test_it_is_what_counting_every_path_gives() -> None:
    rng = np.random.default_rng(3)
    labels = np.array([[0, 1, 0], [2, MISSING, 2], [MISSING, 1, 1], [MISSING, MISSING, 0]], dtype=np.int8)
    table = rng.dirichlet(np.full(3, 1.0), 3) * 0.4 + 0.6 * np.eye(3)
    found = smooth(labels, table)
    moves = found.transitions
    for row in range(2):  # the two that are there from the first day on
        weights: dict[tuple[int, ...], float] = {}
        for path in product(range(3), repeat=3):
            chance = 1.0
            for day, state in enumerate(path):
                chance *= moves[path[day - 1], state] if day else 1.0
                chance *= table[state, labels[row, day]] if labels[row, day] != MISSING else 1.0
            weights[path] = chance
        first = _first(found, labels, table)
        weights = {path: chance * first[path[0]] for path, chance in weights.items()}
        whole = sum(weights.values())
        for day in (1, 2):
            changed = sum(chance for path, chance in weights.items() if path[day] != path[day - 1]) / whole
            assert found.moved[row, day - 1] == pytest.approx(changed, abs=1e-3)
        assert tuple(found.path[row]) == max(weights, key=lambda path: weights[path])


def _first(found: Any, labels: Array, table: Array) -> Array:
    """The first distribution at which expectation-maximisation rests, by brute force."""
    first = np.full(3, 1 / 3)
    for _ in range(400):
        starts = np.zeros(3)
        for row in labels:
            begin = int((row != MISSING).argmax())
            behind = np.ones(3)
            for day in range(len(row) - 1, begin, -1):
                said = table[:, row[day]] if row[day] != MISSING else np.ones(3)
                behind = found.transitions @ (said * behind)
            here = first * table[:, row[begin]] * behind
            starts += here / here.sum()
        first = (starts + 0.5) / (starts + 0.5).sum()
    return first


def test_who_was_not_there_yet_has_no_path_and_moved_nowhere() -> None:
    labels = np.array([[MISSING, MISSING, 3], [MISSING, 1, 1]], dtype=np.int8)
    found = smooth(labels, confusion(0.9))
    assert found.path.tolist() == [[MISSING, MISSING, 3], [MISSING, 1, 1]]
    assert np.isnan(found.moved[0]).all()
    assert np.isnan(found.moved[1, 0])
    assert found.counts.sum() == pytest.approx(1)


def test_a_day_without_a_label_is_bridged() -> None:
    labels = np.array([[2, MISSING, 2]] * 50, dtype=np.int8)
    assert (smooth(labels, confusion(0.9)).path == 2).all()


@pytest.mark.parametrize("shape", [(0, 4), (3, 1), (3, 0)])
def test_there_may_be_nobody_or_no_past(shape: tuple[int, int]) -> None:
    found = smooth(np.zeros(shape, dtype=np.int8), confusion(0.8))
    assert found.path.shape == shape
    assert found.transitions.sum(axis=1) == pytest.approx(np.ones(STATES))


def test_the_confusion_is_what_calibrated_probabilities_imply() -> None:
    rng = np.random.default_rng(5)
    chances = rng.dirichlet(np.full(STATES, 0.3), 200_000)
    labels = chances.argmax(axis=1)
    true = (rng.random((len(chances), 1)) > np.cumsum(chances, axis=1)).sum(axis=1)
    real = np.array([[np.mean(labels[true == state] == said) for said in range(STATES)] for state in range(STATES)])
    assert confusion_of(chances, labels) == pytest.approx(real, abs=0.01)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(-1, STATES - 1), min_size=4, max_size=4), min_size=1, max_size=30))
def test_what_comes_out_are_probabilities_and_the_order_of_people_is_nothing(rows: list[list[int]]) -> None:
    labels = np.array(rows, dtype=np.int8)
    one, other = smooth(labels, confusion(0.85)), smooth(labels[::-1], confusion(0.85))
    assert one.transitions.sum(axis=1) == pytest.approx(np.ones(STATES))
    assert np.nanmin(one.moved, initial=0) >= -1e-6
    assert np.nanmax(one.moved, initial=0) <= 1 + 1e-6
    assert one.path[::-1].tolist() == other.path.tolist()
    pairs = (np.cumsum(labels != MISSING, axis=1) > 0)[:, :-1].sum(axis=0)
    assert one.counts.sum(axis=(1, 2)) == pytest.approx(pairs, abs=1e-6)


def test_a_quarter_unlike_the_others_is_seen_as_it_was() -> None:
    """A price rise: in the last step a fifth of one standing leaves it, eight times as many as usual."""
    for seed in range(3):
        true, labels, _ = simulated(5_000, 9, 0.9, 0.8, seed)
        rng = np.random.default_rng(100 + seed)
        gone = (true[:, -2] == 0) & (rng.random(len(true)) < 0.2)
        true[gone, -1] = 1
        labels[gone, -1] = np.where(rng.random(gone.sum()) < 0.8, 1, rng.integers(2, STATES, gone.sum()))
        found = smooth(labels, confusion(0.8))
        share = found.counts[-1, 0, 1] / found.counts[-1, 0].sum()
        real = (true[true[:, -2] == 0, -1] == 1).mean()
        assert share == pytest.approx(real, abs=0.05)
        assert np.isfinite(found.usual[-1])
        assert np.isinf(found.usual[:-1]).sum() >= 6
        assert np.nanmean(found.moved[:, -1]) == pytest.approx((true[:, -1] != true[:, -2]).mean(), rel=0.12)


def test_where_quarters_are_alike_they_are_taken_so() -> None:
    chosen = [smooth(simulated(2_000, 6, 0.92, 0.85, seed)[1], confusion(0.85)).usual for seed in range(4)]
    assert np.isinf(chosen).mean() >= 0.9


def test_what_labels_leave_open_is_what_counting_every_path_gives() -> None:
    """Two days, so that the first standing and the move are all there is: the variance by enumeration."""
    rng = np.random.default_rng(9)
    labels = rng.integers(0, 3, (40, 2)).astype(np.int8)
    table = rng.dirichlet(np.full(3, 1.0), 3) * 0.4 + 0.6 * np.eye(3)
    found = smooth(labels, table)
    first = _first(found, labels, table)
    joint = np.stack(
        [first[:, None] * table[:, [one]] * found.transitions * table[:, two][None, :] for one, two in labels]
    )
    joint /= joint.sum(axis=(1, 2), keepdims=True)
    share = joint.sum(axis=0) / joint.sum(axis=(0, 2))[:, None]
    wanted = np.zeros((3, 3))
    for one, other in product(range(3), repeat=2):
        score = np.zeros((3, 3))
        score[one] = -share[one, other]
        score[one, other] += 1
        mean = (joint * score).sum(axis=(1, 2))
        wanted[one, other] = ((joint * score**2).sum(axis=(1, 2)) - mean**2).sum()
    assert found.doubt[0] == pytest.approx(wanted, rel=1e-3, abs=1e-4)
    assert smooth(labels, np.eye(3) * (1 - 3e-12) + 1e-12).doubt == pytest.approx(np.zeros((1, 3, 3)), abs=1e-6)


def test_learning_from_a_part_of_many_people_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    _, labels, _ = simulated(20_000, 6, 0.9, 0.85)
    whole = smooth(labels, confusion(0.85))
    monkeypatch.setattr("byname.standing.markov._LEARNED_FROM", 5_000)
    part = smooth(labels, confusion(0.85))
    assert part.transitions == pytest.approx(whole.transitions, abs=0.015)
    assert np.mean(part.path == whole.path) > 0.99
    assert part.counts.sum() == pytest.approx(whole.counts.sum())


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(STATES)), st.integers(0, 1000))
def test_other_names_for_the_standings_change_nothing_else(order: list[int], seed: int) -> None:
    _, labels, _ = simulated(60, 5, 0.8, 0.9, seed)
    labels[:10, :2] = MISSING
    rng = np.random.default_rng(seed)
    table = 0.8 * np.eye(STATES) + 0.2 * rng.dirichlet(np.ones(STATES), STATES)
    names = np.array(order)
    renamed = np.where(labels == MISSING, MISSING, names[labels]).astype(np.int8)
    turned = np.empty_like(table)
    turned[np.ix_(names, names)] = table
    plain, other = smooth(labels, table), smooth(renamed, turned)
    assert other.transitions[np.ix_(names, names)] == pytest.approx(plain.transitions, abs=1e-6)
    assert other.moved == pytest.approx(plain.moved, abs=1e-5, nan_ok=True)
