"""Which kind of incident a topic of a complaint or a reason for a return tells of; None: no fault of ours is told."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["fault_of"]

# The topics of `voice.topics` that are a kind of incident. A price or a missing feature is an opinion: nothing happened.
_TOPICS = {
    "delivery": "late delivery",
    "delay or cancelled date": "delay",
    "wrong or damaged goods": "wrong or damaged goods",
    "quality": "faulty product",
    "billing and payment": "wrong bill",
    "outage or fault": "outage",
    "website or app": "technical fault",
    "login and account": "technical fault",
    "waiting for an answer": "no answer",
    "staff and service": "bad service",
    "lost things": "lost things",
}

# Reasons as shops write them, in English, German, French, Spanish, Italian, Dutch and Portuguese. Before the others comes
# what is the customer's own choice, though it may hold a word of fault: "wrong size ordered", "not as I imagined".
_OWN_CHOICE = re.compile(
    r"ordered|by mistake|bought the wrong|chang\w+ (?:my|their|of) mind|no longer|(?:not|un)[ -]?(?:needed|wanted)"
    r"|better price|too (?:big|small|large|tight|loose)|falsch bestellt|versehen|zu (?:gro(?:ß|ss)|klein)|par erreur"
    r"|trop (?:grand|petit)|por error|per errore|te (?:groot|klein)"
)
_REASONS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"(?:didn'?t|did not|doesn'?t|does not|not|never) (?:arrive|come|receive|deliver)\w*", "late delivery"),
        (r"\blate\b|too late|delay|arrived after|zu spät|verspät|en retard|retraso|tardi|te laat|atras", "late delivery"),
        (r"wrong (?:item|product|article|size|colou?r|one|model|order)", "wrong or damaged goods"),
        (r"falsch\w* (?:artikel|ware|produkt|größe)|mauvais article|equivocado|sbagliat|verkeerd|errado", "wrong or damaged goods"),
        (r"damag|broken|smash|dent(?:s|ed)|scratch|leak|missing|incomplete|beschädigt|zerbrochen|kaputt", "wrong or damaged goods"),
        (r"abîmé|endommag|cassé|dañado|roto\b|rotto|danneggiat|beschadigd|kapot|danificad|quebrad", "wrong or damaged goods"),
        (r"defe[ck]t|fault|malfunction|not work|n't work|stopped working|quality|not as (?:described|advertised)", "faulty product"),
        (r"qualit|funktioniert nicht|fonctionne pas|no funciona|non funziona|werkt niet|não funciona", "faulty product"),
    )
)  # fmt: skip
_MOST = 300  # letters of a reason that are looked at


@lru_cache(maxsize=65_536)
def fault_of(words: str) -> str | None:
    """The kind of incident that a topic or a reason for a return tells of.

    >>> fault_of("Arrived broken")
    'wrong or damaged goods'
    >>> fault_of("changed my mind") is None
    True
    """
    plain = words[:_MOST].lower().replace("_", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip()
    if plain in _TOPICS:
        return _TOPICS[plain]
    if _OWN_CHOICE.search(plain):
        return None
    return next((kind for pattern, kind in _REASONS if pattern.search(plain)), None)
