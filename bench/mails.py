"""Send mails that the gate let out to a real SMTP server: how many a second, in how much memory, and does nobody get two?

    python bench/mails.py [--mails 100000] [--kills 0]

The server is aiosmtpd in a process of its own; it writes down who got a mail. The sender is a process of its own too,
as `byname serve` sends: SQLite, each mail marked on the disk before the server hears of it. With --kills it is killed
with SIGKILL so many times, at random instants, and begun again. Exit status 1 if somebody got two, or nobody knows of
more mails than there were kills, or one that was not lost did not arrive.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

_SERVE, _SEND, _MAKE = "--serve", "--send", "--make"
_SETTINGS = """
[web]
mail = "smtp://127.0.0.1:{port}"
address = "https://pages.example.com"

[outreach]
sender = "Bench <hello@example.com>"
postal = "1 Bench Lane"
"""


def main() -> int:
    if sys.argv[1:2] == [_SERVE]:
        return _serve(int(sys.argv[2]), Path(sys.argv[3]))
    if sys.argv[1:2] in ([_SEND], [_MAKE]):
        return _sender(Path(sys.argv[2]), int(sys.argv[3]) if sys.argv[1] == _MAKE else 0)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _bench(Path(folder), given.mails, given.kills, random.Random(given.seed))


def _bench(folder: Path, mails: int, kills: int, chance: random.Random) -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    company, arrived = folder / "shop", folder / "arrived.txt"
    arrived.touch()
    _command(_MAKE, company, mails, port)
    server = subprocess.Popen([sys.executable, __file__, _SERVE, str(port), str(arrived)])
    try:
        _until_it_listens(port)
        began = time.perf_counter()
        for number in range(kills):
            _kill(company, arrived, mails * (number + 1) // (kills + 1) - chance.randrange(max(1, mails // kills // 4)))
        _command(_SEND, company)
        took = time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()
    return _told(company, arrived, mails, kills, took)


def _command(*said: object) -> None:
    subprocess.run([sys.executable, __file__, *map(str, said)], check=True)


def _kill(company: Path, arrived: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, __file__, _SEND, str(company)]) as process:
        while arrived.read_bytes().count(b"\n") < after and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)


def _told(company: Path, arrived: Path, mails: int, kills: int, took: float) -> int:
    got = Counter(arrived.read_text("utf-8").split())
    with sqlite3.connect(company / "app.sqlite3") as con:
        states = dict(con.execute("select state, count(*) from outreach_draft group by state"))
        sent = {address for (address,) in con.execute("select address from outreach_draft where state = 'sent'")}
    con.close()
    twice = sum(many > 1 for many in got.values())
    lost = states.get("lost", 0)
    print(f"{mails:,} mails in {took:.1f} s: {mails / took:.0f} a second, {kills} times killed")
    print(f"  {states}; arrived {len(got):,}; twice {twice}; sent and not arrived {len(sent - got.keys())}")
    is_right = not twice and lost <= kills and sent <= got.keys() and sum(states.values()) == len(sent) + lost == mails
    return 0 if is_right else 1


def _until_it_listens(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


# ---------------------------------------------------------------------------------------- processes of their own


def _serve(port: int, arrived: Path) -> int:
    import asyncio

    from aiosmtpd.controller import UnthreadedController

    with arrived.open("a", encoding="utf-8", buffering=1) as out:

        class Box:
            async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
                out.write(f"{envelope.rcpt_tos[0]}\n")
                return "250 taken"

        loop = asyncio.new_event_loop()
        controller = UnthreadedController(Box(), hostname="127.0.0.1", port=port, loop=loop)
        controller.begin()
        loop.add_signal_handler(signal.SIGTERM, loop.stop)
        loop.run_forever()
    return 0


def _sender(folder: Path, mails: int) -> int:
    from byname.company import create, open_company

    if mails:
        create(folder, name="Bench", currency="EUR", zone="UTC", country="DE")
        said = (folder / "byname.toml").read_text("utf-8")
        head, tail = said.split("[web]")[0], "[dates]" + said.split("[dates]")[1]
        (folder / "byname.toml").write_text(head + _SETTINGS.format(port=sys.argv[4]) + tail, "utf-8")
    company = open_company(folder)
    from byname.web.starting import configure, prepare_database

    configure(company)
    if mails:
        prepare_database()
        _make(mails)
        return 0
    from byname.web.desk import Desk
    from byname.web.outreach import sending

    began = time.perf_counter()
    # The snapshot is asked only about mails that the gate let out a while ago; here it was just now.
    sending._FRESH = sending._PATIENCE  # type: ignore[attr-defined]  # noqa: SLF001
    done = sending.send_due(Desk(company, None))  # type: ignore[arg-type]
    used = resource.getrusage(resource.RUSAGE_SELF)
    took = time.perf_counter() - began
    many = max(1, done.sent)
    print(
        f"  sender: {done.sent:,} in {took:.1f} s ({done.sent / took:.0f} a second), "
        f"{(used.ru_utime + used.ru_stime) * 1000 / many:.2f} ms CPU each with the start, "
        f"{used.ru_maxrss >> 10} MB at most; process {os.getpid()}",
        flush=True,
    )
    return 0


def _make(mails: int) -> None:
    from datetime import date

    from django.utils import timezone

    from byname.web.outreach.models import Draft, State

    words = "Dear {name},\n\nthree years ago today you ordered from us for the first time.\n\nThank you for staying."
    made = (
        Draft(
            person_id=f"p{number}", record_id=f"r{number}", as_of=date(2026, 6, 30), action="thank", title="Thanks",
            team="marketing", employee="Ada Smith", channel="email", address=f"person{number}@example.com",
            kind="thank", purpose="marketing", subject="Thank you", words=words.format(name=f"Person {number}"),
            state=State.CLAIMED, claimed_at=timezone.now(), contact_id=f"c{number}",
        )
        for number in range(mails)
    )  # fmt: skip
    Draft.objects.bulk_create(made, batch_size=1000)


if __name__ == "__main__":
    sys.exit(main())
