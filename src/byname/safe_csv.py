"""A list that leaves the house as CSV: no cell that a spreadsheet runs, no file over another, no half of one."""

from __future__ import annotations

import csv
import os
import re
from typing import TYPE_CHECKING, Any

from byname.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["is_formula", "safe", "streamed", "write_list"]

_NUMBER = re.compile(r"\+[0-9]+")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run a cell that begins so: names and words come from strangers."""
    return text.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def safe(value: object) -> str:
    """A cell that no spreadsheet runs: what begins as a formula gets an apostrophe; a number such as +4930… is none."""
    text = "" if value is None else str(value)
    return f"'{text}" if is_formula(text) and not _NUMBER.fullmatch(text) else text


class _Line:
    """What a CSV writer writes to: it gives the line back."""

    def write(self, line: str) -> str:
        return line


def streamed(header: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A file line by line, for who sends it while it is made; cells as `safe` gives them."""
    writer: Any = csv.writer(_Line())
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def write_list(
    path: Path, header: Sequence[str], lines: Iterable[Sequence[object]], before: Callable[[], None]
) -> None:
    """Write the whole file or none, never over another, readable for its owner only.

    Args:
        path: a name that is free.
        header: the columns' names.
        lines: the cells, as they are; those that a spreadsheet would run are made harmless.
        before: what must be done before anybody can read it; if it fails there is no file.

    Raises:
        UsageError: somebody took the name meanwhile.
    """
    text = "".join(streamed(header, lines))
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        aside.write_text(text, "utf-8", newline="")
        aside.chmod(0o600)
        before()
        os.link(aside, path)
    except FileExistsError as taken:
        raise UsageError(where=str(path), found="a file", expected="a name that is free") from taken
    finally:
        aside.unlink(missing_ok=True)
