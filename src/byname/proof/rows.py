"""The table `proof`: one row a campaign, whatever could be said of it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.proof.effects import measured
from byname.proof.holdouts import EVERYTHING
from byname.proof.many import adjusted_chances
from byname.proof.verdicts import amount, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.proof.effects import Measured, PlaybookLike
    from byname.proof.enrolled import Campaign
    from byname.proof.outcomes import Outcome
    from byname.proof.tested import Tested
    from byname.proof.unlotted import Compared

type Row = dict[str, object]

__all__ = ["PROOF", "observed_row", "tested_rows"]

PROOF = pa.schema(
    dict.fromkeys(("action", "title", "on", "kind"), pa.string())
    | dict.fromkeys(("treated", "held_out", "running"), pa.int64())
    | dict.fromkeys(("mean_treated", "mean_held_out", "effect", "low", "high", "se", "cut", "chance"), pa.float64())
    | {"verdict": pa.string(), "stop": pa.bool_(), "smallest": pa.float64(), "says": pa.string()}
    | {"since": pa.date32(), "until": pa.date32()}
)


def tested_rows(
    tests: Mapping[str, Tested],
    campaigns: Mapping[str, Campaign],
    outcomes: Mapping[str, Outcome],
    playbooks: Mapping[str, PlaybookLike],
    currency: str,
) -> tuple[list[Row], dict[str, Measured]]:
    """Rows of campaigns with lots, and what the plan takes of them.

    Args:
        tests: by campaign.
        campaigns: likewise.
        outcomes: likewise: what is counted.
        playbooks: by action.
        currency: of money.
    """
    chances = adjusted_chances([one.chance for one in tests.values()])
    rows, effects = [], {}
    for (name, found), chance in zip(tests.items(), chances, strict=True):
        outcome, playbook, campaign = outcomes[name], playbooks.get(name), campaigns[name]
        said = verdict(found, outcome, float(chance), playbook, currency)
        rows.append(
            _row(
                campaign, outcome, playbook,
                kind="planned" if found.is_planned else "open-ended",
                treated=found.treated, held_out=found.held_out, running=found.running,
                mean_treated=found.mean_treated, mean_held_out=found.mean_held_out,
                effect=found.effect, low=found.low, high=found.high, se=found.se, cut=found.cut,
                chance=float(chance), smallest=found.smallest,
                verdict=said.verdict, stop=said.stop, says=said.says,
            )
        )  # fmt: skip
        if playbook and (weighed := measured(found, outcome, playbook)):
            effects[name] = weighed
    return rows, effects


def observed_row(
    compared: Compared, campaign: Campaign, outcome: Outcome, playbook: PlaybookLike | None, currency: str
) -> Row:
    """The row of a campaign without lots: never proven, never called uplift.

    Args:
        compared: what records say.
        campaign: its days.
        outcome: what is counted.
        playbook: None for a campaign that is none.
        currency: of money.
    """
    found = compared.found
    if found.refused:
        says = f"not proven: nobody drew lots, and records cannot stand in for them: {found.refused}"
        told = "refused"
        if found.refused.startswith("too few"):
            says, told = f"not proven: nobody drew lots, and {found.refused}", "too few"
    else:
        middle, low, high = (amount(one, outcome, currency, None) for one in (found.effect, found.low, found.high))
        says = (
            f"not proven: nobody drew lots. Those reached differ by {middle} (95%: {low} to {high}) from people alike "
            "by what is on record; what is not on record can be behind it. Hold some out by lot to know"
        )
        told = "not proven"
    return _row(
        campaign, outcome, playbook,
        kind="not randomised", treated=found.treated, held_out=0, running=0,
        mean_treated=compared.mean_treated, mean_held_out=None,
        effect=found.effect, low=found.low, high=found.high, se=found.se, cut=None, chance=None, smallest=None,
        verdict=told, stop=False, says=says,
    )  # fmt: skip


def _row(campaign: Campaign, outcome: Outcome, playbook: PlaybookLike | None, **found: object) -> Row:
    title = "everything together" if campaign.name == EVERYTHING else playbook.title if playbook else campaign.name
    return {
        "action": campaign.name,
        "title": title,
        "on": outcome.name,
        "since": campaign.since,
        "until": campaign.until,
        **{name: None if isinstance(one, float) and not isfinite(one) else one for name, one in found.items()},
    }
