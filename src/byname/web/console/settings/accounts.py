"""Who may sign in: invited, changed, helped in, shut out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.errors import UsageError
from byname.web.accounts import changes
from byname.web.accounts.letters import address_of, send_link
from byname.web.accounts.models import Account, Role
from byname.web.accounts.policy import requires
from byname.web.console.settings.forms import AccountForm
from byname.web.console.settings.writing import company_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_form = require_http_methods(["GET", "HEAD", "POST"])


@requires("accounts")
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account, those first who may sign in."""
    with_factor = set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True))
    rows = [
        {"account": one, "has_factor": one.pk in with_factor, "has_password": one.has_usable_password()}
        for one in Account.objects.order_by("-is_active", "name", "pk")
    ]
    return render(request, "console/settings_accounts.html", {"rows": rows})


@requires("accounts")
@_form
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody."""
    form = AccountForm(_employees(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {key: form.cleaned_data[key] for key in ("email", "name", "role", "team", "employee")}
        try:
            account, secret = changes.invite(request.user, **given)
        except UsageError as taken:
            messages.error(request, str(taken))
        else:
            return _shown(request, account, secret)
    return render(request, "console/settings_invite.html", {"form": form, "has_mail": settings.HAS_MAIL, "roles": Role})


@requires("accounts")
@_form
def account(request: HttpRequest, number: int) -> HttpResponse:
    """One account: what it is, and what can be done with it."""
    one = get_object_or_404(Account, pk=number)
    form = AccountForm(_employees(), request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        try:
            changes.change(request.user, one, {key: form.cleaned_data[key] for key in form.changed_data})
        except UsageError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Saved. It counts from the next click on."))
        return redirect("settings_account", number)
    one.refresh_from_db()
    said = {
        "form": form,
        "account": one,
        "has_factor": Authenticator.objects.filter(user=one).exists(),
        "is_locked": _is_locked(one),
        "links": one.links.filter(until__gte=timezone.now()),
    }
    return render(request, "console/settings_account.html", said)


@requires("accounts")
@require_POST
def link(request: HttpRequest, number: int) -> HttpResponse:
    """Make a link by which they set a new password, and show it."""
    one = get_object_or_404(Account, pk=number, is_active=True)
    return _shown(request, one, changes.help_in(request.user, one))


@requires("accounts")
@require_POST
def shut(request: HttpRequest, number: int) -> HttpResponse:
    """Let them sign in no more."""
    return _done(request, number, changes.shut, _("They cannot sign in any more."))


@requires("accounts")
@require_POST
def open_again(request: HttpRequest, number: int) -> HttpResponse:
    """Let them sign in again."""
    return _done(request, number, changes.open_again, _("They can sign in again."))


@requires("accounts")
@require_POST
def drop_second_factor(request: HttpRequest, number: int) -> HttpResponse:
    """Take their second factor away."""
    return _done(
        request, number, changes.drop_second_factor, _("Their second factor is gone; the password alone lets them in.")
    )


@requires("accounts")
@require_POST
def unlock(request: HttpRequest, number: int) -> HttpResponse:
    """Forget their wrong passwords."""
    return _done(request, number, changes.unlock, _("They can try again."))


@requires("accounts")
@require_POST
def sign_out(request: HttpRequest, number: int) -> HttpResponse:
    """End their sessions."""
    return _done(request, number, changes.sign_out_everywhere, _("They are signed out everywhere."))


def _done(request: HttpRequest, number: int, do: Callable[..., None], says: str) -> HttpResponse:
    one = get_object_or_404(Account, pk=number)
    try:
        do(request.user, one)
    except UsageError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, says)
    return redirect("settings_account", number)


def _shown(request: HttpRequest, one: Account, secret: str) -> HttpResponse:
    """Show a link once; it is kept nowhere, so that nobody finds it later."""
    address = address_of(request, secret)
    said = {"account": one, "address": address, "is_sent": send_link(one, address), "has_mail": settings.HAS_MAIL}
    return render(request, "console/settings_link.html", said)


def _employees() -> list[str]:
    return [employee.name for employee in company_now().settings.employees]


def _is_locked(one: Account) -> bool:
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    tries = AccessAttempt.objects.filter(username=one.email, attempt_time__gte=since)
    wrong = tries.aggregate(wrong=Sum("failures_since_start"))["wrong"] or 0
    return bool(wrong >= settings.AXES_FAILURE_LIMIT)
