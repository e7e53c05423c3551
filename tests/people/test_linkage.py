"""The second step on data with truth, learning from the records themselves (S0.10, S4.15).

febrl: Christen 2008; fake_1000: Splink's own. The figures that must be reached are the issue's.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from byname.company import Company
from byname.facts import intake
from byname.people.linkage import Model
from byname.refresh import refresh
from byname.snapshot import open_current
from tests.case import made

DATA = Path(__file__).parent.parent / "data"


def pairs(counted: Counter[Any]) -> int:
    return sum(count * (count - 1) // 2 for count in counted.values())


def figures(company: Company, truth: dict[str, str]) -> tuple[float, float]:
    """Pairwise precision and recall."""
    rows = open_current(company).query("select source_id, person_id from links")
    found = {row["source_id"]: row["person_id"] for row in rows}
    assert set(found) == set(truth)
    both = pairs(Counter((truth[one], found[one]) for one in truth))
    return both / pairs(Counter(found.values())), both / pairs(Counter(truth.values()))


def refreshed(tmp_path: Path, file: str) -> Company:
    company = made(tmp_path / "acme")
    (outcome,) = intake.add(company, [str(DATA / file)])
    assert outcome.error is None
    assert outcome.refused == 0
    refresh(company, as_of=date(2026, 1, 1))
    return company


def test_febrl_three_is_found_almost_whole(tmp_path: Path) -> None:
    company = refreshed(tmp_path, "febrl/dataset3.csv")
    with (DATA / "febrl/dataset3.csv").open() as file:
        truth = {row[0]: row[0].split("-")[1] for row in csv.reader(file) if row[0] != "rec_id"}
    precision, recall = figures(company, truth)
    assert 2 * precision * recall / (precision + recall) >= 0.999
    assert precision >= 0.999
    # What was learned is kept, and a second refresh from it says the same.
    before = open_current(company).query("select * from records order by record_id")
    kept = (company.models / "identity" / "CURRENT").read_text()
    refresh(company, as_of=date(2026, 1, 1))
    assert open_current(company).query("select * from records order by record_id") == before
    assert (company.models / "identity" / "CURRENT").read_text() == kept
    # The number of a state or an insurer is nowhere on the disk, only its fingerprint.
    stored = b"".join(path.read_bytes() for path in company.facts.rglob("*.parquet"))
    assert b"3999669" not in stored


def test_fake_1000_is_found_without_hand_training(tmp_path: Path) -> None:
    company = refreshed(tmp_path, "splink_fake_1000/fake_1000.csv")
    with (DATA / "splink_fake_1000/fake_1000.csv").open() as file:
        truth = {row["unique_id"]: row["cluster"] for row in csv.DictReader(file)}
    precision, recall = figures(company, truth)
    assert 2 * precision * recall / (precision + recall) >= 0.90
    assert precision >= 0.99


def test_a_model_serves_until_there_are_twice_as_many_groups_or_other_fields() -> None:
    model = Model({"given": [1.0]}, {"given": [0.1]}, 1_000, ["given"])
    assert model.serves(1_999, ["given"])
    assert not model.serves(2_000, ["given"])
    assert not model.serves(1_000, ["given", "born"])
    assert Model.from_json(model.to_json()) == model
    assert Model.shipped(["given"]).serves(499, ["given"])
    assert not Model.shipped(["given"]).serves(500, ["given"])


@pytest.mark.parametrize("groups", [0, 1])
def test_nothing_to_compare_is_no_error(groups: int) -> None:
    import duckdb
    import pyarrow as pa

    from byname.people.comparisons import FIELDS
    from byname.people.linkage import score

    columns = {field.name: pa.array([None] * groups, pa.string()) for field in FIELDS}
    faces = pa.table({"unique_id": pa.array(range(groups), pa.int64()), **columns})
    with duckdb.connect() as con:
        assert len(score(con, faces, None).probability) == 0
