"""Which kind of incident a topic of a complaint or a reason for a return tells of; None: no fault of ours is told."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["fault_of"]

# The topics of `voice.topics` that are a kind of incident. Of a price or a missing feature there is an opinion only.
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

# Reasons as shops write them, in English, German, French, Spanish, Italian, Dutch and Portuguese. A customer's
# own choice comes before the others, though it may hold a word of fault: "ordered the wrong size".
_OWN_CHOICE = re.compile(
    r"ordered|by mistake|bought the wrong|chang\w+ (?:my|their|of) mind|no longer|(?:not|un)[ -]?(?:needed|wanted)"
    r"|better price|too (?:big|small|large|tight|loose)|falsch bestellt|versehen|zu (?:gro(?:ß|ss)|klein)|par erreur"
    r"|trop (?:grand|petit)|por error|per errore|te (?:groot|klein)"
)
_LATE, _GOODS, _FAULTY = "late delivery", "wrong or damaged goods", "faulty product"
_REASONS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"(?:didn'?t|did not|doesn'?t|does not|not|never) (?:arrive|come|receive|deliver)\w*", _LATE),
        (r"\blate\b|delay|arrived after|zu spät|verspät|en retard|retraso|tardi|te laat|atras", _LATE),
        (
            r"wrong (?:item|product|article|size|colou?r|one|model|order)|falsch\w* (?:artikel|ware|produkt|größe)",
            _GOODS,
        ),
        (r"mauvais article|equivocado|sbagliat|verkeerd|errado", _GOODS),
        (r"damag|broken|smash|dent(?:s|ed)|scratch|leak|missing|incomplete|beschädigt|zerbrochen|kaputt", _GOODS),
        (r"abîmé|endommag|cassé|dañado|roto\b|rotto|danneggiat|beschadigd|kapot|danificad|quebrad", _GOODS),
        (r"def[ei][ck]t|fault|malfunction|not work|n't work|stopped working|not as (?:described|advertised)", _FAULTY),
        (r"qualit|funktioniert nicht|fonctionne pas|no funciona|non funziona|werkt niet|não funciona", _FAULTY),
    )
)
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
