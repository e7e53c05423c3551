"""Any file as one table of text: a row number and the columns of its header, nothing interpreted yet.

CSV and TSV (any usual encoding, gzip or not), Excel, JSON, JSON lines, Parquet files and folders, zip files of
these, and SQL queries all become the same thing, so that a reader is only SQL over text. Nested JSON is
flattened with dots (`reviewer.displayName`); a nested object is also kept whole as JSON under its own name.
What must not be kept (card digits, IP addresses, coordinates) is dropped here, before anything else sees it.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from byname.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["BadRow", "Raw", "open_raws", "sha256_of"]

# Dropped at the door whatever the reader: they identify or locate somebody and no reader needs them.
# "ip (metadata)": what a person's own field is called stands before the brackets.
_DROPPED = re.compile(
    r"(^|[._ ])(ip|ip[ _]?address|.*_ip|opt.?in[ _]ip|latitude|longitude|lat|lon|lng|coordinates?|geo)( \([^)]*\))?$"
    r"|card[ _]?(last ?4|fingerprint|exp.*|id|number|cvc.*|name)|fingerprint|pan[ _]suffix|^last4$|(^|[._])last4$",
    re.IGNORECASE,
)
_LONG_DIGITS = re.compile(r"\b(?:\d[ -]?){13,19}\b")
_SNIFFED_BYTES = 1 << 16
_BATCH_ROWS = 20_000
_MOST_COLUMNS = 2_000
_DEEPEST = 4


@dataclass(frozen=True)
class BadRow:
    """A row whose shape is broken, so that no column of it can be trusted."""

    row: int
    found: str
    expected: str
    text: str | None


@dataclass
class Raw:
    """One table of text. `batches` may be read once; all else is complete when they were."""

    name: str
    columns: tuple[str, ...]
    batches: Iterable[pa.RecordBatch]
    dropped: tuple[str, ...] = ()
    bad: list[BadRow] = field(default_factory=list)
    reader: str | None = None  # a refused row's file says which reader it came from


def open_raws(path: Path, told: Callable[[int], None] = lambda _bytes: None) -> Iterator[Raw]:
    """Yield each table in a file: one, but for zip files and workbooks, which may hold several.

    Args:
        path: a file, or a folder of Parquet files.
        told: called with the number of bytes read since the last call.

    Raises:
        UnreadableFile: nothing in it can be read as a table.
    """
    if path.is_dir():
        yield _parquet(path.name, sorted(path.rglob("*.parquet")), told)
        return
    if not path.is_file():
        raise UnreadableFile(where=str(path), found="no such file", expected="a file or a folder of Parquet files")
    with path.open("rb") as file:
        magic = file.read(8)
    if not magic:
        raise UnreadableFile(where=path.name, found="an empty file", expected="a header and rows")
    if magic.startswith(b"PAR1"):
        yield _parquet(path.name, [path], told)
    elif magic.startswith(b"PK") and _is_workbook(path):
        yield from _workbook(path)
    elif magic.startswith(b"PK"):
        yield from _zip(path, told)
    elif magic.startswith(b"\xd0\xcf\x11\xe0"):
        yield from _workbook(path)
    elif magic.startswith(b"\x1f\x8b"):
        yield from _text(path.name, lambda: gzip.open(path, "rb"), told)  # type: ignore[arg-type,return-value]
    else:
        yield from _text(path.name, lambda: path.open("rb"), told)


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes (hex); for a folder, of its files' names and bytes in order."""
    digest = hashlib.sha256()
    for part in sorted(path.rglob("*.parquet")) if path.is_dir() else [path]:
        if path.is_dir():
            digest.update(str(part.relative_to(path)).encode())
        with part.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


# ---------------------------------------------------------------------------------------------- text files


def _text(name: str, opened: Callable[[], io.BufferedIOBase], told: Callable[[int], None]) -> Iterator[Raw]:
    """CSV, TSV or JSON, told apart by the first character."""
    with opened() as file:
        head = file.read(_SNIFFED_BYTES)
    encoding = _encoding(name, head, opened)
    text = codecs.getincrementaldecoder(encoding)(errors="strict").decode(head).lstrip("\ufeff \t\r\n")
    if text[:1] in ("{", "["):
        yield from _json(name, opened, encoding, told)
    else:
        yield _csv(name, opened, encoding, text, told)


