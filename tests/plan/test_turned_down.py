"""What a colleague said "not now" or "not right" of is told to the gate with who, when and why (S3.15)."""

from __future__ import annotations

from datetime import date, datetime

from tests.people.decided_made import decided

from byname.engines import Engine
from byname.plan.turned_down import COLUMNS, nobody_said_no, turned_down


def test_the_newest_word_of_each_sort_counts_for_that_person_and_play_alone(duck_engine: Engine) -> None:
    said = decided(
        duck_engine,
        {"kind": "not right", "value": "call-back she moved away", "occurred_at": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"kind": "not now", "value": "call-back is ill", "occurred_at": datetime(2026, 11, 1)},  # noqa: DTZ001
        {"kind": "not now", "value": "call-back", "by_whom": "Ada", "record_id": "r2"},
        {"kind": "not now", "value": "preview", "record_id": "r3"},
        {"kind": "not now", "value": ""},
        {"kind": "done", "value": "call-back"},
    ).said
    found = turned_down(duck_engine, said, date(2026, 11, 13))
    rows = duck_engine.fetch(found, order_by=("person_id",)).to_pylist()
    assert rows == [
        {
            "person_id": "p1", "action": "call-back",
            "not_now_days": 10, "not_now_by": "Ada", "not_now_on": "3 November", "not_now_why": "",
            "not_right_days": 257, "not_right_by": "Ben", "not_right_on": "1 March", "not_right_why": "she moved away",
        },
        {
            "person_id": "r3", "action": "preview",
            "not_now_days": 10, "not_now_by": "Ben", "not_now_on": "3 November", "not_now_why": "",
            **{name: None for name in COLUMNS if name.startswith("not_right")},
        },
    ]  # fmt: skip
    nobody = nobody_said_no(duck_engine)
    assert (duck_engine.count(nobody), nobody.schema) == (0, found.schema)
