"""What all tests share: the engines (one Spark session for the whole run) and a company of every sample."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from byname.company import Company, create, open_company
from byname.engines import Engine, open_engine
from byname.errors import EngineError
from byname.facts import intake
from byname.facts.reader import FOLDER


@pytest.fixture(scope="session")
def duck_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The embedded engine."""
    with open_engine("duckdb", spill=tmp_path_factory.mktemp("duckdb"), memory="1GB", threads=2) as engine:
        yield engine


@pytest.fixture(scope="session")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The distributed engine: its session takes ten seconds to start, so there is one a run.

    Without Java it fails and names the line that installs it, unless BYNAME_NO_SPARK=1 says that it may be left out.
    """
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


@pytest.fixture(scope="session")
def company_of_samples(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company that has read the sample of every reader: every fact table that a reader can fill. Read it only."""
    folder = tmp_path_factory.mktemp("samples")
    settings = (
        create(folder / "acme", name="Acme", currency="EUR", zone="Europe/Berlin", country="DE").folder / "byname.toml"
    )
    said = settings.read_text("utf-8").replace("names = []", 'names = ["Nobody *"]').replace("# USD", "USD")
    settings.write_text(said, "utf-8")
    company = open_company(folder / "acme")
    for place, sample in enumerate(sorted(FOLDER.glob("*/sample*"))):
        copy = folder / f"{place:02}-{sample.parent.name}-{sample.name}"
        shutil.copyfile(sample, copy)
        outcomes = list(intake.add(company, [str(copy)]))
        assert all(outcome.error is None for outcome in outcomes), outcomes
    return company
