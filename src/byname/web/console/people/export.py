"""The list as a file: everybody who was asked for, a line each, without what is private and without addresses.

Whom one may write to is for the gate to say: `byname audience` makes the lists that are sent to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import StreamingHttpResponse

from byname.best import called
from byname.safe_csv import streamed
from byname.web.accounts import audit
from byname.web.console.people.listing import groups, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.web.accounts.models import Account
    from byname.web.console.people.asked import Asked
    from byname.web.console.people.listing import Listed
    from byname.web.desk import Desk

__all__ = ["COLUMNS", "export"]

_AT_ONCE = 10_000
COLUMNS = (
    "rank", "person_id", "name", "city", "country", "standing", "worth", "worth_low", "worth_high", "currency",
    "measure", "knows", "why",
)  # fmt: skip


def export(account: Account, desk: Desk, asked: Asked) -> StreamingHttpResponse:
    """Send the list, once it stands in the audit log who took it and how many people are on it."""
    found = groups(desk, asked)
    people = sum(group.people - (0 if asked.by == "clv" else group.without) for group in found)
    with transaction.atomic():
        audit.log(
            account, "export", "people", after={"query": asked.query(), "people": people, "columns": list(COLUMNS)}
        )
    name = f"people-{desk.as_of.isoformat()}.csv"
    return StreamingHttpResponse(
        _lines(desk, asked),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _lines(desk: Desk, asked: Asked) -> Iterator[str]:
    yield "\ufeff"  # the mark by which spreadsheets know that it is UTF-8
    currency = desk.snapshot.terms["currency"]
    yield from streamed(COLUMNS, (_cells(one, currency) for one in _everybody(desk, asked)))


def _everybody(desk: Desk, asked: Asked) -> Iterator[Listed]:
    while True:
        part = page(desk, asked, _AT_ONCE)
        yield from part.people
        if part.after is None:
            return
        asked = asked.at(part.after)


def _cells(one: Listed, currency: str) -> tuple[object, ...]:
    row = one.row
    named = called({**row, "email": None, "phone": None, "person_id": ""})
    worth = [None if row[name] is None else f"{row[name]:.2f}" for name in ("clv", "clv_low", "clv_high")]
    measure = None if one.measure is None else f"{one.measure:.2f}"
    return (
        row["rank"], row["person_id"], named, row["city"], row["country"], one.standing, *worth, currency, measure,
        one.owner, one.why,
    )  # fmt: skip
