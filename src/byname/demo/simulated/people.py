"""Who the simulated customers are: what each likes, needs, bears and says, which nobody at the company can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BULK", "COMPANY", "GIFTS", "ORDINARY", "RARE", "Nature", "draw"]

ORDINARY, GIFTS, COMPANY, RARE, BULK = range(5)
_KINDS = np.array([0.81, 0.08, 0.06, 0.05])
_PACE = np.array([8.0, 30.0, 4.5, 60.0, 3.0])  # weeks from need to need, the median of each kind
_BASKET = np.array([42.0, 55.0, 190.0, 30.0, 4200.0])  # what one order costs, the median of each kind
_REGULARITY = np.array([0.6, 1.3, 4.0])  # shapes of the gamma law between needs: bursts, by chance, clockwork
_OF_OLD = 0.45  # customers before the history begins
_USERS, _HELPERS, _BOUNTY, _OPTED_IN = 0.3, 0.05, 0.02, 0.55
_RESERVE = 0.12  # people who come only if a friend brings them


@dataclass(frozen=True)
class Nature:
    """The traits of each person, arrays of one length. Shares and dispositions lie in 0..1 unless said.

    Attributes:
        kind: ordinary, buys gifts, buys for a company, hardly buys, buys in bulk.
        taste: how well what we sell suits them: where their satisfaction comes to rest; about -1..1.
        pace: weeks between needs.
        regularity: shape of the gamma law between needs.
        basket: what they spend at a time, in EUR.
        thrift: how much the price matters; mean 0.5, long tail.
        expressive: whether they speak at all.
        public: whether they speak where others read it.
        polite: how far their words are kinder than their feelings.
        forgiving: how little an incident weighs.
        options: how easily they could buy elsewhere.
        inertia: how laborious changing is to them.
        patience: how many incidents they swallow before they complain.
        sociable: how often they talk with friends who need such a thing; mean 0.25.
        answers: whether they answer when asked.
        style: what they add to every score they give, on the scale 0-10.
        uses: uses the app.
        helper: answers others in the community, whatever they think of us.
        inventive: has ideas.
        bounty: brings friends for the reward.
        opted_in: ticked the box.
        mail_bearing: how many newsletters they bear before they unsubscribe.
        joins: the week in which they come by themselves; never (beyond the end) for those who wait to be brought.
    """

    kind: NDArray[np.int64]
    taste: NDArray[np.float64]
    pace: NDArray[np.float64]
    regularity: NDArray[np.float64]
    basket: NDArray[np.float64]
    thrift: NDArray[np.float64]
    expressive: NDArray[np.float64]
    public: NDArray[np.float64]
    polite: NDArray[np.float64]
    forgiving: NDArray[np.float64]
    options: NDArray[np.float64]
    inertia: NDArray[np.float64]
    patience: NDArray[np.int64]
    sociable: NDArray[np.float64]
    answers: NDArray[np.float64]
    style: NDArray[np.float64]
    uses: NDArray[np.bool_]
    helper: NDArray[np.bool_]
    inventive: NDArray[np.float64]
    bounty: NDArray[np.bool_]
    opted_in: NDArray[np.bool_]
    mail_bearing: NDArray[np.int64]
    joins: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kind)


def draw(rng: np.random.Generator, people: int, weeks: int) -> Nature:
    """People by chance.

    Args:
        rng: the source of chance.
        people: how many.
        weeks: how long the history is; some were customers before it begins, the others join at any time.
    """
    kind = rng.choice(len(_KINDS), people, p=_KINDS)
    kind[people // 2] = BULK
    joins = np.where(rng.random(people) < _OF_OLD, 0, rng.integers(1, weeks, people))
    joins[rng.random(people) < _RESERVE] = weeks + 1
    joins[people // 2] = 0
    uses = (rng.random(people) < _USERS) & (kind != GIFTS)
    return Nature(
        kind=kind,
        taste=rng.normal(0.32, 0.5, people),
        pace=_PACE[kind] * np.exp(rng.normal(0, 0.6, people)),
        regularity=rng.choice(_REGULARITY, people, p=[0.25, 0.5, 0.25]),
        basket=_BASKET[kind] * np.exp(rng.normal(0, 0.55, people)),
        thrift=rng.gamma(2, 0.25, people),
        expressive=rng.beta(1.2, 4, people),
        public=rng.beta(1.3, 3, people),
        polite=rng.beta(4, 2, people),
        forgiving=rng.beta(3, 3, people),
        options=rng.beta(2, 2, people),
        inertia=rng.beta(2, 3, people),
        patience=1 + rng.poisson(1.2, people),
        sociable=rng.gamma(0.5, 0.35, people),
        answers=rng.beta(1.3, 2.2, people),
        style=rng.normal(0, 0.9, people),
        uses=uses,
        helper=uses & (rng.random(people) < _HELPERS),
        inventive=rng.beta(0.5, 5, people),
        bounty=rng.random(people) < _BOUNTY,
        opted_in=rng.random(people) < _OPTED_IN,
        mail_bearing=2 + rng.poisson(12, people),
        joins=joins,
    )
