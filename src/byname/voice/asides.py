"""What a complaint says beside the problem: what is asked of us, and what was good. Neither is a problem.

"Would you mind looking?" and "the last orders were fine" stand in complaints and hardly anywhere else, so counting
takes them for what people complain of. The clause around a phrase tells: it asks, or it is kind.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from byname.voice.intents import find_intents, folded, words_of
from byname.voice.lexicon import sound

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["clause_of", "is_aside", "tells"]

# Marks, and the words that turn from the good to the bad or back.
_CLAUSE = re.compile(
    r"[.!?…;:\n]+|,\s|\s-\s|\b(?:but|though|although|however|aber|doch|jedoch|obwohl|mais|cependant|pero|aunque|maar|echter|ma|però|mas|porém)\b"
)
_LIST = {
    "asked in English": r"(?:could|can|would|will)(?:n't)? (?:you|u|someone|somebody|anyone|anybody)|please|would (?:you )?mind|would (?:be|like|love|appreciate)"
    r"|let me know|(?:should|shall|can) i (?:do|expect)|appreciate if|look(?:ing)? forward|get back to me",
    "in German": r"(?:könn(?:t?en|t)|würden|können|wollen|dürfte) (?:sie|ihr|wir|ich)|kann (?:ich|man|mir|jemand)|bitte|bescheid|soll(?:en|te)? (?:ich|wir)|wäre (?:ich|es|schön|nett)",
    "in French": r"(?:pouvez|pourriez|peux|voulez|voudriez)[- ](?:vous|tu)|s'il (?:vous|te) pla[iî]t|svp|merci de|veuillez|que (?:dois|puis)-je|au courant|dans l'attente",
    "in Spanish": r"(?:pueden?|podr[ií]an?|podéis|podríais)|por favor|(?:qué|que) (?:tengo|debo|hago)|quedo a la espera|a la espera|me gustaría",
    "in Dutch": r"(?:kunnen|kunt|kun|willen|wilt|zouden|zou|kan) (?:jullie|u|je|iemand|ik)|alsjeblieft|alstublieft|graag|aub|moet ik|hoor graag",
    "in Italian": r"(?:potete|potreste|può|potrebbe|puoi)|per (?:favore|cortesia|piacere)|(?:cosa|che) devo|vorrei|in attesa|fatemi sapere",
    "in Portuguese": r"(?:pode|podem|podiam?|poderiam?)|por favor|se faz favor|(?:o )?que devo|gostaria|aguardo",
}
_ASKS = re.compile(rf"\b(?:{'|'.join(_LIST.values())})\b")
# Kind words that are no praise: what was fine, what else was fine, that it happens to everybody.
_KIND = re.compile(
    r"\b(?:apart from (?:that|this)|other than that|otherwise|to be fair|(?:it|this|that|things) happens?|no complaints|you are busy|(?:was|were|is|are|been) (?:always )?(?:fine|ok|okay|good|happy|satisfied)"
    r"|ansonsten|sonst|kann (?:ja )?(?:mal )?passieren|viel los|(?:sehr |immer )?zufrieden|in ordnung"
    r"|sinon|à part (?:ça|cela)|cela arrive|ça arrive|tout va bien|satisfaite?s?"
    r"|por lo demás|son cosas que pasan|todo bien|satisfech[oa]s?"
    r"|verder|voor de rest|kan gebeuren|tevreden"
    r"|per il resto|può capitare|capita|tutto bene|soddisfatt[oa]"
    r"|de resto|acontece|tudo bem|satisfeit[oa])\b"
)
_CLEAR = 0.3  # VADER's compound, as for a sentence that is for us
_READ = 1_000


def clause_of(text: str, phrase: str) -> tuple[str, bool] | None:
    """The clause that holds a phrase, in lower case, and whether its sentence is a question; None if it is nowhere.

    Args:
        text: clean words.
        phrase: words in lower case, parted by one blank.
    """
    low = folded(text[:_READ])
    words = r"\s+".join(map(re.escape, phrase.split()))
    hit = re.search(rf"(?<!\w){words}(?!\w)", low)
    if hit is None:
        return None
    start, end = 0, len(low)
    for mark in _CLAUSE.finditer(low):
        if mark.end() <= hit.start():
            start = mark.end()
        elif mark.start() >= hit.end():
            end = mark.start()
            break
    rest = re.search(r"[.!?…\n]", low[hit.end() :])
    return low[start:end].strip(), bool(rest and rest.group() == "?")


def is_aside(clause: str, *, question: bool) -> bool:
    """Whether a clause asks something of us, or says what was good.

    Args:
        clause: in lower case.
        question: whether its sentence ends with a question mark.
    """
    if question or _ASKS.search(clause) or _KIND.search(clause):
        return True
    if sound(clause).compound >= _CLEAR:
        return True
    found = {intent for _, _, intent in find_intents(clause, words_of(clause)).spans}
    return bool(found & {"praise", "thanks"}) and not found & {"complaint", "leaving"}


def tells(phrase: str, texts: Iterable[str], *, most: int = 40) -> bool:
    """Whether a phrase tells of problems: at least half of the clauses that hold it are no asides.

    Args:
        phrase: in lower case.
        texts: texts that hold it.
        most: so many of them are looked at.
    """
    asides = seen = 0
    for text in texts:
        found = clause_of(text, phrase)
        if found is None:
            continue
        seen += 1
        asides += is_aside(found[0], question=found[1])
        if seen == most:
            break
    return 2 * asides <= seen
