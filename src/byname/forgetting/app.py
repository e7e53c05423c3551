"""The app database without a person: rows about them go, what the pages keep of them besides is scrubbed.

Every table with a person_id or a record_id loses its rows about them, whichever part of the pages it is of. In all
other text what names them is taken out, but for the accounts of those who work here.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import time
import zlib
from typing import TYPE_CHECKING, Any

from byname.app_rows import TABLES, alone
from byname.facts.quoting import quoted

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from byname.app_rows import Rows
    from byname.company import Company
    from byname.forgetting.order import Order

__all__ = ["erase_from"]

_ERASED = "erased"
_AT_ONCE = 400
_ABOUT_THEM = ("person_id", "record_id", "other_record_id", "referred_record_id", "fact_id", "contact_id")
# Those who work here: one who is a customer too stays one who works here.
_OURS = ("accounts_account", "accounts_link", "account_", "auth_", "mfa_", "axes_", "django_content_type",
         "django_migrations", "sqlite_")  # fmt: skip
_LOG = "accounts_entry"
_SESSIONS = "django_session"
_TRIES, _BETWEEN_SECONDS = 20, 0.25

_TABLES = {
    False: "select m.name, c.name, c.type from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' "
    "order by m.name, c.cid",
    True: "select table_name, column_name, data_type from information_schema.columns "
    "where table_schema = current_schema() order by table_name, ordinal_position",
}
_HAVE_STATISTICS = """
select a.attname, format_type(a.atttypid, a.atttypmod)
from pg_attribute a
join pg_stats s on s.schemaname = current_schema() and s.tablename = %s and s.attname = a.attname
where a.attrelid = to_regclass(quote_ident(s.tablename))
"""


def erase_from(company: Company, order: Order, fragments: re.Pattern[str]) -> tuple[dict[str, int], bool]:
    """Take a person out of the app database.

    Args:
        company: whose.
        order: whom.
        fragments: what names them.

    Returns:
        How many rows went or were scrubbed, by table; and whether the bytes are gone too: False where somebody read all
        the while.
    """
    with alone(company) as rows:
        if rows is None:
            return {}, True
        columns = _columns(rows)
        counts: dict[str, int] = {}
        with rows.transaction():
            rows.one_writer()
            for name, of in columns.items():
                counts[name] = _deleted(rows, name, of, order) + _scrubbed(rows, name, of, order, fragments)
        counts = {name: count for name, count in counts.items() if count}
        return counts, _cleaned(rows, counts)


def _columns(rows: Rows) -> dict[str, dict[str, str]]:
    """The tables that may hold something of theirs: each column and its type."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows.ask(_TABLES[rows.is_postgres]):
        if not table.startswith(_OURS):
            found.setdefault(table, {})[column] = str(kind).lower()
    return found


def _deleted(rows: Rows, name: str, columns: dict[str, str], order: Order) -> int:
    """Rows about them."""
    ids = {
        "person_id": order.people, "record_id": order.records, "other_record_id": order.records,
        "referred_record_id": order.records, "fact_id": order.facts, "contact_id": order.facts,
    }  # fmt: skip
    count = 0
    for column in (one for one in _ABOUT_THEM if one in columns):
        for first in range(0, len(ids[column]), _AT_ONCE):
            some = ids[column][first : first + _AT_ONCE]
            count += rows.do(f"delete from {quoted(name)} where {column} in ({_marks(some)})", some)  # noqa: S608 - names are the database's own
    if "address" in columns and order.emails:
        where = f"lower(address) in ({_marks(order.emails)})"
        count += rows.do(f"delete from {quoted(name)} where {where}", order.emails)  # noqa: S608
    if name == "written_decisions" and order.facts:  # what took one of theirs back, or said what it really was
        held = set(order.facts)
        told = rows.ask("select id, value from written_decisions where kind in ('undo', 'label', 'keeps_id')")
        gone = [row_id for row_id, value in told if (value or "")[:64] in held]
        for row_id in gone:
            count += rows.do("delete from written_decisions where id = %s", (row_id,))
    if name == _SESSIONS:
        for key, data in rows.ask("select session_key, session_data from django_session"):
            if _is_about(_said_in(data), order):
                count += rows.do("delete from django_session where session_key = %s", (key,))
    return count


