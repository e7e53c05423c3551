"""The pass over all people as one query, so that the engine that holds the candidates can do it.

It gives one row for each team and day: the minutes and perk money that people would use at these prices, and what they
gain. The prices themselves are looked for on a sample by the driver (`pricing`), so few passes are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.plan.choosing.instance import MOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.plan.choosing.firsts import Firsts
    from byname.plan.choosing.open import Open
    from byname.plan.choosing.passes import Pass

__all__ = ["PRICED", "everybody", "tables"]

# The numbers of the grain are those of the kernel: JITTER_PERSON and what follows it.
PRICED = statement(
    "plan.priced",
    """
    with offers as (
        select candidates.person, candidates.action, candidates.place, candidates.team, candidates.minutes,
               candidates.perk, prices.day, people.cap, people.rest, people.first, people.step, people.must,
               candidates.value - $perk_price * candidates.perk - prices.price * candidates.minutes
               + $grain * cast(
                   (candidates.person * 40503 + (prices.day + 1) * (candidates.action * 331 + 9973)) % 1009 as double
               ) / 1009e0 as w
        from candidates
        join prices on prices.team = candidates.team
                   and cast(floor(cast(candidates.days as double) / nullif(prices.bit, 0)) as bigint) % 2 = 1
        join people on people.person = candidates.person
        where people.cap > 0
    ),
    best as (
        select * from offers
        where w > first or must
        qualify row_number() over (partition by person, action, day order by w desc, place) = 1
    ),
    more as (select * from best where cap > 1 and w > first + step),
    sets as (
        select person, 1 as contacts, w - first as total, day as day_1, team as team_1, minutes as minutes_1,
               perk as perk_1, place as place_1, w as w_1, 0 as day_2, 0 as team_2, 0e0 as minutes_2, 0e0 as perk_2,
               0 as place_2, 0e0 as w_2, 0 as day_3, 0 as team_3, 0e0 as minutes_3, 0e0 as perk_3, 0 as place_3
        from best
        union all
        select a.person, 2 as contacts, a.w + b.w - (2e0 * a.first + a.step) as total, a.day, a.team, a.minutes,
               a.perk, a.place, a.w, b.day, b.team, b.minutes, b.perk, b.place, b.w, 0, 0, 0e0, 0e0, 0
        from more as a
        join more as b on b.person = a.person and b.day - a.day > a.rest and b.action <> a.action
        union all
        select a.person, 3 as contacts, a.w + b.w + c.w - (3e0 * a.first + 3e0 * a.step) as total, a.day, a.team,
               a.minutes, a.perk, a.place, a.w, b.day, b.team, b.minutes, b.perk, b.place, b.w, c.day, c.team,
               c.minutes, c.perk, c.place
        from more as a
        join more as b on b.person = a.person and b.day - a.day > a.rest and b.action <> a.action
        join more as c on c.person = a.person and c.day - b.day > a.rest and c.action <> a.action
                      and c.action <> b.action
        where a.cap > 2 and a.w > a.first + 2e0 * a.step and b.w > a.first + 2e0 * a.step
          and c.w > a.first + 2e0 * a.step
    ),
    taken as (
        select * from sets
        qualify row_number() over (
            partition by person
            order by total desc, contacts, day_1, day_2, day_3, w_1 desc, place_1, w_2 desc, place_2, place_3
        ) = 1
    ),
    used as (
        select team_1 as team, day_1 as day, minutes_1 as minutes, perk_1 as perk, total as gain from taken
        union all
        select team_2, day_2, minutes_2, perk_2, 0e0 from taken where contacts > 1
        union all
        select team_3, day_3, minutes_3, perk_3, 0e0 from taken where contacts > 2
    )
    select team, day, cast(sum(minutes) as double) as minutes, cast(sum(perk) as double) as perk,
           cast(sum(gain) as double) as gain
    from used
    group by team, day
    """,
)


def tables(rest: Open) -> tuple[pa.Table, pa.Table]:
    """Write what is open as two tables: candidates and people, by numbers.

    Returns:
        person, place, action, team, value, minutes, perk, days; and person, cap, rest, first (what a person's first
        contact costs in fatigue), step (by how much more each further one), must.
    """
    people = len(rest.cap)
    step = rest.fatigue.astype(np.float64)
    candidates = {
        "person": np.repeat(np.arange(people, dtype=np.int64), np.diff(rest.start)),
        "place": np.arange(len(rest.action), dtype=np.int64),
        "action": rest.action.astype(np.int64),
        "team": rest.team.astype(np.int64),
        "value": rest.value,
        "minutes": rest.minutes.astype(np.float64),
        "perk": rest.perk.astype(np.float64),
        "days": rest.days.astype(np.int64),
    }
    limits = {
        "person": np.arange(people, dtype=np.int64),
        "cap": np.minimum(rest.cap, MOST).astype(np.int64),
        "rest": rest.rest.astype(np.int64),
        "first": step * rest.had,
        "step": step,
        "must": rest.must,
    }
    return pa.table(candidates), pa.table(limits)


def everybody(engine: Engine) -> Callable[[Firsts], Pass]:
    """Let an engine make the passes over all: `choose(instance, everybody=everybody(engine))`."""

    def made(first: Firsts) -> Pass:
        from byname.plan.choosing.passes import grain

        candidates, people = (engine.arrow(table) for table in tables(first.rest))
        shape, little = first.room.shape, grain(first.rest)

        def gains(at: NDArray[np.float64], lots: float = little) -> tuple[float, NDArray[np.float64]]:
            found = _pass(engine, candidates, people, at, shape, lots)
            used = np.zeros(shape)
            used[found.column("team").to_numpy(), found.column("day").to_numpy()] = found.column("minutes").to_numpy()
            gain, perks = (float(found.column(name).to_numpy().sum()) for name in ("gain", "perk"))
            return gain, -np.append(used.ravel(), perks)

        return gains

    return made


def _pass(
    engine: Engine, candidates: Table, people: Table, at: NDArray[np.float64], shape: tuple[int, int], grain: float
) -> pa.Table:
    team, day = (axis.ravel().astype(np.int64) for axis in np.indices(shape))
    prices = engine.arrow(pa.table({"team": team, "day": day, "bit": 2.0**day, "price": at[:-1]}))
    table = engine.run(
        PRICED, candidates=candidates, people=people, prices=prices, perk_price=float(at[-1]), grain=grain
    )
    found = engine.fetch(table, order_by=("team", "day"))
    for done in (table, prices):
        engine.drop(done)
    return found
