"""What a list shows of a person beside its own columns: name, address, standing, worth; of the few on a page, at once.

A join over all people costs most of a second at a million of them; the look-up of fifty costs a hundredth of it.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.snapshot import Snapshot

__all__ = ["cards", "named"]

_SHOWN = ("name", "email", "phone", "rank", "clv")
_AT_ONCE = 500  # question marks in one statement

STOOD = "select person_id, standing from standing where person_id in (select unnest($1::varchar[]))"
# `value` is sorted by rank: a few ranks are found without reading the others.
RANGES = "select rank, clv_low, clv_high from value where rank in (select unnest($1::bigint[]))"


def cards(snapshot: Snapshot, people: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Of each of these people: name, email, phone, standing, clv, clv_low, clv_high; who is not known is left out.

    Args:
        snapshot: the current one.
        people: their person_ids.
    """
    ids = list(dict.fromkeys(people))
    if not ids:
        return {}
    found: dict[str, dict[str, Any]] = {}
    index = f"{(snapshot.folder / 'index.sqlite').absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(index, uri=True)) as db:
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first : first + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = db.execute(f"select person_id, card from card where person_id in ({marks})", some)  # noqa: S608
            found |= {person: {name: json.loads(card).get(name) for name in _SHOWN} for person, card in rows}
    stood = {row["person_id"]: row["standing"] for row in snapshot.query(STOOD, [ids])}
    ranks = [card["rank"] for card in found.values() if card["rank"] is not None]
    ranges = {row["rank"]: row for row in snapshot.query(RANGES, [ranks])} if ranks else {}
    for person, card in found.items():
        known = ranges.get(card.pop("rank"), {})
        card |= {"standing": stood.get(person), "clv_low": known.get("clv_low"), "clv_high": known.get("clv_high")}
    return found


def named(snapshot: Snapshot, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with a person_id, each with the person's card; a row of its own column keeps it."""
    found = cards(snapshot, [row["person_id"] for row in rows])
    return [found[row["person_id"]] | dict(row) for row in rows if row["person_id"] in found]
