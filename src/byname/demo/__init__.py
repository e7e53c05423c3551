"""The demonstration: a simulated company whose people speak; or, asked for, a real shop's purchases."""

from __future__ import annotations

import csv
import gzip
import secrets
import shutil
import socket
import sys
from datetime import date
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from byname import talk
from byname.best import best
from byname.company import Company, create, open_company
from byname.demo import simulated
from byname.demo.names import invent
from byname.errors import UsageError
from byname.facts import intake
from byname.facts.locks import take
from byname.proofs import proofs
from byname.refresh import refresh
from byname.snapshot import Snapshot, open_current
from byname.standings import standings
from byname.today import today
from byname.voices import voices
from byname.who import who

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["AS_OF", "NAME", "PURCHASES", "run", "write_customers"]

NAME = "The gift shop (demonstration)"
PURCHASES = "online_retail_2010-12_2011-08.csv.gz"
AS_OF = date(2011, 8, 31)  # the last day of the purchases

_REAL = """\
The purchases are real: {lines:,} line items of a gift shop in the United Kingdom, December 2010 to August 2011
(UCI "Online Retail", CC BY 4.0). The customers have numbers only. Every name and address here is invented.
"""
_SIMULATED = """\
This company is simulated: nobody here exists, and nobody said any of this. {people:,} invented people lived three years
of orders, late parcels, good and bad help, kind words and silence; what the shop's systems saw of it is in {exports}.
Where each of them truly stands is in {truth}, which byname never reads: look there when you doubt it.
For a real shop's purchases: byname demo DIR --real
"""


def run(folder: Path, *, real: bool = False, serving: bool = True) -> None:
    """Make the company, read the files, refresh, name the twenty best, show what else is known; then serve the pages.

    Args:
        folder: where; a new folder, an empty one, or an earlier demonstration's.
        real: real purchases with invented names, instead of the simulated company.
        serving: end by serving the pages, where there is a terminal to end them from.

    Raises:
        UsageError: the folder holds something else than an earlier demonstration.
    """
    _make_room(folder)
    if real:
        create(folder, name=NAME, currency="GBP", zone="Europe/London", country="GB")
        sources, as_of = _real_sources(folder), AS_OF
    else:
        create(folder, name=simulated.NAME, currency="EUR", zone="UTC", country="GB")
        sources, as_of = _simulated_sources(folder), simulated.AS_OF
    company = open_company(folder)
    _read(company, sources, as_of)
    snapshot = open_current(company)
    for show in _REAL_SHOWN if real else _SIMULATED_SHOWN:
        show(folder, snapshot)
    _end_by_serving(folder, as_of, is_wanted=serving)


def _real_sources(folder: Path) -> list[str]:
    exports = folder / "exports"
    exports.mkdir()
    with as_file(files("byname.demo") / "data" / PURCHASES) as shipped:
        shutil.copyfile(shipped, exports / PURCHASES)
    lines = write_customers(exports / PURCHASES, exports / "customers.csv")
    talk.say(_REAL.format(lines=lines))
    return [str(exports / "customers.csv"), str(exports / PURCHASES)]


def _simulated_sources(folder: Path) -> list[str]:
    made = simulated.generate(folder)
    own = folder / "byname.toml"
    own.write_text(simulated.changed(own.read_text("utf-8"), made.changes) + made.settings, "utf-8")
    playbooks = open_company(folder).playbooks
    playbooks.mkdir()
    for name, text in simulated.own_playbooks().items():
        (playbooks / name).write_text(text, "utf-8")
    talk.say(_SIMULATED.format(people=made.people, exports=folder / "exports", truth=made.truth))
    return [str(path) for path in made.exports]


def _read(company: Company, sources: Sequence[str], as_of: date) -> None:
    talk.command(f"byname add {company.folder} {' '.join(sources)}")
    with talk.reading(sources) as told:
        for outcome in intake.add(company, sources, told=told):
            talk.outcome(outcome)
    talk.command(f"byname refresh {company.folder} --as-of {as_of}")
    with talk.steps() as (starting, ended):
        talk.refreshed(company, refresh(company, as_of=as_of, starting=starting, ended=ended))


