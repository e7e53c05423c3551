"""How far your other systems were told: the last row of each table that they took."""

from __future__ import annotations

from django.db import models

__all__ = ["Reached"]


class Reached(models.Model):
    """The rows of a table up to which all is told. The rows themselves, which are never changed, are what waits."""

    table = models.CharField(max_length=40, unique=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.table} up to {self.last}"
