"""What a text is about: shipped rules in plain words, or the problems that a company's own texts taught.

Both are phrases with a topic each, held as one pattern. Where nothing fits, or several topics fit alike, nothing is
said: a topic that is wrong sends a customer to the wrong desk.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["READ_LETTERS", "Topics", "shipped", "topic_of"]

# A problem is named early or not at all; a text of a megabyte costs no more than a long one.
READ_LETTERS = 2_000
# Of everything that fits, the topic must hold this part: a text about all is about nothing.
_ENOUGH = 0.4

type _Trie = dict[str, _Trie]
_END, _OPEN = "end", "open"  # keys longer than a letter: a phrase ends here; any letters may follow


@dataclass(frozen=True)
class Topics:
    """Phrases that tell a topic.

    Attributes:
        phrases: phrase in lower case → topic; a `*` at the end stands for any letters. Words are parted by one blank.
    """

    phrases: Mapping[str, str] = field(default_factory=dict)

    def of(self, text: str) -> str | None:
        """The topic of a text, or None where nothing or too much fits.

        Args:
            text: clean text: no markup, no quoted thread. Only its first 2,000 characters are read.
        """
        scores: dict[str, int] = {}
        for phrase in self._found(text):
            topic, weight = self._told[phrase]
            scores[topic] = scores.get(topic, 0) + weight
        if not scores:
            return None
        if len(scores) == 1:
            return next(iter(scores))
        best, second = sorted(scores, key=lambda topic: -scores[topic])[:2]
        sure = scores[best] > scores[second] and scores[best] >= _ENOUGH * sum(scores.values())
        return best if sure else None

    def every(self, text: str) -> list[str]:
        """All topics of which a phrase is in the text, in the order of the phrases' first place."""
        return list(dict.fromkeys(self._told[phrase][0] for phrase in self._found(text)))

    def where(self, text: str, topic: str) -> tuple[int, int] | None:
        """Start and end of the first phrase of this topic in a text, or None."""
        for hit in self._pattern.finditer(_plain(text)) if self.phrases else ():
            if self._told[self._phrase(hit)][0] == topic:
                return hit.span()
        return None

    def _found(self, text: str) -> set[str]:
        """The phrases that a text holds; said twice counts once."""
        if not self.phrases:
            return set()
        return {self._phrase(hit) for hit in self._pattern.finditer(_plain(text))}

    def _phrase(self, hit: re.Match[str]) -> str:
        word = " ".join(hit.group().split())
        return word if word in self._told else self._stem(word)

    def _stem(self, word: str) -> str:
        return next(word[:end] + "*" for end in range(len(word), 0, -1) if word[:end] + "*" in self._told)

    @cached_property
    def _told(self) -> dict[str, tuple[str, int]]:
        return {phrase: (topic, phrase.count(" ") + 1) for phrase, topic in self.phrases.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """One alternation, written as a tree of letters: the longest phrase wins, and no letter is looked at twice."""
        tree: _Trie = {}
        for phrase in self.phrases:
            branch = tree
            for letter in phrase.removesuffix("*"):
                branch = branch.setdefault(letter, {})
            branch[_OPEN if phrase.endswith("*") else _END] = {}
        return re.compile(r"(?<!\w)" + _written(tree))


def _written(tree: _Trie) -> str:
    ways = [
        (r"\s+" if letter == " " else re.escape(letter)) + _written(branch)
        for letter, branch in sorted(tree.items())
        if letter not in (_END, _OPEN)
    ]
    if _OPEN in tree:
        ways.append(r"\w*")
    elif _END in tree:
        ways.append(r"(?!\w)")
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _plain(text: str) -> str:
    """The text as phrases are written; as long as it was, so that places hold."""
    head = text[:READ_LETTERS].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    lowered = head.lower()
    return lowered if len(lowered) == len(head) else "".join(letter.lower()[:1] for letter in head)


@lru_cache(maxsize=1)
def shipped() -> Topics:
    """The rules that come with byname (`topics.toml`): fifteen topics in seven languages."""
    told = tomllib.loads(files(__package__).joinpath("topics.toml").read_text("utf-8"))
    phrases: dict[str, str] = {}
    for topic, languages in told.items():
        for phrase in (phrase for listed in languages.values() for phrase in listed):
            if phrases.setdefault(phrase, topic) != topic:
                raise ValueError(f'topics.toml: "{phrase}" is a word of "{phrases[phrase]}" and of "{topic}"')
    return Topics(phrases)


def topic_of(text: str) -> str | None:
    """What a problem or a question is about by the shipped rules; None where nothing or too much fits.

    Args:
        text: clean text in any language; only its first 2,000 characters are read.
    """
    return shipped().of(text)
