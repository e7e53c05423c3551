"""The engines of a test run: one of each, because Spark takes ten seconds to start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from byname.engines import open_engine
from byname.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.engines import Engine


@pytest.fixture(scope="session")
def duck_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", spill=tmp_path_factory.mktemp("duckdb"), memory="1GB", threads=2) as engine:
        yield engine


@pytest.fixture(scope="session")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if os.environ.get("BYNAME_NO_SPARK") == "1":
        pytest.skip("BYNAME_NO_SPARK=1")
    missing = ""
    try:
        engine = open_engine("spark", spill=tmp_path_factory.mktemp("spark"), memory="1GB", threads=2)
    except EngineError as error:
        missing = str(error)
    if missing:
        pytest.fail(f"{missing}\n  Or leave these tests out: BYNAME_NO_SPARK=1", pytrace=False)
    with engine:
        yield engine
