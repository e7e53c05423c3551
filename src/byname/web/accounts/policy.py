"""Who may what: one table of roles and verbs, asked by pages, actions and the API alike."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, get_args

from django.core.exceptions import PermissionDenied

from byname.web.accounts.models import Account, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

__all__ = [
    "VERBS",
    "Verb",
    "account_of",
    "demand",
    "may",
    "may_assign_to",
    "may_decide_on",
    "may_read_note",
    "needs_second_factor",
    "requires",
]

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
_NEED_SECOND_FACTOR = frozenset({Role.STEWARD, Role.OWNER})


def may(account: Any, verb: Verb) -> bool:
    """May this account do that? A stranger may nothing."""
    return isinstance(account, Account) and account.is_active and verb in _MAY[account.role]


def may_assign_to(account: Any, team: str) -> bool:
    """May this account give a customer to an employee of that team? A lead to the own team, an owner to anybody.

    An empty team stands for an employee of no team, and for nobody: whoever assigns may give to them.
    """
    return may(account, "assign") and (not team or account.role == Role.OWNER or account.team == team)


def may_decide_on(account: Any, team: str) -> bool:
    """May this account let out or refuse what that team says to customers? A member of the own team, others of all."""
    return may(account, "act") and (account.role != Role.MEMBER or account.team == team)


def may_read_note(account: Any, private_to: str) -> bool:
    """May this account read a note that only that team reads? An empty team: everybody who reads.

    Owners read all notes: they answer to a customer who asks what is held about her. Stewards and leads of other teams
    do not: their work does not need it.
    """
    return may(account, "read") and (not private_to or account.role == Role.OWNER or account.team == private_to)


def needs_second_factor(account: Any) -> bool:
    """Must this account have a second factor where byname.toml asks for it? Owners and data stewards."""
    return isinstance(account, Account) and account.role in _NEED_SECOND_FACTOR


def demand(account: Any, verb: Verb) -> None:
    """Refuse who may not.

    Raises:
        PermissionDenied: they may not.
    """
    if not may(account, verb):
        raise PermissionDenied(verb)


def account_of(request: HttpRequest) -> Account:
    """The account that asks, in a view that nobody else can open."""
    assert isinstance(request.user, Account)  # noqa: S101 - `requires` and LoginRequiredMiddleware see to it
    return request.user


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
