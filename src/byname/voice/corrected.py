"""What staff said of a text holds for that text, whatever the reader thinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.engines import statement
from byname.voice.reading import FEELINGS

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["as_corrected"]

OF_THEM = statement(
    "voice.to_correct",
    "select voice.* from voice semi join corrected on corrected.fact_id = voice.fact_id",
)
OTHERS = statement(
    "voice.as_read",
    "select voice.* from voice anti join corrected on corrected.fact_id = voice.fact_id",
)
TOGETHER = statement("voice.as_corrected", "select * from others union all select * from fixed")
_BY_HAND = "corrected by hand"


def as_corrected(engine: Engine, voice: Table, corrected: Table) -> Table:
    """The readings, with those of corrected texts as they were corrected; the same columns.

    Args:
        engine: where the tables are.
        voice: what each message was read as.
        corrected: from `labels.labelled`: fact_id and label.
    """
    said: dict[str, list[str]] = {}
    for row in engine.fetch(corrected, order_by=("fact_id", "label")).to_pylist():
        said.setdefault(row["fact_id"], []).append(row["label"])
    if not said:
        return voice
    rows = engine.fetch(engine.run(OF_THEM, voice=voice, corrected=corrected), order_by=("fact_id",))
    fixed = [_fixed(row, said[row["fact_id"]]) for row in rows.to_pylist()]
    others = engine.run(OTHERS, voice=voice, corrected=corrected)
    return engine.run(TOGETHER, others=others, fixed=engine.arrow(pa.Table.from_pylist(fixed, schema=rows.schema)))


def _fixed(row: dict[str, Any], labels: list[str]) -> dict[str, Any]:
    intents = [name for name in row["intents"].split(", ") if name]
    made = row | {"uncertain": False, "model": _BY_HAND}
    for label in labels:
        if label in FEELINGS:
            made |= {name: float(name == label) for name in FEELINGS} | {"calibrated": True}
        elif label.startswith("not "):
            intents = [name for name in intents if name != label.removeprefix("not ")]
            made[label.removeprefix("not ")] = 0.0
        else:
            intents = [label, *(name for name in intents if name != label)]
            made[label] = 1.0
    return made | {"intents": ", ".join(intents)}
