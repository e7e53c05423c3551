"""What byname.toml says of the simulated company: what was hard on customers, who works there, what may be given."""

from __future__ import annotations

import re
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from byname.demo.simulated.reached import HELD_OUT_OF_LETTER, HELD_OUT_OF_PREVIEW
from byname.demo.simulated.words import AGENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.demo.simulated.calendar import Calendar

__all__ = ["CHANGES", "changed", "own_playbooks", "settings"]

_OTHERS = (
    ("Ingrid Halvorsen", "sales", 60),
    ("Dario Fontanesi", "sales", 30),
    ("Beatriz Lindqvist", "marketing", 90),
    ("Rashid Adeyemo", "product", 60),
)
_MINUTES_OF_AN_AGENT = 30
_BASIS = {
    "letter": {"thank": "legitimate interest", "give": "legitimate interest"},
    "email": {"news": "soft opt-in"},
}

# Table → key → value, in place of what the template says.
CHANGES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "teams": {
            "sales": "90",
            "marketing": "90",
            "product": "60",
            "service": str(_MINUTES_OF_AN_AGENT * len(AGENTS)),
        },
        "plan": {"perks": "200", "discretion": "25"},
    }
)


def settings(calendar: Calendar) -> str:
    """Lines to put after the template: tables that it does not have yet."""
    rise, outage = calendar.date(calendar.price_rise * 7), calendar.date(calendar.outage * 7)
    lines = [
        "", "[[events]]", 'name = "Prices up"', 'kind = "price rise"', f"begins = {rise}",
        "", "[[events]]", 'name = "App down"', 'kind = "outage"', f"begins = {outage}",
        f"ends = {calendar.date(calendar.outage * 7 + 1)}",
    ]  # fmt: skip
    for name, team, minutes in (*((agent, "service", _MINUTES_OF_AN_AGENT) for agent in AGENTS), *_OTHERS):
        given, family = name.lower().split()
        lines += [
            "", "[[employees]]", f'name = "{name}"', f'aliases = ["{given[0]}{family}"]', f'team = "{team}"',
            f"minutes = {minutes}",
        ]  # fmt: skip
    for channel, kinds in _BASIS.items():
        lines += ["", f"[basis.{channel}]", *(f'{kind} = "{basis}"' for kind, basis in kinds.items())]
    return "\n".join(lines) + "\n"


def changed(text: str, changes: Mapping[str, Mapping[str, str]] = CHANGES) -> str:
    """The text of byname.toml with other values; what stands beside them stays.

    Args:
        text: as `byname init` wrote it.
        changes: table → key → value as TOML writes it.

    Raises:
        KeyError: the text has no such key in that table.
    """
    lines, table = text.split("\n"), ""
    left = {(one, key) for one, keys in changes.items() for key in keys}
    for place, line in enumerate(lines):
        if head := re.match(r"\[([a-z_.]+)\]", line):
            table = head[1]
        said = re.match(r"([a-z_]+)( *= *)([^#\s]+)( *)(.*)", line)
        if said and (table, said[1]) in left:
            value = changes[table][said[1]]
            width = len(said[3]) + len(said[4])
            lines[place] = f"{said[1]}{said[2]}{value:<{width}}{said[5]}".rstrip()
            left.remove((table, said[1]))
    if left:
        raise KeyError(min(left))
    return "\n".join(lines)


def own_playbooks() -> dict[str, str]:
    """The company's own versions of two playbooks that byname ships, by file name: judged by orders within 90 days.

    Its two campaigns were planned so, with more held out than the shipped ones say; and a year, by which those are
    judged, is not over yet.
    """
    return {f"{action}.toml": _as_planned(action, *said) for action, said in _PLANNED.items()}


_PLANNED = {
    "thank-a-quiet-loyal": ("orders again within 90 days", HELD_OUT_OF_LETTER),
    "preview": ("orders within 90 days", HELD_OUT_OF_PREVIEW),
}
_EXPECTED = '{ effect = 0.02, sd = 0.04, on = "bought_90d", origin = "prior: a guess of ours, before the first lots" }'


def _as_planned(action: str, goal: str, holdout: float) -> str:
    text = files("byname.playbooks").joinpath("shipped", f"{action}.toml").read_text("utf-8")
    for key, value in (("goal", f'"{goal}"'), ("expected", _EXPECTED), ("holdout", str(holdout))):
        text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        if found != 1:
            raise KeyError(key)
    return text
