"""Where each person truly stands, by the definition of the five standings, from what nobody at the company can see."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from byname.demo.simulated.faces import Face
    from byname.demo.simulated.life import Lived, Moment

__all__ = ["STANDINGS", "standings", "write_truth"]

STANDINGS = ("neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate")
NEUTRAL, DISSATISFIED, ACTIVE, LOYAL, ADVOCATE = range(len(STANDINGS))
_UNHAPPY = -0.35
_FOND = 0.38
_BOUND = 0.4
_RECENT = 365  # days


def standings(moment: Moment) -> NDArray[np.int64]:
    """The standing of each person at a moment, as a place in `STANDINGS`.

    Unhappy is a low mood; attached is a high mood together with a bond, which only good experience over some of their
    own buying cycles builds up. An act counts for 365 days: a complaint, private or public, of the unhappy; a public or
    referring act of the attached.
    """
    since = moment.day - _RECENT
    unhappy = moment.mood < _UNHAPPY
    attached = (moment.mood > _FOND) & (moment.bond > _BOUND)
    standing = np.full(len(moment.mood), NEUTRAL)
    standing[unhappy] = np.where(moment.complained[unhappy] > since, ACTIVE, DISSATISFIED)
    standing[attached] = np.where(moment.acted[attached] > since, ADVOCATE, LOYAL)
    return standing


def write_truth(path: Path, lived: Lived, faces: list[Face]) -> int:
    """One row for each person who ever came; returns how many."""
    calendar, state = lived.calendar, lived.state
    per_moment = [standings(moment) for moment in lived.moments]
    dates = [calendar.date(moment.day) for moment in lived.moments]
    incidents = _incidents(lived)
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["source", "account", "source_id", "email", "standing", *(f"standing_{day}" for day in dates[:-1]),
             "satisfaction", "left", "left_on", "why_left", "would_recommend", "incidents", "put_right", "brought_by"]
        )  # fmt: skip
        for who in np.flatnonzero(state.came):
            earlier = [
                STANDINGS[one[who]] if moment.came[who] else ""
                for one, moment in zip(per_moment[:-1], lived.moments[:-1], strict=True)
            ]
            left = bool(state.left[who] or state.gone[who])
            bad, mended = incidents.get(int(who), (0, 0))
            writer.writerow(
                ["shopify", "main", faces[who].customer_id, faces[who].email, STANDINGS[per_moment[-1][who]], *earlier,
                 f"{state.mood[who]:.3f}", "yes" if left else "no",
                 calendar.date(state.left_day[who]) if left else "",
                 ("us" if state.left[who] else "own reasons") if left else "",
                 "yes" if state.mood[who] > _FOND else "no", bad, mended,
                 faces[state.brought_by[who]].customer_id if state.brought_by[who] >= 0 else ""]
            )  # fmt: skip
            rows += 1
    return rows


def _incidents(lived: Lived) -> dict[int, tuple[int, int]]:
    """By person: how many incidents, and how many of them were put right."""
    found: dict[int, tuple[int, int]] = {}
    for who in lived.log.table("incident")["who"].tolist():
        bad, mended = found.get(who, (0, 0))
        found[who] = bad + 1, mended
    table = lived.log.table("ticket")
    for who, outcome in zip(table["who"].tolist(), table.get("outcome", np.zeros(0)).tolist(), strict=True):
        bad, mended = found.get(who, (0, 0))
        found[who] = bad, mended + (outcome > 0)
    return found
