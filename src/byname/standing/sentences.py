"""What buying and using say, in sentences: made for whole columns at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.standing.pieces import Part
    from byname.standing.stand import View
    from byname.standing.weights import Weights

__all__ = ["BEHAVIOUR", "behaviour_rows"]

type Ints = NDArray[np.int64]

_DAY_US = 86_400_000_000


def behaviour_rows(part: Part, now: View, weights: Weights, day: int, least: float) -> pa.Table:
    """One row a person and kind of behaviour that counts: person, kind_no, fact_id, occurred_at, says, counts."""
    tables = []
    for name, says in _SENTENCES.items():
        number = weights.number(name)
        who = np.flatnonzero(now.evidence[:, number] > least)
        at = now.bought_on[who] if name == "bought_on" else now.pace.last[who]
        is_use = name.startswith("uses")
        at = np.full(len(who), day) if is_use else at
        facts = pa.nulls(len(who), pa.string()) if is_use else part.people.column("last_order").take(pa.array(who))
        tables.append(
            pa.table(
                {
                    "person": who,
                    "kind_no": np.full(len(who), number),
                    "fact_id": facts,
                    "occurred_at": pa.array(at * _DAY_US).cast(pa.timestamp("us")),
                    "says": _joined(says, _words(part, now, who, day)),
                    "counts": now.evidence[who, number],
                }
            )
        )
    return pa.concat_tables(tables)


_SENTENCES = {
    "bought": "bought {times}, last on {last}",
    "steady": "buys about every {gap} days, {times} so far, last on {last}",
    "growing": "spends more in the second half of the time as a customer than in the first",
    "shrinking": "spends less in the second half of the time as a customer than in the first",
    "late": "has not bought for {silent} days; usually buys every {gap}",
    "lapsed": "stopped buying: nothing for {silent} days, before that every {gap}",
    "bought_on": "bought on ({on}) after something went wrong on {incident}",
    "silent_after": "has not bought since something went wrong on {incident}",
    "uses_steadily": "used the product on {used} of the last 28 days, as before",
    "uses_less": "used the product on {used} of the last 28 days, less than before",
}


# Kinds of evidence that are not dated pieces but say how it is today.
BEHAVIOUR = frozenset(_SENTENCES)


def _words(part: Part, now: View, who: Ints, day: int) -> dict[str, pa.Array]:
    used = part.used.before(day)[who] - part.used.before(day - 28)[who]
    bought = now.pace.bought[who]
    return {
        "times": pc.if_else(pa.array(bought == 1), "once", pc.binary_join_element_wise(_text(bought), "times", " ")),
        "last": _dates(now.pace.last[who]),
        "gap": _text(np.rint(now.pace.gap[who]).astype(np.int64)),
        "silent": _text(now.pace.silent[who]),
        "on": _dates(now.bought_on[who]),
        "incident": _dates(now.incident[who]),
        "used": _text(used),
    }


def _text(numbers: Ints) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _dates(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32)).cast(pa.date32()).cast(pa.string())


def _joined(sentence: str, words: dict[str, pa.Array]) -> pa.Array:
    """The sentence with its {words} put in, for every row."""
    pieces: list[pa.Array | str] = []
    for place, piece in enumerate(sentence.replace("}", "{").split("{")):
        pieces.append(words[piece] if place % 2 else piece)
    rows = len(next(iter(words.values())))
    whole = [pa.array([one] * rows, pa.string()) if isinstance(one, str) else one for one in pieces]
    return pc.binary_join_element_wise(*whole, "")
