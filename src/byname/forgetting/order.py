"""An order to erase somebody: DIR/erasing/<number>.json, from before the first change until after the last.

It names whom it is about, since what is left of them has to be found after a kill as well; with the last byte of theirs
it goes too.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from byname.company import Company

__all__ = ["Order", "drop", "is_number", "keep", "new_number", "open_orders"]

_FOLDER = "erasing"
_NUMBER = re.compile(r"\d{8}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Order:
    """Whom to erase.

    Attributes:
        number: of the erasure; says nothing about them.
        at: its moment, UTC without a zone, as ISO says it.
        people: their person_ids.
        records: their record_ids.
        facts: their fact_ids.
        hashes: row_hash of their messages.
        sources: ids that sources gave them, of whatever is theirs.
        emails: small.
        phones: digits.
        names: as written.
        texts: what they said, and what was said of them, whole and by sentences; not what others said as well.
        namesakes: is somebody else called the same?
        keys: of `facts.blocked`: kind and value.
    """

    number: str
    at: str
    people: tuple[str, ...]
    records: tuple[str, ...]
    facts: tuple[str, ...]
    hashes: tuple[str, ...]
    sources: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    names: tuple[str, ...]
    texts: tuple[str, ...]
    namesakes: bool
    keys: tuple[tuple[str, str], ...]

    @property
    def moment(self) -> datetime:
        """Its moment, UTC without a zone."""
        return datetime.fromisoformat(self.at)


def new_number(at: datetime) -> str:
    """A number for an erasure: its day and some letters by chance."""
    return f"{at:%Y%m%d}-{secrets.token_hex(4)}"


def is_number(said: str) -> bool:
    """Is that written like the number of an erasure?"""
    return _NUMBER.fullmatch(said) is not None


def keep(company: Company, order: Order) -> None:
    """Write an order down; it stands when this returns, whatever happens then."""
    folder = company.folder / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    beside = folder / f".{order.number}"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(order), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / f"{order.number}.json")


def open_orders(company: Company) -> list[Order]:
    """The orders that are not carried out to the end, oldest first."""
    found = []
    for path in sorted((company.folder / _FOLDER).glob("*.json")):
        said = json.loads(path.read_text("utf-8"))
        told = {one.name: said[one.name] for one in fields(Order)}
        told |= {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        found.append(Order(**{**told, "keys": tuple((kind, value) for kind, value in told["keys"])}))
    return found


def drop(company: Company, order: Order) -> None:
    """The order is carried out: what it said is overwritten, then removed."""
    path = company.folder / _FOLDER / f"{order.number}.json"
    if not path.is_file():
        return
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    for left in path.parent.glob(".*"):  # of a writer that was killed
        left.unlink()


def now() -> datetime:
    """This moment, UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)
