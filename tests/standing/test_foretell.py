"""Whether the standings of a year ago foretold the year after, and the AUC that says so."""

from __future__ import annotations

from datetime import timedelta
from statistics import NormalDist
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.value.made import AS_OF, UNTIL, Checked, at, bought, by_person, facts, persons

from byname.engines import Engine
from byname.standing.aftermath import YEAR, aftermath, people_of
from byname.standing.foretell import OUTCOMES, RIVALS, SCORES, People, foretell
from byname.standing.ranking import auc, compared, midranks
from byname.standing.states import STATES

THEN = AS_OF - YEAR

# Hanley and McNeil (1982), table I: how sure a reader was of each of 58 normal and 51 abnormal images, from 1 to 5.
NORMAL, ABNORMAL = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def images() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    ratings = np.concatenate([np.repeat(np.arange(1.0, 6.0), counts) for counts in (NORMAL, ABNORMAL)])
    return ratings, np.repeat([False, True], [sum(NORMAL), sum(ABNORMAL)])


def placements(score: NDArray[np.float64], happened: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each pair: 1 where the one with the event is higher, a half where they tie."""
    up, down = score[happened][:, None], score[~happened][None, :]
    return np.where(up > down, 1.0, np.where(up == down, 0.5, 0.0))


# ------------------------------------------------------------------------------------------------ the AUC


def test_the_area_and_its_error_are_those_of_the_published_example() -> None:
    score, happened = images()
    assert auc(score, happened) == pytest.approx(0.893, abs=5e-4)
    found = compared(score[None, :], happened)
    assert np.sqrt(found.covariance[0, 0]) == pytest.approx(0.032, abs=0.0015)  # theirs, by another formula
    assert found.auc[0] == pytest.approx(auc(score, happened), abs=1e-12)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), min_size=4, max_size=40).filter(
        lambda rows: 2 <= sum(row[2] for row in rows) <= len(rows) - 2
    )
)
def test_area_and_covariance_are_what_all_pairs_say_ties_and_all(rows: list[tuple[int, int, bool]]) -> None:
    scores = np.array([[row[0] for row in rows], [row[1] for row in rows]], dtype=float)
    happened = np.array([row[2] for row in rows])
    found = compared(scores, happened)
    pairs = [placements(score, happened) for score in scores]
    assert found.auc == pytest.approx([one.mean() for one in pairs], abs=1e-12)
    assert [auc(score, happened) for score in scores] == pytest.approx(list(found.auc), abs=1e-12)
    m, n = pairs[0].shape
    for i in range(2):
        for j in range(2):
            with_it = sum((pairs[i][k].mean() - found.auc[i]) * (pairs[j][k].mean() - found.auc[j]) for k in range(m))
            without = sum(
                (pairs[i][:, k].mean() - found.auc[i]) * (pairs[j][:, k].mean() - found.auc[j]) for k in range(n)
            )
            assert found.covariance[i, j] == pytest.approx(with_it / (m - 1) / m + without / (n - 1) / n, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30))
def test_ties_share_the_mean_of_their_ranks(values: list[int]) -> None:
    expected = [sum(one < value for one in values) + (values.count(value) + 1) / 2 for value in values]
    assert midranks(np.array(values, dtype=float)).tolist() == expected


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=30))
def test_the_area_turns_with_the_score_and_does_not_mind_its_scale(rows: list[tuple[int, bool]]) -> None:
    score, happened = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows])
    found = auc(score, happened)
    if happened.all() or not happened.any():
        assert np.isnan(found)
        return
    assert auc(-score, happened) == pytest.approx(1 - found, abs=1e-12)
    assert auc(score, ~happened) == pytest.approx(1 - found, abs=1e-12)
    assert auc(np.exp(score), happened) == pytest.approx(found, abs=1e-12)
    assert auc(np.zeros(len(score)), happened) == 0.5


def test_two_normal_groups_give_the_area_that_theory_says() -> None:
    random = np.random.default_rng(11)
    happened = random.random(200_000) < 0.2
    score = random.normal(size=200_000) + happened
    found = compared(score[None, :], happened)
    expected = NormalDist().cdf(1 / np.sqrt(2))
    assert found.auc[0] == pytest.approx(expected, abs=0.005)
    low, high = found.interval(0, share=0.999)
    assert low < expected < high
    assert high - low < 0.02


def test_the_errors_are_those_of_the_bootstrap() -> None:
    random = np.random.default_rng(5)
    happened = np.arange(300) < 90
    truth = random.normal(size=300) + happened
    scores = np.array([truth + 0.5 * random.normal(size=300), np.round(truth + random.normal(size=300))])
    found = compared(scores, happened)
    again = []
    for _ in range(4000):
        which = np.concatenate([random.integers(0, 90, 90), random.integers(90, 300, 210)])
        again.append([auc(score[which], happened) for score in scores])
    spread = np.cov(np.array(again).T)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(np.sqrt(np.diag(spread)), rel=0.06)
    difference, low, high = found.difference(0, 1)
    assert difference == found.auc[0] - found.auc[1]
    drawn = np.array(again)[:, 0] - np.array(again)[:, 1]
    assert (high - low) / 2 / 1.959964 == pytest.approx(drawn.std(), rel=0.06)


def test_a_variance_takes_two_on_either_side() -> None:
    with pytest.raises(ValueError, match="1 of 3"):
        compared(np.zeros((1, 3)), np.array([True, False, False]))


# ----------------------------------------------------------------------------------- a year ago and today


def simulated(people: int, *, tells: float) -> People:
    """Who is unhappy leaves more; `tells` of what decides shows in the standing, the rest in recency."""
    random = np.random.default_rng(3)
    unhappy = random.random(people) < 0.3
    shown = np.where(random.random(people) < tells, unhappy, random.random(people) < 0.3)
    standing = np.where(shown[:, None], [0.1, 0.7, 0.1, 0.1, 0.0], [0.3, 0.05, 0.05, 0.5, 0.1])
    return People(
        standing=standing,
        recency=random.integers(0, 365, people).astype(float),
        nps=np.where(random.random(people) < 0.3, random.integers(0, 11, people), np.nan),
        spend=random.gamma(2.0, 50.0, people),
        outcomes={"left": random.random(people) < np.where(unhappy, 0.6, 0.1)},
    )


def test_a_standing_that_tells_beats_what_does_not_and_says_so() -> None:
    rows = foretell(simulated(4000, tells=0.9)).to_pylist()
    assert [row["predictor"] for row in rows] == ["standing", *RIVALS]
    assert rows[0]["low"] > 0.65
    assert rows[0]["says"] == "left: the standing of then is better than chance"
    assert rows[0]["difference"] is None
    for row in rows[1:]:
        assert row["auc"] >= 0.5
        assert row["difference_low"] > 0
        assert row["says"] == f"left: the standing of then foretold better than {row['predictor']} alone"
    assert [row["people"] for row in rows[:3]] == [4000, 4000, 4000]
    assert 1000 < rows[3]["people"] < 1400


def test_a_standing_that_tells_nothing_is_not_called_better() -> None:
    standing, *rivals = foretell(simulated(4000, tells=0.0)).to_pylist()
    assert standing["low"] < 0.5 < standing["high"]
    assert not any(row["difference_low"] > 0 for row in rivals)


def test_a_rival_is_read_in_the_direction_that_fares_better_and_the_standing_never() -> None:
    happened = np.array([True, True, False, False, False])
    wrong = np.eye(5)[[3, 3, 1, 1, 1]]  # the loyal left, the unhappy stayed
    spend = np.array([1.0, 2.0, 5.0, 6.0, 7.0])
    of = People(wrong, np.zeros(5), np.full(5, np.nan), spend, {"left": happened})
    found = {row["predictor"]: row for row in foretell(of).to_pylist()}
    assert (found["standing"]["auc"], found["spend"]["auc"], found["recency"]["auc"]) == (0.0, 1.0, 0.5)
    assert found["spend"]["difference"] == -1.0
    assert found["NPS of who answered"]["auc"] is None
    assert found["spend"]["says"].endswith("but on few people")


def test_where_it_happened_to_nobody_nothing_is_said() -> None:
    of = simulated(10, tells=1.0)
    rows = foretell(People(of.standing, of.recency, of.nps, of.spend, {"grew": np.zeros(10, dtype=bool)})).to_pylist()
    assert {row["auc"] for row in rows} == {None}
    assert rows[0]["says"] == "it happened to 0 of 10: nothing can be said"
    assert foretell(People(of.standing, of.recency, of.nps, of.spend)).num_rows == 0


def test_the_scores_are_fixed_and_name_each_standing() -> None:
    assert set(SCORES) == set(OUTCOMES)
    for weights in SCORES.values():
        assert set(weights) == set(STATES)
        assert {min(weights.values()), max(weights.values())} == {0.0, 1.0}


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        People(np.zeros((3, 4)), np.zeros(3), np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match="expected"):
        People(np.zeros((3, 5)), np.zeros(2), np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match="outcomes"):
        People(np.zeros((1, 5)), np.zeros(1), np.zeros(1), np.zeros(1), {"shouted": np.zeros(1, dtype=bool)})


# ------------------------------------------------------------------------------------------ from the facts

VOICE = pa.schema(
    dict.fromkeys("person_id fact_id medium intents".split(), pa.string())
    | {"occurred_at": pa.timestamp("us"), "public": pa.bool_(), "prompted": pa.bool_(), "sensitive": pa.bool_()}
)


def after(
    engine: Engine, net: list[Any], voice: list[Any] = [], ratings: list[Any] = [], referrals: list[Any] = []  # noqa: B006
) -> Any:  # fmt: skip
    rows = [
        {"fact_id": f"m{n}", "sensitive": False} | row | {"occurred_at": at(row["occurred_at"])}
        for n, row in enumerate(voice)
    ]
    return aftermath(
        engine,
        net=bought(engine, net),
        voice=engine.arrow(pa.Table.from_pylist(rows, schema=VOICE)),
        ratings=facts(engine, "ratings", ratings),
        referrals=facts(engine, "referrals", referrals),
        record_person=persons(engine, sorted({row["record_id"] for row in [*ratings, *referrals]})),
        then_until=UNTIL - YEAR,
    )


def test_customers_are_of_the_year_before_and_what_became_of_them_is_of_the_year_after(engine: Engine) -> None:
    def ago(days: int) -> Any:
        return THEN - timedelta(days=days)

    net = [
        ("stays", ago(10), 100), ("stays", ago(-30), 40), ("stays", ago(400), 500),
        ("grows", ago(20), 100), ("grows", ago(-30), 60), ("grows", ago(-300), 60),
        ("leaves", ago(364), 100),
        ("old", ago(365), 100), ("old", ago(-3), 100),
        ("new", ago(-3), 100),
    ]  # fmt: skip
    found = by_person(engine, after(engine, net))
    assert {who: (row["recency_days"], row["spend"], row["left_us"], row["grew"]) for who, row in found.items()} == {
        "stays": (10, 100.0, False, False),
        "grows": (20, 100.0, False, True),
        "leaves": (364, 100.0, True, False),
    }


def test_only_what_was_not_asked_for_and_is_public_or_brings_somebody_recommends(engine: Engine) -> None:
    day = AS_OF - timedelta(days=100)

    def said(who: str, intents: str, **more: Any) -> dict[str, Any]:
        return {"person_id": who, "intents": intents, "occurred_at": day, "public": True, "medium": "post"} | more

    voice = [
        said("posts", "recommends"),
        said("praises", "praise, thanks"),
        said("mixed", "praise, complaint"),
        said("private", "recommends", public=False),
        said("asked", "recommends", prompted=True),
        said("review", "recommends", medium="review"),
        said("unasked review", "recommends", medium="review", prompted=False),
        said("before", "recommends", occurred_at=THEN),
        said("shy", "complaint, recommends", sensitive=True),
    ]
    who = [*(row["person_id"] for row in voice), "brings", "silent"]
    found = by_person(
        engine,
        after(
            engine,
            [(one, THEN, 1) for one in who],
            voice,
            ratings=[
                {"record_id": "silent", "scale": "nps", "score": 9.0, "occurred_at": THEN - timedelta(days=3)},
                {"record_id": "silent", "scale": "nps", "score": 2.0, "occurred_at": day},
                {"record_id": "brings", "scale": "nps", "score": 77.0, "occurred_at": THEN},
            ],
            referrals=[{"record_id": "brings", "occurred_at": day}, {"record_id": "silent", "occurred_at": THEN}],
        ),
    )
    recommended = {one for one, row in found.items() if row["recommended"]}
    assert recommended == {"posts", "praises", "unasked review", "brings"}
    assert {one for one, row in found.items() if row["complained"]} == {"mixed"}
    assert {one: row["nps"] for one, row in found.items() if row["nps"] is not None} == {"silent": 9.0}


def test_people_are_put_beside_the_standing_that_they_had(engine: Engine) -> None:
    table = after(engine, [("b", THEN, 5), ("a", THEN, 7), ("none", THEN, 7), ("a", AS_OF, 9)])
    standing = engine.arrow(
        pa.table(
            {"person_id": ["a", "b", "stranger"]}
            | {state: [0.2, 0.2, 0.2] for state in STATES}
            | {"loyal": [0.2, 0.7, 0.2]}
        )
    )
    found = people_of(engine, table, standing)
    assert found.spend.tolist() == [7.0, 5.0]
    assert found.standing[:, STATES.index("loyal")].tolist() == [0.2, 0.7]
    assert found.outcomes["left"].tolist() == [False, True]
    assert np.isnan(found.nps).all()
