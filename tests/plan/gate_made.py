"""A small company before the gate: whoever is not said to be otherwise may be contacted in every way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from byname.engines import Engine, Table
from byname.plan.gate import Judged, Limits, Verdict, friend_check, judged
from byname.plan.gate.columns import OFFERED, PACE, TURNED_DOWN
from byname.profile_columns import PROFILE, arrow_schema

AS_OF = date(2026, 5, 4)
LIMITS = Limits(AS_OF)

PERSON: dict[str, Any] = {
    "first_name": "Rosa", "name": "Rosa Haddad", "is_customer": True, "clv": 100.0, "standing": "loyal", "feels": "attached",
    "open_complaints": 0, "open_questions": 0, "incidents_open": 0, "promises_open": 0, "promises_broken": 0,
    "referrals": 0, "referral_unthanked": False, "contacts_7": 0, "contacts_window": 0, "contacts_365": 0, "asks_365": 0,
    "gives_365": 0, "too_much": False, "neglected": False,
}  # fmt: skip
PACES: dict[str, Any] = {
    "most": 4, "window_days": 28, "rest_days": 5, "open_days": 0b11111, "from_minute": 540, "to_minute": 1_020,
    "restricted": False, "own_wish": False, "drawn": False, "dislikes": [], "lines": [], "why": "as the settings say",
}  # fmt: skip
WAY: dict[str, Any] = {
    "address": "rosa@acme.test", "marketing": "given", "feedback": "given", "service": "given", "objected": False,
    "asked": False, "refused": False, "sent": 0, "answered": 0, "bounced": False, "liking": 0.5,
}  # fmt: skip
OFFER: dict[str, Any] = {
    "channel": "email", "place": 0, "team": "marketing", "kind": "news", "purpose": "marketing", "owed": False,
    "cooldown_days": 90, "basis": "consent", "holds_offer": False, "everyone": False, "scarce": None, "uses": [], "topics": [],
}  # fmt: skip

_PROFILE = arrow_schema({name: column.kind for name, column in PROFILE.items()})
_TEXTS = pa.list_(pa.string())
_PACE = pa.schema(
    [("person_id", pa.string()), *arrow_schema(PACE), ("dislikes", _TEXTS), ("lines", _TEXTS), ("why", pa.string())]
)
_REACH = pa.schema(
    [
        *((name, pa.string()) for name in ("person_id", "channel", "address", "marketing", "feedback", "service")),
        *((name, pa.bool_()) for name in ("objected", "asked", "refused")),
        ("sent", pa.int64()), ("answered", pa.int64()), ("bounced", pa.bool_()), ("liking", pa.float64()),
    ]
)  # fmt: skip
_OFFERED = pa.schema([*arrow_schema(OFFERED), ("uses", _TEXTS), ("topics", _TEXTS)])
_PAIR = pa.schema([("person_id", pa.string()), ("action", pa.string())])
_TURNED_DOWN = pa.schema([*_PAIR, *arrow_schema(TURNED_DOWN)])
_RECENT = pa.schema([*_PAIR, ("days", pa.int64())])


@dataclass
class World:
    """What stands before the gate; each part says only what is not as usual.

    Attributes:
        offers: rows of `offered` by action, each a dictionary or several.
        people: columns of `profile` by person.
        pace: columns of `pace` by person; None: no row.
        ways: rows of `reach` by person, by channel.
        matched: pairs; None: everybody with everything.
    """

    offers: dict[str, dict[str, Any] | list[dict[str, Any]]] = field(default_factory=lambda: {"news": {}})
    people: dict[str, dict[str, Any]] = field(default_factory=lambda: {"p1": {}})
    pace: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    ways: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    matched: list[tuple[str, str]] | None = None
    recent: list[tuple[str, str, int]] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
    turned_down: list[dict[str, Any]] = field(default_factory=list)
    limits: Limits = LIMITS

    def rows(self) -> dict[str, tuple[list[dict[str, Any]], pa.Schema]]:
        """The rows of each table, with its schema."""
        offers = {action: one if isinstance(one, list) else [one] for action, one in self.offers.items()}
        matched = self.matched
        if matched is None:
            matched = [(person, action) for person in self.people for action in offers]
        profile = [PERSON | {"person_id": one, "anchor": one, "unit": one} | said for one, said in self.people.items()]
        paces = {person: self.pace.get(person, {}) for person in self.people}
        reach = [
            WAY | {"person_id": person, "channel": channel} | said
            for person in self.people
            for channel, said in self.ways.get(person, {"email": {}}).items()
        ]
        return {
            "profile": (profile, _PROFILE),
            "pace": ([PACES | {"person_id": one} | said for one, said in paces.items() if said is not None], _PACE),
            "reach": (reach, _REACH),
            "offered": (
                [
                    OFFER | {"action": action, "place": place} | said
                    for action, one in offers.items()
                    for place, said in enumerate(one)
                ],
                _OFFERED,
            ),
            "matched": ([{"person_id": person, "action": action} for person, action in matched], _PAIR),
            "recent": ([dict(zip(("person_id", "action", "days"), one, strict=True)) for one in self.recent], _RECENT),
            "held": ([dict(zip(("person_id", "action"), one, strict=True)) for one in self.held], _PAIR),
            "turned_down": (self.turned_down, _TURNED_DOWN),
        }

    def tables(self, engine: Engine) -> dict[str, Table]:
        """The tables in an engine."""
        return {
            name: engine.arrow(pa.Table.from_pylist(rows, schema=schema))
            for name, (rows, schema) in self.rows().items()
        }


@dataclass(frozen=True)
class Found:
    """What the gate said."""

    candidates: set[tuple[str, str, str]]
    blocked: dict[tuple[str, str], dict[str, Any]]

    def rule(self, person: str = "p1", action: str = "news") -> str:
        """The rule that blocks; '' if none does."""
        return str(self.blocked.get((person, action), {"rule": ""})["rule"])

    def all_rules(self, person: str = "p1", action: str = "news") -> set[str]:
        """It and the others."""
        row = self.blocked.get((person, action), {"rule": "", "also": ""})
        return {one for one in (row["rule"], *row["also"].split(", ")) if one}

    def says(self, person: str = "p1", action: str = "news") -> str:
        """The sentence."""
        return str(self.blocked[person, action]["says"])


def put(engine: Engine, world: World) -> Found:
    """Put a company before the gate."""
    return fetched(engine, judged(engine, **world.tables(engine), limits=world.limits))


def fetched(engine: Engine, judge: Judged) -> Found:
    """Both sides, as Python has them."""
    candidates = engine.fetch(judge.candidates).to_pylist()
    rows = engine.fetch(judge.blocked).to_pylist()
    blocked = {(row["person_id"], row["action"]): row for row in rows}
    assert len(blocked) == len(rows)
    found = Found({(row["person_id"], row["action"], row["channel"]) for row in candidates}, blocked)
    assert len(found.candidates) == len(candidates)
    return found


def friend(engine: Engine, world: World, person: str = "p1", action: str = "news", **more: Any) -> tuple[Verdict, ...]:
    """Every rule by name for one of them."""
    tables = world.tables(engine)
    tables.pop("matched")
    return friend_check(engine, person, action, **tables, limits=world.limits, **more)
