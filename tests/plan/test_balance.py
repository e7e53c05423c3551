"""What we ask against what we give, and mass against individual (S2.1, S3.12, S4.3, S4.17)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from byname.engines import Engine
from byname.plan.balance import balance
from byname.playbooks.condition import profile_schema

YEAR_AGO = datetime(2025, 6, 30)  # noqa: DTZ001 - times of facts are UTC and carry no zone


def contact(who: str, name: str | None, kind: str, *, ago: int = 10, service: bool = False) -> dict[str, Any]:
    return {
        "person_id": who, "day": date(2026, 6, 20), "ago": ago, "campaign": name, "action": None, "kind": kind,
        "is_service": service,
    }  # fmt: skip


CONTACTS = pa.schema(
    [
        ("person_id", pa.string()), ("day", pa.date32()), ("ago", pa.int64()), ("campaign", pa.string()),
        ("action", pa.string()), ("kind", pa.string()), ("is_service", pa.bool_()),
    ]
)  # fmt: skip
RESPONSES = pa.schema([("person_id", pa.string()), ("kind", pa.string()), ("occurred_at", pa.timestamp("us"))])


def found(
    engine: Engine, contacts: list[dict[str, Any]], people: list[dict[str, Any]], responses: list[dict[str, Any]]
) -> dict[str, tuple[int, int]]:
    plain = {
        "is_customer": True,
        "rank_share": 0.5,
        "asks_365": 0,
        "gives_365": 0,
        "too_much": False,
        "neglected": False,
    }
    profile = [plain | {"person_id": f"p{n}"} | one for n, one in enumerate(people)]
    rows = balance(
        engine,
        engine.arrow(pa.Table.from_pylist(profile, schema=profile_schema())),
        engine.arrow(pa.Table.from_pylist(contacts, schema=CONTACTS)),
        engine.arrow(pa.Table.from_pylist(responses, schema=RESPONSES)),
        year_ago=YEAR_AGO,
    ).to_pylist()
    return {row["what"]: (row["many"], row["of"]) for row in rows}


def test_what_twenty_got_at_once_is_mass_and_the_rest_is_for_one_person(duck_engine: Engine) -> None:
    contacts = [contact(f"p{n}", "Letter", "news") for n in range(20)]
    contacts += [contact(f"p{n}", "Note", "thank") for n in range(3)]
    contacts += [contact(f"p{n}", None, "ask") for n in range(25)]  # calls without a name are nobody's campaign
    contacts += [contact("p1", "Old", "news", ago=400), contact("p1", "Parcel", "service", service=True)]
    assert found(duck_engine, contacts, [{}], [])["individual"] == (28, 48)


def test_asks_stand_against_gives_and_thanks(duck_engine: Engine) -> None:
    contacts = [contact("p1", None, kind) for kind in ("ask", "ask", "give", "thank", "news")]
    people = [{"asks_365": 2, "gives_365": 1}, {"asks_365": 1, "gives_365": 1}, {"gives_365": 4}]
    said = found(duck_engine, contacts, people, [])
    assert said["gives"] == (2, 4)
    assert said["asked more than given"] == (1, 1)


def test_who_was_never_thanked_and_who_was(duck_engine: Engine) -> None:
    people = [
        {"days_since_thanked": 10, "rank_share": 0.05}, {"rank_share": 0.1}, {"days_since_thanked": 500},
        {"is_customer": False},
    ]  # fmt: skip
    said = found(duck_engine, [], people, [])
    assert said["thanked"] == (1, 3)
    assert said["best never thanked"] == (1, 2)


def test_the_line_counts_people_who_left_or_complained_of_contact_within_a_year(duck_engine: Engine) -> None:
    contacts = [contact(f"p{n}", None, "news") for n in range(5)]
    now, long_ago = datetime(2026, 6, 1), datetime(2025, 1, 1)  # noqa: DTZ001
    said = found(
        duck_engine,
        contacts,
        [{"hard_days": 3, "too_much": True}],
        [
            {"person_id": "p1", "kind": "unsubscribed", "occurred_at": now},
            {"person_id": "p1", "kind": "unsubscribed", "occurred_at": now},
            {"person_id": "p2", "kind": "unsubscribed", "occurred_at": long_ago},
            {"person_id": "p3", "kind": "complained", "occurred_at": now},
        ],
    )
    assert said["opted out"] == (1, 5)
    assert said["complained of contact"] == (1, 5)
    assert (said["hard"], said["too much"]) == ((1, 1), (1, 1))


def test_of_nobody_there_is_no_share_and_no_error(duck_engine: Engine) -> None:
    assert set(found(duck_engine, [], [], []).values()) == {(0, 0)}
