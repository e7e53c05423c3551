"""Profiles and playbook files for these tests, made in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from byname.engines import Engine, Statement, Table
from byname.playbooks.condition import profile_schema
from byname.playbooks.playbook import Playbook
from byname.profile_columns import PROFILE

OF_KIND: Mapping[str, object] = {
    "text": "x",
    "number": 0.5,
    "integer": 12,
    "flag": True,
    "date": date(2024, 3, 3),
    "list": ["search", "export"],
}

# A customer of whom everything is known.
TYPICAL: Mapping[str, Any] = {name: OF_KIND[column.kind] for name, column in PROFILE.items()} | {
    "person_id": "p1",
    "name": "Rosa Haddad",
    "first_name": "Rosa",
    "language": "en",
    "favourite_thing": "green tea",
    "first_year": 2021,
    "standing": "loyal",
    "promise": "a call about the bill",
    "promise_due_days": -4,
}


def profile(engine: Engine, rows: Iterable[Mapping[str, object]]) -> Table:
    """`profile` with a row for each; a column that is not said is null."""
    full = [{"person_id": f"p{place}"} | dict(row) for place, row in enumerate(rows)]
    return engine.arrow(pa.Table.from_pylist(full, schema=profile_schema()))


def matched(engine: Engine, people: Table, playbooks: Iterable[Playbook]) -> set[tuple[str, str]]:
    """Of whom each playbook's condition is true: person and action."""
    each = (f"select person_id, '{one.action}' as action from profile where {one.condition.sql}" for one in playbooks)
    found = engine.fetch(engine.run(Statement("test.matched", " union all ".join(each)), profile=people))
    return {(row["person_id"], row["action"]) for row in found.to_pylist()}


GOOD: Mapping[str, str] = {
    "action": '"thank-somebody"',
    "title": '"Thank somebody"',
    "team": '"marketing"',
    "kind": '"thank"',
    "whom": "\"standing = 'loyal' and orders >= 3\"",
    "channels": '["letter", "email"]',
    "minutes": "4",
    "why": '"{{ name }} bought {{ days_since_purchase | days }} ago."',
    "gain": '"is thanked by name"',
    "goal": '"still buys in a year"',
    "expected": '{ effect = 0.01, sd = 0.01, on = "stayed_365d", origin = "prior: a guess" }',
    "cooldown_days": "180",
    "words": '"Dear {{ first_name }}, thank you."',
}


def file(folder: Path, name: str = "thank-somebody.toml", **changed: str | None) -> Path:
    """A playbook's file: a good one but for what is changed, each value as TOML; None leaves a key out."""
    folder.mkdir(exist_ok=True)
    said = {key: value for key, value in (dict(GOOD) | changed).items() if value is not None}
    path = folder / name
    path.write_text("\n".join(f"{key} = {value}" for key, value in said.items()), "utf-8")
    return path
