"""Did it work: what the snapshot says of each campaign, what to stop, and what the records cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["Held", "Proofs", "held_now", "proofs"]

_ORDER = {
    "works": 0, "harms": 1, "no effect seen": 2, "too early": 3, "too few": 4, "lots not kept": 5, "not proven": 6,
    "refused": 7,
}  # fmt: skip

# Whom a playbook is meant for now: those whom the lot leaves without it, and those whom nothing stops.
HELD = """
    with held as (select action, count(*) as people from blocked where rule = 'held-out' group by action),
    through as (select action, count(*) as people from candidates group by action)
    select held.action, held.people as held, coalesce(through.people, 0) as let_through
    from held
    left join through on through.action = held.action
    order by held.people desc, held.action
"""


@dataclass(frozen=True)
class Held:
    """Who is left without a playbook by lot, in today's plan.

    The two are not as the lots were drawn: who was reached is not meant again for a while, who is held out stays.

    Attributes:
        action: the playbook.
        held: people whom the lot leaves without it.
        let_through: people for whom it is meant and whom nothing stops.
    """

    action: str
    held: int
    let_through: int


@dataclass(frozen=True)
class Proofs:
    """What was proven, and what not.

    Attributes:
        campaigns: rows of `proof` whose people were drawn by lot: first what works, then what harms.
        stop: those of them that should not go on.
        unproven: rows of campaigns without lots.
        readiness: question, answer, says, do; what cannot be answered first.
    """

    campaigns: list[dict[str, Any]]
    stop: list[dict[str, Any]]
    unproven: list[dict[str, Any]]
    readiness: list[dict[str, Any]]


def held_now(snapshot: Snapshot) -> list[Held]:
    """For each playbook that holds people out, how many it holds out of today's plan."""
    return [Held(row["action"], row["held"], row["let_through"]) for row in snapshot.query(HELD)]


def proofs(snapshot: Snapshot) -> Proofs:
    """Read the tables of the room.

    Args:
        snapshot: the current one.
    """
    rows = sorted(
        snapshot.query("select * from proof"), key=lambda row: (_ORDER.get(row["verdict"], len(_ORDER)), row["action"])
    )
    ready = snapshot.query(
        "select * from readiness order by case answer when 'no' then 0 when 'partly' then 1 else 2 end, question"
    )
    drawn = [row for row in rows if row["kind"] != "not randomised"]
    return Proofs(
        drawn,
        [row for row in drawn if row["stop"]],
        [row for row in rows if row["kind"] == "not randomised"],
        ready,
    )
