"""A refresh killed with SIGKILL at random moments: the former snapshot stays current and whole, the next one works.

python bench/refresh_kill.py [KILLS]        20 by default; exit status 1 on any loss
"""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from byname.company import Company, create
from byname.facts.intake import open_ledger
from byname.facts.ledger import Import
from byname.snapshot import TABLES, open_current
from orders import AS_OF, shop


def digests(company: Company) -> dict[str, str]:
    """Of every table but `run`, which tells times."""
    folder = open_current(company).folder
    return {
        name: hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest() for name in TABLES if name != "run"
    }


def main(kills: int) -> int:
    lost = 0
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as scratch:
        company = create(Path(scratch) / "company", name="Bench", currency="EUR", zone="UTC", country="DE")
        staged = shop(Path(scratch) / "staged", 20_000, 60_000)
        what = Import("bench", "0" * 64, "bench", "bench", "main", 80_000, 0, None)
        open_ledger(company).append(what, staged, at=datetime(2026, 7, 1))  # noqa: DTZ001 - UTC
        command = [sys.executable, "-m", "byname.cli", "refresh", str(company.folder), "--as-of", AS_OF]
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        lasts = time.perf_counter() - began
        whole = digests(company)
        killed = 0
        for _ in range(kills):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.3, 1.0) * lasts)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            lost += digests(company) != whole
        subprocess.run(command, check=True, capture_output=True)
        lost += digests(company) != whole
        left = [path.name for path in company.snapshots.iterdir() if path.name.startswith(".")]
        lost += bool(left)
    print(f"refresh: {killed} of {kills} processes killed in the middle; losses or leftovers: {lost}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(*[int(one) for one in sys.argv[1:2]] or [20]))
