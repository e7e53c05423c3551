"""What allauth changes goes into the audit log too: passwords and second factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver

from byname.web.accounts.audit import log

if TYPE_CHECKING:
    from byname.web.accounts.models import Account

__all__: list[str] = []


@receiver(password_changed)
def _password(*, user: Account, **_more: Any) -> None:
    log(user, "password", user.email, after="changed")


@receiver(authenticator_added)
def _added(*, user: Account, authenticator: Any, **_more: Any) -> None:
    log(user, "second factor", user.email, after={"added": authenticator.type})


@receiver(authenticator_removed)
def _removed(*, user: Account, authenticator: Any, **_more: Any) -> None:
    log(user, "second factor", user.email, before={"had": authenticator.type})


@receiver(authenticator_reset)
def _reset(*, user: Account, authenticator: Any, **_more: Any) -> None:
    log(user, "second factor", user.email, after={"made anew": authenticator.type})
