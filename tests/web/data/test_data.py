"""The Data page: sources, what is refused with its fix, what the records can tell, runs; who may do what (S0.19)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from byname.company import Company, open_company
from byname.errors import LedgerError
from byname.facts.intake import open_ledger
from byname.web.accounts.models import Account, Entry
from byname.web.console.data import files, views
from byname.web.work import inbox
from byname.web.work.models import Kind, Run, State

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>{{ 7|add:7 }}\u202e" + "x" * 10_000


@pytest.fixture
def shop(company: Company, tmp_path: Path, settings: Any) -> Company:
    """A shop whose folder may be changed."""
    folder = tmp_path / "shop"
    shutil.copytree(
        company.folder, folder, ignore=shutil.ignore_patterns("app.sqlite3*", "snapshots", "models", "cache")
    )
    (folder / "snapshots").symlink_to(company.snapshots)
    settings.COMPANY = open_company(folder)
    return settings.COMPANY


def page(client: Client, name: str = "data", *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_what_was_loaded_refused_in_doubt_and_can_be_told(as_alice: Client) -> None:
    shown = page(as_alice)
    for said in (
        "30 June 2026",
        "shopify_orders.csv",
        "Rows that were not taken",
        "may be one person",
        "Whom may we contact",
    ):
        assert said in shown


def test_a_reader_sees_the_sources_and_can_change_nothing(as_rita: Client, company: Company) -> None:
    shown = page(as_rita)
    newest = open_ledger(company).imports().to_pylist()[-1]
    assert newest["name"] in shown
    for said in ("Refresh now", "Take back", "Rows that were not taken", 'type="file"'):
        assert said not in shown
    file_id = newest["file_id"]
    for name, args in (
        ("data_refresh", ()),
        ("data_check", ()),
        ("data_upload", ()),
        ("data_file", (file_id,)),
        ("data_refused_download", ("shopify_orders.csv.jsonl",)),
    ):
        assert as_rita.post(reverse(name, args=args)).status_code == 403
    for name, args in (
        ("data_file", (file_id,)),
        ("data_refused", ("shopify_orders.csv.jsonl",)),
        ("data_review", ()),
    ):
        assert as_rita.get(reverse(name, args=args)).status_code == 403
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", ["data_refresh", "data_check", "data_upload", "data_decide", "data_undo"])
def test_nothing_changes_by_a_link(as_alice: Client, name: str) -> None:
    assert as_alice.get(reverse(name)).status_code == 405


def test_a_refresh_is_asked_for_once_and_logged(as_alice: Client, alice: Account) -> None:
    for _ in range(2):
        as_alice.post(reverse("data_refresh"), follow=True)
    run = Run.objects.get()
    assert (run.kind, run.by, run.state) == (Kind.REFRESH, alice.email, State.WAITING)
    assert Entry.objects.filter(action="refresh", by=alice.email).count() == 1
    assert "A refresh waits already" in as_alice.post(reverse("data_refresh"), follow=True).content.decode()
    assert f"asked for by {alice.email}" in page(as_alice, "data_live")


def test_without_a_snapshot_it_says_what_to_do(as_alice: Client, shop: Company) -> None:
    (shop.folder / "snapshots").unlink()
    shown = page(as_alice)
    assert "no snapshot yet" in shown
    assert "Refresh now" in shown
    assert 'type="file"' in shown


def test_while_the_ledger_is_in_other_hands_the_page_says_so(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_company: Company) -> list[dict[str, Any]]:
        raise LedgerError(where="facts", found="it is held by process 7", expected="it to be free", do="Wait.")

    monkeypatch.setattr(views, "imports", busy)
    assert "it is held by process 7" in page(as_alice)
    monkeypatch.setattr(files, "imports", busy)
    assert "it is held by process 7" in page(as_alice, "data_files")


# --------------------------------------------------------------------------------------------- giving files


def test_an_upload_lies_in_the_inbox_under_a_harmless_name_and_is_logged(
    as_alice: Client, alice: Account, shop: Company
) -> None:
    sent = {"file": SimpleUploadedFile("../../evil.csv", b"a,b\n1,2\n"), "account": "../berlin"}
    answer = as_alice.post(reverse("data_upload"), sent, follow=True)
    assert "lies in the inbox" in answer.content.decode()
    (path,) = [path for path in inbox.folder(shop).rglob("*") if path.is_file()]
    assert path == inbox.folder(shop) / "@berlin" / "evil.csv"
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert path.stat().st_mode & 0o111 == 0  # nothing of it is run
    entry = Entry.objects.get(action="upload")
    assert (entry.by, entry.about, entry.after) == (alice.email, "evil.csv", {"bytes": 8, "account": "berlin"})
    assert "@berlin/evil.csv" in page(as_alice)
    again = {"file": SimpleUploadedFile("evil.csv", b"other"), "account": "berlin"}
    assert "waits in the inbox already" in as_alice.post(reverse("data_upload"), again, follow=True).content.decode()
    assert path.read_bytes() == b"a,b\n1,2\n"


def test_no_file_and_one_that_is_too_large_are_refused_in_words(
    as_alice: Client, shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No file was chosen." in as_alice.post(reverse("data_upload"), follow=True).content.decode()
    monkeypatch.setattr(inbox, "UPLOAD_BYTES", 3)
    sent = {"file": SimpleUploadedFile("large.csv", b"four")}
    assert "copy it into" in as_alice.post(reverse("data_upload"), sent, follow=True).content.decode()
    assert list(inbox.waiting(shop)) == []
    assert not Entry.objects.exists()


# ---------------------------------------------------------------------------------------------- taking back


def test_taking_back_says_first_what_goes(as_alice: Client, alice: Account, company: Company) -> None:
    (one,) = [one for one in open_ledger(company).imports().to_pylist() if one["name"] == "shopify_orders.csv"]
    shown = page(as_alice, "data_file", one["file_id"])
    assert f"{one['new'] + one['changed']:,} rows that it brought go" in shown
    assert "What people wrote here about these customers stays" in shown
    assert not Run.objects.exists()
    as_alice.post(reverse("data_file", args=[one["file_id"]]))
    run = Run.objects.get()
    assert (run.kind, run.about, run.by) == (Kind.BACK, one["file_id"], alice.email)


def test_only_a_file_that_was_loaded_can_be_taken_back(as_alice: Client) -> None:
    assert as_alice.post(reverse("data_file", args=["0123456789abcdef"])).status_code == 404
    assert not Run.objects.exists()


# ------------------------------------------------------------------------------------------------- refused


def refuse(shop: Company, name: str, many: int) -> None:
    line = {"file": "o.csv", "reader": "shopify_orders", "column": "Total", "found": HOSTILE, "expected": "an amount"}
    with (shop.refused / name).open("w", encoding="utf-8") as out:
        for row in range(1, many + 1):
            out.write(json.dumps({**line, "row": row, "do": "correct it", "original": {"Total": HOSTILE}}) + "\n")


def test_refused_rows_come_in_pages_with_the_fix_and_as_they_came(as_alice: Client, shop: Company) -> None:
    refuse(shop, "o.csv.jsonl", 120)
    assert "120 rows" in page(as_alice)
    answer = as_alice.get(reverse("data_refused", args=["o.csv.jsonl"]), {"from": "100"})
    shown = answer.content.decode()
    assert "101 to 120 of 120" in shown
    assert "an amount" in shown
    assert "correct it" in shown
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    assert len(shown) < 100_000  # 10,000 letters of each row are cut
    for odd in ("-1", "x", "9999999999", ""):
        assert as_alice.get(reverse("data_refused", args=["o.csv.jsonl"]), {"from": odd}).status_code == 200


def test_refused_rows_can_be_taken_as_a_file_and_the_log_says_who_took_it(
    as_alice: Client, alice: Account, shop: Company
) -> None:
    refuse(shop, "o.csv.jsonl", 2)
    answer = as_alice.post(reverse("data_refused_download", args=["o.csv.jsonl"]))
    assert b"".join(answer) == (shop.refused / "o.csv.jsonl").read_bytes()  # type: ignore[arg-type]
    assert answer["Content-Disposition"] == 'attachment; filename="o.csv.jsonl"'
    entry = Entry.objects.get(action="export")
    assert (entry.by, entry.about) == (alice.email, "refused/o.csv.jsonl")


@pytest.mark.parametrize("name", ["byname.toml", "..", "x.jsonl"])
def test_only_refused_rows_are_handed_out(as_alice: Client, name: str) -> None:
    assert as_alice.post(f"/data/refused/{name}/download/").status_code == 404
    assert as_alice.get(f"/data/refused/{name}/").status_code == 404


# --------------------------------------------------------------------------------------------------- runs


def test_a_run_shows_its_steps_with_seconds_and_memory_and_the_snapshots_report(
    as_rita: Client, company: Company
) -> None:
    folder = next(path for path in company.snapshots.iterdir() if path.is_dir())
    run = Run.objects.create(
        kind=Kind.REFRESH,
        by="byname",
        state=State.DONE,
        says="a new snapshot is served",
        result={"snapshot": str(folder)},
    )
    shown = page(as_rita, "data_run", run.pk)
    for said in ("who is who", " MB", "ledger commit", "a new snapshot is served"):
        assert said in shown
    assert "a new snapshot is served" in page(as_rita, "data_runs")


def test_a_run_whose_snapshot_is_gone_shows_what_it_said_itself(as_rita: Client) -> None:
    steps = [{"step": "worth", "seconds": 2.5, "says": "9 buyers"}]
    run = Run.objects.create(
        kind=Kind.REFRESH, by="byname", state=State.DONE, steps=steps, result={"snapshot": "/no/where/2020-01-01_x"}
    )
    shown = page(as_rita, "data_run", run.pk)
    assert "9 buyers" in shown


def test_a_name_that_leads_elsewhere_opens_no_report(as_rita: Client, company: Company) -> None:
    run = Run.objects.create(kind=Kind.REFRESH, by="byname", state=State.DONE, result={"snapshot": ".."})
    assert "Highest memory" not in page(as_rita, "data_run", run.pk)
