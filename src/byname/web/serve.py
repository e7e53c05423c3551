"""`byname serve`: the pages of one company and what works behind them; see `answering` for the process beside it.

Django is set up for that folder when `serve` is called, so this module loads none of it before.
"""

from __future__ import annotations

import ipaddress
import signal
import socket
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from byname import talk
from byname.company import open_company
from byname.errors import LedgerError, SnapshotError, UsageError
from byname.facts.locks import take
from byname.snapshot import open_current
from byname.web.starting import asked_password, configure, prepare_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from byname.company import Company

__all__ = ["First", "serve"]


@dataclass(frozen=True)
class First:
    """The first account, where there is none yet; what is empty is asked for on a terminal."""

    email: str = ""
    name: str = ""
    password: str = ""


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    first: First = First(),
    as_of: date | None = None,
) -> None:
    """Serve the pages until Ctrl-C.

    Args:
        folder: the company's.
        host: on which address of this machine.
        port: on which port.
        first: the first account, if there is none yet.
        as_of: the last day that a refresh counts; today by default. For a demonstration, whose time stands still.

    Raises:
        UsageError: the folder is no company's or is served already, the port is in use, or nobody says who comes first.
        AppDatabaseError: the database that byname.toml names does not answer.
    """
    company = open_company(folder)
    with _alone(company), _listening(host, port) as door:
        configure(company, as_of)
        prepare_database()
        _see_to_a_first_account(first)
        _run(company, door)


@contextmanager
def _alone(company: Company) -> Iterator[None]:
    """One server a folder: with it comes the worker, of which there must be one."""
    try:
        lock = take(company.folder / "serving.lock", wait=0)
    except LedgerError as held:
        raise UsageError(
            where=str(company.folder),
            found=f"a server that serves it already ({held.found.removeprefix('it is held by ')})",
            expected="one server for a folder",
            do="Open its pages, or end it first.",
        ) from held
    with lock:
        yield


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The door, opened before anything is changed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as nowhere:
        raise UsageError(where="--host", found=f'"{host}"', expected="an address of this machine") from nowhere
    family, _, _, _, address = found[0]
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(address)
        except OSError as taken:
            raise UsageError(
                where=f"{host}:{port}",
                found=taken.strerror.lower() if taken.strerror else str(taken),
                expected="an address of this machine and a free port",
                do="End what listens there, or take another port with: --port 8001",
            ) from taken
        yield door


def _see_to_a_first_account(first: First) -> None:
    """Somebody has to be able to come in."""
    from byname.web.accounts.models import Account

    if Account.objects.exists():
        return
    from byname.web.accounts.first import first_account

    told = first
    if not (first.email and first.password):
        if not sys.stdin.isatty():
            _refuse_without_first()
        told = _asked(first)
    account = first_account(email=told.email, name=told.name, password=told.password)
    talk.say(f"Made the first account, {account.email}: it may do everything, and make the others under Settings.")


def _refuse_without_first() -> NoReturn:
    raise UsageError(
        where="byname serve",
        found="no account yet, and no terminal to ask on",
        expected="who comes first",
        do="Give --email E --name N and --password-file F, or the pass phrase as BYNAME_PASSWORD.",
    )


def _asked(first: First) -> First:
    """Ask on the terminal for what was not given."""
    talk.say("Nobody may come in yet. Who is first?")
    name = first.name or input("  Name: ").strip()
    email = first.email or input("  E-mail: ").strip()
    password = first.password or asked_password()
    return First(email, name, password)


def _run(company: Company, door: socket.socket) -> None:
    """Answer, and work, until somebody ends it."""
    from byname.forgetting import order_anew
    from byname.forgetting import resume as erase_anew
    from byname.web.answering import answering_on, beside
    from byname.web.outreach.threads import AnswersThread, SendThread, ServicesThread
    from byname.web.telling.thread import TellingThread
    from byname.web.work.resuming import resume
    from byname.web.work.warming import WarmThread
    from byname.web.work.watching import WatchThread
    from byname.web.work.worker import WorkerThread

    if came_back := order_anew(company):  # with a backup: before any page is shown
        talk.say(f"{len(came_back)} erased before are in the folder again: erasing them anew.")
        erase_anew(company)
    server = answering_on(door)
    goes_on, interrupted = resume()
    threads = (
        WorkerThread(), WatchThread(company), WarmThread(),
        SendThread(), ServicesThread(), AnswersThread(), TellingThread(),
    )  # fmt: skip
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has it ignored by what it starts with &
    with beside(door):
        _say_hello(company, door, goes_on, interrupted)
        for one in threads:
            one.start()
        try:
            server.run()  # until Ctrl-C, or SIGTERM
        finally:
            talk.say("Ending: what is in hand is finished or goes on at the next start.")
            for one in threads:
                one.stop()
            server.close()
    talk.say("Ended.")


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


def _say_hello(company: Company, door: socket.socket, goes_on: int, interrupted: int) -> None:
    host, port = door.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    try:
        served = f"the snapshot of {open_current(company).as_of}"
    except SnapshotError as missing:
        served = f"no snapshot ({missing.found}): the Data page takes files and refreshes"
    talk.say(f"{company.settings.name}: {served}")
    talk.say(f"  http://{shown}:{port}" + (f" as {company.settings.web.address}" * bool(company.settings.web.address)))
    if company.settings.web.address.startswith("http://"):
        talk.say("  passwords and customers' names travel unprotected over http; put a proxy with https before it")
    if not company.settings.web.address and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        talk.say("  byname.toml names no [web] address: from other machines the pages cannot be opened yet")
    if goes_on:
        talk.say(f"  {goes_on} left from before: going on")
    if interrupted:
        talk.say(f"  {interrupted} interrupted when the last server ended; the Data page says which")
    talk.say("  Ctrl-C ends it.")
