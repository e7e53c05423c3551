"""Django's registration of this part."""

from __future__ import annotations

from django.apps import AppConfig


class PreviewsConfig(AppConfig):
    """See the package."""

    name = "byname.web.previews"
    label = "previews"
