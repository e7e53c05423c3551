"""Who brought whom, and that each friend's worth is credited exactly once (S4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import UNTIL, Checked, bought, by_person, facts, persons, worths

from byname.engines import Engine
from byname.value.descent import credited, cycles_cut, descendants
from byname.value.referrals import ReferralTerms, Referred, referral_value

NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC by contract
ALL = ReferralTerms(came_anyway=0.0)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def told(referrer: str | None, friend: str | None, when: str | datetime | None = "2026-01-01") -> dict[str, Any]:
    return {"record_id": referrer, "referred_record_id": friend, "occurred_at": when}


def valued(
    engine: Engine,
    referrals: Sequence[dict[str, Any]],
    *,
    clv: Mapping[str, float] | None = None,
    net: Sequence[tuple[str, Any, object]] = (),
    terms: ReferralTerms = ALL,
    margin: float = 1.0,
    people: Mapping[str, str] | None = None,
) -> Referred:
    ends = ("record_id", "referred_record_id")
    known = people or {row[end]: row[end] for row in referrals for end in ends if row[end] and row[end] != "stranger"}
    return referral_value(
        engine,
        facts(engine, "referrals", referrals),
        persons(engine, known),
        worths(engine, clv or {}),
        bought(engine, net),
        terms,
        margin=margin,
        until=UNTIL,
    )


def values(engine: Engine, found: Referred) -> dict[str, float]:
    return {who: row["referral_value"] for who, row in by_person(engine, found.value).items()}


def edges(engine: Engine, found: Referred) -> dict[str, str]:
    return {who: row["referrer_id"] for who, row in by_person(engine, found.brought).items()}


def test_a_friend_is_worth_margin_clv_and_the_saved_cost(engine: Engine) -> None:
    found = valued(
        engine,
        [told("rosa", "jonas", "2026-02-01")],
        clv={"jonas": 30.0},
        net=[("jonas", "2026-02-10", 100), ("jonas", "2026-03-10", 50)],
        terms=ReferralTerms(acquisition_cost=20, came_anyway=0.25),
        margin=0.4,
    )
    (row,) = engine.fetch(found.value).to_pylist()
    assert row == {
        "person_id": "rosa",
        "brought": 1,
        "brought_all": 1,
        "friends_spent": Decimal(150),
        "referral_value": pytest.approx(0.75 * (0.4 * 150 + 30) + 20),
    }
    (edge,) = engine.fetch(found.brought).to_pylist()
    assert edge["occurred_at"] == NEW_YEAR + timedelta(days=31)
    assert (edge["source"], edge["source_id"], edge["fact_id"]) == ("shop", "referrals-0", "referrals-0")
    assert found.report == []


def test_of_friends_who_all_came_anyway_only_the_cost_is_saved(engine: Engine) -> None:
    found = valued(
        engine,
        [told("rosa", "jonas")],
        clv={"jonas": 30.0},
        net=[("jonas", "2026-02-10", 100)],
        terms=ReferralTerms(acquisition_cost=7, came_anyway=1),
    )
    assert values(engine, found) == {"rosa": pytest.approx(7)}


def test_a_friend_who_has_bought_nothing_yet_is_worth_nothing_yet(engine: Engine) -> None:
    found = valued(engine, [told("rosa", "jonas")], terms=ReferralTerms(acquisition_cost=7))
    assert by_person(engine, found.value)["rosa"]["brought"] == 1
    assert values(engine, found) == {"rosa": 0.0}


def test_only_what_was_spent_since_counts_and_the_day_before_is_since(engine: Engine) -> None:
    net = [("jonas", "2026-01-10", 1000), ("jonas", "2026-01-31T18:00", 10), ("jonas", "2026-05-01", 5)]
    found = valued(engine, [told("rosa", "jonas", "2026-02-01T12:00")], net=net)
    assert values(engine, found) == {"rosa": pytest.approx(15)}
    assert dict(found.report)["friends who had bought before"].startswith("1, ")
    undated = valued(engine, [told("rosa", "jonas", None)], net=net)
    assert values(engine, undated) == {"rosa": pytest.approx(1015)}
    assert dict(undated.report)["referrals without a date"].startswith("1, ")


def test_what_lies_ahead_does_not_count(engine: Engine) -> None:
    found = valued(engine, [told("rosa", "jonas", UNTIL)], net=[("jonas", "2026-06-01", 5)])
    assert values(engine, found) == {}
    assert edges(engine, found) == {}
    assert found.report == []


def test_who_refers_herself_by_another_record_brought_nobody(engine: Engine) -> None:
    found = valued(
        engine,
        [told("rosa", "rosa at work"), told("rosa at work", "rosa")],
        people={"rosa": "p1", "rosa at work": "p1"},
        clv={"p1": 10.0},
        net=[("p1", "2026-02-01", 1)],
    )
    assert values(engine, found) == {}
    assert found.report == [("referrals of oneself", "2, left out: both records are one person")]


def test_the_earliest_of_two_brought_the_friend(engine: Engine) -> None:
    found = valued(
        engine,
        [
            told("late", "jonas", "2026-03-01"),
            told("rosa", "jonas", "2026-02-01"),
            told("rosa", "jonas", "2026-04-01"),
            told("undated", "jonas", None),
        ],
    )
    assert edges(engine, found) == {"jonas": "rosa"}
    assert found.report == [
        ("referrals told twice", "1, counted once"),
        ("later claims", "2, left out: another had brought the friend before"),
    ]


def test_two_claims_of_one_moment_go_by_their_records(engine: Engine) -> None:
    for rows in ([told("b", "jonas"), told("a", "jonas")], [told("a", "jonas"), told("b", "jonas")]):
        assert edges(engine, valued(engine, rows)) == {"jonas": "a"}


def test_a_circle_of_three_is_broken_at_its_newest_referral(engine: Engine) -> None:
    circle = [told("a", "b", "2026-01-01"), told("b", "c", "2026-02-01"), told("c", "a", "2026-03-01")]
    tail = [told("c", "d", "2026-04-01")]
    net = [(who, "2026-06-01", 8) for who in "abcd"]
    found = valued(engine, circle + tail, net=net, terms=ReferralTerms(came_anyway=0, generation_discount=1))
    assert edges(engine, found) == {"b": "a", "c": "b", "d": "c"}
    # b's goes to a; c's to a and b; d's to a, b and c; a's to nobody.
    assert values(engine, found) == {
        "a": pytest.approx(8 + 4 + 8 / 3),
        "b": pytest.approx(4 + 8 / 3),
        "c": pytest.approx(8 / 3),
    }
    assert ("circles", "1, each broken at its newest referral") in found.report
    assert {who: row["brought_all"] for who, row in by_person(engine, found.value).items()} == {"a": 3, "b": 2, "c": 1}


def test_a_circle_without_dates_is_broken_too(engine: Engine) -> None:
    found = valued(engine, [told("a", "b", None), told("b", "a", None)])
    assert edges(engine, found) == {"b": "a"}


def test_a_chain_of_ten_thousand_is_credited_at_once(engine: Engine) -> None:
    people = [f"p{n:05}" for n in range(10_001)]
    rows = [told(people[n], people[n + 1], NEW_YEAR - timedelta(hours=n)) for n in reversed(range(10_000))]
    net = [(who, "2026-06-01", 1) for who in people]
    found = valued(engine, rows, net=net)
    table = by_person(engine, found.value)
    assert len(table) == 10_000
    assert table["p00000"]["brought_all"] == 10_000
    assert sum(row["referral_value"] for row in table.values()) == pytest.approx(10_000, rel=1e-9)
    # From the sixth on each has five above: what comes to one in the middle is exactly one friend's worth.
    assert table["p05000"]["referral_value"] == pytest.approx(1)
    assert found.report == []


def test_a_referral_whose_friend_is_nobody_we_know_is_left_out_and_counted(engine: Engine) -> None:
    found = valued(engine, [told("rosa", "stranger"), told("rosa", None), told(None, "rosa")])
    assert values(engine, found) == {}
    assert [what for what, _ in found.report] == ["referrals of nobody"]
    assert found.report[0][1].startswith("3, ")


def test_nothing_told_gives_empty_tables(engine: Engine) -> None:
    found = valued(engine, [])
    assert (engine.count(found.value), engine.count(found.brought), found.report) == (0, 0, [])
    assert found.value.columns == ("person_id", "brought", "brought_all", "friends_spent", "referral_value")


@pytest.mark.parametrize(
    "wrong",
    [{"acquisition_cost": -1.0}, {"came_anyway": 1.1}, {"generation_discount": float("nan")}, {"generations": 0}],
)
def test_terms_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ReferralTerms(**wrong)


NAMES = [f"p{n}" for n in range(9)]
claims = st.builds(
    told,
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.one_of(st.none(), st.integers(0, 120).map(lambda day: NEW_YEAR + timedelta(days=day))),
)
orders = st.tuples(
    st.sampled_from(NAMES),
    st.integers(0, 120).map(lambda day: NEW_YEAR + timedelta(days=day, hours=12)),
    st.integers(0, 500),
)
cases = {
    "referrals": st.lists(claims, max_size=14),
    "net": st.lists(orders, max_size=14),
    "clv": st.dictionaries(st.sampled_from(NAMES), st.floats(0, 1000), max_size=9),
    "terms": st.builds(
        ReferralTerms, st.floats(0, 50), st.floats(0, 1), st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.integers(1, 6)
    ),
}
run = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def worth_of(friend: str, when: datetime | None, net: Any, clv: Any, terms: ReferralTerms, margin: float) -> float:
    """The formula, by hand."""
    if not any(who == friend for who, *_ in net):
        return 0.0
    since = sum(amount for who, at, amount in net if who == friend and (when is None or at >= when - timedelta(days=1)))
    return (1 - terms.came_anyway) * (margin * since + clv.get(friend, 0.0)) + terms.acquisition_cost


@run
@given(**cases)
def test_each_friends_worth_is_credited_exactly_once_and_nobody_descends_from_himself(
    engine: Engine, referrals: list[dict[str, Any]], net: Any, clv: dict[str, float], terms: ReferralTerms
) -> None:
    found = valued(engine, referrals, net=net, clv=clv, terms=terms, margin=0.5)
    rows = engine.fetch(found.brought).to_pylist()
    up = {row["person_id"]: row["referrer_id"] for row in rows}
    for start in up:
        path = [start]
        while path[-1] in up:
            path.append(up[path[-1]])
            assert path[-1] not in path[:-1]
    expected: dict[str, float] = dict.fromkeys(up.values(), 0.0)
    for row in rows:
        worth = worth_of(row["person_id"], row["occurred_at"], net, clv, terms, 0.5)
        above, one = [], row["person_id"]
        while one in up and len(above) < terms.generations:
            above.append(one := up[one])
        weights = [terms.generation_discount**g for g in range(len(above))]
        for who, weight in zip(above, weights, strict=True):
            expected[who] += worth * weight / sum(weights)
    given_out = values(engine, found)
    assert given_out == pytest.approx(expected, abs=1e-9)
    total = sum(worth_of(row["person_id"], row["occurred_at"], net, clv, terms, 0.5) for row in rows)
    assert sum(given_out.values()) == pytest.approx(total, abs=1e-9)


@run
@given(**cases)
def test_another_unit_of_money_is_another_unit_of_worth(
    engine: Engine, referrals: list[dict[str, Any]], net: Any, clv: dict[str, float], terms: ReferralTerms
) -> None:
    one = valued(engine, referrals, net=net, clv=clv, terms=terms)
    cents = ReferralTerms(100 * terms.acquisition_cost, *(getattr(terms, name) for name in terms.__slots__[1:]))
    hundred = valued(
        engine,
        referrals,
        net=[(who, at, 100 * amount) for who, at, amount in net],
        clv={who: 100 * each for who, each in clv.items()},
        terms=cents,
    )
    assert values(engine, hundred) == pytest.approx({who: 100 * each for who, each in values(engine, one).items()})
    assert edges(engine, hundred) == edges(engine, one)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 11)), min_size=1, max_size=12), st.randoms())
def test_every_circle_is_cut_once_and_at_its_newest(above: list[int | None], random: Any) -> None:
    nodes = len(above)
    parent = np.array([nodes if one is None or one >= nodes else one for one in above])
    ages = list(range(nodes))
    random.shuffle(ages)
    age = np.array(ages)
    circles = set()
    for start in range(nodes):
        path = [start]
        while path[-1] < nodes and path[-1] not in path[:-1]:
            path.append(int(parent[path[-1]]))
        if path[-1] < nodes:
            circles.add(frozenset(path[path.index(path[-1]) :]))
    cut = cycles_cut(parent, age)
    assert set(cut.tolist()) == {max(circle, key=lambda node: ages[node]) for circle in circles}
    parent[cut] = nodes
    below = np.zeros(nodes, np.int64)
    for start in range(nodes):
        one = int(parent[start])
        while one < nodes:
            below[one] += 1
            one = int(parent[one])
    assert (descendants(parent) == below).all()
    worth = np.arange(1.0, nodes + 1)
    assert credited(parent, worth, 0.5, 3).sum() == pytest.approx(worth[parent < nodes].sum())
