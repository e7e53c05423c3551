"""Somebody allowed, or no longer allows, that we quote them: a fact with a scope and an end (S0.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.decided import history, row_of, write
from byname.deciding import name
from byname.errors import UsageError
from byname.snapshot import open_current

if TYPE_CHECKING:
    from datetime import date

    from byname.company import Company

__all__ = ["REFUSED", "permit"]

REFUSED = "withdrawn"  # what the fact says of who allows it no longer


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
