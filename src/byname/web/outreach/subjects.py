"""The line above a mail: short, plain, and true to what stands beneath; never an offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.playbooks.filters import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.playbooks.playbook import Playbook

__all__ = ["LONGEST", "one_line", "subject_of"]

LONGEST = 200  # letters

# By the kind of contact; a playbook's title is for colleagues and says what to do, not what it is about.
_SUBJECTS = {
    "en": {
        "thank": "Thank you, from {company}",
        "give": "Something for you, from {company}",
        "ask": "A question from {company}",
        "news": "News from {company}",
        "service": "A personal word from {company}",
    },
    "de": {
        "thank": "Danke, von {company}",
        "give": "Etwas für Sie, von {company}",
        "ask": "Eine Frage von {company}",
        "news": "Neues von {company}",
        "service": "Eine persönliche Nachricht von {company}",
    },
    "fr": {
        "thank": "Merci, de la part de {company}",
        "give": "Quelque chose pour vous, de la part de {company}",
        "ask": "Une question de {company}",
        "news": "Des nouvelles de {company}",
        "service": "Un mot personnel de {company}",
    },
    "es": {
        "thank": "Gracias, de parte de {company}",
        "give": "Algo para usted, de parte de {company}",
        "ask": "Una pregunta de {company}",
        "news": "Novedades de {company}",
        "service": "Unas palabras personales de {company}",
    },
}


def subject_of(play: Playbook, profile: Mapping[str, object], company: str) -> str:
    """The line to begin with, in the language of the words.

    Args:
        play: what is done.
        profile: the person's, with their language.
        company: what it is called.
    """
    language = str(profile.get("language") or "").strip().lower()[:2]
    spoken = language if language in dict(play.words_in) else "en"
    return one_line(_SUBJECTS.get(spoken, _SUBJECTS["en"])[play.kind].replace("{company}", str(said(company) or "")))


def one_line(text: str) -> str:
    """A text without line breaks or anything that cannot be seen, so that no header can hide in it."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
