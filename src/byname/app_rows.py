"""The app database as everything beside the pages needs it: rows of the fact tables that people wrote.

It is the folder's app.sqlite3, or the PostgreSQL of [web] database; `byname serve` makes it. A row is only ever added,
and marked with the moment when a refresh took it into the ledger: see `byname.draining`.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from byname.errors import AppDatabaseError
from byname.facts.schema import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from byname.company import Company

__all__ = ["STEP", "TABLES", "Rows", "alone", "opened", "served_by", "writing"]

TABLES = (
    "decisions", "promises", "contacts", "answers", "consents", "preferences", "messages", "ratings", "ideas", "votes",
    "referrals",
)  # fmt: skip
STEP = 4  # the last migration of `byname.web.written` that this program knows
_WAIT_SECONDS = 20
_LOCK = 0x62796E616D65  # PostgreSQL's name of our writers' lock: "byname"
_SINCE = "(drained_at is null or drained_at > %s or occurred_at >= %s)"
# What lies over the pages of a snapshot; of other tables all. A mailing writes a hundred thousand contacts of a
# playbook, which drafts tell of: each part of the condition leaves them out, so that each is answered by an index.
_SHOWN_SINCE = {
    "contacts": "((action is null and drained_at is null) or (action is null and drained_at > %s) "
    "or (action is null and occurred_at >= %s))"
}
_AT_ONCE = 500


class _Cursor(Protocol):
    """What Python's database drivers have in common."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, sql: str, parameters: Any = ..., /) -> Any: ...

    def executemany(self, sql: str, parameters: Any, /) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...


