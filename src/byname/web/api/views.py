"""The description of the API, and its tokens, as pages of the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from byname.web.accounts.models import Account
from byname.web.accounts.policy import account_of, requires
from byname.web.api import tokens
from byname.web.api.models import Token
from byname.web.api.routes import api

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

__all__ = ["end_token", "openapi", "token_list"]


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    account = forms.ModelChoiceField(
        Account.objects.filter(is_active=True).order_by("name"), label=gettext_lazy("It may no more than this account")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may"),
        choices=[
            ("recognise", gettext_lazy("say who stands there (till, phone, web)")),
            ("read", gettext_lazy("read people, lists and plans")),
            ("act", gettext_lazy("note, promise, log, mark as done")),
            ("decide", gettext_lazy("merge and keep apart")),
            ("assign", gettext_lazy("say who looks after whom")),
            ("export", gettext_lazy("read whole lists, page by page")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    until = forms.DateField(
        label=gettext_lazy("Last day, if it ends"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_until(self) -> date | None:
        """A day that is not over."""
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < timezone.localdate():
            raise forms.ValidationError(_("This day is over; expected today or a later one."))
        return until


@requires("read")
def openapi(_request: HttpRequest) -> JsonResponse:
    """The OpenAPI description."""
    return JsonResponse(api.get_openapi_schema())


@never_cache  # a new token is on it once
@require_http_methods(["GET", "POST"])
@requires("accounts")
def token_list(request: HttpRequest) -> HttpResponse:
    """All tokens, and a form for another."""
    form = TokenForm(request.POST or None)
    made = ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = tokens.make(
            account_of(request), said["account"], name=said["name"], scopes=said["scopes"], until=said["until"]
        )
        form = TokenForm()
    listed = Token.objects.select_related("account")
    return render(request, "api/tokens.html", {"form": form, "tokens": listed, "made": made})


@require_POST
@requires("accounts")
def end_token(request: HttpRequest, token: int) -> HttpResponse:
    """End one at once."""
    found = get_object_or_404(Token, pk=token)
    tokens.end(account_of(request), found)
    messages.success(request, _("The token “%(name)s” lets nobody in any more.") % {"name": found.name})
    return redirect("tokens")
