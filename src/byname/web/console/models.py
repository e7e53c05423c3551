"""What the pages themselves keep: questions to the list of people, under a name."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from byname.web.accounts.models import Team

__all__ = ["NAME_LENGTH", "SavedView"]

NAME_LENGTH = 60


class SavedView(models.Model):
    """A question to the list of people: its maker's own, or their team's too."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    query = models.CharField(max_length=600, blank=True)
    team = models.CharField(_("shared with"), max_length=10, choices=Team, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "name"], name="one_view_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
