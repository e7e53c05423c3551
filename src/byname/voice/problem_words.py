"""What a company's problems are, in its customers' own words: phrases of complaints, grouped by who says them together.

A phrase counts as often as different people say it in different words: one person with many messages, and one text sent
many times, are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from byname.voice.asides import tells
from byname.voice.log_odds import log_odds
from byname.voice.phrases import Phrases, distinct, phrases_of, same_words
from byname.voice.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

__all__ = ["FEWEST_PEOPLE", "Corpus", "Problem", "found_problems", "learned_topics"]

FEWEST_PEOPLE = 5  # who else says it: below that a phrase is one person's, and might name them
_PRIOR_SHARE = 0.2  # pseudo-texts, as a share of all: enough to hold back what a handful said
_SURE = 2.576  # standard errors, one in a hundred; the surest come first
_TWICE = 0.693  # log of 2: what the others say half as often is the trade's word, not a problem's
_MOST_PHRASES = 240
_MOST_PROBLEMS = 40
_ALIKE = 0.15  # cosine of who says both: an average below it parts two groups
_COMMON = 0.5  # with nothing beside it, what more than this part says is the company or its trade
_CONTRAST = 0.1  # other texts, as a share of the problems': fewer cannot show what is usual
_SHORT = 3  # words; so few are said alike by different people
_ENDING = re.compile(r"(?<=\w{4})(?:ings?|ungen|ung|ed|en|er|es|s|e)$|(?<=\w{3})s$")
_SHOWN = 6  # phrases that are shown of a problem


@dataclass(frozen=True)
class Corpus:
    """Texts and who said them; rows in any order.

    Attributes:
        texts: clean words, personal data masked.
        people: a number for the person, of each text.
        problem: whether it complains, asks or is negative, of each text.
    """

    texts: Sequence[str]
    people: NDArray[np.int64]
    problem: NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """One problem: its name and all its phrases, the most told first, as customers write them."""

    name: str
    phrases: tuple[str, ...]

    @property
    def words(self) -> str:
        """Its first phrases, for a person."""
        return ", ".join(self.phrases[:_SHOWN])


def found_problems(corpus: Corpus, *, without: Collection[str] = ()) -> list[Problem]:
    """The problems of these texts, the one that most people have first.

    Args:
        corpus: texts of problems and others.
        without: words that are no problem: the brand, names of products and of staff.
    """
    if not corpus.texts or not corpus.problem.any():
        return []
    saying, alike = _sayings(corpus)
    phrases = phrases_of([corpus.texts[at] for at in saying], least=FEWEST_PEOPLE, without=without)
    if not phrases.terms:
        return []
    sizes, count = _sizes(corpus.problem, corpus.people, alike), len(phrases.terms)
    rows, terms = _spread(phrases, alike, saying.size)
    here, there = (
        _support(rows, terms, corpus.people, alike, count, group) for group in (corpus.problem, ~corpus.problem)
    )
    weight = _weights(here, there, sizes)
    chosen = np.flatnonzero((weight > 0) & (here >= FEWEST_PEOPLE))
    chosen = chosen[np.argsort(-weight[chosen], kind="stable")][: 2 * _MOST_PHRASES]
    chosen = _telling(chosen, phrases, corpus, saying)[:_MOST_PHRASES]
    if not chosen.size:
        return []
    inside = corpus.problem[rows]
    together = _together(rows[inside], terms[inside], alike, chosen, count)
    return _named([phrases.terms[at] for at in chosen], weight[chosen], together)


def _telling(
    chosen: NDArray[np.int64], phrases: Phrases, corpus: Corpus, saying: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The phrases that tell of problems: not what is asked of us beside them, nor what was good."""
    rows = saying[phrases.text]
    inside = corpus.problem[rows]
    order = np.argsort(phrases.term[inside], kind="stable")
    rows, term = rows[inside][order], phrases.term[inside][order]
    ends = np.searchsorted(term, np.stack([chosen, chosen + 1]))
    kept = [
        tells(phrases.terms[one], (corpus.texts[at] for at in rows[start:end].tolist()))
        for one, start, end in zip(chosen.tolist(), *ends.tolist(), strict=True)
    ]
    return np.asarray(chosen[np.array(kept, bool)])


def learned_topics(problems: Sequence[Problem]) -> Topics:
    """The problems as topics that tell a text's problem by its phrases."""
    return Topics({phrase: problem.name for problem in problems for phrase in problem.phrases})


def _sayings(corpus: Corpus) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One row for each different saying, and of each row its saying. A short text is each person's own."""
    known: dict[tuple[str, int], int] = {}
    first: list[int] = []
    alike = np.empty(len(corpus.texts), np.int64)
    for at, (text, person) in enumerate(zip(corpus.texts, corpus.people.tolist(), strict=True)):
        words = same_words(text)
        place = known.setdefault((words, person if words.count(" ") < _SHORT else -1), len(first))
        if place == len(first):
            first.append(at)
        alike[at] = place
    return np.array(first, np.int64), alike


