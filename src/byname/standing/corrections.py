"""A colleague who knows better: a corrected standing counts from its day on, until newer evidence contradicts it.

Two things can be: the colleague is right, or the records are. That the colleague is right is believed with 95% for 180
days, then with less each day, and after 360 days no more: somebody should look again. What was said, done or went
wrong after it is held against it: the odds fall by how much better another standing explains that, by the log-odds of
the kinds. With l what is left of the belief, the five probabilities are l for the corrected standing plus (1 - l)
times what the records say, so they sum to one, and an earlier day, before the correction, sees nothing of it.

It is no behaviour: weights and the record of what standings foretold are learned from the records alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from byname.engines import statement
from byname.standing.adding import UNKNOWN, Pieces, evidence_of, label
from byname.standing.states import STATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.standing.weights import Weights

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["BELIEVED", "FADES_DAYS", "KIND", "WHOLE_DAYS", "Corrected", "Corrections", "corrections"]

KIND = "corrected"  # in `evidence.kind`
BELIEVED = 0.95
WHOLE_DAYS = 180
FADES_DAYS = 180
_LEAST = 1e-6  # below this a probability is as good as none

CORRECTIONS = statement(
    "standing.corrections",
    """
    select person_id, fact_id, about as standing, occurred_at, day,
           by_whom || ' corrected it on ' || on_day || case when why = '' then '' else ': ' || why end as says
    from said
    where kind = 'standing'
      and about in ('neutral', 'dissatisfied', 'actively_dissatisfied', 'loyal', 'advocate', 'unknown')
    """,
)


def corrections(engine: Engine, said: Table) -> Table:
    """Every correction: person_id, fact_id, standing ("unknown" takes it back), occurred_at, day, says.

    Args:
        engine: where the table is.
        said: from `people.colleagues`.
    """
    return engine.run(CORRECTIONS, said=said)


@dataclass(frozen=True)
class Corrected:
    """What corrections make of some of the people at the end of a day.

    Attributes:
        row: which correction holds for each person; -1: none. Of shape (people,).
        state: to which of `STATES`; UNKNOWN where none holds.
        left: how much it is believed; 0 where none holds.
        found: the five probabilities, of shape (people, 5).
    """

    row: Ints
    state: Ints
    left: Floats
    found: Floats

    @property
    def holds(self) -> NDArray[np.bool_]:
        """For whom one holds."""
        return self.row >= 0

    @property
    def sure(self) -> NDArray[np.int8]:
        """The standing of those who are called what it says; UNKNOWN for all others."""
        return np.where(self.holds & (label(self.found) == self.state), self.state, UNKNOWN).astype(np.int8)

    def log_odds(self, found: Floats) -> Floats:
        """By how much they moved each standing of those for whom one holds: ln(with it) - ln(without)."""
        after, before = (np.maximum(one[self.holds], _LEAST) for one in (self.found, found))
        return np.asarray(np.log(after) - np.log(before))


@dataclass(frozen=True)
class Corrections:
    """The corrections of some of the people, each person's from the oldest on.

    Attributes:
        rows: as fetched: fact_id, occurred_at, day, says, standing.
        person: whose each is, by number.
        state: of `STATES`; UNKNOWN takes back what was corrected before.
        day: from when on, in days since 1970.
    """

    rows: pa.Table
    person: Ints
    state: Ints
    day: Ints

    @classmethod
    def of(cls, fetched: pa.Table, people: pa.Array) -> Self:
        """Those of these people.

        Args:
            fetched: all corrections, in order of person, moment and fact.
            people: person_id, in the order of their numbers.
        """
        place = pc.index_in(fetched.column("person_id"), value_set=people)
        rows = fetched.filter(place.is_valid())
        state = pc.fill_null(pc.index_in(rows.column("standing"), value_set=pa.array(STATES)), UNKNOWN)
        return cls(
            rows,
            place.drop_null().to_numpy().astype(np.int64),
            state.to_numpy().astype(np.int64),
            rows.column("day").cast(pa.int32()).to_numpy().astype(np.int64),
        )

    def at(self, day: int, found: Floats, pieces: Pieces, weights: Weights) -> Corrected:
        """Lay what holds at the end of a day over what the records say.

        Args:
            day: in days since 1970.
            found: the five probabilities by the records alone.
            pieces: their dated evidence: what is newer than a correction may contradict it.
            weights: what each kind says.
        """
        people = len(found)
        row = np.full(people, -1, dtype=np.int64)
        known = np.flatnonzero(self.day <= day)
        row[self.person[known]] = known  # the last one stays
        left = np.zeros(people)
        held = np.flatnonzero(row >= 0)
        age = day - self.day[row[held]]
        left[held] = BELIEVED * np.clip((WHOLE_DAYS + FADES_DAYS - age) / FADES_DAYS, 0, 1)
        left[held[self.state[row[held]] == UNKNOWN]] = 0
        row[left == 0] = -1
        state = np.where(row >= 0, self.state[row], UNKNOWN) if len(self.day) else np.full(people, UNKNOWN)
        held = np.flatnonzero(row >= 0)
        if not len(held):
            return Corrected(row, state, left, found)
        speaks = _newer(pieces, held, self.day[row[held]], day, weights) @ weights.table
        own = speaks[np.arange(len(held)), state[held]]
        kept = left[held] * np.exp(own - speaks.max(axis=1))
        left[held] = kept / (kept + 1 - left[held])
        made = (1 - left[:, None]) * found
        made[held, state[held]] += left[held]
        return Corrected(row, state, left, made)

    def held(self, laid: Corrected, people: pa.Array, alone: Ints) -> pa.Table:
        """Those that hold: person_id, standing, day, and otherwise: by the records they are called something else.

        Args:
            laid: from `at`.
            people: everybody's person_id.
            alone: what they are called by the records alone.
        """
        who, rows = self._rows(laid)
        return pa.table(
            {
                "person_id": people.take(pa.array(who)),
                "standing": rows.column("standing"),
                "day": rows.column("day"),
                "otherwise": pa.array(alone[who] != laid.state[who]),
            }
        )

    def as_evidence(self, laid: Corrected, number: int) -> pa.Table:
        """Those that hold, like dated evidence of a kind of that number."""
        who, rows = self._rows(laid)
        return pa.table(
            {
                "person": who,
                "kind_no": np.full(len(who), number),
                "fact_id": rows.column("fact_id"),
                "occurred_at": rows.column("occurred_at"),
                "says": rows.column("says"),
                "counts": laid.left[who],
            }
        )

    def _rows(self, laid: Corrected) -> tuple[Ints, pa.Table]:
        who = np.flatnonzero(laid.holds)
        return who, self.rows.take(pa.array(laid.row[who]))


def _newer(pieces: Pieces, who: Ints, since: Ints, day: int, weights: Weights) -> Floats:
    """Evidence of each kind that counts on a day and began after a day of each person's own; (who, kinds)."""
    place = np.searchsorted(who, pieces.person)
    place[place == len(who)] = 0
    newer = (who[place] == pieces.person) & (pieces.begins > since[place])
    own = Pieces(place[newer], pieces.kind[newer], pieces.begins[newer], pieces.ends[newer], pieces.strength[newer])
    return evidence_of(own, len(who), day, weights)
