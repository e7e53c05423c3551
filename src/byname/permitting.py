"""Somebody allowed, or no longer allows, that we quote them: a fact with a scope and an end (S0.5).

Said of all their words, or of one text alone: then the fact is known by that text's own id. What a person says of one
text stands above what was noted of all of them, but for a withdrawal of all that came later. The value reads as people
say it: "our page, newsletter; as Rosa H.". Where no name is said, none is to be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from byname.app_rows import opened
from byname.decided import history, row_of, write
from byname.deciding import name
from byname.errors import UsageError
from byname.snapshot import open_current

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from typing import Any

    from byname.company import Company
    from byname.snapshot import Snapshot

__all__ = ["REFUSED", "Leave", "Leaves", "Scope", "not_withdrawn", "noted_since", "of_text", "permit", "text_id"]

REFUSED = "withdrawn"  # what the fact says of who allows it no longer
_NO = {"no", "none", "refused", REFUSED, "not permitted", "not given"}  # as `voice.testimonials` reads it
_AS = "; as "
_OF_RECORDS = "select person_id, anchor from people where anchor in (select unnest($1::varchar[]))"
_OF_TEXT = re.compile(r"([0-9a-f]{32,64})-quote")


@dataclass(frozen=True)
class Scope:
    """Where words may be used, and under which name.

    Attributes:
        places: such as "website"; none: nowhere any more.
        shown_as: the name; empty: none is to be shown.
    """

    places: tuple[str, ...]
    shown_as: str = ""

    @classmethod
    def read(cls, value: str | None) -> Scope:
        """What a fact's value says."""
        said, _as, name = (value or "").partition(_AS)
        places = tuple(one for place in said.split(",") if (one := place.strip()))
        return cls(() if said.strip().lower() in _NO else places, name.strip())

    @property
    def value(self) -> str:
        """As a fact has it.

        >>> Scope(("our page", "press"), "Rosa H.").value
        'our page, press; as Rosa H.'
        """
        if not self.places:
            return REFUSED
        return ", ".join(self.places) + (f"{_AS}{self.shown_as.replace(';', ',')}" if self.shown_as else "")


def text_id(row: Mapping[str, Any]) -> str:
    """The fact_id of the one text that a decision is about; empty: it is about all words of the person."""
    found = _OF_TEXT.fullmatch(row["source_id"] or "") if row["source"] == "byname" else None
    return found[1] if found else ""


def of_text(fact_id: str) -> str:
    """The source_id of what is decided about one text."""
    return f"{fact_id}-quote"


@dataclass(frozen=True)
class Leave:
    """What somebody allows.

    Attributes:
        scope: where they may be quoted; empty: nowhere any more.
        until: within the last day; None: until they withdraw it.
    """

    scope: str
    until: datetime | None


@dataclass(frozen=True)
class Leaves:
    """What was noted since of whom we may quote.

    Attributes:
        noted: by the person and a text of theirs, empty for all: its place in the order of writing, and what.
    """

    noted: Mapping[tuple[str, str], tuple[int, Leave]]

    def of(self, person: str, fact_id: str) -> Leave | None:
        """What a person allows with that text; None where nothing was noted of it since.

        What was said of the text holds, unless all of it was withdrawn later.
        """
        text, whole = self.noted.get((person, fact_id)), self.noted.get((person, ""))
        if text is None or (whole is not None and not whole[1].scope and whole[0] > text[0]):
            return whole[1] if whole else None
        return text[1]


def noted_since(
    company: Company,
    snapshot: Snapshot,
    anchors: Sequence[str] | None = None,
    shown_as: Callable[[str], str] = lambda person: person,
) -> Leaves:
    """What a snapshot does not hold yet of who allows to be quoted.

    Args:
        company: whose.
        snapshot: the current one.
        anchors: of these people alone, by their anchor records; None: of all.
        shown_as: the person as whom somebody is shown.
    """
    run, until = snapshot.run, company.end_of(snapshot.as_of)
    with opened(company) as app:
        since = app.since("decisions", run, until, kinds=("quote",), records=anchors) if app else []
    rows = {(row["record_id"], text_id(row)): (place, row) for place, row in enumerate(since)}
    if not rows:
        return Leaves({})
    whose = snapshot.query(_OF_RECORDS, [sorted({record for record, _text in rows})])
    person = {row["anchor"]: shown_as(row["person_id"]) for row in whose}
    return Leaves(
        {
            (person[record], text): (place, _leave(row))
            for (record, text), (place, row) in rows.items()
            if record in person
        }
    )


def not_withdrawn(company: Company, snapshot: Snapshot, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of rows of a snapshot's testimonials, those whose permission nobody withdrew since."""
    noted = noted_since(company, snapshot)
    said = [(row, noted.of(row["person_id"], row["fact_id"])) for row in rows]
    return [row for row, leave in said if leave is None or leave.scope]


def permit(
    company: Company, person: str, *, scope: str, until: date | None, withdrawn: bool = False, by: str = ""
) -> str:
    """Note that a person allows to be quoted, or withdraws it; the newest holds.

    Args:
        company: whose.
        person: an id, e-mail, phone or name.
        scope: where we may quote them, such as "website".
        until: the last day; None: until they withdraw it.
        withdrawn: they allow it no longer.
        by: who notes it; who is logged in by default.

    Returns:
        What was noted, in a sentence.

    Raises:
        UsageError: nobody, or several; or no scope, or a last day that is over.
    """
    if not withdrawn and not scope.strip():
        raise UsageError(where="--scope", found="nothing", expected='where we may quote them, such as "website"')
    if until is not None and until < company.today():
        raise UsageError(where="--until", found=until.isoformat(), expected="a day that is not over")
    named = name(open_current(company), person)
    row = row_of("quote", named.record_id, "", REFUSED if withdrawn else scope.strip(), by)
    if until is not None and not withdrawn:
        row["until"] = company.end_of(until)
    with history(company) as before:
        write(company, before, [row])
    if withdrawn:
        return f"{named.says} may no longer be quoted."
    return f"{named.says} may be quoted ({scope.strip()}) until {until or 'they withdraw it'}."


def _leave(row: Mapping[str, Any]) -> Leave:
    end: datetime | None = row["until"]
    return Leave(row["value"] if Scope.read(row["value"]).places else "", end and end - timedelta(microseconds=1))
