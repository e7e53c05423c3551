"""The contract that every engine keeps: one body of tests, run on both."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byname.engines import Statement, Table, open_engine
from byname.errors import EngineError
from tests.engines.tricky import tricky

if TYPE_CHECKING:
    from pathlib import Path

    from byname.engines import Engine

ENGINES = ["duck_engine", pytest.param("spark_engine", marks=pytest.mark.spark)]
ORDERS = pa.table(
    {
        "source_id": ["2", "1", "3"],
        "amount": pa.array([Decimal("12.50"), None, Decimal("-3.00")], pa.decimal128(18, 4)),
        "occurred_at": pa.array([datetime(2026, 5, 1, 8, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
    }
)
SCHEMA = pa.schema(
    {
        "source_id": pa.string(),
        "amount": pa.decimal128(18, 4),
        "occurred_at": pa.timestamp("us"),
        "margin": pa.float64(),
    }
)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(request.param)


def test_a_statement_runs_over_the_tables_that_it_is_given(engine: Engine) -> None:
    orders = engine.arrow(ORDERS)
    statement = Statement("test.total", "select count(*) as n, cast(sum(amount) as decimal(18,4)) as total from orders")
    total = engine.run(statement, orders=orders)
    assert total.columns == ("n", "total")
    assert engine.fetch(total).to_pylist() == [{"n": 3, "total": Decimal("9.5000")}]
    assert engine.count(orders) == 3


def test_every_kind_of_parameter_arrives_as_it_is(engine: Engine) -> None:
    east = timezone(timedelta(hours=2))
    given = {
        "flag": True,
        "whole": 2**40,
        "part": 0.1,
        "text": 'it\'s \\ a "text" ${x} :whole $part -- no comment',
        "money": Decimal("12.34"),
        "day": date(2026, 5, 1),
        "now": datetime(2026, 5, 1, 10, 30, tzinfo=east),
    }
    names = ", ".join(f"${name} as {name}" for name in given)
    for lazy in (False, True):
        table = engine.run(
            Statement("test.all", f"select {names}, $gone is null as gone", lazy=lazy), **given, gone=None
        )
        row = engine.fetch(table).to_pylist()[0]
        expected = {**given, "now": datetime(2026, 5, 1, 8, 30), "gone": True}  # noqa: DTZ001 - UTC
        assert row == expected


def test_types_come_out_as_the_few_that_both_engines_share(engine: Engine) -> None:
    data = pa.table(
        {
            "i": pa.array([1, None], pa.int16()),
            "f": pa.array([1.5, None], pa.float32()),
            "m": pa.array([Decimal("1.5"), None], pa.decimal128(6, 1)),
            "t": pa.array([0, None], pa.timestamp("s", "Europe/Berlin")),
            "w": pa.array(["x", None]).dictionary_encode(),
            "l": pa.array([["a"], None], pa.large_list(pa.large_string())),
        }
    )
    expected = pa.schema(
        {
            "i": pa.int64(),
            "f": pa.float64(),
            "m": pa.decimal128(18, 4),
            "t": pa.timestamp("us"),
            "w": pa.string(),
            "l": pa.list_(pa.string()),
        }
    )
    table = engine.arrow(data)
    again = engine.run(Statement("test.again", "select * from data"), data=table)
    assert table.schema == again.schema == engine.fetch(again).schema == expected
    sums = engine.run(Statement("test.sums", "select cast(sum(i) as bigint) as s, count(*) as c from data"), data=table)
    assert sums.schema == pa.schema({"s": pa.int64(), "c": pa.int64()})


def test_a_type_that_they_do_not_share_is_an_error_that_names_the_column(engine: Engine) -> None:
    with pytest.raises(EngineError, match='arrow, column "blob": found type binary'):
        engine.arrow(pa.table({"blob": [b"x"]}))
    with pytest.raises(EngineError, match=r'statement "test.null": found a column that is only null'):
        engine.run(Statement("test.null", "select null as x"))


def test_files_are_matched_by_name_and_what_they_lack_is_null(engine: Engine, tmp_path: Path) -> None:
    old, new = tmp_path / "old [1].parquet", tmp_path / "year=2026" / "new*.parquet"
    new.parent.mkdir()
    pq.write_table(ORDERS.select(["amount", "source_id"]), old)
    pq.write_table(ORDERS.append_column("margin", pa.array([0.5, 0.5, None])).append_column("extra", [[1, 2, 3]]), new)
    table = engine.files([str(old), str(new)], SCHEMA)
    rows = engine.fetch(table, order_by=["source_id", "margin", "occurred_at"])
    assert rows.schema == SCHEMA
    assert rows["source_id"].to_pylist() == ["1", "1", "2", "2", "3", "3"]
    assert rows["margin"].to_pylist() == [0.5, None, 0.5, None, None, None]
    assert rows["occurred_at"].to_pylist()[2] == datetime(2026, 5, 1, 8)  # noqa: DTZ001 - UTC


def test_a_file_name_means_itself_and_no_pattern(engine: Engine, tmp_path: Path) -> None:
    for name in ("a?.parquet", "ab.parquet"):
        pq.write_table(pa.table({"source_id": [name]}), tmp_path / name)
    table = engine.files([str(tmp_path / "a?.parquet")], SCHEMA)
    assert engine.fetch(table)["source_id"].to_pylist() == ["a?.parquet"]


def test_no_files_are_an_empty_table(engine: Engine) -> None:
    table = engine.files([], SCHEMA)
    assert engine.count(table) == 0
    assert engine.fetch(table).schema == SCHEMA
    nothing = engine.run(Statement("test.none", "select max(margin) as m, count(*) as n from orders"), orders=table)
    assert engine.fetch(nothing).to_pylist() == [{"m": None, "n": 0}]


def test_a_missing_or_broken_file_is_an_error_that_names_it(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="nosuch"):
        engine.files([str(tmp_path / "nosuch.parquet")], SCHEMA)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 this is no Parquet file PAR1")
    with pytest.raises(EngineError, match="broken"):
        engine.files([str(broken)], SCHEMA)


def test_an_error_names_the_statement(engine: Engine) -> None:
    orders = engine.arrow(ORDERS)
    for sql in ("select nosuch from orders", "select source_id from elsewhere", "select 1 as x, from where"):
        with pytest.raises(EngineError, match=r'^statement "test.wrong": found'):
            engine.run(Statement("test.wrong", sql), orders=orders)
    with pytest.raises(EngineError, match=r'^statement "test.wrong": found'):
        engine.run(Statement("test.wrong", "select source_id from orders where amount > $least"), orders=orders)


def test_an_error_of_the_rows_names_the_statement_even_if_it_is_lazy(engine: Engine) -> None:
    huge = engine.arrow(pa.table({"n": [2**62]}))
    statement = Statement("test.too_much", "select n * 4 as n from huge")
    with pytest.raises(EngineError, match=r'^statement "test.too_much": found'):
        engine.run(statement, huge=huge)
    lazy = engine.run(Statement("test.too_much", statement.sql, lazy=True), huge=huge)
    with pytest.raises(EngineError, match=r'^statement "test.too_much": found'):
        engine.fetch(lazy)


def test_names_do_not_leak_from_one_run_to_the_next(engine: Engine) -> None:
    orders = engine.arrow(ORDERS)
    engine.run(Statement("test.first", "select source_id from orders"), orders=orders)
    with pytest.raises(EngineError, match="orders"):
        engine.run(Statement("test.second", "select source_id from orders"))
    with pytest.raises(EngineError):
        engine.run(Statement("test.python", "select * from local_table"), **_with_a_local_table())


def _with_a_local_table() -> dict[str, Table]:
    local_table = pa.table({"x": [1]})  # DuckDB would find it by its Python name
    assert local_table.num_rows == 1
    return {}


def test_the_same_name_may_mean_another_table_in_the_next_run(engine: Engine) -> None:
    one, two = engine.arrow(pa.table({"x": [1]})), engine.arrow(pa.table({"x": [2]}))
    statement = Statement("test.same", "select x from given")
    first, second = engine.run(statement, given=one), engine.run(statement, given=two)
    assert engine.fetch(first).to_pylist() == [{"x": 1}]
    assert engine.fetch(second).to_pylist() == [{"x": 2}]


def test_a_lazy_statement_gives_the_same_rows(engine: Engine) -> None:
    orders = engine.arrow(ORDERS)
    few = engine.run(
        Statement("test.lazy", "select source_id from orders where source_id > $a", lazy=True), orders=orders, a="1"
    )
    names = engine.run(Statement("test.over", "select source_id || '!' as s from few"), few=few)
    assert sorted(engine.fetch(names)["s"].to_pylist()) == ["2!", "3!"]


def test_a_dropped_table_is_gone_and_what_was_made_of_it_stays(engine: Engine) -> None:
    orders = engine.arrow(ORDERS)
    kept = engine.run(Statement("test.kept", "select source_id from orders"), orders=orders)
    engine.drop(orders)
    assert engine.count(kept) == 3
    with pytest.raises(EngineError, match="was dropped"):
        engine.count(orders)


def test_a_table_of_another_engine_is_refused(engine: Engine, tmp_path: Path) -> None:
    with open_engine("duckdb", spill=tmp_path, memory="100MB") as stranger:
        theirs = stranger.arrow(ORDERS)
        with pytest.raises(EngineError, match="another engine"):
            engine.run(Statement("test.theirs", "select source_id from orders"), orders=theirs)


def test_a_written_file_is_sorted_and_carries_its_metadata(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    written = engine.write(engine.arrow(ORDERS), path, order_by=["source_id"], metadata={"schema_version": "1"})
    rows = pq.read_table(path)
    assert written == 3
    assert rows["source_id"].to_pylist() == ["1", "2", "3"]
    assert rows.schema.metadata == {b"schema_version": b"1"}
    assert rows.schema.remove_metadata() == SCHEMA.remove(3)


def test_the_same_rows_give_the_same_bytes_in_whatever_order_they_come(engine: Engine, tmp_path: Path) -> None:
    rows = pa.concat_tables([tricky()] * 3)
    shuffled = rows.take(random.Random(7).sample(range(rows.num_rows), rows.num_rows))  # noqa: S311
    paths = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    for path, data in zip(paths, (rows, shuffled), strict=True):
        assert engine.write(engine.arrow(data), path, order_by=["g"], row_group_rows=50) == rows.num_rows
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert pq.ParquetFile(paths[0]).metadata.num_row_groups == -(-rows.num_rows // 50)


@pytest.mark.spark
def test_both_engines_write_the_same_bytes(duck_engine: Engine, spark_engine: Engine, tmp_path: Path) -> None:
    lists = pa.table(
        {"l": [["b"], ["b", None], None, [], [None], ["b", "a"], ["ä"]], "x": [None, 1.5, -0.5, 0.0, 1e300, 2.0, 3.0]}
    )
    for at, data in enumerate((tricky(), lists)):
        for engine in (duck_engine, spark_engine):
            engine.write(engine.arrow(data), tmp_path / f"{engine.kind}.{at}", order_by=data.column_names[-2:])
        assert (tmp_path / f"duckdb.{at}").read_bytes() == (tmp_path / f"spark.{at}").read_bytes()


def test_an_empty_table_is_written_with_its_schema(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    assert engine.write(engine.files([], SCHEMA), path, order_by=["source_id"]) == 0
    assert pq.read_schema(path).remove_metadata() == SCHEMA


def test_a_write_that_fails_leaves_no_file(engine: Engine, tmp_path: Path) -> None:
    huge = engine.arrow(pa.table({"n": [1, 2**62]}))
    lazy = engine.run(Statement("test.too_much", "select n * 4 as n from huge", lazy=True), huge=huge)
    with pytest.raises(EngineError, match=r"test\.too_much"):
        engine.write(lazy, tmp_path / "no.parquet", order_by=["n"])
    with pytest.raises(EngineError, match=r'"m".*expected a column of the table: n'):
        engine.write(huge, tmp_path / "no.parquet", order_by=["m"])
    assert list(tmp_path.iterdir()) == []


def test_a_function_over_the_rows_sees_each_once_in_batches_that_fit(engine: Engine) -> None:
    rows = 25_001
    table = engine.arrow(pa.table({"n": pa.array(range(rows), pa.int64())}))

    def doubled(batch: pa.RecordBatch) -> pa.RecordBatch:
        twice = [2 * one for one in batch.column("n").to_pylist()]
        return pa.record_batch({"n": batch.column("n"), "twice": twice, "of": [batch.num_rows] * batch.num_rows})

    schema = pa.schema([("n", pa.int64()), ("twice", pa.int64()), ("of", pa.int64())])
    made = engine.fetch(engine.apply(doubled, table, schema), order_by=("n",))
    assert made.column("twice").to_pylist() == [2 * one for one in range(rows)]
    assert max(made.column("of").to_pylist()) <= 10_000
    assert (
        engine.fetch(engine.apply(doubled, engine.arrow(pa.table({"n": pa.array([], pa.int64())})), schema)).num_rows
        == 0
    )


def test_a_qualify_under_a_star_leaves_no_column_behind(engine: Engine) -> None:
    rows = engine.arrow(pa.table({"k": ["a", "a", "b"], "n": [1, 2, 3]}))
    first = Statement("test.first", "select * from rows qualify row_number() over (partition by k order by n) = 1")
    assert engine.fetch(engine.run(first, rows=rows), order_by=("k",)).to_pylist() == [
        {"k": "a", "n": 1},
        {"k": "b", "n": 3},
    ]


def test_no_row_is_lost_of_columns_whose_chunks_are_unlike_and_empty(engine: Engine) -> None:
    chunks = [pa.array(part, pa.int64()) for part in ([1, 2], [3], [], [4], [])]
    table = pa.table({"n": pa.chunked_array(chunks), "whole": pa.array([1, 2, 3, 4])})
    assert engine.fetch(engine.arrow(table), order_by=("n",)).column("n").to_pylist() == [1, 2, 3, 4]
