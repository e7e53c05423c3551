"""Where the service of a channel tells what became of what it carried: signed by the same secret, each once.

    POST /hooks/sms/   {"type": "delivered", "data": {"id": "contact_…"}}

`delivered`, `failed` (with `"gone": true` where there is no such address), `unsubscribed`, `replied` (with `"words"`).
Each is a fact, as of a mail. A message that comes again, as services do which got no answer, changes nothing.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from byname.app_rows import writing
from byname.errors import UsageError
from byname.web.outreach.coming_back import bounced, delivered, replied
from byname.web.outreach.hooks import key_of, verified
from byname.web.outreach.models import Draft
from byname.web.outreach.plain_words import tidy
from byname.web.outreach.unsubscribing import unsubscribe
from byname.web.portal import doors
from byname.web.served import company

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

__all__ = ["told"]

_MOST_BYTES = 64 * 1024
_MOST_WORDS = 20_000
_KEPT = timedelta(minutes=30)  # longer than a message is taken for one of now


def _replied(draft: Draft, message_id: str, data: Mapping[str, Any]) -> None:
    words = data.get("words")
    said = tidy(words)[:_MOST_WORDS] if isinstance(words, str) else ""
    replied(draft, message_id=message_id, subject="", words=said)


_WHAT: Mapping[str, Callable[[Draft, str, Mapping[str, Any]], None]] = {
    "delivered": lambda draft, _id, _data: delivered(draft),
    "failed": lambda draft, _id, data: bounced(draft, is_gone=data.get("gone") is True),
    "unsubscribed": lambda draft, _id, _data: unsubscribe(draft.key),
    "replied": _replied,
}


@csrf_exempt  # no browser sends it; what it may do is in the signature
@login_not_required
@never_cache
@require_POST
def told(request: HttpRequest, channel: str) -> JsonResponse:
    """Take what the service of a channel tells."""
    served = company()
    if served.settings.outreach.hook_of(channel) is None:
        raise Http404
    if not _fits(request.headers.get("content-length", "")):
        return _no(413, "64 KB of JSON at most")
    try:
        key = key_of(served, channel)
    except UsageError:
        return _no(503, "byname.toml names no secret that could be read; ask the company")
    message_id = verified(key, request.headers, request.body, time.time())
    if message_id is None:
        return _no(401, "no signature of this channel's secret, or one of more than five minutes ago")
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        said = None
    what = said.get("type") if isinstance(said, dict) else None
    data = said.get("data") if isinstance(said, dict) else None
    if not (isinstance(what, str) and what in _WHAT and isinstance(data, dict) and _is_id(data.get("id"))):
        return _no(422, f'{{"type": {" or ".join(_WHAT)}, "data": {{"id": "contact_…"}}}} is expected')
    return _take(channel, message_id, what, data)


def _fits(length: str) -> bool:
    return length.isdecimal() and len(length) <= len(str(_MOST_BYTES)) and int(length) <= _MOST_BYTES


def _is_id(said: Any) -> bool:
    return isinstance(said, str) and said.isascii() and said.isprintable()


def _take(channel: str, message_id: str, what: str, data: Mapping[str, Any]) -> JsonResponse:
    draft = Draft.objects.filter(message_id=data["id"], channel=channel).exclude(message_id="").first()
    if draft is None:
        return _no(404, "no contact of that id, or of somebody who was erased since")
    with writing(company()):  # with what it does, so that what failed may come again
        is_new = doors.once(f"{channel} {message_id}", record_id=draft.record_id, within=_KEPT)
        if is_new:
            _WHAT[what](draft, message_id, data)
    return JsonResponse({"taken": is_new})


def _no(status: int, detail: str) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)
