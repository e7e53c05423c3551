"""Who may what: one table of roles and verbs, asked by pages, actions and the API alike."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, get_args

from django.core.exceptions import PermissionDenied

from byname.web.accounts.models import Account, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

__all__ = ["VERBS", "Verb", "demand", "may", "requires"]

type Verb = Literal["read", "act", "export", "assign", "decide", "data", "settings", "accounts", "audit"]
VERBS: tuple[Verb, ...] = get_args(Verb.__value__)

_MAY: dict[str, frozenset[Verb]] = {
    Role.READER: frozenset({"read"}),
    # note, promise, log a call, done / not now / not right, correct a standing
    Role.MEMBER: frozenset({"read", "act", "export"}),
    # another's owner; who is who
    Role.LEAD: frozenset({"read", "act", "export", "assign", "decide"}),
    # files, refresh
    Role.STEWARD: frozenset({"read", "act", "export", "decide", "data", "audit"}),
    Role.OWNER: frozenset(VERBS),
}


def may(account: Any, verb: Verb) -> bool:
    """May this account do that? A stranger may nothing."""
    return isinstance(account, Account) and account.is_active and verb in _MAY[account.role]


def demand(account: Any, verb: Verb) -> None:
    """Refuse who may not.

    Raises:
        PermissionDenied: they may not.
    """
    if not may(account, verb):
        raise PermissionDenied(verb)


def requires[**P](verb: Verb) -> Callable[[Callable[P, HttpResponse]], Callable[P, HttpResponse]]:
    """Let a view be opened only by those who may do that."""

    def around(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            request: HttpRequest = args[0]  # type: ignore[assignment]
            demand(request.user, verb)
            return view(*args, **kwargs)

        return guarded

    return around
