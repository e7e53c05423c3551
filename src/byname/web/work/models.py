"""What the background did, does and has before it: one row a run, shown on the Data page."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["Kind", "Run", "Sent", "State"]


class Kind(models.TextChoices):
    """What is done."""

    REFRESH = "refresh", _("refresh")
    READ = "read", _("read a file")
    BACK = "take back", _("take a file back")
    CHECK = "check", _("look for damage")
    MAIL = "mail", _("the morning's mail")
    FORGET = "forget", _("erase somebody")


class State(models.TextChoices):
    """How far it is."""

    WAITING = "waiting", _("waits")
    RUNNING = "running", _("at work")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("stopped by the system")
    INTERRUPTED = "interrupted", _("interrupted")


class Run(models.Model):
    """One piece of work.

    Of each kind and subject at most one waits: who asks again is shown the one that waits. The row is the truth; the
    task that carries it out is made anew at each start.
    """

    kind = models.CharField(max_length=12, choices=Kind)
    # a file's name in the inbox, an import's id; whom to erase, until that is done: then the number of the erasure
    about = models.CharField(max_length=520, blank=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    by = models.CharField(max_length=254)  # stays when the account goes
    is_nightly = models.BooleanField(default=False)  # the morning's mail follows it
    asked_at = models.DateTimeField(auto_now_add=True, db_index=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    pid = models.IntegerField(null=True)
    step = models.CharField(max_length=200, blank=True)
    steps = models.JSONField(default=list)  # as they ended: step, seconds, says
    says = models.TextField(blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["-asked_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "about"], condition=Q(state="waiting"), name="one_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} {self.state}"

    @property
    def is_open(self) -> bool:
        """Does it wait or work?"""
        return self.state in (State.WAITING, State.RUNNING)

    @property
    def took(self) -> timedelta | None:
        """How long it was at work."""
        return self.ended_at - self.begun_at if self.begun_at and self.ended_at else None


class Sent(models.Model):
    """Who has been mailed about which snapshot: nobody gets the same news twice, though a run is done again."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    snapshot = models.CharField(max_length=60)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "snapshot"], name="once_a_snapshot"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.snapshot}"
