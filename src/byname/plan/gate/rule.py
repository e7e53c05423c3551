"""The gate's rules as data: read once from `rules.toml`, and each held against the columns that it may name."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast, get_args

from byname.errors import UsageError, nearest
from byname.plan.gate.columns import LEVELS, PARAMETERS, Level, columns_of
from byname.plan.gate.says import as_sql, used
from byname.profile_columns import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Rule", "parsed", "rules"]

_KEYS = ("level", "title", "blocks", "unknown", "says", "demands")
_MOST = 50  # so many powers of two a double holds exactly, with room left


@dataclass(frozen=True)
class Rule:
    """One question of the gate.

    Attributes:
        name: how it is called everywhere.
        number: its place in the order, from 0; a rule that blocks is told before those of higher numbers.
        level: person, action, channel or queue: how often it is asked.
        title: the question in words.
        blocks: SQL, true where it blocks.
        strict: a null blocks too.
        says: the sentence, with marks (`says.py`).
        demands: what asks for it.
        columns: what `blocks` looks at, in order.
    """

    name: str
    number: int
    level: Level
    title: str
    blocks: str
    strict: bool
    says: str
    demands: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def power(self) -> int:
        """The rule's own bit in a sum over rules."""
        return 1 << self.number

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that it names."""
        return tuple(name for name in PARAMETERS if re.search(rf"\${name}\b", self.blocks))

    @property
    def flag(self) -> str:
        """SQL for whether it blocks; never null."""
        return f"coalesce(({self.blocks}), {'true' if self.strict else 'false'})"

    @property
    def sentence(self) -> str:
        """SQL for its sentence; never null."""
        return as_sql(self.says, columns_of(self.level), where=_where(self.name, "says"))

    @property
    def told(self) -> tuple[str, ...]:
        """The columns of its sentence."""
        return used(self.says)


@cache
def rules() -> tuple[Rule, ...]:
    """The rules as they are shipped, in order."""
    return parsed((files("byname.plan.gate") / "rules.toml").read_text("utf-8"))


def parsed(text: str) -> tuple[Rule, ...]:
    """The rules of a text in TOML, in its order, each checked.

    Raises:
        UsageError: names the rule, the key and the column, with the nearest name.
    """
    try:
        said = tomllib.loads(text).get("rule", {})
    except tomllib.TOMLDecodeError as error:
        raise UsageError(where="rules.toml", found=str(error), expected="TOML") from error
    if not 0 < len(said) <= _MOST:
        raise UsageError(where="rules.toml", found=f"{len(said)} rules", expected=f"1 to {_MOST} tables [rule.name]")
    return tuple(_rule(name, number, one) for number, (name, one) in enumerate(said.items()))


def _rule(name: str, number: int, said: Mapping[str, Any]) -> Rule:
    for key in said:
        if key not in _KEYS:
            raise UsageError(where=_where(name), found=f'"{key}"{nearest(key, _KEYS)}', expected=", ".join(_KEYS))
    for key in _KEYS:
        if not said.get(key):
            raise UsageError(where=_where(name), found=f'no "{key}"', expected=", ".join(_KEYS))
    level = _one_of(name, "level", said["level"], LEVELS)
    rule = Rule(
        name=name,
        number=number,
        level=cast("Level", level),
        title=said["title"],
        blocks=" ".join(said["blocks"].split()),
        strict=_one_of(name, "unknown", said["unknown"], ("blocks", "passes")) == "blocks",
        says=said["says"],
        demands=tuple(said["demands"]),
        columns=_columns(name, cast("Level", level), said["blocks"]),
    )
    _ = rule.sentence  # an error in it is said now
    return rule


def _one_of(name: str, key: str, found: str, expected: tuple[str, ...]) -> str:
    if found not in expected:
        raise UsageError(
            where=_where(name, key), found=f'"{found}"{nearest(str(found), expected)}', expected=" or ".join(expected)
        )
    return found


def _columns(name: str, level: Level, blocks: str) -> tuple[str, ...]:
    """What the condition looks at, once it is known to be one portable yes or no over columns of its level."""
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    from byname.engines.dialect import parse
    from byname.engines.portable import refusals

    where = _where(name, "blocks")
    try:
        tree = parse(f"select ({blocks}) as answer")
    except SqlglotError as error:
        raise UsageError(where=where, found=str(error).splitlines()[0], expected="one condition in SQL") from error
    answer = tree.selects[0].unalias().unnest() if isinstance(tree, exp.Select) and len(tree.selects) == 1 else None
    outside = [one for one in tree.find_all(exp.Query, exp.Window, exp.AggFunc, exp.Star) if one is not tree]
    if answer is None or outside or tree.args.get("from_") or tree.args.get("where"):
        raise UsageError(where=where, found=blocks, expected="one condition over columns, no query")
    known = columns_of(level)
    found = tuple(dict.fromkeys(column.name for column in answer.find_all(exp.Column)))
    for column in found:
        if column not in known:
            _no_such(where, column, level, known)
    for mark in answer.find_all(exp.Placeholder):
        if mark.name not in PARAMETERS:
            raise UsageError(
                where=where,
                found=f"${mark.name}{nearest(mark.name, PARAMETERS)}",
                expected=f"${', $'.join(PARAMETERS)}",
            )
    if not _is_flag(answer, known):
        raise UsageError(where=where, found=blocks, expected="a condition that is true or false")
    problems = refusals(f"select ({blocks}) as answer from t", {"t": arrow_schema(known)})  # noqa: S608 - only read
    if problems:
        raise UsageError(where=where, found=problems[0].found, expected="SQL of docs/sql.md", do=str(problems[0]))
    return found


def _is_flag(node: Any, known: Mapping[str, str]) -> bool:
    from sqlglot import exp

    plain = node.unnest()
    if isinstance(plain, exp.Column):
        return known.get(plain.name) == "flag"
    if isinstance(plain, exp.And | exp.Or):
        return _is_flag(plain.this, known) and _is_flag(plain.expression, known)
    if isinstance(plain, exp.Not | exp.Coalesce):
        return _is_flag(plain.this, known)
    return isinstance(plain, exp.Predicate | exp.Boolean | exp.ArrayContains)


def _no_such(where: str, column: str, level: Level, known: Mapping[str, str]) -> None:
    for other in get_args(Level.__value__):
        if column in columns_of(other):
            raise UsageError(
                where=where,
                found=f'"{column}", which a rule of the level "{level}" cannot see',
                expected=f'a column of "{level}"',
                do=f'Write level = "{other}".',
            )
    raise UsageError(where=where, found=f'"{column}"{nearest(column, known)}', expected="a column of docs/gate.md")


def _where(name: str, key: str = "") -> str:
    return f'rules.toml, rule "{name}"' + (f", {key}" if key else "")
