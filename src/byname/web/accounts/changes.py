"""What owners do with accounts: each is checked, done and logged in one transaction. There is always an owner left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.web.accounts import links
from byname.web.accounts.audit import log
from byname.web.accounts.models import Account, Role, new_mark
from byname.web.accounts.policy import demand

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "change",
    "drop_second_factor",
    "help_in",
    "invite",
    "open_again",
    "shut",
    "sign_out_everywhere",
    "unlock",
]

type _By = Account | AnonymousUser


def invite(by: _By, *, email: str, name: str, role: str, team: str = "", employee: str = "") -> tuple[Account, str]:
    """Make an account that has no password yet; gives it with the secret of the link that sets one.

    Raises:
        PermissionDenied: they may not.
        UsageError: that e-mail has an account.
    """
    owner = _allowed(by)
    with transaction.atomic():
        if Account.objects.filter(email=email.lower()).exists():
            raise UsageError(
                where=_("Accounts"),
                found=_("an account of %(email)s") % {"email": email},
                expected=_("an e-mail that has none"),
                do=_("Open that account and make a new link for it."),
            )
        account = Account.objects.create_user(email, None, name=name, role=role, team=team, employee=employee)
        log(owner, "invite", account.email, after=_of(account))
        return account, links.new(account, hours=links.HOURS_OF_INVITATION)


def change(by: _By, account: Account, values: Mapping[str, Any]) -> None:
    """Give an account another name, e-mail, role, team or employee.

    Raises:
        PermissionDenied: they may not; nobody who may not may raise themselves either.
        UsageError: the last owner would be none.
    """
    owner = _allowed(by)
    with transaction.atomic():
        account.refresh_from_db()
        before = _of(account)
        if values.get("role", account.role) != Role.OWNER:
            _leave_an_owner(account)
        for key, value in values.items():
            setattr(account, key, value)
        account.save(update_fields=list(values))
        after = _of(account)
        if after != before:
            log(owner, "account", account.email, before=before, after=after)


def shut(by: _By, account: Account) -> None:
    """Let an account sign in no more; whoever is signed in with it is out at the next click.

    Raises:
        PermissionDenied: they may not.
        UsageError: it is the last owner's.
    """
    owner = _allowed(by)
    with transaction.atomic():
        _leave_an_owner(account)
        account.is_active, account.sessions = False, new_mark()
        account.save(update_fields=["is_active", "sessions"])
        account.links.all().delete()
        log(owner, "shut", account.email, before={"is_active": True}, after={"is_active": False})


def open_again(by: _By, account: Account) -> None:
    """Let an account that was shut sign in again.

    Raises:
        PermissionDenied: they may not.
    """
    owner = _allowed(by)
    with transaction.atomic():
        account.is_active = True
        account.save(update_fields=["is_active"])
        log(owner, "open again", account.email, before={"is_active": False}, after={"is_active": True})


def help_in(by: _By, account: Account) -> str:
    """Make a link by which somebody sets a new password; gives its secret.

    Raises:
        PermissionDenied: they may not.
    """
    owner = _allowed(by)
    with transaction.atomic():
        log(owner, "link", account.email)
        hours = links.HOURS_OF_HELP if account.has_usable_password() else links.HOURS_OF_INVITATION
        return links.new(account, hours=hours)


def unlock(by: _By, account: Account) -> None:
    """Forget the wrong passwords of an account, so that it may be tried again at once.

    Raises:
        PermissionDenied: they may not.
    """
    owner = _allowed(by)
    with transaction.atomic():
        AccessAttempt.objects.filter(username=account.email).delete()
        log(owner, "unlock", account.email)


def drop_second_factor(by: _By, account: Account) -> None:
    """Take the second factor away from who lost the telephone; the password stays.

    Raises:
        PermissionDenied: they may not.
    """
    owner = _allowed(by)
    with transaction.atomic():
        Authenticator.objects.filter(user=account).delete()
        account.sessions = new_mark()
        account.save(update_fields=["sessions"])
        log(owner, "second factor", account.email, after="taken away by an owner")


def sign_out_everywhere(by: _By, account: Account) -> None:
    """End every session of an account: one's own, or another's by an owner.

    Raises:
        PermissionDenied: they may not.
    """
    if by != account:
        demand(by, "accounts")
    with transaction.atomic():
        account.sessions = new_mark()
        account.save(update_fields=["sessions"])
        log(account if by == account else _allowed(by), "sign out everywhere", account.email)


def _allowed(by: _By) -> Account:
    demand(by, "accounts")
    if not isinstance(by, Account):
        raise PermissionDenied
    return by


def _of(account: Account) -> dict[str, str]:
    return {key: getattr(account, key) for key in ("name", "email", "role", "team", "employee")}


def _leave_an_owner(account: Account) -> None:
    """Refuse to lose the last owner who can sign in; rows are locked, so that two cannot remove each other."""
    owners = Account.objects.select_for_update().filter(role=Role.OWNER, is_active=True).order_by("pk")
    able = [owner.pk for owner in owners if owner.has_usable_password()]
    if able == [account.pk]:
        raise UsageError(
            where=account.email,
            found=_("the last owner"),
            expected=_("another owner who can sign in"),
            do=_("Make somebody else an owner first."),
        )
