"""What a reader is: a folder with reader.toml and one SELECT for each fact table that it gives."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from byname.errors import UnreadableFile
from byname.facts import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["FOLDER", "Reader", "load", "recognise", "shipped"]

FOLDER = Path(__file__).parent / "readers"
_KEYS = {"title", "source", "header", "zone", "order", "purpose", "notes", "dedupe"}


@dataclass(frozen=True)
class Reader:
    """How one known export becomes facts.

    Args:
        name: what `links.reader` says: shopify_orders, …
        title: what a person calls such a file.
        source: the system: shopify, …
        statements: fact table → SELECT over `raw` (and `cells`); docs/readers.md lists the functions in it.
        all_of: columns without which it is not this file (compared without regard to case).
        any_of: at least one of these, where given.
        none_of: columns that mean it is another file.
        zone: where clocks stood: "UTC", or "" for the company's own zone.
        order: "dmy" or "mdy" where the vendor fixes it.
        purpose: fact table → contract, service, feedback, marketing or public.
        notes: what a person should know, said after reading.
    """

    name: str
    title: str
    source: str
    statements: Mapping[str, str]
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    zone: str = ""
    order: str = ""
    purpose: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    notes: str = ""

    def takes(self, columns: Iterable[str]) -> bool:
        """Is a file with this header of this kind?"""
        header = {column.casefold() for column in columns}
        return (
            all(column.casefold() in header for column in self.all_of)
            and (not self.any_of or any(column.casefold() in header for column in self.any_of))
            and not any(column.casefold() in header for column in self.none_of)
        )


def load(folder: Path) -> Reader:
    """Read one reader's folder."""
    said = tomllib.loads((folder / "reader.toml").read_text("utf-8"))
    unknown = set(said) - _KEYS
    statements = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.sql"))}
    wrong = set(statements) - {table.name for table in schema.TABLES}
    if unknown or wrong or set(said["purpose"]) != set(statements):
        raise AssertionError(f"{folder}: unknown {sorted(unknown | wrong)}, or a table without its purpose")
    header = said["header"]
    return Reader(
        name=folder.name,
        title=said["title"],
        source=said["source"],
        statements=MappingProxyType(statements),
        all_of=tuple(header["all"]),
        any_of=tuple(header.get("any", ())),
        none_of=tuple(header.get("none", ())),
        zone=said.get("zone", ""),
        order=said.get("order", ""),
        purpose=MappingProxyType(said["purpose"]),
        notes=said.get("notes", ""),
    )


@cache
def shipped() -> tuple[Reader, ...]:
    """Every reader that comes with byname, by name."""
    return tuple(load(folder.parent) for folder in sorted(FOLDER.glob("*/reader.toml")))


def recognise(name: str, columns: Iterable[str]) -> Reader | None:
    """The reader whose header this is; the one that asks for most where several would take it.

    Raises:
        UnreadableFile: two readers ask for equally much.
    """
    columns = tuple(columns)
    taking = sorted((reader for reader in shipped() if reader.takes(columns)), key=lambda reader: -len(reader.all_of))
    if len(taking) > 1 and len(taking[0].all_of) == len(taking[1].all_of):
        raise UnreadableFile(
            where=name,
            found=f"a header that is both {taking[0].title} and {taking[1].title}",
            expected="a header of one kind",
        )
    return taking[0] if taking else None
