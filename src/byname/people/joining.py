"""Joining groups along edges, the strongest first, without ever putting together what must stay apart.

Plain connected components chain: A is B and B is C, so A is C, whatever A and C say. Here a join is refused when the
two sides were decided to be apart, or when first names on the two sides disagree and nothing personal (a birth date, a
personal number, an e-mail) is in common.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import OSA

from byname.people.names import Agreement, names_agree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Edge", "Joined", "Told", "components", "join"]


@dataclass
class Told:
    """What a group says of itself: every spelling that its members have."""

    names: set[tuple[str, str]] = field(default_factory=set)
    born: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)

    def take(self, other: Told) -> None:
        """Add the other's."""
        self.names |= other.names
        self.born |= other.born
        self.numbers |= other.numbers
        self.emails |= other.emails

    def differs(self, other: Told) -> bool:
        """Is there a pair of first names that are not plainly one person's?"""
        return any(agreement is not None and agreement < Agreement.ALIKE for agreement in self._agreements(other))

    def contradicts(self, other: Told) -> bool:
        """Do first names disagree while nothing personal agrees?"""
        if Agreement.UNLIKE not in self._agreements(other):
            return False
        return not (
            self.emails & other.emails
            or self.numbers & other.numbers
            or any(_near(one, two) for one in self.born for two in other.born)
        )

    def _agreements(self, other: Told) -> list[Agreement | None]:
        return [names_agree(*one, *two) for one in self.names for two in other.names]


def _contradict(one: Sequence[Told], two: Sequence[Told]) -> bool:
    """Does whatever the one group says of itself contradict whatever the other says?"""
    return all(each.contradicts(other) for each in one for other in two)


def _together(one: Sequence[Told], two: Sequence[Told]) -> list[Told]:
    """What both say, those who contradict beside each other: a record of either is then a record of the person."""
    found = [Told()]
    for each in (*one, *two):
        fitting = next((known for known in found if not known.contradicts(each)), None)
        if fitting is None:
            found.append(fitting := Told())
        fitting.take(each)
    return found


def _near(one: str, two: str) -> bool:
    return one == two or OSA.distance(one, two, score_cutoff=1) <= 1


@dataclass(frozen=True, slots=True)
class Edge:
    """Two nodes that are one person with a probability."""

    left: int
    right: int
    probability: float


@dataclass(frozen=True)
class Joined:
    """What joining gave.

    Args:
        component: of each node, the smallest node of its component.
        used: places in the edges of those that joined two components.
        refused: places in the edges of those that were held back.
    """

    component: NDArray[np.int64]
    used: list[int]
    refused: list[int]


def components(nodes: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Connected components: of each node, the smallest node that it is connected with."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not nodes:
        return np.empty(0, np.int64)
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(nodes, nodes))
    labels = connected_components(graph, directed=False)[1]
    smallest = np.full(int(labels.max()) + 1, nodes, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(nodes))
    return smallest[labels]


def join(
    nodes: int,
    edges: Sequence[Edge],
    told: Mapping[int, Told],
    *,
    apart: Iterable[tuple[int, int]] = (),
    certain: float = 1.0,
    largest: int | None = None,
) -> Joined:
    """Join along the edges, in their order.

    Args:
        nodes: how many there are, numbered from 0.
        edges: the strongest first.
        told: what the nodes say, of those that have anything to say.
        apart: pairs that must not come together.
        certain: edges above this probability are not held against names or size (a person decided).
        largest: how many nodes may come together; None for any number.
    """
    parent: dict[int, int] = {}
    said: dict[int, list[Told]] = {}  # of each group; two where somebody decided that two who contradict are one
    sizes: dict[int, int] = {}
    foes: dict[int, set[int]] = {}
    for one, two in apart:
        foes.setdefault(one, set()).add(two)
        foes.setdefault(two, set()).add(one)

    def root(node: int) -> int:
        while (above := parent.get(node, node)) != node:
            parent[node] = node = parent.get(above, above)
        return node

    used, refused = [], []
    for place, edge in enumerate(edges):
        one, two = root(edge.left), root(edge.right)
        if one == two:
            continue
        of_one, of_two = (said.get(each) or [told.get(each) or Told()] for each in (one, two))
        size = sizes.get(one, 1) + sizes.get(two, 1)
        if any(root(foe) == two for foe in foes.get(one, ())) or (
            edge.probability <= certain and ((largest and size > largest) or _contradict(of_one, of_two))
        ):
            refused.append(place)
            continue
        low, high = min(one, two), max(one, two)
        parent[high] = low
        sizes[low] = size
        said[low] = _together(of_one, of_two)
        if foes.get(high):
            foes.setdefault(low, set()).update(foes[high])
        used.append(place)
    component = np.arange(nodes, dtype=np.int64)
    for node in parent:
        component[node] = root(node)
    return Joined(component, used, refused)
