"""What people typed into a form."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from byname.errors import UsageError

__all__ = ["day"]


def day(said: str, where: str) -> date | None:
    """A day as a browser sends it; None where none was chosen.

    Raises:
        UsageError: it is no day.
    """
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise UsageError(where=where, found=f'"{said[:40]}"', expected=_("a day such as 2026-11-30")) from None
