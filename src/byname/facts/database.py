"""A SQL query as a source, over ADBC: PostgreSQL and SQLite."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from byname.errors import BynameError, UnreadableFile, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

__all__ = ["run_query", "without_password"]


@contextmanager
def run_query(address: str, query: str) -> Iterator[pa.RecordBatchReader]:
    """Run a query and give its rows as Arrow batches.

    Args:
        address: postgresql://user@host/database, or sqlite:///path/to/file.
        query: SQL in the database's own dialect.

    Raises:
        UsageError: the address is of no database that we know.
        UnreadableFile: the database or the query failed; the message never holds the address's password.
    """
    scheme = urlsplit(address).scheme
    if scheme not in ("postgresql", "postgres", "sqlite"):
        raise UsageError(
            where="--query",
            found=f'an address that begins with "{scheme or address.split("/", maxsplit=1)[0]}"',
            expected="postgresql://… or sqlite:///…",
        )
    try:
        if scheme == "sqlite":
            from adbc_driver_sqlite.dbapi import connect

            connection = connect(address.removeprefix("sqlite://").removeprefix("/") or ":memory:")
        else:
            from adbc_driver_postgresql.dbapi import connect

            connection = connect(address)
    except Exception as broken:
        raise _failed(address, broken) from broken
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            yield cursor.fetch_record_batch()
    except BynameError:
        raise  # whoever takes the rows says what is wrong with them
    except Exception as broken:
        raise _failed(address, broken) from broken


def without_password(address: str) -> str:
    """The address as it may be shown: without user, password and parameters."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _failed(address: str, broken: Exception) -> UnreadableFile:
    parts = urlsplit(address)
    said = str(broken).split("\n", 1)[0][:300]
    for password in (parts.password or "", unquote(parts.password or ""), *parse_qs(parts.query).get("password", [])):
        if password:
            said = said.replace(password, "***")
    return UnreadableFile(where=without_password(address), found=said, expected="rows of a query")
