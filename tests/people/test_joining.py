"""Joining never puts together what must stay apart, in any order of the edges (S0.10)."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.people.joining import Edge, Told, components, join

NODES = 8
PAIRS = st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda pair: pair[0] != pair[1])


@settings(deadline=None)  # the first call loads tables
@given(st.lists(PAIRS, max_size=20), st.lists(PAIRS, max_size=4))
def test_no_two_that_must_be_apart_ever_meet(edges: list[tuple[int, int]], apart: list[tuple[int, int]]) -> None:
    joined = join(NODES, [Edge(one, two, 1.0) for one, two in edges], {}, apart=apart)
    assert all(joined.component[one] != joined.component[two] for one, two in apart)
    assert sorted(joined.used + joined.refused) == sorted(set(joined.used) | set(joined.refused))


@settings(deadline=None)  # the first call imports SciPy
@given(st.lists(PAIRS, max_size=20))
def test_without_anything_to_hold_against_it_joining_is_connecting(edges: list[tuple[int, int]]) -> None:
    joined = join(NODES, [Edge(one, two, 1.0) for one, two in edges], {})
    left, right = (np.array([pair[side] for pair in edges], dtype=np.int64) for side in (0, 1))
    assert joined.component.tolist() == components(NODES, left, right).tolist()
    assert joined.refused == []


def test_names_that_disagree_need_something_personal_in_common() -> None:
    rosa, karim = Told({("rosa", "haddad")}), Told({("karim", "haddad")})
    edge = [Edge(0, 1, 0.99)]
    assert join(2, edge, {0: rosa, 1: karim}).refused == [0]
    born = [Told({("rosa", "haddad")}, {"1980-02-28"}), Told({("karim", "haddad")}, {"1980-02-29"})]
    assert join(2, edge, dict(enumerate(born))).used == [0]
    # What a person decided is not held against names.
    assert join(2, [Edge(0, 1, 2.0)], {0: rosa, 1: karim}).used == [0]


@given(st.lists(PAIRS, max_size=20), st.integers(1, NODES))
def test_no_person_is_larger_than_the_limit(edges: list[tuple[int, int]], largest: int) -> None:
    joined = join(NODES, [Edge(one, two, 0.95) for one, two in edges], {}, largest=largest)
    assert max(np.bincount(joined.component)) <= largest
    # What a person decided is not held against size.
    decided = join(NODES, [Edge(one, two, 2.0) for one, two in edges], {}, largest=1)
    assert decided.refused == []


def test_who_was_merged_by_hand_takes_the_other_records_of_both_along() -> None:
    """A record that contradicts the one of the two is the other's: it is not left behind; a stranger's is."""
    rosa, karim, ines = (Told({(name, "haddad")}) for name in ("rosa", "karim", "ines"))
    told = {0: karim, 1: karim, 2: rosa, 3: rosa, 4: ines}
    edges = [Edge(0, 2, 2.0), *(Edge(one, two, 1.0) for one, two in ((0, 1), (2, 3), (1, 4)))]
    joined = join(5, edges, told)
    assert (joined.used, joined.refused) == ([0, 1, 2], [3])


def test_a_chain_is_held_against_all_its_members() -> None:
    told = {0: Told({("rosa", "h")}), 1: Told({("r", "h")}), 2: Told({("robert", "h")})}
    joined = join(3, [Edge(0, 1, 0.99), Edge(1, 2, 0.98)], told)
    assert (joined.used, joined.refused) == ([0], [1])
