"""How a customer comes in: links that work once and end, and what they said on their pages that is no fact yet."""

from __future__ import annotations

from django.db import models

__all__ = ["Door"]


class Door(models.Model):
    """A link to somebody's page. Of the token only a hash is kept."""

    hashed = models.CharField(max_length=64, unique=True)
    record_id = models.CharField(max_length=64, db_index=True)  # the person's anchor
    made_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"a link for {self.record_id}"
