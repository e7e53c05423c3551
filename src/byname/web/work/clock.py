"""When the night's work is due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from byname.errors import SnapshotError
from byname.snapshot import open_current

if TYPE_CHECKING:
    from byname.company import Company

__all__ = ["made_at", "next_night", "was_missed"]

_A_DAY = timedelta(days=1)


def next_night(company: Company, after: datetime) -> datetime:
    """The next time that `[web] nightly` says, by the company's clock; UTC."""
    at = time.fromisoformat(company.settings.web.nightly)
    today = after.astimezone(company.zone).date()
    for day in (today, today + _A_DAY):
        due = datetime.combine(day, at, tzinfo=company.zone).astimezone(UTC)
        if due > after:
            return due
    return due + _A_DAY  # a night whose clock is put back


def made_at(company: Company) -> datetime | None:
    """When the current snapshot was made, UTC; None without one."""
    try:
        return open_current(company).run.replace(tzinfo=UTC)
    except SnapshotError:
        return None


def was_missed(company: Company, now: datetime) -> bool:
    """Did a night go by without a refresh, because the machine was off?"""
    made = made_at(company)
    return made is not None and now - made > _A_DAY