def _encoding(name: str, head: bytes, opened: Callable[[], io.BufferedIOBase]) -> str:
    """By byte order mark; else UTF-8 if the whole file is; else the Windows code page that Excel writes."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        zeros = [head[start : start + 1024 : 2].count(0) for start in (0, 1)]
        if max(zeros) < len(head[:1024]) // 8:
            raise UnreadableFile(
                where=name, found="bytes that are not text", expected="CSV, TSV, Excel, JSON, JSON lines or Parquet"
            )
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with opened() as file:
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


class _Counting(io.RawIOBase):
    """A binary stream that tells how far it was read."""

    def __init__(self, inner: io.BufferedIOBase, told: Callable[[int], None]) -> None:
        self._inner, self._told = inner, told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._inner.readinto(buffer)
        self._told(read)
        return read

    def close(self) -> None:
        self._inner.close()
        super().close()


def _csv(
    name: str, opened: Callable[[], io.BufferedIOBase], encoding: str, head: str, told: Callable[[int], None]
) -> Raw:
    delimiter = _delimiter(head)
    header = next(csv.reader(io.StringIO(head), delimiter=delimiter), [])
    columns = _named(name, header)
    kept = [place for place, column in enumerate(columns) if not _DROPPED.search(column)]
    raw = Raw(
        name,
        tuple(columns[place] for place in kept),
        (),
        tuple(column for column in columns if _DROPPED.search(column)),
    )
    bad: list[tuple[int, str, str | None]] = []

    def refuse(row: Any) -> str:
        text = None if raw.dropped else _LONG_DIGITS.sub("[digits]", row.text)
        bad.append((row.number, f"{row.actual_columns} columns", text))
        return "skip"

    def batches() -> Iterator[pa.RecordBatch]:
        stream = io.BufferedReader(_Counting(opened(), told), 1 << 20)
        try:
            reader = pa_csv.open_csv(
                pa.PythonFile(stream, "r"),
                read_options=pa_csv.ReadOptions(
                    use_threads=False,  # only then does pyarrow number the rows that it refuses
                    block_size=4 << 20,
                    column_names=[str(place) for place in range(len(columns))],
                    skip_rows_after_names=1,
                    encoding="utf-8" if encoding == "utf-8-sig" else encoding,
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse
                ),
                convert_options=pa_csv.ConvertOptions(
                    include_columns=[str(place) for place in kept],
                    column_types={str(place): pa.string() for place in kept},
                    strings_can_be_null=False,
                    check_utf8=True,
                ),
            )
            good = 0
            for batch in reader:
                numbers = np.arange(good, good + batch.num_rows)
                good += batch.num_rows
                # A refused row moves the numbers of those after it.
                gaps = np.array([number - 1 - place for place, (number, _, _) in enumerate(bad)]) - 1
                numbers = numbers + np.searchsorted(gaps, numbers, side="right") + 2
                if _never_closed(batch):
                    swallowed = None if raw.dropped else batch.column(-1)[-1].as_py()
                    unclosed = BadRow(int(numbers[-1]), "a quotation mark that never closes", "a closing one", swallowed)
                    raw.bad.append(unclosed)
                    numbers, batch = numbers[:-1], batch.slice(0, batch.num_rows - 1)  # noqa: PLW2901
                yield _numbered(numbers, raw.columns, batch.columns)
        except (pa.ArrowInvalid, UnicodeDecodeError) as broken:
            raise UnreadableFile(
                where=name,
                found=str(broken).split("\n", 1)[0][:200],
                expected=f"rows of {len(columns)} columns separated by {delimiter!r}",
                do="A quotation mark that is opened and never closed is the usual cause.",
            ) from broken
        finally:
            stream.close()
        raw.bad.extend(
            BadRow(number, found, f"{len(columns)} columns as in the header", text) for number, found, text in bad
        )

    raw.batches = batches()
    return raw


def _never_closed(batch: pa.RecordBatch) -> bool:
    """Only a quotation that runs to the end of the file lets a row's last value end in a line break."""
    return bool(batch.num_rows and batch.num_columns and str(batch.column(-1)[-1]).endswith("\n"))


def _delimiter(head: str) -> str:
    """The separator that splits the header into the most columns, read as CSV so that quotes are honoured."""
    counts = {}
    for delimiter in (",", ";", "\t", "|"):
        rows = [row for row in islice(csv.reader(io.StringIO(head), delimiter=delimiter), 20) if row][:-1] or [
            next(csv.reader(io.StringIO(head), delimiter=delimiter), [])
        ]
        same = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        counts[delimiter] = (len(rows[0]) > 1) * same * len(rows[0])
    return max(counts, key=lambda delimiter: counts[delimiter]) if any(counts.values()) else ","


