"""What the command says of proof, from a snapshot's tables."""

from __future__ import annotations

import json
from typing import Any, cast

import duckdb
import pyarrow as pa
import pytest

from byname.proof.readiness import READINESS
from byname.proof.rows import PROOF
from byname.proofs import proofs
from byname.snapshot import Snapshot
from byname.talk.proof import proof

BLANK = dict.fromkeys(PROOF.names)


class Tables:
    """As much of a snapshot as the question needs."""

    def __init__(self, campaigns: list[dict[str, Any]], readiness: list[tuple[str, ...]]) -> None:
        self.terms = {"as_of": "2026-06-30", "currency": "EUR"}
        self.con = duckdb.connect()
        rows = [BLANK | {"on": "spend_90d", "stop": False, "says": "so and so"} | row for row in campaigns]
        self.con.register("proof", pa.Table.from_pylist(rows, schema=PROOF))
        ready = [dict(zip(READINESS.names, row, strict=True)) for row in readiness]
        self.con.register("readiness", pa.Table.from_pylist(ready, schema=READINESS))

    def query(self, sql: str) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self.con.sql(sql).to_arrow_table().to_pylist())


@pytest.fixture
def snapshot() -> Snapshot:
    campaigns = [
        {"action": "call", "title": "Call [them]", "kind": "open-ended", "verdict": "too early"},
        {"action": "gift", "title": "Gift", "kind": "open-ended", "verdict": "harms", "stop": True, "cut": 0.31},
        {"action": "spring", "title": "spring", "kind": "planned", "verdict": "works", "says": "=1+1"},
        {"action": "mail", "title": "mail", "kind": "not randomised", "verdict": "refused"},
    ]
    ready = [("Who?", "yes", "10 of them", ""), ("Why?", "no", "nothing on record", "Record why.")]
    return cast("Snapshot", Tables(campaigns, ready))


def test_what_works_comes_first_then_harm_and_what_has_no_lots_is_kept_apart(snapshot: Snapshot) -> None:
    found = proofs(snapshot)
    assert [row["action"] for row in found.campaigns] == ["spring", "gift", "call"]
    assert [row["action"] for row in found.stop] == ["gift"]
    assert [row["action"] for row in found.unproven] == ["mail"]
    assert [row["answer"] for row in found.readiness] == ["no", "yes"]


def test_the_text_says_what_to_stop_what_is_not_proven_and_what_to_record(
    snapshot: Snapshot, capsys: pytest.CaptureFixture[str]
) -> None:
    proof(snapshot, proofs(snapshot), "text")
    said = capsys.readouterr().out
    assert said.index("spring") < said.index("Gift") < said.index("Call [them]") < said.index("Stop doing this:")
    assert "took 31% of the variance away" in said
    assert said.index("Not proven") < said.index("mail")
    assert "Record why." in said


def test_json_and_csv_have_all_rows_and_csv_runs_no_formula(
    snapshot: Snapshot, capsys: pytest.CaptureFixture[str]
) -> None:
    proof(snapshot, proofs(snapshot), "json")
    document = json.loads(capsys.readouterr().out)
    assert (len(document["campaigns"]), document["currency"]) == (3, "EUR")
    proof(snapshot, proofs(snapshot), "csv")
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 5
    assert any("'=1+1" in line for line in said)


def test_a_company_without_lots_is_told_that_nothing_is_proven(capsys: pytest.CaptureFixture[str]) -> None:
    empty = cast("Snapshot", Tables([], []))
    proof(empty, proofs(empty), "text")
    assert "nothing is proven yet" in capsys.readouterr().out
