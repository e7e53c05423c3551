"""Lots that last: who is held out, so that what the others do can be told from what they would have done anyway.

A lot is a hash of a secret, the action and the unit (people who talk to each other share one). So it needs no list: the
same unit has the same arm of the same action for ever, whoever comes and goes, and a larger share only adds people.
Lots of one action say nothing of those of another.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from byname.engines import Engine, Table

type Keys = NDArray[np.uint64]

__all__ = ["EVERYTHING", "HELD_OUT", "TREATED", "drawn_lots", "held", "lot"]

EVERYTHING = "*"  # the global holdout: nothing but service reaches these
HELD_OUT = "held out"
TREATED = "treated"

_HELD = pa.schema({"person_id": pa.string(), "action": pa.string()})
_KEYED = pa.schema({"unit": pa.string(), "lot": pa.float64()})

# A unit of several people has one place: that of the best of them.
UNITS = statement(
    "proof.units_of_an_audience",
    """
    with counted as (select cast(max(rank) as double) as last from worth),
    placed as (
        select audience.unit,
               coalesce(cast(ceil(cast(worth.rank as double) * 10e0 / nullif(counted.last, 0)) as bigint), 11) as tenth,
               coalesce(standing.standing, 'unknown') as standing, audience.person_id
        from audience
        cross join counted
        left join worth on worth.person_id = audience.person_id
        left join standing on standing.person_id = audience.person_id
    )
    select unit, tenth, standing
    from placed
    qualify row_number() over (partition by unit order by tenth, person_id) = 1
    """,
)

# Going through the strata in one line, each takes up where the one before left off: so no stratum is more than one off
# its share, and neither is the whole. Which unit of a stratum it is, its lot decides.
LOTS = statement(
    "proof.lots_of_an_audience",
    """
    with lined as (
        select units.unit, units.tenth, units.standing,
               row_number() over (order by units.tenth, units.standing, keyed.lot, units.unit) as place
        from units
        join keyed on keyed.unit = units.unit
    )
    select distinct audience.person_id, audience.unit, lined.tenth, lined.standing,
           case when cast(floor(cast(lined.place as double) * $share + $start) as bigint)
                     > cast(floor(cast(lined.place - 1 as double) * $share + $start) as bigint)
                then 'held out' else 'treated' end as arm
    from audience
    join lined on lined.unit = audience.unit
    """,
)


def held(engine: Engine, units: Table, shares: Mapping[str, float], salt: str) -> Table:
    """Say who is held out of which action: person_id and action, a row only where somebody is.

    Args:
        engine: where the table is.
        units: person_id and unit (company, else household, else anchor), one row a person.
        shares: action → share of units to be held out, 0 to 1; `EVERYTHING` for the global holdout.
        salt: the company's secret (`Company.lots_key`).
    """
    wanted = {action: share for action, share in sorted(shares.items()) if share > 0}
    if not wanted:
        return engine.arrow(_HELD.empty_table())
    drawing = partial(_held_of, salt=salt, shares=tuple(wanted.items()))
    return engine.apply(drawing, units, _HELD)


def drawn_lots(
    engine: Engine, audience: Table, *, worth: Table, standing: Table, share: float, salt: str, campaign: str
) -> Table:
    """Draw lots for one planned campaign, evenly over tenths of worth and standings.

    Args:
        engine: where the tables are.
        audience: person_id and unit.
        worth: person_id and rank, 1 the best.
        standing: person_id and standing.
        share: to be held out, 0 to 1; each stratum (tenth and standing) holds it to within one unit, as the whole does.
        salt: the company's secret.
        campaign: its name: another campaign has other lots.

    Returns:
        person_id, unit, tenth (11: no worth known), standing (of the best of the unit) and arm (treated, held out).
    """
    share = min(max(share, 0.0), 1.0)
    units = engine.run(UNITS, audience=audience, worth=worth, standing=standing)
    keyed = engine.apply(partial(_keyed, salt=salt, action=campaign), units, _KEYED)
    # Where the line starts is drawn too, so that everybody's chance is the share, in small strata as well.
    start = float(lot([campaign], salt, "start of the line")[0])
    return engine.run(LOTS, audience=audience, units=units, keyed=keyed, share=share, start=start)


def lot(units: Sequence[str], salt: str, action: str) -> NDArray[np.float64]:
    """The lots of units for an action: numbers even over [0, 1), of shape (units,)."""
    return _mixed(_unit_keys(units, salt), action, salt)


def _unit_keys(units: Sequence[str], salt: str) -> Keys:
    secret = hashlib.sha256(salt.encode())
    made = []
    for unit in units:
        one = secret.copy()
        one.update(unit.encode())
        made.append(one.digest()[:8])
    return np.frombuffer(b"".join(made), dtype="<u8")


def _mixed(keys: Keys, action: str, salt: str) -> NDArray[np.float64]:
    """SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014, p. 459) over both keys: far cheaper than a hash."""
    of_action = np.frombuffer(hashlib.sha256(f"{action}\0{salt}".encode()).digest()[:8], dtype="<u8")
    mixed = _finished(keys ^ of_action)
    mixed = _finished(mixed + of_action)  # twice: what two actions differ in must not show in who is held out of both
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def _finished(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(keys ^ (keys >> np.uint64(31)))


def _held_of(batch: pa.RecordBatch, salt: str, shares: tuple[tuple[str, float], ...]) -> pa.RecordBatch:
    of = batch.column("unit").dictionary_encode()
    keys = _unit_keys(of.dictionary.to_pylist(), salt)
    place = np.asarray(of.indices)
    people, actions = [], []
    for action, share in shares:
        chosen = batch.column("person_id").filter(pa.array((_mixed(keys, action, salt) < share)[place]))
        people.append(chosen)
        actions.append(pa.array([action]).take(pa.array(np.zeros(len(chosen), np.int64))))
    return pa.RecordBatch.from_arrays([pa.concat_arrays(people), pa.concat_arrays(actions)], schema=_HELD)


def _keyed(batch: pa.RecordBatch, salt: str, action: str) -> pa.RecordBatch:
    units = batch.column("unit")
    return pa.RecordBatch.from_arrays([units, pa.array(lot(units.to_pylist(), salt, action))], schema=_KEYED)
