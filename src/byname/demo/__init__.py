"""The demonstration: a real shop's purchases, invented names, and the twenty best customers."""

from __future__ import annotations

import csv
import gzip
import shutil
from datetime import date
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from byname import talk
from byname.best import best
from byname.company import create, open_company
from byname.demo.names import invent
from byname.errors import UsageError
from byname.facts import intake
from byname.refresh import refresh
from byname.snapshot import open_current

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AS_OF", "NAME", "PURCHASES", "run", "write_customers"]

NAME = "The gift shop (demonstration)"
PURCHASES = "online_retail_2010-12_2011-08.csv.gz"
AS_OF = date(2011, 8, 31)  # the last day of the purchases

_SAID = """\
The purchases are real: {lines:,} line items of a gift shop in the United Kingdom, December 2010 to August 2011
(UCI "Online Retail", CC BY 4.0). The customers have numbers only. Every name and address here is invented.
"""


def run(folder: Path) -> None:
    """Make the company, read the files, refresh, and name the twenty best.

    Raises:
        UsageError: the folder holds something else than an earlier demonstration.
    """
    _make_room(folder)
    create(folder, name=NAME, currency="GBP", zone="Europe/London", country="GB")
    company = open_company(folder)
    exports = folder / "exports"
    exports.mkdir()
    with as_file(files("byname.demo") / "data" / PURCHASES) as shipped:
        shutil.copyfile(shipped, exports / PURCHASES)
    lines = write_customers(exports / PURCHASES, exports / "customers.csv")
    talk.say(_SAID.format(lines=lines))
    talk.command(f"byname add {folder} {exports}/customers.csv {exports}/{PURCHASES}")
    sources = [str(exports / "customers.csv"), str(exports / PURCHASES)]
    with talk.reading(sources) as told:
        for outcome in intake.add(company, sources, told=told):
            talk.outcome(outcome)
    talk.command(f"byname refresh {folder} --as-of {AS_OF}")
    with talk.steps() as (starting, ended):
        talk.refreshed(company, refresh(company, as_of=AS_OF, starting=starting, ended=ended))
    talk.command(f"byname best {folder}")
    snapshot = open_current(company)
    named = best(snapshot, 20)
    talk.best(snapshot, named, "clv", "text")
    talk.say(f'\nNow ask about one of them: byname who {folder} "{named[0].name}"')


def _make_room(folder: Path) -> None:
    """An earlier demonstration makes way; anything else stays."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if (folder / "byname.toml").is_file() and open_company(folder).settings.name == NAME:
        shutil.rmtree(folder)
        return
    raise UsageError(
        where=str(folder),
        found="a folder with something else in it",
        expected="an empty or a new one",
        do="Name another: byname demo DIR",
    )


def write_customers(purchases: Path, path: Path) -> int:
    """Write an invented customer list for the customer numbers of the purchases; returns the number of line items."""
    seen: dict[str, str] = {}
    lines = 0
    with gzip.open(purchases, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lines += 1
            if row["CustomerID"]:
                seen[row["CustomerID"].removesuffix(".0")] = row["Country"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Customer ID", "First name", "Last name", "E-mail", "Street", "Country"])
        for number in sorted(seen):
            person = invent(number)
            writer.writerow([number, person.given_name, person.family_name, person.email, person.street, seen[number]])
    return lines
