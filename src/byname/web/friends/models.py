"""What belongs to bringing a friend and is no fact: a customer's link, and who may be told of whom."""

from __future__ import annotations

from django.db import models

__all__ = ["MOST_BY", "MOST_NAME", "Came", "Link"]

MOST_BY, MOST_NAME = 80, 200


class Link(models.Model):
    """What a customer gives to friends. Taken back it is deleted, so that its code is like any unknown one."""

    code = models.CharField(max_length=40, unique=True)  # by chance; it tells nothing of her
    record_id = models.CharField(max_length=64, db_index=True)  # her anchor
    shown_as = models.CharField(max_length=MOST_BY, blank=True)  # what the friend reads; empty: no name
    words = models.TextField()  # what she would say, without the link
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.code


class Came(models.Model):
    """What a friend said beside the fact that somebody brought them."""

    fact_id = models.CharField(max_length=64, unique=True)  # the referral
    record_id = models.CharField(max_length=64, db_index=True)  # the friend's anchor
    other_record_id = models.CharField(max_length=64, db_index=True)  # the anchor of who brought them
    by = models.CharField(max_length=MOST_BY, blank=True)  # how the friend knows who it was, as the link said it
    shown_as = models.CharField(max_length=MOST_NAME, blank=True)  # what who brought them may read; empty: nothing

    def __str__(self) -> str:
        return f"{self.by}: {self.shown_as}"
