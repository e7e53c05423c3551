"""A Parquet file with a few rows changed or left out, without reading the others.

A file of a million people is hundreds of megabytes, and one person's rows are in one or two of its row groups. Those
are made anew; everything else is copied as bytes. The new row group goes where the old one was and what is left of its
room is filled with zeroes, or, where it does not fit, after all others; so nothing of the old one stays. Where the new
one is not written alike (another program wrote the file) the file is written anew as a whole.
"""

from __future__ import annotations

import io
import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    import pyarrow as pa

__all__ = ["groups_of", "rewrite"]

_MAGIC = b"PAR1"
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)

# Of FileMetaData, RowGroup, ColumnChunk and ColumnMetaData: the numbers of their fields in Parquet's own definition.
_NUM_ROWS, _ROW_GROUPS = 3, 4
_COLUMNS, _GROUP_ROWS, _GROUP_OFFSET, _ORDINAL = 1, 3, 5, 7
_CHUNK_OFFSET, _META, _INDEXES = 2, 3, (4, 5, 6, 7)
_TYPE, _PATH, _COMPRESSED, _DATA_PAGE, _INDEX_PAGE, _DICTIONARY, _BLOOM = 1, 3, 7, 9, 10, 11, 14
_OFFSETS = (_DATA_PAGE, _INDEX_PAGE, _DICTIONARY)

type Fields = dict[int, tuple[int, Any]]


def groups_of(path: Path, rows: Collection[int]) -> set[int]:
    """In which row groups of a file these rows are, by their number from 0."""
    metadata, found, first = pq.read_metadata(path), set[int](), 0
    wanted = sorted(rows)
    at = 0
    for group in range(metadata.num_row_groups):
        last = first + metadata.row_group(group).num_rows
        while at < len(wanted) and wanted[at] < last:
            found.add(group)
            at += 1
        first = last
    return found


def rewrite(path: Path, out: Path, change: Callable[[pa.Table], pa.Table], groups: Collection[int]) -> None:
    """Write a file anew to another place, with some of its row groups changed.

    Args:
        path: the file; it stays as it is.
        out: where to, in the same or another folder.
        change: what becomes of the rows of a group: fewer, or with other values; the same columns.
        groups: which row groups it is asked about.
    """
    with pq.ParquetFile(path) as file:
        changed = {group: change(file.read_row_group(group)) for group in sorted(groups)}
        if not _spliced(path, out, changed, file.schema_arrow):
            _whole(file, out, changed)


def _whole(file: pq.ParquetFile, out: Path, changed: dict[int, pa.Table]) -> None:
    with _writer(out, file.schema_arrow) as writer:
        for group in range(file.metadata.num_row_groups):
            table = changed.get(group)
            table = file.read_row_group(group) if table is None else table
            if table.num_rows:
                writer.write_table(table, row_group_size=table.num_rows)


