"""Lots that last: who is held out stays so, whoever comes and goes (issue 5, proof; S2.7 for people who talk)."""

from __future__ import annotations

from collections import Counter
from typing import cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from tests.proof.made import of_units
from tests.value.made import Checked

from byname.engines import Engine
from byname.proof.holdouts import EVERYTHING, drawn_lots, held, lot

UNITS = [f"unit {n}" for n in range(20_000)]


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def who(engine: Engine, units: dict[str, str], shares: dict[str, float], salt: str = "salt") -> set[tuple[str, str]]:
    table = engine.fetch(held(engine, of_units(engine, units), shares, salt))
    return set(zip(table["person_id"].to_pylist(), table["action"].to_pylist(), strict=True))


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=30, unique=True),
    st.text(max_size=8),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_the_same_unit_keeps_its_arm_whatever_else_changes_and_a_larger_share_only_adds(
    duck_engine: Engine, units: list[str], salt: str, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    of = {unit: unit for unit in units}
    few, many = who(duck_engine, of, {"a": low}, salt), who(duck_engine, of, {"b": 0.5, "a": high}, salt)
    assert few <= many
    half = dict(list(of.items())[::2])
    assert who(duck_engine, half, {"a": low}, salt) == {pair for pair in few if pair[0] in half}


def test_everybody_of_a_household_has_the_same_arm(engine: Engine) -> None:
    found = who(engine, {f"{home}-{n}": f"home {home}" for home in range(300) for n in range(3)}, {"call": 0.3})
    homes = Counter(person.split("-")[0] for person, _ in found)
    assert set(homes.values()) == {3}
    assert 60 <= len(homes) <= 120


def test_lots_are_even_and_those_of_one_action_say_nothing_of_anothers() -> None:
    """Chi-squared at one in ten thousand: over tenths, and over the four cells of any two actions and of two salts."""
    lots = [lot(UNITS, "salt", name) for name in ("call", "call-2", "thank", EVERYTHING)] + [
        lot(UNITS, "pepper", "call")
    ]
    for one in lots:
        assert ((one >= 0) & (one < 1)).all()
        assert chisquare(np.bincount((one * 10).astype(int), minlength=10)).pvalue > 1e-4
    for place, one in enumerate(lots):
        for other in lots[:place]:
            cells = np.bincount((one * 4).astype(int) * 4 + (other * 4).astype(int), minlength=16)
            assert chisquare(cells).pvalue > 1e-4


def test_a_share_is_that_of_the_units_and_none_holds_nobody_out(engine: Engine) -> None:
    of = {unit: unit for unit in UNITS[:5000]}
    found = Counter(action for _, action in who(engine, of, {EVERYTHING: 0.05, "call": 0.2, "owed": 0.0, "all": 1.0}))
    assert found["all"] == 5000
    assert "owed" not in found
    assert found[EVERYTHING] == pytest.approx(250, abs=60)
    assert found["call"] == pytest.approx(1000, abs=110)
    assert who(engine, of, {}) == set()
    assert who(engine, {}, {"call": 0.5}) == set()


def planned(
    engine: Engine, audience: dict[str, str], share: float, campaign: str = "spring"
) -> list[dict[str, object]]:
    people = list(audience)
    ranks = {"person_id": pa.array(people, pa.string()), "rank": pa.array(range(1, len(people) + 1), pa.int64())}
    feels = ["loyal" if place % 3 else "neutral" for place in range(len(people))]
    table = drawn_lots(
        engine,
        of_units(engine, audience),
        worth=engine.arrow(pa.table(ranks)),
        standing=engine.arrow(
            pa.table({"person_id": pa.array(people, pa.string()), "standing": pa.array(feels, pa.string())})
        ),
        share=share,
        salt="salt",
        campaign=campaign,
    )
    return cast("list[dict[str, object]]", engine.fetch(table, order_by=("person_id",)).to_pylist())


@pytest.mark.parametrize("share", [0.0, 0.07, 0.1, 0.5, 1.0])
def test_a_planned_campaign_holds_its_share_in_each_tenth_and_standing_to_within_one(
    engine: Engine, share: float
) -> None:
    rows = planned(engine, {unit: unit for unit in UNITS[:517]}, share)
    out = Counter((row["tenth"], row["standing"]) for row in rows if row["arm"] == "held out")
    of = Counter((row["tenth"], row["standing"]) for row in rows)
    assert len(of) == 20
    for stratum, count in of.items():
        assert abs(out[stratum] - share * count) <= 1
    assert abs(sum(out.values()) - share * 517) <= 1


def test_a_company_of_a_planned_campaign_has_one_arm_and_another_campaign_other_lots(engine: Engine) -> None:
    audience = {f"p{n:04}": f"c{n // 4}" for n in range(800)}
    rows = planned(engine, audience, 0.5)
    arms: dict[object, set[object]] = {}
    for row in rows:
        arms.setdefault(row["unit"], set()).add(row["arm"])
    assert len(rows) == 800
    assert all(len(arm) == 1 for arm in arms.values())
    assert rows == planned(engine, audience, 0.5)
    again = planned(engine, audience, 0.5, "autumn")
    same = np.mean([one["arm"] == other["arm"] for one, other in zip(rows, again, strict=True)])
    assert 0.35 < same < 0.65


def test_over_many_campaigns_each_unit_is_held_out_as_often_as_its_share_says(engine: Engine) -> None:
    """Small strata too: rounding each of them would never hold anybody out of three."""
    counts: Counter[object] = Counter()
    for campaign in range(30):
        counts.update(
            row["person_id"]
            for row in planned(engine, {unit: unit for unit in UNITS[:30]}, 0.2, f"campaign {campaign}")
            if row["arm"] == "held out"
        )
    found = np.array([counts[unit] for unit in UNITS[:30]])
    assert found.sum() == pytest.approx(180, abs=12)
    assert found.min() >= 1
    assert found.max() <= 14
