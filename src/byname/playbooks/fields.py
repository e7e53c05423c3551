"""The keys of a playbook's file, each read and checked by itself."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from byname.errors import PlaybookError, nearest
from byname.playbooks.condition import condition
from byname.playbooks.playbook import CHANNELS, KINDS, OUTCOMES, PURPOSES, TEAMS, Expected, Playbook

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

__all__ = ["KEYS", "playbook_of"]

KEYS = (
    "action title team kind whom channels minutes cost why gain worth_to_them goal expected cooldown_days holdout "
    "words words_in owed purpose scarce topics"
).split()
_NEEDED = "action title team kind whom channels minutes why gain goal expected cooldown_days words".split()
_EXPECTED = ("effect", "sd", "on", "origin")
_HOLDOUT = 0.1  # where nothing is said, and nothing is owed
_MOST_MONEY, _MOST_MINUTES, _MOST_DAYS, _MOST_HOLDOUT = 1e9, 24 * 60.0, 3660, 0.5
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2}")
_NO_GAIN = "what the customer gains by it: a playbook without the customer's gain does not load"


@dataclass(frozen=True, slots=True)
class _Table:
    """A TOML table that knows where it stands, so that each mistake can say so."""

    said: Mapping[str, Any]
    where: str
    before: str = ""

    def wrong(self, key: str, expected: str, *, found: str | None = None, do: str = "") -> PlaybookError:
        value = self.said.get(key)
        seen = found or ("nothing" if value is None else repr(value))
        return PlaybookError(where=f"{self.where}, {self.before}{key}", found=seen, expected=expected, do=do)

    def only(self, keys: Collection[str]) -> None:
        for key in self.said:
            if key not in keys:
                expected = f"one of {', '.join(keys)}{nearest(key, keys)}"
                raise self.wrong(key, expected, found=f'an unknown key "{key}"')

    def text(self, key: str, expected: str) -> str:
        value = self.said.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, expected)
        return value.strip()

    def one_of(self, key: str, known: Collection[str], default: str | None = None) -> str:
        value = self.said.get(key, default)
        if not isinstance(value, str) or value not in known:
            raise self.wrong(key, f"one of {', '.join(known)}{nearest(str(value), known)}")
        return value

    def number(self, key: str, least: float, most: float, default: float | None = None) -> float:
        value = self.said.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.wrong(key, f"a number from {least:g} to {most:g}")
        return float(value)

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.said.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(key, f"a whole number from {least} to {most}")
        return value

    def flag(self, key: str) -> bool:
        value = self.said.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def table(self, key: str, expected: str) -> _Table:
        value = self.said.get(key)
        if not isinstance(value, dict):
            raise self.wrong(key, expected)
        return _Table(value, self.where, f"{key}.")


def playbook_of(said: Mapping[str, Any], path: Path) -> Playbook:
    """A playbook of what its file says.

    Raises:
        PlaybookError: a key is unknown, missing or wrong.
    """
    table = _Table(said, str(path))
    table.only(KEYS)
    for key in _NEEDED:
        if key not in said:
            says = _NO_GAIN if key == "gain" else "a value, as docs/playbooks.md says"
            raise table.wrong(key, says + _or_as(said, key))
    kind = table.one_of("kind", KINDS)
    owed = table.flag("owed")
    whom = table.text("whom", "a condition over the columns of profile")
    return Playbook(
        action=_action(table),
        title=table.text("title", "a few words for people"),
        team=cast("Any", table.one_of("team", TEAMS)),
        kind=cast("Any", kind),
        whom=whom,
        condition=condition(whom, where=f"{path}, whom"),
        channels=cast("Any", _channels(table)),
        minutes=_minutes(table),
        cost=table.number("cost", 0, _MOST_MONEY, 0.0),
        why=table.text("why", "a sentence to the employee"),
        gain=table.text("gain", _NO_GAIN),
        worth_to_them=table.number("worth_to_them", 0, _MOST_MONEY, 0.0),
        goal=table.text("goal", "what it is for"),
        expected=_expected(table.table("expected", "{ effect = 0.02, sd = 0.02, on = 'stayed_365d', origin = '…' }")),
        cooldown_days=table.whole("cooldown_days", 1, _MOST_DAYS),
        holdout=table.number("holdout", 0, _MOST_HOLDOUT, 0.0 if owed or kind == "service" else _HOLDOUT),
        words=table.text("words", "words to start with"),
        words_in=_words_in(table),
        owed=owed,
        purpose=cast("Any", table.one_of("purpose", PURPOSES, "service" if kind == "service" else "marketing")),
        scarce=table.whole("scarce", 1, 1_000_000) if "scarce" in said else None,
        topics=_topics(table),
        file=str(path),
    )


def _or_as(said: Mapping[str, Any], key: str) -> str:
    """A hint where a key that is needed stands there under a name like it."""
    other = next((one for one in said if nearest(one, [key])), None)
    return f' (did you mean {key} by "{other}"?)' if other and other not in KEYS else ""


def _action(table: _Table) -> str:
    action = table.text("action", "a name such as thank-a-friend")
    if not _NAME.fullmatch(action):
        raise table.wrong("action", "small letters, digits and single hyphens, such as thank-a-friend")
    return action


def _channels(table: _Table) -> tuple[str, ...]:
    said = table.said["channels"]
    if not isinstance(said, list) or not said:
        raise table.wrong("channels", f"a list of {', '.join(CHANNELS)}, the best first")
    for one in said:
        if one not in CHANNELS:
            raise table.wrong("channels", f"of {', '.join(CHANNELS)}{nearest(str(one), CHANNELS)}", found=repr(one))
    if len(set(said)) < len(said):
        raise table.wrong("channels", "each channel once")
    return tuple(said)


def _topics(table: _Table) -> tuple[str, ...]:
    said = table.said.get("topics", [])
    if not isinstance(said, list) or not all(isinstance(one, str) and one.strip() for one in said):
        raise table.wrong(
            "topics", 'words for what it speaks of, as customers say them, such as ["returns", "refunds"]'
        )
    return tuple(one.strip().lower() for one in said)


def _minutes(table: _Table) -> float:
    minutes = table.number("minutes", 0, _MOST_MINUTES)
    if minutes <= 0:
        raise table.wrong("minutes", "more than 0: everything takes somebody's time")
    return minutes


def _expected(table: _Table) -> Expected:
    table.only(_EXPECTED)
    on = table.text("on", f"an outcome and days, such as stayed_365d: {', '.join(OUTCOMES)}")
    if not Expected.is_outcome(on):
        close = nearest(on.rpartition("_")[0], OUTCOMES)
        raise table.wrong("on", f"one of {', '.join(OUTCOMES)} with _ and days, such as stayed_365d{close}")
    # Of money a share, which may be more than all; of everything else a change of a probability.
    most = 10.0 if on.startswith("spend") else 1.0
    effect, sd = table.number("effect", -most, most), table.number("sd", 0, most)
    if sd <= 0 or not math.isfinite(effect):
        raise table.wrong("sd", "more than 0: nobody is sure of an effect before it is measured")
    return Expected(effect, sd, on, table.text("origin", "where the number is from, such as 'prior: a guess'"))


def _words_in(table: _Table) -> tuple[tuple[str, str], ...]:
    if "words_in" not in table.said:
        return ()
    inner = table.table("words_in", "a table of words by language: words_in.de = '…'")
    for code in inner.said:
        if not _LANGUAGE.fullmatch(code):
            raise inner.wrong(code, "a language of two letters such as de", found=f'"{code}"')
    return tuple((code, inner.text(code, "words to start with")) for code in sorted(inner.said))
