"""A whole refresh of a large shop: time and memory of each step.

python bench/refresh.py [PEOPLE] [ORDERS] [FOLDER]        1,000,000 and 10,000,000 by default
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from byname.company import create
from byname.facts.intake import open_ledger
from byname.facts.ledger import Import
from orders import AS_OF, shop


def main(people: int, orders: int, folder: Path) -> None:
    company = create(folder / "company", name="Bench", currency="EUR", zone="Europe/Berlin", country="DE")
    began = time.process_time()
    staged = shop(folder / "staged", people, orders)
    print(f"made {people:,} people and about {orders:,} orders in {time.process_time() - began:.1f} CPU s")
    began, clock = time.process_time(), time.perf_counter()
    what = Import("bench", "0" * 64, "bench", "bench", "main", people + orders, 0, None)
    taken = open_ledger(company).append(what, staged, at=datetime(2026, 7, 1))  # noqa: DTZ001 - UTC
    print(
        f"append to the ledger: {taken.new:,} facts, {time.perf_counter() - clock:.1f} s, "
        f"{time.process_time() - began:.1f} CPU s"
    )
    command = [sys.executable, "-m", "byname.cli", "refresh", str(company.folder), "--as-of", AS_OF]
    subprocess.run(["/usr/bin/env", "time", "-f", "%U user %S system %e wall seconds, %M KB", *command], check=True)


if __name__ == "__main__":
    sizes = [int(one) for one in sys.argv[1:3]] or [1_000_000, 10_000_000]
    if len(sys.argv) > 3:
        main(*sizes, Path(sys.argv[3]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(*sizes, Path(scratch))
