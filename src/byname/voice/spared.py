"""Words about a product that is nobody's business are nobody's business, whatever they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.engines import Engine, Table

__all__ = ["spared"]

_SPARED = """
    with marked as (
        select voice.*, sensitive or {about} as spares from voice
    )
    select marked.* exclude (sensitive, topic, quote, masked, spares),
           spares as sensitive,
           case when spares then 'sensitive' else topic end as topic,
           case when spares then null else quote end as quote,
           case when spares then null else masked end as masked
    from marked
"""


def spared(engine: Engine, voice: Table, words: Sequence[str]) -> Table:
    """The readings, those about such a product sensitive; the same columns in another order.

    Args:
        engine: where the table is.
        voice: what each message was read as, with `about`.
        words: of the settings, in lower case.
    """
    if not words:
        return voice
    quoted = (word.replace("'", "''") for word in words)
    about = "(" + " or ".join(f"contains(lower(coalesce(about, '')), '{word}')" for word in quoted) + ")"
    return engine.run(Statement("voice.spared", _SPARED.format(about=about)), voice=voice)
