"""The best plan of a small instance, by trying all; and small instances by chance."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from byname.plan.choosing import MOST, Choice, Instance


def instance(people: list[list[dict]], capacity: Any, perks: float = np.inf, **limits: Any) -> Instance:
    """One list of candidates a person; a candidate's columns have plain defaults."""
    rows = [row for person in people for row in person]
    count = len(people)

    def column(name: str, default: float, kind: type) -> np.ndarray:
        return np.array([row.get(name, default) for row in rows], kind)

    return Instance(
        start=np.cumsum([0, *map(len, people)]),
        action=column("action", 0, np.int16),
        channel=column("channel", 0, np.int8),
        team=column("team", 0, np.int16),
        value=column("value", 1.0, np.float64),
        minutes=column("minutes", 1.0, np.float32),
        perk=column("perk", 0.0, np.float32),
        owed=column("owed", False, np.bool_),
        days=column("days", 127, np.uint8),
        promised=column("promised", -1, np.int8),
        capacity=np.array(capacity, np.float64),
        perks=perks,
        **{
            name: np.broadcast_to(np.array(limits.get(name, default)), (count,)).astype(kind)
            for name, default, kind in (
                ("cap", 1, np.uint8),
                ("fatigue", 0.0, np.float32),
                ("must", False, np.bool_),
                ("rest", 0, np.uint8),
                ("free_from", 0, np.uint8),
            )
        },
    )


def _plans(made: Instance, i: int, fixed: dict[int, int]) -> list[tuple[float, np.ndarray, float, bool]]:
    """Everything that person i may get: value less fatigue, minutes, perks, and whether anything."""
    width = made.capacity.shape[1]
    own = range(made.start[i], made.start[i + 1])
    choices = [
        [fixed[j]]
        if j in fixed
        else [-1]
        if made.owed[j] or made.promised[j] >= 0
        else [-1, *(d for d in range(made.free_from[i], width) if made.days[j] >> d & 1)]
        for j in own
    ]
    held = sum(1 for j in own if j in fixed and not made.owed[j])
    room = min(max(int(made.cap[i]) - held, 0), MOST)
    plans = []
    for days in product(*choices):
        taken = [(j, d) for j, d in zip(own, days, strict=True) if d >= 0]
        if sum(1 for j, _ in taken if j not in fixed) > room or len({made.action[j] for j, _ in taken}) < len(taken):
            continue
        if any(
            d == e or (abs(d - e) <= made.rest[i] and not (j in fixed and k in fixed))
            for n, (j, d) in enumerate(taken)
            for k, e in taken[:n]
        ):
            continue
        used = np.zeros(made.capacity.shape)
        for j, d in taken:
            used[made.team[j], d] += made.minutes[j]
        count = len(taken)
        value = sum(float(made.value[j]) for j, _ in taken) - float(made.fatigue[i]) * count * (count - 1) / 2
        plans.append((value, used, sum(float(made.perk[j]) for j, _ in taken), count > 0))
    return plans


def best(made: Instance, choice: Choice) -> float:
    """The most that a plan is worth which keeps the firsts where they are and reaches whom the choice reaches."""
    fixed = {
        int(j): int(d) for j, d in zip(choice.chosen, choice.day, strict=True) if made.owed[j] or made.promised[j] >= 0
    }
    reached = set(made.owner(choice.chosen).tolist())
    found = -np.inf
    capacity = made.capacity.copy()
    for j, d in fixed.items():
        if made.promised[j] == d:
            kept = sum(float(made.minutes[k]) for k, e in fixed.items() if e == d and made.team[k] == made.team[j])
            capacity[made.team[j], d] = max(capacity[made.team[j], d], kept)
    perks = max(made.perks, sum(float(made.perk[j]) for j in fixed))

    def search(i: int, value: float, used: np.ndarray, spent: float) -> None:
        nonlocal found
        if i == made.people:
            found = max(found, value)
            return
        for more, minutes, perk, any_ in options[i]:
            if made.must[i] and i in reached and not any_:
                continue
            if spent + perk <= perks + 1e-6 and (used + minutes <= capacity + 1e-6).all():
                search(i + 1, value + more, used + minutes, spent + perk)

    options = [_plans(made, i, fixed) for i in range(made.people)]
    search(0, 0.0, np.zeros(made.capacity.shape), 0.0)
    return found


@st.composite
def instances(draw: st.DrawFn, *, days: int = 7, people: int = 4, candidates: int = 3) -> Instance:
    """Small, and with every trap: nothing to give, values below nothing, promises in each other's way."""
    teams = draw(st.integers(1, 2))
    width = draw(st.integers(1, days))
    amounts = st.sampled_from([-2.0, 0.0, 0.5, 1.0, 3.0, 4.25, 7.0])
    candidate = st.fixed_dictionaries(
        {
            "action": st.integers(0, 2),
            "channel": st.integers(0, 1),
            "team": st.integers(0, teams - 1),
            "value": amounts,
            "minutes": st.sampled_from([0.0, 1.0, 2.5, 4.0]),
            "perk": st.sampled_from([0.0, 0.0, 1.0, 2.0]),
            "owed": st.sampled_from([False, False, False, True]),
            "days": st.integers(0, 2**width - 1),
            "promised": st.sampled_from([-1, -1, -1, -1, 0, 1]),
        }
    )
    count = draw(st.integers(0, people))
    rows = [draw(st.lists(candidate, max_size=candidates)) for _ in range(count)]
    limits = {
        "cap": st.integers(0, 4),
        "fatigue": st.sampled_from([0.0, 0.5, 2.0]),
        "must": st.sampled_from([False, False, True]),
        "rest": st.integers(0, 3),
        "free_from": st.integers(0, 2),
    }
    return instance(
        rows,
        [[draw(st.sampled_from([0.0, 1.0, 3.0, 8.0, np.inf])) for _ in range(width)] for _ in range(teams)],
        draw(st.sampled_from([0.0, 1.0, 3.0, np.inf])),
        **{name: np.array([draw(values) for _ in range(count)]).reshape(count) for name, values in limits.items()},
    )
