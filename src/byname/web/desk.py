"""What one request sees: one snapshot, and what people wrote since, laid over it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from byname.errors import SnapshotError
from byname.snapshot import open_current
from byname.web.served import company as served_company
from byname.web.written.laid_over import LaidOver, laid_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from byname.company import Company
    from byname.snapshot import Snapshot

__all__ = ["Desk", "DeskMiddleware", "desk_of", "seen"]


@dataclass(frozen=True)
class Desk:
    """A company's snapshot with what was written since.

    Attributes:
        company: whose.
        snapshot: the current one, resolved once a request.
    """

    company: Company
    snapshot: Snapshot

    @cached_property
    def since(self) -> LaidOver:
        """What people wrote since the snapshot was made."""
        return laid_over(self.company, self.snapshot)

    @property
    def as_of(self) -> date:
        """The last day that counts."""
        return self.snapshot.as_of

    def person_id(self, said: str) -> str:
        """Today's id of a person: who was merged is forwarded.

        Raises:
            Http404: nobody, or somebody who is shown to nobody any more; which of them is not said.
        """
        person = self.since.shown_as(said)
        if person in self.since.hidden:
            raise Http404
        return person


def desk_of(request: HttpRequest) -> Desk:
    """The desk of this request.

    Raises:
        SnapshotError: no snapshot yet, or one of another version; the middleware makes a page of it.
    """
    desk: Desk = request.desk  # type: ignore[attr-defined]
    return desk


class DeskMiddleware:
    """Give each request its desk, when it is first asked for; say what to do where there is no snapshot."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        request.desk = SimpleLazyObject(_opened)  # type: ignore[attr-defined]
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a snapshot that is not there or of another version."""
        if isinstance(exception, SnapshotError):
            return render(request, "no_snapshot.html", {"error": exception}, status=503)
        return None


def _opened() -> Desk:
    company = served_company()
    return Desk(company, open_current(company))


def seen(_request: HttpRequest) -> dict[str, Any]:
    """What every template may name."""
    company: Company | None = settings.COMPANY
    if company is None:
        return {}
    return {"company": company.settings.name, "currency": company.settings.currency}
