"""The reader for today: the one that was kept, or one learned anew from the company's own labels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from byname.engines import statement
from byname.voice.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from byname.engines import Engine, Table
    from byname.voice.labels import Labelled

__all__ = ["MODEL", "Kept", "names_of", "reader_of"]

MODEL = "voice"  # its name in models/
_MORE = 1.25  # times the labels of before, from which on it is worth to learn again
_SERVES_DAYS = 91

# Whoever wrote may have signed: these names are masked wherever they stand.
NAMES = statement(
    "voice.names",
    """
    with wrote as (
        select distinct record_person.person_id
        from messages
        join record_person on record_person.record_id = messages.record_id
    ),
    theirs as (
        select records.name, records.given_name, records.family_name
        from records
        join record_person on record_person.record_id = records.record_id
        join wrote on wrote.person_id = record_person.person_id
    )
    select lower(name) as name from theirs where length(name) >= 3
    union
    select lower(given_name || ' ' || family_name) as name
    from theirs
    where given_name is not null and family_name is not null
    """,
)


@dataclass(frozen=True)
class Kept:
    """A reader, and what it was learned from.

    Attributes:
        reader: cold where nothing was learned that reads better.
        labels: how many labels there were; corrections among them.
        corrections: see labels.
        trained_upto: the last day that was seen.
        says: what came of learning, in a sentence.
    """

    reader: Reader
    labels: int
    corrections: int
    trained_upto: date
    says: str

    def to_json(self) -> str:
        """As text, without names of customers."""
        return json.dumps(
            {
                "reader": self.reader.to_json(),
                "labels": self.labels,
                "corrections": self.corrections,
                "trained_upto": self.trained_upto.isoformat(),
                "says": self.says,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` made.

        Raises:
            BynameError: the reader is of another version.
        """
        said = json.loads(text)
        reader = Reader.from_json(said["reader"])
        day = date.fromisoformat(said["trained_upto"])
        return cls(reader, int(said["labels"]), int(said["corrections"]), day, str(said["says"]))


def names_of(engine: Engine, records: Table, messages: Table, record_person: Table) -> frozenset[str]:
    """Names of those who wrote to us, in lower case."""
    found = engine.run(NAMES, records=records, messages=messages, record_person=record_person)
    return frozenset(engine.fetch(found).column("name").to_pylist())


def reader_of(
    engine: Engine,
    labels: Labelled,
    kept: Kept | None,
    *,
    employees: tuple[str, ...],
    names: frozenset[str],
    semantic: Path | None,
    sensitive: tuple[str, ...] = (),
    as_of: date,
) -> Kept:
    """Take the kept reader while it serves; else learn, and keep what reads better than the rules.

    Args:
        engine: where the labels are.
        labels: from `labels.labelled`.
        kept: of before.
        employees: names of the staff.
        names: from `names_of`.
        sensitive: words of the settings whose texts are nobody's business.
        semantic: the folder of the model of meaning, where it is wanted; None: words alone.
        as_of: the last day that was seen.
    """
    corrections = engine.count(labels.corrected)
    model = None if kept is None else kept.reader.model
    fits = semantic is not None or model is None or not model.semantic
    if kept is not None and fits and _serves(kept, labels.count, corrections, as_of):
        reader = Reader(employees, names, model, semantic, sensitive)
        return Kept(reader, kept.labels, kept.corrections, kept.trained_upto, kept.says)
    from byname.voice.learning import Correction, learned

    rated = engine.fetch(labels.rated, order_by=("fact_id",)).to_pylist()
    said = engine.fetch(labels.corrected, order_by=("fact_id", "label")).to_pylist()
    rows = {row["fact_id"]: row | {"label": row["label"]} for row in rated}
    for row in said:
        rows.setdefault(row["fact_id"], row | {"label": None})
    place = {fact: number for number, fact in enumerate(rows)}
    found = learned(
        [row["words"] for row in rows.values()],
        [row["medium"] for row in rows.values()],
        [row["label"] for row in rows.values()],
        [row["person_id"] for row in rows.values()],
        corrections=[Correction(place[row["fact_id"]], row["label"]) for row in said],
        employees=employees,
        names=names,
        semantic=semantic,
    )
    learned_model = found.reader.model if found.reader else None
    reader = Reader(employees, names, learned_model, semantic, sensitive)
    return Kept(reader, labels.count, corrections, as_of, found.why)


def _serves(kept: Kept, labels: int, corrections: int, as_of: date) -> bool:
    """A correction is learned from at once; ratings when there are a quarter more, or after a quarter of a year."""
    age = (as_of - kept.trained_upto).days
    if age < 0 or corrections != kept.corrections or labels > _MORE * kept.labels + 10:
        return False
    return age < _SERVES_DAYS or labels == kept.labels
