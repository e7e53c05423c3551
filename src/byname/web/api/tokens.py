"""Making, finding and ending tokens; what a caller may is what the account may and the token's scopes hold."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from byname.web.accounts import audit, policy
from byname.web.api.models import Token

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from byname.web.accounts.models import Account
    from byname.web.accounts.policy import Verb

__all__ = ["SCOPES", "Caller", "caller", "end", "make"]

# `recognise` alone is what a till needs: it names who stands there, and nobody else.
SCOPES: tuple[str, ...] = ("recognise", "read", "act", "decide", "assign", "export")
_BEGINS = "byname_"


@dataclass(frozen=True)
class Caller:
    """Who calls: an account, by a token with these scopes."""

    account: Account
    scopes: frozenset[str]

    def demand(self, scope: str, verb: Verb) -> Account:
        """The account, if token and account may.

        Raises:
            PermissionDenied: the token has no such scope, or its account may not do that.
        """
        if scope not in self.scopes:
            raise PermissionDenied(f"this token has no scope {scope}")
        policy.demand(self.account, verb)
        return self.account


def make(by: Account, account: Account, *, name: str, scopes: Iterable[str], until: date | None = None) -> str:
    """Make a token and return it; it is shown once and kept nowhere.

    Raises:
        PermissionDenied: `by` may not manage accounts.
    """
    policy.demand(by, "accounts")
    said = _BEGINS + secrets.token_urlsafe(32)
    given = sorted(set(scopes) & set(SCOPES))
    with transaction.atomic():
        Token.objects.create(account=account, name=name, digest=_digest(said), scopes=given, until=until)
        audit.log(by, "token made", account.email, after={"name": name, "scopes": given, "until": str(until or "")})
    return said


def end(by: Account, token: Token) -> None:
    """End a token at once."""
    policy.demand(by, "accounts")
    with transaction.atomic():
        audit.log(by, "token ended", token.account.email, before={"name": token.name, "scopes": token.scopes})
        token.delete()


def caller(said: str) -> Caller | None:
    """Whose token this is; None if it is nobody's, or over, or its account may not come in."""
    token = Token.objects.select_related("account").filter(digest=_digest(said)).first()
    today = timezone.localdate()
    if token is None or not token.account.is_active or (token.until is not None and token.until < today):
        return None
    if token.used_on != today:
        Token.objects.filter(pk=token.pk).update(used_on=today)
    return Caller(token.account, frozenset(token.scopes))


def _digest(said: str) -> str:
    """Tokens are 256 random bits: a plain digest is enough, and found by index."""
    return hashlib.sha256(said.encode()).hexdigest()
