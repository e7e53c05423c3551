"""What can be told of a condition before its meaning: nothing in it is hidden, and it is not too deep to be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot.dialects import DuckDB
from sqlglot.errors import SqlglotError

from byname.playbooks.condition_kinds import Wrong

if TYPE_CHECKING:
    from sqlglot import exp

__all__ = ["MOST_LEVELS", "cut", "levels", "reason", "unreadable"]

MOST_LEVELS = 45  # of the tree: what every step that follows can walk without running out of room
_MOST_LETTERS, _MOST_TOKENS, _DEEPEST = 4000, 600, 20
_OPENS = frozenset({"L_PAREN", "L_BRACKET", "L_BRACE", "CASE"})
_CLOSES = frozenset({"R_PAREN", "R_BRACKET", "R_BRACE", "END"})


def unreadable(text: str) -> Wrong | None:  # noqa: PLR0911 - a reason a return
    """What can be seen without a tree: nothing may be hidden, and nothing may be too deep to read."""
    if not text.strip():
        return Wrong("nothing", "a condition over the columns of profile, such as standing = 'loyal'")
    if len(text) > _MOST_LETTERS or any(ord(letter) < ord(" ") and letter not in "\n\t\r" for letter in text):
        return Wrong("a text too long, or letters that cannot be seen", f"at most {_MOST_LETTERS} plain letters")
    try:
        tokens = DuckDB().tokenize(text)
    except (SqlglotError, ValueError) as broken:
        return Wrong(f"{cut(text)!r}", f"one condition: {reason(broken)}")
    if any(token.comments for token in tokens) or not tokens:
        return Wrong("a comment", "a condition alone", "Write what you have to say as a TOML comment with # above it.")
    kinds = [token.token_type.name for token in tokens]
    if "SEMICOLON" in kinds:
        return Wrong("a semicolon", "one condition, without statements")
    if len(tokens) > _MOST_TOKENS or _depth(kinds) > _DEEPEST:
        return Wrong("a condition too long or too deep to be read", f"at most {_DEEPEST} brackets within each other")
    return None


def levels(tree: exp.Expr) -> int:
    """How deep a tree is: a chain of and, or, + is as deep as it is long."""
    deepest = 0
    waiting = [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting += [(part, level + 1) for part in node.iter_expressions()]
    return deepest


def _depth(kinds: list[str]) -> int:
    """Brackets, and what a parser takes as deep: signs, NOT and CASE one after the other."""
    deepest = depth = run = 0
    for kind in kinds:
        depth += (kind in _OPENS) - (kind in _CLOSES)
        run = run + 1 if kind in {"DASH", "NOT", "PLUS", "TILDE", "PARAMETER"} else 0
        deepest = max(deepest, depth + run)
    return deepest


def cut(text: str) -> str:
    """A text on one line, of a line's length at most."""
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else plain[:57] + "..."  # noqa: PLR2004 - a line's worth


def reason(broken: Exception) -> str:
    """The first line of what a parser says, without colours."""
    cause = broken.__cause__ or broken
    said = str(cause).splitlines()
    return re.sub(r"\x1b\[\d*m", "", said[0] if said else type(cause).__name__).rstrip(". ")
