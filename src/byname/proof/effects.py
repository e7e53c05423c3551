"""What a playbook changes, as measured by lot, in the unit of its own expectation: what the plan takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from byname.proof.outcomes import Outcome
    from byname.proof.tested import Tested

__all__ = ["ExpectedLike", "Measured", "PlaybookLike", "measured"]


class ExpectedLike(Protocol):
    """What a playbook is expected to change."""

    @property
    def effect(self) -> float:
        """Of spend a share, else an absolute change of a probability."""

    @property
    def sd(self) -> float:
        """How unsure that is."""

    @property
    def on(self) -> str:
        """The outcome, such as spend_90d."""


class PlaybookLike(Protocol):
    """What proof needs to know of a playbook."""

    @property
    def action(self) -> str:
        """Its name."""

    @property
    def title(self) -> str:
        """In a few words."""

    @property
    def expected(self) -> ExpectedLike:
        """What it is expected to change."""

    @property
    def holdout(self) -> float:
        """Share of units that is held out of it; 0 where it is owed to people."""

    @property
    def cost(self) -> float:
        """Money that a contact costs."""


@dataclass(frozen=True)
class Measured:
    """What a playbook changed; not yet weighed with what was expected of it.

    Attributes:
        action: the playbook.
        on: the outcome.
        effect: of spend a share of what is spent without it, else a change of probability.
        se: its standard error.
        treated: units measured.
        held_out: likewise.
    """

    action: str
    on: str
    effect: float
    se: float
    treated: int
    held_out: int


def measured(found: Tested, outcome: Outcome, playbook: PlaybookLike) -> Measured | None:
    """Bring a measurement into the unit in which its playbook expects.

    None where nothing can be shown, or money was counted and those held out spent none. The plan weighs it with the
    prior by how sure each is; that means the same however often it was looked at (Rouder, Psychonomic Bulletin and
    Review 21 (2014) 301-308), so it needs no correction for looks.
    """
    if found.wrong:
        return None
    effect, se = found.effect, found.se
    if outcome.is_money:
        if found.mean_held_out <= 0:
            return None
        effect = found.effect / found.mean_held_out
        # The error of both arms is in the ratio: by the delta method it is at most this.
        se = found.se * (1 + abs(effect)) / found.mean_held_out
    return Measured(playbook.action, outcome.name, effect, se, found.treated, found.held_out)
