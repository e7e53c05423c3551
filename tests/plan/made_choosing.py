"""Instances by chance: 10 actions x 3 channels, 5 teams, 5.8 candidates a person, 15% of the minutes they would take.

Worth of a person and effect of an action are lognormal, minutes go with the channel; in a week seven persons of ten are
free on all working days and three on days of their own, and the weekend's teams are small.
"""

from __future__ import annotations

import numpy as np

from byname.plan.choosing import Instance

ACTIONS, CHANNELS, TEAMS, EACH = 10, 3, 5, 5.8
WEEK = np.array([1.0, 1.0, 1.0, 1.0, 0.8, 0.3, 0.1])


def made(
    people: int, days: int = 1, *, seed: int = 1, owed: float = 0.0, must: float = 0.01, share: float = 0.15
) -> Instance:
    """Make an instance.

    Args:
        people: how many.
        days: 1 or 7.
        seed: of chance.
        owed: the share of candidates that is owed.
        must: the share of people in danger of neglect.
        share: of the minutes of one candidate a person, what the teams have.
    """
    chance = np.random.default_rng(seed)
    each = chance.binomial(ACTIONS * CHANNELS, EACH / (ACTIONS * CHANNELS), people)
    start = np.zeros(people + 1, np.int64)
    np.cumsum(each, out=start[1:])
    count = int(start[-1])
    owner = np.repeat(np.arange(people, dtype=np.int32), each)
    # A walk over actions x channels with a stride that shares no factor with their number: nothing twice.
    stride = np.array([1, 7, 11, 13, 17, 19, 23, 29], np.int32)[chance.integers(0, 8, people)]
    pair = chance.integers(0, ACTIONS * CHANNELS, people).astype(np.int32)[owner]
    pair += (np.arange(count) - start[owner]).astype(np.int32) * stride[owner]
    pair %= ACTIONS * CHANNELS
    action, channel = (pair // CHANNELS).astype(np.int16), (pair % CHANNELS).astype(np.int8)
    del pair
    worth = chance.lognormal(3, 1, people)
    value = np.empty(count)
    for part in (slice(low, low + 5_000_000) for low in range(0, count, 5_000_000)):
        effect = chance.lognormal(-2.5, 0.8, len(value[part])) * (1 + 0.3 * channel[part])
        value[part] = worth[owner[part]] * effect - 0.3
    minutes = np.array([2.0, 5.0, 12.0], np.float32)[channel]
    minutes *= (1 + 0.1 * action).astype(np.float32)
    perk = np.zeros(count, np.float32)
    gifts = np.flatnonzero(action == ACTIONS - 1)
    perk[gifts] = chance.uniform(2, 10, len(gifts))
    team = (action % TEAMS).astype(np.int16)
    possible = np.ones(people, np.uint8)
    if days > 1:
        own = chance.random(people) < 0.3
        possible = np.where(own, chance.integers(1, 128, people), 0b0011111).astype(np.uint8)
    week = WEEK[:days] / WEEK[:days].sum()
    rests = 4 if days > 1 else 1
    return Instance(
        start=start,
        action=action,
        channel=channel,
        team=team,
        value=value,
        minutes=minutes,
        perk=perk,
        owed=chance.random(count, np.float32) < owed,
        days=possible[owner],
        promised=np.full(count, -1, np.int8),
        cap=1 + (chance.random(people) < 0.3) + (chance.random(people) < 0.1),
        fatigue=chance.lognormal(-0.5, 0.5, people),
        must=chance.random(people) < must,
        rest=chance.integers(0, rests, people),
        free_from=chance.integers(0, rests, people),
        capacity=share * np.array([[minutes[team == one].sum(dtype=float)] for one in range(TEAMS)]) / EACH * week,
        perks=people * 0.15,
    )
