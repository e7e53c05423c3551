"""CSV, TSV and their relatives as tables of text."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from byname.errors import UnreadableFile
from byname.facts.rows import BadRow, Names, Raw, is_dropped, masked, numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from byname.facts.encoding import Source

__all__ = ["delimited"]

_BLOCK_MEGABYTES = 4
_SNIFFED_ROWS = 20


def delimited(name: str, opened: Callable[[], Source], head: str, *, whole: bool) -> Raw:
    """The table in a delimited text.

    Args:
        name: of the file.
        opened: its bytes as UTF-8, from the start.
        head: the first of them, without a byte order mark.
        whole: is that all of them?
    """
    skipped, delimiter = _before_header(head)
    head = "".join(_lines(head)[skipped:])
    delimiter = delimiter or _delimiter(head)
    spaced = not delimiter
    if spaced:
        head, delimiter = _parted(head), "\t"
    rows = _first_rows(head, delimiter, 2)
    if not rows or not any(rows[0]):
        raise UnreadableFile(where=name, found="no header", expected="a first row that names the columns")
    names = Names()
    columns = [names.give(column) for column in rows[0]]
    kept = [place for place, column in enumerate(columns) if not is_dropped(column)]
    raw = Raw(
        name, tuple(columns[place] for place in kept), (), tuple(column for column in columns if is_dropped(column))
    )
    raw.batches = (
        ()
        if whole and len(rows) == 1
        else _batches(raw, _with_tabs(opened) if spaced else opened, delimiter, skipped, len(columns), kept)
    )
    return raw


def _before_header(head: str) -> tuple[int, str]:
    """How many lines stand before the header, and the separator if one of them names it, as Excel's "sep=;" does."""
    delimiter = ""
    lines = _lines(head)
    for place, line in enumerate(lines):
        said = line.strip("\r\n ")
        if said.casefold().startswith("sep=") and len(said) == len("sep=;"):
            delimiter = said[-1]
        elif said:
            return place, delimiter
    return len(lines), delimiter


def _lines(head: str) -> list[str]:
    return list(io.StringIO(head, newline=""))


def _delimiter(head: str) -> str:
    """The separator that splits the header into the most columns, read as CSV so that quotes are honoured.

    Empty if only white space does, as in a table that was lined up for reading.
    """
    counts = {}
    for delimiter in (",", ";", "\t", "|"):
        # The last of them may be cut off by the end of what was sniffed.
        rows = [row for row in _first_rows(head, delimiter, _SNIFFED_ROWS) if row]
        rows = rows[:-1] or rows or [[]]
        same = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        counts[delimiter] = (len(rows[0]) > 1) * same * len(rows[0])
    if any(counts.values()):
        return max(counts, key=lambda delimiter: counts[delimiter])
    widths = [len(line.split()) for line in _lines(head)[:_SNIFFED_ROWS] if line.strip()]
    return "" if len(widths) > 1 and widths[0] > 1 and len(set(widths[:-1])) == 1 else ","


def _parted(text: str) -> str:
    return "".join("\t".join(line.split()) + "\n" for line in text.splitlines())


def _with_tabs(opened: Callable[[], Source]) -> Callable[[], Source]:
    return lambda: cast("Source", _Parted(opened()))


