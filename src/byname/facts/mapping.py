"""What the columns of a file mean, as a TOML file that a person reads, corrects and keeps.

A mapping belongs to a header: the next file with the same columns finds it again, whatever the file's name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from byname.errors import SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Mapping as Table
    from pathlib import Path

__all__ = ["KINDS", "MEANINGS", "Mapping", "from_toml", "load_mapping", "missing", "save_mapping", "to_toml"]

_PERSON = {
    "customer_id": "the customer's number in this system",
    "email": "e-mail",
    "phone": "phone",
    "name": "whole name; two columns are joined",
    "given_name": "first name",
    "family_name": "last name",
    "handle": "user name on a public site",
    "birth_date": "date of birth",
    "street": "street and number",
    "city": "town",
    "postcode": "postal code",
    "country": "country",
    "company": "company",
    "language": "language",
}
_ABOUT_ORDER = {
    "currency": "ISO code, where a column says it",
    "channel": "web, till, phone, …",
    "employee": "who served",
    "status": "paid, cancelled, …",
}
MEANINGS: Table[str, Table[str, str]] = MappingProxyType(
    {
        "people": _PERSON
        | {
            "owner": "the employee who looks after this person",
            "created_at": "since when the person is in this system",
            "updated_at": "when this row last changed",
            "consent": "may we write? (yes, no, subscribed, …)",
            "opted_out": "has said that we may not write (yes, no)",
            "referrer_id": "number of the customer who brought this one",
            "referrer_email": "e-mail of the customer who brought this one",
        },
        "orders": {
            "order_id": "order, invoice or receipt number",
            "date": "when; a date and a time column are joined",
            "amount": "what was paid",
            "quantity": "how many (lines)",
            "price": "price of one (lines)",
            "product_id": "product's number",
            "product": "product's name",
            "discount": "what was taken off",
            "margin": "what was earned",
            "refunded": "what was given back of this order",
            "type": "sale or return (see return_values)",
            "updated_at": "when this row last changed",
        }
        | _ABOUT_ORDER
        | _PERSON,
        "messages": {
            "message_id": "number of the ticket, review, …",
            "date": "when",
            "text": "the words; several columns are joined",
            "subject": "title",
            "score": "a rating that came with it (see scale)",
            "channel": "mail, phone, web, …",
            "thread": "the conversation's number",
            "in_reply_to": "number of the message that it answers",
            "helpful": "votes that it helped",
            "answer": "our answer's words",
            "answered_at": "our first answer",
            "status": "open, solved, …",
            "employee": "who answered",
            "about": "product or order that it is about",
            "updated_at": "when this row last changed",
        }
        | _PERSON,
        "ratings": {
            "message_id": "number of the answer",
            "date": "when",
            "score": "the score (see scale)",
            "about": "product, employee or ticket that it is about",
            "updated_at": "when this row last changed",
        }
        | _PERSON,
        "contacts": {
            "contact_id": "number of the sending or call",
            "date": "when",
            "campaign": "the sending's name",
            "channel": "email, phone, visit, letter, …",
            "employee": "who",
            "team": "sales, marketing, …",
        }
        | _PERSON,
        "referrals": {
            "referral_id": "number of the referral",
            "date": "when",
            "referrer_id": "number of the customer who brought somebody",
            "referrer_email": "e-mail of the one who brought somebody",
            "referrer_name": "name of the one who brought somebody",
            "referred_id": "number of the customer who was brought",
            "referred_email": "e-mail of the one who was brought",
            "referred_name": "name of the one who was brought",
        },
    }
)
KINDS = tuple(MEANINGS)
WHO = ("customer_id", "email", "phone", "name", "given_name", "family_name", "handle")

# What a file of each kind cannot do without: of each group, at least one (or all of an inner tuple).
_NEEDED: dict[str, tuple[tuple[str | tuple[str, ...], ...], ...]] = {
    "people": (WHO,),
    "orders": (("date",), ("amount", "price", ("quantity", "price"))),
    "messages": (("text", "subject", "about"),),
    "ratings": (("score",),),
    "contacts": (("customer_id", "email", "phone", "name"), ("date", "campaign")),
    "referrals": (
        ("referrer_id", "referrer_email", "referrer_name"),
        ("referred_id", "referred_email", "referred_name"),
    ),
}

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
    "scale": ("nps", "csat", "ces", "stars"),
}
_SIGNATURE_DIGITS = 8
_PATTERNS = {
    "source": (re.compile(r"[a-z][a-z0-9_]*"), 'a short word of small letters such as "generic" or "till"'),
    "currency": (re.compile(r"[A-Z]{3}"), 'three capital letters such as "EUR"'),
}


@dataclass(frozen=True)
class Mapping:
    """What the columns of one header mean.

    Args:
        kind: one of `KINDS`; empty while nobody has decided it.
        columns: meaning (a key of `MEANINGS[kind]`) → the file's columns, joined where there are several.
        header: every column of the file that it was made for.
        made_for: that file's name.
        source: the system; files of one source and account share their customers' ids.
        rows: orders: a row is one of "orders"; one of its "lines"; or lines whose "first line" alone has the rest.
        amount_per: orders: the amount is that of the "line", or that of the "order" on each of its lines.
        minor_units: orders: the amount counts cents.
        currency: of all amounts, where no column says it.
        date_order: "dmy" or "mdy", where the values do not decide.
        zone: where clocks stood; the company's zone if empty.
        medium: messages: what they are.
        scale: messages and ratings: what the score counts.
        score_from: lowest and highest score, where they are not the scale's own.
        score_words: the scores are words: "five stars", "good".
        channel: contacts: how, where no column says it.
        campaign: contacts: the sending's name, where no column says it.
        return_values: orders: the values of `type` that mean goods or money given back.
        nobody: values of customer_id and name that stand for no customer.
        nothing: words that stand for an empty cell.
        confidence: 0 to 1; 1 once a person has kept it.
        why: column → what spoke for its meaning.
        notes: what a person should look at.
    """

    kind: str
    columns: Table[str, tuple[str, ...]]
    header: tuple[str, ...]
    made_for: str = ""
    source: str = "generic"
    rows: str = ""
    amount_per: str = ""
    minor_units: bool = False
    currency: str = ""
    date_order: str = ""
    zone: str = ""
    medium: str = ""
    scale: str = ""
    score_from: tuple[float, ...] = ()
    score_words: bool = False
    channel: str = ""
    campaign: str = ""
    return_values: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    confidence: float = field(default=1.0, compare=False)
    why: Table[str, str] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that mean nothing to byname."""
        used = {column for columns in self.columns.values() for column in columns}
        return tuple(column for column in self.header if column not in used)

    @property
    def signature(self) -> str:
        """Eight hexadecimal digits of the header, whatever its order and spelling."""
        return signature(self.header)

    @property
    def file_name(self) -> str:
        """Where the mapping is kept: orders-1f0c9a27.toml."""
        stem = re.sub(r"[^a-z0-9]+", "-", _plain(self.made_for.rsplit(".", 1)[0]).lower()).strip("-")
        return f"{stem[:40].strip('-') or self.kind or 'file'}-{self.signature}.toml"


