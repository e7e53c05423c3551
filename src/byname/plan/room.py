"""Whom to reach today, within limits: the room's steps in order. It decides and explains; nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.plan.balance import balance
from byname.plan.choice import chosen, prices_kept, prices_said
from byname.plan.coverage import coverage
from byname.plan.discretion import discretion
from byname.plan.effects import believed
from byname.plan.gate import Limits, judged, nothing_but_service
from byname.plan.listed import left_counts, left_out, listed
from byname.plan.matching import matched, recent
from byname.plan.offered import TEAM_NUMBER, offered
from byname.plan.other_tools import not_loaded
from byname.plan.pace import pace
from byname.plan.profile import profile
from byname.plan.reach import reach
from byname.plan.relations import client_book, known_to, meetings
from byname.plan.touches import touches
from byname.plan.turned_down import turned_down
from byname.plan.week import DAYS, days_from, minutes_of_teams, perks_left
from byname.plan.worth import Money, valued
from byname.playbooks.playbook import CHANNELS
from byname.proof.holdouts import EVERYTHING, held

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.plan.choice import Chosen
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches
    from byname.playbooks.playbook import Playbook
    from byname.proof.effects import Measured

__all__ = ["MODEL", "Planned", "Seen", "planned", "seen"]

MODEL = "plan"  # under which the prices are kept

UNITS = statement("plan.units", "select person_id, unit from profile")
# What was given this month, gifts of every team and tool.
SPENT = statement(
    "plan.perks_spent",
    """
    select cast(sum(cast(cost as decimal(18,4))) as double) as spent from contacts where kind = 'give' and ago < 30
    """,
)
# The best way of each person and action that the gate lets through: for a list that goes to another tool.
BEST_WAY = statement(
    "plan.candidates",
    """
    with ways as (
        select distinct number, action, channel, channel_number, place from offered
    )
    select valued.person_id, ways.action, ways.channel, valued.value as expected_value
    from valued
    join ways on ways.number = valued.action_number and ways.channel_number = valued.channel_number
    qualify row_number() over (
        partition by valued.person_id, ways.action order by valued.value desc, ways.place, ways.channel
    ) = 1
    """,
)
COUNTED = statement(
    "plan.counted",
    """
    select count(distinct person_id) as people, count(*) as pairs from pairs
    """,
)


@dataclass(frozen=True)
class Seen:
    """What is known of everybody before anything is chosen: proof and the choice both take it.

    Attributes:
        profile: one row a person.
        units: person_id and unit: people who talk to each other share one.
        touched: our contacts and what came back.
        book: who knows whom, a row an employee and person.
    """

    profile: Table
    units: Table
    touched: Touches
    book: Table


@dataclass(frozen=True)
class Planned:
    """What the room gives.

    Attributes:
        tables: of the snapshot, by name.
        prices: of this plan, for tomorrow's to begin with.
        report: (what, in words).
        says: one line for who watches the refresh.
    """

    tables: Mapping[str, Table]
    prices: str
    report: Sequence[tuple[str, str]]
    says: str


def seen(engine: Engine, given: Sources, day: Day) -> Seen:
    """Put together what is known of everybody.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        day: on which we look.
    """
    touched = touches(engine, given.facts, given.record_person, day)
    met = meetings(engine, given, touched, day)
    known = known_to(engine, given, met, day)
    people = profile(engine, given, touched, known, day)
    return Seen(
        people,
        engine.run(UNITS, profile=people),
        touched,
        client_book(engine, given, people, known, met, day),
    )


def planned(
    engine: Engine,
    given: Sources,
    known: Seen,
    day: Day,
    *,
    playbooks: Sequence[Playbook],
    measured: Mapping[str, Measured],
    salt: str,
    kept: str | None,
) -> Planned:
    """Choose whom to reach in the week from the as-of day on.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        known: from `seen`.
        day: the as-of day, and the settings.
        playbooks: those in use.
        measured: what held-out groups showed, by action.
        salt: of all lots.
        kept: prices of an earlier plan.
    """
    settings = day.settings
    ways = reach(engine, given, known.touched, day)
    paces = pace(engine, given, known.touched, known.profile, day, salt=salt)
    effects = believed(playbooks, measured)
    offers = engine.arrow(offered(playbooks, effects, settings))
    shares = {EVERYTHING: settings.plan.held_out} | {one.action: one.holdout for one in playbooks}
    meant = matched(engine, known.profile, playbooks)
    gate = judged(
        engine,
        matched=meant,
        offered=offers,
        profile=known.profile,
        reach=ways.table,
        pace=paces.table,
        recent=recent(engine, known.touched.contacts),
        held=held(engine, known.units, shares, salt),
        limits=Limits(day.as_of, settings.plan.asks, settings.plan.gives_per_ask, ahead=DAYS - 1),
        turned_down=turned_down(engine, given.said_of_them, day.as_of),
    )
    worth = valued(
        engine,
        gate.candidates,
        profile=known.profile,
        reach=ways.table,
        offered=offers,
        money=Money(settings.margin, settings.horizon_days),
    )
    minutes = minutes_of_teams(settings, day.as_of)
    (spent,) = engine.fetch(engine.run(SPENT, contacts=known.touched.contacts)).to_pylist()
    found = chosen(
        engine,
        worth,
        profile=known.profile,
        pace=paces.table,
        playbooks=playbooks,
        channels=CHANNELS,
        capacity=minutes,
        perks=perks_left(settings, spent["spent"] or 0.0),
        prices=prices_kept(kept),
    )
    plan = listed(
        engine,
        found,
        profile=known.profile,
        reach=ways.table,
        pace=paces.table,
        playbooks=playbooks,
        effects=effects,
        day=day,
    )
    (asked,) = engine.fetch(engine.run(COUNTED, pairs=meant)).to_pylist()
    (passed,) = engine.fetch(engine.run(COUNTED, pairs=gate.candidates)).to_pylist()
    says = (
        f"something is meant for {asked['people']:,} people; the gate lets {passed['people']:,} through; "
        f"{plan.num_rows:,} contacts this week, within {found.choice.gap:.2%} of the best that the minutes allow"
    )
    where = coverage(engine, given, known.touched, known.profile, ways.table, day)
    advice = _advice(engine, gate.candidates, offers, ways.table, found, day, has_minutes=bool(minutes.any()))
    tables = {
        "profile": known.profile,
        "client_book": known.book,
        "reach": ways.table,
        "pace": paces.table,
        "blocked": gate.blocked,
        "candidates": engine.run(BEST_WAY, valued=worth, offered=offers),
        "plan": engine.arrow(plan),
        "left_out": engine.arrow(left_out(found, playbooks, settings.currency)),
        "left_counts": engine.arrow(left_counts(found, playbooks)),
        "capacity": engine.arrow(_capacity(found, plan, minutes, day)),
        "choice": engine.arrow(_choice(found, says, advice, not_loaded(engine, given.facts["contacts"], day.until))),
        "discretion": discretion(engine, known.touched.contacts, given.voice, given.dated, day),
        "balance": engine.arrow(
            balance(
                engine,
                known.profile,
                known.touched.contacts,
                known.touched.responses,
                year_ago=day.until - timedelta(days=365),
            )
        ),
        "channels": where.channels,
        "asking": where.asking,
    }
    report = [*ways.report, *paces.report, *where.report]
    return Planned(tables, prices_said(found.choice.prices), report, says)


def _advice(
    engine: Engine, candidates: Table, offers: Table, ways: Table, found: Chosen, day: Day, *, has_minutes: bool
) -> list[str]:
    """What to do where the plan is empty or thinner than it need be."""
    said = [nothing_but_service(engine, candidates=candidates, offered=offers, reach=ways)]
    if not has_minutes:
        said.append("No team has any minutes: say under [teams] in byname.toml how many each has on a working day.")
    if unreached := len(found.choice.unreached):
        said.append(
            f"{unreached:,} of the best have heard no kind word for {day.settings.plan.neglect_days} days, and no "
            "minutes are left for them this week."
        )
    return [line for line in said if line]


def _capacity(found: Chosen, plan: pa.Table, minutes: NDArray[np.float64], day: Day) -> pa.Table:
    """A row a team and day."""
    choice, days = found.choice, days_from(day.as_of)
    contacts: dict[tuple[object, object], int] = {}
    for key in zip(plan.column("team").to_pylist(), plan.column("day").to_pylist(), strict=True):
        contacts[key] = contacts.get(key, 0) + 1
    rows = [
        {
            "team": team,
            "day": days[place],
            "minutes": float(minutes[number, place]),
            "used": float(choice.used[number, place]),
            "contacts": contacts.get((team, days[place]), 0),
            "price": float(choice.prices[number, place]) if np.isfinite(choice.prices[number, place]) else 0.0,
        }
        for place in range(DAYS)
        for team, number in TEAM_NUMBER.items()
    ]
    schema = pa.schema(
        [
            ("team", pa.string()),
            ("day", pa.date32()),
            *((name, pa.float64()) for name in ("minutes", "used")),
            ("contacts", pa.int64()),
            ("price", pa.float64()),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _choice(found: Chosen, says: str, advice: Sequence[str], others: Sequence[str]) -> pa.Table:
    """What the choice says of itself."""
    choice = found.choice
    rows: list[tuple[str, float | None, str]] = [
        ("gap", choice.gap, f"{says[0].upper()}{says[1:]}."),
        ("bound", choice.bound, "no plan could be expected to be worth more; an expectation, not a result"),
        ("unreached", float(len(choice.unreached)), "of the best, in danger of neglect, for whom no minutes are left"),
        *(("advice", None, line) for line in advice),
        *(("other tools", None, line) for line in others),
    ]
    schema = pa.schema([("name", pa.string()), ("value", pa.float64()), ("says", pa.string())])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
