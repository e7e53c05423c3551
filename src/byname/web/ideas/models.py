"""What belongs to an idea and is no fact: what colleagues answered, and whether its author is named when it is made."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Answer", "Credit", "Status"]


class Status(models.TextChoices):
    """How far an idea is; as the fact says it."""

    OPEN = "open", _("not answered yet")
    HEARD = "heard", _("heard")
    PLANNED = "planned", _("planned")
    STARTED = "started", _("started")
    SHIPPED = "shipped", _("made")
    NOT_NOW = "not now", _("not now")
    NOT_SHOWN = "not shown", _("not shown to others")


class Answer(models.Model):
    """What a colleague answered; the newest is where the idea stands."""

    idea = models.CharField(max_length=64, db_index=True)  # the fact's id
    status = models.CharField(max_length=12, choices=Status)
    text = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=120)  # as customers read it; stays when the account goes

    def __str__(self) -> str:
        return f"{self.status}: {self.text[:40]}"


class Credit(models.Model):
    """How the author of an idea wishes to be named once it is made; no row: not at all."""

    idea = models.CharField(max_length=64, unique=True)
    record_id = models.CharField(max_length=64, db_index=True)  # the author's anchor
    shown_as = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.shown_as
