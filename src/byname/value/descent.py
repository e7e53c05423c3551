"""Who descends from whom, for everybody at once: jumps of 1, 2, 4, … generations in place of a walk a person.

Everywhere `parent` has shape (nodes,): the node above each, `nodes` where there is none. A chain of a million people is
twenty jumps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    type Floats = NDArray[np.float64]
    type Ints = NDArray[np.int64]

__all__ = ["credited", "cycles_cut", "descendants"]


def _jumps(parent: Ints) -> Iterator[Ints]:
    """The node 1, 2, 4, … above each, with the place of `nodes` itself; so many that the last leaves every tree."""
    jump = np.append(parent, len(parent))
    for _ in range(max(1, len(parent)).bit_length()):
        yield jump
        jump = jump[jump]


def cycles_cut(parent: Ints, age: Ints) -> Ints:
    """The nodes whose way up is to be cut, one of each circle: the newest.

    Args:
        parent: as above.
        age: place of each node's edge, no two alike: the highest is the newest. Of shape (nodes,).
    """
    nodes = len(parent)
    newest, jump = np.append(age, -1), np.append(parent, nodes)
    for jump in _jumps(parent):  # the last one is used below
        newest = np.maximum(newest, newest[jump])
    # Whoever is above somebody after more steps than there are nodes stands on a circle. From there as many steps pass
    # every edge of it.
    jump = jump[jump]
    on_circle = np.unique(jump[jump < nodes])
    cut: Ints = on_circle[age[on_circle] == newest[on_circle]]
    return cut


def descendants(parent: Ints) -> Ints:
    """How many are below each, over all generations; of shape (nodes,). There must be no circle."""
    nodes = len(parent)
    near = np.ones(nodes + 1, np.int64)  # oneself and those less than 1, 2, 4, … below
    near[nodes] = 0
    for jump in _jumps(parent):
        # Whoever is less than twice as far below is near, or is near to one who is just so far below.
        further = np.bincount(jump, weights=near, minlength=nodes + 1).astype(np.int64)
        further[nodes] = 0
        near = near + further
    return near[:nodes] - 1


def credited(parent: Ints, worth: Floats, discount: float, generations: int) -> Floats:
    """What each is credited of the worth of those below; of shape (nodes,). There must be no circle.

    Args:
        parent: as above.
        worth: of each node, of shape (nodes,); a root's is credited to nobody.
        discount: the weight of a generation, of that of the one before.
        generations: how far up worth is credited.
    """
    nodes = len(parent)
    up = np.append(parent, nodes)
    above, total, weight = up[:nodes], np.zeros(nodes), 1.0
    for _ in range(generations):
        if not (above < nodes).any():
            break
        total += np.where(above < nodes, weight, 0.0)
        above, weight = up[above], weight * discount
    each = np.divide(worth, total, out=np.zeros(nodes), where=total > 0)
    above, weight, gained = up[:nodes], 1.0, np.zeros(nodes + 1)
    for _ in range(generations):
        if not (above < nodes).any():
            break
        gained += np.bincount(above, weights=weight * each, minlength=nodes + 1)
        above, weight = up[above], weight * discount
    return gained[:nodes]
