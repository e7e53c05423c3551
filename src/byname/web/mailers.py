"""How mail leaves, made of the URL in byname.toml: a server that speaks SMTP, or a provider's own interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

__all__ = ["PROVIDERS", "Provider", "mailers"]

_SECONDS = 10


@dataclass(frozen=True)
class Provider:
    """A company that sends for others, as django-anymail knows it.

    Attributes:
        module: of anymail.backends and anymail.webhooks.
        name: as anymail's classes begin.
        user: which of its options the URL's user is.
        password: likewise; empty: it has none.
        host: likewise.
        more: options that are always the same.
    """

    module: str
    name: str
    user: str
    password: str = ""
    host: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


PROVIDERS: Mapping[str, Provider] = {
    "postmark": Provider("postmark", "Postmark", "server_token"),
    "mailgun": Provider("mailgun", "Mailgun", "api_key", host="sender_domain"),
    "mailgun-eu": Provider(
        "mailgun", "Mailgun", "api_key", host="sender_domain", more={"api_url": "https://api.eu.mailgun.net/v3"}
    ),
    "mailjet": Provider("mailjet", "Mailjet", "api_key", password="secret_key"),  # noqa: S106 - a name
    "sparkpost": Provider("sparkpost", "SparkPost", "api_key"),
    # It knows no message without counting of opens: that is switched off in its own settings.
    "brevo": Provider("brevo", "Brevo", "api_key", more={"ignore_unsupported_features": True}),
}


def mailers(url: str) -> dict[str, Any]:
    """Django's settings of it; an empty URL sends nothing.

    `smtps://` speaks TLS from the first byte; `smtp://` with a password begins it by STARTTLS, so that no password goes
    in the clear; `smtp://` without one speaks to a relay as it is. `postmark://TOKEN@` and the like are providers.
    """
    if not url:
        return {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    parts = urlsplit(url)
    provider = PROVIDERS.get(parts.scheme)
    return {"default": _by_provider(provider, parts) if provider else _by_smtp(parts)}


def _by_provider(provider: Provider, parts: SplitResult) -> dict[str, Any]:
    said = {
        provider.user: parts.username or "",
        provider.password: parts.password or "",
        provider.host: parts.hostname or "",
    }
    said.pop("", None)
    options = {name: unquote(value) for name, value in said.items()}
    return {
        "BACKEND": f"anymail.backends.{provider.module}.EmailBackend",
        "OPTIONS": {**options, "timeout": _SECONDS, **provider.more},
    }


def _by_smtp(parts: SplitResult) -> dict[str, Any]:
    is_tls = parts.scheme == "smtps"
    has_password = bool(parts.password)
    return {
        "BACKEND": "byname.web.smtp.EmailBackend",
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