class _Parted(io.RawIOBase):
    """A text whose columns white space parts, with tabs instead."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = io.BufferedReader(source, 1 << 20)
        self._ready = b""

    @property
    def tail(self) -> bytes:
        """The last bytes of the text."""
        return self._source.tail

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while len(self._ready) < len(buffer) and (line := self._lines.readline()):
            self._ready += b"\t".join(line.split()) + b"\n"
        given, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def close(self) -> None:
        self._lines.close()
        super().close()


def _first_rows(head: str, delimiter: str, most: int) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):  # a quotation that is far too long: what was read before it is enough
        rows.extend(islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), most))
    return rows


def _batches(
    raw: Raw, opened: Callable[[], Source], delimiter: str, skipped: int, width: int, kept: list[int]
) -> Iterator[pa.RecordBatch]:
    """The rows; those of another width are left in `raw.bad`."""
    bad: list[tuple[int, str, str | None]] = []

    def refuse(row: Any) -> str:
        text = None if raw.dropped else masked(row.text)
        bad.append((row.number, f"{row.actual_columns} columns", text))
        return "skip"

    last_row = skipped + 1
    source = opened()
    with io.BufferedReader(source, 1 << 20) as stream:
        try:
            good = 0
            for batch, is_last in _told_last(_opened(stream, delimiter, skipped, width, kept, refuse)):
                places = np.arange(good, good + batch.num_rows)
                good += batch.num_rows
                # A refused row moves the numbers of those after it.
                gaps = np.array([number - place for place, (number, _, _) in enumerate(bad)]) - 2
                numbers = places + np.searchsorted(gaps, places, side="right") + 2 + skipped
                last_row = int(numbers[-1])
                if is_last and _never_closed(batch, source.tail):
                    swallowed = None if raw.dropped else masked(str(batch.column(-1)[-1]))
                    raw.bad.append(BadRow(last_row, "a quotation mark that never closes", "a closing one", swallowed))
                    numbers, batch = numbers[:-1], batch.slice(0, batch.num_rows - 1)  # noqa: PLW2901
                filled = _filled(batch)
                yield numbered(numbers[filled], raw.columns, batch.filter(pa.array(filled)).columns)
        except pa.ArrowInvalid as broken:
            raise _unreadable(raw.name, broken, last_row, width, delimiter) from broken
    expected = f"{width} columns as in the header"
    raw.bad.extend(BadRow(number + skipped, found, expected, text) for number, found, text in bad)


def _opened(
    stream: io.BufferedReader[Any], delimiter: str, skipped: int, width: int, kept: list[int], refuse: Any
) -> Iterable[pa.RecordBatch]:
    try:
        batches: Iterable[pa.RecordBatch] = pa_csv.open_csv(
            pa.PythonFile(stream, "r"),
            read_options=pa_csv.ReadOptions(
                use_threads=False,  # only then does pyarrow number the rows that it refuses
                block_size=_BLOCK_MEGABYTES << 20,
                column_names=[str(place) for place in range(width)],
                skip_rows=skipped,
                skip_rows_after_names=1,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,  # else they are not counted
                invalid_row_handler=refuse,
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=[str(place) for place in kept],
                column_types={str(place): pa.string() for place in kept},
                strings_can_be_null=False,
                check_utf8=True,
            ),
        )
    except pa.ArrowInvalid as broken:
        if "Empty CSV file" in str(broken):
            return ()
        raise
    return batches


def _told_last(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, bool]]:
    """Each batch that has rows, and whether it is the last."""
    before = None
    for batch in batches:
        if batch.num_rows == 0:
            continue
        if before is not None:
            yield before, False
        before = batch
    if before is not None:
        yield before, True


def _never_closed(batch: pa.RecordBatch, tail: bytes) -> bool:
    """Does the last value hold a line break, which must be quoted, though the file ends without a quotation mark?"""
    last = str(batch.column(-1)[-1]) if batch.num_columns else ""
    return ("\n" in last or "\r" in last) and not tail.rstrip(b"\r\n ").endswith(b'"')


def _filled(batch: pa.RecordBatch) -> np.ndarray[Any, Any]:
    """Which rows hold anything: an empty line is no row."""
    empty = np.ones(batch.num_rows, dtype=bool)
    for column in batch.columns:
        empty &= pc.equal(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
        if not empty.any():
            break
    return ~empty


def _unreadable(name: str, broken: Exception, row: int, width: int, delimiter: str) -> UnreadableFile:
    straddling = "straddl" in str(broken)
    return UnreadableFile(
        where=f"{name}, after row {row}",
        found=f"a row of more than {_BLOCK_MEGABYTES} MB" if straddling else str(broken).split("\n", 1)[0][:200],
        expected=f"rows of {width} columns separated by {delimiter!r}",
        do="A quotation mark that is opened and never closed is the usual cause.",
    )
