"""Where a provider tells what came back: an address that nobody can guess, and django-anymail's readers behind it.

The address itself is the signature: it holds a hash that only this company's key makes. Any other is answered as any
page that is not there.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from anymail.signals import EventType, RejectReason, inbound, tracking
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from byname.web.mailers import PROVIDERS
from byname.web.outreach import coming_back
from byname.web.outreach.fate import is_gone
from byname.web.outreach.models import Draft
from byname.web.outreach.reading_mail import read
from byname.web.outreach.unsubscribing import unsubscribe
from byname.web.served import company

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from byname.company import Company

__all__ = ["addresses", "told"]

_WHAT = {"tracking": "Tracking", "inbound": "Inbound"}
# How providers tell that there is no such mailbox, in their own words: anymail calls a full one a bounce as well.
_GONE: frozenset[tuple[str, Any]] = frozenset(
    {
        ("Type", "HardBounce"),
        ("Type", "BadEmailAddress"),
        ("hard_bounce", True),
        ("event", "hard_bounce"),
        ("bounce_class", "10"),
        ("bounce_class", "30"),
    }
)


def addresses(served: Company) -> dict[str, str]:
    """What to give to the provider, by what it tells: "tracking" bounces and complaints, "inbound" answers.

    Empty where mail leaves by SMTP: then answers come by the mailbox.
    """
    if _scheme(served) not in PROVIDERS:
        return {}
    site, secret = served.settings.web.address, _secret(served)
    return {what: site + reverse("mail_came_back", args=[secret, what]) for what in _WHAT}


@csrf_exempt
@login_not_required
def told(request: HttpRequest, secret: str, what: str) -> HttpResponse:
    """Take what the provider tells."""
    served = company()
    provider = PROVIDERS.get(_scheme(served))
    is_ours = hmac.compare_digest(secret.encode(errors="replace"), _secret(served).encode())
    if provider is None or what not in _WHAT or not is_ours:
        raise Http404
    base = import_string(f"anymail.webhooks.{provider.module}.{provider.name}{_WHAT[what]}WebhookView")
    key = unquote(urlsplit(served.settings.web.mail).username or "")
    view = _behind_our_door(base)
    return cast("HttpResponse", view.as_view(**({"api_key": key} if provider.user == "api_key" else {}))(request))


def _behind_our_door(base: type[Any]) -> Any:
    """That view of anymail's, without checks of its own: they ask for keys that the URL of the server does not hold."""

    class View(base):  # type: ignore[misc]
        warn_if_no_basic_auth = False
        api_key = None

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.validators: list[Any] = []

    return View


def _scheme(served: Company) -> str:
    return urlsplit(served.settings.web.mail).scheme


def _secret(served: Company) -> str:
    said = f"webhook {_scheme(served)}"
    return hmac.new(served.web_key().encode(), said.encode(), hashlib.sha256).hexdigest()[:43]


@receiver(tracking)
def _tracked(event: Any, **_more: Any) -> None:
    """A mail bounced, or somebody complained; opens and clicks are nobody's business."""
    draft = Draft.objects.filter(key=str((event.metadata or {}).get("draft", ""))[:43]).first()
    if draft is None:
        return
    reason = event.reject_reason
    if event.event_type == EventType.COMPLAINED or reason == RejectReason.SPAM:
        coming_back.complained(draft)
    elif event.event_type == EventType.UNSUBSCRIBED or reason == RejectReason.UNSUBSCRIBED:
        unsubscribe(draft.key)
    elif event.event_type in (EventType.BOUNCED, EventType.REJECTED):
        coming_back.bounced(draft, is_gone=_is_gone(event))


def _is_gone(event: Any) -> bool:
    """Is there no such mailbox, by the provider or by the server that it spoke to?"""
    if event.reject_reason == RejectReason.INVALID or not _GONE.isdisjoint(_pairs(event.esp_event)):
        return True
    return is_gone(0, str(event.mta_response or event.description or ""))


def _pairs(said: Any) -> Iterator[tuple[str, Any]]:
    """The names and values that stand in it, however deep."""
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _pairs(value)
        elif isinstance(value, str | bool):
            yield name, value


@receiver(inbound)
def _came_in(event: Any, **_more: Any) -> None:
    """Somebody answered, or a server did."""
    coming_back.came(read(event.message))
