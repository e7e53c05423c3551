"""The company's own sign-in hands somebody over: a text that its shop signs, good for some minutes and one time.

    base64url(JSON) "." hex(HMAC-SHA256(key, base64url(JSON)))

The JSON has `email`, or `source` and `id` as an export of that source names the customer; `until`, seconds since 1970,
at most five minutes ahead; and `nonce`, 16 letters or more that never come twice. The key is the company's own secret
`handover.key`, in its folder. Whoever is handed over comes to the page of a link, with its button.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDictKeyError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from byname.web.desk import desk_of
from byname.web.portal import doors
from byname.web.portal.staying import open_to_all
from byname.web.portal.whom import at_address, called

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.company import Company
    from byname.web.desk import Desk
    from byname.web.portal.whom import Her

__all__ = ["Handed", "handover", "read", "signed", "taken"]

_MOST_SECONDS = 5 * 60
_CLOCKS_DIFFER = 30  # seconds between the shop's clock and ours
_LONGEST = 4_000
_SHORTEST_NONCE = 16
_TEXTS = ("email", "source", "id", "nonce")


@dataclass(frozen=True)
class Handed:
    """What a shop says of who comes.

    Attributes:
        email: whose mailbox it is; empty where `source` and `id` say it.
        source: the system whose customer it is.
        id: what that system calls them.
        until: seconds since 1970.
        nonce: comes once.
    """

    email: str
    source: str
    id: str
    until: int
    nonce: str


def signed(company: Company, said: dict[str, Any]) -> str:
    """The text that a shop would send of what it says, for tests and for who tries it out."""
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"{body}.{_signature(company, body)}"


def read(company: Company, text: str, now: float) -> Handed | None:
    """What a text says; None where it is not signed with our key, is over, or says too little."""
    body, _, signature = text[:_LONGEST].partition(".")
    if not hmac.compare_digest(_signature(company, body).encode(), signature.encode(errors="replace")):
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(said, dict) or not isinstance(until := said.get("until"), int):
        return None
    texts = {name: said.get(name, "") for name in _TEXTS}
    if not all(isinstance(one, str) for one in texts.values()):
        return None
    handed = Handed(**texts, until=until)
    is_now = now - _CLOCKS_DIFFER < until <= now + _MOST_SECONDS + _CLOCKS_DIFFER
    names_somebody = bool(handed.email) != bool(handed.source and handed.id)
    return handed if is_now and names_somebody and len(handed.nonce) >= _SHORTEST_NONCE else None


def taken(desk: Desk, text: str) -> list[Her]:
    """Whom a text hands over, and use it up; nobody where it is not ours, is over, or came before."""
    handed = read(desk.company, text, time.time())
    people = [] if handed is None else _people(desk, handed)
    first = people[0].anchor if people else ""
    kept = timedelta(seconds=_MOST_SECONDS + 2 * _CLOCKS_DIFFER)
    is_new = handed is not None and doors.once(handed.nonce, record_id=first, within=kept)
    return people if is_new else []


@csrf_exempt  # it comes from the shop's own pages; what it may do is in the signature, and the door has a button
@require_http_methods(["GET", "POST"])
@open_to_all
def handover(request: HttpRequest) -> HttpResponse:
    """Take somebody over from the shop's sign-in, to the door of their page; of two in one mailbox it asks which."""
    desk = desk_of(request)
    try:
        text = (request.POST if request.method == "POST" else request.GET)["token"]
    except MultiValueDictKeyError:
        text = ""
    people = taken(desk, text)
    if not people:
        return render(request, "portal/link_over.html", {"found": "handed"}, status=403)
    ways = [(her.name, doors.path_for(her.anchor, within=timedelta(seconds=_MOST_SECONDS))) for her in people]
    return redirect(ways[0][1]) if len(ways) == 1 else render(request, "portal/which.html", {"ways": ways})


def _people(desk: Desk, handed: Handed) -> list[Her]:
    if handed.email:
        return at_address(desk, handed.email)[1]
    found = called(desk, handed.source, handed.id)
    return [found] if found else []


def _signature(company: Company, body: str) -> str:
    return hmac.new(company.handover_key().encode(), body.encode(errors="replace"), "sha256").hexdigest()
