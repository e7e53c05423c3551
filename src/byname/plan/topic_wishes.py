"""What people do not want to hear of, as they say it among their topics: "not about machines", "tea, but no offers"."""

from __future__ import annotations

import re

from byname.facts.letters import flat

__all__ = ["unwanted"]

_CLAUSE = re.compile(r"[.,;!/()\n]|\b(?:but|aber|sondern|mais|pero|sino|ma|maar|mas)\b")
_NOT = re.compile(
    r"\b(?:no|not|nothing|never|none|dont|don't|stop|without|nicht|nichts|nie|kein|keine|keinen|ohne|pas|jamais|rien|sans|"
    r"aucun|aucune|non|niente|mai|nessun|nessuna|senza|nada|nunca|ningun|ninguna|sin|geen|niet|niets|nooit|zonder|nao)\b"
)
_NOT_ONLY = re.compile(r"\b(?:not only|nicht nur|pas seulement|non solo|no solo|niet alleen)\b")


def unwanted(value: str) -> tuple[str, ...]:
    """The parts of a wish about topics that say what somebody does not want; empty: it names only what they like.

    A "not" holds for what stands after it up to the next comma or "but"; where nothing does, for what stands before.

    >>> unwanted("tea, but nothing about machines")
    ('nothing about machines',)
    >>> unwanted("offers: never")
    ('offers: never',)
    >>> unwanted("new teas")
    ()
    """
    found = []
    for clause in _CLAUSE.split(flat(value)):
        denied = _NOT.search(clause)
        if denied is None or _NOT_ONLY.search(clause):
            continue
        after = clause[denied.end() :].strip(" :-")
        found.append((clause[denied.start() :] if after else clause).strip())
    return tuple(one for one in found if one)
