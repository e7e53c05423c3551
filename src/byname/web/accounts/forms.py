"""What people fill in at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext_lazy as _

from byname.web.accounts.models import Account

if TYPE_CHECKING:
    from django.http import QueryDict

    _OfAccount = forms.ModelForm[Account]
else:
    _OfAccount = forms.ModelForm

__all__ = ["Forgotten", "NewPassword", "OwnAccount"]


class Forgotten(forms.Form):
    """Who forgot the password."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPassword(forms.Form):
    """A password, twice."""

    password = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("The same again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, account: Account, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        self._account = account
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        """Hold it against Django's validators."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self._account)
        return password

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        given = super().clean() or {}
        if "password" in given and given.get("again") != given["password"]:
            self.add_error("again", _("This is not the same as above."))
        return given


class OwnAccount(_OfAccount):
    """What people change about themselves: nothing that says what they may do."""

    class Meta:
        model = Account
        fields = ("name", "morning_mail")
