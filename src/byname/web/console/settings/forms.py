"""What people fill in: a form for each part of byname.toml that is changed on a page, and for accounts."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from byname.company import Employee, Plan, Teams
from byname.web.accounts.models import Account, Role, Team

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict
    from pydantic import BaseModel

    _OfAccount = forms.ModelForm[Account]
else:
    _OfAccount = forms.ModelForm

__all__ = ["AccountForm", "EmployeeForm", "LimitsForm", "MinutesForm", "plain"]

_MOST_LETTERS = 120


def _number(label: Any, help_text: Any = "", *, most: float | None = None) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
    return forms.FloatField(
        label=label, help_text=help_text, min_value=0, max_value=most, widget=widget, show_hidden_initial=True
    )


def _whole(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=0, show_hidden_initial=True)


def _clock(label: Any, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, help_text=help_text, widget=widget, show_hidden_initial=True)


def plain(value: Any) -> Any:
    """A value as byname.toml has it: 60 and not 60.0, a clock as text."""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


class _SectionForm(forms.Form):
    """A part of byname.toml. What it may hold is said once, in `byname.company`; here it is asked."""

    section: ClassVar[str]
    model: ClassVar[type[BaseModel]]

    def __init__(self, stands: BaseModel, data: QueryDict | None = None) -> None:
        self._stands = stands.model_dump()
        super().__init__(data, initial={key: plain(self._stands[key]) for key in self.base_fields}, label_suffix="")

    def clean(self) -> dict[str, Any]:
        """Hold what was changed against the section's own rules."""
        given = super().clean() or {}
        try:
            self.model.model_validate({**self._stands, **{key: plain(given[key]) for key in self._touched(given)}})
        except ValidationError as wrong:
            for error in wrong.errors():
                key = str(error["loc"][0]) if error["loc"] else None
                says = str(error["msg"]).removeprefix("Value error, ").replace("Input should be", _now("It should be"))
                self.add_error(key if key in self.fields else None, f"{says}.")
        return given

    def _touched(self, given: dict[str, Any]) -> list[str]:
        return [key for key in self.changed_data if key in given]

    def changes(self) -> dict[tuple[str, str], Any]:
        """What was changed on the page, so that what somebody else changed meanwhile stays."""
        return {(self.section, key): plain(self.cleaned_data[key]) for key in self._touched(self.cleaned_data)}


class MinutesForm(_SectionForm):
    """Minutes of each team on a working day."""

    section = "teams"
    model = Teams
    sales = _number(_("Sales"), most=100_000)
    marketing = _number(_("Marketing"), most=100_000)
    product = _number(_("Product"), most=100_000)
    service = _number(_("Service"), most=100_000)


class LimitsForm(_SectionForm):
    """How often is too often, when it is quiet, and what may be given."""

    section = "plan"
    model = Plan
    contacts = _whole(
        _("Contacts at most"), _("in the days below, by all teams, channels and tools together; service apart")
    )
    days = _whole(_("Days"), _("over which contacts are counted"))
    rest_days = _whole(_("Days of rest"), _("from one contact to the next"))
    asks = _whole(_("Asks at most"), _("of a person in a year"))
    gives_per_ask = _number(_("Thanks and gifts before each further ask"))
    neglect_days = _whole(_("Days without a kind word"), _("that the best must never have"))
    quiet_from = _clock(_("Quiet from"), _("by the person's own clock"))
    quiet_to = _clock(_("Quiet until"))
    weekend = forms.BooleanField(
        label=_("Contact on Saturday and Sunday too"), required=False, show_hidden_initial=True
    )
    perks = _number(_("Gifts and perks"), _("money a month"), most=1e12)
    discretion = _number(_("Each employee's own"), _("money a month to spend on a customer without asking"), most=1e12)


class EmployeeForm(forms.Form):
    """Somebody who works here."""

    name = forms.CharField(label=_("Name"), max_length=_MOST_LETTERS, help_text=_("as the records write it"))
    aliases = forms.CharField(
        label=_("Other spellings"),
        required=False,
        max_length=1000,
        help_text=_("as sources write them, with commas between"),
    )
    team = forms.ChoiceField(label=_("Team"), required=False, choices=[("", _("none")), *Team.choices])
    minutes = _number(_("Minutes a working day"), _("their own share of the team's"), most=1440)

    def __init__(self, employee: Employee | None, taken: Sequence[str], data: QueryDict | None = None) -> None:
        stands = employee or Employee(name="-")
        initial = {"aliases": ", ".join(stands.aliases), "team": stands.team, "minutes": plain(stands.minutes)}
        super().__init__(data, initial=initial, label_suffix="")
        self._taken = taken
        if employee:
            del self.fields["name"]  # facts name them by it

    def clean_name(self) -> str:
        """A name that no other employee has."""
        name = str(self.cleaned_data["name"])
        if name in self._taken:
            raise forms.ValidationError(_now("There is an employee of that name."))
        return name

    def values(self) -> dict[str, Any]:
        """What byname.toml is to say."""
        given = self.cleaned_data
        aliases = [alias.strip() for alias in given["aliases"].split(",") if alias.strip()]
        return {"aliases": aliases, "team": given["team"], "minutes": plain(given["minutes"])}


class AccountForm(_OfAccount):
    """What an owner says of an account."""

    class Meta:
        model = Account
        fields = ("email", "name", "role", "team", "employee")

    def __init__(
        self, employees: Sequence[str], data: QueryDict | None = None, *, instance: Account | None = None
    ) -> None:
        super().__init__(data, instance=instance, label_suffix="")
        known = dict.fromkeys([*employees, *([self.instance.employee] if self.instance.employee else [])])
        self.fields["employee"] = forms.ChoiceField(
            label=_("Employee"),
            required=False,
            choices=[("", _("none")), *((name, name) for name in known)],
            help_text=_("whose client book is theirs"),
        )
        self.fields["team"] = forms.ChoiceField(
            label=_("Team"),
            required=False,
            choices=[("", _("none")), *Team.choices],
            help_text=_("whose list is theirs"),
        )

    def clean_email(self) -> str:
        """E-mails are compared without regard to capitals."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """A lead leads a team."""
        given = super().clean() or {}
        if given.get("role") == Role.LEAD and not given.get("team"):
            self.add_error("team", _now("A team lead has a team."))
        return given
