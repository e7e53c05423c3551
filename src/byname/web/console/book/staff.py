"""Who works here, as a client book needs it: by name, with who may give a person to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.web.accounts.policy import may, may_assign_to
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["Colleague", "assignable", "discretion", "spellings", "staff"]

DISCRETION = "select budget, budget_left, says from discretion where employee = $1"
BOOKS = "select employee, count(*) as people from client_book group by employee order by employee"


@dataclass(frozen=True)
class Colleague:
    """An employee.

    Attributes:
        name: as byname.toml has it; as records have it where that names nobody.
        team: theirs; empty where it is not said.
        people: how many they know or promised something.
    """

    name: str
    team: str
    people: int


def staff(desk: Desk) -> list[Colleague]:
    """Everybody who works here, with or without people of their own."""
    people = remembered(_people, desk.snapshot)
    employees = desk.company.settings.employees
    if not employees:
        return [Colleague(name, "", many) for name, many in people.items()]
    return [Colleague(one.name, one.team, people.get(one.name, 0)) for one in employees]


def spellings(desk: Desk) -> list[str]:
    """All names by which records may call those who work here, in small letters; none where none is in byname.toml."""
    return sorted({
        spelling.strip().lower()
        for one in desk.company.settings.employees
        for spelling in (one.name, *one.aliases)
    })  # fmt: skip


def assignable(account: Account, desk: Desk) -> list[Colleague]:
    """To whom this account may give a person."""
    return [one for one in staff(desk) if may(account, "assign") and may_assign_to(account, one.team)]


def discretion(desk: Desk, employee: str) -> dict[str, Any] | None:
    """What an employee may give this month without asking; None where nobody has such a budget."""
    return next(iter(remembered(_discretion, desk.snapshot, employee)), None)


def _discretion(snapshot: Snapshot, employee: str) -> list[dict[str, Any]]:
    return snapshot.query(DISCRETION, [employee])


def _people(snapshot: Snapshot) -> dict[str, int]:
    return {row["employee"]: row["people"] for row in snapshot.query(BOOKS)}
