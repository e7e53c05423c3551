"""What a column of `profile` can hold: closed lists of words, and ranges of numbers.

A condition that asks for more than a column can hold is a mistake of the pen: `standing = 'loyl'`, or a share above 20
where 0.2 was meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIVE", "NEVER_NULL", "UNHAPPY", "WORDS", "lowest_and_highest"]

FIVE = ("neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate")
UNHAPPY = ("dissatisfied", "actively_dissatisfied")

# The words that a text column can hold, where it can hold no others.
WORDS: Mapping[str, tuple[str, ...]] = {
    "standing": (*FIVE, "unknown"),
    "moved_from": (*FIVE, "unknown"),
    "feels": ("unhappy", "content", "attached", "unknown"),
    "speaks": ("unprompted", "when asked", "silent", "unknown"),
    "stage": ("attention", "interest", "desire", "action"),
    "testimonial": ("permitted", "expired", "ask"),
}

_SHARES = (
    "p_alive rank_share p_top_decile_year returned_share confidence dissatisfied actively_dissatisfied loyal advocate "
    "opened_share"
).split()
_RANGES = {"last_nps": (0.0, 10.0), "incident_severity": (1.0, 3.0), "growth": (-1.0, float("inf"))} | dict.fromkeys(
    _SHARES, (0.0, 1.0)
)
_BELOW_ZERO = ("promise_due_days",)

# What everybody has: a condition that only asks whether it is there picks nobody out.
NEVER_NULL = frozenset(
    "person_id anchor unit is_customer standing feels speaks clv orders contracts open_complaints open_questions "
    "incidents_open promises_open promises_broken referrals ideas answers_given contacts_7 contacts_window "
    "contacts_365 asks_365 gives_365".split()
)


def lowest_and_highest(column: str) -> tuple[float, float]:
    """The range of a number: shares from 0 to 1, counts and days from 0; infinite where nothing is known."""
    if column in _RANGES:
        return _RANGES[column]
    counted = PROFILE[column].kind == "integer" and column not in _BELOW_ZERO
    return (0.0 if counted else float("-inf")), float("inf")
