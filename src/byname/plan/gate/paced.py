"""A pace or quiet times that somebody asked for since the refresh, worked out as a refresh works them out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.plan.open_days import Hours, open_week
from byname.plan.pace_limits import LIMITS, LONGEST, LOWERED
from byname.plan.pace_lots import nobody_drawn
from byname.plan.pace_words import pace_wish
from byname.plan.quiet_words import quiet_wish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from byname.company import Settings
    from byname.engines import Engine
    from byname.plan.pace_words import PaceWish

    type Row = Mapping[str, Any]

__all__ = ["paced"]

_WISHED = pa.schema(
    [
        ("person_id", pa.string()),
        ("value", pa.string()),
        ("most", pa.int64()),
        ("window_days", pa.int64()),
        ("ahead", pa.int64()),
        ("restricted", pa.bool_()),
    ]
)
_PROFILE = pa.schema(
    [("person_id", pa.string()), ("unit", pa.string()), ("standing", pa.string()), ("too_much", pa.bool_())]
)


_OWN = ("standing", "too_much")


def paced(
    engine: Engine,
    profile: Mapping[str, Row],
    pace: Mapping[str, Row],
    wishes: Mapping[str, Sequence[Row]],
    day: date,
    settings: Settings,
    *,
    ago: Callable[[datetime | None], int],
) -> dict[str, dict[str, Any]]:
    """By person_id, the columns of `pace` that wishes of the kinds pace and quiet change.

    Args:
        engine: where limits are worked out.
        profile: by person_id.
        pace: likewise; who has none is contacted by nobody.
        wishes: by person_id, preferences that hold and that the snapshot does not know, oldest first.
        day: today.
        settings: of the company.
        ago: days since a moment.
    """
    asked = {
        one: of_pace
        for one, rows in wishes.items()
        if one in pace and (of_pace := [row for row in rows if row["kind"] == "pace"])
    }
    found = _limits(engine, profile, pace, asked, day, settings, ago) if asked else {}
    for one, rows in wishes.items():
        if one in pace and (quiet := [row["value"] or "" for row in rows if row["kind"] == "quiet"]):
            found[one] = found.get(one, {}) | _quiet(quiet, profile[one], pace[one], day, settings)
    return found


def _limits(
    engine: Engine,
    profile: Mapping[str, Row],
    pace: Mapping[str, Row],
    asked: Mapping[str, Sequence[Row]],
    day: date,
    settings: Settings,
    ago: Callable[[datetime | None], int],
) -> dict[str, dict[str, Any]]:
    """The latest wish holds; a pause that has no end is a wish for nothing."""
    found: dict[str, dict[str, Any]] = {one: {"own_wish": True} for one in asked}
    wished: list[dict[str, Any]] = []
    for one, rows in asked.items():
        read = [(row, pace_wish((row["value"] or "").strip())) for row in rows]
        ahead = [_ahead(row, wish, day, ago) for row, wish in read]
        if paused := max((days for days in ahead if days), default=0):
            found[one]["paused_until"] = max(day + timedelta(paused), pace[one]["paused_until"] or day)
        rates = [wish for (_, wish), days in zip(read, ahead, strict=True) if days is None]
        if rates:
            most, window = (0, 1) if rates[-1].pauses else (rates[-1].most, rates[-1].window_days)
            wished.append(
                {"person_id": one, "value": "", "most": most, "window_days": window, "ahead": 0, "restricted": False}
            )
    people = [
        {"person_id": row["person_id"], "unit": "", **{name: profile[row["person_id"]][name] for name in _OWN}}
        for row in wished
    ]
    plan = settings.plan
    limits = engine.run(
        LIMITS,
        profile=engine.arrow(pa.Table.from_pylist(people, schema=_PROFILE)),
        wished=engine.arrow(pa.Table.from_pylist(wished, schema=_WISHED)),
        contacts=plan.contacts,
        days=plan.days,
        rest_days=plan.rest_days,
    )
    for row in engine.fetch(engine.run(LOWERED, limits=limits, drawn=nobody_drawn(engine))).to_pylist():
        found[row["person_id"]] |= {
            "most": row["allowed"],
            "window_days": row["window_days"],
            "rest_days": row["rest_days"] * (2 if row["too_much"] else 1),
        }
    return found


def _ahead(row: Row, wish: PaceWish, day: date, ago: Callable[[datetime | None], int]) -> int | None:
    """For how many days from today on a pause goes on; None for a wish that is none, or a pause without an end."""
    if not wish.pauses:
        return None
    if wish.paused_until:
        return min(max((wish.paused_until - day).days, 0), LONGEST)
    if wish.pause_days:
        return min(max(wish.pause_days - ago(row["occurred_at"]), 0), LONGEST)
    return min((row["until"].date() - day).days + 1, LONGEST) if row["until"] else None


def _quiet(wishes: Sequence[str], profile: Row, pace: Row, day: date, settings: Settings) -> dict[str, Any]:
    """What of the open days and hours is left; on a day that they closed nothing goes out."""
    read = [quiet_wish(value) for value in wishes]
    hours = Hours(settings.zone, settings.plan.quiet_from, settings.plan.quiet_to, weekend=True)
    week = open_week(profile["time_zone"] or settings.zone, day, hours, read)
    closed = any(day.weekday() in one.closed for one in read)
    return {
        "open_days": 0 if closed else pace["open_days"],
        "from_minute": max(pace["from_minute"] or 0, week.from_minute),
        "to_minute": min(pace["to_minute"] or 0, week.to_minute),
    }
