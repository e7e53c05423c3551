"""What stands beside ledger, snapshots and app database: refused rows, readings of texts, models, a report.

What byname wrote is without the person afterwards: refused rows of theirs and readings of their texts go, a model that
holds their words is learned anew, a report is written anew when somebody asks for it. What the company put there is
its own: it is named, and stays.
"""

from __future__ import annotations

import json
import shutil
from functools import partial
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from byname.engines.splice import groups_of, rewrite
from byname.facts.quoting import literal

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from pathlib import Path

    from byname.company import Company
    from byname.forgetting.order import Order

__all__ = ["company_own", "erase_from"]

# Where byname itself writes, and what is looked after elsewhere.
_OURS = ("facts", "refused", "snapshots", "models", "cache", "spill", "erasing", "erased", "mappings")
_OUR_FILES = ("app.sqlite3", "app.sqlite3-wal", "app.sqlite3-shm")
_LARGEST = 1 << 31
_CHUNK = 1 << 24


def erase_from(company: Company, order: Order, fragments: re.Pattern[str]) -> dict[str, int]:
    """Take a person out of what byname wrote; how much of each went."""
    counts = {
        "refused rows": sum(_refused(path, order, fragments) for path in company.refused.glob("*.jsonl")),
        "readings": sum(_readings(path, order) for path in company.readings.glob("*/*.parquet")),
        "models": _models(company, order, fragments),
        "reports": _report(company, order),
    }
    for path in (company.folder / "cache" / "work").glob("*"):  # of runs that are over
        if path.suffix == ".err" and _names(path, _needles(order)):
            path.unlink()
    return {name: count for name, count in counts.items() if count}


def _refused(path: Path, order: Order, fragments: re.Pattern[str]) -> int:
    """Refused rows of theirs: those that name them, by whatever."""
    with path.open(encoding="utf-8") as lines:
        kept = [line for line in lines if not _is_theirs(line, order, fragments)]
        lines.seek(0)
        gone = sum(1 for _ in lines) - len(kept)
    if not gone:
        return 0
    if not kept:
        path.unlink()
        return gone
    beside = path.with_name(f".{path.name}")
    beside.write_text("".join(kept), "utf-8")
    beside.replace(path)
    return gone


def _is_theirs(line: str, order: Order, fragments: re.Pattern[str]) -> bool:
    try:
        said = json.loads(line)
    except ValueError:
        return bool(fragments.search(line))
    return any(_is_of_them(value, order, fragments) for value in _values(said.get("original")))


def _values(said: object) -> Iterator[str]:
    if isinstance(said, dict):
        for one in said.values():
            yield from _values(one)
    elif isinstance(said, list):
        for one in said:
            yield from _values(one)
    elif said is not None:
        yield str(said)


def _is_of_them(value: str, order: Order, fragments: re.Pattern[str]) -> bool:
    if fragments.search(value) or (value and value in order.sources):
        return True
    digits = "".join(filter(str.isdigit, value))
    return any(phone[-9:] in digits for phone in order.phones) or any(text in value for text in order.texts)


def _readings(path: Path, order: Order) -> int:
    """Readings of their texts, which are kept by the hash of the message."""
    if not order.hashes:
        return 0
    listed = ", ".join(map(literal, order.hashes))
    with duckdb.connect() as con:
        found = con.execute(
            "select file_row_number from read_parquet($path, file_row_number = true) "  # noqa: S608 - hashes
            f"where row_hash in ({listed})",
            {"path": str(path)},
        ).fetchall()
    if not found:
        return 0
    beside = path.with_name(f".{path.name}")
    rewrite(path, beside, partial(_without, hashes=order.hashes), groups_of(path, [row for (row,) in found]))
    beside.replace(path)
    return len(found)


def _without(table: pa.Table, hashes: tuple[str, ...]) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["row_hash"], value_set=pa.array(hashes, table["row_hash"].type))))


def _models(company: Company, order: Order, fragments: re.Pattern[str]) -> int:
    """Models that hold what names them, or a sentence of theirs."""
    gone = 0
    for path in company.models.glob("*/*/model.json"):
        said = path.read_text("utf-8")
        if fragments.search(said) or any(text in said for text in order.texts):
            shutil.rmtree(path.parent)
            gone += 1
    return gone


def _report(company: Company, order: Order) -> int:
    path = company.folder / "report.html"
    if not path.is_file() or not _names(path, _needles(order)):
        return 0
    path.unlink()
    return 1


def company_own(company: Company, order: Order) -> list[str]:
    """Files below the folder that byname did not write and that name them: as they are, or packed in no way."""
    needles = _needles(order)
    found = []
    for path in sorted(company.folder.rglob("*")):
        of = path.relative_to(company.folder)
        if of.parts[0] in _OURS or of.name in _OUR_FILES or not path.is_file():
            continue
        if path.stat().st_size <= _LARGEST and _names(path, needles):
            found.append(str(of))
    return found


def _needles(order: Order) -> list[bytes]:
    said = {*order.emails, *order.names, *order.phones, *order.texts}
    return [one.lower().encode() for one in said]


def _names(path: Path, needles: list[bytes]) -> bool:
    """Is one of these in a file, in small letters or large?"""
    longest = max(map(len, needles), default=0)
    if not longest:
        return False
    left = b""
    with path.open("rb") as file:
        while some := file.read(_CHUNK):
            said = (left + some).decode("utf-8", "replace").lower().encode()
            if any(one in said for one in needles):
                return True
            left = some[-longest:]
    return False
