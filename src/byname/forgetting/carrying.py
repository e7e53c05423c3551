"""Carrying an erasure out: every place in order, again from the beginning after a kill, and the receipt.

The order is written first and dropped last. Each step looks for what is left and takes it, so that doing all of it
again does no harm: whoever comes next (another erasure, a refresh, the pages as they start) carries out what a killed
process left. One at a time does this; a refresh that runs takes the person out of what it wrote before it swaps, and
gives the ledger's old bytes free when it ends.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byname.errors import LedgerError, UsageError
from byname.facts.blocked import Blocked
from byname.facts.intake import open_ledger
from byname.facts.ledger import Whom
from byname.facts.locks import take
from byname.forgetting import app, beside, order, snapshots
from byname.forgetting.whom import order_for
from byname.snapshot import open_current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from byname.company import Company
    from byname.forgetting.order import Order

__all__ = ["Receipt", "before_swap", "finish", "forget", "resume", "standing_still"]

_WAIT_SECONDS = 600.0  # for another erasure
_READERS_SECONDS = 20.0  # for pages that read the ledger
_SHORTEST_NAME = 6  # letters of a name from which on a file is known by it


@dataclass(frozen=True)
class Receipt:
    """What an erasure came to; it names nobody.

    Attributes:
        number: of the erasure.
        at: its moment, UTC without a zone: what the person does later is somebody new's.
        says: in a sentence.
        counts: how many rows of theirs went, by place.
        left: what is not gone yet or not ours to take, and what to do about it.
    """

    number: str
    at: datetime
    says: str
    counts: dict[str, int] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def forget(company: Company, person_id: str, *, told: Callable[[str], None] = lambda _step: None) -> Receipt:
    """Erase a person, every byte; when this returns they are gone, but for what the receipt says is left.

    Args:
        company: whose.
        person_id: of the current snapshot.
        told: called with each step before it.

    Raises:
        UsageError: nobody of that id, or they are two people by now.
        LedgerError, AppDatabaseError: a place cannot be written. The order stands: the next erasure or refresh goes on.
    """
    with _alone(company):
        before = {one.number: one for one in order.open_orders(company)}
        done = {number: _carried(company, one, told) for number, one in before.items()}
        for number, one in before.items():
            if person_id in one.people:
                return done[number]
        told("who they are")
        try:
            wanted = order_for(company, open_current(company), person_id)
        except UsageError:
            if at := Blocked(company.folder).moment_of("person", person_id):
                return Receipt("", at, f"Erased on {at:%Y-%m-%d %H:%M} UTC; nothing of them was left.")
            raise
        order.keep(company, wanted)
        return _carried(company, wanted, told)


def resume(company: Company) -> list[Receipt]:
    """Carry out what a killed process left; nothing where another is at it."""
    if not order.open_orders(company):
        return []
    try:
        with _alone(company, wait=0):
            return [_carried(company, one) for one in order.open_orders(company)]
    except LedgerError:
        if _is_free(company.facts / "erasing.lock"):
            raise
        return []


@contextmanager
def before_swap(company: Company, folder: Path) -> Iterator[None]:
    """While a refresh swaps: who was erased since it began is taken out of what it wrote, and nobody is erased."""
    with _alone(company):
        for one in order.open_orders(company):
            snapshots.without(folder, one)
        yield


@contextmanager
def standing_still(company: Company) -> Iterator[None]:
    """While somebody reads the current snapshot's files one by one: no erasure takes them away."""
    with _alone(company):
        yield


def finish(company: Company) -> None:
    """By a refresh, which holds its lock, as it begins and ends: what is not carried out is carried out to the end."""
    if not order.open_orders(company):
        return
    with _alone(company):
        for one in order.open_orders(company):
            _carried(company, one, refreshing=True)


def _carried(
    company: Company, one: Order, told: Callable[[str], None] = lambda _step: None, *, refreshing: bool = False
) -> Receipt:
    """Carry an order out, from whatever is left of it."""
    Blocked(company.folder).add(one.number, one.moment, one.keys)
    left: list[str] = []
    fragments = snapshots.words_about(one)
    told("snapshots")
    counts = _under("snapshot", snapshots.erase_from(company, one))
    told("ledger and app database")
    is_free = refreshing or _is_free(company.facts / "refreshing.lock")
    with take(company.facts / "draining.lock", wait=_WAIT_SECONDS):  # what is on its way to the ledger is there, or not
        rows, is_clean = app.erase_from(company, one, fragments)
        names = tuple(name.lower() for name in (*one.emails, *one.names) if len(name) >= _SHORTEST_NAME)
        erased = open_ledger(company).erase(
            Whom(one.records, one.emails, names), wait=_READERS_SECONDS if is_free else 0
        )
    counts |= _under("app database", rows) | _under("ledger", dict(erased.rows))
    told("what stands beside")
    counts |= beside.erase_from(company, one, fragments)
    own = beside.company_own(company, one)
    left += [f"{name}: a file of the company's own that names them; see to it yourself" for name in own]
    left += _backups(company)
    is_done = _closed(company, one, is_clean=is_clean and erased.swept, refreshing=refreshing)
    if not is_done:
        left.append("old bytes that a running refresh or an open page still reads: they go when it ends")
    many = sum(counts.values())
    says = f"Erased: {many:,} rows in {len(counts)} places; receipt {one.number}."
    return Receipt(one.number, one.moment, says, counts, tuple(left))


def _closed(company: Company, one: Order, *, is_clean: bool, refreshing: bool) -> bool:
    """Drop the order, unless bytes are left, or a refresh runs that began before the ledger was without them."""
    if not is_clean:
        return False
    if refreshing:
        order.drop(company, one)
        return True
    try:
        with take(company.facts / "refreshing.lock", wait=0):
            order.drop(company, one)
    except LedgerError:
        return False
    return True


def _under(place: str, counts: dict[str, int]) -> dict[str, int]:
    return {f"{place}: {name}": count for name, count in counts.items()}


def _backups(company: Company) -> list[str]:
    """What no program of ours reaches."""
    places = company.settings.backups
    if not places:
        return ["backups: byname.toml names none under backups; if there are any, they hold them until written over"]
    return [f"{place}: a backup, which holds them until it is written over" for place in places]


@contextmanager
def _alone(company: Company, wait: float = _WAIT_SECONDS) -> Iterator[None]:
    company.facts.mkdir(parents=True, exist_ok=True)
    with take(company.facts / "erasing.lock", wait=wait):
        yield


def _is_free(path: Path) -> bool:
    try:
        with take(path, wait=0):
            return True
    except LedgerError:
        return False
