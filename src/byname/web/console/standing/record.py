"""What standings are good for: what those of a year ago foretold, and what became of trouble that was put right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.cards import named
from byname.charts import Ranged, forest
from byname.report.words import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.charts import Spec
    from byname.snapshot import Snapshot

__all__ = ["Foretold", "Record", "record"]

_NAMED = 10
_COIN = 0.5

FORETOLD = """
    select * from foretold where auc is not null order by outcome, predictor <> 'standing', auc desc, predictor
"""
RECOVERIES = "select * from recoveries order by outcome"
# What is still open, of the most valuable first; then whom it was put right for, and who came back since.
OPEN = """
    select recovered.*
    from recovered
    left join (select person_id, clv from value) as value on value.person_id = recovered.person_id
    where recovered.recovered is null and recovered.person_id not in (select unnest($2::varchar[]))
    order by value.clv desc nulls last, recovered.person_id, recovered.fact_id
    limit $1
"""
MENDED = """
    select *
    from recovered
    where recovered and became in ('loyal', 'advocate') and person_id not in (select unnest($2::varchar[]))
    order by day desc, person_id, fact_id
    limit $1
"""


@dataclass(frozen=True)
class Foretold:
    """What was foretold of one outcome.

    Attributes:
        outcome: left, complained, recommended, grew.
        events: to how many it happened.
        people: of how many.
        rows: the standing and plainer signs: predictor, auc, low, high, difference, says.
        chart: the same as dots with ranges beside the line of a coin.
    """

    outcome: str
    events: int
    people: int
    rows: list[dict[str, Any]]
    chart: Spec


@dataclass(frozen=True)
class Record:
    """What standings were good for, and what became of trouble.

    Attributes:
        foretold: one for each outcome.
        recoveries: what became of those for whom something was put right, against those for whom not.
        limits: what of it cannot be known.
        open: trouble that is not put right yet, by name.
        mended: for whom it was put right, and who came back as often as before, by name.
    """

    foretold: list[Foretold]
    recoveries: list[dict[str, Any]]
    limits: str
    open: list[dict[str, Any]]
    mended: list[dict[str, Any]]


def record(snapshot: Snapshot, without: Sequence[str]) -> Record:
    """Read it.

    Args:
        snapshot: the current one.
        without: people who are shown to nobody.
    """
    told = groupby(snapshot.query(FORETOLD), key=lambda row: str(row["outcome"]))
    became = snapshot.query(RECOVERIES)
    return Record(
        [_foretold(outcome, list(rows)) for outcome, rows in told],
        became,
        next((row["limits"] for row in became if row["limits"]), ""),
        named(snapshot, snapshot.query(OPEN, [_NAMED, list(without)])),
        named(snapshot, snapshot.query(MENDED, [_NAMED, list(without)])),
    )


def _foretold(outcome: str, rows: list[dict[str, Any]]) -> Foretold:
    marks = [
        Ranged(
            row["predictor"], row["auc"], row["low"], row["high"],
            f"{figure(row['auc'])} ({figure(row['low'])} to {figure(row['high'])})", row["predictor"] == "standing",
        )
        for row in rows
    ]  # fmt: skip
    chart = forest(
        _("Who %(outcome)s") % {"outcome": outcome},
        _("How well each sign of a year ago told who it would be, with 95% ranges; on the dashed line it is a coin."),
        _("told right: 0.5 is a coin, 1 is perfect"),
        marks,
        none=_COIN,
        style=".2f",
    )
    return Foretold(outcome, rows[0]["events"], rows[0]["people"], rows, chart)