def _writer(out: Path | io.BytesIO, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(out, schema, compression="zstd", store_decimal_as_integer=True)


@dataclass(frozen=True)
class _Made:
    """A new row group: its bytes, from which offset they count, and how the footer tells of it."""

    data: bytes
    begins: int
    group: Fields


def _spliced(path: Path, out: Path, changed: dict[int, pa.Table], schema: pa.Schema) -> bool:
    """Copy the file and change only these row groups; False, and nothing there, where that cannot be done."""
    size = path.stat().st_size
    is_fewer = any(not table.num_rows for table in changed.values())  # then the others' ordinals change
    with path.open("rb") as file:
        file.seek(size - 8)
        (length,) = struct.unpack("<I", file.read(4))
        data_end = size - 8 - length
        file.seek(data_end)
        said = file.read(length)
    footer = _Reader(said).footer(None if is_fewer else changed)
    if any(_INDEXES[0] in chunk for at in changed for chunk in footer[_ROW_GROUPS][1][1][at][_COLUMNS][1][1]):
        footer = _Reader(said).footer(None)
    kind, groups = footer[_ROW_GROUPS][1]
    made = {at: _made(table, schema) for at, table in changed.items() if table.num_rows}
    if not all(_alike(groups[at], one.group) for at, one in made.items()):
        return False
    indexes = list(_taken_indexes(groups))
    _copy(path, out, data_end)
    with out.open("r+b") as file:
        end = data_end
        for begins, size in indexes:
            file.seek(begins)
            file.write(bytes(size))
        for at in changed:
            first, last = _room(groups[at])
            footer[_NUM_ROWS] = (_I64, footer[_NUM_ROWS][1] - groups[at][_GROUP_ROWS][1])
            file.seek(first)
            file.write(bytes(last - first))
            if (one := made.get(at)) is None:
                continue
            begins = first if len(one.data) <= last - first else end
            end = max(end, begins + len(one.data))
            file.seek(begins)
            file.write(one.data)
            _moved(groups[at], one, begins)
            footer[_NUM_ROWS] = (_I64, footer[_NUM_ROWS][1] + groups[at][_GROUP_ROWS][1])
        kept = [group for at, group in enumerate(groups) if at not in changed or at in made]
        for ordinal, group in enumerate(kept):
            if isinstance(group, dict) and _ORDINAL in group:
                group[_ORDINAL] = (_I16, ordinal)
        footer[_ROW_GROUPS] = (_LIST, (kind, kept))
        told = bytearray()
        _write_struct(told, footer)
        file.seek(end)
        file.write(bytes(told) + struct.pack("<I", len(told)) + _MAGIC)
        file.truncate()
    return True


def _taken_indexes(groups: list[Any]) -> Iterator[tuple[int, int]]:
    """Take the indexes of pages out of what the footer tells, and say where they are: they tell values once more."""
    for group in groups:
        for chunk in group[_COLUMNS][1][1] if isinstance(group, dict) else ():
            for offset, length in (_INDEXES[:2], _INDEXES[2:]):
                if offset in chunk:
                    yield chunk.pop(offset)[1], chunk.pop(length)[1]


def _made(table: pa.Table, schema: pa.Schema) -> _Made:
    """A row group of its own, in memory."""
    beside = io.BytesIO()
    with _writer(beside, schema) as writer:
        writer.write_table(table.replace_schema_metadata(schema.metadata), row_group_size=table.num_rows)
    whole = beside.getvalue()
    (length,) = struct.unpack("<I", whole[-8:-4])
    group = _Reader(whole[-8 - length : -8]).struct()[_ROW_GROUPS][1][1][0]
    first, last = _room(group)
    return _Made(whole[first:last], first, group)


def _alike(before: Fields, now: Fields) -> bool:
    """Are the columns of two row groups of the same types, under the same names?"""

    def said(group: Fields) -> list[tuple[Any, Any]]:
        return [(chunk[_META][1][_TYPE][1], chunk[_META][1][_PATH][1]) for chunk in group[_COLUMNS][1][1]]

    return said(before) == said(now)


def _room(group: Fields) -> tuple[int, int]:
    """From where to where a row group's bytes are."""
    first, last = [], []
    for chunk in group[_COLUMNS][1][1]:
        meta = chunk[_META][1]
        begins = min(meta[field][1] for field in _OFFSETS if field in meta and meta[field][1] > 0)
        first.append(begins)
        last.append(begins + meta[_COMPRESSED][1])
    return min(first), max(last)


def _moved(group: Fields, made: _Made, begins: int) -> None:
    """Tell in the footer of the new row group instead of the old one, at its place."""
    group.clear()
    group.update(made.group)
    by = begins - made.begins
    if _GROUP_OFFSET in group:
        group[_GROUP_OFFSET] = (_I64, begins)
    for chunk in group[_COLUMNS][1][1]:
        kind, offset = chunk[_CHUNK_OFFSET]
        if offset:
            chunk[_CHUNK_OFFSET] = (kind, offset + by)
        meta = chunk[_META][1]
        for field in _OFFSETS:
            if field in meta:
                meta[field] = (_I64, meta[field][1] + by)


def _copy(path: Path, out: Path, size: int) -> None:
    """Copy the first bytes of a file; where the file system can, without copying at all."""
    with path.open("rb") as source, out.open("wb") as target:
        if hasattr(os, "copy_file_range"):
            at = 0
            while at < size and (done := os.copy_file_range(source.fileno(), target.fileno(), size - at, at, at)):
                at += done
            target.truncate(size)
            return
        left = size
        while left and (some := source.read(min(left, 1 << 24))):
            target.write(some)
            left -= len(some)


# ------------------------------------------------------- Thrift's compact protocol, in which a footer is written


class _Reader:
    """Reads what a footer says into fields by number, each with its type."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def footer(self, wanted: Collection[int] | None) -> Fields:
        """FileMetaData; of its row groups only those wanted are read, the others are bytes as they are; None: all."""
        return self.struct(of_groups=(lambda _at: True) if wanted is None else wanted.__contains__)

    def struct(self, of_groups: Callable[[int], bool] | None = None) -> Fields:
        """A struct's fields, in their order."""
        found: Fields = {}
        number = 0
        data = self._data
        while header := data[self._at]:
            self._at += 1
            kind = header & 15
            number = number + (header >> 4) if header >> 4 else self._zigzag()
            if kind in (_TRUE, _FALSE):
                found[number] = (kind, kind == _TRUE)
            elif of_groups is not None and number == _ROW_GROUPS:
                found[number] = (kind, self._groups(of_groups))
            else:
                found[number] = (kind, self._value(kind))
        self._at += 1
        return found

    def _groups(self, wanted: Callable[[int], bool]) -> tuple[int, list[Any]]:
        size, kind = self._list_header()
        found: list[Any] = []
        for at in range(size):
            if wanted(at):
                found.append(self.struct())
            else:
                begins, self._at = self._at, _past_struct(self._data, self._at)
                found.append(self._data[begins : self._at])
        return kind, found

    def _value(self, kind: int) -> Any:
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind == _STRUCT:
            return self.struct()
        if kind in (_LIST, _SET):
            return self._list()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind in (_BYTE, _TRUE, _FALSE):  # within a list a truth is a byte
            return self._bytes(1)
        raise ValueError(f"a footer with a field of type {kind}")

    def _list(self) -> tuple[int, list[Any]]:
        size, kind = self._list_header()
        return kind, [self._value(kind) for _ in range(size)]

    def _list_header(self) -> tuple[int, int]:
        header = self._bytes(1)[0]
        size, kind = header >> 4, header & 15
        if size == 15:  # noqa: PLR2004 - then it follows
            size = self._varint()
        return size, kind

    def _bytes(self, size: int) -> bytes:
        begins, self._at = self._at, self._at + size
        return self._data[begins : self._at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 127) << shift
            if byte < 128:  # noqa: PLR2004 - the last
                return value
            shift += 7

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)


