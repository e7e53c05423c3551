"""The demonstration ends by serving its pages on a terminal; elsewhere it says the command."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from byname.company import Company
from tests.web.serve.conftest import Browser

END = """
import sys
from datetime import date
from pathlib import Path
from byname.demo import _end_by_serving
_end_by_serving(Path(sys.argv[1]), date(2026, 6, 30), is_wanted=sys.argv[2] == "yes")
"""


def command(folder: Path, wanted: str) -> list[str]:
    return [sys.executable, "-c", END, str(folder), wanted]


def test_without_a_terminal_it_says_the_command(tmp_path: Path) -> None:
    for wanted in ("yes", "no"):
        ran = subprocess.run(
            command(tmp_path, wanted), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=120
        )
        assert f"byname serve {tmp_path} --as-of 2026-06-30" in ran.stdout.replace("\n", " ")
        assert "pass phrase" not in ran.stdout


def test_on_a_terminal_it_serves_with_an_account_made_for_it(company: Company, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(company.folder, folder, ignore=shutil.ignore_patterns("app.sqlite3*", "facts"))
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(folder, "yes"), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as served:
        os.close(theirs)
        try:
            said = read(ours, r"Ctrl-C ends it")
            email, password, address = (
                found[1]
                for found in (
                    re.search(pattern, said)
                    for pattern in (r"e-mail +(\S+)", r"pass phrase +(\S+)", r"(http://127\.0\.0\.1:\d+)")
                )
                if found
            )
            assert email == "you@demo.example"
            assert re.fullmatch(r"([a-z]{4}-){4}[a-z]{4}", password)
            assert "30 June 2026" in Browser(address, email, password).get("/data/")
            served.send_signal(signal.SIGINT)
            assert "Ended." in read(ours, "Ended")
            assert served.wait(60) == 0
        finally:
            served.kill()
            os.close(ours)


def read(terminal: int, wanted: str) -> str:
    """What stands on the terminal, until that does."""
    said, end = "", time.monotonic() + 200
    while time.monotonic() < end and not re.search(wanted, said):
        if select.select([terminal], [], [], 1)[0]:
            said += os.read(terminal, 4096).decode("utf-8", "replace")
    return said
