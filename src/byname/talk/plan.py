"""What the command line says of today's list and of the week's plan."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from byname.best import called
from byname.playbooks.playbook import TEAMS
from byname.talk.printing import out, print_json, print_rows, wide

if TYPE_CHECKING:
    from byname.snapshot import Snapshot
    from byname.today import Today, Week

__all__ = ["today", "week"]

_SHORT = 5  # contacts of a team that are shown in full; the rest have a line each


def today(snapshot: Snapshot, found: Today, output: str) -> None:
    """Whom to reach today, for each team, and who was left out."""
    if _for_programs(snapshot, found, output):
        return
    if found.day is None:
        out.print("Nobody works within the next seven days: [teams] in byname.toml gives no team any minutes.")
        return
    out.print(f"Whom to reach on {found.day:%A, %-d %B %Y}")
    if found.delight:
        out.print(Text(f"Delight today: {called(found.delight)}. {found.delight['reason']}.".replace("..", ".")))
    if not found.rows:
        out.print("Nobody today.")
    for team in TEAMS:
        _team(team, [row for row in found.rows if row["team"] == team], found.left)
    _book(found)
    _blocked(found.blocked)
    for line in (*found.advice, *found.other_tools):
        out.print(f"\n{line}", markup=False)


def _book(found: Today) -> None:
    if found.book:
        out.print("\n[bold]Your people[/bold], those first who wait for your word:")
        for row in found.book:
            out.print(f"  {called(row)}: {row['says']}", markup=False)
    for line in found.discretion:
        out.print(f"  {line}", markup=False)


def _for_programs(snapshot: Snapshot, found: Today | Week, output: str) -> bool:
    """JSON or CSV, if that is wanted."""
    if output == "json":
        told = {name: snapshot.terms[name] for name in ("as_of", "currency")}
        print_json({"people": found.rows} | asdict(found) | told)
    elif output == "csv":
        print_rows(found.rows, output, "people")
    return output in {"json", "csv"}


def _team(team: str, rows: list[dict[str, Any]], left: list[dict[str, Any]]) -> None:
    if not rows:
        return
    more = sum(row["people"] for row in left if row["team"] == team)
    minutes = sum(row["minutes"] for row in rows)
    people = f"{len(rows)} {'person' if len(rows) == 1 else 'people'}, {minutes:g} minutes"
    out.print(
        f"\n[bold]{team.capitalize()}[/bold]: {people}"
        + (f"; {more:,} more would be worth it, had they the time this week" if more else "")
    )
    for number, row in enumerate(rows, 1):
        if number <= _SHORT:
            _contact(number, row)
        else:
            out.print(f"{number:>4}  {called(row)}: {row['title']}", markup=False)


def _contact(number: int, row: dict[str, Any]) -> None:
    head = Text(f"{number:>4}  ")
    head.append(called(row), "bold")
    head.append(f"  {row['title']}")
    out.print(head)
    for name, text in (("why", row["reason"]), ("how", row["how"]), ("gains", row["customer_gain"])):
        out.print(Text(f"      {name:<6}{text}"))
    if row["words"]:
        lines = row["words"].splitlines()
        out.print(Text(f"      says  “{lines[0]}"))
        for line in lines[1:]:
            if line:
                out.print(Text(f"            {line}"))
    out.print(Text(f"      {row['choice']}", "dim"))


def _blocked(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    out.print("\n[bold]Left out[/bold], by rule; for example:")
    for row in rows:
        out.print(f"  {row['people']:>6,}  {row['rule'].replace('-', ' '):<24} {row['says']}", markup=False)


def week(snapshot: Snapshot, found: Week, output: str) -> None:
    """The week: what each team does when, what a minute is worth, and who was left out and why."""
    if _for_programs(snapshot, found, output):
        return
    for name in ("gap", "advice"):
        for row in found.choice:
            if row["name"] == name:
                out.print(row["says"], markup=False)
    _capacity(found.capacity, snapshot.terms["currency"])
    _who(found.rows)
    _left_out(found)
    _blocked(found.blocked)
    _sentences("Where customers are[/bold], and how many told us how they like to be reached:", found.channels)
    _sentences("What we ask and what we give[/bold]:", found.balance)
    for line in found.other_tools:
        out.print(f"\n{line}", markup=False)


def _sentences(head: str, rows: list[dict[str, Any]]) -> None:
    out.print(f"\n[bold]{head}")
    for row in rows:
        out.print(f"  {row['says']}", markup=False)


def _left_out(found: Week) -> None:
    if found.left_out:
        out.print("\nLeft out though allowed, the most valuable first:")
        for row in found.left_out:
            out.print(f"  {called(row)}: {row['says']}", markup=False)
    if found.left:
        out.print("\nAll who were left out so:")
        for row in found.left:
            out.print(f"  {row['people']:>8,}  {row['action']}: {row['says']}", markup=False)


def _capacity(rows: list[dict[str, Any]], currency: str) -> None:
    table = Table(box=None, pad_edge=False)
    for head, side in (
        ("day", "left"),
        ("team", "left"),
        ("contacts", "right"),
        ("minutes", "right"),
        ("used", "right"),
    ):
        table.add_column(head, justify=side)  # type: ignore[arg-type]
    table.add_column(f"an hour is worth ({currency})", justify="right")
    for row in rows:
        if row["minutes"] > 0 or row["used"] > 0:
            table.add_row(
                f"{row['day']:%a %-d %b}", row["team"], f"{row['contacts']:,}", f"{row['minutes']:,.0f}",
                f"{row['used']:,.0f}", f"{60 * row['price']:,.2f}",
            )  # fmt: skip
    out.print()
    wide(table)


def _who(rows: list[dict[str, Any]]) -> None:
    if not rows:
        out.print("\nNobody is reached this week.")
        return
    table = Table(box=None, pad_edge=False)
    for head in ("day", "team", "who", "what", "why"):
        table.add_column(head)
    for row in rows:
        table.add_row(
            f"{row['day']:%a %-d %b}", row["team"], Text(called(row)), Text(row["title"]), Text(row["reason"])
        )
    out.print()
    wide(table)
