"""Staff say what a text really was: a fact that every later reading honours and learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.decided import history, row_of, write
from byname.errors import UsageError, nearest
from byname.snapshot import open_current

if TYPE_CHECKING:
    from byname.company import Company

__all__ = ["LABELS", "Corrected", "correct"]

_INTENTS = ("complaint", "praise", "recommends", "question", "idea", "leaving", "thanks")
LABELS = ("negative", "neutral", "positive", *_INTENTS, *(f"not {name}" for name in _INTENTS))


@dataclass(frozen=True)
class Corrected:
    """What was said of which text.

    Attributes:
        says: in a sentence.
        is_new: it was not said before.
    """

    says: str
    is_new: bool


def correct(company: Company, message: str, label: str, *, by: str = "") -> Corrected:
    """A text is what somebody says it is, from the next refresh on.

    Args:
        company: whose.
        message: the message's fact_id as `byname voice` shows it, its beginning, or its id in the source.
        label: one of `LABELS`.
        by: who says so; who is logged in by default.

    Raises:
        UsageError: no such label, or not one message of that id.
    """
    if label not in LABELS:
        raise UsageError(
            where="label", found=f'"{label}"{nearest(label, LABELS)}', expected="one of: " + ", ".join(LABELS)
        )
    snapshot = open_current(company)
    rows = (
        snapshot.query(
            "select distinct voice.fact_id, voice.source, voice.source_id, links.record_id from voice "
            "join links on links.fact_id = voice.fact_id where voice.source_id = $1 or starts_with(voice.fact_id, $1) "
            "order by 1 limit 3",
            [message],
        )
        if message
        else []
    )
    if len(rows) != 1:
        raise UsageError(
            where=message or "no id",
            found=f"{len(rows) or 'no'} messages",
            expected="the id of one message",
            do=f"See them with: byname voice {company.folder}",
        )
    (row,) = rows
    value = f"{row['fact_id']} {label}"
    text = f"{row['source']} {row['source_id']}"
    with history(company, ("label",)) as before:
        if any(one["value"] == value for one in before):
            return Corrected(f"That was said of {text} already: {label}.", is_new=False)
        write(company, before, [row_of("label", row["record_id"], "", value, by)])
    return Corrected(f"{text} is: {label}.", is_new=True)
