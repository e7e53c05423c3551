"""What was chosen and what was left out, as the snapshot's tables: with people's facts, sentences and employees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.engines.statement import Statement
from byname.plan.choosing.leaving import Left
from byname.plan.saying import said
from byname.plan.staffing import staffed
from byname.plan.week import days_from
from byname.playbooks.wording import used

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.engines import Engine, Table
    from byname.plan.choice import Chosen
    from byname.plan.effects import Effect
    from byname.plan.profiled.sources import Day
    from byname.playbooks.playbook import Playbook

__all__ = ["left_counts", "left_out", "listed"]

_LIKELY = 1.2816  # standard deviations to each side within which four in five lie
_PLAN = pa.schema(
    [
        ("person_id", pa.string()),
        ("day", pa.date32()),
        *((name, pa.string()) for name in ("action", "title", "team", "employee", "channel", "kind")),
        *((name, pa.float64()) for name in ("minutes", "cost", "expected_value", "value_low", "value_high")),
        *((name, pa.string()) for name in ("customer_gain", "goal", "expected", "reason", "how", "words", "choice")),
        ("facts_used", pa.string()),
        ("owed", pa.bool_()),
        ("place", pa.int64()),
    ]
)
_LEFT = pa.schema(
    [
        *((name, pa.string()) for name in ("person_id", "action", "channel", "team")),
        ("value", pa.float64()),
        ("why", pa.string()),
        ("says", pa.string()),
    ]
)
_COUNTS = pa.schema(
    [
        *((name, pa.string()) for name in ("action", "team", "why")),
        ("worth_it", pa.bool_()),
        ("people", pa.int64()),
        ("says", pa.string()),
    ]
)
_WHY = {
    Left.WORTH: "not worth its minutes",
    Left.BETTER: "another contact is worth more",
    Left.BUDGET: "enough contacts",
    Left.MINUTES: "no minutes left",
    Left.DAYS: "no day",
}
_SPOKEN = {"name", "known_to", "language"}


def listed(
    engine: Engine,
    found: Chosen,
    *,
    profile: Table,
    reach: Table,
    pace: Table,
    playbooks: Sequence[Playbook],
    effects: Mapping[str, Effect],
    day: Day,
) -> pa.Table:
    """The plan: a row for each chosen contact, in the order in which it counts on its day in its team.

    Args:
        engine: where the tables are.
        found: what was chosen.
        profile: one row a person.
        reach: one row a person and channel.
        pace: one row a person.
        playbooks: those in use.
        effects: what each is believed to change.
        day: the as-of day, and the settings.
    """
    known = {playbook.action: playbook for playbook in playbooks}
    rows = [
        row | _given(known[row["action"]], row, day) for row in _known(engine, found, profile, reach, pace, playbooks)
    ]
    rows.sort(key=lambda row: (row["day"], row["team"], not row["owed"], -row["net"], row["person_id"], row["action"]))
    place: dict[tuple[Any, str], int] = {}
    made = []
    for row in staffed(rows, day.settings.employees):
        key = row["day"], row["team"]
        place[key] = place.get(key, 0) + 1
        words = said(row, known[row["action"]], effects[row["action"]], day.settings.currency)
        made.append({name: row[name] for name in _PLAN.names if name in row} | words | {"place": place[key]})
    return pa.Table.from_pylist(made, schema=_PLAN)


def _known(
    engine: Engine, found: Chosen, profile: Table, reach: Table, pace: Table, playbooks: Sequence[Playbook]
) -> list[dict[str, Any]]:
    """Each chosen contact with what is known of the person, as far as some playbook says it."""
    words = [words for playbook in playbooks for words in (playbook.why, *playbook.all_words)]
    columns = sorted(_SPOKEN.union(*(used(each) for each in words)))
    sql = f"""
        select chosen.person_id, chosen.action, chosen.channel, chosen.day, chosen.value, chosen.unsure, chosen.price,
               chosen.owed, {", ".join(f"profile.{column}" for column in columns)},
               reach.address, reach.liking, reach.asked, reach.sent, reach.answered,
               pace.from_minute, pace.to_minute
        from chosen
        join profile on profile.person_id = chosen.person_id
        left join reach on reach.person_id = chosen.person_id and reach.channel = chosen.channel
        left join pace on pace.person_id = chosen.person_id
    """  # noqa: S608 - columns of ours
    rows = engine.run(
        Statement("plan.known_of_chosen", sql), chosen=engine.arrow(found.rows), profile=profile, reach=reach, pace=pace
    )
    found_rows: list[dict[str, Any]] = engine.fetch(rows, order_by=("day", "person_id", "action")).to_pylist()
    return found_rows


def _given(playbook: Playbook, row: dict[str, Any], day: Day) -> dict[str, Any]:
    """What the playbook and the calendar add."""
    half = _LIKELY * row["unsure"]
    return {
        "day": days_from(day.as_of)[row["day"]],
        "title": playbook.title,
        "team": playbook.team,
        "kind": playbook.kind,
        "minutes": playbook.minutes,
        "cost": playbook.cost,
        "customer_gain": playbook.gain,
        "goal": playbook.goal,
        "expected_value": row["value"],
        "value_low": row["value"] - half,
        "value_high": row["value"] + half,
        "net": row["value"] - row["price"] * playbook.minutes,
    }


def left_out(found: Chosen, playbooks: Sequence[Playbook], currency: str) -> pa.Table:
    """The most valuable of those who were left out, each with the reason.

    Args:
        found: what was chosen.
        playbooks: those in use.
        currency: of the company.
    """
    known = {playbook.action: playbook for playbook in playbooks}
    rows = [
        row
        | {
            "team": known[row["action"]].team,
            "why": _WHY[Left(row["why"])],
            "says": _says(known[row["action"]], row, currency),
        }
        for row in found.left.to_pylist()
    ]
    return pa.Table.from_pylist([{name: row[name] for name in _LEFT.names} for row in rows], schema=_LEFT)


def _says(playbook: Playbook, row: dict[str, Any], currency: str) -> str:
    title = f"{playbook.title}, worth {row['value']:,.2f} {currency}"
    cost = row["price"] * playbook.minutes
    match Left(row["why"]):
        case Left.WORTH if row["value"] > 0:
            return f"{title}; {playbook.minutes:g} minutes of {playbook.team} cost {cost:,.2f} this week"
        case Left.WORTH:
            return f"{title}: it would cost more than it brings"
        case Left.BETTER:
            return f"{title}; another contact is worth more to them and us, and one is enough for now"
        case Left.BUDGET:
            return f"{title}; they have heard from us as often as they should"
        case Left.MINUTES:
            return f"{title}; no minutes of {playbook.team} or money for gifts are left that it would fit into"
        case Left.DAYS:
            return f"{title}; no day of this week suits them and the team"


def left_counts(found: Chosen, playbooks: Sequence[Playbook]) -> pa.Table:
    """All who were left out, by action and reason.

    Args:
        found: what was chosen.
        playbooks: those in use.
    """
    known = {playbook.action: playbook for playbook in playbooks}
    rows = [
        {
            "action": row["action"],
            "team": known[row["action"]].team,
            "why": _WHY[Left(row["why"])],
            "worth_it": row["worth_it"],
            "people": row["people"],
            "says": f"{known[row['action']].title}: {_WHY[Left(row['why'])]}",
        }
        for row in found.counts.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=_COUNTS)
