"""What is believed is chosen on the shop's own past, without a look ahead, and its ranges hold (S2.12, S3.19, S4.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from tests.value.shop import FIRST, Shop, simulated

from byname.value.backtest import backtest
from byname.value.blend import weights
from byname.value.candidates import GROUPED, LEARNED, PLAIN, PLAIN_REFERENCE, SEASONAL, Fitted
from byname.value.learned import learn
from byname.value.policy import Policy, choose
from byname.value.ranges import Places, Ranges, Tops, coverage
from byname.value.scores import gini, top, total_error
from byname.value.seasons import Calendar
from byname.value.windows import season_seen

DAYS, HORIZON = 720, 180
AS_OF = FIRST + timedelta(days=DAYS - HORIZON)
CHRISTMAS = np.array([0.7, 0.7, 0.8, 0.8, 0.9, 0.9, 0.9, 0.9, 1.0, 1.1, 1.5, 1.8])


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulated(3_000, DAYS + 1, seed=3)


@pytest.fixture(scope="module")
def policy(shop: Shop) -> Policy:
    return choose(shop.past(), AS_OF, HORIZON)


def foretold(shop: Shop, policy: Policy) -> tuple[Any, Any, dict[str, Any]]:
    """What is expected of each buyer at the as-of day, what each really spent, and every candidate's prediction."""
    rows, ids = shop.rows(AS_OF)
    fitted = Fitted.on(rows, AS_OF, shop.past().daily)
    predicted = policy.predict(fitted, rows, HORIZON)
    expected = policy.blended(fitted, predicted)
    every = fitted.outlook(rows).expected_spend(HORIZON, fitted.names)
    return expected, shop.later(ids, AS_OF, AS_OF + timedelta(days=HORIZON)), every


def test_the_blend_is_as_good_as_the_best_candidate_on_days_that_nobody_saw(shop: Shop, policy: Policy) -> None:
    expected, actual, every = foretold(shop, policy)
    best = max(gini(actual, one) for one in every.values())
    assert gini(actual, expected) > best - 0.01
    assert abs(total_error(actual, expected)) < 0.15
    assert abs(total_error(actual, every[PLAIN])) > 0.15  # people leave, and that rule does not know it


def test_four_in_five_are_inside_their_range_and_the_median_is_nearer_than_the_mean(shop: Shop, policy: Policy) -> None:
    expected, actual, _ = foretold(shop, policy)
    assert policy.ranges is not None
    low, median, high = policy.ranges.of_people(Places.of(expected)(expected), expected)
    assert 0.75 < coverage(actual, low, high) < 0.85
    assert np.abs(actual - median).mean() < np.abs(actual - expected).mean()
    assert (low <= median).all()
    assert (median <= high).all()


def test_the_chance_of_the_top_tenth_comes_true_as_often_as_it_says(shop: Shop, policy: Policy) -> None:
    expected, actual, _ = foretold(shop, policy)
    assert policy.year is not None
    chance = policy.year.of_people(Places.of(expected)(expected))
    among = np.zeros(len(actual))
    among[top(actual, 0.1)] = 1
    assert abs(chance.sum() - among.sum()) < 0.2 * among.sum()
    likely = chance > 0.5
    assert likely.sum() > 20
    assert abs(chance[likely].mean() - among[likely].mean()) < 0.15


def test_what_comes_after_the_day_changes_nothing(shop: Shop, policy: Policy) -> None:
    known = shop.until((AS_OF - FIRST).days)
    assert choose(known.past(), AS_OF, HORIZON).to_json() == policy.to_json()


def test_a_policy_is_the_same_after_it_was_kept(policy: Policy, shop: Shop) -> None:
    again = Policy.from_json(policy.to_json())
    assert again.to_json() == policy.to_json()
    np.testing.assert_array_equal(foretold(shop, again)[0], foretold(shop, policy)[0])


