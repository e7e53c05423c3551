"""From a range to a sentence: works, harms, no effect seen, too early, too few; and what to stop."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from byname.proof.sequential import ALPHA

if TYPE_CHECKING:
    from byname.proof.effects import PlaybookLike
    from byname.proof.outcomes import Outcome
    from byname.proof.tested import Tested

__all__ = ["Verdict", "amount", "verdict"]

_USEFUL = 0.5  # of what was expected: if not even this much can be true, it is not what it was started for


@dataclass(frozen=True)
class Verdict:
    """What is said of a campaign.

    Attributes:
        verdict: works, harms, no effect seen, too early, too few, lots not kept.
        stop: it should not go on.
        says: one sentence.
    """

    verdict: str
    stop: bool
    says: str


def verdict(found: Tested, outcome: Outcome, adjusted: float, playbook: PlaybookLike | None, currency: str) -> Verdict:
    """Say what a campaign with lots did.

    Args:
        found: the test.
        outcome: what was counted.
        adjusted: p-value over all looks and all campaigns of the list.
        playbook: None for a campaign that is none.
        currency: of money.
    """
    if found.wrong:
        return _nothing(found, outcome, currency)
    good = -1 if outcome.is_bad else 1
    shown = f"{_effect(found, outcome, currency)}: {_arms(found, outcome, currency)}"
    if adjusted <= ALPHA:
        works = found.effect * good > 0
        stop = not works or _too_little(found, outcome, playbook)
        also = "; less than it costs or was started for" if works and stop else ""
        return Verdict("works" if works else "harms", stop, f"{shown}{also}")
    stop = _too_little(found, outcome, playbook)
    excluded = amount(found.high if good > 0 else found.low, outcome, currency, found.mean_held_out)
    why = f"no effect seen ({shown}); a better one than {excluded} is out of the question"
    return Verdict("no effect seen", stop, f"{why}, which is less than it was started for" if stop else why)


def _nothing(found: Tested, outcome: Outcome, currency: str) -> Verdict:
    if found.wrong.startswith("the lots"):
        return Verdict("lots not kept", False, f"{found.wrong}; no effect is shown")
    see = ""
    if isfinite(found.smallest):
        see = f"; with all who are in by now one can see {amount(found.smallest, outcome, currency, None, sign=False)}"
    if found.is_early:
        return Verdict("too early", False, f"too early to say: {found.wrong}{see}")
    return Verdict("too few", False, f"too few to say: {found.wrong}{see}")


def _too_little(found: Tested, outcome: Outcome, playbook: PlaybookLike | None) -> bool:
    """Even the best end of the range is under half of what was expected, or under what a contact costs."""
    if playbook is None:
        return False
    expected = playbook.expected
    good = -1 if outcome.is_bad else 1
    best = (found.high if good > 0 else found.low) * good
    if outcome.is_money and best < playbook.cost:
        return True
    if outcome.name != expected.on or expected.effect * good <= 0:
        return best < 0
    as_money = max(found.mean_held_out, 0.0) if outcome.is_money else 1.0
    return best < _USEFUL * expected.effect * good * as_money


def _effect(found: Tested, outcome: Outcome, currency: str) -> str:
    middle = amount(found.effect, outcome, currency, found.mean_held_out)
    low, high = (amount(end, outcome, currency, None) for end in (found.low, found.high))
    return f"{middle} (95%: {low} to {high})"


def _arms(found: Tested, outcome: Outcome, currency: str) -> str:
    treated, held_out = (
        f"{mean:,.2f} {currency}" if outcome.is_money else f"{mean:.1%}"
        for mean in (found.mean_treated, found.mean_held_out)
    )
    return f"{treated} of {found.treated:,} reached and {held_out} of {found.held_out:,} held out {outcome.says()}"


def amount(value: float, outcome: Outcome, currency: str, base: float | None, *, sign: bool = True) -> str:
    """An effect in words: money, with its share of a mean where one is given, or points of a hundred."""
    plus = "+" if sign else ""
    if not outcome.is_money:
        return f"{value * 100:{plus}.1f} points"
    share = f" ({value / base:{plus}.0%})" if base and base > 0 else ""
    return f"{value:{plus},.2f} {currency}{share}"
