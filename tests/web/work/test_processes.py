"""Heavy work in a process of its own: what it says, how it ends, that it outlives a server that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from byname.web.work.processes import LAST, Ended, Process, Stopped

SPEAKS = """
import sys, time
print('{"step": "one", "state": "begun"}', flush=True)
print("words of a library", flush=True)
time.sleep(%s)
print('{"state": "done"}', flush=True)
sys.exit(%s)
"""


def speaking(seconds: float = 0, status: int = 0) -> list[str]:
    return [sys.executable, "-c", SPEAKS % (seconds, status)]


def test_lines_come_until_it_ends_and_nothing_is_left(tmp_path: Path) -> None:
    process = Process(tmp_path / "1.jsonl")
    process.start(speaking(), nice=5)
    assert list(process.lines(Event())) == [{"step": "one", "state": "begun"}, {"state": "done"}]
    assert process.ended() == Ended(0, "")
    assert list(tmp_path.iterdir()) == []


def test_what_it_says_wrong_is_kept(tmp_path: Path) -> None:
    process = Process(tmp_path / "1.jsonl")
    process.start(
        [sys.executable, "-c", "import sys; print('byname: acme: found it', file=sys.stderr); sys.exit(3)"], nice=5
    )
    assert list(process.lines(Event())) == []
    assert process.ended() == Ended(3, "acme: found it")


def test_a_signal_is_told_from_an_exit_status(tmp_path: Path) -> None:
    process = Process(tmp_path / "1.jsonl")
    pid = process.start(speaking(60), nice=5)
    lines = process.lines(Event())
    next(lines)
    os.kill(pid, signal.SIGKILL)
    assert list(lines) == []
    assert process.ended().status == -signal.SIGKILL


def test_it_has_the_lowest_claim_on_the_processor(tmp_path: Path) -> None:
    process = Process(tmp_path / "1.jsonl")
    process.start([sys.executable, "-c", "import os; print('{\"nice\": %d}' % os.nice(0))"], nice=LAST)
    (line,) = process.lines(Event())
    assert line["nice"] == 19


def test_the_servers_end_stops_it(tmp_path: Path) -> None:
    process, stopping = Process(tmp_path / "1.jsonl"), Event()
    pid = process.start(speaking(60), nice=5)
    lines = process.lines(stopping)
    next(lines)
    stopping.set()
    with pytest.raises(Stopped):
        next(lines)
    process.end(pid)
    assert not process.lives()
    assert process.ended().status == -signal.SIGTERM


def test_it_outlives_a_server_that_is_killed_and_the_next_one_reads_on(tmp_path: Path) -> None:
    server = f"""
import sys, time
from pathlib import Path
from byname.web.work.processes import Process
Process(Path({str(tmp_path / "1.jsonl")!r})).start({speaking(3)!r}, nice=5)
print("started", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"started\n"
        killed.kill()
    found = Process(tmp_path / "1.jsonl")
    assert found.lives()
    assert list(found.lines(Event())) == [{"step": "one", "state": "begun"}, {"state": "done"}]
    assert found.ended() == Ended(None, "")


def test_one_that_is_gone_does_not_live_whoever_has_its_id_now(tmp_path: Path) -> None:
    process = Process(tmp_path / "1.jsonl")
    assert not process.lives()
    process.start(speaking(), nice=5)
    until = time.monotonic() + 20
    while process.lives() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Process(tmp_path / "1.jsonl").lives()
    process.ended()
