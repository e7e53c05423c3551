"""The ledger among several processes: two writers, writers that are killed, a disk that is full, locks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from byname.errors import LedgerError
from byname.facts import locks
from byname.facts.ledger import Ledger
from byname.facts.locks import Waiting, take

from .ledger_case import add, add_shop, bytes_with, elsewhere, everything, fact, held

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and RLIMIT_FSIZE are POSIX's")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "acme" / "facts"


def test_two_writers_at_once_lose_nothing_and_count_nothing_twice(folder: Path, tmp_path: Path) -> None:
    """S3.18: store every interaction, lose none."""
    writers = [elsewhere(folder, tmp_path, name, "--imports", 6, "--on", on) for on, name in enumerate("ab")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    ledger = Ledger(folder)
    assert sorted(ledger.imports()["name"].to_pylist()) == sorted(f"{name}{at}" for name in "ab" for at in range(6))
    rows = held(ledger, "orders")
    assert len(rows) == len({row["fact_id"] for row in rows}) == 2 * 6 * 5 + 1
    assert {row["version"] for row in rows} == {1}
    assert len(held(ledger, "sightings")) == 11
    assert ledger.check() == []


# Before the first table, between tables, in the middle of a table's rows, before the listing, before the swap, in it.
@pytest.mark.parametrize("step", ["append:1", "append:2", "write:3", "append:4", "swap:1", "replace:1"])
def test_a_writer_that_is_killed_leaves_the_last_whole_state_and_the_next_one_goes_on(
    folder: Path, tmp_path: Path, step: str
) -> None:
    """S3.18: store every interaction, lose none."""
    ledger = Ledger(folder)
    add_shop(ledger, tmp_path, "monday0", on=0)
    before, versions = everything(ledger), _versions(ledger)
    writer = elsewhere(
        folder,
        tmp_path,
        "tuesday",
        "--on",
        1,
        "--rows",
        40_000 if step.startswith("write") else 50,
        "--die",
        step,
    )
    assert writer.wait(timeout=120) == -signal.SIGKILL
    assert (everything(ledger), _versions(ledger)) == (before, versions)

    add_shop(ledger, tmp_path, "tuesday0", on=1, rows=7)
    never_killed = Ledger(tmp_path / "never killed")
    add_shop(never_killed, tmp_path, "monday0", on=0)
    add_shop(never_killed, tmp_path, "tuesday0", on=1, rows=7)
    assert everything(ledger) == everything(never_killed)
    assert ledger.check() == []
    assert _data_files(folder) == _data_files(never_killed.folder)


@pytest.mark.parametrize("step", ["append:1", "swap:1"])
def test_a_writer_that_is_killed_in_its_first_import_leaves_an_empty_ledger(
    folder: Path, tmp_path: Path, step: str
) -> None:
    assert elsewhere(folder, tmp_path, "monday", "--die", step).wait(timeout=120) == -signal.SIGKILL
    ledger = Ledger(folder)
    assert everything(ledger) == {}
    add_shop(ledger, tmp_path, "monday0", on=1, rows=2)
    assert len(held(ledger, "orders")) == 3
    assert ledger.check() == []


@pytest.mark.parametrize("step", ["append:1", "delete:1", "delete:3", "swap:1"])
def test_a_taking_back_that_is_killed_has_removed_nothing(folder: Path, tmp_path: Path, step: str) -> None:
    ledger = Ledger(folder)
    taken = add_shop(ledger, tmp_path, "monday0", on=0)
    add_shop(ledger, tmp_path, "tuesday0", on=1)
    before = everything(ledger)
    killed = elsewhere(folder, tmp_path, "-", "--remove", taken.file_id, "--die", step)
    assert killed.wait(timeout=120) == -signal.SIGKILL
    assert everything(ledger) == before
    assert ledger.remove(taken.file_id).kept == 1
    assert not bytes_with(folder, "monday0-1")
    assert ledger.check() == []


def test_a_taking_back_that_is_killed_while_it_cleans_up_has_removed_all_and_the_next_writer_cleans(
    folder: Path, tmp_path: Path
) -> None:
    ledger = Ledger(folder)
    taken = add_shop(ledger, tmp_path, "monday0", on=0)
    killed = elsewhere(folder, tmp_path, "-", "--remove", taken.file_id, "--die", "sweep:1")
    assert killed.wait(timeout=120) == -signal.SIGKILL
    assert everything(ledger) == {}
    assert bytes_with(folder, "monday0-1")
    add_shop(ledger, tmp_path, "tuesday0", on=1, rows=2)
    assert not bytes_with(folder, "monday0")
    assert ledger.check() == []


@pytest.mark.parametrize(("step", "tables"), [("append:1", 1), ("swap:1", 4)])
def test_check_says_that_a_writer_was_cut_short_until_the_next_one_has_cleaned_up(
    folder: Path, tmp_path: Path, step: str, tables: int
) -> None:
    ledger = Ledger(folder)
    add_shop(ledger, tmp_path, "monday0", on=0)
    assert elsewhere(folder, tmp_path, "tuesday", "--die", step).wait(timeout=120) == -signal.SIGKILL
    for _ in range(2):
        assert sum("cut short" in problem for problem in ledger.check()) == tables
    add_shop(ledger, tmp_path, "wednesday0", on=2)
    assert ledger.check() == []


def test_a_full_disk_leaves_the_last_state_and_an_error_that_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    ledger = Ledger(folder)
    add_shop(ledger, tmp_path, "monday0", on=0)
    before = everything(ledger)
    staging = tmp_path / "staging"
    staging.mkdir()
    writer = elsewhere(
        folder,
        staging,
        "tuesday",
        "--on",
        1,
        "--rows",
        5_000,
        "--largest-file",
        100_000,
        stderr=subprocess.PIPE,
    )
    _, said = writer.communicate(timeout=120)
    assert writer.returncode == 1
    assert "Make room" in said
    assert "nothing was changed" in said
    assert everything(ledger) == before
    add_shop(ledger, tmp_path, "tuesday0", on=1, rows=5_000)
    assert len(held(ledger, "orders")) == 5_006
    assert ledger.check() == []


# Locks


def test_a_lock_that_is_held_says_by_whom_and_since_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_NOTICE_SECONDS", 0.1)
    heard: list[Waiting] = []
    with _holder(tmp_path, "writing.lock") as holder:
        ledger = Ledger(tmp_path, wait=0.5, notice=heard.append)
        with pytest.raises(LedgerError, match=rf"held by process {holder.pid}, since \d{{4}}-.* UTC"):
            add(ledger, tmp_path, "x.csv", on=1, orders=[fact("1")])
        assert [(waiting.path.name, waiting.holder.pid) for waiting in heard] == [("writing.lock", holder.pid)]
        assert everything(ledger) == {}
        assert ledger.check() == []
        holder.kill()


def test_a_lock_is_free_when_its_holder_is_killed_and_the_next_one_knows_of_it(tmp_path: Path) -> None:
    with _holder(tmp_path, "writing.lock") as holder:
        holder.kill()
    with take(tmp_path / "writing.lock", wait=5) as lock:
        assert lock.cut_short
        assert str(os.getpid()) in (tmp_path / "writing.lock").read_text()
    with take(tmp_path / "writing.lock", wait=0) as lock:
        assert not lock.cut_short


def test_those_who_share_a_lock_keep_out_only_the_one_who_wants_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "reading.lock"
    with (
        take(path, shared=True),
        take(path, shared=True, wait=0),
        pytest.raises(LedgerError, match="held by another process"),
    ):
        take(path, wait=0)
    with take(path, wait=0), pytest.raises(LedgerError):
        take(path, shared=True, wait=0)


def test_a_lock_in_a_folder_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="right to write"):
        take(tmp_path / "missing" / "writing.lock")


def _holder(folder: Path, name: str) -> subprocess.Popen[str]:
    holder = elsewhere(folder, folder, "-", "--hold", name, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def _versions(ledger: Ledger) -> dict[str, int]:
    with ledger.state() as state:
        return dict(state.versions)


def _data_files(folder: Path) -> int:
    return len(list(folder.rglob("part-*")))