def _named(name: str, header: list[str]) -> list[str]:
    """Column names, trimmed; an empty one is numbered, a repeated one gets its count."""
    columns: list[str] = []
    seen: dict[str, int] = {}
    for place, said in enumerate(header):
        column = said.strip().lstrip("\ufeff").strip() or f"column {place + 1}"
        key = column.casefold()
        seen[key] = seen.get(key, 0) + 1
        columns.append(column if seen[key] == 1 else f"{column} ({seen[key]})")
    if not columns:
        raise UnreadableFile(where=name, found="no header", expected="a first row that names the columns")
    return columns


def _numbered(rows: np.ndarray[Any, Any], columns: tuple[str, ...], values: list[pa.Array]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(rows, pa.int64()), *values],
        schema=pa.schema([("row", pa.int64()), *((column, pa.string()) for column in columns)]),
    )


# --------------------------------------------------------------------------------------------------- JSON


def _json(
    name: str, opened: Callable[[], io.BufferedIOBase], encoding: str, told: Callable[[int], None]
) -> Iterator[Raw]:
    """JSON lines, a JSON list, or an object that holds lists of objects (`{"tickets": [...]}`)."""
    bad: list[BadRow] = []
    if _is_lines(opened, encoding):
        yield _objects(name, _lines(opened, encoding, told, bad), bad)
        return
    with opened() as file:
        content = file.read()
    told(len(content))
    try:
        document = json.loads(content.decode(encoding), parse_float=str)
    except ValueError as broken:
        raise UnreadableFile(where=name, found=f"broken JSON ({broken})", expected="JSON or JSON lines") from broken
    if isinstance(document, dict):
        lists = [value for value in document.values() if _is_objects(value)]
        document = lists[0] if len(lists) == 1 and "id" not in document else [document]
    yield _objects(name, enumerate(document, 1), bad)


def _is_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _is_lines(opened: Callable[[], io.BufferedIOBase], encoding: str) -> bool:
    """Is the first line a whole JSON object, with more lines after it or nothing inside it to unpack?"""
    with opened() as file:
        lines = list(islice((line for line in io.TextIOWrapper(file, encoding) if line.strip()), 2))
    try:
        first = json.loads(lines[0])
    except (ValueError, IndexError):
        return False
    return isinstance(first, dict) and (len(lines) > 1 or not any(map(_is_objects, first.values())))


def _lines(
    opened: Callable[[], io.BufferedIOBase], encoding: str, told: Callable[[int], None], bad: list[BadRow]
) -> Iterator[tuple[int, Any]]:
    with opened() as file:
        for number, line in enumerate(io.TextIOWrapper(file, encoding, newline="\n"), 1):
            told(len(line))
            if not line.strip():
                continue
            try:
                yield number, json.loads(line, parse_float=str)
            except ValueError:
                shown = _LONG_DIGITS.sub("[digits]", line.strip())
                bad.append(BadRow(number, "a line that is not JSON", "one JSON object a line", shown))


def _objects(name: str, objects: Iterable[tuple[int, Any]], bad: list[BadRow]) -> Raw:
    """Flatten objects batch by batch; a column that turns up late is missing from the batches before it."""
    raw = Raw(name, (), (), bad=bad)

    def batches() -> Iterator[pa.RecordBatch]:
        columns: dict[str, None] = {}
        dropped: dict[str, None] = {}
        pending = iter(objects)
        while chunk := list(islice(pending, _BATCH_ROWS)):
            numbers, rows = [], []
            for number, item in chunk:
                if not isinstance(item, dict):
                    bad.append(BadRow(number, "a value that is no object", "one object a row", None))
                    continue
                flat: dict[str, str] = {}
                if isinstance(item.get("original"), dict) and "reader" in item:
                    raw.reader = str(item["reader"])
                    flat = {str(key): _scalar(value) for key, value in item["original"].items()}
                else:
                    _flatten(item, "", 1, flat, dropped)
                numbers.append(number)
                rows.append(flat)
                columns.update(dict.fromkeys(islice(flat, _MOST_COLUMNS - len(columns))))
            raw.columns, raw.dropped = tuple(columns), tuple(dropped)
            values = [pa.array([row.get(column) for row in rows], pa.string()) for column in columns]
            yield _numbered(np.array(numbers, dtype=np.int64), raw.columns, values)

    raw.batches = batches()
    return raw


