"""Rows that were not taken: one JSON line each, with what to do; corrected lines can be added like any file."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byname.facts.reading import Refusal

__all__ = ["path_of", "replace"]


def path_of(folder: Path, name: str, account: str, reader: str) -> Path:
    """Where the refused rows of a file go; a corrected file of refused rows is its own place.

    Two files of one name and of different kinds (export.csv is a common name) do not share one.
    """
    if name.endswith(".jsonl") and (folder / name).is_file():
        return folder / name
    shop = "" if account == "main" else f"@{account}"
    stem = f"{name}{shop}".replace("/", "_").replace("\\", "_")
    place = folder / f"{stem}.jsonl"
    return place if _reader_of(place) in ("", reader) else folder / f"{stem}.{reader}.jsonl"


def _reader_of(place: Path) -> str:
    """The reader that refused the rows there; empty without any."""
    if not place.is_file():
        return ""
    with place.open(encoding="utf-8") as lines:
        try:
            return str(json.loads(next(lines))["reader"])
        except (ValueError, KeyError, TypeError, StopIteration):  # somebody is at work in it
            return ""


def replace(path: Path, name: str, account: str, reader: str, refusals: Iterator[Refusal]) -> None:
    """Write the refused rows of a file in the place of those of its last import; none left, no file left."""
    shop = "" if account == "main" else f" --account {shlex.quote(account)}"
    again = f"byname add {shlex.quote(str(path.parent.parent))} {shlex.quote(str(path))}{shop}"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    written = 0
    with beside.open("w", encoding="utf-8") as out:
        for refusal in refusals:
            line = {
                "file": name,
                "reader": reader,
                "row": refusal.row,
                "column": refusal.column,
                "found": refusal.found,
                "expected": refusal.expected,
                "do": f"correct the value under original, then run: {again}",
                "original": refusal.original,
            }
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            written += 1
    if written:
        beside.replace(path)
    else:
        beside.unlink()
        path.unlink(missing_ok=True)
