"""Pages at the door that are our own: a link that sets a password, one's own account, who is locked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from byname.web.accounts import changes, links
from byname.web.accounts.audit import log
from byname.web.accounts.forms import Forgotten, NewPassword, OwnAccount
from byname.web.accounts.letters import send_help
from byname.web.accounts.policy import account_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_form = require_http_methods(["GET", "HEAD", "POST"])


@_form
@login_not_required
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail, or say whom to ask where no mail is set; the same for who has no account."""
    form = Forgotten(request.POST or None)
    failed = False
    if settings.HAS_MAIL and request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if not ratelimit.consume(request, action="reset_password", key=email.lower()):
            return render(request, "429.html", status=429)
        if send_help(request, email):
            return redirect("account_reset_password_done")
        failed = True
    said = {"form": form, "has_mail": settings.HAS_MAIL, "failed": failed}
    return render(request, "account/password_reset.html", said)


@require_GET
@login_not_required
def sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way, if there is an account."""
    return render(request, "account/password_reset_done.html")


@_form
@sensitive_post_parameters("password", "again")
@login_not_required
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Set a password by a link."""
    account = links.found(secret)
    if account is None:
        return render(request, "account/link_over.html", status=404)
    form = NewPassword(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not links.used(secret, form.cleaned_data["password"]):
            return render(request, "account/link_over.html", status=404)
        logout(request)  # somebody else may be signed in here
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    return render(request, "account/link.html", {"form": form, "account": account})


@_form
def account(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    who = account_of(request)
    form = OwnAccount(request.POST or None, instance=who)
    if not settings.HAS_MAIL:
        del form.fields["morning_mail"]
    if request.method == "POST":
        before = {key: form.initial[key] for key in form.fields}
        if form.is_valid():
            with transaction.atomic():
                form.save()
                if form.changed_data:
                    log(who, "account", who.email, before=before, after=dict(form.cleaned_data))
            messages.success(request, _("Saved."))
            return redirect("account")
        who.refresh_from_db()  # the page's top shows the name as it is
    return render(request, "account/account.html", {"form": form, "has_second_factor": is_mfa_enabled(who)})


@require_POST
def everywhere(request: HttpRequest) -> HttpResponse:
    """Sign out on every other machine; here one stays."""
    who = account_of(request)
    changes.sign_out_everywhere(who, who)
    update_session_auth_hash(request, who)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("account")


def locked(request: HttpRequest, _answer: HttpResponse | None, _credentials: dict[str, Any] | None) -> HttpResponse:
    """Say that there were too many wrong passwords; axes calls it."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "account/locked.html", {"minutes": minutes}, status=429)
