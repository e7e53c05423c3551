"""Messages that have been read, made in a few words for the tests of problems, answers, testimonials and the like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from tests.value.made import at

from byname.engines import Engine, Table

TEXTS = "fact_id source account source_id record_id person_id medium channel thread in_reply_to employee status about".split()
NUMBERS = "negative neutral positive complaint praise recommends question idea leaving thanks".split()
VOICE = pa.schema(
    dict.fromkeys(TEXTS, pa.string())
    | dict.fromkeys(("occurred_at", "answered_at"), pa.timestamp("us"))
    | dict.fromkeys(("public", "prompted", "calibrated", "sensitive", "uncertain"), pa.bool_())
    | dict.fromkeys(NUMBERS, pa.float64())
    | dict.fromkeys("intents topic language employees quote masked spans model".split(), pa.string())
)
QUIET = {"negative": 0.1, "neutral": 0.8, "positive": 0.1} | dict.fromkeys(NUMBERS[3:], 0.0)


def voice(engine: Engine, rows: Sequence[Mapping[str, Any]] = ()) -> Table:
    """Messages read: each with an id of its own, a mail, neutral, not sensitive, unless it says otherwise.

    `who` is short for the person and the record; a complaint is negative.
    """
    full = []
    for place, row in enumerate(rows):
        who = row.get("who", row.get("person_id", "rosa"))
        number = f"{place:06}"
        complains = "complaint" in row.get("intents", "")
        made = {
            "fact_id": number,
            "source": "desk",
            "account": "main",
            "source_id": number,
            "record_id": who,
            "person_id": who,
            "occurred_at": "2026-06-20",
            "medium": "mail",
            "public": False,
            "prompted": False,
            "calibrated": False,
            "sensitive": False,
            "uncertain": False,
            "intents": "",
            "employees": "[]",
            "spans": "[]",
            "model": "made",
        }
        made |= QUIET | ({"negative": 0.8, "neutral": 0.1} if complains else {}) | dict(row)
        made["occurred_at"], made["answered_at"] = at(made["occurred_at"]), at(made.get("answered_at"))
        made.pop("who", None)
        full.append(made)
    return engine.arrow(pa.Table.from_pylist(full, schema=VOICE))
