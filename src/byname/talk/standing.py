"""What the command line says of standings."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from byname.best import called
from byname.talk.printing import horizon, local, out, print_json, print_rows

if TYPE_CHECKING:
    from byname.snapshot import Snapshot
    from byname.standings import Standings

__all__ = ["brief", "foretold", "named", "standing"]


def named(standing: str) -> str:
    """A standing in words."""
    return {"actively_dissatisfied": "actively dissatisfied"}.get(standing, standing)


def standing(snapshot: Snapshot, found: Standings, output: str) -> None:
    """Where everybody stands, who moved, who of the best fell."""
    terms = snapshot.terms
    if output == "json":
        print_json(asdict(found) | {"as_of": terms["as_of"], "currency": terms["currency"]})
        return
    if output == "csv":
        print_rows(found.counts, output, "standings")
        return
    out.print(f"Where customers stand on {terms['as_of']}, and what they are worth in the next {horizon(terms)}")
    for row in found.counts:
        share = "       " if row["share"] is None else f"{row['share']:7.1%}"
        worth = f"{row['clv']:>14,.0f} {terms['currency']}"
        out.print(f"  {named(row['standing']):<22}{row['people']:>9,} {share} {worth}")
    _advocates(found)
    _flows(found)
    if found.alarms:
        out.print("\nOf the best, these fell:")
        for row in found.alarms:
            _person(row, row["says"], f"{row['worth']:,.0f} {terms['currency']}")
    if any(row["effect"] is not None for row in found.recoveries):
        out.print("\nWhere something went wrong and was put right, against where it was not:")
        for row in found.recoveries:
            out.print(f"  {row['says']}", markup=False)
        out.print(f"  {found.recoveries[0]['limits']}", markup=False)


def _advocates(found: Standings) -> None:
    if found.advocates is None:
        out.print("Nobody's standing is known yet: read words, ratings and orders (byname add).")
        return
    said = f"Advocates are {found.advocates:.1%} of those whose standing is known; one to five in a hundred are usual."
    if found.too_many:
        said += " This is likely too many: look at what proves it (byname who), such as a review that was asked for."
    out.print(said)
    would = found.would
    if would["asked"]:
        out.print(
            f"Would recommend us: {would['would']:,} of {would['asked']:,} who were asked. "
            f"Does, unasked, within a year: {would['does']:,} of all; {would['both_of_them']:,} would and do."
        )


def _flows(found: Standings) -> None:
    moved = [row for row in found.flows if row["from_standing"] != row["to_standing"] and row["people"] >= 1]
    if moved:
        day = found.flows[0]["day"]
        out.print(f"\nMoved in the quarter up to {day} (share of those who stood there, 80% range)")
    for row in moved:
        way = f"{named(row['from_standing'])} to {named(row['to_standing'])}"
        out.print(f"  {way:<46}{row['people']:>8,.0f}  {row['share']:6.1%} ({row['low']:.1%} to {row['high']:.1%})")
    for row in found.movers:
        _person(row, row["says"], f"{named(row['from_standing'])} to {named(row['to_standing'])}")


def _person(row: dict[str, Any], says: str, beside: str) -> None:
    line = Text("  ")
    line.append(f"{called(row):<28}", style="bold")
    line.append(f"  {beside:<38}  {says}")
    out.print(line)


def foretold(rows: list[dict[str, Any]]) -> None:
    """What the standings of a year ago foretold, beside plainer signs."""
    known = [row for row in rows if row["auc"] is not None]
    if not known:
        return
    out.print("\nWhat standings of a year ago foretold of the year after (AUC: 0.5 is a coin, 1 is perfect; 95% range)")
    for row in known:
        beside = ""
        if row["difference"] is not None:
            ends = f"{row['difference_low']:+.2f} to {row['difference_high']:+.2f}"
            beside = f"   the standing is {row['difference']:+.2f} ({ends})"
        event = f"{row['outcome']} ({row['events']:,} of {row['people']:,})"
        range_ = f"{row['auc']:.2f} ({row['low']:.2f}-{row['high']:.2f})"
        out.print(f"  {event:<32}{row['predictor']:<22}{range_}{beside}", markup=False)


def brief(terms: dict[str, Any], known: Any) -> None:
    """One person as a colleague would tell it: where she stands, why, her words, our promises, what we may do now."""
    standing = known.standing
    if standing is None:
        return
    if standing["standing"] == "unknown":
        out.print(f"  Standing: not known. {standing['ask'] or ''}".rstrip(), markup=False)
    else:
        since = f", since {standing['since']}" if standing["since"] else ""
        came = f" (before: {named(standing['moved_from'])})" if standing["moved_from"] else ""
        speaks = {"silent": "says nothing unasked", "when asked": "speaks when asked", "unprompted": "speaks unasked"}
        says = f"  Standing: {named(standing['standing'])} ({standing['confidence']:.0%}){since}{came}"
        out.print(f"{says}; {speaks.get(standing['speaks'], 'not known whether they speak')}", markup=False)
    for reason in known.reasons:
        record = f"   [{reason['source']} {reason['source_id']}]" if reason["source"] else ""
        out.print(f"    {reason['says']}{record}", markup=False)
    would = {True: "would recommend us", False: "would not recommend us", None: "never asked"}
    does = "did so unasked within a year" if standing["does_recommend"] else "was not seen doing so"
    out.print(f"  Recommending: {would[standing['would_recommend']]}; {does}", markup=False)
    if standing["stage"]:
        out.print(f"  Stage: {standing['stage']}", markup=False)
    if known.said:
        out.print("  In their own words")
        for row in known.said:
            record = f"[{row['source']} {row['source_id']}]"
            out.print(
                f'    {local(terms, row["occurred_at"])}  "{row["quote"]}"   {record}',
                markup=False,
            )
    for row in known.promises:
        due = f", due {local(terms, row['due_at'])}" if row["due_at"] else ""
        out.print(f"  We promised: {row['what']}{due} ({row['state']})", markup=False)
    for row in known.planned:
        out.print(f"  Planned: {row['day']:%a %-d %b}, {row['team']}: {row['title']}; {row['how']}", markup=False)
    for row in known.stopped:
        out.print(f"  Not now: {row['says']}", markup=False)
