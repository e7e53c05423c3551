"""Customers on their own pages, of a million: how long a page takes.

python bench/portal.py COMPANY [SECONDS]      60 by default; COMPANY as bench/forget.py leaves it: snapshot and ledger

The server is `byname serve`. Twenty customers, of any rank, have a session and a connection each, wait one to three
seconds and open one of their pages; after a few pages another customer comes. Times are of the client on the same
machine, from the request until the last byte.
"""

from __future__ import annotations

import http.client
import os
import random
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from byname.company import open_company
from byname.snapshot import Snapshot, open_current
from console import PORT, served, sessions_of, worked

CUSTOMERS, PAGES_EACH, WARM_SECONDS = 20, 8, 10
PATHS = (
    "/my/", "/my/held/", "/my/why/", "/my/contacts/", "/my/wishes/", "/my/correct/", "/my/take/", "/my/stop/",
    "/my/ideas/", "/my/reviews/", "/my/friends/", "/my/asked/", "/my/returns/", "/my/stories/",
)  # fmt: skip


def anchors_of(snapshot: Snapshot, many: int) -> list[str]:
    """Records of customers of any rank, the best oftener than their share."""
    count = snapshot.query("select count(*) as many from value")[0]["many"]
    chance = random.Random(time.time_ns())
    ranks = [int(count ** chance.random()) for _ in range(many)]
    asked = "select anchor from people semi join value using (person_id) where person_id in (select person_id from value where rank in (select unnest($1::bigint[])))"  # fmt: skip
    return [row["anchor"] for row in snapshot.query(asked, [ranks])]


def session_of(anchor: str) -> str:
    """The cookie of a customer who has come in."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore

    now, store = int(time.time()), SessionStore()
    store["customer"] = {"record": anchor, "began": now, "seen": now}
    store.create()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def click(sessions: list[str], seconds: float, number: int, took: dict[str, list[float]], failed: list[str]) -> None:
    """One customer after another, until the time is over."""
    chance = random.Random(number * 1_000_003 + time.time_ns())
    door = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    ends = time.monotonic() + seconds
    time.sleep(chance.uniform(0, 2))
    while time.monotonic() < ends:
        session = chance.choice(sessions)
        for path in chance.sample(PATHS, PAGES_EACH):
            began = time.perf_counter()
            door.request("GET", path, headers={"Cookie": session})
            answer = door.getresponse()
            answer.read()
            took[path].append(1e3 * (time.perf_counter() - began))
            if answer.status != 200:
                failed.append(f"{path} {answer.status}")
            time.sleep(chance.uniform(1, 3))


def main() -> None:
    """Click, and print."""
    folder = Path(sys.argv[1]).absolute()
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    os.environ |= {"BYNAME_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "byname.web.settings"}
    import django

    django.setup()
    sessions_of()  # `byname serve` wants to know who works there
    sessions = [session_of(anchor) for anchor in anchors_of(open_current(open_company(folder)), 2_000)]
    with served(folder) as server:
        for length in (WARM_SECONDS, seconds):
            took: dict[str, list[float]] = defaultdict(list)
            failed: list[str] = []
            before = worked(server)
            each = [
                threading.Thread(target=click, args=(sessions, length, one, took, failed)) for one in range(CUSTOMERS)
            ]
            for one in each:
                one.start()
            for one in each:
                one.join()
            cpu = worked(server) - before
    every = [one for times in took.values() for one in times]
    for path, times in (*sorted(took.items()), ("all", every)):
        p50, p95 = np.percentile(times, [50, 95])
        print(f"  {path:16} {len(times):>5} answers   p50 {p50:5.0f}   p95 {p95:5.0f} ms")
    print(f"  {1e3 * cpu / len(every):.0f} CPU ms an answer; not answered with 200: {failed[:5] or 'none'}")


if __name__ == "__main__":
    main()
