"""Which app database: the folder's SQLite, or the PostgreSQL that byname.toml names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["database"]


def database(url: str, file: Path | None) -> dict[str, Any]:
    """Django's settings of it; an empty URL is that file, no file is memory."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file or ":memory:",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
