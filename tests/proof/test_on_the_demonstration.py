"""On the demonstration company proof finds the effect that its generator planted, and not the one that it did not."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from tests.proof.made import Book, Expects, proven, rows
from tests.value.made import AS_OF as TODAY

from byname.demo.simulated import AS_OF
from byname.demo.simulated.calendar import Calendar
from byname.demo.simulated.faces import invent
from byname.demo.simulated.life import live
from byname.demo.simulated.reached import reach
from byname.engines import Engine

SEED = 20_260_630  # the demonstration's own


def test_proof_finds_the_planted_effect_and_no_other(duck_engine: Engine) -> None:
    """S2.11, S3.1: the same lives and lots as `make demo`, without the files between."""
    calendar = Calendar(AS_OF)
    rng = np.random.default_rng(SEED)
    lived = live(rng, 2_000, calendar)
    campaigns = reach(np.random.default_rng([SEED, 6]), lived, invent(rng, lived.nature))

    def on(day: int) -> object:
        return TODAY - timedelta(days=calendar.days - 1 - day)

    contacts = [
        {
            "record_id": f"p{who}",
            "action": one.action,
            "arm": "held out" if out else "treated",
            "occurred_at": on(one.day),
        }
        for one in campaigns
        for who, out in zip(one.who.tolist(), one.held_out.tolist(), strict=True)
    ]
    bought = {
        (f"p{who}", on(day), 30.0)
        for kind in ("order", "moved order")
        for who, day in zip(*(lived.log.table(kind)[name].tolist() for name in ("who", "day")), strict=True)
        if day < calendar.days
    }
    letter, preview = campaigns
    found = rows(
        duck_engine,
        proven(
            duck_engine,
            [f"p{n}" for n in range(len(lived.nature))],
            contacts=contacts,
            days=sorted(bought, key=str),  # type: ignore[arg-type]
            books=[
                Book(letter.action, Expects(on="bought_90d"), holdout=0.4),
                Book(preview.action, Expects(on="bought_90d"), holdout=0.3),
            ],
        ),
    )
    assert found[letter.action]["verdict"] == "works"
    assert found[letter.action]["low"] < letter.effect < found[letter.action]["high"]
    assert found[preview.action]["verdict"] == "no effect seen"
    assert found[preview.action]["low"] < 0 < found[preview.action]["high"]
