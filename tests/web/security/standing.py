"""What stands in the app database and the folder, to see whether something changed it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session

from byname.company import Company

__all__ = ["everything"]


def everything(company: Company) -> dict[str, Any]:
    """Every row of every table but sessions, and the settings."""
    stands: dict[str, Any] = {"byname.toml": (company.folder / "byname.toml").read_bytes()}
    for model in apps.get_models():
        if model is not Session:
            stands[model._meta.label] = list(model._default_manager.order_by("pk").values_list())
    return stands
