"""Django's way to speak SMTP, which tells one thing more: that the server may have a mail, but did not say so."""

from __future__ import annotations

import re
import smtplib
from typing import Any

from anymail.exceptions import AnymailError
from django.core.mail.backends import smtp

__all__ = ["NOT_SENT", "EmailBackend", "NoAnswer"]

NOT_SENT = (OSError, smtplib.SMTPException, AnymailError)
"""What sending a mail may raise, by a server or a provider."""
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
_SECONDS_FOR_AN_ANSWER = 120  # a server that looks for viruses first takes its time


class NoAnswer(smtplib.SMTPException):
    """The server was given the words, and the line broke before it said what became of them."""


class _Telling:
    """Of the two classes of smtplib: what goes wrong once the words are on their way is told apart."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand over a mail's words.

        Raises:
            NoAnswer: see there.
            SMTPDataError: the server said no.
        """
        sock, before = self.sock, self.sock.gettimeout()  # type: ignore[attr-defined]
        try:
            sock.settimeout(_SECONDS_FOR_AN_ANSWER)
            answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]
            sock.settimeout(before)
        except smtplib.SMTPDataError:
            sock.settimeout(before)
            raise
        except OSError as cut:  # smtplib's own errors are such too
            self.close()  # type: ignore[attr-defined]
            raise NoAnswer(str(cut) or type(cut).__name__) from cut
        return answer


class _Plain(_Telling, smtplib.SMTP):
    pass


class _Tls(_Telling, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's, with that; and a plain address is not parsed again for each mail."""

    def prep_address(self, address: str, force_ascii: bool = True) -> str:  # noqa: FBT001, FBT002 - Django's way
        """The address alone, as the server is told."""
        if _PLAIN.fullmatch(address):
            return address
        return str(super().prep_address(address, force_ascii))

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """What speaks to the server."""
        return _Tls if self.use_ssl else _Plain