def _flatten(item: dict[str, Any], prefix: str, depth: int, flat: dict[str, str], dropped: dict[str, None]) -> None:
    for key, value in item.items():
        name = f"{prefix}{key}"
        if _DROPPED.search(name):
            dropped[name] = None
        elif isinstance(value, dict):
            flat[name] = json.dumps(_clean(value), ensure_ascii=False, sort_keys=True)
            if depth < _DEEPEST:
                _flatten(value, f"{name}.", depth + 1, flat, dropped)
        elif value is not None:
            flat[name] = _scalar(_clean(value))


def _clean(value: Any) -> Any:
    """The value without what must not be kept, at any depth."""
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items() if not _DROPPED.search(key)}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else json.dumps(value, ensure_ascii=False)


# ------------------------------------------------------------------------------- workbooks, Parquet and zip


def _is_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return "[Content_Types].xml" in names or "mimetype" in names


def _workbook(path: Path) -> Iterator[Raw]:
    """Each sheet that has rows; values as text, dates in ISO form."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only workbooks need it

    try:
        book = CalamineWorkbook.from_path(str(path))
    except Exception as broken:
        raise UnreadableFile(where=path.name, found=f"a broken workbook ({broken})", expected="Excel or ODS") from broken
    found = False
    for sheet in book.sheet_names:
        rows = [[_cell(cell) for cell in row] for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)]
        numbered = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
        if len(numbered) < 2:  # noqa: PLR2004 - a header and a row
            continue
        found = True
        columns = _named(path.name, _trimmed(numbered[0][1]))
        name = path.name if len(book.sheet_names) == 1 else f"{path.name} [{sheet}]"
        kept = [place for place, column in enumerate(columns) if not _DROPPED.search(column)]
        names = tuple(columns[place] for place in kept)
        batch = _numbered(
            np.array([number for number, _ in numbered[1:]], dtype=np.int64),
            names,
            [pa.array([row[place] for _, row in numbered[1:]], pa.string()) for place in kept],
        )
        yield Raw(name, names, iter([batch]), tuple(column for column in columns if column not in names))
    if not found:
        raise UnreadableFile(where=path.name, found="no sheet with rows", expected="a header and rows")


def _trimmed(row: list[str]) -> list[str]:
    last = max((place for place, cell in enumerate(row) if cell), default=-1)
    return row[: last + 1]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _parquet(name: str, paths: list[Path], told: Callable[[int], None]) -> Raw:
    if not paths:
        raise UnreadableFile(where=name, found="no Parquet file in it", expected="a folder of Parquet files")
    try:
        schema = pa.unify_schemas([pq.read_schema(path) for path in paths], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as broken:
        raise UnreadableFile(where=name, found=f"{broken}"[:200], expected="Parquet files of one kind") from broken
    columns = tuple(column for column in schema.names if not _DROPPED.search(column))

    def batches() -> Iterator[pa.RecordBatch]:
        row = 1
        for path in paths:
            for batch in pq.ParquetFile(path).iter_batches(100_000):
                told(batch.nbytes)
                given = {column: _as_text(batch.column(column)) for column in batch.schema.names if column in columns}
                values = [given.get(column, pa.nulls(batch.num_rows, pa.string())) for column in columns]
                yield _numbered(np.arange(row, row + batch.num_rows), columns, values)
                row += batch.num_rows

    return Raw(name, columns, batches(), tuple(set(schema.names) - set(columns)))


def _as_text(values: pa.Array) -> pa.Array:
    if pa.types.is_nested(values.type):
        return pa.array([None if value is None else json.dumps(value, default=str) for value in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def _zip(path: Path, told: Callable[[int], None]) -> Iterator[Raw]:
    """Each file in a zip, such as Mailchimp's three."""
    with zipfile.ZipFile(path) as archive:
        members = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX")]
        if not members:
            raise UnreadableFile(where=path.name, found="an empty zip", expected="files in it")
        for member in members:
            yield from _text(Path(member).name, lambda member=member: archive.open(member), told)  # type: ignore[misc]


def from_query(name: str, reader: pa.RecordBatchReader) -> Raw:
    """The rows of a SQL query."""
    columns = tuple(column for column in reader.schema.names if not _DROPPED.search(column))

    def batches() -> Iterator[pa.RecordBatch]:
        row = 1
        for batch in reader:
            values = [_as_text(batch.column(column)) for column in columns]
            yield _numbered(np.arange(row, row + batch.num_rows), columns, values)
            row += batch.num_rows

    return Raw(name, columns, batches(), tuple(set(reader.schema.names) - set(columns)))
