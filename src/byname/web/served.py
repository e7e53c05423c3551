"""Which company is served, with its settings as byname.toml says them now."""

from __future__ import annotations

from django.conf import settings

from byname.company import Company
from byname.errors import SettingsError
from byname.settings_file import reread

__all__ = ["company"]


def company() -> Company:
    """The company; while somebody's mistake stands in byname.toml, with the settings that the server began with."""
    found = settings.COMPANY
    assert isinstance(found, Company)  # noqa: S101 - nothing is served without a folder
    try:
        return reread(found)
    except SettingsError:
        return found