def _spread(phrases: Phrases, alike: NDArray[np.int64], sayings: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of row and phrase: a saying's phrases are those of each row that says it."""
    order = np.argsort(alike, kind="stable")
    starts = np.searchsorted(alike[order], np.arange(sayings + 1))
    length = np.diff(starts)[phrases.text]
    first = np.repeat(np.cumsum(length) - length, length)
    rows = order[np.repeat(starts[phrases.text], length) + np.arange(length.sum()) - first]
    return rows, np.repeat(phrases.term, length)


def _sizes(problem: NDArray[np.bool_], people: NDArray[np.int64], alike: NDArray[np.int64]) -> tuple[int, int]:
    """How many said something in each group: people or sayings, whichever are fewer."""
    first, second = (min(np.unique(people[group]).size, np.unique(alike[group]).size) for group in (problem, ~problem))
    return first, second


def _support(
    rows: NDArray[np.int64],
    terms: NDArray[np.int64],
    people: NDArray[np.int64],
    alike: NDArray[np.int64],
    count: int,
    group: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """By phrase, how many different people say it, or in how many different sayings, whichever are fewer."""
    inside = group[rows]
    said, who = terms[inside], rows[inside]
    fewer = [np.bincount(distinct(of[who] * count + said) % count, minlength=count) for of in (people, alike)]
    return np.minimum(*fewer).astype(float)


def _weights(here: NDArray[np.float64], there: NDArray[np.float64], sizes: tuple[int, int]) -> NDArray[np.float64]:
    """How much a phrase tells of problems, in standard errors; 0 where that is not sure.

    A company that has hardly any words but problems has nothing to put beside them: there the number of people decides.
    """
    in_problems, others = sizes
    if others < max(_CONTRAST * in_problems, FEWEST_PEOPLE):
        return np.where(here <= max(_COMMON * in_problems, FEWEST_PEOPLE), np.sqrt(here), 0.0)
    every = in_problems + others
    prior_all = _PRIOR_SHARE * every
    prior = (here + there) / every * prior_all
    delta, zeta = log_odds(here, there, in_problems, others, prior=prior, prior_all=prior_all)
    return np.where((zeta >= _SURE) & (delta >= _TWICE), zeta, 0.0)


def _together(
    rows: NDArray[np.int64], terms: NDArray[np.int64], alike: NDArray[np.int64], chosen: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    """In how many sayings of problems two chosen phrases are together, shape (chosen, chosen)."""
    from scipy.sparse import csr_matrix

    place = np.full(count, -1)
    place[chosen] = np.arange(chosen.size)
    inside = place[terms] >= 0
    pair = distinct(alike[rows[inside]] * chosen.size + place[terms[inside]])
    saying, term = pair // chosen.size, pair % chosen.size
    held = csr_matrix((np.ones(pair.size), (saying, term)), shape=(int(alike.max()) + 1, chosen.size))
    crossed: NDArray[np.float64] = (held.T @ held).toarray()
    return crossed


def _named(terms: Sequence[str], weight: NDArray[np.float64], together: NDArray[np.float64]) -> list[Problem]:
    """Groups of phrases that are said together, each named by the most telling one; the weightiest group first."""
    group = _grouped(terms, together)
    told = np.diag(together)
    found: list[tuple[float, Problem]] = []
    for number in np.unique(group):
        inside = np.flatnonzero(group == number)
        ordered = inside[np.argsort(-told[inside], kind="stable")]
        named = _name([terms[at] for at in ordered], told[ordered])
        rest = [terms[at] for at in ordered if terms[at] != named]
        found.append((float(weight[inside].max() * np.sqrt(told[ordered[0]])), Problem(named, (named, *rest))))
    found.sort(key=lambda one: (-one[0], one[1].name))
    return [problem for _, problem in found[:_MOST_PROBLEMS]]


def _name(ordered: Sequence[str], told: NDArray[np.float64]) -> str:
    """The longest phrase that is told at least a third as often as the commonest one."""
    fit = [at for at in range(len(ordered)) if told[at] >= told[0] / 3]
    return ordered[max(fit, key=lambda at: (ordered[at].count(" "), told[at], ordered[at]))]


def _grouped(terms: Sequence[str], together: NDArray[np.float64]) -> NDArray[np.int64]:
    """The group of each phrase: average linkage over the cosine of where they are said; forms of a word are one."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(terms) == 1:
        return np.zeros(1, np.int64)
    length = np.sqrt(np.maximum(np.diag(together), 1))
    apart = np.clip(1 - together / np.outer(length, length), 0, 1)
    stems: dict[str, list[int]] = {}
    for at, term in enumerate(terms):
        stems.setdefault(_stem(term), []).append(at)
    for forms in stems.values():
        apart[np.ix_(forms, forms)] = 0
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), "average")
    return fcluster(tree, 1 - _ALIKE, "distance").astype(np.int64)


def _stem(term: str) -> str:
    """A phrase without the commonest endings of its last word: bag and bags, delay, delayed and delays are one."""
    return _ENDING.sub("", term)
