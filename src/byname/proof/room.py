"""Did it work: the room's steps in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.proof.arms import People
from byname.proof.enrolled import enrolled
from byname.proof.outcomes import DEFAULT, Outcome, followed, happenings, outcome_of
from byname.proof.readiness import readiness
from byname.proof.rows import PROOF, observed_row, tested_rows
from byname.proof.tested import tested
from byname.proof.unlotted import MOST_CAMPAIGNS, unlotted
from byname.proof.uplift import whom

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from byname.engines import Engine, Table
    from byname.proof.effects import Measured, PlaybookLike
    from byname.proof.enrolled import Campaign

__all__ = ["Proof", "proof_of"]

OF_ONE = statement("proof.of_one", "select * from followed where campaign = $campaign")


@dataclass(frozen=True)
class Proof:
    """What the room gives.

    Attributes:
        tables: `proof`, one row a campaign (`PROOF`), and `readiness` (question, answer, says, do).
        effects: by action, of playbooks that were measured by lot.
        report: (what, in words).
    """

    tables: Mapping[str, Table]
    effects: Mapping[str, Measured]
    report: Sequence[tuple[str, str]]


def proof_of(
    engine: Engine,
    facts: Mapping[str, Table],
    *,
    playbooks: Sequence[PlaybookLike],
    units: Table,
    record_person: Table,
    days: Table,
    voice: Table,
    brought: Table,
    as_of: date,
    until: datetime,
    zone: str,
    currency: str = "",
    held_out: float = 0.0,
) -> Proof:
    """Say of each campaign on record what it changed, or why that cannot be said.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        playbooks: those in use, for titles, expected results and holdouts.
        units: person_id and unit: people who talk to each other share one.
        record_person: record_id and person_id.
        days: person_id, day and spent: one row a purchase day.
        voice: messages read.
        brought: who was brought by whom.
        as_of: the last day that counts.
        until: its end, UTC.
        zone: the company's IANA zone.
        currency: of money, for sentences.
        held_out: the global holdout's share, which the actions `*` were drawn with.
    """
    known = {one.action: one for one in playbooks}
    found = enrolled(engine, facts["contacts"], record_person=record_person, units=units, zone=zone, until=until)
    happened = happenings(
        engine, facts, record_person=record_person, days=days, voice=voice, brought=brought, until=until
    )
    outcomes = {name: _outcome(known.get(name)) for name in found.campaigns}
    drawn = {name: one for name, one in found.campaigns.items() if one.is_drawn}
    rows_of = followed(
        engine,
        found.drawn,
        {name: outcomes[name] for name in drawn},
        happened=happened,
        subscriptions=facts["subscriptions"],
        record_person=record_person,
        as_of=as_of,
    )
    shares = {one.action: one.holdout for one in playbooks} | {"*": held_out}
    tests, moved = {}, []
    for name, campaign in drawn.items():
        rows = engine.fetch(engine.run(OF_ONE, followed=rows_of, campaign=name), order_by=("person_id",))
        tests[name] = tested(People.of(rows), campaign, outcomes[name], share=shares.get(name, 0.0), as_of=as_of)
        if not tests[name].wrong:
            moved.append((f"whom {name} moves most", whom(rows, outcomes[name]).says))
    others, left_out = _latest({name: one for name, one in found.campaigns.items() if not one.is_drawn})
    compared = unlotted(
        engine,
        others,
        outcomes,
        sent=found.sent,
        happened=happened,
        days=days,
        units=units,
        subscriptions=facts["subscriptions"],
        record_person=record_person,
        as_of=as_of,
    )
    rows, effects = tested_rows(tests, drawn, outcomes, known, currency)
    rows += [
        observed_row(compared[name], one, outcomes[name], known.get(name), currency) for name, one in others.items()
    ]
    ready = readiness(engine, facts, record_person=record_person, days=days, as_of=as_of, drawn=len(drawn))
    table = engine.arrow(pa.Table.from_pylist(rows, schema=PROOF))
    return Proof({"proof": table, "readiness": ready}, effects, [*_report(rows, left_out), *moved])


def _outcome(playbook: PlaybookLike | None) -> Outcome:
    found = outcome_of(playbook.expected.on if playbook else DEFAULT) or outcome_of(DEFAULT)
    if found is None:
        raise ValueError(DEFAULT)
    return found


def _latest(campaigns: Mapping[str, Campaign]) -> tuple[dict[str, Campaign], int]:
    """The latest campaigns without lots, and how many are left out."""
    latest = sorted(campaigns.values(), key=lambda one: (-one.until.toordinal(), one.name))
    return {one.name: one for one in latest[:MOST_CAMPAIGNS]}, max(len(latest) - MOST_CAMPAIGNS, 0)


def _report(rows: Sequence[Mapping[str, object]], left_out: int) -> list[tuple[str, str]]:
    """How many of each verdict, and what is not looked at."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row["verdict"])] = counts.get(str(row["verdict"]), 0) + 1
    said = [
        ("did it work", ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(counts.items())) or "no contacts")
    ]
    if stop := [str(row["title"]) for row in rows if row["stop"]]:
        said.append(("stop doing this", "; ".join(stop)))
    if left_out:
        said.append(
            ("older campaigns without lots", f"{left_out:,}, not looked at: only the latest {MOST_CAMPAIGNS} are")
        )
    return said
