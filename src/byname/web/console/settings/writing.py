"""Changing byname.toml from a page: written, logged with before and after, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext as _

from byname import settings_file
from byname.errors import BynameError
from byname.web.accounts.audit import log
from byname.web.accounts.policy import account_of, demand

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from byname.company import Company, Settings
    from byname.settings_file import Edit

__all__ = ["company_now", "said", "write"]


def company_now() -> Company:
    """The company with the settings that its file says now.

    Raises:
        SettingsError: somebody made a mistake in it by hand.
    """
    assert settings.COMPANY is not None  # noqa: S101 - nothing is served without a folder
    return settings_file.reread(settings.COMPANY)


def write(request: HttpRequest, about: str, edit: Edit, part: Callable[[Settings], Any]) -> bool:
    """Change the file and say so; False where it could not be, which is said too.

    Args:
        request: by whom.
        about: what the audit log calls it.
        edit: the change.
        part: what of the settings is logged, before and after.
    """
    demand(request.user, "settings")

    def logged(before: Settings, after: Settings) -> None:
        log(account_of(request), "settings", about, before=part(before), after=part(after))

    try:
        with transaction.atomic():
            before, after = settings_file.changed(company_now(), edit, first=logged)
    except (BynameError, OSError) as wrong:
        messages.error(request, str(wrong))
        return False
    was, is_now = part(before), part(after)
    if was == is_now:
        messages.info(request, _("Nothing was changed."))
        return True
    messages.success(request, f"{said(was, is_now)} {_('It takes effect at the next refresh.')}")
    return True


def said(was: Any, is_now: Any) -> str:
    """What something was and is, in a line such as `sales: 60 → 75`."""
    if isinstance(was, dict) and isinstance(is_now, dict):
        keys = [key for key in {**was, **is_now} if was.get(key) != is_now.get(key)]
        return (
            "; ".join(f"{key.replace('_', ' ')}: {_one(was.get(key))} → {_one(is_now.get(key))}" for key in keys) + "."
        )
    return f"{_one(was)} → {_one(is_now)}."


def _one(value: Any) -> str:
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value) or _("nothing")
    return str(value)
