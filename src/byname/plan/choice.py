"""The candidates of a company as the choice takes them, and what it chose as tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.plan.choosing import Instance, choose
from byname.plan.choosing.by_query import everybody
from byname.plan.worth import WEARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.plan.choosing import Choice
    from byname.playbooks.playbook import Playbook

__all__ = ["Chosen", "chosen", "prices_kept", "prices_said"]

_ON_THE_DRIVER = 100_000_000  # candidates
_NAMED_LEFT = 1_000  # so many of those left out are named, the most valuable first; of the others the numbers stand

# One row a person who has a candidate, in the order of the candidates.
LIMITS = statement(
    "plan.limits",
    """
    with counted as (select person_id, count(*) as candidates from valued group by person_id)
    select counted.person_id, counted.candidates,
           greatest(
               coalesce(pace.most, 0) - greatest(coalesce(profile.contacts_window, 0), coalesce(pace.had, 0)), 0
           ) as cap,
           coalesce(pace.rest_days, 0) as rest,
           greatest(coalesce(pace.rest_days, 0) - coalesce(profile.days_since_contact, 9999), 0) as free_from,
           coalesce(pace.open_days, 0) as open_days, greatest(profile.clv, 0e0) as clv, profile.neglected
    from counted
    join profile on profile.person_id = counted.person_id
    left join pace on pace.person_id = counted.person_id
    """,
)


@dataclass(frozen=True)
class Chosen:
    """What was chosen, in numbers that stand for names.

    Attributes:
        rows: person_id, action, channel, day (0 is the as-of day), value, unsure, minutes, price (of a minute on that
            day), owed; one row a contact.
        left: person_id, action, channel, value, minutes, price (the lowest of the week), why (a `choosing.Left`); the
            most valuable of those who were left out.
        counts: action, why, worth_it (worth doing, had the team the time), people: all who were left out.
        choice: what the choice says of itself.
    """

    rows: pa.Table
    left: pa.Table
    counts: pa.Table
    choice: Choice


def chosen(
    engine: Engine,
    valued: Table,
    *,
    profile: Table,
    pace: Table,
    playbooks: Sequence[Playbook],
    channels: Sequence[str],
    capacity: NDArray[np.float64],
    perks: float,
    prices: NDArray[np.float64] | None,
) -> Chosen:
    """Choose for everybody under the limits on all.

    Args:
        engine: where the tables are.
        valued: what each candidate is worth.
        profile: one row a person.
        pace: how often each may hear from us.
        playbooks: by their numbers.
        channels: by their numbers.
        capacity: minutes of each team on each day.
        perks: money left for gifts.
        prices: of an earlier plan, to begin with.
    """
    candidates = engine.fetch(valued, order_by=("person_id", "action_number", "channel_number"))
    people = engine.fetch(engine.run(LIMITS, valued=valued, profile=profile, pace=pace), order_by=("person_id",))
    instance = _instance(candidates, people, capacity, perks)
    # Beyond what one machine passes over in seconds, a distributed engine makes the passes where its rows are.
    by_query = everybody(engine) if engine.kind == "spark" and instance.candidates > _ON_THE_DRIVER else None
    choice = choose(instance, prices=prices, everybody=by_query)
    rows = _rows(candidates, instance, choice, playbooks, channels)
    return Chosen(rows, *_left_out(candidates, instance, choice, playbooks, channels), choice)


def _rows(
    candidates: pa.Table, instance: Instance, choice: Choice, playbooks: Sequence[Playbook], channels: Sequence[str]
) -> pa.Table:
    names = np.array([playbook.action for playbook in playbooks], dtype=object)
    ways = np.array(channels, dtype=object)
    rows = candidates.take(pa.array(choice.chosen)).select(["person_id", "value", "unsure", "minutes", "owed"])
    team = instance.team[choice.chosen]
    return (
        rows.append_column("action", pa.array(names[instance.action[choice.chosen]], pa.string()))
        .append_column("channel", pa.array(ways[instance.channel[choice.chosen]], pa.string()))
        .append_column("day", pa.array(choice.day, pa.int64()))
        .append_column("price", pa.array(choice.prices[team, choice.day], pa.float64()))
    )


def _instance(candidates: pa.Table, people: pa.Table, capacity: NDArray[np.float64], perks: float) -> Instance:
    counts = _column(people, "candidates")
    start = np.concatenate([[0], np.cumsum(counts)])
    open_days = np.repeat(_column(people, "open_days"), counts)
    due, team = _column(candidates, "due", -1), _column(candidates, "team_number")
    return Instance(
        start=start,
        action=_column(candidates, "action_number"),
        channel=_column(candidates, "channel_number"),
        team=team,
        value=_column(candidates, "value"),
        minutes=_column(candidates, "minutes"),
        perk=_column(candidates, "perk"),
        owed=_column(candidates, "owed"),
        days=open_days,
        promised=_promised(due, open_days & _working(capacity)[team]).astype(np.int8),
        cap=np.minimum(_column(people, "cap"), 255),
        fatigue=(WEARY * _column(people, "clv")).astype(np.float32),
        must=_column(people, "neglected"),
        rest=np.minimum(_column(people, "rest"), 255),
        free_from=np.minimum(_column(people, "free_from"), 255),
        capacity=capacity,
        perks=perks,
    )


def _working(capacity: NDArray[np.float64]) -> NDArray[np.int64]:
    """The days on which each team works, as bits."""
    found: NDArray[np.int64] = ((capacity > 0) << np.arange(capacity.shape[1])).sum(axis=1)
    return found


def _promised(due: NDArray[np.int64], days: NDArray[np.int64]) -> NDArray[np.int64]:
    """The last day on which a promise is still kept in time: it keeps that day, whatever else there is to do.

    Who promised a day told it to the person, so no later plan takes it back. -1: nothing was promised for this week, or
    no day of it suits both; then it is owed, and goes as soon as there is a minute.
    """
    in_time = np.where(due >= 0, days & ((1 << (np.maximum(due, 0) + 1)) - 1), 0)
    last = np.floor(np.log2(np.maximum(in_time, 1))).astype(np.int64)  # exact: seven bits
    found: NDArray[np.int64] = np.where(in_time > 0, last, -1)
    return found


def _column(table: pa.Table, name: str, null: float = 0) -> NDArray[Any]:
    import pyarrow.compute as pc

    column = table.column(name)
    found: NDArray[Any] = (pc.fill_null(column, null) if column.null_count else column).to_numpy()
    return found


def _left_out(
    candidates: pa.Table, instance: Instance, choice: Choice, playbooks: Sequence[Playbook], channels: Sequence[str]
) -> tuple[pa.Table, pa.Table]:
    """The best way of each person and action that was not chosen; the most valuable by name, all by number."""
    place = np.flatnonzero(choice.left >= 0)
    owner, action = instance.owner(place), instance.action[place]
    best = place[np.lexsort((-instance.value[place], action, owner))]
    owner, action = instance.owner(best), instance.action[best]
    first = np.ones(len(best), np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (action[1:] != action[:-1])
    best = best[first]
    named = best[np.argsort(-instance.value[best], kind="stable")[:_NAMED_LEFT]]
    names = np.array([playbook.action for playbook in playbooks], dtype=object)
    rows = candidates.take(pa.array(named)).select(["person_id", "value", "minutes"])
    rows = (
        rows.append_column("action", pa.array(names[instance.action[named]], pa.string()))
        .append_column("channel", pa.array(np.array(channels, dtype=object)[instance.channel[named]], pa.string()))
        .append_column("why", pa.array(choice.left[named], pa.int64()))
        .append_column("price", pa.array(choice.prices.min(axis=1)[instance.team[named]], pa.float64()))
    )
    worth_it = instance.value[best] > 0
    kinds, people = np.unique(
        np.stack([instance.action[best], choice.left[best], worth_it], axis=1), axis=0, return_counts=True
    )
    counts = pa.table(
        {
            "action": pa.array(names[kinds[:, 0]] if len(kinds) else [], pa.string()),
            "why": pa.array(kinds[:, 1] if len(kinds) else [], pa.int64()),
            "worth_it": pa.array(kinds[:, 2] == 1 if len(kinds) else [], pa.bool_()),
            "people": pa.array(people if len(kinds) else [], pa.int64()),
        }
    )
    return rows, counts


def prices_said(prices: NDArray[np.float64]) -> str:
    """Prices as a model keeps them, so that tomorrow's plan begins with today's."""
    return json.dumps({"prices": [[round(float(price), 9) for price in team] for team in prices]})


def prices_kept(text: str | None) -> NDArray[np.float64] | None:
    """The prices of an earlier plan: a place to begin from, whatever day they were of."""
    return None if text is None else np.array(json.loads(text)["prices"], dtype=np.float64)
