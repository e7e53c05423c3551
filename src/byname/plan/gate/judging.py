"""Who may be contacted, how, and who may not and why: the whole plan's candidates in a handful of statements."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.plan.gate.made import judging, persons, queueing, saying
from byname.plan.gate.plays import Plays
from byname.plan.gate.rule import rules
from byname.plan.turned_down import nobody_said_no

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from byname.engines import Engine, Scalar, Table
    from byname.plan.gate.columns import Level

__all__ = ["Judged", "Limits", "Seen", "judge", "judged", "speak"]

BITS = statement(
    "plan.gate_bits",
    """
    select distinct judged_rows.bits + coalesce(queue.bits, 0) as bits
    from judged_rows
    left join queue on queue.person_id = judged_rows.person_id and queue.action = judged_rows.action
    where judged_rows.best
    """,
)

CANDIDATES = statement(
    "plan.gate_candidates",
    """
    with turned_away as (select person_id, action from queue where bits > 0)
    select judged_rows.person_id, judged_rows.action, judged_rows.channel
    from judged_rows
    anti join turned_away on turned_away.person_id = judged_rows.person_id
                          and turned_away.action = judged_rows.action
    where judged_rows.bits = 0
    """,
)

# Only another channel than the best can open what the best leaves closed.
FAULTS = statement(
    "plan.gate_faults",
    """
    with turned_away as (select person_id, action, bits from queue where bits > 0),
    opened as (
        select distinct judged_rows.person_id, judged_rows.action
        from judged_rows
        where judged_rows.bits = 0 and not judged_rows.best
    ),
    closed as (
        select judged_rows.person_id, judged_rows.action, judged_rows.channel,
               judged_rows.bits + coalesce(turned_away.bits, 0) as bits, turned_away.bits is not null as turned
        from judged_rows
        left join turned_away on turned_away.person_id = judged_rows.person_id
                              and turned_away.action = judged_rows.action
        where judged_rows.best
    ),
    left_over as (
        select closed.person_id, closed.action, closed.channel, closed.bits
        from closed
        left join opened on opened.person_id = closed.person_id and opened.action = closed.action
        where closed.bits > 0 and (closed.turned or opened.person_id is null)
    )
    select left_over.person_id, left_over.action, left_over.channel, told.rule_number, told.rule, told.also
    from left_over
    join told on told.bits = left_over.bits
    """,
    lazy=True,
)


@dataclass(frozen=True)
class Limits:
    """What the settings and the day add to the rules.

    Attributes:
        as_of: the day of the plan.
        asks: `[plan] asks`, the most a year.
        gives_per_ask: `[plan] gives_per_ask`, thanks and gifts that come before each further ask.
        ahead: days between the day of the plan and its last: 0 for today alone, 6 for a week. A rest or a pause that
            ends within it does not block; the days before its end are for the choice to leave free.
    """

    as_of: date
    asks: int = 3
    gives_per_ask: float = 1.0
    ahead: int = 0


@dataclass(frozen=True)
class Judged:
    """Both sides of the gate.

    Attributes:
        candidates: person_id, action, channel: each way that no rule blocks.
        blocked: person_id, action, rule, says, also: one row for each person and action without a way. What is
            told is of the first channel in order of preference that the person has (or of none): the first rule
            that closes it, its sentence, and the other rules that do, by name, with commas ('' for none).
        queue: person_id, action, in_line, bits: places for what is scarce, of those who pass all else.
    """

    candidates: Table
    blocked: Table
    queue: Table


@dataclass(frozen=True)
class Seen:
    """The tables that the gate looks at; see `judged`."""

    matched: Table
    profile: Table
    reach: Table
    pace: Table
    recent: Table
    held: Table
    turned_down: Table


def judged(
    engine: Engine,
    *,
    matched: Table,
    offered: Table,
    profile: Table,
    reach: Table,
    pace: Table,
    recent: Table,
    held: Table,
    limits: Limits,
    turned_down: Table | None = None,
) -> Judged:
    """Put every person for whom a play is meant before the rules of `rules.toml`.

    Somebody without a row in `profile`, such as a minor, is on neither side. A person's rules are asked once, a play's
    once for each person, a channel's last; the work grows with the rows of `matched` times their channels.

    Args:
        engine: where the tables are.
        matched: person_id, action, each pair once.
        offered: one row for each action and channel, with the columns of `columns.OFFERED`; it may also have `uses`
            (columns of `profile` in its words) and `topics` (words for what it is about), both lists of texts.
        profile: the columns of `PROFILE`, one row a person.
        reach: person_id, channel and the rest, one row for each channel of a person; no row, no way.
        pace: one row a person; who has none is not contacted.
        recent: person_id, action, days since the same action last reached them.
        held: person_id, action ('*' is all): who is left out by lot.
        limits: of the settings and the day.
        turned_down: person_id, action and the columns of `turned_down`: who said not now or not right; None: nobody.

    Raises:
        UsageError: a column of `offered` is missing, or a channel is unknown.
    """
    seen = Seen(matched, profile, reach, pace, recent, held, turned_down or nobody_said_no(engine))
    plays = Plays.of(engine, offered, profile=profile, pace=pace, recent=recent, matched=matched)
    rows = judge(engine, seen, plays, limits)
    queue = engine.run(queueing(), judged_rows=rows, plays=plays.plays, profile=profile)
    candidates = engine.run(CANDIDATES, judged_rows=rows, queue=queue)
    sums = engine.fetch(engine.run(BITS, judged_rows=rows, queue=queue)).column("bits").to_pylist()
    faults = engine.run(FAULTS, judged_rows=rows, queue=queue, told=engine.arrow(_told(sums)))
    blocked = speak(engine, seen, plays, faults, queue)
    for done in (faults, rows):
        engine.drop(done)
    return Judged(candidates, blocked, queue)


def judge(engine: Engine, seen: Seen, plays: Plays, limits: Limits) -> Table:
    """person_id, action, channel, best (the first by preference of those that the person has), bits."""
    own = engine.run(
        persons(), profile=seen.profile, pace=seen.pace, reach=seen.reach, held=seen.held, **_given(limits, "person")
    )
    rows = engine.run(
        judging(),
        matched=seen.matched,
        persons=own,
        options=plays.options,
        held=seen.held,
        **_beside(seen, plays),
        **_given(limits, "action", "channel"),
    )
    engine.drop(own)
    return rows


def speak(engine: Engine, seen: Seen, plays: Plays, faults: Table, queue: Table, *, by_channel: bool = False) -> Table:
    """person_id, action, rule, says, also (and channel): the sentence of each fault."""
    return engine.run(
        saying(by_channel=by_channel),
        faults=faults,
        profile=seen.profile,
        pace=seen.pace,
        queue=queue,
        **_beside(seen, plays),
    )


def _beside(seen: Seen, plays: Plays) -> dict[str, Table]:
    """What stands beside a person and a play, to be judged and to be told."""
    return {
        "plays": plays.plays,
        "reach": seen.reach,
        "recent": seen.recent,
        "turned_down": seen.turned_down,
        "lines": plays.crossed.lines,
        "dislikes": plays.crossed.dislikes,
        "disliked_ways": plays.crossed.ways,
    }


def _given(limits: Limits, *levels: Level) -> dict[str, Scalar]:
    """The parameters that the rules of these levels name."""
    names = {name for rule in rules() if rule.level in levels for name in rule.parameters}
    return {name: value for name, value in asdict(limits).items() if name in names}


def _told(sums: Iterable[int]) -> pa.Table:
    """For each sum of rules: the first, and the others by name."""
    blocking = {bits: [rule for rule in rules() if bits & rule.power] for bits in sums if bits}
    return pa.table(
        {
            "bits": pa.array(blocking, pa.int64()),
            "rule_number": pa.array([found[0].number for found in blocking.values()], pa.int64()),
            "rule": pa.array([found[0].name for found in blocking.values()], pa.string()),
            "also": pa.array([", ".join(rule.name for rule in found[1:]) for found in blocking.values()], pa.string()),
        }
    )
