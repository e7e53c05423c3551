"""The first account, and help from the command line for an owner who is shut out: who has the folder has the keys."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from byname.errors import UsageError, nearest
from byname.web.accounts.audit import log
from byname.web.accounts.models import Account, Role

__all__ = ["first_account", "let_in"]


def first_account(email: str, name: str, password: str) -> Account:
    """Make the first owner of a company's pages.

    Args:
        email: what to sign in with.
        name: as colleagues read it.
        password: at least twelve characters, none of the common ones.

    Raises:
        UsageError: there is an account already, or the e-mail, the name or the password will not do.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise UsageError(where="the first account", found=repr(email), expected="an e-mail address") from None
    if not name.strip():
        raise UsageError(where="the first account", found="no name", expected="a name that colleagues know")
    account = Account(email=email, name=name.strip()[:120], role=Role.OWNER)
    _strong(password, account)
    with transaction.atomic():
        if Account.objects.exists():
            raise UsageError(
                where="the first account",
                found="accounts that are there already",
                expected="none",
                do="An owner invites others on the page Settings, Accounts.",
            )
        account.set_password(password)
        account.save()
        log(None, "first account", account.email, after={"name": account.name, "role": account.role})
    return account


def let_in(email: str, password: str) -> Account:
    """Set an account's password from the command line; its second factor, lock-out and sessions end.

    Raises:
        UsageError: no such account, or the password will not do.
    """
    account = Account.objects.filter(email=email.strip().lower()).first()
    if account is None:
        known = [str(said) for said in Account.objects.values_list("email", flat=True)]
        raise UsageError(
            where="accounts", found=repr(email), expected=f"the e-mail of an account{nearest(email.lower(), known)}"
        )
    _strong(password, account)
    with transaction.atomic():
        account.set_password(password)
        account.is_active = True
        account.save(update_fields=["password", "is_active"])
        account.links.all().delete()
        Authenticator.objects.filter(user=account).delete()
        AccessAttempt.objects.filter(username=account.email).delete()
        log(None, "password", account.email, after="set on the command line; the second factor was taken away")
    return account


def _strong(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as weak:
        raise UsageError(
            where="the password",
            found="one that is easy to guess",
            expected="at least twelve characters that nobody guesses",
            do=" ".join(weak.messages),
        ) from None
