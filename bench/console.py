"""Twenty people clicking at a million of them: how long a page takes, how much memory, what a refresh beside it costs.

python bench/console.py COMPANY [SECONDS]              60 by default; COMPANY as snapshot_of_a_million.py makes it
python bench/console.py COMPANY --pages                in this process: each page's time, and its questions by time

The server is `byname serve`, in a process of its own. Each of the twenty has a session and a connection that stays open,
waits one to three seconds and clicks: Today, a person of any rank, the list of people, Standing, or types the beginning
of a name, an e-mail or a number letter by letter, a fifth of a second each. Times are of the client on the same machine:
from the request until the last byte, waiting for a thread included. The clients take their part of the two cores too.
"""

from __future__ import annotations

import http.client
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from byname.company import create, open_company
from byname.facts.intake import open_ledger
from byname.facts.ledger import Import
from byname.snapshot import Snapshot, open_current
from orders import AS_OF, shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PORT = 8765
USERS, WARM_SECONDS, LETTER_SECONDS = 20, 10, 0.2
PASSWORD = "a long enough pass phrase"  # noqa: S105 - of nobody
BESIDE_PEOPLE, BESIDE_ORDERS = 100_000, 1_000_000
# What is clicked, and how often.
MIX = {"Today": 20, "search": 25, "Person": 30, "People": 15, "Standing": 10}
LISTS = ("/people/", "/people/?standing=loyal", "/people/?by=growth", "/people/?standing=actively_dissatisfied&top=10")


class Clicking:
    """The twenty, and what they measured."""

    def __init__(self, snapshot: Snapshot, sessions: list[str]) -> None:
        self.sessions = sessions
        count = snapshot.query("select count(*) as many from value")[0]["many"]
        chance = random.Random(1)
        ranks = [int(count ** chance.random()) for _ in range(3_000)]
        rows = snapshot.query("select person_id from value where rank in (select unnest($1::bigint[]))", [ranks])
        self.people = list(snapshot.cards([row["person_id"] for row in rows]).values())
        numbers = snapshot.query("select number from numbers using sample 300 rows (reservoir, 1)")
        self.numbers = [row["number"] for row in numbers]
        self.took: dict[str, list[float]] = {}
        self.failed = 0
        self.turn = 0  # of clicking: each asks for other people, whom the server has not read yet

    def click(self, seconds: float) -> dict[str, list[float]]:
        """Milliseconds by kind."""
        self.took = defaultdict(list)
        self.turn += 1
        ends = time.monotonic() + seconds
        users = [threading.Thread(target=self._user, args=(one, ends)) for one in range(len(self.sessions))]
        for user in users:
            user.start()
        for user in users:
            user.join()
        return dict(self.took)

    def _user(self, number: int, ends: float) -> None:
        chance = random.Random(self.turn * USERS + number)
        door = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        time.sleep(chance.uniform(0, 2))
        while time.monotonic() < ends:
            kind = chance.choices(list(MIX), list(MIX.values()))[0]
            for path in self.paths(kind, chance):
                self._get(door, number, kind, path)
                if kind == "search":
                    time.sleep(LETTER_SECONDS)
            time.sleep(chance.uniform(1, 3))

    def paths(self, kind: str, chance: random.Random) -> list[str]:
        """What one click of that kind asks for, one after another."""
        match kind:
            case "Today":
                return ["/"]
            case "Person":
                return [f"/person/{chance.choice(self.people)['person_id']}/"]
            case "People":
                return [chance.choice(LISTS)]
            case "Standing":
                return ["/standing/"]
        person = chance.choice(self.people)
        said = chance.choices(
            [person["name"] or "", person["email"] or "", person["phone"] or "", chance.choice(self.numbers)],
            [70, 10, 10, 10],
        )[0]
        return [f"/people/?q={quote(said[:length])}" for length in range(2, min(len(said), 9) + 1)]

    def _get(self, door: http.client.HTTPConnection, user: int, kind: str, path: str) -> None:
        headers = {"Cookie": self.sessions[user]} | ({"HX-Request": "true"} if kind == "search" else {})
        began = time.perf_counter()
        door.request("GET", path, headers=headers)
        answer = door.getresponse()
        answer.read()
        self.took[kind].append(1e3 * (time.perf_counter() - began))
        if answer.status not in (200, 302):
            self.failed += 1


