"""How people say that we write or call too often, in seven languages: a pattern of the portable subset of SQL."""

from __future__ import annotations

__all__ = ["TOO_MUCH"]

_WRITTEN = "e?-?mails?|newsletters?|messages?|texts?|sms|calls?|letters?|spam"
_STOP = "(emailing|e-mailing|mailing|messaging|texting|calling|phoning|spamming|writing to|contacting) (me|us)"
_PHRASES = (
    f"too many ({_WRITTEN})",
    f"(stop|quit) {_STOP}",
    f"(stop|no more|fewer|less|stop sending( me| us)?( so many)?|so many) (these |the |your )?({_WRITTEN})",
    "(email|e-mail|mail|text|call|write to|contact) (me|us) (too often|less often|less)",
    "zu viele? (e-?mails?|mails?|nachrichten|anrufe|newsletter|werbung|post)",
    "(keine|weniger) (weiteren )?(e-?mails?|mails?|nachrichten|anrufe|newsletter|werbung)",
    "trop (de |d[^a-z])?(e-?mails?|mails?|courriels?|messages|appels|courriers)",
    "demasiad[oa]s (e-?mails?|correos|mensajes|llamadas)",
    "troppe (e-?mail|mail|telefonate|chiamate)|troppi (messaggi|sms)",
    "(te veel|minder) (e-?mails?|mails?|berichten|telefoontjes)",
    "demasiados e-?mails?|mensagens a mais",
)
# A word begins where no letter stands before.
TOO_MUCH = "(^|[^a-z])(" + "|".join(_PHRASES) + ")"
