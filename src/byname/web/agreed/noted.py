"""Words for what was agreed since the snapshot, as a line among all that happened."""

from __future__ import annotations

from django.utils.translation import gettext as _

from byname.web.agreed.saying import KINDS
from byname.web.agreed.words import rule_word

__all__ = ["KINDS", "says"]


def says(kind: str, value: str) -> str:
    """What was written, as a person reads it.

    Args:
        kind: one of `KINDS`.
        value: as `saying` writes it.
    """
    head, _line, words = value.partition("\n")
    first, _blank, rest = head.partition(" ")
    return {
        "perk": _("a perk was granted: %(words)s") % {"words": words.replace("\n", ". ")},
        "perk given": _("a perk was given: %(words)s") % {"words": rest},
        "returns": _("a rule for returns (%(rule)s): %(words)s") % {"rule": rule_word(first), "words": words},
        "returns appeal": _("an appeal against the rule for returns: %(words)s") % {"words": words},
    }.get(kind) or (
        _("the rule for returns was lifted on appeal: %(words)s")
        if rest == "lifted"
        else _("the rule for returns was kept on appeal: %(words)s")
    ) % {"words": words}