def normalised(column: str) -> str:
    """A column's name without case, marks, blanks and punctuation; the name itself if nothing else is left."""
    return re.sub(r"[\W_]+", "", _plain(column).casefold()) or column


def signature(columns: Iterable[str]) -> str:
    """Eight hexadecimal digits of a set of columns."""
    names = sorted({normalised(column) for column in columns})
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:_SIGNATURE_DIGITS]


def missing(mapping: Mapping) -> tuple[str, ...]:
    """What a file of this kind cannot do without and this mapping does not name, each as 'date' or 'amount or price'."""
    if mapping.kind not in _NEEDED:
        return ("kind",)
    return tuple(
        " or ".join(one if isinstance(one, str) else " and ".join(one) for one in group)
        for group in _NEEDED[mapping.kind]
        if not any(_has(mapping, one) for one in group)
    )


def _has(mapping: Mapping, meaning: str | tuple[str, ...]) -> bool:
    return all(one in mapping.columns for one in ((meaning,) if isinstance(meaning, str) else meaning))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


# ------------------------------------------------------------------------------------------- in the folder


def load_mapping(folder: Path, columns: Sequence[str]) -> Mapping | None:
    """The mapping kept for a header, with its columns as this file spells them; None if there is none.

    A file that lacks some of the columns (refused rows do) takes the mapping of the whole header if all that its
    kind needs is there.

    Raises:
        SettingsError: the mapping has an unknown key, a column that the file lacks, or nothing where something is needed.
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
    "date_order": str, "zone": str, "medium": str, "scale": str, "score_from": list, "score_words": bool, "channel": str,
    "campaign": str, "return_values": list, "nobody": list, "nothing": list, "ignored": list,
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
    "scale": "nps (0 to 10), csat (1 to 5), ces (1 to 7), stars (1 to 5)",
    "score_from": "lowest and highest score, where they are not the scale's own",
    "score_words": 'true if the scores are words: "five stars", "good"',
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
    for key in _SAYS:
        value = getattr(mapping, key)
        if key != "source" and (key in shown or value):
            lines.append(f"{key} = {_value(value)}   # {_SAYS[key]}")
    lines += [f"ignored = {_value(mapping.ignored)}   # columns that mean nothing to byname", ""]
    lines.append("[columns]   # meaning = the file's column, or a list of columns that are joined")
    meanings = MEANINGS.get(mapping.kind, {})
    for meaning, columns in mapping.columns.items():
        why = next((mapping.why[column] for column in columns if column in mapping.why), "")
        value = _value(columns[0]) if len(columns) == 1 else _value(columns)
        says = _one_line(f"{meanings.get(meaning, '')}{'; ' if why else ''}{why}")
        lines.append(f"{meaning} = {value}   # {says}".rstrip(" #"))
    lines += [f'# {meaning} = ""   # {says}' for meaning, says in meanings.items() if meaning not in mapping.columns]
    lines += ["", "[file]", f"made_for = {_value(mapping.made_for)}", f"header = {_value(mapping.header)}", ""]
    return "\n".join(lines)


def _value(value: str | bool | float | tuple[Any, ...]) -> str:
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
