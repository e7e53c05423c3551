"""Evidence adds up, fades and is capped; the definitions of the five standings hold (S1.4 to S1.9)."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.standing.adding import Pieces, probabilities, totals
from byname.standing.states import STATES
from byname.standing.weights import Weights, shipped

WEIGHTS = shipped()
DAY = 20_000
FAR = 1 << 19
NEUTRAL, DISSATISFIED, ACTIVELY, LOYAL, ADVOCATE = range(5)


def pieces(*rows: tuple[int, str, int], strength: float = 1.0) -> Pieces:
    """Person, kind, days ago."""
    return Pieces(
        np.array([person for person, _, _ in rows], dtype=np.int64),
        np.array([WEIGHTS.number(kind) for _, kind, _ in rows], dtype=np.int64),
        np.array([DAY - ago for *_, ago in rows], dtype=np.int64),
        np.full(len(rows), FAR, dtype=np.int64),
        np.full(len(rows), strength),
    )


def found(*rows: tuple[str, int], cycles: bool = True, **held: float) -> np.ndarray[Any, Any]:
    """One person's probabilities."""
    some = pieces(*((0, kind, ago) for kind, ago in rows))
    evidence, _ = totals(some, 1, DAY, WEIGHTS)
    for kind, strength in held.items():
        evidence[0, WEIGHTS.number(kind)] = strength
    acted, complained = (some.within(what, 1, DAY, WEIGHTS) for what in ("act", "vocal"))
    made = probabilities(evidence, WEIGHTS, acted=acted, complained=complained, cycles=np.array([cycles]))
    return made[0]


def test_without_evidence_everybody_stands_where_people_stand_and_has_no_name_for_it() -> None:
    nothing = found()
    unhappy, content, attached = WEIGHTS.base  # nobody is an advocate without an act, few are openly angry
    assert nothing[[NEUTRAL, LOYAL, ADVOCATE]] == pytest.approx([content, attached, 0.0])
    assert nothing[DISSATISFIED] + nothing[ACTIVELY] == pytest.approx(unhappy)


def test_who_is_new_is_attached_less_often_and_unhappy_as_often_beside_the_content() -> None:
    new, nothing = found(cycles=False), found()
    assert new[LOYAL] < nothing[LOYAL] / 4
    unhappy = nothing[DISSATISFIED] + nothing[ACTIVELY]
    assert (new[DISSATISFIED] + new[ACTIVELY]) / new[NEUTRAL] == pytest.approx(unhappy / nothing[NEUTRAL])


def test_twice_as_much_evidence_tells_less_than_twice_as_much() -> None:
    """Pieces of one feeling come together; added up as if they did not, they would make too sure."""

    def odds(*kinds: str) -> float:
        made = found(*((kind, 0) for kind in kinds), cycles=False)
        return math.log((made[DISSATISFIED] + made[ACTIVELY]) / made[NEUTRAL])

    nothing = odds()
    one, other, both = (
        odds(*kinds) - nothing for kinds in (("detractor",), ("low_rating",), ("detractor", "low_rating"))
    )
    assert max(one, other) < both < one + other


def test_the_log_odds_are_those_of_the_table() -> None:
    evidence, _ = totals(pieces((0, "complaint", 0), (0, "detractor", 0)), 1, DAY, WEIGHTS)
    both = [kind for kind in WEIGHTS.kinds if kind.name in ("complaint", "detractor")]
    known = sum(max(map(abs, kind.feels)) for kind in both)
    score = [
        math.log(base) + sum(kind.feels[place] for kind in both) * known**-0.2
        for place, base in enumerate(WEIGHTS.base)
    ]
    whole = sum(math.exp(one) for one in score)
    believed = 1 - 2 ** (-known / 0.35)
    no = np.array([False])
    made = probabilities(evidence, WEIGHTS, acted=no, complained=np.array([True]), cycles=~no)[0]
    unhappy = believed * math.exp(score[0]) / whole + (1 - believed) * WEIGHTS.base[0]
    assert made[DISSATISFIED] + made[ACTIVELY] == pytest.approx(unhappy, rel=1e-9)
    assert made[ACTIVELY] == pytest.approx(0.9 * unhappy, rel=1e-9)


def test_a_piece_counts_half_after_its_half_life() -> None:
    some = pieces((0, "complaint", 120), (0, "complaint", 0))
    assert some.counts(DAY, WEIGHTS) == pytest.approx([0.5, 1.0])
    assert some.counts(DAY - 1, WEIGHTS)[1] == 0.0  # what comes later is not known yet


def test_a_piece_that_has_ended_counts_no_more() -> None:
    some = Pieces(*(np.array([one]) for one in (0, WEIGHTS.number("complaint_open"), DAY - 9, DAY - 2)), np.ones(1))
    assert some.counts(DAY - 3, WEIGHTS)[0] > 0
    assert some.counts(DAY - 2, WEIGHTS)[0] == 0