# --------------------------------------------------------------------------------- the commands after a refresh


def _show_best(folder: Path, snapshot: Snapshot) -> None:
    talk.command(f"byname best {folder}")
    talk.best(snapshot, best(snapshot, 20), "clv", "text")


def _show_standing(folder: Path, snapshot: Snapshot) -> None:
    talk.command(f"byname standing {folder}")
    talk.standing(snapshot, standings(snapshot), "text")


def _show_voice(folder: Path, snapshot: Snapshot) -> None:
    talk.command(f"byname voice {folder}")
    talk.voice(snapshot, voices(snapshot, 10), "text")


def _show_one(folder: Path, snapshot: Snapshot) -> None:
    """The most valuable of those who are more than a name: they wrote to us, and we know where they stand."""
    rows = snapshot.query(TOLD_MOST)
    if not rows:
        return
    talk.command(f'byname who {folder} "{rows[0]["email"]}"')
    talk.who(snapshot, rows[0]["email"], who(snapshot, rows[0]["email"]), "text")


def _show_proof(folder: Path, snapshot: Snapshot) -> None:
    talk.command(f"byname proof {folder}")
    talk.proof(snapshot, proofs(snapshot), "text")


def _show_today(folder: Path, snapshot: Snapshot) -> None:
    talk.command(f"byname today {folder}")
    talk.today(snapshot, today(snapshot), "text")


def _ask_about_one(folder: Path, snapshot: Snapshot) -> None:
    talk.say(f'\nNow ask about one of them: byname who {folder} "{best(snapshot, 1)[0].name}"')


# ------------------------------------------------------------------------------------------------ the pages

_EMAIL = "you@demo.example"
_PORT = 8000
_CONSONANTS, _VOWELS = "bdfghklmnprstvz", "aeiou"
_INVITATION = """\

The same in a browser, for a team: open the address below and sign in as
  e-mail       {email}
  pass phrase  {password}
It was made for this demonstration and is shown once; only this machine can open the pages."""


def _end_by_serving(folder: Path, as_of: date, *, is_wanted: bool) -> None:
    """Serve the pages where somebody sits who can end them; else say the command."""
    command = f"byname serve {folder} --as-of {as_of}"
    if not (is_wanted and sys.stdin.isatty() and sys.stdout.isatty()):
        talk.say(f"The same in a browser, for a team: {command}")
        return
    from byname.web.serve import First, serve

    password = _pass_phrase()
    talk.command(command)
    talk.say(_INVITATION.format(email=_EMAIL, password=password))
    serve(folder, port=_free_port(), first=First(_EMAIL, "You", password), as_of=as_of)


def _pass_phrase() -> str:
    """Five words that nobody guesses and anybody can type: 62 bits."""

    def word() -> str:
        return "".join(secrets.choice(letters) for letters in (_CONSONANTS, _VOWELS) * 2)

    return "-".join(word() for _ in range(5))


def _free_port() -> int:
    """The usual port; any, where another listens there."""
    with socket.socket() as door:
        return 0 if door.connect_ex(("127.0.0.1", _PORT)) == 0 else _PORT


TOLD_MOST = """
    select people.email
    from standing
    join people on people.person_id = standing.person_id
    join value on value.person_id = standing.person_id
    where standing.standing <> 'unknown' and people.email is not null
      and standing.person_id in (select person_id from voice where quote is not null)
    order by value.rank, standing.person_id
    limit 1
"""

# What is shown, in order. A new command for the demonstration: a function here, of the folder and the snapshot.
_REAL_SHOWN: tuple[Callable[[Path, Snapshot], None], ...] = (_show_best, _ask_about_one)
_SIMULATED_SHOWN: tuple[Callable[[Path, Snapshot], None], ...] = (
    _show_best,
    _show_standing,
    _show_voice,
    _show_one,
    _ask_about_one,
    _show_proof,
    _show_today,
)


def _make_room(folder: Path) -> None:
    """An earlier demonstration makes way; anything else stays."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if (folder / "byname.toml").is_file() and open_company(folder).settings.name in {NAME, simulated.NAME}:
        with take(folder / "serving.lock", wait=0):  # its pages may be open in another window
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
