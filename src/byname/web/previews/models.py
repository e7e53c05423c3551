"""What is shown or asked, its questions, and who was invited. What customers answer is no row of these: it is facts."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from byname.web.outreach.models import Draft

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Answered", "Invitation", "Kind", "Preview", "Question", "Stage"]


class Kind(models.TextChoices):
    """What it is for those who get it."""

    GIVE = "give", _("a preview: they see first what comes")
    ASK = "ask", _("an opinion: we ask what they think")


class Stage(models.TextChoices):
    """How far it is."""

    DRAFT = "draft", _("a draft")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Answered(models.TextChoices):
    """How a question is answered."""

    CHOICE = "choice", _("one of several choices")
    SCALE = "scale", _("1 (bad) to 5 (good)")
    WORDS = "words", _("free words")


class Preview(models.Model):
    """Something that is shown, or asked about, before it is finished."""

    kind = models.CharField(max_length=4, choices=Kind)
    title = models.CharField(max_length=120)
    about = models.TextField()  # in a few sentences, for those who get it
    link = models.URLField(max_length=500, blank=True)
    feature = models.CharField(max_length=200)  # of the product, as the profile's `features` call it
    first_day = models.DateField()
    last_day = models.DateField()
    stage = models.CharField(max_length=6, choices=Stage, default=Stage.DRAFT, db_index=True)
    became = models.TextField(blank=True)  # what became of it, to those who answered
    made_at = models.DateTimeField(auto_now_add=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=120)  # as customers read it; stays when the account goes

    def __str__(self) -> str:
        return self.title

    @property
    def action(self) -> str:
        """The playbook by which its invitations go."""
        return "preview" if self.kind == Kind.GIVE else "ask-those-who-use-it"

    def is_open(self, today: date) -> bool:
        """May it be answered that day?"""
        return self.stage == Stage.OPEN and self.first_day <= today <= self.last_day


class Question(models.Model):
    """One question. Facts name it by its key, which no other app database ever gives again."""

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="questions")
    key = models.CharField(max_length=32, unique=True, default=partial(secrets.token_hex, 8))
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=Answered)
    text = models.CharField(max_length=200)
    choices = models.JSONField(default=list)

    class Meta:
        ordering = ("place", "pk")

    def __str__(self) -> str:
        return self.text


class Invitation(models.Model):
    """Who was invited, once: the letter goes the way of all letters, and may be refused there."""

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="invitations")
    person_id = models.CharField(max_length=32, db_index=True)
    record_id = models.CharField(max_length=64, db_index=True)  # their anchor
    draft = models.ForeignKey(Draft, on_delete=models.SET_NULL, null=True, db_constraint=False, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint("preview", "record_id", name="invited_once"),)

    def __str__(self) -> str:
        return f"{self.person_id} to {self.preview_id}"