def _scrubbed(rows: Rows, name: str, columns: dict[str, str], order: Order, fragments: re.Pattern[str]) -> int:
    """Other rows that name them: without what names them; of the log, without what stood there and stands there now."""
    texts = [one for one, kind in columns.items() if "char" in kind or kind in ("text", "json", "jsonb")]
    if not texts or "id" not in columns or name.removeprefix("written_") in TABLES:
        return 0  # what people wrote about others is theirs, and a fact
    count = 0
    listed = ", ".join(f"cast({quoted(one)} as text)" for one in texts)
    for row_id, *values in rows.ask(f"select id, {listed} from {quoted(name)}"):  # noqa: S608
        if not any(value and (_is_about(value, order) or fragments.search(_plain(value))) for value in values):
            continue
        if name == _LOG:
            rows.do(
                "update accounts_entry set about = %s, before = null, after = null where id = %s", (_ERASED, row_id)
            )
        else:
            for column, value in zip(texts, values, strict=True):
                left = _without(value, columns[column], order, fragments)
                if left != value:
                    cast = "%s::jsonb" if columns[column] == "jsonb" else "%s"
                    rows.do(f"update {quoted(name)} set {quoted(column)} = {cast} where id = %s", (left, row_id))  # noqa: S608
        count += 1
    return count


def _without(value: str | None, kind: str, order: Order, fragments: re.Pattern[str]) -> str | None:
    """A text without them; where it is JSON, still JSON."""
    if not value or not (_is_about(value, order) or fragments.search(_plain(value))):
        return value
    if kind in ("json", "jsonb") or value[:1] in "[{":
        try:
            return json.dumps(_scrub(json.loads(value), order, fragments), ensure_ascii=False)
        except ValueError:
            pass
    return str(_scrub(value, order, fragments))


def _scrub(said: Any, order: Order, fragments: re.Pattern[str]) -> Any:
    if isinstance(said, str):
        if any(text in said for text in order.texts):
            return _ERASED
        for one in (*order.people, *order.records):
            said = said.replace(one, _ERASED)
        return fragments.sub(_ERASED, said)
    if isinstance(said, list):
        return [_scrub(one, order, fragments) for one in said]
    if isinstance(said, dict):
        return {_scrub(key, order, fragments): _scrub(one, order, fragments) for key, one in said.items()}
    return said


def _is_about(value: str, order: Order) -> bool:
    plain = _plain(value)
    return any(one in value for one in (*order.people, *order.records)) or any(text in plain for text in order.texts)


def _plain(value: str) -> str:
    """A text as it reads: JSON may have its letters escaped."""
    if "\\" not in value:
        return value
    try:
        return json.dumps(json.loads(value), ensure_ascii=False).replace("\\n", "\n").replace('\\"', '"')
    except ValueError:
        return value


def _said_in(session: str) -> str:
    """What a session holds, as JSON; it is signed, not secret."""
    data = session.partition(":")[0]
    is_packed = data.startswith(".")
    try:
        raw = base64.urlsafe_b64decode(data.lstrip(".") + "=" * (-len(data.lstrip(".")) % 4))
        return (zlib.decompress(raw) if is_packed else raw).decode()
    except (ValueError, zlib.error):
        return ""


def _cleaned(rows: Rows, counts: dict[str, int]) -> bool:
    """Leave no byte of what went: neither in free pages nor in the log of what was written."""
    if rows.is_postgres:
        for name in counts:
            rows.do(f"vacuum (full, analyze) {quoted(name)}")
            _without_statistics(rows, name)
        if counts:  # values of before lie in its gaps; whoever does not own the database is told so, and goes on
            rows.do("vacuum (full) pg_catalog.pg_statistic")
        return True
    for _ in range(_TRIES):
        try:
            rows.do("vacuum")
            ((busy, _left, _moved),) = rows.ask("pragma wal_checkpoint(truncate)")
        except sqlite3.OperationalError:  # somebody reads or writes
            busy = 1
        if not busy:
            return True
        time.sleep(_BETWEEN_SECONDS)
    return False


def _without_statistics(rows: Rows, name: str) -> None:
    """PostgreSQL keeps the commonest values of columns beside the table, and of a table that is empty by now for ever.

    A column that is given its own type again loses them.
    """
    if rows.ask(f"select 1 from {quoted(name)} limit 1"):  # noqa: S608 - names are the database's own
        return
    for column, kind in rows.ask(_HAVE_STATISTICS, (name,)):
        rows.do(f"alter table {quoted(name)} alter column {quoted(column)} type {kind}")


def _marks(values: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(values))