def _past_struct(data: bytes, at: int) -> int:
    """Where a struct ends. A file of a million people has a million of these numbers, and they are not looked at."""
    while header := data[at]:
        at += 1
        if header < 16:  # noqa: PLR2004 - the number of the field follows
            at = _past_varint(data, at)
        at = _past_value(data, at, header & 15)
    return at + 1


def _past_value(data: bytes, at: int, kind: int) -> int:
    if kind in (_TRUE, _FALSE):
        return at
    if kind in (_I16, _I32, _I64):
        return _past_varint(data, at)
    if kind == _BINARY:
        size = shift = 0
        while data[at] > 127:  # noqa: PLR2004 - more follow
            size |= (data[at] & 127) << shift
            shift += 7
            at += 1
        return at + 1 + (size | data[at] << shift)
    if kind == _STRUCT:
        return _past_struct(data, at)
    if kind in (_LIST, _SET):
        size, of = data[at] >> 4, data[at] & 15
        at += 1
        if size == 15:  # noqa: PLR2004 - then it follows
            first, at = at, _past_varint(data, at)
            size = sum((byte & 127) << 7 * place for place, byte in enumerate(data[first:at]))
        for _ in range(size):
            at = at + 1 if of in (_TRUE, _FALSE) else _past_value(data, at, of)
        return at
    return at + (8 if kind == _DOUBLE else 1)


def _past_varint(data: bytes, at: int) -> int:
    while data[at] > 127:  # noqa: PLR2004 - more follow
        at += 1
    return at + 1


def _write_struct(out: bytearray, fields: Fields) -> None:
    before = 0
    for number, (kind, value) in sorted(fields.items()):
        said = (_TRUE if value else _FALSE) if kind in (_TRUE, _FALSE) else kind
        if 0 < number - before < 16:  # noqa: PLR2004 - four bits
            out.append((number - before) << 4 | said)
        else:
            out.append(said)
            _write_zigzag(out, number)
        before = number
        if kind not in (_TRUE, _FALSE):
            _write_value(out, kind, value)
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if kind in (_I16, _I32, _I64):
        _write_zigzag(out, value)
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif kind == _STRUCT and isinstance(value, dict):
        _write_struct(out, value)
    elif kind in (_LIST, _SET):
        of, values = value
        if len(values) < 15:  # noqa: PLR2004 - four bits
            out.append(len(values) << 4 | of)
        else:
            out.append(0xF0 | of)
            _write_varint(out, len(values))
        for one in values:
            _write_value(out, of, one)
    else:
        out += value


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_zigzag(out: bytearray, value: int) -> None:
    _write_varint(out, (value << 1) ^ (value >> 63))
