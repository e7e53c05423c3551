"""A mapping as a TOML file that a person reads, corrects and keeps in the company's folder.

It belongs to a header: the next file with the same columns finds it again, whatever the file's name.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from byname.errors import SettingsError, nearest
from byname.facts.mapping import KINDS, MEANINGS, PERIODS, Mapping, missing, normalised, signature

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["from_toml", "load_mapping", "save_mapping", "to_toml"]

MEDIUMS = (
    "ticket",
    "review",
    "post",
    "survey",
    "community",
    "mail",
    "call note",
    "care line",
    "warranty card",
    "sampling",
)
_CHOICES = {
    "kind": KINDS,
    "rows": ("orders", "lines", "first line"),
    "amount_per": ("line", "order"),
    "date_order": ("dmy", "mdy"),
    "medium": MEDIUMS,
    "scale": ("nps", "csat", "ces", "stars", "rank"),
    "period": tuple(PERIODS),
}
_PATTERNS = {
    "source": (re.compile(r"[a-z][a-z0-9_]*"), 'a short word of small letters such as "generic" or "till"'),
    "currency": (re.compile(r"[A-Z]{3}"), 'three capital letters such as "EUR"'),
}


def load_mapping(folder: Path, columns: Sequence[str]) -> Mapping | None:
    """The mapping kept for a header, with its columns as this file spells them; None if there is none.

    A file that lacks some of the columns (refused rows do) takes the mapping of the whole header if all that its
    kind needs is there.

    Raises:
        SettingsError: the mapping has an unknown key, a column that the file lacks, or not what its kind needs.
    """
    if not folder.is_dir():
        return None
    for path in sorted(folder.glob(f"*-{signature(columns)}.toml")):
        return _fitted(from_toml(path.read_text("utf-8"), str(path)), columns, str(path))
    names = {normalised(column) for column in columns}
    for path in sorted(folder.glob("*.toml")):
        kept = _readable(path)
        if kept is None or not names <= {normalised(column) for column in kept.header}:
            continue
        part = {key: found for key, wanted in kept.columns.items() if (found := _found(wanted, columns))}
        less = replace(kept, columns=MappingProxyType(part))
        if part and not missing(less):
            return less
    return None


def save_mapping(folder: Path, mapping: Mapping) -> Path:
    """Keep a mapping in a company's folder of mappings, in place of an earlier one for the same header."""
    folder.mkdir(parents=True, exist_ok=True)
    earlier = sorted(folder.glob(f"*-{mapping.signature}.toml"))
    path = earlier[0] if earlier else folder / mapping.file_name
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    aside.write_text(to_toml(mapping), "utf-8")
    aside.replace(path)
    return path


def _readable(path: Path) -> Mapping | None:
    """A mapping of another header, if it is in order; a broken one stops only its own files."""
    try:
        return from_toml(path.read_text("utf-8"), str(path))
    except (SettingsError, UnicodeDecodeError):
        return None


def _fitted(mapping: Mapping, columns: Sequence[str], where: str) -> Mapping:
    """The mapping with this file's spelling of each column."""
    fitted = {}
    for meaning, wanted in mapping.columns.items():
        found = _found(wanted, columns)
        if len(found) < len(wanted):
            absent = next(name for name in wanted if not _found((name,), columns))
            raise SettingsError(
                where=f"{where}, columns.{meaning}",
                found=json.dumps(absent, ensure_ascii=False),
                expected=f"a column of the file{nearest(absent, columns)}",
                do=f"It has: {', '.join(columns)}",
            )
        fitted[meaning] = found
    lacking = missing(mapping)
    if lacking:
        raise SettingsError(
            where=where,
            found=f"no {lacking[0]}",
            expected=f'a column for it under [columns], as a file of kind = "{mapping.kind}" needs it',
            do=f"The file has: {', '.join(columns)}",
        )
    return replace(mapping, columns=MappingProxyType(fitted))


