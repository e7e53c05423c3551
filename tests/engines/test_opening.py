"""Opening and closing engines: what loads, what is missing, what is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byname.engines import Statement, open_engine, statement, statements
from byname.engines.spill import SpillFolder
from byname.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

    from byname.engines import Engine


def python(code: str, **environment: str) -> str:
    """Run code in a fresh interpreter and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_loads_no_engine_and_no_parser() -> None:
    loaded = python(
        "import sys, byname.engines, byname.engines.zone; "
        "print([m for m in ('duckdb', 'pyspark', 'sqlglot', 'pyarrow', 'pandas') if m in sys.modules])"
    )
    assert loaded.strip() == "[]"


def test_the_embedded_engine_runs_without_spark_sqlglot_or_pandas(tmp_path: Path) -> None:
    loaded = python(
        "import sys, pathlib\n"
        "from byname.engines import Statement, open_engine\n"
        f"with open_engine('duckdb', spill=pathlib.Path({str(tmp_path)!r})) as engine:\n"
        "    engine.fetch(engine.run(Statement('one', 'select $x as x'), x=1))\n"
        "print([m for m in ('pyspark', 'sqlglot', 'pandas') if m in sys.modules])"
    )
    assert loaded.strip() == "[]"


def test_an_unknown_engine_is_an_error_that_names_the_two(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match='did you mean "duckdb"') as raised:
        open_engine("duckbd", spill=tmp_path)
    assert '"duckdb" (on this machine) or "spark" (distributed)' in str(raised.value)


def test_a_wrong_memory_limit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="engine duckdb: found"):
        open_engine("duckdb", spill=tmp_path, memory="plenty")
    assert list(tmp_path.iterdir()) == []


def test_without_pyspark_the_error_says_how_to_install_it(tmp_path: Path) -> None:
    says = python(
        "import sys, pathlib; sys.modules['pyspark'] = None\n"
        "from byname.engines import open_engine\n"
        "from byname.errors import EngineError\n"
        f"try: open_engine('spark', spill=pathlib.Path({str(tmp_path)!r}))\n"
        "except EngineError as error: print(error)"
    )
    assert "pip install 'byname[spark]'" in says


def test_without_java_the_error_says_how_to_install_it(tmp_path: Path) -> None:
    code = (
        "import pathlib\n"
        "from byname.engines import open_engine\n"
        "from byname.errors import EngineError\n"
        f"try: open_engine('spark', spill=pathlib.Path({str(tmp_path)!r}))\n"
        "except EngineError as error: print(error)"
    )
    says = python(code, PATH=str(tmp_path), JAVA_HOME=str(tmp_path))
    assert "expected Java 17 or newer" in says
    assert "apt-get install openjdk-17-jre-headless" in says or "brew install openjdk@17" in says
    assert list(tmp_path.iterdir()) == []


def test_closing_removes_what_was_spilled_and_closing_twice_does_nothing(tmp_path: Path) -> None:
    engine = open_engine("duckdb", spill=tmp_path / "spill")
    assert len(list((tmp_path / "spill").iterdir())) == 1
    engine.close()
    engine.close()
    assert list((tmp_path / "spill").iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    python(
        "import os, pathlib\n"
        "from byname.engines.spill import SpillFolder\n"
        f"folder = SpillFolder(pathlib.Path({str(tmp_path)!r}), 'duckdb')\n"
        "(folder.path / 'rows.tmp').write_text('personal')\n"
        "os._exit(0)"  # no clean-up, as after SIGKILL
    )
    (left,) = tmp_path.iterdir()
    living = SpillFolder(tmp_path, "duckdb")
    other = SpillFolder(tmp_path, "duckdb")
    assert not left.exists()
    assert living.path.exists()
    assert living.path != other.path
    living.close()
    other.close()


def test_more_than_fits_in_memory_is_spilled_and_the_answer_is_right(tmp_path: Path) -> None:
    rows = 3_000_000
    many = Statement(
        "test.many",
        "select range as id, md5(cast(range as varchar)) as key, (range * 7919) % 1000003 as n from range($rows)",
    )
    ranked = Statement("test.ranked", "select id, key, row_number() over (order by n, id) as place from many")
    with open_engine("duckdb", spill=tmp_path, memory="100MB", threads=2) as engine:
        table = engine.run(many, rows=rows)
        (folder,) = tmp_path.glob("duckdb-*")
        spilled = sum(file.stat().st_size for file in folder.iterdir())
        placed = engine.run(ranked, many=table)
        assert engine.write(placed, tmp_path / "placed.parquet", order_by=["place"]) == rows
    assert spilled > 10_000_000
    places = pq.read_table(tmp_path / "placed.parquet", columns=["place"])["place"]
    assert places.combine_chunks() == pa.array(range(1, rows + 1), pa.int64())
    assert list(tmp_path.glob("duckdb-*")) == []


@pytest.mark.spark
def test_a_session_that_is_active_is_used_and_left_as_it_was(spark_engine: Engine, tmp_path: Path) -> None:
    from pyspark.sql import SparkSession

    theirs = SparkSession.getActiveSession()
    assert theirs is not None
    before = theirs.conf.get("spark.sql.session.timeZone")
    theirs.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    try:
        theirs.createDataFrame(pa.table({"x": [1]})).createOrReplaceTempView("theirs")
        with open_engine("spark", spill=tmp_path, memory="1GB") as engine:
            with pytest.raises(EngineError, match="theirs"):
                engine.run(Statement("test.theirs", "select x from theirs"))
            assert engine.count(engine.run(Statement("test.mine", "select 1 as x"))) == 1
        assert theirs.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"
    finally:  # it may be the very session that the other tests run in
        theirs.conf.set("spark.sql.session.timeZone", before)
    assert theirs.sql("select x from theirs").count() == 1
    assert spark_engine.count(spark_engine.run(Statement("test.still", "select 1 as x"))) == 1


def test_a_statement_registers_itself_once_under_its_name() -> None:
    first = statement("test.registered", "select 1 as x")
    try:
        assert statements()["test.registered"] == first
        assert statement("test.registered", "select 1 as x") == first  # a module that is loaded again
        with pytest.raises(ValueError, match="another one of this name"):
            statement("test.registered", "select 2 as x")
    finally:
        statements.__globals__["_REGISTERED"].pop("test.registered")


@pytest.mark.parametrize("sql", ["", "  ", "select 1;"])
def test_a_statement_is_one_select_without_a_semicolon(sql: str) -> None:
    with pytest.raises(ValueError, match="one SELECT"):
        Statement("test.wrong", sql)
