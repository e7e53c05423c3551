"""Tokens: how a program comes in, as one account, with no more than it was given."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from byname.web.accounts.models import Account

__all__ = ["Token"]


class Token(models.Model):
    """One token. Only its digest is kept, so that a copy of the database lets nobody in."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)
    until = models.DateField(_("last day"), null=True, blank=True)
    used_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name
