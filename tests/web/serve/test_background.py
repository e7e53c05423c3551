"""The whole way with real processes: a file given on the page, a refresh that is killed, a server that is killed.

SIGKILL during a refresh: the page says so, the old snapshot is still served, a restart works. SIGKILL of the server: the
refresh that it had begun goes on and the next server takes it up.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from byname.company import Company, open_company
from byname.demo import simulated
from byname.snapshot import open_current
from tests.web.serve.conftest import EMAIL, PASSWORD, Browser, Server, until

CUSTOMERS = "Customer ID,First name,Last name,E-mail\nz1,Zoe,Quill,zoe.quill@new.test\n"
MOST_MEMORY_MB = 1_500


def test_the_background_survives(company: Company, tmp_path: Path, serving: Any) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(company.folder, folder, ignore=shutil.ignore_patterns("app.sqlite3*"))
    own = open_company(folder)
    first = open_current(own).folder
    options = ("--as-of", str(simulated.AS_OF))
    server = serving(folder, *options, "--email", EMAIL, "--name", "Alice", BYNAME_PASSWORD=PASSWORD)
    browser = Browser(server.address)

    # A file is given: it is read, put away, and a refresh begins.
    assert "lies in the inbox" in browser.upload("people.csv", CUSTOMERS)
    pid = refreshing(folder, server)
    assert (folder / "inbox" / "done" / "people.csv").is_file()
    assert "1 new" in browser.get("/data/")
    assert 'class="state running"' in browser.get("/data/live/")
    assert os.getpriority(os.PRIO_PROCESS, pid) == 19
    assert memory_mb(server.process.pid) < MOST_MEMORY_MB

    # The refresh is killed.
    os.kill(pid, signal.SIGKILL)
    until(lambda: "stopped by the system (signal 9)" in browser.get("/data/live/"), server)
    shown = browser.get("/data/")
    assert "the snapshot of 2026-06-30 is still served; start again" in shown
    assert open_current(own).folder == first
    assert browser.get("/people/")

    # It is started again, and one more waits behind it; the server is killed; the next one takes both up.
    browser.post("/data/refresh/", {})
    pid = refreshing(folder, server)
    browser.post("/data/refresh/", {})
    assert "A refresh waits already" in browser.post("/data/refresh/", {})
    server.end(signal.SIGKILL)
    os.kill(pid, 0)  # the refresh goes on
    server = serving(folder, *options)
    browser = Browser(server.address)
    assert "2 left from before: going on" in server.said
    until(lambda: states(folder)[-2] == "done", server)
    assert open_current(own).folder != first
    assert "a new snapshot is served" in browser.get("/data/")
    refreshing(folder, server)  # the one that waited

    # A clean end: what was at work waits for the next start.
    assert server.end() == 0
    assert states(folder)[-1] == "waiting"
    assert not re.search(r"^Traceback", server.said, re.MULTILINE), server.said


def refreshing(folder: Path, server: Server) -> int:
    """The process of the refresh at work, once it has begun a step."""

    def at_work() -> int | None:
        rows = asked(folder, "select pid from work_run where kind = 'refresh' and state = 'running' and step <> ''")
        return int(rows[0][0]) if rows else None

    return int(until(at_work, server))


def states(folder: Path) -> list[str]:
    """How the refreshes stand, oldest first."""
    return [state for (state,) in asked(folder, "select state from work_run where kind = 'refresh' order by id")]


def asked(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "app.sqlite3", timeout=20)) as db:
        return db.execute(sql).fetchall()


def memory_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("utf-8"))
    assert found
    return int(found[1]) / 1024
