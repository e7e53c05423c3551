"""Django's registration of this part."""

from __future__ import annotations

from django.apps import AppConfig


class AgreedConfig(AppConfig):
    """See the package."""

    name = "byname.web.agreed"
    label = "agreed"
