"""What the command line says of proof: what works, what to stop, what cannot be told and what to record."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from byname.talk.printing import out, print_json, print_rows

if TYPE_CHECKING:
    from byname.proofs import Proofs
    from byname.snapshot import Snapshot

__all__ = ["proof"]

_UNPROVEN = 3  # campaigns without lots that are shown: their sentences are much alike
_STYLE = {"works": "bold green", "harms": "bold red", "lots not kept": "bold yellow"}


def proof(snapshot: Snapshot, found: Proofs, output: str) -> None:
    """Each campaign with its verdict and one sentence; then what to stop, and what the records cannot tell."""
    if output == "json":
        print_json(asdict(found) | {"as_of": snapshot.terms["as_of"], "currency": snapshot.terms["currency"]})
        return
    if output == "csv":
        print_rows(found.campaigns + found.unproven, output, "proof")
        return
    out.print(f"Did it work? As of {snapshot.terms['as_of']}")
    if not found.campaigns:
        out.print("  No campaign has people held out by lot on record, so nothing is proven yet.")
    for row in found.campaigns:
        _campaign(row)
    if found.stop:
        out.print("\nStop doing this:")
        for row in found.stop:
            out.print(f"  {row['title']}", markup=False)
    if found.unproven:
        out.print("\nNot proven (nobody drew lots):")
    for row in found.unproven:
        _campaign(row)
    _readiness(found.readiness)


def _readiness(rows: list[dict[str, Any]]) -> None:
    out.print("\nWhat your own records can tell, and what to start recording")
    for row in rows:
        out.print(f"  {row['answer']:<7} {row['question']} {row['says']}.", markup=False)
        if row["do"]:
            out.print(f"          {row['do']}", markup=False)


def _campaign(row: dict[str, Any]) -> None:
    line = Text("  ")
    line.append(f"{row['title']:<36}", style="bold")
    line.append(f"  {row['verdict']:<15}", style=_STYLE.get(row["verdict"], ""))
    line.append(f" {row['on']}")
    out.print(line)
    out.print(f"    {row['says']}", markup=False)
    if row["cut"] is not None:
        out.print(f"    adjusting by the time before took {row['cut']:.0%} of the variance away", markup=False)
