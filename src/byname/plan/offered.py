"""Playbooks as the gate and the choice take them: a row for each action and channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from byname.playbooks.offers import holds_offer
from byname.playbooks.playbook import CHANNELS, TEAMS
from byname.playbooks.possible import always
from byname.playbooks.wording import spoken, used

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.company import Settings
    from byname.plan.effects import Effect
    from byname.playbooks.playbook import Channel, Playbook

__all__ = ["CHANNEL_NUMBER", "TEAM_NUMBER", "offered"]

CHANNEL_NUMBER = {name: place for place, name in enumerate(CHANNELS)}
TEAM_NUMBER = {name: place for place, name in enumerate(TEAMS)}

_SCHEMA = pa.schema(
    [
        ("action", pa.string()),
        ("number", pa.int64()),
        ("channel", pa.string()),
        ("channel_number", pa.int64()),
        ("place", pa.int64()),
        ("team", pa.string()),
        ("team_number", pa.int64()),
        ("kind", pa.string()),
        ("purpose", pa.string()),
        ("minutes", pa.float64()),
        ("cost", pa.float64()),
        ("perk", pa.float64()),
        ("worth_to_them", pa.float64()),
        ("owed", pa.bool_()),
        ("dated", pa.bool_()),
        ("cooldown_days", pa.int64()),
        ("basis", pa.string()),
        ("holds_offer", pa.bool_()),
        ("everyone", pa.bool_()),
        ("scarce", pa.int64()),
        ("uses", pa.list_(pa.string())),
        ("topics", pa.list_(pa.string())),
        ("outcome", pa.string()),
        ("days", pa.float64()),
        ("effect", pa.float64()),
        ("sd", pa.float64()),
    ]
)


def offered(playbooks: Sequence[Playbook], effects: Mapping[str, Effect], settings: Settings) -> pa.Table:
    """A row for each playbook and channel, in the playbook's order of preference.

    Args:
        playbooks: as loaded and checked; their place is their number.
        effects: what each is expected to change, by action.
        settings: on what ground which channel may be used.

    Returns:
        The columns that docs/gate.md names, and what the choice takes: numbers in place of names, `perk` (money of the
        budget for gifts), `dated` (it keeps a promise, so it must be done before the promise is due), the outcome with
        its days, and the effect with its standard deviation.
    """
    rows = [
        _row(number, place, playbook, channel, effects[playbook.action], settings)
        for number, playbook in enumerate(playbooks)
        for place, channel in enumerate(playbook.channels)
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _row(
    number: int, place: int, playbook: Playbook, channel: Channel, effect: Effect, settings: Settings
) -> dict[str, object]:
    return {
        "action": playbook.action,
        "number": number,
        "channel": channel,
        "channel_number": CHANNEL_NUMBER[channel],
        "place": place,
        "team": playbook.team,
        "team_number": TEAM_NUMBER[playbook.team],
        "kind": playbook.kind,
        "purpose": playbook.purpose,
        "minutes": playbook.minutes,
        "cost": playbook.cost,
        "perk": playbook.cost if playbook.kind == "give" else 0.0,
        "worth_to_them": playbook.worth_to_them,
        "owed": playbook.owed,
        "dated": playbook.owed and "promise_due_days" in playbook.condition.columns,
        "cooldown_days": playbook.cooldown_days,
        "basis": settings.basis_of(channel, playbook.kind),
        "holds_offer": any(holds_offer(spoken(words)) for words in playbook.all_words),
        "everyone": always(playbook.condition),
        "scarce": playbook.scarce,
        "uses": sorted({column for words in playbook.all_words for column in used(words)}),
        "topics": list(playbook.topics),
        "outcome": playbook.expected.outcome,
        "days": float(playbook.expected.days),
        "effect": effect.effect,
        "sd": effect.sd,
    }
