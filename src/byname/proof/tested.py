"""One campaign whose people were drawn by lot: what it did, with a range that holds however often it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from byname.proof.arms import compared
from byname.proof.compare import as_normal, by_unit, difference, interval
from byname.proof.detectable import smallest_effect
from byname.proof.lots_kept import kept
from byname.proof.sequential import always_chance, boundaries, half_width, repeated_chance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.proof.arms import People
    from byname.proof.compare import Difference
    from byname.proof.enrolled import Campaign
    from byname.proof.outcomes import Outcome

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Ints = NDArray[np.int64]

__all__ = ["EVENTS", "LEAST", "WINDOW_DAYS", "Tested", "tested"]

LEAST = 50  # units of an arm; fewer, and an interval by the normal curve does not hold
EVENTS = 10  # expected in the smaller arm, of both yes and no; likewise
WINDOW_DAYS = 28  # a planned campaign reaches its people within so many days; what goes on after that is open-ended
_LOOKS = 10  # of a planned campaign, when so many tenths of its people are over


@dataclass(frozen=True)
class Tested:
    """What a campaign with lots did.

    Attributes:
        is_planned: it had an end; else it goes on.
        treated: units whose outcome is over, up to the look.
        held_out: likewise.
        running: units whose outcome is not over, or comes in at the next look.
        mean_treated: of the outcome, a person; NaN where nobody is over.
        mean_held_out: likewise.
        effect: treated less held out, adjusted by the time before; NaN where it is not to be shown.
        low: of the 95% range that holds at all looks.
        high: likewise.
        se: standard error of the effect.
        cut: share of the variance that the adjustment took away.
        chance: p-value over all looks.
        smallest: effect that everybody who is in by now lets one find, in four of five tests.
        wrong: why nothing is shown; empty if something is.
        is_early: more will be over in time.
    """

    is_planned: bool
    treated: int
    held_out: int
    running: int
    mean_treated: float
    mean_held_out: float
    effect: float
    low: float
    high: float
    se: float
    cut: float
    chance: float
    smallest: float
    wrong: str
    is_early: bool


def tested(people: People, campaign: Campaign, outcome: Outcome, *, share: float, as_of: date) -> Tested:
    """Hold the arms of one campaign against each other.

    Args:
        people: everybody in it.
        campaign: its days and arms.
        outcome: what is counted.
        share: of units that was to be held out; 0 where nobody said.
        as_of: the last day that counts.
    """
    is_planned = not campaign.is_action and (campaign.last_start - campaign.since).days <= WINDOW_DAYS
    fractions, over = _looked(people, outcome, campaign, as_of) if is_planned else ((), people.is_over)
    seen = people.where(over)
    found, cut = compared(seen, is_planned=is_planned)
    all_units = campaign.treated + campaign.held_out
    critical = boundaries(fractions)[-1] if fractions else half_width(1.0, found.treated + found.held_out or 1)
    broken = kept(
        treated=campaign.treated,
        held_out=campaign.held_out,
        share=share,
        mixed=campaign.mixed,
        before=people.before,
        is_treated=people.is_treated,
        unit=people.unit,
    )
    wrong = f"the lots were not kept: {broken}" if broken else _too_few(seen, found, campaign, outcome)
    low, high = (np.nan, np.nan) if wrong else interval(found, critical=critical)
    return Tested(
        is_planned,
        found.treated,
        found.held_out,
        max(all_units - found.treated - found.held_out, 0),
        np.nan if broken else found.mean_treated,
        np.nan if broken else found.mean_held_out,
        np.nan if wrong else found.effect,
        low,
        high,
        np.nan if wrong else found.se,
        np.nan if wrong else cut,
        np.nan if wrong else _chance(found, fractions),
        _smallest(people, found, critical),
        wrong,
        not broken and _will_do(over, campaign),
    )


def _looked(people: People, outcome: Outcome, campaign: Campaign, as_of: date) -> tuple[tuple[float, ...], Flags]:
    """Information at each look so far, and who was over at the last of them.

    Looks follow from the days on which people came in alone, so that refreshing more often is no further look.
    """
    today = (as_of - date(1970, 1, 1)).days
    none = np.zeros(len(people.day), dtype=bool)
    if not len(people.day) or as_of < campaign.since + timedelta(days=WINDOW_DAYS):
        return (), none
    over_on = np.maximum(people.day + outcome.days, (campaign.since - date(1970, 1, 1)).days + WINDOW_DAYS)
    days, counts = np.unique(over_on, return_counts=True)
    share = np.cumsum(counts) / len(over_on)
    places = np.unique(np.searchsorted(share, np.arange(1, _LOOKS + 1) / _LOOKS - 1e-9))
    past = places[days[places] <= today]
    if not len(past):
        return (), none
    return tuple(float(one) for one in share[past]), over_on <= days[past[-1]]


def _too_few(seen: People, found: Difference, campaign: Campaign, outcome: Outcome) -> str:
    """Why there is no difference to show; empty if there is one."""
    if not campaign.held_out:
        return f"nobody was held out: all {campaign.treated:,} were reached, and there is nothing to hold them against"
    if not campaign.treated:
        return f"everybody was held out: {campaign.held_out:,}, and nobody was reached"
    if min(found.treated, found.held_out) < LEAST:
        return (
            f"{found.treated:,} reached and {found.held_out:,} held out whose {outcome.days} days are over; "
            f"it takes {LEAST} of either"
        )
    if not found.se > 0:
        return "all of them did the same: nothing to tell apart"
    expected = _events(seen)
    if expected < EVENTS:
        what = "some who did and some who did not" if not outcome.is_money else "some who bought"
        return f"too few did it: {expected:.1f} to be expected in the smaller arm; it takes {EVENTS} ({what})"
    return ""


def _events(seen: People) -> float:
    """Of yes and no the rarer, expected in the smaller arm; of money, people with any."""
    did = float((seen.outcome != 0).mean())
    smaller = min(int(seen.is_treated.sum()), int((~seen.is_treated).sum()))
    is_binary = bool(np.isin(seen.outcome, (0, 1)).all())
    return (min(did, 1 - did) if is_binary else did) * smaller


def _will_do(over: Flags, campaign: Campaign) -> bool:
    """Whether time alone brings enough: they are in already, or it goes on and holds some out."""
    if not (campaign.treated and campaign.held_out) or over.all():
        return False
    return campaign.is_action or min(campaign.treated, campaign.held_out) >= LEAST


def _chance(found: Difference, fractions: tuple[float, ...]) -> float:
    z = as_normal(found.effect / found.se, found.freedom)
    if fractions:
        return repeated_chance(z, fractions)
    return always_chance(z, found.treated + found.held_out)


def _smallest(people: People, found: Difference, critical: float) -> float:
    """By the spread that was seen, else by that of the time before; NaN where neither says anything."""
    units = [by_unit(people.unit[side])[1] for side in (people.is_treated, ~people.is_treated)]
    if not found.se > 0:
        found = difference(people.before, people.is_treated, people.unit)
    if not found.se > 0 or not np.isfinite(critical):
        return np.nan
    spread = found.se / np.sqrt(1 / found.treated + 1 / found.held_out)
    return smallest_effect(spread, units[0], units[1], critical=critical)
