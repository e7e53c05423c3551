"""`byname serve`: it starts with a first account, says clearly why it does not, works behind a proxy, ends cleanly."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from byname.company import Company, create
from byname.snapshot import SCHEMA_VERSION, open_current
from tests.web.serve.conftest import EMAIL, PASSWORD, Browser, Server, until

FIRST = ("--email", EMAIL, "--name", "Alice")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A company without a fact."""
    return create(tmp_path / "acme", name="Acme", currency="EUR", zone="UTC", country="DE").folder


def refused(folder: Path, *options: str, status: int = 2) -> str:
    """What it says when it does not start."""
    ran = subprocess.run(
        [sys.executable, "-m", "byname.cli", "serve", str(folder), "--port", "0", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == status, ran.stderr
    return " ".join(ran.stderr.split())


def test_a_folder_that_is_no_companys_is_refused(tmp_path: Path) -> None:
    assert "found no byname.toml" in refused(tmp_path)


def test_without_a_terminal_it_says_how_to_give_the_first_account(empty: Path) -> None:
    said = refused(empty)
    assert "no account yet" in said
    assert "--email E --name N and --password-file F" in said
    assert "BYNAME_PASSWORD" in said


def test_a_weak_pass_phrase_is_refused(empty: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("short\n", "utf-8")
    assert "easy to guess" in refused(empty, *FIRST, "--password-file", str(secret))


def test_a_port_in_use_is_said(empty: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(empty, "--port", str(port))
    assert f"127.0.0.1:{port}: found address already in use" in said
    assert "--port 8001" in said
    assert not (empty / "app.sqlite3").exists()


def test_an_address_of_another_machine_is_refused(empty: Path) -> None:
    assert "expected an address of this machine" in refused(empty, "--host", "192.0.2.1")


def test_it_serves_a_company_without_a_snapshot_or_with_an_older_one_and_ends_cleanly(
    empty: Path, company: Company, serving: Any
) -> None:
    server = serving(empty, *FIRST, BYNAME_PASSWORD=PASSWORD)
    browser = Browser(server.address)
    assert "no snapshot" in server.said
    assert "no snapshot yet" in browser.get("/data/")

    aside = empty.parent / "older"  # a snapshot never changes once it is in its place
    shutil.copytree(company.snapshots, aside)
    value = aside / open_current(company).folder.name / "value.parquet"
    table = pq.read_table(value)
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), b"schema_version": b"1"}), value)
    shutil.copytree(aside, empty / "snapshots", dirs_exist_ok=True)
    shown = browser.get("/data/")
    assert "a snapshot of version 1" in shown
    assert f"version {SCHEMA_VERSION}" in shown
    assert "Refresh now" in shown

    said = refused(empty)
    assert "found a server that serves it already" in said
    assert f"process {server.process.pid}" in said
    assert server.end(signal.SIGINT) == 0
    assert "Ended." in server.said
    assert PASSWORD not in server.said


def beside(server: Server) -> int:
    """The process beside the server's, once it is there."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    assert server.address
    return int(until(children.read_text).split()[0])


def test_the_process_beside_ends_with_the_first_however_that_ends(empty: Path, serving: Any) -> None:
    server = serving(empty, *FIRST, BYNAME_PASSWORD=PASSWORD)
    other, address = beside(server), server.address
    server.end(signal.SIGKILL)
    until(lambda: not Path(f"/proc/{other}").exists())
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(address, timeout=60)  # noqa: S310 - our own


def test_without_the_process_beside_the_first_answers_alone(empty: Path, serving: Any) -> None:
    server = serving(empty, *FIRST, BYNAME_PASSWORD=PASSWORD)
    os.kill(beside(server), signal.SIGKILL)
    assert "no snapshot yet" in Browser(server.address).get("/data/")
    assert server.end() == 0


def test_who_is_shut_out_is_let_in_from_the_command_line(empty: Path, serving: Any, tmp_path: Path) -> None:
    server = serving(empty, *FIRST, BYNAME_PASSWORD=PASSWORD)
    assert server.address
    (tmp_path / "new").write_text("another long pass phrase\n", "utf-8")
    command = [sys.executable, "-m", "byname.cli", "let-in", str(empty), EMAIL]
    ran = subprocess.run(
        [*command, "--password-file", str(tmp_path / "new")], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, f"{EMAIL} may come in" in ran.stdout) == (0, True), ran.stderr
    Browser(server.address, password="another long pass phrase").get("/data/")
    ran = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (ran.returncode, "no terminal to ask on" in " ".join(ran.stderr.split())) == (2, True)


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_proxys_word_is_believed_only_where_byname_toml_names_it(
    empty: Path, serving: Any, *, is_trusted: bool
) -> None:
    path = empty / "byname.toml"
    text = path.read_text("utf-8").replace('address = "" ', 'address = "https://byname.acme.test" ')
    path.write_text(text.replace('proxy = "" ', 'proxy = "127.0.0.1" ') if is_trusted else text, "utf-8")
    server = serving(empty, *FIRST, BYNAME_PASSWORD=PASSWORD)
    headers = {"Host": "byname.acme.test", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    request = urllib.request.Request(server.address + "/accounts/login/", headers=headers)  # noqa: S310 - our own
    opener = urllib.request.build_opener(NoRedirect)
    if is_trusted:
        with opener.open(request, timeout=60) as answer:
            assert answer.status == 200
            assert "Strict-Transport-Security" in answer.headers
    else:
        with pytest.raises(urllib.error.HTTPError) as sent_on, opener.open(request, timeout=60):
            pass
        assert (sent_on.value.code, sent_on.value.headers["Location"]) == (
            301,
            "https://byname.acme.test/accounts/login/",
        )
        sent_on.value.close()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Stays where it was sent from."""

    def redirect_request(self, *_: Any) -> None:
        return None
