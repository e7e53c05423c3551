"""How often a page may be looked at: what allauth's public function, made for forms, never counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal import ratelimit

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["may_look"]


def may_look(request: HttpRequest, action: str, *, key: str | None = None) -> bool:
    """Count a look; False: there were too many.

    Args:
        request: the look.
        action: of the settings' ACCOUNT_RATE_LIMITS.
        key: whose looks are counted together; None: those of one address.
    """
    return bool(ratelimit.consume(request, app="allauth.account", action=action, key=key, limit_get=True))
