"""What the command line says of customers' words."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from byname.best import called
from byname.talk.printing import out, print_json, print_rows

if TYPE_CHECKING:
    from byname.snapshot import Snapshot
    from byname.voices import Voices

__all__ = ["voice"]

_DAY = 48.0  # hours up to which a wait is told in hours


def voice(snapshot: Snapshot, found: Voices, output: str) -> None:
    """Problems in their own words, who waits, whom they praise."""
    terms = snapshot.terms
    if output == "json":
        print_json(asdict(found) | {"as_of": terms["as_of"], "currency": terms["currency"]})
        return
    if output == "csv":
        rows = [{name: one for name, one in row.items() if name != "quotes"} for row in found.problems]
        print_rows(rows, output, "problems")
        return
    if not found.feeling:
        out.print("No words of customers yet: read tickets, reviews or surveys (byname add).")
        return
    _feeling(found)
    _problems(found, terms["currency"])
    _waiting(found, terms["currency"])
    _staff(found)
    _testimonials(found)
    out.print(f"as of {terms['as_of']} · read with: {found.model}", style="dim")


def _feeling(found: Voices) -> None:
    out.print("How the words feel")
    for row in found.feeling:
        sure = "" if row["calibrated"] else "   (not calibrated on your own ratings yet)"
        out.print(
            f"  {row['medium'] or 'other':<14}{row['texts']:>9,} texts of {row['people']:,} people: "
            f"{row['unhappy']:.0%} unhappy, {row['happy']:.0%} happy{sure}",
            markup=False,
        )


def _problems(found: Voices, currency: str) -> None:
    if found.problems:
        out.print("\nTheir problems, in their own words")
    for row in found.problems:
        line = Text("  ")
        line.append(f"{row['problem']:<28}", style="bold")
        line.append(f"{row['people']:>6,} people, worth {row['worth'] or 0:,.0f} {currency}   {row['direction'] or ''}")
        out.print(line)
        for quote in row["quotes"] or []:
            out.print(f'      {quote["on"]}  "{quote["words"]}"', markup=False)
    for row in found.new_words:
        out.print(f"  New this week: {row['says']}", markup=False)


def _waiting(found: Voices, currency: str) -> None:
    for row in found.answered[:1]:
        if not row["asked"]:
            continue
        times = "" if row["median_hours"] is None else f"; half of them within {_wait(row['median_hours'])}"
        said = f"Answers: {row['share']:.0%} of {row['asked']:,} questions and complaints of the last year"
        out.print(f"\n{said}{times}; {row['open']:,} wait")
    for row in found.waiting:
        line = Text("  ")
        line.append(f"{called(row):<28}", style="bold")
        words = f': "{_line(row["words"])}"' if row["words"] else ""
        worth, record = f"{row['worth'] or 0:,.0f} {currency}", f"[{row['source']} {row['source_id']}]"
        line.append(f"{row['waited_days']:>5,} days   {worth:>12}   {row['kind']}{words}   {record}")
        out.print(line)
    for row in found.effort:
        out.print(f"  Effort, {row['over']}: {row['says']}", markup=False)


def _staff(found: Voices) -> None:
    if found.praised:
        out.print("\nWhom they praise by name")
    for row in found.praised:
        people = "1 person" if row["people"] == 1 else f"{row['people']:,} people"
        first = f': "{row["quotes"][0]["words"]}"' if row["quotes"] else ""
        out.print(f"  {row['employee']}: {people}{first}", markup=False)
    for row in found.agents:
        out.print(f"  {row['employee']}: {row['says']}", markup=False)


def _testimonials(found: Voices) -> None:
    heads = {"permitted": "May be quoted", "expired": "Permission has ended", "ask": "Could be asked for permission"}
    for state, head in heads.items():
        rows: list[dict[str, Any]] = [row for row in found.testimonials if row["state"] == state]
        if rows:
            out.print(f"\n{head}")
        for row in rows:
            words = f'"{row["quote"]}"' if row["quote"] else row["says"]
            out.print(f"  {called(row):<28}{words}", markup=False)


def _wait(hours: float) -> str:
    return f"{hours:.0f} hours" if hours < _DAY else f"{hours / 24:.0f} days"


def _line(words: str) -> str:
    """The beginning of words on one line."""
    return " ".join(words.split())[:100]
