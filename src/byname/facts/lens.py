"""A lens: the words that mean something in files of one kind only, and what must be there for a file to be one.

"Start" means little in most files and a contract's first day in a list of contracts. So each rarer kind has words
(generic_words.toml), rules and tests of its own. Each asks for more than one sign: a list of people, orders or messages
that is taken for something else loses more than a file that is refused with an explanation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from byname.facts.clauses import RUNS
from byname.facts.columns import ALL, Column
from byname.facts.letters import plain
from byname.facts.mapping import WHO
from byname.facts.meanings import Meanings, Rule, meanings_through, rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from byname.facts.meanings import Test

__all__ = ["ON", "Lens", "Seen", "bags_of", "day", "end_day", "joined", "nearly_days", "whose", "words"]


PEOPLE = tuple(
    (
        "id customer_id email phone name given_name family_name handle birth_date street house city postcode country "
        "company language updated_at time"
    ).split()
)


@dataclass(frozen=True)
class Seen:
    """A file as a lens shows it, beside what was found without one.

    Args:
        given: meanings by the lens's words and rules.
        base: meanings by everybody's.
        kind: the kind that was found without a lens; empty if none.
        file: the concepts that the file's name says.
    """

    given: Meanings
    base: Meanings
    kind: str
    file: frozenset[str]

    @property
    def who(self) -> bool:
        """Does any column say who it was?"""
        return self.given.has(*WHO)


@dataclass(frozen=True)
class Lens:
    """One rarer kind: the table of generic_words.toml, rules and tests of values beside the common ones.

    `holds` says whether the file is of this kind, `fill` sees the columns together.
    """

    kind: str
    words: str
    rules: tuple[Rule, ...]
    holds: Callable[[Seen], bool]
    fill: Callable[..., None]
    values: Mapping[str, Test] = field(default_factory=lambda: MappingProxyType({}))
    people: tuple[str, ...] = PEOPLE

    def look(self, columns: list[Column]) -> Meanings:
        """What the columns mean through this lens."""
        return meanings_through(self.words, columns, (*self.rules, *rules_of(self.people)), self.values)


ON = "date time created"  # what may stand beside the word that says which day it is


def day(column: Column) -> bool:
    """Is it days, but for hardly any? Of what a row can do without, a slip must not refuse the row."""
    return column.dates and column.date >= ALL


def end_day(column: Column) -> bool:
    """The same, where a word may say that there is no such day yet."""
    others = [one for one in column.examples if not re.search(RUNS, plain(one.lower()))]
    return day(column) or (column.date > 0 and len(others) < len(column.examples) and _all_days(others))


def _all_days(examples: list[str]) -> bool:
    return all(re.search(r"\d{1,4}[./-]", one) for one in examples)


def nearly_days(column: Column) -> bool:
    """A slip refuses its row."""
    return column.dates


def words(column: Column) -> bool:
    """Is it text?"""
    return column.wordlike


def bags_of(given: Meanings, meaning: str) -> frozenset[str]:
    """The concepts that the header of a meaning's column says."""
    if not given.has(meaning):
        return frozenset()
    return frozenset(concept for bag in given.column(meaning).header.bags for concept in bag)


def joined(given: Meanings, concept: str) -> bool:
    """Does a header join this concept with another one: "Idea status"?"""
    return any(concept in bag and len(bag) > 1 for column in given.columns for bag in column.header.bags)


def whose(given: Meanings) -> None:
    """A number that repeats is no row's own: it is the customer's."""
    if not given.has(*WHO):
        given.move("id", "customer_id")
