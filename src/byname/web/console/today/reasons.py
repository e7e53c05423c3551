"""Why a contact is not right, as quick choices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

__all__ = ["WHY_NOT", "why_said"]

WHY_NOT = (
    ("untrue", _("the reason is not true")),
    ("known", _("they have heard from us already, and it is not on record")),
    ("settled", _("it is settled")),
    ("moment", _("it is a bad moment for them")),
    ("words", _("the words or the way are wrong for them")),
    ("person", _("it is about somebody else: two people are mixed up")),
)


def why_said(reason: str, own: str) -> str:
    """The choice and the own words as one sentence; empty where neither is given."""
    return "; ".join(said for said in (str(dict(WHY_NOT).get(reason, "")), own.strip()) if said)