def sessions_of() -> list[str]:
    """A session for each of the twenty; the app database is made."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from byname.web.accounts.models import Account, Role

    call_command("migrate", verbosity=0, interactive=False)
    made = []
    for number in range(USERS):
        email = f"colleague{number}@bench.example"
        who = Account.objects.filter(email=email).first() or Account.objects.create_user(
            email, PASSWORD, name=f"Colleague {number}", role=Role.MEMBER, team="marketing"
        )
        client = Client()
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        made.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
    return made


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """`byname serve`; gives the id of its process."""
    command = [sys.executable, "-m", "byname.cli", "serve", str(folder), "--port", str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                try:
                    http.client.HTTPConnection("127.0.0.1", PORT, timeout=1).connect()
                    break
                except OSError:
                    time.sleep(0.1)
            yield process.pid
        finally:
            process.terminate()


def refreshing(folder: Path) -> Callable[[], subprocess.Popen[bytes]]:
    """What starts a niced refresh on one thread, of a shop with a hundred thousand people and a million orders."""
    company = create(folder / "beside", name="Beside", currency="EUR", zone="UTC", country="DE")
    settings = company.folder / "byname.toml"
    settings.write_text(settings.read_text("utf-8") + "\n[engine]\nthreads = 1\n", "utf-8")
    staged = shop(folder / "staged", BESIDE_PEOPLE, BESIDE_ORDERS)
    what = Import("bench", "0" * 64, "bench", "bench", "main", BESIDE_PEOPLE + BESIDE_ORDERS, 0, None)
    open_ledger(company).append(what, staged, at=datetime(2026, 7, 1))  # noqa: DTZ001 - UTC
    command = ["nice", "-n", "19", sys.executable, "-m", "byname.cli", "refresh", str(company.folder), "--as-of", AS_OF]
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
    return lambda: subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | alone
    )


def both(process: int) -> list[int]:
    """The server's process and the one beside it."""
    return [process, *map(int, Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split())]


def worked(process: int) -> float:
    """CPU seconds of both so far."""
    told = [Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split() for one in both(process)]
    return sum(int(one[11]) + int(one[12]) for one in told) / os.sysconf("SC_CLK_TCK")


