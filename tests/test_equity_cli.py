"""`byname equity` and `byname report` over a snapshot made by hand."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests import report_case
from tests.case import made
from tests.test_cli import run


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """A company whose current snapshot is made by hand."""
    company = made(tmp_path / "acme")
    _current(company.folder, report_case.tables())
    return company.folder


def _current(folder: Path, rows: dict[str, report_case.Rows]) -> Path:
    name = f"{report_case.AS_OF}_20261123T060000000000Z"
    report_case.written(folder / "snapshots" / name, rows)
    (folder / "snapshots" / "CURRENT").write_text(name + "\n", "utf-8")
    return folder / "snapshots" / name


def test_equity_as_json_has_every_row_under_its_terms(acme: Path) -> None:
    status, out, _ = run("equity", acme, "--format", "json")
    found = json.loads(out)
    assert (status, found["as_of"], found["currency"], found["horizon_days"]) == (0, "2026-11-22", "EUR", 365)
    assert (found["discount"], found["margin"]) == (0.1, 0.4)
    kinds = list(dict.fromkeys(row["kind"] for row in found["equity"]))
    assert kinds == ["total", "tier", "change", "roc", "risk", "spread", "cohort"]
    steps = [row["name"] for row in found["equity"] if row["kind"] == "change"]
    assert steps == ["from", "new", "grown", "shrunk", "lost", "won back", "to"]
    total = found["equity"][0]
    tiers = [row["amount"] for row in found["equity"] if row["kind"] == "tier"]
    assert sum(round(100 * one) for one in tiers) == round(100 * total["amount"])
    assert total["low"] < total["amount"] < total["high"]


def test_equity_as_text_and_as_csv_say_the_same(acme: Path) -> None:
    rows = json.loads(run("equity", acme, "--format", "json")[1])["equity"]
    _, text, _ = run("equity", acme)
    for row in rows:
        assert row["name"] in text
        assert row["says"] in text
    assert f"{rows[0]['amount']:,.0f} ({rows[0]['low']:,.0f} to {rows[0]['high']:,.0f})" in text
    assert "What all are worth in the next 12 months, EUR" in text
    listed = list(csv.DictReader(io.StringIO(run("equity", acme, "--format", "csv")[1])))
    assert [(row["kind"], row["name"]) for row in listed] == [(row["kind"], row["name"]) for row in rows]


def test_what_is_unknown_says_so_and_why(acme: Path) -> None:
    rows = report_case.tables()
    for row in rows["equity"]:
        if row["kind"] == "roc":
            row |= {"amount": None, "says": "unknown: there is no earlier day to hold this one against"}
    _current(acme, rows)
    _, text, _ = run("equity", acme)
    assert "unknown   unknown: there is no earlier day" in text


def test_a_company_without_customers_ends_with_one(acme: Path) -> None:
    _current(acme, {})
    assert run("equity", acme)[0] == 1
    assert run("report", acme)[0] == 1
    assert "Nobody has bought yet" in (acme / "report.html").read_text("utf-8")


def test_a_snapshot_from_before_says_what_makes_a_new_one(acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report_case.without(monkeypatch, "equity")
    status, out, err = run("equity", acme)
    assert (status, out) == (3, "")
    assert "found a snapshot without customer equity" in err
    assert f"byname refresh {acme}" in err


def test_the_report_is_written_where_one_says(acme: Path, tmp_path: Path) -> None:
    status, out, _ = run("report", acme)
    assert (status, f"Wrote {acme / 'report.html'}" in out) == (0, True)
    assert run("report", acme, "--out", tmp_path / "best.html")[0] == 0
    assert (tmp_path / "best.html").read_bytes() == (acme / "report.html").read_bytes()
    assert "Rosa Haddad" in (tmp_path / "best.html").read_text("utf-8")


def test_a_report_that_cannot_be_written_leaves_nothing(acme: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        run("report", acme, "--out", tmp_path / "nowhere" / "best.html")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        run("report", acme, "--out", tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["acme", "folder"]
