"""What customers write is shown as they wrote it and runs nowhere: every text of a snapshot made hostile, every page opened.

Demands: S0.4, S3.15.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from byname.company import Company, open_company
from byname.web.accounts.models import Account
from tests.web.conftest import signed_in
from tests.web.security.walking import Patient, is_html, walked

EVIL = "<img src=x onerror=alert(1)>\"'><b>\u202e "
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"
# Words of ours, which pages compare: kinds and rules, not what somebody wrote.
_OURS = {
    "kind",
    "medium",
    "rule",
    "basis",
    "role",
    "standing",
    "moved_from",
    "stage",
    "status",
    "verdict",
    "outcome",
    "measure",
}


def _evil(text: str) -> str:
    """That text, or the texts within it where it is JSON, behind EVIL."""
    if not text.startswith(("[", "{")):
        return EVIL + text
    return json.dumps(_evil_within(json.loads(text)))


def _evil_within(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: within if key in _OURS else _evil_within(within) for key, within in value.items()}
    if isinstance(value, list):
        return [_evil_within(within) for within in value]
    return EVIL + value if isinstance(value, str) and " " in value else value


def spoil(folder: Path) -> int:
    """Put EVIL before every text with a space in it, in every table; gives how many columns there were."""
    spoilt = 0
    for path in folder.glob("*.parquet"):
        table = pq.read_table(path)
        for place, column in enumerate(table.schema):
            if column.name in _OURS or not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
                continue
            words = table.column(place)
            is_text = (
                pc.match_substring(words, " ") if column.name not in ("email", "phone", "name") else pc.is_valid(words)
            )
            if not pc.any(is_text).as_py():
                continue
            evil = [
                _evil(text) if spoil_it else text
                for text, spoil_it in zip(words.to_pylist(), is_text.to_pylist(), strict=True)
            ]
            table = table.set_column(place, column, pa.array(evil, column.type))
            spoilt += 1
        pq.write_table(table, path)
    with closing(sqlite3.connect(folder / "index.sqlite")) as db:
        db.execute("update card set name = ?1 || name, email = ?1 || email", (EVIL,))
        db.commit()
    return spoilt


@pytest.fixture
def spoilt(company: Company, tmp_path: Path, settings: object) -> Company:
    folder = tmp_path / "spoilt"
    shutil.copytree(company.folder, folder)
    current = folder / "snapshots" / (folder / "snapshots" / "CURRENT").read_text("utf-8").strip()
    assert spoil(current) > 30
    settings.COMPANY = open_company(folder)  # type: ignore[attr-defined]
    return open_company(folder)


def test_no_page_shows_a_customers_html_as_html(spoilt: Company, alice: Account, best: str) -> None:
    known = {"person_id": best, "name": "x", "action": "welcome", "verb": "note", "number": str(alice.pk)}
    table = walked(Patient(signed_in(alice)), known)
    pages = {address: answer.text for address, answer in table.shown.items() if is_html(answer.headers)}
    assert [address for address, text in pages.items() if "<img src=x" in text or "'><b>" in text] == []
    assert {address: answer.status for address, answer in table.shown.items() if answer.status >= 500} == {}
    showing = [address for address, text in pages.items() if ESCAPED in text]
    assert {"/", "/people/"} <= set(showing)
    assert len(showing) > 8
