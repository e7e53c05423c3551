"""How mail leaves, made of the URL in byname.toml."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["mailers"]

_SECONDS = 10


def mailers(url: str) -> dict[str, Any]:
    """Django's settings of it; an empty URL sends nothing.

    `smtps://` speaks TLS from the first byte; `smtp://` with a password begins it by STARTTLS, so that no password goes
    in the clear; `smtp://` without one speaks to a relay as it is.
    """
    if not url:
        return {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    has_password = bool(parts.password)
    return {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": parts.hostname or "localhost",
                "port": parts.port or (465 if is_tls else 587 if has_password else 25),
                "username": unquote(parts.username or ""),
                "password": unquote(parts.password or ""),
                "use_ssl": is_tls,
                "use_tls": has_password and not is_tls,
                "timeout": _SECONDS,
            },
        }
    }
