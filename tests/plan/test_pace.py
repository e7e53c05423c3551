"""How often each person may be contacted."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plan.profile_made import AS_OF, Once, Rows, World, ago
from tests.value.made import by_person

from byname.engines import Engine
from byname.plan.pace import Pace, pace
from byname.plan.pace_limits import limited
from byname.plan.pace_lots import SHARE
from byname.plan.profile import profile
from byname.plan.relations import known_to, meetings
from byname.plan.touches import touches

CASES: dict[str, Rows] = {}
SETTINGS = {"zone": "Europe/Berlin"}  # four contacts in 28 days, five days of rest


def case(
    name: str, *wishes: tuple[str, str, int] | tuple[str, str, int, int], standing: str = "neutral", **rows: Any
) -> str:
    """Somebody with wishes: (kind, value, days ago[, days until it ends])."""
    said = [
        {
            "kind": one[0],
            "value": one[1],
            "occurred_at": ago(one[2]),
            "until": ago(-one[3], 0) if len(one) > 3 else None,
        }
        for one in wishes
    ]
    CASES[name] = {"preferences": said, "standing": [{"standing": standing}]} | rows
    return name


def paced(
    engine: Engine, cases: dict[str, Rows], said: dict[str, Any], salt: str = "salt"
) -> tuple[Pace, dict[str, dict[str, Any]]]:
    world = World(engine, cases, said)
    given, day = world.sources(), world.day()
    touched = touches(engine, given.facts, given.record_person, day)
    people = profile(engine, given, touched, known_to(engine, given, meetings(engine, given, touched, day), day), day)
    found = pace(engine, given, touched, people, day, salt=salt)
    return found, by_person(engine, found.table)


@pytest.fixture(scope="module")
def made(duck_engine: Engine) -> tuple[Pace, dict[str, dict[str, Any]]]:
    return paced(cast("Engine", Once(duck_engine)), CASES, SETTINGS)


@pytest.fixture
def found(made: tuple[Pace, dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return made[1]


def limits(found: dict[str, dict[str, Any]], *names: str) -> dict[str, tuple[int, int, int]]:
    return {name: (found[name]["most"], found[name]["window_days"], found[name]["rest_days"]) for name in names}


for standing in ("dissatisfied", "actively_dissatisfied", "unknown", "neutral", "loyal", "advocate"):
    case(standing, standing=standing)


def test_without_a_wish_the_standing_says_how_often(found: dict[str, dict[str, Any]]) -> None:
    """S2.8: stated defaults."""
    most = {"dissatisfied": 1, "actively_dissatisfied": 1, "unknown": 1, "neutral": 2, "loyal": 4, "advocate": 4}
    assert limits(found, *most) == {name: (count, 28, 5) for name, count in most.items()}
    assert not any(found[name]["own_wish"] or found[name]["drawn"] for name in most)
    assert found["neutral"]["why"] == "neutral: at most 2 in 28 days"
    assert found["dissatisfied"]["why"].startswith("unhappy")


case("monthly", ("pace", "once a month", 9), standing="loyal")
case("weekly", ("pace", "weekly", 9), standing="unknown")
case("daily", ("pace", "daily", 9), standing="unknown")
case("yearly", ("pace", "twice a year", 9), standing="advocate")
case("never", ("pace", "Never!", 9), standing="loyal")
case("murmurs", ("pace", "you know how", 9), standing="loyal")
case("as usual", ("pace", "never", 90), ("pace", "normal", 9), standing="loyal")
case("changed", ("pace", "daily", 90), ("pace", "once a month", 9), standing="loyal")
case("at once", ("pace", "daily", 9), ("pace", "once a quarter", 9), standing="loyal")
case("for a while", ("pace", "never", 90, -1), standing="loyal")
case("said elsewhere", ("topic", "never", 9), standing="loyal")


def test_the_own_wish_goes_first_and_never_above_the_companys_limit(
    made: tuple[Pace, dict[str, dict[str, Any]]],
) -> None:
    """S2.8: rest asked for is rest given."""
    pace_, found = made
    assert limits(found, "monthly", "weekly", "daily", "yearly", "never", "murmurs") == {
        "monthly": (1, 30, 30),
        "weekly": (4, 28, 7),  # over our window, with the rest that keeps it weekly
        "daily": (4, 28, 5),
        "yearly": (2, 365, 183),
        "never": (0, 28, 5),
        "murmurs": (1, 91, 91),
    }
    assert found["monthly"]["own_wish"]
    assert found["monthly"]["why"] == 'asked: "once a month"'
    assert found["never"]["why"] == 'asked for no contact: "Never!"'
    told = ("wishes about pace", "1 could not be read and count as once a quarter: a person should look")
    assert told in pace_.report


def test_the_latest_wish_holds_at_one_moment_the_stricter_and_none_beyond_its_end(
    found: dict[str, dict[str, Any]],
) -> None:
    assert limits(found, "as usual", "changed", "at once", "for a while", "said elsewhere") == {
        "as usual": (4, 28, 5), "changed": (1, 30, 30), "at once": (1, 91, 91), "for a while": (4, 28, 5),
        "said elsewhere": (4, 28, 5),
    }  # fmt: skip


case("paused", ("pace", f"pause until {date(2026, 7, 2)}", 9), ("pace", "monthly", 20), standing="loyal")
case("paused by the column", ("pace", "pause", 9, 3), standing="loyal")
case("paused for weeks", ("pace", "pause for 2 weeks", 9), standing="loyal")
case("paused before", ("pace", "pause for 1 week", 9), standing="loyal")
case("paused for good", ("pace", "pause", 9), standing="loyal")
case("restricted", ("restriction", "", 9), standing="loyal")


def test_a_pause_closes_the_days_until_its_end(found: dict[str, dict[str, Any]]) -> None:
    assert date(2026, 6, 30) == AS_OF  # a Tuesday
    until = {
        name: (found[name]["paused_until"], found[name]["open_days"]) for name in CASES if name.startswith("paused")
    }
    assert until == {
        "paused": (date(2026, 7, 2), 0b1001100),
        "paused by the column": (date(2026, 7, 3), 0b1001000),
        "paused for weeks": (date(2026, 7, 5), 0b1000000),
        "paused before": (None, 0b1001111),
        "paused for good": (None, 0b1001111),
    }
    assert limits(found, "paused", "paused for good") == {"paused": (1, 30, 30), "paused for good": (0, 28, 5)}
    assert "paused until 2026-07-02" in found["paused"]["why"]
    assert found["restricted"]["restricted"]
    assert not found["paused"]["restricted"]


case(
    "particular", ("quiet", "not on Mondays", 9), ("quiet", "mornings only", 8), ("dislike", "coffee", 9), ("dislike", "ads", 8),
    ("line", "my health", 9), ("dislike", "tea", 99, -9), ("quiet", "mumble", 9, -1),
)  # fmt: skip
case("unclear", ("quiet", "mumble", 9))
case("many", *(("quiet", f"{hour}-{hour + 1}", 9) for hour in range(10, 17)))
case("abroad", people=[{"anchor": "a", "country": "Japan"}])


def test_quiet_dislikes_and_lines_are_kept_as_they_were_said(made: tuple[Pace, dict[str, dict[str, Any]]]) -> None:
    """S2.3, S2.6: dislikes remembered; the line is the person's."""
    pace_, found = made[0], made[1]["particular"]
    assert (found["open_days"], found["from_minute"], found["to_minute"]) == (0b0001111, 540, 720)
    assert (found["dislikes"], found["lines"]) == (["ads", "coffee"], ["my health"])
    unclear = made[1]["unclear"]
    assert (unclear["from_minute"], unclear["to_minute"]) == (600, 960)
    assert ("wishes about quiet", "of 2 people could not be read") in [
        (what, says.partition(":")[0]) for what, says in pace_.report
    ]


