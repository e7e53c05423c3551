"""A rule's sentence, written once: from `{column}` in a text to SQL that writes it for millions of rows.

`{column}` is what stands there, `{days(column)}` "1 day" or "12 days", `{ago(column)}` "today", "yesterday" or
"12 days ago", `{times(column)}` "not once", "once", "twice" or "7 times"; `{column|words}` has words for where nothing
is known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from byname.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["as_sql", "used"]

_MARK = re.compile(r"\{(?:(?P<as>days|ago|times)\((?P<count>\w+)\)|(?P<column>\w+)(?:\|(?P<otherwise>[^{}|]+))?)\}")
_UNKNOWN = "not known"


def used(says: str) -> tuple[str, ...]:
    """The columns that a sentence names, in order, each once."""
    return tuple(dict.fromkeys(mark["count"] or mark["column"] for mark in _MARK.finditer(says)))


def as_sql(says: str, columns: Mapping[str, str], *, where: str) -> str:
    """The sentence as one SQL text expression in the portable subset; never null.

    Args:
        says: the sentence.
        columns: those that it may name → text, integer or date.
        where: the rule, for an error.

    Raises:
        UsageError: a column that is not there or of a kind that no sentence can hold; braces that are no mark.
    """
    return "concat(" + ", ".join(_parts(says, columns, where)) + ")"


def _parts(says: str, columns: Mapping[str, str], where: str) -> Iterator[str]:
    at = 0
    for mark in _MARK.finditer(says):
        yield from _plain(says[at : mark.start()], where)
        yield _marked(mark, columns, where)
        at = mark.end()
    yield from _plain(says[at:], where)


def _plain(text: str, where: str) -> Iterator[str]:
    if "{" in text or "}" in text:
        raise UsageError(
            where=where,
            found=f'braces in "{text.strip()}"',
            expected="{column}, {column|words}, {days(column)}, {ago(column)} or {times(column)}",
        )
    if text:
        yield _literal(text)


def _marked(mark: re.Match[str], columns: Mapping[str, str], where: str) -> str:
    name = mark["count"] or mark["column"]
    kind = columns.get(name)
    if kind is None:
        raise UsageError(
            where=where, found=f'"{name}"{nearest(name, columns)}', expected="a column that this rule may name"
        )
    fits = ("integer",) if mark["as"] else ("text", "integer", "date")
    if kind not in fits:
        raise UsageError(
            where=where, found=f'"{name}", which is a {kind}', expected=f"a column of kind {' or '.join(fits)}"
        )
    if mark["as"]:
        return _counted(name, mark["as"])
    text = name if kind == "text" else f"cast({name} as varchar)"
    if name == "channel":
        text = f"replace({name}, '_', ' ')"
    known = f"nullif({text}, '')" if kind == "text" else text
    return f"coalesce({known}, {_literal(mark['otherwise'] or _UNKNOWN)})"


# How a number is said; the rest is the number with the last word.
_FORMS: dict[str, tuple[str, dict[int, str], str]] = {
    "days": ("some days", {1: "1 day"}, " days"),
    "ago": ("some time ago", {0: "today", 1: "yesterday"}, " days ago"),
    "times": ("some times", {0: "not once", 1: "once", 2: "twice"}, " times"),
}


def _counted(name: str, form: str) -> str:
    unknown, special, rest = _FORMS[form]
    cases = "".join(f" when {name} = {number} then {_literal(text)}" for number, text in special.items())
    number = f"cast({name} as varchar) || {_literal(rest)}"
    return f"case when {name} is null then {_literal(unknown)}{cases} else {number} end"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
