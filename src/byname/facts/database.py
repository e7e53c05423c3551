"""A SQL query as a source, over ADBC: PostgreSQL and SQLite."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from byname.errors import UnreadableFile, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

__all__ = ["run_query"]


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
    except UnreadableFile:
        raise
    except Exception as broken:
        raise _failed(address, broken) from broken


def _failed(address: str, broken: Exception) -> UnreadableFile:
    parts = urlsplit(address)
    said = str(broken).split("\n", 1)[0][:300]
    if parts.password:
        said = said.replace(parts.password, "***")
    return UnreadableFile(
        where=f"{parts.scheme}://{parts.hostname or ''}{parts.path}", found=said, expected="rows of a query"
    )
