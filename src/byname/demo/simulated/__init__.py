"""A company whose people do not exist, but live: what it exports of them and, apart from that, where they truly stand.

Their behaviour comes of needs, incidents, thresholds and opportunities, a week at a time for three years
(`life.py`); the records are what such lives leave behind in systems that misspell names and forget half. The product
reads the exports and never the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from byname.demo.simulated import approach, desk, lately, outward, reached, shop, voices
from byname.demo.simulated.calendar import Calendar
from byname.demo.simulated.faces import invent
from byname.demo.simulated.life import live
from byname.demo.simulated.office import Office
from byname.demo.simulated.setup import CHANGES, changed, own_playbooks, settings
from byname.demo.simulated.truth import write_truth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from byname.demo.simulated.life import Lived
    from byname.demo.simulated.reached import Campaign

__all__ = ["AS_OF", "NAME", "Simulated", "changed", "generate", "own_playbooks"]

AS_OF = date(2026, 6, 30)  # fixed, so that every demonstration is the same
NAME = "Kettle & Board (demonstration, simulated)"


@dataclass(frozen=True)
class Simulated:
    """What was made.

    Attributes:
        exports: the files that the product reads, in a good order.
        truth: where each person truly stands, outside the folder of the exports; see `truth.write_truth`.
        people: how many came in these years.
        orders: how many orders they placed.
        texts: how many texts they wrote, at most.
        campaigns: with lots drawn; what they truly did.
        truth_of_campaigns: the same as a file beside `truth`; see `approach.write_truth_of`.
        settings: lines to put after byname.toml: the price rise, the outage, who works there.
        changes: values to put into it, by `changed`: table → key → value.
        as_of: the last day.
    """

    exports: tuple[Path, ...]
    truth: Path
    people: int
    orders: int
    texts: int
    campaigns: tuple[Campaign, ...]
    truth_of_campaigns: Path
    settings: str
    changes: Mapping[str, Mapping[str, str]]
    as_of: date


def generate(folder: Path, *, people: int = 2_000, seed: int = 20_260_630, as_of: date = AS_OF) -> Simulated:
    """Let people live for three years and write what is left of it.

    Args:
        folder: an existing folder; `exports/`, `truth.csv` and `truth_of_campaigns.csv` are made in it.
        people: how many, with those who wait for a friend to bring them.
        seed: of chance; the same seed gives the same files.
        as_of: the last day.
    """
    rng = np.random.default_rng(seed)
    calendar = Calendar(as_of)
    lived = live(rng, people, calendar)
    faces = invent(rng, lived.nature)
    afterwards = np.random.default_rng([seed, 6])  # so that all that was before stays as it was
    campaigns = reached.reach(afterwards, lived, faces)
    lately.happen(afterwards, lived)
    exports = folder / "exports"
    exports.mkdir()
    office = Office(exports, lived, faces, rng)
    written = _write(office, replace(office, rng=afterwards), campaigns)
    count = write_truth(folder / "truth.csv", lived, faces)
    truth_of = approach.write_truth_of(folder / "truth_of_campaigns.csv", campaigns, faces)
    return Simulated(
        written, folder / "truth.csv", count, *_counts(lived), campaigns, truth_of, settings(calendar), CHANGES, as_of
    )


def _write(office: Office, later: Office, campaigns: tuple[Campaign, ...]) -> tuple[Path, ...]:
    return (
        shop.write_customers(office), shop.write_orders(office, later), shop.write_subscriptions(office),
        desk.write_users(office), desk.write_tickets(office, later), desk.write_promises(office),
        voices.write_product_reviews(office), voices.write_service_reviews(office), voices.write_nps(office),
        voices.write_community(office), voices.write_ideas(office, later), voices.write_votes(office),
        outward.write_referrals(office), outward.write_newsletters(office), outward.write_events(office),
        *outward.write_audience(office),
        approach.write_consents(later), approach.write_wishes(later),
        approach.write_campaigns(later, campaigns), approach.write_responses(later, campaigns),
    )  # fmt: skip


def _counts(lived: Lived) -> tuple[int, int]:
    """How many orders, and how many texts at most."""
    orders = lived.log.count("order") + lived.log.count("moved order")
    texts = ("ticket", "late ticket", "note", "farewell", "review", "nps", "post", "idea", "late idea")
    return orders, sum(lived.log.count(kind) for kind in texts)