def _found(wanted: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """The file's columns of those names: by exact spelling, else without case, else without punctuation."""
    found = []
    for name in wanted:
        for spelt in (str, str.casefold, normalised):
            same = [column for column in columns if spelt(column) == spelt(name)]
            if same:
                found.append(same[0])
                break
    return tuple(found)


# -------------------------------------------------------------------------------------------------- as TOML


def from_toml(text: str, where: str) -> Mapping:
    """Read and check a mapping.

    Raises:
        SettingsError: names the file, the key, what was found and what was expected.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise SettingsError(
            where=where, found=f"text that is not TOML ({broken})", expected="key = value lines"
        ) from broken
    values = {key: value for key, value in said.items() if key not in ("columns", "file")}
    file = _checked(said.get("file", {}), {"made_for": str, "header": list}, f"{where}, [file]")
    values = _checked(values, _SETTINGS, where)
    kind = values.get("kind", "")
    for key, choices in _CHOICES.items():
        if key in values and (values[key] or key == "kind") and values[key] not in choices:
            raise SettingsError(
                where=f"{where}, {key}",
                found=json.dumps(values[key], ensure_ascii=False),
                expected=f"one of {', '.join(choices)}{nearest(values[key], choices)}",
            )
    for key, (pattern, expected) in _PATTERNS.items():
        if values.get(key) and not pattern.fullmatch(values[key]):
            raise SettingsError(where=f"{where}, {key}", found=json.dumps(values[key]), expected=expected)
    if values.get("zone") and values["zone"] not in available_timezones():
        expected = f"a time zone such as Europe/Berlin{nearest(values['zone'], available_timezones())}"
        raise SettingsError(where=f"{where}, zone", found=json.dumps(values["zone"]), expected=expected)
    if kind not in KINDS:
        expected = f'kind = "people" or another of {", ".join(KINDS)}'
        raise SettingsError(where=f"{where}, kind", found="nothing", expected=expected)
    columns = _columns(said.get("columns", {}), kind, where)
    values.pop("ignored", None)
    lists: dict[str, Any] = {key: tuple(values.pop(key)) for key in _LISTS if key in values}
    return Mapping(
        columns=MappingProxyType(columns),
        header=tuple(file.get("header", [column for several in columns.values() for column in several])),
        made_for=file.get("made_for", ""),
        **lists,
        **values,
    )


_LISTS = ("return_values", "nobody", "nothing", "score_from")
_SETTINGS: dict[str, type] = {
    "kind": str, "source": str, "rows": str, "amount_per": str, "minor_units": bool, "currency": str,
    "date_order": str, "zone": str, "medium": str, "scale": str, "score_from": list, "score_words": bool,
    "period": str, "channel": str, "campaign": str,
    "return_values": list, "nobody": list, "nothing": list, "ignored": list,
}  # fmt: skip


def _checked(said: Any, known: dict[str, type], where: str) -> dict[str, Any]:
    """The table's values, each of a known key and of its type."""
    if not isinstance(said, dict):
        raise SettingsError(where=where, found=json.dumps(said), expected="a table of key = value lines")
    for key, value in said.items():
        if key not in known:
            raise SettingsError(
                where=f"{where}, {key}",
                found="an unknown key",
                expected=f"one of {', '.join(known)}{nearest(key, known)}",
            )
        inner = (int, float) if key == "score_from" else str
        if not isinstance(value, known[key]) or (
            isinstance(value, list) and not all(isinstance(one, inner) for one in value)
        ):
            expected = {str: 'text such as "…"', bool: "true or false", list: 'a list such as ["…", "…"]'}[known[key]]
            raise SettingsError(where=f"{where}, {key}", found=json.dumps(value, default=str), expected=expected)
    ends = said.get("score_from") or [0, 1]
    if len(ends) != 2 or ends[0] >= ends[1]:  # noqa: PLR2004 - lowest and highest
        raise SettingsError(where=f"{where}, score_from", found=json.dumps(ends), expected="[lowest, highest]")
    return said


def _columns(said: Any, kind: str, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(said, dict):
        raise SettingsError(where=f"{where}, columns", found=json.dumps(said), expected='lines such as date = "Date"')
    columns = {}
    for meaning, value in said.items():
        if meaning not in MEANINGS[kind]:
            raise SettingsError(
                where=f"{where}, columns.{meaning}",
                found="an unknown meaning",
                expected=f'for kind = "{kind}" one of {", ".join(MEANINGS[kind])}{nearest(meaning, MEANINGS[kind])}',
            )
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
            expected = 'a column\'s name such as "Date", or a list of them'
            raise SettingsError(
                where=f"{where}, columns.{meaning}", found=json.dumps(value, default=str), expected=expected
            )
        if any(several):
            columns[meaning] = tuple(one for one in several if one)
    return columns


_SAYS = {
    "source": "the system; files of one source share their customers' numbers, so give each system its own name",
    "rows": 'a row is one of the "orders", one of its "lines", or lines of which only the "first line" has the rest',
    "amount_per": 'the amount is that of the "line", or that of the "order", written on each of its lines',
    "minor_units": "true if the amount counts cents",
    "currency": "of all amounts, where no column says it",
    "date_order": '"dmy" or "mdy", where the values do not decide how to read 03/04/2026',
    "zone": "where clocks stood, such as Europe/Berlin; empty: the company's",
    "medium": ", ".join(MEDIUMS),
    "scale": "nps (0 to 10), csat (1 to 5), ces (1 to 7), stars (1 to 5), rank (1 is the first of the brands used)",
    "score_from": "lowest and highest score, where they are not the scale's own",
    "score_words": 'true if the scores are words: "five stars", "good"',
    "period": f"of all prices, where no column says it: {', '.join(PERIODS)}",
    "channel": "email, phone, visit, …, where no column says it",
    "campaign": "the sending's name, where no column says it",
    "return_values": "values of the type column that mean goods or money given back",
    "nobody": "values of customer_id and name that stand for no customer",
    "nothing": "words that stand for an empty cell",
}
_SHOWN = {
    "people": ("nothing", "date_order"),
    "orders": (
        "rows",
        "amount_per",
        "minor_units",
        "currency",
        "date_order",
        "zone",
        "return_values",
        "nobody",
        "nothing",
    ),
    "messages": ("medium", "scale", "score_from", "score_words", "date_order", "zone", "nobody", "nothing"),
    "ratings": ("scale", "score_from", "score_words", "date_order", "zone", "nobody", "nothing"),
    "contacts": ("channel", "campaign", "date_order", "zone", "nobody", "nothing"),
    "referrals": ("date_order", "zone", "nobody", "nothing"),
    "subscriptions": ("period", "minor_units", "currency", "date_order", "zone", "nobody", "nothing"),
    "ideas": ("date_order", "zone", "nobody", "nothing"),
    "votes": ("date_order", "zone", "nobody", "nothing"),
    "usage": ("date_order", "zone", "nobody", "nothing"),
    "promises": ("date_order", "zone", "nobody", "nothing"),
    "answers": ("date_order", "zone", "nobody", "nothing"),
    "consents": ("channel", "date_order", "zone", "nobody", "nothing"),
    "preferences": ("date_order", "zone", "nobody", "nothing"),
}


def to_toml(mapping: Mapping) -> str:
    """The mapping as a commented file, the same text for the same mapping."""
    sure = "a person's" if mapping.confidence == 1 else f"a guess of byname, {round(100 * mapping.confidence)}% sure"
    lines = [
        f"# What the columns of {_one_line(mapping.made_for) or 'this file'} mean: {sure}.",
        "# Correct it and add the file again; every later file with these columns is read so.",
        *(f"# Look at this: {_one_line(note)}" for note in mapping.notes),
        f"kind = {_value(mapping.kind)}   # {', '.join(KINDS)}",
        f"source = {_value(mapping.source)}   # {_SAYS['source']}",
    ]
    shown = _SHOWN.get(mapping.kind, ())
    for key, says in _SAYS.items():
        value = getattr(mapping, key)
        if key != "source" and (key in shown or value):
            lines.append(f"{key} = {_value(value)}   # {says}")
    lines += [
        f"ignored = {_value(mapping.ignored)}   # columns that mean nothing to byname",
        "",
        "[columns]   # meaning = the file's column, or a list of columns that are joined",
        *_column_lines(mapping),
        "",
        "[file]",
        f"made_for = {_value(mapping.made_for)}",
        f"header = {_value(mapping.header)}",
        "",
    ]
    return "\n".join(lines)


def _column_lines(mapping: Mapping) -> list[str]:
    """What is mapped, then what may be; for a file of no kind yet, what each kind may have."""
    if mapping.kind not in MEANINGS:
        return [f"# for {kind}: {', '.join(meanings)}" for kind, meanings in MEANINGS.items()]
    meanings, lines = MEANINGS[mapping.kind], []
    for meaning, columns in mapping.columns.items():
        why = next((mapping.why[column] for column in columns if column in mapping.why), "")
        says = _one_line("; ".join(filter(None, (meanings.get(meaning, ""), why))))
        lines.append(f"{meaning} = {_value(columns[0] if len(columns) == 1 else columns)}   # {says}")
    return lines + [
        f'# {meaning} = ""   # {says}' for meaning, says in meanings.items() if meaning not in mapping.columns
    ]


def _value(value: Any) -> str:
    """A TOML value. JSON's strings are TOML's but for the one control character that JSON leaves as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()