def test_fifty_thousand_messages_of_one_thread_count_as_no_more_than_the_cap() -> None:
    many, shares = totals(pieces(*[(0, "complaint", 0)] * 50_000), 1, DAY, WEIGHTS)
    cap = WEIGHTS.kinds[WEIGHTS.number("complaint")].cap
    assert many[0, WEIGHTS.number("complaint")] == pytest.approx(cap)
    assert shares.sum() == pytest.approx(cap)


def test_an_unhappy_word_in_private_that_nobody_asked_for_counts_as_vocal() -> None:
    assert found(("complaint", 2), ("low_rating", 2)).argmax() == ACTIVELY
    assert found(("threat_to_leave", 2)).argmax() == ACTIVELY


def test_a_low_rating_without_a_word_is_silent_dissatisfaction() -> None:
    assert found(("low_rating", 3), steady=1.0).argmax() == DISSATISFIED


def test_who_complained_long_ago_and_is_unhappy_again_is_silent() -> None:
    assert found(("complaint", 400), ("low_rating", 3)).argmax() == DISSATISFIED


def test_words_alone_make_nobody_loyal() -> None:
    kind = found(("praise_asked", 1), ("promoter", 1), cycles=False)
    assert kind.argmax() == NEUTRAL
    assert found(("praise_asked", 1), ("promoter", 1), steady=1.0).argmax() == LOYAL


def test_buying_alone_makes_nobody_loyal_but_buying_more_does() -> None:
    assert found(steady=1.0, bought=1.0).argmax() == NEUTRAL
    assert found(steady=1.0, growing=1.0).argmax() == LOYAL


def test_no_words_make_an_advocate_without_an_act_that_a_record_proves() -> None:
    said = found(("promoter", 1), ("praise", 1), ("praise_asked", 1), steady=1.0, growing=1.0)
    assert said[ADVOCATE] == 0
    did = found(("promoter", 1), ("referral", 30), steady=1.0)
    assert did.argmax() == ADVOCATE
    long_ago = found(("promoter", 1), ("referral", 400), steady=1.0)
    assert long_ago[ADVOCATE] == 0


def test_the_silently_loyal_are_told_from_the_silently_unhappy() -> None:
    """S0.24: both say nothing unasked; what they do tells them apart."""
    loyal = found(("promoter", 200), steady=1.0, growing=0.7, bought=0.9)
    unhappy = found(("fault_return", 60), shrinking=0.8, late=0.6, silent_after=0.7, bought=0.4)
    assert (loyal.argmax(), unhappy.argmax()) == (LOYAL, DISSATISFIED)


def test_a_settled_complaint_no_longer_speaks() -> None:
    before, after = found(("complaint", 40)), found(("complaint", 40), ("recovered", 30))
    assert after[ACTIVELY] < 0.5 * before[ACTIVELY]
    assert after.argmax() == NEUTRAL


def test_the_table_is_whole_and_leaves_nothing_to_guess() -> None:
    assert sum(WEIGHTS.base) == pytest.approx(1)
    assert len(set(WEIGHTS.names)) == len(WEIGHTS.names)
    for kind in WEIGHTS.kinds:
        assert kind.why.endswith(".")
        assert all(abs(weight) <= 4.5 for weight in kind.weights)
        assert max(kind.feels) > 0
        assert not (kind.act and kind.vocal)


def test_learned_weights_multiply_the_shipped_ones() -> None:
    twice = Weights(WEIGHTS.kinds, WEIGHTS.base, (2.0,) * len(WEIGHTS.kinds), "test", date(2026, 6, 30))
    assert twice.table == pytest.approx(2 * WEIGHTS.table)
    assert Weights.from_json(twice.to_json()) == twice
    assert twice.serves(date(2026, 9, 1))
    assert not twice.serves(date(2026, 6, 1))  # nothing is learned from days to come
    assert not twice.serves(date(2026, 12, 1))
    assert not WEIGHTS.serves(date(2026, 6, 30))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(WEIGHTS.names), st.integers(-30, 900)), max_size=40),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.floats(0, 5),
)
def test_probabilities_are_probabilities_whatever_the_evidence(
    rows: list[tuple[int, str, int]], cycles: list[bool], strength: float
) -> None:
    some = pieces(*rows, strength=strength)
    evidence, counts = totals(some, 4, DAY, WEIGHTS)
    acted, complained = (some.within(what, 4, DAY, WEIGHTS) for what in ("act", "vocal"))
    made = probabilities(evidence, WEIGHTS, acted=acted, complained=complained, cycles=np.array(cycles))
    assert made.shape == (4, len(STATES))
    assert np.isfinite(made).all()
    assert (made >= 0).all()
    assert made.sum(axis=1) == pytest.approx(np.ones(4))
    assert (made[~acted, ADVOCATE] == 0).all()
    assert np.bincount(some.person, weights=counts, minlength=4) == pytest.approx(evidence.sum(axis=1))
