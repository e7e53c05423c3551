"""Would a friend do this? Every rule by name for one person and one play: the gate's own statement over one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.plan.gate.judging import Limits, Seen, judge, speak
from byname.plan.gate.made import NO_WAY, queueing
from byname.plan.gate.plays import Plays
from byname.plan.gate.rule import Rule, rules
from byname.plan.turned_down import nobody_said_no

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from byname.engines import Engine, Table

__all__ = ["Verdict", "friend_check"]

ONE = statement("plan.gate_one", "select * from given where person_id = $person_id")
ONE_PLAY = statement("plan.gate_one_play", "select * from offered where action = $action")
OWN_PLACE = statement("plan.gate_own_place", "select * from queue where person_id = $person_id and action = $action")
PLACED = statement(
    "plan.gate_placed",
    """
    select own.person_id, own.action, coalesce(known.in_line, own.in_line) as in_line,
           coalesce(known.bits, own.bits) as bits
    from own
    left join known on known.person_id = own.person_id and known.action = own.action
    """,
)


@dataclass(frozen=True)
class Verdict:
    """What one rule says of one person, one play and, if it is a rule of channels, one way there.

    Attributes:
        rule: its name.
        title: its question.
        channel: the channel that it was asked of; '' for the rules of persons, plays and queues.
        blocked: whether it blocks.
        says: its sentence where it blocks; '' where it lets through.
    """

    rule: str
    title: str
    channel: str
    blocked: bool
    says: str


def friend_check(
    engine: Engine,
    person_id: str,
    action: str,
    *,
    offered: Table,
    profile: Table,
    reach: Table,
    pace: Table,
    recent: Table,
    held: Table,
    limits: Limits,
    turned_down: Table | None = None,
    matched: Table | None = None,
    queue: Table | None = None,
) -> tuple[Verdict, ...]:
    """The verdict of each rule, in their order, channel after channel by preference; empty for who has no profile.

    Args:
        engine: where the tables are.
        person_id: who.
        action: what.
        offered: and the tables that follow: as in `judged`; all rows or this person's.
        profile: likewise.
        reach: likewise.
        pace: likewise.
        recent: likewise.
        held: likewise.
        limits: likewise.
        turned_down: likewise.
        matched: all of it, to see whether the play goes to nearly everybody; without it that is not asked.
        queue: `Judged.queue`, for the place in line of what is scarce; without it they stand first in line.
    """
    alone = {
        name: engine.run(ONE, given=table, person_id=person_id)
        for name, table in {"profile": profile, "reach": reach, "pace": pace, "held": held}.items()
    }
    own_recent = engine.run(ONE, given=recent, person_id=person_id)
    own_words = engine.run(ONE, given=turned_down or nobody_said_no(engine), person_id=person_id)
    one = pa.table({"person_id": pa.array([person_id]), "action": pa.array([action])})
    seen = Seen(
        engine.arrow(one), alone["profile"], alone["reach"], alone["pace"], own_recent, alone["held"], own_words
    )
    plays = Plays.of(
        engine,
        engine.run(ONE_PLAY, offered=offered, action=action),
        profile=profile,
        pace=alone["pace"],
        recent=recent,
        matched=matched,
    )
    rows = judge(engine, seen, plays, limits)
    place = engine.run(queueing(), judged_rows=rows, plays=plays.plays, profile=seen.profile)
    if queue is not None:
        known = engine.run(OWN_PLACE, queue=queue, person_id=person_id, action=action)
        place = engine.run(PLACED, own=place, known=known)
    last = engine.fetch(place).column("bits").to_pylist()
    ways = engine.fetch(rows, order_by=("best", "channel")).to_pylist()
    bits = [(str(way["channel"] or ""), int(way["bits"]) + sum(last)) for way in ways[::-1]]
    faults = engine.arrow(_faults(person_id, action, bits))
    spoken = engine.fetch(speak(engine, seen, plays, faults, place, by_channel=True)).to_pylist()
    says = {(row["rule"], row["channel"] or ""): str(row["says"]) for row in spoken}
    return tuple(_verdicts(bits, says))


def _faults(person_id: str, action: str, bits: Sequence[tuple[str, int]]) -> pa.Table:
    rows = [(channel, rule) for channel, sums in bits for rule in rules() if sums & rule.power]
    return pa.table(
        {
            "person_id": pa.array([person_id] * len(rows), pa.string()),
            "action": pa.array([action] * len(rows), pa.string()),
            "channel": pa.array([channel or None for channel, _ in rows], pa.string()),
            "rule_number": pa.array([rule.number for _, rule in rows], pa.int64()),
            "rule": pa.array([rule.name for _, rule in rows], pa.string()),
            "also": pa.array([""] * len(rows), pa.string()),
        }
    )


def _verdicts(bits: Sequence[tuple[str, int]], says: dict[tuple[str, str], str]) -> Iterator[Verdict]:
    for rule in rules() if bits else ():
        for channel, sums in bits if rule.level == "channel" else bits[:1]:
            if _is_asked(rule, channel):
                blocked = bool(sums & rule.power)
                of = channel if rule.level == "channel" else ""
                yield Verdict(rule.name, rule.title, of, blocked, says.get((rule.name, channel), "") if blocked else "")


def _is_asked(rule: Rule, channel: str) -> bool:
    """Where there is no channel, no question about it but the one whether there is."""
    return bool(channel) or rule.level != "channel" or rule.name == NO_WAY
