"""What the gate's rules may name, by the level at which they are asked: `profile` and what stands beside it."""

from __future__ import annotations

from typing import Literal

from byname.plan.channels import CHANNELS
from byname.plan.turned_down import COLUMNS as TURNED_DOWN
from byname.profile_columns import PROFILE

__all__ = ["CHANNELS", "LEVELS", "OFFERED", "PACE", "PARAMETERS", "REACH", "TURNED_DOWN", "Level", "columns_of"]

type Level = Literal["person", "action", "channel", "queue"]

LEVELS: tuple[Level, ...] = ("person", "action", "channel", "queue")

# Column → its kind, as in `profile_columns`. What each means is said in docs/gate.md.
PACE = {
    "most": "integer",
    "window_days": "integer",
    "rest_days": "integer",
    "open_days": "integer",
    "from_minute": "integer",
    "to_minute": "integer",
    "restricted": "flag",
    "paused_until": "date",
    "own_wish": "flag",
    "drawn": "flag",
    "had": "integer",
}
_ACTION = {
    "action": "text",
    "team": "text",
    "kind": "text",
    "purpose": "text",
    "owed": "flag",
    "cooldown_days": "integer",
    "holds_offer": "flag",
    "everyone": "flag",
    "scarce": "integer",
}
_BESIDE_ACTION = {
    "reaches": "number",
    "uses_concluded": "flag",
    "days_since_same": "integer",
    "held": "flag",
    "crossed": "text",
    "disliked": "text",
    **TURNED_DOWN,
}
REACH = {
    "address": "text",
    "objected": "flag",
    "asked": "flag",
    "refused": "flag",
    "sent": "integer",
    "answered": "integer",
    "bounced": "flag",
    "liking": "number",
}
_BESIDE_CHANNEL = {"channel": "text", "basis": "text", "consent": "text", "disliked_way": "text"}
_QUEUE = {"in_line": "integer"}

OFFERED = {**_ACTION, "channel": "text", "place": "integer", "basis": "text"}
PARAMETERS = {"asks": "integer", "gives_per_ask": "number", "as_of": "date", "ahead": "integer"}


def columns_of(level: Level) -> dict[str, str]:
    """The columns that a rule of this level may name, with their kinds: its own, and those of the levels above."""
    found = {name: column.kind for name, column in PROFILE.items() if name != "person_id"} | PACE
    if level != "person":
        found |= _ACTION | _BESIDE_ACTION
    if level == "channel":
        found |= REACH | _BESIDE_CHANNEL
    if level == "queue":
        found |= _QUEUE
    return found
