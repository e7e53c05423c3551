"""What is to reach a person, from a draft to its end; and who is never to be written to again.

One row a contact. Its state is the only memory of how far it is: whatever crashes, the next process reads on there.
"""

from __future__ import annotations

import secrets
from functools import partial

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["WAITS", "Draft", "State", "Suppressed"]


class State(models.TextChoices):
    """How far a contact is. A mail goes draft, approved, claimed, tried, sent; a call goes draft, by hand, done."""

    DRAFT = "draft", _("a draft")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    STOPPED = "stopped", _("stopped by the gate")
    CLAIMED = "claimed", _("let out")  # the gate said yes and the contact is recorded; nothing was tried yet
    TRIED = "tried", _("on its way")  # handed to the mail server: never tried again, whatever comes
    SENT = "sent", _("sent")
    FAILED = "failed", _("refused by the mail server")
    LOST = "lost", _("not known whether it arrived")
    BY_HAND = "by hand", _("to be done by hand")  # let out and recorded when somebody says that it was done
    DONE = "done", _("done")


WAITS = (State.DRAFT, State.APPROVED, State.CLAIMED, State.BY_HAND)


class Draft(models.Model):
    """One contact with one person: what is said, why, with which facts, who let it out, what became of it."""

    key = models.CharField(max_length=43, unique=True, default=partial(secrets.token_urlsafe, 32))
    person_id = models.CharField(max_length=32, db_index=True)
    record_id = models.CharField(max_length=64, db_index=True)  # the person's anchor, as facts name them
    as_of = models.DateField()  # of the snapshot that it was made of
    action = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    team = models.CharField(max_length=20)
    employee = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=20)
    address = models.TextField(blank=True)
    kind = models.CharField(max_length=10)
    purpose = models.CharField(max_length=20)
    goal = models.TextField(blank=True)
    expected = models.TextField(blank=True)
    why = models.TextField(blank=True)  # the plan's sentence, for the one who approves
    subject = models.TextField(blank=True)
    words = models.TextField(blank=True)
    facts = models.JSONField(default=list)  # of the words: [{"name": column, "says": value, "purpose": given for}]
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, db_index=True)
    says = models.TextField(blank=True)  # why it was refused, stopped or failed
    made_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    contact_id = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - fact_id; many have none
    message_id = models.CharField(max_length=250, blank=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint("person_id", "action", "as_of", name="one_draft_of_a_play_and_day"),)
        indexes = (models.Index(fields=("as_of", "state"), name="drafts_of_a_day"),)

    def __str__(self) -> str:
        return f"{self.action} to {self.person_id}: {self.state}"


class Suppressed(models.Model):
    """An address that is not written to: an unsubscription, a complaint, a mailbox that does not exist.

    Only a keyed hash of it is kept, so that the list outlives an erasure; no import changes it.
    """

    hashed = models.CharField(max_length=64)
    channel = models.CharField(max_length=20)
    why = models.CharField(max_length=20)  # unsubscribed, complained, bounced, erased
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint("hashed", "channel", name="an_address_once"),)

    def __str__(self) -> str:
        return f"{self.channel}: {self.why}"
