"""Any file as one table of text: a row number and the columns of its header, nothing interpreted yet.

CSV and TSV (any usual encoding, gzip or not), Excel, JSON, JSON lines, Parquet files and folders, zip files of
these, and SQL queries all become the same thing, so that a reader is only SQL over text. Nested JSON is
flattened with dots (`reviewer.displayName`); a nested object is also kept whole as JSON under its own name.
What must not be kept (card digits, IP addresses, coordinates) is dropped here, before anything else sees it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from byname.errors import UnreadableFile
from byname.facts.delimited import delimited
from byname.facts.encoding import Source, encoding_of
from byname.facts.nested import cleaned, nested
from byname.facts.rows import BadRow, Names, Raw, is_dropped, numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["BadRow", "Raw", "from_query", "open_raws", "sha256_of"]

_SNIFFED_BYTES = 1 << 20
_LOCKED = 1  # a zip member's flag
_GZIP, _PARQUET, _ZIP, _OLD_EXCEL = b"\x1f\x8b", b"PAR1", b"PK", b"\xd0\xcf\x11\xe0"


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
    if magic.startswith(_PARQUET):
        yield _parquet(path.name, [path], told)
    elif magic.startswith(_ZIP):
        yield from _workbook(path) if _is_workbook(path) else _zip(path, told)
    elif magic.startswith(_OLD_EXCEL):
        yield from _workbook(path)
    elif magic.startswith(_GZIP):
        yield from _text(path.name, lambda: cast("BinaryIO", gzip.open(path)), told)  # noqa: SIM115 - Source closes it
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


def from_query(name: str, reader: pa.RecordBatchReader) -> Raw:
    """The rows of a SQL query."""
    return _columnar(name, reader.schema.names, reader)


def _text(name: str, opened: Callable[[], BinaryIO], told: Callable[[int], None]) -> Iterator[Raw]:
    """CSV, TSV or JSON, told apart by the first character."""
    encoding = encoding_of(name, opened)
    with io.BufferedReader(Source(name, opened(), encoding)) as file:
        content = file.read(_SNIFFED_BYTES)
    head = content.decode("utf-8", "ignore").lstrip("\ufeff")
    if not head.strip():
        raise UnreadableFile(where=name, found="an empty file", expected="a header and rows")
    if head.lstrip()[0] in "{[":
        yield from nested(name, lambda: Source(name, opened(), encoding, told))
        return
    if head.lstrip()[0] == "<":
        raise UnreadableFile(
            where=name, found="XML or a web page", expected="CSV, TSV, Excel, JSON, JSON lines or Parquet"
        )
    whole = len(content) < _SNIFFED_BYTES
    yield delimited(name, lambda: Source(name, opened(), encoding, told), head, whole=whole)


# --------------------------------------------------------------------------------------- workbooks and zip


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as broken:
        raise UnreadableFile(where=path.name, found=f"a broken zip ({broken})", expected="a whole one") from broken
    return "[Content_Types].xml" in names or "mimetype" in names


def _workbook(path: Path) -> Iterator[Raw]:
    """Each sheet that has rows; values as text, dates in ISO form."""
    found = False
    several, sheets = _sheets(path)
    for sheet, rows in sheets:
        filled = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
        if len(filled) < 2:  # noqa: PLR2004 - a header and a row
            continue
        found = True
        names = Names()
        columns = [names.give(column) for column in _trimmed(filled[0][1])]
        kept = {place: column for place, column in enumerate(columns) if not is_dropped(column)}
        values = [pa.array([row[place] for _, row in filled[1:]], pa.string()) for place in kept]
        numbers = np.array([number for number, _ in filled[1:]], dtype=np.int64)
        yield Raw(
            f"{path.name} [{sheet}]" if several else path.name,
            tuple(kept.values()),
            iter([numbered(numbers, kept.values(), values)]),
            tuple(column for column in columns if is_dropped(column)),
        )
    if not found:
        raise UnreadableFile(where=path.name, found="no sheet with rows", expected="a header and rows")


def _sheets(path: Path) -> tuple[bool, Iterator[tuple[str, list[list[str]]]]]:
    """Has the workbook several sheets, and each one's name and cells."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as broken:
        raise UnreadableFile(
            where=path.name, found=f"a broken workbook ({broken})", expected="Excel or ODS"
        ) from broken
    sheets = (
        (name, [[_cell(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)])
        for name in book.sheet_names
    )
    return len(book.sheet_names) > 1, sheets


def _trimmed(row: list[str]) -> list[str]:
    last = max((place for place, cell in enumerate(row) if cell), default=-1)
    return row[: last + 1]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _zip(path: Path, told: Callable[[int], None]) -> Iterator[Raw]:
    """Each file in a zip, such as Mailchimp's three; one that cannot be read is said after the others."""
    unread: list[UnreadableFile] = []
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        members = [member for member in archive.infolist() if _is_meant(member)]
        if not members:
            raise UnreadableFile(where=path.name, found="an empty zip", expected="files in it")
        for place, member in enumerate(members):
            if member.flag_bits & _LOCKED:
                raise UnreadableFile(where=path.name, found="a zip with a password", expected="an open one")
            try:
                name = Path(member.filename).name
                opened = partial(cast("Callable[[zipfile.ZipInfo], BinaryIO]", archive.open), member)
                with opened() as file:
                    magic = file.read(8)
                if not magic.startswith((_GZIP, _PARQUET, _ZIP, _OLD_EXCEL)):
                    yield from _text(name, opened, told)
                    continue
                inner = Path(folder) / str(place) / name  # what is packed once more needs a file of its own
                inner.parent.mkdir()
                with io.BufferedReader(Source(name, opened())) as source, inner.open("wb") as target:
                    shutil.copyfileobj(source, target)
                yield from open_raws(inner, told)
            except UnreadableFile as broken:
                unread.append(broken)
    if unread:
        raise unread[0]


def _is_meant(member: zipfile.ZipInfo) -> bool:
    """Not a folder, not empty, not what an operating system puts beside files."""
    parts = Path(member.filename).parts
    return (
        not member.is_dir() and member.file_size > 0 and not any(part.startswith((".", "__MACOSX")) for part in parts)
    )


# ------------------------------------------------------------------------------------- Parquet and queries


def _parquet(name: str, paths: list[Path], told: Callable[[int], None]) -> Raw:
    if not paths:
        raise UnreadableFile(where=name, found="no Parquet file in it", expected="a folder of Parquet files")

    def batches() -> Iterator[pa.RecordBatch]:
        for path in paths:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(100_000):
                    told(batch.nbytes)
                    yield batch

    try:
        columns = dict.fromkeys(column for path in paths for column in pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as broken:
        raise _broken_parquet(name, broken) from broken
    return _columnar(name, columns, batches())


def _columnar(name: str, said: Iterable[str], batches: Iterable[pa.RecordBatch]) -> Raw:
    """Typed columns as text; a column that a batch lacks is empty in it."""
    names = Names()
    columns = {column: names.give(column) for column in said if not is_dropped(column)}
    raw = Raw(name, tuple(columns.values()), (), tuple(column for column in said if is_dropped(column)))

    def texts() -> Iterator[pa.RecordBatch]:
        row = 1
        try:
            for batch in batches:
                given = {
                    column: _as_text(batch.column(column), column) for column in batch.schema.names if column in columns
                }
                values = [given.get(column, pa.nulls(batch.num_rows, pa.string())) for column in columns]
                yield numbered(np.arange(row, row + batch.num_rows), columns.values(), values)
                row += batch.num_rows
        except (pa.ArrowException, OSError) as broken:
            raise _broken_parquet(name, broken) from broken

    raw.batches = texts()
    return raw


def _broken_parquet(name: str, broken: Exception) -> UnreadableFile:
    return UnreadableFile(where=name, found=f"broken Parquet ({f'{broken}'[:200]})", expected="whole Parquet files")


def _as_text(values: pa.Array, name: str) -> pa.Array:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _as_text(values.dictionary_decode(), name)
    if pa.types.is_nested(kind):
        return pa.array([None if value is None else _as_json(value, name) for value in values.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array(
            [None if value is None else value.decode("utf-8", "replace") for value in values.to_pylist()], pa.string()
        )
    return values.cast(pa.string())


def _as_json(value: Any, name: str) -> str:
    return json.dumps(cleaned(value, name), default=str, ensure_ascii=False)