@pytest.mark.parametrize("factor", [0.01, 100.0, 7.0])
def test_another_unit_of_money_scales_everything_and_changes_no_choice(
    shop: Shop, policy: Policy, factor: float
) -> None:
    """The currency does not matter: in the peers' priors it does."""
    there = choose(shop.times(factor).past(), AS_OF, HORIZON)
    assert dict(there.weights) == dict(policy.weights)
    expected, _, _ = foretold(shop, policy)
    scaled, _, _ = foretold(shop.times(factor), there)
    np.testing.assert_allclose(scaled, expected * factor, rtol=1e-6)


def test_a_policy_serves_for_a_quarter_and_its_own_horizon(policy: Policy) -> None:
    assert policy.serves(AS_OF, HORIZON, policy.people)
    assert policy.serves(AS_OF + timedelta(days=92), HORIZON, policy.people)
    assert not policy.serves(AS_OF - timedelta(days=1), HORIZON, policy.people)
    assert not policy.serves(AS_OF + timedelta(days=93), HORIZON, policy.people)
    assert not policy.serves(AS_OF, HORIZON + 1, policy.people)
    assert not policy.serves(AS_OF, HORIZON, 2 * policy.people + 1)


@pytest.mark.parametrize("people", [1, 5, 29])
def test_a_young_or_tiny_shop_gets_the_reference_and_no_record(people: int) -> None:
    tiny = choose(simulated(people, 100, seed=1).past(), FIRST + timedelta(days=99), 365)
    assert (dict(tiny.weights), tiny.ranges, tiny.record) == ({PLAIN_REFERENCE: 1.0}, None, None)
    young = choose(simulated(500, 20, seed=1).past(), FIRST + timedelta(days=19), 365)
    assert young.record is None
    assert "nothing to test it on" in young.says()


def test_the_record_of_a_back_test_is_of_days_that_the_choice_did_not_see(shop: Shop) -> None:
    told: list[str] = []
    tested = backtest(shop.past(), AS_OF, HORIZON, told.append)
    record = tested.policy.record
    assert record is not None
    assert record.held_out
    assert record.first == 50
    assert 10 <= record.came_true <= 50
    assert tested.origins == 4
    assert len(told) == 5
    blends = [one for one in tested.policy.scores if one.candidate == "blend"]
    assert len(blends) == 4
    assert all(one.coverage is not None and 0.65 < one.coverage < 0.95 for one in blends)
    assert {one.candidate for one in tested.policy.scores} >= {PLAIN, LEARNED, PLAIN_REFERENCE, "blend, median"}


# --------------------------------------------------------------------------------------------- seasons


def test_the_pace_of_months_is_found_again_and_next_christmas_is_foretold() -> None:
    pace = CHRISTMAS / CHRISTMAS.mean()
    shop = simulated(4_000, 3 * 365 + 31, seed=5, pace=pace)
    day = FIRST + timedelta(days=2 * 365 + 300)  # the end of October
    rows, ids = shop.rows(day)
    fitted = Fitted.on(rows, day, shop.past().daily)
    assert fitted.calendar is not None
    np.testing.assert_allclose(fitted.calendar.pace, pace, rtol=0.12)
    actual = shop.later(ids, day, day + timedelta(days=60))
    found = fitted.outlook(rows).expected_spend(60, [SEASONAL, PLAIN_REFERENCE])
    assert abs(total_error(actual, found[SEASONAL])) < 0.1
    assert total_error(actual, found[PLAIN_REFERENCE]) < -0.2


def test_a_steady_calendar_is_no_calendar() -> None:
    steady = Calendar(np.ones(12))
    recency, age = np.array([0, 5, 40]), np.array([3, 5, 400])
    again = steady.retimed(AS_OF, recency, age)
    assert [one.tolist() for one in again] == [recency.tolist(), age.tolist()]
    assert steady.ahead(AS_OF, 90.0) == 90.0


def test_histories_stay_histories_on_any_clock() -> None:
    random = np.random.default_rng(2)
    age = random.integers(0, 900, 500)
    recency = (age * random.random(500)).astype(np.int64)
    found, older = Calendar(CHRISTMAS / CHRISTMAS.mean()).retimed(AS_OF, recency, age)
    assert (found <= older).all()
    assert ((found > 0) == (recency > 0)).all()


