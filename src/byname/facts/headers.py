"""The words of a header: Rechnungsdatum, invoice_date and "date de facture" are all {order, date}.

The words stand in generic_words.toml, in several languages; a compound is taken apart, a word of two meanings
gives two readings. A lens is a table of that file: the words that mean something else in files of one kind ("start"
in a list of contracts).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from byname.facts.letters import plain

__all__ = ["Header", "concepts_of", "header_of", "words_of"]

_WHOLE = "="  # before a concept that a phrase stands for


@dataclass(frozen=True)
class _Words:
    concepts: dict[str, tuple[str, ...]]
    free: frozenset[str]
    money: frozenset[str]
    cents: frozenset[str]
    phrases: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


@cache
def _words(lens: str = "") -> _Words:
    said = tomllib.loads(Path(__file__).with_name("generic_words.toml").read_text("utf-8"))
    own = said.get(lens, {})
    concepts = _concepts(said) | _concepts(own)
    kinds = {kind: frozenset(words.split()) for kind, words in said["words"].items()}
    phrases = sorted(
        ((tuple(key.split()), tuple(to.split())) for key, to in (said["phrases"] | own.get("phrases", {})).items()),
        key=lambda p: -len(p[0]),
    )
    return _Words(concepts, kinds["free"] - set(_concepts(own)), kinds["money"], kinds["cents"], tuple(phrases))


def _concepts(said: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Word → the concepts under which it stands."""
    concepts: dict[str, tuple[str, ...]] = {}
    for concept, words in said.items():
        if isinstance(words, str):
            for word in dict.fromkeys(words.split()):
                concepts[word] = (*concepts.get(word, ()), concept)
    return concepts


def words_of(header: str) -> list[str]:
    """The words of a header without case and marks; a phrase counts as the word for its concept."""
    return [token.removeprefix(_WHOLE) for token in _tokens(header)]


def concepts_of(header: str, lens: str) -> frozenset[str]:
    """Every concept that a header or a file's name may say, seen through a lens."""
    return frozenset(concept for bag in header_of(header, lens).bags for concept in bag)


def _tokens(header: str, lens: str = "") -> list[str]:
    """The words of a header: InvoiceNo → invoice, no; "E-Mail-Adresse" → =email (of a phrase), adresse."""
    unmarked = plain(re.sub(r"[#№º°]", " no ", header.replace("ß", "ss")))
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", unmarked)
    split = re.findall(r"[^\W\d_]+|\d+", spaced.lower())
    for phrase, to in _words(lens).phrases:
        for place in range(len(split) - len(phrase), -1, -1):
            if tuple(split[place : place + len(phrase)]) == phrase:
                split[place : place + len(phrase)] = [f"{_WHOLE}{concept}" for concept in to]
    return split


@cache
def _parts(word: str, lens: str = "") -> tuple[str, ...]:
    """A word, or the known words that it is made of: kundennummer → kunden, nummer; empty if it is unknown."""
    words = _words(lens)
    if word in words.concepts or word in words.free or word in words.money or word in words.cents or word.isdigit():
        return (word,)
    shortest = 2
    for end in range(len(word) - shortest, shortest, -1):
        left = word[:end]
        for link in ("", "s", "n", "en", "es"):
            stem = left.removesuffix(link) if link else left
            if stem in words.concepts and (not link or left.endswith(link)) and (rest := _parts(word[end:], lens)):
                return (stem, *rest)
    return ()


@dataclass(frozen=True)
class Header:
    """The concepts of a header (several sets where a word has several), and how many words were unknown."""

    bags: tuple[frozenset[str], ...]
    unknown: int
    money: str
    cents: bool


@cache
def header_of(name: str, lens: str = "") -> Header:
    """The concepts of a header's words, seen through a lens if there is one."""
    words = _words(lens)
    known: list[tuple[str | None, ...]] = []
    unknown, money, cents = 0, "", False
    for token in _tokens(name, lens):
        if token.startswith(_WHOLE):
            known.append((token.removeprefix(_WHOLE),))
            continue
        parts = _parts(token, lens)
        unknown += not parts
        for part in parts:
            if part in words.money:
                money = {"euro": "EUR", "euros": "EUR"}.get(part, part.upper())
            cents |= part in words.cents
            concepts: tuple[str | None, ...] = words.concepts.get(part, ())
            if part in words.free:
                concepts = (*concepts, None)
            if concepts and concepts != (None,):
                known.append(concepts)
    most = 6  # a question as a header would have thousands of readings
    bags = {frozenset(filter(None, choice)) for choice in product(*known[:most])} if known else {frozenset[str]()}
    return Header(tuple(sorted(bags, key=sorted)), unknown + max(0, len(known) - most), money, cents)
