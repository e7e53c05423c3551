"""A file written as text, held, guessed and read, for the tests of the generic reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from byname.facts import generic
from byname.facts.raw import open_raws
from byname.facts.reading import Refusal, Surroundings, hold, read

AROUND = Surroundings(account="main", zone="UTC", order="")


@dataclass
class Given:
    """What a file came to: its mapping, its facts as dicts by table, its refusals."""

    mapping: generic.Mapping
    facts: dict[str, list[dict[str, Any]]]
    refused: list[Refusal]

    def column(self, table: str, name: str) -> list[Any]:
        return [fact[name] for fact in self.facts[table]]


def guessed(text: str, name: str = "file.csv", folder: Path | None = None) -> generic.Mapping:
    """The mapping that is guessed for a file of this text."""
    with TemporaryDirectory() as place, duckdb.connect() as con:
        path = Path(place) / name
        path.write_text(text, "utf-8")
        (raw,) = open_raws(path)
        hold(con, raw)
        return generic.guess(con, raw, folder)


def taken(text: str, name: str = "file.csv", mapping: generic.Mapping | None = None) -> Given:
    """The facts of a file of this text, by a mapping or by the one that is guessed."""
    with TemporaryDirectory() as place, duckdb.connect() as con:
        path = Path(place) / name
        path.write_text(text, "utf-8")
        (raw,) = open_raws(path)
        hold(con, raw)
        mapping = mapping or generic.guess(con, raw)
        result = read(con, raw, generic.to_reader(mapping), AROUND, Path(place))
        facts = {}
        for table, staged in result.staged.items():
            rows = con.execute(f"select * from '{staged}' order by row, source_id")
            names = [column[0] for column in rows.description]
            facts[table] = [dict(zip(names, values, strict=True)) for values in rows.fetchall()]
        return Given(mapping, facts, list(result.refusals()))


def table_of(columns: str, *rows: str) -> str:
    """Rows of CSV under a header."""
    return "\n".join((columns, *rows)) + "\n"


@dataclass(frozen=True)
class Case:
    """A file, and what must be said of it: kind, columns ("+" joins), settings; `not_` lists columns
    without meaning."""

    name: str
    text: str
    kind: str
    columns: str
    settings: str = ""
    not_: str = ""
    file: str = "file.csv"

    def holds(self) -> None:
        """Guess it and compare."""
        mapping = guessed(self.text, self.file)
        assert mapping.kind == self.kind
        said = {key: "+".join(columns).replace(" ", "_") for key, columns in mapping.columns.items()}
        for pair in self.columns.split():
            meaning, column = pair.split("=", 1)
            assert said.get(meaning) == column, meaning
        for pair in self.settings.split():
            key, wanted = pair.split("=")
            value = getattr(mapping, key)
            assert (",".join(value) if isinstance(value, tuple) else value.replace(" ", "_")) == wanted, key
        ignored = {column.replace(" ", "_") for column in mapping.ignored}
        assert set(self.not_.split()) <= ignored