class Rows:
    """The rows of an open app database.

    Args:
        cursor: gives what statements are run with, their parameters as %s.
        transaction: all or nothing within it.
        is_postgres: is it PostgreSQL, or SQLite?
    """

    def __init__(
        self,
        cursor: Callable[[], _Cursor],
        transaction: Callable[[], AbstractContextManager[Any]],
        *,
        is_postgres: bool,
    ) -> None:
        self._cursor = cursor
        self.transaction = transaction
        self.is_postgres = is_postgres
        self.by: int | None = None
        """The account that writes; None: the command line."""

    # Reading

    def pending(self, name: str, kinds: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Rows that no refresh took yet, oldest first; of those kinds, or all."""
        of_kind = f" and kind in ({_marks(kinds)})" if kinds else ""
        return self._rows(name, f"drained_at is null{of_kind}", kinds)

    def since(
        self,
        name: str,
        run: datetime,
        until: datetime,
        *,
        kinds: Sequence[str] = (),
        records: Sequence[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Rows that a snapshot does not hold, oldest first: not taken when its run began, or of a later day.

        Args:
            name: of the fact table.
            run: when the snapshot's run began, UTC without a zone.
            until: the end of its last day, likewise.
            kinds: of those kinds; empty: all.
            records: about those records; None: all.
        """
        given = (self.instant(run), self.instant(until), *kinds)
        where = f"{_SINCE} and kind in ({_marks(kinds)})" if kinds else _SINCE
        if records is None:
            return self._rows(name, where, given)
        found = []
        for first in range(0, len(records), _AT_ONCE):
            some = records[first : first + _AT_ONCE]
            found += self._rows(name, f"{where} and record_id in ({_marks(some)})", (*given, *some))
        return sorted(found, key=lambda row: row["id"])

    def last_since(self, name: str, run: datetime, until: datetime, many: int) -> list[dict[str, Any]]:
        """Of `since` those that were written last, oldest first."""
        where = f"id in (select id from written_{name} where {_SINCE} order by id desc limit {many:d})"  # noqa: S608
        return self._rows(name, where, (self.instant(run), self.instant(until)))

    def shown_since(self, name: str, run: datetime, until: datetime) -> list[dict[str, Any]]:
        """Of `since`, what pages lay over a snapshot: contacts that a playbook made are told by their drafts."""
        return self._rows(name, _SHOWN_SINCE.get(name, _SINCE), (self.instant(run), self.instant(until)))

    def after(self, name: str, last: int, many: int) -> list[dict[str, Any]]:
        """Rows that were written after the one of that number, the first so many, oldest first."""
        where = f"id in (select id from written_{name} where id > %s order by id limit {many:d})"  # noqa: S608
        return self._rows(name, where, (last,))

    def just_now(self, name: str, record_id: str, after: datetime) -> dict[str, Any] | None:
        """The newest row about that record, if this account wrote it after that moment."""
        rows = self._rows(name, "record_id = %s and written_at > %s", (record_id, self.instant(after)))
        return rows[-1] if rows and rows[-1]["by_account_id"] == self.by else None

    def private(self, run: datetime, until: datetime) -> list[dict[str, Any]]:
        """Notes that a snapshot does not tell since they are private, though they were taken: what `since` leaves."""
        where = f"private_to is not null and kind = 'note' and not {_SINCE}"
        return self._rows("decisions", where, (self.instant(run), self.instant(until)))

    def versions(self, name: str, fact_id: str) -> list[dict[str, Any]]:
        """All that was written of one fact, oldest first."""
        return self._rows(name, "fact_id = %s", (fact_id,))

    def stamp(self, run: datetime, until: datetime) -> tuple[tuple[Any, ...], ...]:
        """For each table, by its place, how many rows `shown_since` gives and which: the same as long as they are."""
        each = (
            f"select {place}, count(*), max(written_at), max(fact_id) from written_{name} "  # noqa: S608 - names are ours
            f"where {_SHOWN_SINCE.get(name, _SINCE)}"
            for place, name in enumerate(TABLES)
        )
        given = (self.instant(run), self.instant(until)) * len(TABLES)
        return tuple(sorted(self.ask(" union all ".join(each), given), key=lambda row: row[0]))

    def last_drained(self) -> datetime | None:
        """When a refresh last took rows, UTC without a zone."""
        return self._latest("drained_at")

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a SELECT, its parameters as %s."""
        cursor = self._cursor()
        cursor.execute(sql, tuple(parameters))
        return [tuple(row) for row in cursor.fetchall()]

    def do(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement that gives no rows, its parameters as %s; how many rows it was about."""
        cursor = self._cursor()
        cursor.execute(sql, tuple(parameters))
        return max(0, cursor.rowcount)

    def instant(self, at: datetime) -> datetime | str:
        """An instant, UTC without a zone, as the database compares it."""
        return at.replace(tzinfo=UTC) if self.is_postgres else str(at)

    # Writing

    def one_writer(self) -> None:
        """Let nobody else write until this transaction ends; SQLite's own transaction does that."""
        if self.is_postgres:
            self._cursor().execute("select pg_advisory_xact_lock(%s)", (_LOCK,))

    def moment(self) -> datetime:
        """Now, UTC without a zone; never at or before an earlier row's, so that of two it is plain which is newer."""
        now, earlier = datetime.now(UTC).replace(tzinfo=None), self._latest("written_at")
        return max(now, earlier + timedelta(microseconds=1)) if earlier else now

    def add(self, name: str, rows: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
        """Add rows.

        Args:
            name: of the fact table.
            rows: with its columns, but for those that the ledger stamps; missing ones are null.
            at: the moment of writing, UTC without a zone.
        """
        known = table(name).written
        names = (*known, "written_at", "by_account_id")
        sql = f"insert into written_{name} ({', '.join(names)}) values ({_marks(names)})"  # noqa: S608 - names are ours
        stored = [(*(self._stored(row.get(column)) for column in known), self.instant(at), self.by) for row in rows]
        if stored:
            self._cursor().executemany(sql, stored)

    def mark(self, name: str, ids: Sequence[int], at: datetime) -> None:
        """Note when a refresh took rows."""
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first : first + _AT_ONCE]
            sql = f"update written_{name} set drained_at = %s where id in ({_marks(some)})"  # noqa: S608 - names are ours
            self._cursor().execute(sql, (self.instant(at), *some))

    def _latest(self, column: str) -> datetime | None:
        """The latest instant of a column in all tables, UTC without a zone."""
        each = (f"select max({column}) from written_{name}" for name in TABLES)  # noqa: S608 - names are ours
        return max((_instant(at) for (at,) in self.ask(" union all ".join(each)) if at is not None), default=None)

    def _rows(self, name: str, where: str, given: Sequence[Any]) -> list[dict[str, Any]]:
        names = ("id", *table(name).written, "written_at", "drained_at", "by_account_id")
        types = {column.name: column.type for column in table(name).all_columns}
        types |= dict.fromkeys(("written_at", "drained_at"), "instant")
        read = [_READ.get(types.get(column, "text"), _same) for column in names]
        sql = f"select {', '.join(names)} from written_{name} where {where} order by id"  # noqa: S608 - names are ours
        return [
            {column: None if value is None else to(value) for column, to, value in zip(names, read, row, strict=True)}
            for row in self.ask(sql, given)
        ]

    def _stored(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.instant(value)
        return str(value) if isinstance(value, Decimal | date) and not self.is_postgres else value


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _instant(value: datetime | str) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _same(value: Any) -> Any:
    return value


_READ: dict[str, Callable[[Any], Any]] = {
    "instant": _instant,
    "money": lambda value: Decimal(str(value)),
    "flag": bool,
    "day": lambda value: date.fromisoformat(value) if isinstance(value, str) else value,
}

# ------------------------------------------------------------------------------------------------ opening

_here: ContextVar[Rows | None] = ContextVar("byname_app_rows", default=None)
_served: list[Callable[[Company], Rows | None]] = []


def served_by(give: Callable[[Company], Rows | None]) -> None:
    """Let a program that holds the app database open, the pages, be asked for its rows before any is opened anew."""
    _served[:] = [give]


@contextmanager
def opened(company: Company) -> Iterator[Rows | None]:
    """The app database for reading; None where there is none yet.

    Raises:
        AppDatabaseError: it cannot be reached, or it is of another version.
    """
    rows = _here.get() or next(filter(None, (give(company) for give in _served)), None)
    if rows is not None:
        yield rows
    elif company.settings.web.database:
        with _postgres(company) as found:
            yield found
    else:
        with _sqlite(company) as found:
            yield found


@contextmanager
def writing(company: Company, *, by: int | None = None) -> Iterator[Rows | None]:
    """The app database in one transaction, in which nobody else writes; None where there is none yet.

    Args:
        company: whose.
        by: the account that writes; within another's transaction it is that one's.

    Raises:
        AppDatabaseError: it cannot be reached, is of another version, or others wrote for too long.
    """
    with opened(company) as rows:
        if rows is None:
            yield None
            return
        rows.by = rows.by or by
        with rows.transaction():
            rows.one_writer()
            token = _here.set(rows)
            try:
                yield rows
            finally:
                _here.reset(token)


@contextmanager
def alone(company: Company) -> Iterator[Rows | None]:
    """The app database by a connection of its own, in no transaction, whoever else has it open; None without one.

    Raises:
        AppDatabaseError: it cannot be reached, or it is of another version.
    """
    with (_postgres if company.settings.web.database else _sqlite)(company) as rows:
        yield rows


class _Sqlite:
    """A cursor of SQLite's, with parameters as %s."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        """Run a statement."""
        self._cursor.execute(sql.replace("%s", "?"), parameters)

    def executemany(self, sql: str, parameters: Sequence[Any], /) -> None:
        """Run a statement once for each row of parameters."""
        self._cursor.executemany(sql.replace("%s", "?"), parameters)

    def fetchall(self) -> list[Any]:
        """All its rows."""
        return self._cursor.fetchall()

    @property
    def rowcount(self) -> int:
        """How many rows the last statement was about; -1: it does not say."""
        return self._cursor.rowcount


@contextmanager
def _sqlite(company: Company) -> Iterator[Rows | None]:
    path = company.folder / "app.sqlite3"
    if not path.is_file():
        yield None
        return
    with _told(str(path)):
        connection = sqlite3.connect(path, isolation_level=None, timeout=_WAIT_SECONDS)
        with closing(connection):
            connection.execute("pragma secure_delete = on")
            rows = Rows(lambda: _Sqlite(connection), _transaction(connection, "begin immediate"), is_postgres=False)
            there = rows.ask("select name from sqlite_master where name = 'written_decisions'")
            yield _of_this_version(company, str(path), rows) if there else None


@contextmanager
def _postgres(company: Company) -> Iterator[Rows | None]:
    import psycopg

    with _told("[web] database"):
        connection = psycopg.connect(company.settings.web.database, autocommit=True, connect_timeout=_WAIT_SECONDS)
        with closing(connection):
            rows = Rows(connection.cursor, _transaction(connection, "begin"), is_postgres=True)
            ((there,),) = rows.ask("select to_regclass('written_decisions') is not null")
            yield _of_this_version(company, "[web] database", rows) if there else None


def _transaction(connection: Any, begin: str) -> Callable[[], AbstractContextManager[None]]:
    """Transactions of a connection that has none of its own; one within another is the other."""
    depth = [0]

    @contextmanager
    def transaction() -> Iterator[None]:
        if depth[0]:
            yield
            return
        connection.execute(begin)
        depth[0] += 1
        try:
            yield
        except BaseException:
            connection.execute("rollback")
            raise
        else:
            connection.execute("commit")
        finally:
            depth[0] -= 1

    return transaction


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Say a driver's errors in our own words; never the address, in which a password may stand."""
    try:
        yield
    except sqlite3.Error as error:
        raise _unreachable(where, error) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "psycopg":
            raise
        raise _unreachable(where, type(error).__name__) from None


def _unreachable(where: str, error: object) -> AppDatabaseError:
    return AppDatabaseError(
        where=where,
        found=f"an app database that cannot be used ({error})",
        expected=f"one that answers within {_WAIT_SECONDS} seconds; nothing was changed",
        do="See to it that it runs and is not in other hands, then do the same again.",
    )


def _of_this_version(company: Company, where: str, rows: Rows) -> Rows:
    """Refuse what another version made.

    Raises:
        AppDatabaseError: it was.
    """
    applied = [name for (name,) in rows.ask("select name from django_migrations where app = 'written'")]
    step = max((int(name[:4]) for name in applied), default=0)
    if step == STEP:
        return rows
    raise AppDatabaseError(
        where=where,
        found=f"an app database of step {step}",
        expected=f"step {STEP}, which this version of byname knows",
        do="Install the version of byname that made it, or a newer one."
        if step > STEP
        else f"Bring it up to date by starting the pages once: byname serve {company.folder}",
    )
