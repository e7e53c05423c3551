"""A Parquet file with a few rows changed: the others' bytes are copied, nothing of the old ones stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha512
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from byname.engines.splice import groups_of, rewrite

ROWS, GROUP = 1_000, 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    rows = [
        {
            "person_id": f"p{n:05}", "says": f"row {n} of unusual words", "amount": Decimal(n), "sure": n % 2 == 0,
            "on": date(2026, 1, 1 + n % 28), "share": n / 7, "ids": [f"a:{n}"] * (n % 3), "none": None,
        }
        for n in range(ROWS)
    ]  # fmt: skip
    types = {"amount": pa.decimal128(18, 4), "none": pa.string()}
    table = pa.Table.from_pylist(rows)
    for name, kind in types.items():
        table = table.set_column(table.column_names.index(name), name, table[name].cast(kind))
    path = tmp_path / "table.parquet"
    with pq.ParquetWriter(
        path, table.schema.with_metadata({"as_of": "2026"}), compression="zstd", store_decimal_as_integer=True
    ) as writer:
        writer.write_table(table.replace_schema_metadata({"as_of": "2026"}), row_group_size=GROUP)
    return path


def without(*people: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.filter(pc.invert(pc.is_in(table["person_id"], value_set=pa.array(people))))


def longer(table: pa.Table) -> pa.Table:
    """More than fits where the old rows were."""
    said = ["".join(sha512(f"{n} {part}".encode()).hexdigest() for part in range(8)) for n in range(table.num_rows)]
    return table.set_column(1, "says", pa.array(said))


def same_but(path: Path, out: Path, people: tuple[str, ...]) -> None:
    before, after = pq.read_table(path), pq.read_table(out)
    assert after.equals(without(*people)(before))
    assert pq.read_metadata(out).num_rows == ROWS - len(people)
    assert pq.read_metadata(out).metadata[b"as_of"] == b"2026"
    assert duckdb.execute("select count(*) from read_parquet($p)", {"p": str(out)}).fetchall() == [
        (ROWS - len(people),)
    ]


@pytest.mark.parametrize("places", [(0,), (500,), (999,), (3, 70, 71, 998), tuple(range(64, 128)), tuple(range(200))])
def test_rows_go_and_the_others_stay(path: Path, tmp_path: Path, places: tuple[int, ...]) -> None:
    people = tuple(f"p{n:05}" for n in places)
    out = tmp_path / "out.parquet"
    rewrite(path, out, without(*people), groups_of(path, places))
    same_but(path, out, people)
    data = out.read_bytes()
    for place in places:  # as zstd leaves short words, and as statistics have them
        assert f"p{place:05}".encode() not in data
    assert len(data) <= path.stat().st_size + 4_096


def test_only_the_groups_that_are_named_are_asked_about(path: Path, tmp_path: Path) -> None:
    seen = []

    def change(table: pa.Table) -> pa.Table:
        seen.append(table["person_id"][0].as_py())
        return table.slice(1)

    rewrite(path, tmp_path / "out.parquet", change, {2})
    assert seen == ["p00128"]
    assert pq.read_table(tmp_path / "out.parquet").num_rows == ROWS - 1


def test_what_does_not_fit_goes_to_the_end(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    rewrite(path, out, longer, {0, 5})
    before, after = pq.read_table(path), pq.read_table(out)
    assert after["person_id"] == before["person_id"]
    assert after["says"][0].as_py() == longer(before.slice(0, GROUP))["says"][0].as_py()
    assert after["says"][GROUP : GROUP * 2] == before["says"][GROUP : GROUP * 2]


def test_a_file_with_an_index_of_pages_is_written_anew(path: Path, tmp_path: Path) -> None:
    indexed, out = tmp_path / "indexed.parquet", tmp_path / "out.parquet"
    pq.write_table(pq.read_table(path), indexed, row_group_size=GROUP, write_page_index=True, compression="zstd")
    rewrite(indexed, out, without("p00001"), {0})
    assert pq.read_table(out).num_rows == ROWS - 1
    assert b"p00001" not in out.read_bytes()
