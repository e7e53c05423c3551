"""The inbox: what is still being copied is left alone, what was read goes out of the way, no name leads out of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.company import Company, create
from byname.web.work import inbox
from byname.web.work.inbox import Settled, account_of, clean_name, folder, put, put_away, waiting


@pytest.fixture
def acme(tmp_path: Path) -> Company:
    company = create(tmp_path / "acme", name="Acme", currency="EUR", zone="UTC", country="DE")
    folder(company).mkdir()
    return company


class Clock:
    """A clock that is put on by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(inbox.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_file_is_taken_once_it_has_not_changed_for_some_seconds(acme: Company, clock: Clock) -> None:
    settled, file = Settled(acme), folder(acme) / "orders.csv"
    file.write_text("a,b\n", "utf-8")
    assert settled.look() == []
    clock.now += 2
    file.write_text("a,b\n1,2\n", "utf-8")  # still being copied
    assert settled.look() == []
    clock.now += 2
    assert settled.look() == []
    clock.now += 2
    assert settled.look() == ["orders.csv"]
    clock.now += 2
    assert settled.look() == []  # asked for once


def test_a_file_that_was_in_the_way_is_tried_again_later(acme: Company, clock: Clock) -> None:
    settled = Settled(acme)
    (folder(acme) / "orders.csv").write_text("a\n", "utf-8")
    settled.look()
    clock.now += 5
    assert settled.look() == ["orders.csv"]
    clock.now += 601
    assert settled.look() == ["orders.csv"]


def test_a_new_file_of_a_name_that_was_read_is_taken(acme: Company, clock: Clock) -> None:
    settled, file = Settled(acme), folder(acme) / "orders.csv"
    file.write_text("a\n", "utf-8")
    settled.look()
    clock.now += 5
    assert settled.look() == ["orders.csv"]
    put_away(acme, "orders.csv", "")
    settled.look()
    file.write_text("b\n", "utf-8")
    settled.look()
    clock.now += 5
    assert settled.look() == ["orders.csv"]


def test_only_files_and_folders_that_are_whole_wait(acme: Company, tmp_path: Path) -> None:
    root = folder(acme)
    for name in ("orders.csv", ".hidden", "half.csv.part", "half.csv.crdownload", "notes.csv~"):
        (root / name).write_text("a\n", "utf-8")
    for name in ("done", "failed", "parquet", "@berlin"):
        (root / name).mkdir()
    (root / "@berlin" / "orders.csv").write_text("a\n", "utf-8")
    (root / "link.csv").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "secret.csv").write_text("a\n", "utf-8")
    (root / "@elsewhere").symlink_to(tmp_path / "else")
    assert list(waiting(acme)) == ["orders.csv", "parquet", "@berlin/orders.csv"]
    assert account_of("@berlin/orders.csv") == "berlin"
    assert account_of("orders.csv") == "main"


def test_what_failed_lies_beside_its_reason_and_nothing_is_overwritten(acme: Company) -> None:
    for _ in range(2):
        (folder(acme) / "orders.csv").write_text("a\n", "utf-8")
        put_away(acme, "orders.csv", "no reader knows it")
    names = sorted(path.name for path in (folder(acme) / "failed").iterdir())
    assert len(names) == 4
    assert all(name.endswith(("orders.csv", "orders.csv.why.txt")) for name in names)
    assert (folder(acme) / "failed" / "orders.csv.why.txt").read_text("utf-8") == "no reader knows it\n"


def test_an_upload_is_there_whole_and_replaces_nothing(acme: Company) -> None:
    assert put(acme, "orders.csv", "", [b"one", b"two"])
    assert not put(acme, "orders.csv", "", [b"three"])
    assert put(acme, "orders.csv", "berlin", [b"four"])
    assert (folder(acme) / "orders.csv").read_bytes() == b"onetwo"
    assert sorted(path.name for path in folder(acme).rglob("*")) == ["@berlin", "orders.csv", "orders.csv"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("orders.csv", "orders.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\orders.csv", "orders.csv"),
        ("..", ""),
        (".htaccess", "htaccess"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("طلبات.csv", "طلبات.csv"),
        ("@berlin/x.csv", "x.csv"),
        ("@x", "x"),
        ("x" * 500 + ".csv", "x" * 176 + ".csv"),
    ],
)
def test_a_name_is_made_harmless(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@given(st.text(max_size=400))
def test_no_name_leads_out_of_the_inbox(typed: str) -> None:
    name = clean_name(typed)
    assert "/" not in name
    assert not name.startswith((".", "@"))
    assert len(name.encode("utf-8", "surrogatepass")) <= 180
    assert all(character.isprintable() or ord(character) > 127 for character in name)
