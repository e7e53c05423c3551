"""Salutations and closings: they tell nothing of a problem, and a name stands in them."""

from __future__ import annotations

import re

__all__ = ["without_courtesy"]

_SALUTATION = (
    r"dear|hi|hello|hey|good (?:morning|afternoon|evening|day)|to whom it may concern|greetings"
    r"|sehr geehrte\w*|liebe[rs]?|hallo|moin|guten (?:tag|morgen|abend)|gr[üu](?:ß|ss) gott|servus"
    r"|bonjour|bonsoir|madame|monsieur|cher|ch[eè]re|hola|buen[oa]s? (?:d[ií]as?|tardes|noches)|estimad[oa]s?|querid[oa]s?"
    r"|beste|geachte|goede(?:morgen|middag|navond|ndag)|dag|ciao|buon(?:giorno|asera)|gentil[ei]|salve|ol[áa]|bom dia|boa tarde|prezad[oa]s?"
)
_CLOSING = (
    r"(?:kind|best|warm|many|with)? ?(?:regards|wishes)|best|cheers|sincerely|yours(?: \w+)?|thanks(?: a lot| again)?|thank you|many thanks"
    r"|(?:viele|liebe|beste|freundliche|herzliche)\w* gr[üu](?:ß|ss)e?|mit freundlichen gr[üu](?:ß|ss)en|danke(?: und gru(?:ß|ss))?|gru(?:ß|ss)|lg|mfg|vg"
    r"|cordialement|bien à vous|salutations|merci(?: d.avance)?|(?:un )?saludos?(?: cordial(?:es)?)?|atentamente|gracias"
    r"|(?:met )?vriendelijke groet(?:en)?|groet(?:en|jes)?|alvast bedankt|bedankt|cordiali saluti|(?:distinti )?saluti|grazie|obrigad[oa]|atenciosamente|cumprimentos"
)
# On a line of its own, with a few words beside it at most: "Dear Maren," and "Viele Grüße, Lennart".
_ALONE = re.compile(
    rf"^[ \t]*(?:(?:{_SALUTATION})\b[^\n.!?]{{0,40}}[,!:.]?|(?:{_CLOSING})\b[,!.]?[^\n.!?]{{0,40}}[,!.]?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


def without_courtesy(text: str) -> str:
    """The text without lines that only greet or close."""
    return "\n".join(line for line in _ALONE.sub("", text).split("\n") if line.strip())