def test_a_month_that_was_never_seen_is_said() -> None:
    assert not season_seen(FIRST, FIRST + timedelta(days=270), 90)
    assert season_seen(FIRST, FIRST + timedelta(days=400), 365)


# -------------------------------------------------------------------------------------- covariates


def test_who_came_by_another_channel_is_expected_to_go_on_as_the_like_do() -> None:
    """The till's people buy on, the marketplace's came once or twice: what a person's own days do not yet tell."""
    till, market = simulated(1_200, 541, seed=31), simulated(1_200, 541, seed=32)
    first = np.full(market.people, 1 << 30)
    np.minimum.at(first, market.person, market.day)
    soon = market.day <= first[market.person] + 20  # they leave within three weeks
    shop = Shop(
        np.concatenate((till.person, market.person[soon] + till.people)),
        np.concatenate((till.day, market.day[soon])),
        np.concatenate((till.spent, market.spent[soon])),
        np.repeat([1, 2], [till.people, market.people]),
    )
    day = FIRST + timedelta(days=360)
    rows, ids = shop.rows(day)
    fitted = Fitted.on(rows, day, shop.past().daily)
    assert GROUPED in fitted.names
    found = fitted.outlook(rows).expected_spend(180, [GROUPED, PLAIN_REFERENCE])
    actual = shop.later(ids, day, day + timedelta(days=180))
    assert gini(actual, found[GROUPED]) > gini(actual, found[PLAIN_REFERENCE]) + 0.01
    of_market = rows.grp == 2
    assert found[GROUPED][of_market].sum() < 0.6 * found[PLAIN_REFERENCE][of_market].sum()
    chosen = choose(shop.past(), day, 180)
    assert GROUPED in chosen.weights


def test_people_of_one_channel_have_no_candidate_of_that_kind(shop: Shop) -> None:
    rows, _ = shop.rows(AS_OF)
    assert GROUPED not in Fitted.on(rows, AS_OF, shop.past().daily).names


# ---------------------------------------------------------------------------------------------- pieces


def test_weights_choose_the_candidate_that_knows() -> None:
    random = np.random.default_rng(0)
    actual = random.gamma(1, 10, 400)
    noise = random.gamma(1, 10, 400)
    chosen = weights([{"noise": noise, "knows": actual}], [actual])
    assert chosen == {"knows": 1.0}


def test_places_go_up_with_what_is_expected_and_ties_share_one() -> None:
    expected = np.array([0.0, 0.0, 0.0, 1.0, 2.0, 5.0])
    place = Places.of(expected)(expected)
    assert (np.diff(place) >= 0).all()
    assert place[0] == place[2] == pytest.approx(0.2, abs=0.1)
    assert ((place >= 0) & (place <= 1)).all()


def test_where_most_spend_nothing_the_range_starts_at_nothing() -> None:
    random = np.random.default_rng(4)
    expected = np.full(4_000, 3.0)
    actual = np.where(random.random(4_000) < 0.85, 0.0, 20.0)
    place = Places.of(expected)(expected)
    low, median, high = Ranges.of(place, expected, actual).of_people(place, expected)
    assert (low == 0).all()
    assert (median == 0).all()
    assert (high == 0).all()
    assert coverage(actual, low, high) == pytest.approx(0.8)


def test_chances_never_fall_with_the_place() -> None:
    random = np.random.default_rng(6)
    expected = random.gamma(1, 10, 3_000)
    place = Places.of(expected)(expected)
    found = Tops.of([(place, random.gamma(1, expected))])
    assert (np.diff(found.chance) >= 0).all()
    assert found.of_people(place).mean() == pytest.approx(0.1, abs=0.01)


def test_trees_are_the_same_twice_and_after_they_were_kept(shop: Shop) -> None:
    rows, ids = shop.rows(AS_OF - timedelta(days=HORIZON))
    spent = shop.later(ids, AS_OF - timedelta(days=HORIZON), AS_OF)
    one, other = learn([(rows, spent)]), learn([(rows, spent)])
    assert one.trees == other.trees
    np.testing.assert_array_equal(one.expected_spend(rows), other.expected_spend(rows))
    assert abs(total_error(spent, one.expected_spend(rows))) < 0.2
