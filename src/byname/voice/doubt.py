"""Signs that a text may mean other than it says: irony, contradiction, two languages, no words at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from byname.voice.languages import mixed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

__all__ = ["ironic", "is_doubtful"]

_IRONY = re.compile(
    r"""\#(?:sarcas\w*|irony|not|joking)\b | (?:^|\s)/s(?:$|\s) | thanks?\ (?:you\ )?(?:so\ much\ |a\ lot\ )?for\ nothing | \bway\ to\ go\b
      | \byeah,?\ right\b | \bso\ much\ for\b | \bjust\ what\ (?:i|we)\ (?:needed|wanted)\b | \boh,?\ (?:great|joy|good|wonderful|perfect|nice)\b
      | \b(?:real|very)\ (?:classy|nice\ (?:of|way|touch))\b | \bgotta\ love\b | \bhow\ (?:nice|lovely|kind|thoughtful)\ of\ (?:you|them)\b
      | \b(?:love|loving|enjoy|enjoying)\ (?:it\ when|how|being|the\ fact|waiting|sitting|paying|spending|that|when)\b
      | \bthanks?\ (?:you\ )?(?:so\ much\ |a\ lot\ |again\ )?for\ (?:\w+\ ){0,2}(?:los|ruin|delay|cancel|mak|wast|giving\ away|break|ignor|hang|leav|not|charg|strand|keep)
      | \bthanks?\ to\ (?:you|your|ur)\b | \bnice\ (?:try|one)\b | \bwhat\ a\ (?:surprise|shock|treat)\b | \bshock(?:er|ing)\b | \bslow\ clap\b
      | \b(?:danke|merci|gracias|bedankt|grazie|obrigad[oa])\ (?:für\ nichts|pour\ rien|por\ nada|voor\ niets|per\ (?:niente|nulla)) | \bna\ toll\b
      | \b(?:great|good|nice|fine|stellar|awesome|amazing|excellent|fantastic)\ (?:job|work|service|start|experience|timing|way)\b[^.!?]{0,30}
        \b(?:not|no|los|cancel|delay|ruin|miss|late|again|fail|never|nobody|hours?)""",
    re.VERBOSE,
)
_WORDS = frozenset(
    "sarcasm sarcastic irony not joking s thank thanks way yeah much just oh real very gotta how love loving enjoy enjoying nice "
    "what shocker shocking slow danke merci gracias bedankt grazie obrigado obrigada na great good fine stellar awesome "
    "amazing excellent fantastic".split()
)
_SCRIPTS = re.compile("[a-zA-Z]{3}")
_OTHER_SCRIPTS = re.compile(
    "[\u0370-\u03ff\u0400-\u04ff\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{3}"
)
_SURE, _TONE = 0.8, 0.5


def ironic(low: str, words: AbstractSet[str]) -> bool:
    """Does the text, in lower case, bear a sign of irony? Such signs are many and none is sure."""
    return not _WORDS.isdisjoint(words) and _IRONY.search(low) is not None


def is_doubtful(low: str, words: AbstractSet[str], scores: Mapping[str, float], compound: float) -> bool:
    """Is what the text says in doubt?

    Args:
        low: the text in lower case.
        words: its words.
        scores: how sure each intent is.
        compound: VADER's, -1 to 1.
    """
    if not words:
        return True
    against = max(scores["complaint"], scores["leaving"])
    if against >= _SURE and (scores["praise"] >= _SURE or compound >= _TONE):
        return True
    if scores["praise"] >= _SURE and compound <= -_TONE:
        return True
    if ironic(low, words) or mixed(words):
        return True
    return not low.isascii() and _OTHER_SCRIPTS.search(low) is not None and _SCRIPTS.search(low) is not None
