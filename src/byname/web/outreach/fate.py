"""What became of a mail, by what the server or the provider said of it.

Nothing is tried again but what was surely not accepted. Of what may have been, nobody knows: it is lost, and said so.
"""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from ssl import SSLCertVerificationError

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
)
from django.utils.translation import gettext as _
from urllib3.exceptions import NewConnectionError

from byname.web.outreach.mail import NoAddress
from byname.web.outreach.models import State
from byname.web.smtp import NoAnswer

__all__ = ["SENT", "Fate", "fate_of", "is_gone"]

_LETTERS = 500
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_MAILBOX = (550, 551, 553)
_OF_THE_SENDER = ("7", "8")  # 5.1.7 and 5.1.8: the address that is wrong is ours
_TRY_LATER = (408, 429)
_NOT_LET_IN = (401, 402, 403)
_BAD_ANSWER = 500


@dataclass(frozen=True)
class Fate:
    """What became of a mail.

    Attributes:
        state: SENT, FAILED, LOST; CLAIMED: surely not accepted, so it is tried again.
        says: the server's words.
        is_gone: there is no such mailbox.
        ends: the server lets nobody in, so the others need not be tried now.
    """

    state: State
    says: str = ""
    is_gone: bool = False
    ends: bool = False


SENT = Fate(State.SENT)


def is_gone(code: int, says: str) -> bool:
    """Do a server's code and words say that there is no such mailbox? A full one, or a policy, is another thing."""
    found = _ENHANCED.search(says)
    if not found:
        return code in _NO_MAILBOX
    kind, subject, detail = found.groups()
    return kind == "5" and ((subject == "1" and detail not in _OF_THE_SENDER) or (subject, detail) == ("2", "1"))


def fate_of(error: Exception) -> Fate:
    """What became of a mail whose sending raised that."""
    if isinstance(error, NoAddress):
        return Fate(State.FAILED, str(error), is_gone=True)
    if isinstance(error, AnymailError):
        return _by_provider(error)
    if isinstance(error, smtplib.SMTPException | OSError):
        return _by_smtp(error)
    if isinstance(error, ValueError):  # made before anything is said to the server: an address in no form of SMTP
        return Fate(State.FAILED, _said(error))
    return Fate(State.LOST, _said(error), ends=True)


def _by_smtp(error: Exception) -> Fate:
    if isinstance(error, NoAnswer):
        return Fate(State.LOST, _("the line broke before the mail server said whether it took it"))
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        (code, words), *_more = error.recipients.values()
        return _answered(code, _text(code, words), is_theirs=True)
    if isinstance(error, smtplib.SMTPDataError):
        return _answered(error.smtp_code, _text(error.smtp_code, error.smtp_error), is_theirs=False)
    if isinstance(error, smtplib.SMTPResponseException):  # at the greeting, signing in, or who sends
        return Fate(State.CLAIMED, _text(error.smtp_code, error.smtp_error), ends=True)
    return Fate(State.CLAIMED, _("the mail server cannot be reached (%(error)s)") % {"error": _said(error)}, ends=True)


def _answered(code: int, says: str, *, is_theirs: bool) -> Fate:
    """What an answer about one mail comes to.

    Args:
        code: of the answer; 400 to 499 asks to come again.
        says: the answer.
        is_theirs: it is about the recipient, not about the words.
    """
    if code < _BAD_ANSWER:
        return Fate(State.CLAIMED, says, ends=code == 421)  # noqa: PLR2004 - "closing the line"
    return Fate(State.FAILED, says, is_gone=is_theirs and is_gone(code, says))


def _by_provider(error: AnymailError) -> Fate:
    if isinstance(error, AnymailRecipientsRefused):
        return Fate(State.FAILED, _("the provider takes no mail to this address"), is_gone=True)
    if isinstance(error, AnymailRequestsAPIError):
        return _by_status(error) if error.response is not None else _by_line(error)
    if isinstance(error, AnymailAPIError):
        return Fate(State.LOST, _said(error))
    return Fate(State.FAILED, _said(error))  # not even asked: something that it does not know


def _by_status(error: AnymailRequestsAPIError) -> Fate:
    status, says = error.response.status_code, _said(error)
    if status in _TRY_LATER or status in _NOT_LET_IN:
        return Fate(State.CLAIMED, says, ends=True)
    return Fate(State.FAILED if 400 <= status < _BAD_ANSWER else State.LOST, says)  # noqa: PLR2004 - it said no


def _by_line(error: AnymailRequestsAPIError) -> Fate:
    """No answer: was there a line at all?"""
    cause = error.__cause__
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    # TLS may break in the middle, too; only a certificate that is not theirs is refused before anything is said.
    is_not_theirs = any(isinstance(one, SSLCertVerificationError) for one in getattr(reason, "args", ()))
    if isinstance(cause, requests.ConnectTimeout) or isinstance(reason, NewConnectionError) or is_not_theirs:
        return Fate(State.CLAIMED, _("the provider cannot be reached"), ends=True)
    return Fate(State.LOST, _("the line broke before the provider said whether it took it"))


def _text(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(said.split())}"[:_LETTERS]


def _said(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:_LETTERS]
