"""What all tests share: the engines (one Spark session for the whole run) and a company of every sample."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from byname import deciding
from byname.company import Company, create, open_company
from byname.engines import Engine, open_engine
from byname.errors import EngineError
from byname.facts import intake
from byname.facts.intake import open_ledger
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
    _who_is_who(company, folder / "members.csv")
    return company


def _who_is_who(company: Company, file: Path) -> None:
    """A household, twins whom nobody can tell apart, an initial under one address, a crowd, and decisions of both kinds."""
    rows = [
        "member id,first name,last name,email,phone,date of birth,street,postcode,city,company",
        "m1,Rosa,Haddad,rosa@acme.test,,1980-02-28,12 Long Lane,AB1 2CD,Leeds,Acme GmbH",
        "m2,Karim,Haddad,karim@acme.test,,1980-02-28,12 Long Lane,AB1 2CD,Leeds,ACME",
        "m3,Rosa,Hadad,,030 1234567,1980-02-28,12 Long Lane,AB1 2CD,Leeds,Borealis AB",
        "m4,R,Haddad,rosa@acme.test,030 7654321,,,,,",
        "m5,Robin,Haddad,,030 7654321,,,,,",
        "m6,Kim,Kind,kim@acme.test,,2020-01-01,1 High Street,AB2 3CD,York,",
        *(f"c{n},{chr(97 + n % 26)}{chr(97 + n // 26)}na,Smith,,030 5555555,,,,," for n in range(60)),
    ]
    friends = file.with_name("friends.csv")
    friends.write_text("referral id,referrer email,referred email\nf1,rosa@acme.test,karim@acme.test\n")
    promised = file.with_name("promised.csv")
    promised.write_text(
        "promise id,email,promised on,promise,due date,kept on\nq1,rosa@acme.test,2026-05-01,a call,2026-05-03,2026-05-09\n"
    )
    file.write_text("\n".join(rows))
    for path in (file, friends, promised):
        (outcome,) = intake.add(company, [str(path)])
        assert outcome.error is None
    with open_ledger(company).state() as state, duckdb.connect() as con:
        found = dict(
            con.sql("select source_id, record_id from read_parquet($1)", params=[state.files("records")]).fetchall()
        )
    named = {name: deciding.Named(found[name], name, name, is_record=True) for name in ("m1", "m3", "m5", "c1", "c2")}
    deciding.apart(company, named["m1"], named["m5"], by="ines")
    deciding.merge(company, named["c1"], named["c2"], keep=named["c2"], by="ines")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares costly fixtures goes to one worker: all that needs Spark, and the tests of one file."""
    for item in items:
        spark = "spark_engine" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("spark" if spark else item.path.as_posix()))
