"""What a playbook is: one thing to do for some customers, as data that a person can read, change and sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from byname.company import Contacted as Kind
from byname.company import Purpose, Team
from byname.company import Reached as Channel

if TYPE_CHECKING:
    from byname.playbooks.condition import Condition

__all__ = [
    "CHANNELS",
    "KINDS",
    "OUTCOMES",
    "PURPOSES",
    "TEAMS",
    "Channel",
    "Expected",
    "Kind",
    "Outcome",
    "Playbook",
    "Purpose",
    "Team",
]

type Outcome = Literal["bought", "spend", "stayed", "complained", "recommended", "answered"]

TEAMS: tuple[str, ...] = get_args(Team.__value__)
KINDS: tuple[str, ...] = get_args(Kind.__value__)
CHANNELS: tuple[str, ...] = get_args(Channel.__value__)
PURPOSES: tuple[str, ...] = get_args(Purpose.__value__)
OUTCOMES: tuple[str, ...] = get_args(Outcome.__value__)

_ON = re.compile(rf"({'|'.join(OUTCOMES)})_([1-9][0-9]{{0,2}})d")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a contact is expected to change, before the company's own holdout says it.

    Attributes:
        effect: of `spend`, a share of the spend expected within the days; of all others, an absolute change of a
            probability: 0.02 is two in a hundred more.
        sd: how unsure that is, one standard deviation in the same unit.
        on: the outcome and its days, such as `stayed_365d`.
        origin: where the number is from, in words.
    """

    effect: float
    sd: float
    on: str
    origin: str

    @property
    def outcome(self) -> str:
        """What is looked at: bought, spend, stayed, complained, recommended or answered."""
        return self.on.rpartition("_")[0]

    @property
    def days(self) -> int:
        """Within how many days of the contact."""
        return int(self.on.rpartition("_")[2].removesuffix("d"))

    @staticmethod
    def is_outcome(on: str) -> bool:
        """Whether that is an outcome with days from 1 to 999."""
        return _ON.fullmatch(on) is not None


@dataclass(frozen=True, slots=True)
class Playbook:
    """One thing to do for some customers; `loading.load` makes them, checked.

    Attributes:
        action: its name, the same as its file's.
        title: the same in a few words for people.
        team: whose minutes it takes.
        kind: ask, give, thank, news, or service (what is owed or asked for).
        whom: the SQL as written; `condition` is the same, checked and normalised.
        condition: what to run, and the columns of `profile` that it rests on.
        channels: in order of preference.
        minutes: work of one contact.
        cost: money a contact costs, in the company's currency; of a gift, against the budget for perks.
        why: a sentence to the employee, a template over the columns of `profile`.
        gain: what the customer gains by it.
        worth_to_them: that gain as money, where it can be said; else 0.
        goal: what it is for.
        expected: what it changes.
        cooldown_days: days before the same person is in for the same action again.
        holdout: the share of people for whom it is not done, so that its effect is known.
        words: what to start with, a template over what may be spoken of.
        words_in: the same in other languages, as (ISO 639-1 code, template).
        owed: an apology, a promise, a repair: never withheld, and outside the limits of contact.
        purpose: the consent that it goes by.
        scarce: at most so many a week, the best first; None: no such limit.
        topics: what it speaks of, in words as customers say them: who does not want to hear of one is left in peace.
        file: where it stands.
    """

    action: str
    title: str
    team: Team
    kind: Kind
    whom: str
    condition: Condition
    channels: tuple[Channel, ...]
    minutes: float
    cost: float
    why: str
    gain: str
    worth_to_them: float
    goal: str
    expected: Expected
    cooldown_days: int
    holdout: float
    words: str
    words_in: tuple[tuple[str, str], ...]
    owed: bool
    purpose: Purpose
    scarce: int | None
    topics: tuple[str, ...]
    file: str

    @property
    def all_words(self) -> tuple[str, ...]:
        """The words in every language, the first as written under `words`."""
        return (self.words, *(words for _, words in self.words_in))