class Memory(threading.Thread):
    """Megabytes of memory of both, what they share counted once: now, and at most since it was started."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.now, self.most = process, 0.0, 0.0

    def run(self) -> None:
        """Look until it has ended."""
        with suppress(FileNotFoundError):
            while True:
                told = [Path(f"/proc/{one}/smaps_rollup").read_text("utf-8") for one in both(self.process)]
                self.now = sum(int(one.partition("\nPss:")[2].split()[0]) for one in told) / 1_000
                self.most = max(self.most, self.now)
                time.sleep(10)  # to look stops the server for some milliseconds


def say(clicking: Clicking, seconds: float, server: int, memory: Memory) -> None:
    """Click, and print what came of it."""
    before = worked(server)
    took = clicking.click(seconds)
    for kind in MIX:
        if found := took.get(kind):
            p50, p95, p99 = np.percentile(found, [50, 95, 99])
            print(
                f"  {kind:10}{len(found):>7,} answers   p50 {p50:6.0f}   p95 {p95:6.0f}   p99 {p99:6.0f} ms", flush=True
            )
    cpu, many = worked(server) - before, sum(map(len, took.values()))
    print(
        f"  the server: {cpu:.1f} CPU s, {1e3 * cpu / many:.0f} ms an answer; {memory.now:,.0f} MB, "
        f"at most {memory.most:,.0f} MB",
        flush=True,
    )


def load(folder: Path, seconds: float) -> None:
    company = open_company(folder)
    clicking = Clicking(open_current(company), sessions_of())
    with tempfile.TemporaryDirectory() as scratch, served(folder) as server:
        memory = Memory(server)
        memory.start()
        start = refreshing(Path(scratch))
        clicking.click(WARM_SECONDS)
        print(f"{USERS} people clicking for {seconds:.0f} s:")
        say(clicking, seconds, server, memory)
        stop = threading.Event()
        done = [0]

        def beside() -> None:
            while not stop.is_set():
                with start() as refresh:
                    while refresh.poll() is None and not stop.wait(0.2):
                        pass
                    done[0] += refresh.poll() == 0
                    refresh.kill()

        one = threading.Thread(target=beside)
        one.start()
        time.sleep(10)  # into its work
        print(f"the same with a niced refresh of {BESIDE_PEOPLE:,} people on one thread beside:")
        say(clicking, seconds, server, memory)
        stop.set()
        one.join()
        print(f"  {done[0]} refreshes ended meanwhile; answers that failed in all: {clicking.failed}")


def recognised(snapshot: Snapshot, people: list[dict[str, Any]]) -> None:
    """Recognise, as the API answers it, less HTTP."""
    from byname.web.api.till import recognise
    from byname.web.desk import Desk

    desk = Desk(open_company(Path(os.environ["BYNAME_FOLDER"])), snapshot)
    took, cpu = [], []
    for number, person in enumerate(people):
        asked = {
            name: person[name] or "" for name in (("name", "email"), ("name", "phone"), ("name", "city"))[number % 3]
        }
        began, worked = time.perf_counter(), time.thread_time()
        recognise(desk, asked)
        took.append(1e3 * (time.perf_counter() - began))
        cpu.append(1e3 * (time.thread_time() - worked))
    told = "; ".join(
        f"p50 {np.percentile(one[100:], 50):.1f}, p99 {np.percentile(one[100:], 99):.1f} {unit}"
        for one, unit in ((took, "ms"), (cpu, "CPU ms"))
    )
    print(f"recognise, of {len(took) - 100:,}: {told}")


def pages(folder: Path) -> None:
    """Each page's time in this process, and the questions behind it by time."""
    from django.conf import settings
    from django.test import Client

    from byname import opened

    settings.ALLOWED_HOSTS = ["testserver"]
    company = open_company(folder)
    snapshot = open_current(company)
    clicking = Clicking(snapshot, sessions_of())
    spent: dict[str, list[float]] = defaultdict(list)
    for name in ("query", "rows"):
        asked = getattr(opened.Tables, name)

        def timed(self: Any, what: str, *rest: Any, _asked: Any = asked, _name: str = name) -> Any:
            began = time.perf_counter()
            found = _asked(self, what, *rest)
            spent[f"{_name} {' '.join(what.split())[:110]}"].append(1e3 * (time.perf_counter() - began))
            return found

        setattr(opened.Tables, name, timed)
    client = Client(headers={"Cookie": clicking.sessions[0]})
    chance = random.Random(3)
    for kind in MIX:
        spent.clear()
        took, cpu = [], []
        for _ in range(15):
            for path in clicking.paths(kind, chance):
                began, worked = time.perf_counter(), time.process_time()
                answer = client.get(path, headers={"HX-Request": "true"} if kind == "search" else {})
                took.append(1e3 * (time.perf_counter() - began))
                cpu.append(1e3 * (time.process_time() - worked))
                if answer.status_code not in (200, 302):
                    raise SystemExit(f"{path} answered {answer.status_code}")
        print(
            f"{kind}: first {took[0]:.0f} ms; then p50 {np.median(took[1:]):.0f} ms, {np.median(cpu[1:]):.0f} CPU ms, "
            f"at most {max(took[1:]):.0f}"
        )
        for what, times in sorted(spent.items(), key=lambda one: -sum(one[1]))[:8]:
            print(f"    {sum(times):7.0f} ms in {len(times):4} of {what}")
    recognised(snapshot, clicking.people[:1_500])


def main() -> None:
    folder = Path(sys.argv[1]).absolute()
    os.environ["BYNAME_FOLDER"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "byname.web.settings"
    import django

    django.setup()
    if "--pages" in sys.argv:
        pages(folder)
    else:
        load(folder, float(sys.argv[2]) if len(sys.argv) > 2 else 60.0)


if __name__ == "__main__":
    main()