def test_the_week_is_that_of_the_persons_zone(found: dict[str, dict[str, Any]]) -> None:
    abroad = found["abroad"]  # seven hours ahead of Berlin's summer
    assert (abroad["open_days"], abroad["from_minute"], abroad["to_minute"]) == (0b1001111, 540, 780)


case("too much", standing="loyal", answers=[{"kind": "unsubscribed", "occurred_at": ago(9)}])
case("too much for once", ("pace", "weekly", 9), answers=[{"kind": "unsubscribed", "occurred_at": ago(9)}])
case(
    "had", standing="loyal",
    contacts=[{"kind": kind, "occurred_at": ago(days)} for kind, days in (("news", 3), ("ask", 27), ("news", 28), ("service", 1))],
)  # fmt: skip


def test_after_signs_of_too_much_it_is_half_as_many_with_twice_the_rest(found: dict[str, dict[str, Any]]) -> None:
    """S2.9."""
    assert limits(found, "too much", "too much for once") == {"too much": (2, 28, 10), "too much for once": (2, 28, 14)}
    assert "too much" in found["too much"]["why"]


def test_what_they_had_within_their_window_is_beside_it(found: dict[str, dict[str, Any]]) -> None:
    assert found["had"]["had"] == 2


def test_lots_are_off_unless_turned_on_and_never_above_the_own_limit(duck_engine: Engine) -> None:
    """S2.11."""
    cases: dict[str, Rows] = {
        f"p{place}": {
            "standing": [{"standing": "loyal" if place % 2 else "neutral"}],
            "people": [{"anchor": f"a{place}", "household_id": f"h{place // 2}"}],
            "preferences": [] if place % 5 else [{"kind": "pace", "value": "never", "occurred_at": ago(9)}],
        }
        for place in range(1200)
    }
    _, found = paced(duck_engine, cases, {"plan": {"learn_pace": True}})
    own = {0: 0, 1: 4}
    drawn = [name for name, row in found.items() if row["drawn"]]
    # 600 households, each drawn with a chance of one in ten; of 1,200 people a fifth want nothing: 96 expected, sd 13
    assert abs(len(drawn) - SHARE * 960) < 4.5 * (2 * 600 * SHARE * (1 - SHARE)) ** 0.5
    for name, row in found.items():
        place = int(name[1:])
        limit = 0 if place % 5 == 0 else own.get(place % 2, 2) or 2
        assert row["most"] <= limit
        assert row["drawn"] or row["most"] == limit
        assert ("by lot" in row["why"]) == row["drawn"]
    assert {found[name]["most"] for name in drawn if int(name[1:]) % 2} == {0, 1, 2, 3, 4}
    households = {name: int(name[1:]) // 2 for name in found if int(name[1:]) % 5}
    for _, group in itertools.groupby(
        sorted(households, key=lambda one: households[one]), key=lambda one: households[one]
    ):
        assert len({found[name]["drawn"] for name in group}) == 1


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 9), st.integers(1, 60), st.integers(0, 30),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 400), st.booleans()), min_size=20, max_size=20),
)  # fmt: skip
def test_no_wish_is_ever_exceeded_by_contacts_with_their_rest(
    duck_engine: Engine, contacts: int, days: int, rest: int, wishes: list[tuple[int, int, bool]]
) -> None:
    day = World(duck_engine, {}, {"plan": {"contacts": contacts, "days": days, "rest_days": rest}}).day()
    names = [f"w{place}" for place in range(len(wishes))]
    said = {
        "person_id": names,
        "kind": ["pace"] * len(names),
        "value": [f"{most}/{window}d" for most, window, _ in wishes],
        "said_at": [ago(9)] * len(names),
        "said_days": [9] * len(names),
        "until_days": pa.array([None] * len(names), pa.int64()),
    }
    people = {
        "person_id": names,
        "unit": names,
        "standing": ["advocate"] * len(names),
        "too_much": [one for *_, one in wishes],
    }
    table, _ = limited(duck_engine, duck_engine.arrow(pa.table(said)), duck_engine.arrow(pa.table(people)), day, "salt")
    found = by_person(duck_engine, table)
    for name, (most, window, _) in zip(names, wishes, strict=True):
        row = found[name]
        assert row["allowed"] * days <= contacts * row["window_days"]  # never above the company's
        assert row["rest_days"] >= rest
        if most:
            assert row["rest_days"] * most >= window  # so spaced, no window of theirs holds more than they wish
        else:
            assert row["allowed"] == 0
