"""Reviews and stories that colleagues took from view, and why: the only thing about them that is no fact."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Reason", "TakenDown"]


class Reason(models.TextChoices):
    """Why it may be taken from view. That it is bad is none."""

    NAMES = "names", _("it names somebody who did not ask for it")
    INSULT = "insult", _("it insults somebody")
    NOT_ABOUT = "not about us", _("it is not about us")
    LAW = "law", _("the law forbids it")


class TakenDown(models.Model):
    """A review or a story that is shown to its author alone."""

    fact_id = models.CharField(max_length=64, unique=True)  # of the words; an erasure finds it by this
    reason = models.CharField(max_length=12, choices=Reason)
    text = models.TextField()  # to its author
    at = models.DateTimeField(auto_now_add=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"{self.reason}: {self.text[:40]}"
