"""JSON and JSON lines as tables of text: nested names are joined with dots, objects are also kept whole."""

from __future__ import annotations

import io
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from byname.errors import UnreadableFile
from byname.facts.rows import BadRow, Names, Raw, is_dropped, masked, numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from byname.facts.encoding import Source

__all__ = ["cleaned", "nested"]

_BATCH_ROWS = 20_000
_MOST_COLUMNS = 2_000
_DEEPEST = 4
_LOOKED_AT = 20
_BROKEN = object()
# What programs call a page of objects. Any other list in a line belongs to the line's own object.
_PAGES = {"batch", "contacts", "conversations", "customers", "data", "events", "records", "responses", "results",
          "reviews", "tickets", "users"}  # fmt: skip


def nested(name: str, opened: Callable[[], Source]) -> Iterator[Raw]:
    """The objects of JSON lines, of a JSON list, or of an object that holds lists of them (`{"tickets": [...]}`).

    An object of nothing but lists is a database written out: each list is a table of its own.

    Raises:
        UnreadableFile: neither the whole nor its lines are JSON.
    """
    bad: list[BadRow] = []
    if _is_lines(opened):
        yield _objects(name, _unpacked(_lines(opened, bad)), bad)
        return
    with io.BufferedReader(opened()) as file:
        content = file.read()
    try:
        document = json.loads(content.decode("utf-8-sig", "replace"), parse_float=str)
    except (ValueError, RecursionError) as broken:
        raise UnreadableFile(where=name, found=f"broken JSON ({broken})", expected="JSON or JSON lines") from broken
    if isinstance(document, dict):
        lists = [value for value in document.values() if _is_objects(value)]
        if len(lists) > 1 and all(isinstance(value, list) for value in document.values()):
            for key, value in document.items():
                yield _objects(f"{name} [{key}]", enumerate(value, 1), [])
            return
        document = lists[0] if len(lists) == 1 and "id" not in document else [document]
    yield _objects(name, _unpacked(enumerate(document, 1)), bad)


def _is_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _is_lines(opened: Callable[[], Source]) -> bool:
    """Are most of the first lines whole objects? One line alone is lines, too, if it holds nothing to unpack."""
    objects, others = [], 0
    with _text(opened) as lines:
        for line in islice((line for line in lines if line.strip()), _LOOKED_AT):
            item = _loaded(line)
            if isinstance(item, dict):
                objects.append(item)
            elif item is _BROKEN and not line.lstrip().startswith("{"):
                others += 1
    return len(objects) > others and (len(objects) > 1 or not any(map(_is_objects, objects[0].values())))


def _text(opened: Callable[[], Source]) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(opened(), 1 << 20), "utf-8-sig", "replace", newline="\n")


def _loaded(line: str) -> Any:
    """What a line says, or `_BROKEN` if it is not JSON."""
    try:
        return json.loads(line, parse_float=str)
    except (ValueError, RecursionError):
        return _BROKEN


def _lines(opened: Callable[[], Source], bad: list[BadRow]) -> Iterator[tuple[int, Any]]:
    with _text(opened) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            item = _loaded(line)
            if item is _BROKEN:
                bad.append(BadRow(number, "a line that is not JSON", "one JSON object a line", masked(line.strip())))
            else:
                yield number, item


def _unpacked(objects: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """Each object, and those of a page one by one; from there on objects are counted, not lines."""
    last = 0
    for number, item in objects:
        for one in _page(item):
            last = max(number, last + 1)
            yield last, one


def _page(item: Any) -> list[Any]:
    if isinstance(item, dict):
        lists = [key for key, value in item.items() if key in _PAGES and _is_objects(value)]
        if len(lists) == 1 and not any(key == "id" or key.endswith(("_id", "Id")) for key in item):
            return list(item[lists[0]])
    return [item]


def _objects(name: str, objects: Iterable[tuple[int, Any]], bad: list[BadRow]) -> Raw:
    """Flatten objects batch by batch; a column that turns up late is missing from the batches before it."""
    raw = Raw(name, (), (), bad=bad)

    def batches() -> Iterator[pa.RecordBatch]:
        names, columns, dropped = Names(), dict[str, str](), dict[str, None]()
        pending = iter(objects)
        while chunk := list(islice(pending, _BATCH_ROWS)):
            numbers, rows = [], []
            for number, item in chunk:
                if not isinstance(item, dict):
                    bad.append(BadRow(number, "a value that is no object", "one object a row", None))
                    continue
                if "reader" in item and isinstance(
                    item.get("original"), str
                ):  # refused for its shape, not corrected yet
                    raw.reader = str(item["reader"])
                    bad.append(BadRow(number, str(item["found"]), str(item["expected"]), item["original"]))
                    continue
                flat = _flat(item, raw, dropped)
                if flat.keys() - columns.keys():
                    fresh = [key for key in flat if key not in columns][: _MOST_COLUMNS - len(columns)]
                    columns |= {key: names.give(key) for key in fresh}
                numbers.append(number)
                rows.append(flat)
            raw.columns, raw.dropped = tuple(columns.values()), tuple(dropped)
            values = [_array([row.get(key) for row in rows]) for key in columns]
            yield numbered(np.array(numbers, dtype=np.int64), raw.columns, values)

    raw.batches = batches()
    return raw


def _flat(item: dict[str, Any], raw: Raw, dropped: dict[str, None]) -> dict[str, str]:
    """One object's names and values; those of a refused row are as they were in its file."""
    flat: dict[str, str] = {}
    original = item.get("original")
    if isinstance(original, dict) and "reader" in item:
        raw.reader = str(item["reader"])
        return {key: _scalar(value) for key, value in original.items() if value is not None and not is_dropped(key)}
    _flatten(item, "", 1, flat, dropped)
    return flat


def _flatten(item: dict[str, Any], prefix: str, depth: int, flat: dict[str, str], dropped: dict[str, None]) -> None:
    for key, value in item.items():
        name = f"{prefix}{key}"
        if is_dropped(name):
            dropped[name] = None
        elif isinstance(value, dict):
            flat[name] = json.dumps(cleaned(value, name), ensure_ascii=False, sort_keys=True)
            if depth < _DEEPEST:
                _flatten(value, f"{name}.", depth + 1, flat, dropped)
        elif value is not None:
            flat[name] = _scalar(cleaned(value, name))


def cleaned(value: Any, name: str) -> Any:
    """The value of that name without what must not be kept, at any depth."""
    if isinstance(value, dict):
        return {key: cleaned(inner, f"{name}.{key}") for key, inner in value.items() if not is_dropped(f"{name}.{key}")}
    if isinstance(value, list):
        return [cleaned(inner, name) for inner in value]
    return value


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _array(values: list[str | None]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write and UTF-8 cannot
        whole = [None if value is None else value.encode("utf-8", "replace").decode() for value in values]
        return pa.array(whole, pa.string())
