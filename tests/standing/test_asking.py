"""What to ask whom, to find out how they stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.value.made import AS_OF, UNTIL, Checked, at, bought, by_person, facts, persons, worths

from byname.engines import Engine
from byname.standing.asking import RULES, asking, entropy
from byname.standing.states import STATES

UNSURE = (0.3, 0.3, 0.1, 0.2, 0.1)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def ago(days: int) -> Any:
    return AS_OF - timedelta(days=days)


def asked(
    engine: Engine,
    people: dict[str, tuple[float, ...]] | list[str],
    *,
    net: list[Any] | None = None,
    incidents: list[dict[str, Any]] | None = None,
    closed: list[tuple[str, str, str]] | None = None,
    spoke: list[tuple[str, Any]] | None = None,
    clv: dict[str, float] | None = None,
    **made: list[dict[str, Any]],
) -> dict[str, dict[str, Any]]:
    chances = people if isinstance(people, dict) else dict.fromkeys(people, UNSURE)
    best = [max(one) for one in chances.values()]
    standing = {
        "person_id": pa.array(list(chances), pa.string()),
        "standing": pa.array(["unknown" if one < 0.5 else STATES[0] for one in best], pa.string()),
        "confidence": pa.array(best, pa.float64()),
    } | {state: pa.array([one[place] for one in chances.values()], pa.float64()) for place, state in enumerate(STATES)}
    trouble = pa.schema(
        dict.fromkeys(("person_id", "fact_id", "kind", "says"), pa.string())
        | {"occurred_at": pa.timestamp("us"), "settled_at": pa.timestamp("us"), "severity": pa.int64()}
    )
    rows = [
        {"severity": 1, "says": ""} | row | {name: at(row.get(name)) for name in ("occurred_at", "settled_at")}
        for row in incidents or []
    ]
    table = asking(
        engine,
        standing=engine.arrow(pa.table(standing)),
        worth=worths(engine, clv or {}),
        net=bought(engine, net or []),
        **{name: facts(engine, name, made.get(name, [])) for name in ("ratings", "returns", "contacts")},
        voice=engine.arrow(
            pa.table(
                {
                    "person_id": pa.array([one[0] for one in spoke or []], pa.string()),
                    "occurred_at": pa.array([at(one[1]) for one in spoke or []], pa.timestamp("us")),
                }
            )
        ),
        incidents=engine.arrow(pa.Table.from_pylist(rows, schema=trouble)),
        consents=engine.arrow(
            pa.Table.from_pylist(
                [dict(zip(("person_id", "purpose", "state"), one, strict=True)) for one in closed or []],
                schema=pa.schema(dict.fromkeys(("person_id", "purpose", "state"), pa.string())),
            )
        ),
        record_person=persons(engine, list(chances)),
        until=UNTIL,
    )
    return by_person(engine, table)


def test_each_is_asked_by_the_first_rule_that_fits(engine: Engine) -> None:
    every = [(who, ago(day), 1) for who in ("steady", "rated", "long", "agree") for day in (100, 70, 40, 10)]
    found = asked(
        engine,
        ["open", "settled", "returned", "silent", "first", "steady", "long", "rated", "nobody"],
        net=[
            *(one for one in every if one[0] != "agree"),
            *(("silent", ago(day), 1) for day in (160, 130, 100)),
            ("first", ago(20), 1), ("open", ago(20), 1), ("returned", ago(20), 1), ("settled", ago(50), 1),
        ],
        incidents=[
            {"person_id": "open", "kind": "late delivery", "occurred_at": ago(9)},
            {"person_id": "open", "kind": "wrong bill", "occurred_at": ago(19), "settled_at": ago(2)},
            {"person_id": "settled", "kind": "wrong bill", "occurred_at": ago(19), "settled_at": ago(12)},
            {"person_id": "steady", "kind": "kept promise", "severity": 0, "occurred_at": ago(9)},
            {"person_id": "rated", "kind": "wrong bill", "occurred_at": ago(19), "settled_at": ago(12)},
        ],
        returns=[
            {"record_id": "returned", "occurred_at": ago(5)},
            {"record_id": "rated", "occurred_at": ago(5), "reason": "too small"},
        ],
        ratings=[
            {"record_id": "long", "scale": "nps", "score": 8.0, "occurred_at": ago(500)},
            {"record_id": "rated", "scale": "nps", "score": 8.0, "occurred_at": ago(3)},
        ],
    )  # fmt: skip
    assert {who: row["rule"] for who, row in found.items()} == {
        "open": "open trouble",
        "settled": "settled trouble",
        "returned": "return without a reason",
        "silent": "gone silent",
        "first": "new",
        "steady": "never rated",
        "long": "rated long ago",
        "rated": "signs that disagree",
    }
    assert {rule.name for rule in RULES} == {row["rule"] for row in found.values()}
    assert found["open"]["question"] == "Has what went wrong on 2026-06-21 been put right for you?"
    assert found["open"]["why"] == "late delivery of 2026-06-21 has no end on record"
    assert found["returned"]["why"] == "gave something back on 2026-06-25 without a word"
    assert found["silent"]["why"] == "bought every 30 days, and nothing for 100"


def test_who_spoke_after_a_return_is_not_asked_why(engine: Engine) -> None:
    made = {"net": [("rosa", ago(20), 1)], "returns": [{"record_id": "rosa", "occurred_at": ago(5)}]}
    assert asked(engine, ["rosa"], spoke=[("rosa", ago(4))], **made)["rosa"]["rule"] == "new"
    assert asked(engine, ["rosa"], spoke=[("rosa", ago(6))], **made)["rosa"]["rule"] == "return without a reason"


def test_nobody_is_asked_who_closed_the_door_or_was_asked_this_month(engine: Engine) -> None:
    people = ["closed", "marketing", "not given", "lately", "before", "held", "news"]
    found = asked(
        engine,
        people,
        net=[(who, ago(3), 1) for who in people],
        closed=[
            ("closed", "feedback", "withdrawn"),
            ("closed", "feedback", "given"),
            ("marketing", "marketing", "withdrawn"),
            ("not given", "feedback", "not given"),
        ],
        contacts=[
            {"record_id": "lately", "kind": "ask", "occurred_at": ago(20)},
            {"record_id": "before", "kind": "ask", "occurred_at": ago(31)},
            {"record_id": "held", "kind": "ask", "occurred_at": ago(5), "arm": "held out"},
            {"record_id": "news", "kind": "news", "occurred_at": ago(5)},
        ],
    )
    assert set(found) == {"marketing", "not given", "before", "held", "news"}


def test_only_the_unsure_are_asked_and_the_most_worth_knowing_stand_out(engine: Engine) -> None:
    people = {
        "sure": (0.9, 0.1, 0.0, 0.0, 0.0),
        "thin": (0.55, 0.45, 0.0, 0.0, 0.0),
        "even": (0.2, 0.2, 0.2, 0.2, 0.2),
        "cheap": (0.2, 0.2, 0.2, 0.2, 0.2),
        "loss": (0.2, 0.2, 0.2, 0.2, 0.2),
        "unvalued": (0.2, 0.2, 0.2, 0.2, 0.2),
    }
    clv = {"sure": 1e6, "thin": 100.0, "even": 100.0, "cheap": 1.0, "loss": -50.0}
    found = asked(engine, people, net=[(who, ago(3), 1) for who in people], clv=clv)
    assert {who: row["value_of_knowing"] for who, row in found.items()} == pytest.approx(
        {"thin": 100 * 0.68814 / np.log(5), "even": 100.0, "cheap": 1.0, "loss": 0.0, "unvalued": 0.0}, rel=1e-4
    )


def test_nobody_gives_no_question(engine: Engine) -> None:
    assert asked(engine, []) == {}


@settings(deadline=None)
@given(arrays.arrays(float, (3, 5), elements=st.floats(0, 1)).filter(lambda a: bool((a.sum(axis=1) > 0).all())))
def test_doubt_is_none_when_sure_most_when_all_are_alike_and_blind_to_order(made: np.ndarray[Any, Any]) -> None:
    chances = made / made.sum(axis=1, keepdims=True)
    found = entropy(chances)
    assert ((found >= 0) & (found <= 1)).all()
    assert entropy(chances[:, ::-1]) == pytest.approx(found, abs=1e-12)
    assert (entropy((chances + 0.2) / 2) >= found - 1e-12).all()  # nearer to even is more doubt
    assert entropy(np.eye(5)).tolist() == [0.0] * 5
    assert entropy(np.full((1, 5), 0.2)) == pytest.approx([1.0])
