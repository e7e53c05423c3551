"""Reading, taking back and looking for damage in a process beside the server, as the worker has them done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from byname.company import Company, open_company
from byname.facts.intake import open_ledger
from byname.web.accounts.models import Account, Entry
from byname.web.work import carrying, checking, inbox, reading, taking_back
from byname.web.work.asking import ask
from byname.web.work.models import Kind, Run, State

pytestmark = pytest.mark.django_db

CUSTOMERS = (
    "Customer ID,First name,Last name,E-mail\nz1,Zoë,Quill,zoe.quill@new.test\nz2,Abe,Quill,abe.quill@new.test\n"
)


@pytest.fixture
def shop(company: Company, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A shop whose ledger may be changed."""
    monkeypatch.setattr(carrying, "stopping", Event())
    folder = tmp_path / "shop"
    shutil.copytree(company.folder, folder, ignore=shutil.ignore_patterns("app.sqlite3*"))
    settings.COMPANY = open_company(folder)
    inbox.folder(settings.COMPANY).mkdir(exist_ok=True)
    return settings.COMPANY


def read(shop: Company, name: str, text: str) -> Run:
    path = inbox.folder(shop) / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    run, _ = ask(Kind.READ, name)
    reading.carry_out(run.pk)
    run.refresh_from_db()
    return run


def test_a_file_is_read_put_away_logged_and_followed_by_a_refresh_and_can_be_taken_back(
    shop: Company, alice: Account
) -> None:
    run = read(shop, "@berlin/people.csv", CUSTOMERS)
    assert run.state == State.DONE
    assert "2 rows" in run.says
    assert "Quill" not in json.dumps(run.result) + run.says + json.dumps(run.steps)  # counts, no customers
    assert (inbox.folder(shop) / "done" / "people.csv").read_text("utf-8") == CUSTOMERS
    entry = Entry.objects.get(action="read")
    assert (entry.by, entry.about) == ("byname", "@berlin/people.csv")
    assert Run.objects.filter(kind=Kind.REFRESH, state=State.WAITING).count() == 1
    Run.objects.filter(kind=Kind.REFRESH).delete()

    (table,) = run.result["tables"]
    (told,) = [one for one in open_ledger(shop).imports().to_pylist() if one["file_id"] == table["file_id"]]
    assert told["account"] == "berlin"
    back, _ = ask(Kind.BACK, table["file_id"], account=alice)
    taking_back.carry_out(back.pk)
    back.refresh_from_db()
    assert back.state == State.DONE
    assert "took back people.csv" in back.says
    assert table["file_id"] not in open_ledger(shop).imports().column("file_id").to_pylist()
    entry = Entry.objects.get(action="take back")
    assert (entry.by, entry.about, entry.before) == (alice.email, table["file_id"], {"name": "people.csv"})
    assert Run.objects.filter(kind=Kind.REFRESH, state=State.WAITING).count() == 1


def test_a_file_that_nobody_can_read_lies_in_failed_with_the_reason(shop: Company) -> None:
    run = read(shop, "noise.csv", "\x00\x01\x02")
    assert run.state == State.FAILED
    why = (inbox.folder(shop) / "failed" / "noise.csv.why.txt").read_text("utf-8")
    assert why.strip() == run.says
    assert "expected" in why
    assert not Run.objects.filter(kind=Kind.REFRESH).exists()


def test_a_file_that_is_gone_is_said_to_be(shop: Company) -> None:
    run, _ = ask(Kind.READ, "gone.csv")
    reading.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.state, run.says) == (State.FAILED, "the file is no longer in the inbox")


def test_damage_is_found_and_said(shop: Company) -> None:
    next(shop.facts.glob("orders/*.parquet")).unlink()
    run, _ = ask(Kind.CHECK)
    checking.carry_out(run.pk)
    run.refresh_from_db()
    assert run.state == State.DONE
    assert "missing" in run.says
    assert len(run.result["problems"]) == 1
