"""Django's registration of this part."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the package."""

    name = "byname.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what allauth changes."""
        import_module("byname.web.accounts.recording")
