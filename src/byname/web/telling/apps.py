"""Django's registration of this part."""

from __future__ import annotations

from django.apps import AppConfig


class TellingConfig(AppConfig):
    """See the package."""

    name = "byname.web.telling"
    label = "telling"
