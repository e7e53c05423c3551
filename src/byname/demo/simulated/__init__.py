"""A company whose people do not exist, but live: what it exports of them and, apart from that, where they truly stand.

Their behaviour comes of needs, incidents, thresholds and opportunities, a week at a time for three years
(`life.py`); the records are what such lives leave behind in systems that misspell names and forget half. The product
reads the exports and never the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from byname.demo.simulated import desk, outward, shop, voices
from byname.demo.simulated.calendar import Calendar
from byname.demo.simulated.faces import invent
from byname.demo.simulated.life import live
from byname.demo.simulated.office import Office
from byname.demo.simulated.truth import write_truth
from byname.demo.simulated.words import AGENTS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AS_OF", "NAME", "Simulated", "generate"]

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
        settings: lines for byname.toml: the price rise, the outage, who works there.
        as_of: the last day.
    """

    exports: tuple[Path, ...]
    truth: Path
    people: int
    orders: int
    texts: int
    settings: str
    as_of: date


def generate(folder: Path, *, people: int = 2_000, seed: int = 20_260_630, as_of: date = AS_OF) -> Simulated:
    """Let people live for three years and write what is left of it.

    Args:
        folder: an existing folder; `exports/` and `truth.csv` are made in it.
        people: how many, with those who wait for a friend to bring them.
        seed: of chance; the same seed gives the same files.
        as_of: the last day.
    """
    rng = np.random.default_rng(seed)
    calendar = Calendar(as_of)
    lived = live(rng, people, calendar)
    faces = invent(rng, lived.nature)
    exports = folder / "exports"
    exports.mkdir()
    office = Office(exports, lived, faces, rng)
    written = (
        shop.write_customers(office), shop.write_orders(office), shop.write_subscriptions(office),
        desk.write_users(office), desk.write_tickets(office), desk.write_promises(office),
        voices.write_product_reviews(office), voices.write_service_reviews(office), voices.write_nps(office),
        voices.write_community(office), voices.write_ideas(office), voices.write_votes(office),
        outward.write_referrals(office), outward.write_newsletters(office), outward.write_events(office),
        *outward.write_audience(office),
    )  # fmt: skip
    count = write_truth(folder / "truth.csv", lived, faces)
    texts = sum(lived.log.count(kind) for kind in ("ticket", "note", "farewell", "review", "nps", "post", "idea"))
    return Simulated(written, folder / "truth.csv", count, lived.log.count("order"), texts, _settings(calendar), as_of)


def _settings(calendar: Calendar) -> str:
    rise, outage = calendar.date(calendar.price_rise * 7), calendar.date(calendar.outage * 7)
    lines = [
        "", "[[events]]", 'name = "Prices up"', 'kind = "price rise"', f"begins = {rise}",
        "", "[[events]]", 'name = "App down"', 'kind = "outage"', f"begins = {outage}",
        f"ends = {calendar.date(calendar.outage * 7 + 1)}",
    ]  # fmt: skip
    for name in AGENTS:
        given, family = name.lower().split()
        lines += ["", "[[employees]]", f'name = "{name}"', f'aliases = ["{given[0]}{family}"]', 'team = "service"']
    return "\n".join(lines) + "\n"
