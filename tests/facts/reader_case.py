"""What a reader gives for its sample, in a form that a person can read and check.

    python -m tests.facts.reader_case src/byname/facts/readers/shopify_orders/sample.csv

prints it; with --write it becomes expected.json beside the sample (sample-old.csv → expected-old.json). Read it
line by line before you commit it: it is the test.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from byname.facts import schema
from byname.facts.raw import open_raws
from byname.facts.reader import load, recognise
from byname.facts.reading import Surroundings, hold, read

AROUND = Surroundings(account="main", zone="Europe/Berlin", order="")
_UNSAID = ("fact_id", "row_hash", "account", "source", "reader", "known_at", "file_id", "version")


def expected_of(sample: Path) -> Path:
    """The file that holds what a sample must give."""
    suffix = sample.name.split(".")[0].removeprefix("sample")
    return sample.with_name(f"expected{suffix}.json")


def in_order(case: dict[str, Any]) -> dict[str, Any]:
    """The same with the facts of a row in an order that hashes have no say in."""
    key = {"key": lambda fact: (fact["row"], json.dumps(fact, sort_keys=True))}
    return {**case, "facts": {table: sorted(facts, **key) for table, facts in case["facts"].items()}}


def given(sample: Path) -> dict[str, Any]:
    """Facts, refusals and dropped columns of a sample; record ids are written as 'what id'."""
    facts: dict[str, list[dict[str, Any]]] = {}
    refused: list[dict[str, Any]] = []
    dropped: list[str] = []
    reader = load(sample.parent)
    for raw in open_raws(sample):
        with duckdb.connect() as con, tempfile.TemporaryDirectory() as folder:
            hold(con, raw)
            recognised = recognise(raw.name, raw.columns)
            assert recognised is not None, f"{sample}: no reader takes this header"
            assert recognised.name == reader.name, f"{sample}: taken by {recognised.name}"
            labels = _labels(con, reader.source, "\n".join(reader.statements.values()))
            result = read(con, raw, reader, AROUND, Path(folder))
            for table, path in result.staged.items():
                wanted = ["row", *(c.name for c in schema.table(table).all_columns if c.name not in _UNSAID)]
                rows = con.execute(
                    f"select {', '.join(_columns(con, path, wanted))} from '{path}' order by row, source_id"
                )
                names = [column[0] for column in rows.description]
                for values in rows.fetchall():
                    fact = {k: _plain(v, labels) for k, v in zip(names, values, strict=True) if v is not None}
                    facts.setdefault(table, []).append(fact)
            refused += [
                {"row": no.row, "column": no.column, "found": no.found, "expected": no.expected}
                for no in result.refusals()
            ]
            dropped += result.dropped
    return {"facts": facts, "refused": refused, "dropped": sorted(dropped)}


def _columns(con: duckdb.DuckDBPyConnection, path: Path, wanted: list[str]) -> list[str]:
    has = {row[0] for row in con.execute(f"describe select * from '{path}'").fetchall()}
    return [name for name in wanted if name in has]


def _labels(con: duckdb.DuckDBPyConnection, source: str, sql: str) -> dict[str, str]:
    """hash → 'what id', for every kind of record that the reader names and every value in the file."""
    labels = {}
    values = {
        str(v).strip().lstrip("'")
        for row in con.execute("select * exclude (row) from staged").fetchall()
        for v in row
        if v
    }
    values |= {re.sub(r"\.0$", "", value) for value in values}
    for what in set(re.findall(r"record\('(\w+)'", sql)):
        for value in values:
            for form in (value, value.lower()):
                digest = hashlib.sha256(f"{source}\x1fmain\x1f{what}\x1f{form}".encode()).hexdigest()[:32]
                labels[digest] = f"{what} {form}"
    return labels


def _plain(value: Any, labels: dict[str, str]) -> Any:
    if isinstance(value, str):
        return labels.get(value, re.sub(r"^(mention:)?[0-9a-f]{32}(#\d+)?$", r"\1(content)\2", value))
    if isinstance(value, (bool, int, float, list)):
        return value
    return str(value)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        if argument == "--write":
            continue
        text = json.dumps(given(Path(argument)), indent=1, ensure_ascii=False) + "\n"
        if "--write" in sys.argv:
            expected_of(Path(argument)).write_text(text, "utf-8")
        else:
            sys.stdout.write(text)
