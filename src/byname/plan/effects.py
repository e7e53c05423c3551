"""What a contact is expected to change: a stated prior, and what the company's own lots measured as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.playbooks.playbook import Playbook
    from byname.proof.effects import Measured

__all__ = ["Effect", "believed"]


@dataclass(frozen=True)
class Effect:
    """What is believed of a playbook.

    Attributes:
        effect: in the unit of its outcome (`Expected`).
        sd: how unsure that is.
        origin: where it is from, in words.
    """

    effect: float
    sd: float
    origin: str


def believed(playbooks: Sequence[Playbook], measured: Mapping[str, Measured]) -> dict[str, Effect]:
    """The prior and the measurement, each weighed by how sure it is (the normal mean with known variances).

    A plan picks the actions that look best, so errors upward are picked too (the optimiser's curse); shrinking towards
    a modest prior takes most of that away.

    Args:
        playbooks: with their priors.
        measured: by action, what held-out groups showed; of another outcome than the playbook's it is not used.
    """
    return {playbook.action: _believed(playbook, measured.get(playbook.action)) for playbook in playbooks}


def _believed(playbook: Playbook, seen: Measured | None) -> Effect:
    prior = playbook.expected
    if seen is None or seen.on != prior.on or not seen.se > 0:
        return Effect(prior.effect, prior.sd, prior.origin)
    of_prior, of_seen = prior.sd**-2, seen.se**-2
    effect = (of_prior * prior.effect + of_seen * seen.effect) / (of_prior + of_seen)
    origin = f"measured on {seen.treated:,} people against {seen.held_out:,} held out, drawn toward the prior"
    return Effect(effect, (of_prior + of_seen) ** -0.5, origin)
