"""From a table of text to fact rows: a reader's SQL, its functions expanded, checked and run.

A reader's SELECT may call these on columns of the file; what was there and could not be read is refused with
its row and column, and nobody writes that check:

    text(x)  id(x)  money(x)  number(x)  integer(x)  instant(x [, zone])  date_of(x)  flag(x)  consent(x)  stars(x)
    period(x)               a length of time in days: monthly, 1 year, 14
    birth_date(x)           a date_of that is left out where it is none: nobody is refused for a slip in a birthday
    minor(x, currency)      an amount in minor units, such as cents
    record('what', id)      the record_id of that customer record
    file_name()             the name of the file, for what only the name tells

Quoted names are the file's columns, met without regard to case; a column that the file does not have is null.
"""
# ruff: noqa: S608 - to put SQL together is this module's work: names are quoted, values are bound or escaped

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import sqlglot
from sqlglot import exp

from byname.facts import schema, shapes
from byname.facts.quoting import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import duckdb

    from byname.facts.raw import Raw
    from byname.facts.reader import Reader

__all__ = ["Read", "Refusal", "Surroundings", "hold", "read"]

HASH_CHARACTERS = 32  # 128 bits: enough that no two of a trillion facts meet by chance
_SEPARATOR = "chr(31)"

_FLAGS = {
    "true": ("yes", "true", "1", "1.0", "y", "t", "ja", "oui", "si", "sí", "sì", "sim", "tak", "ano", "on", "x",
             "checked", "wahr", "vrai", "vero", "verdadero", "verdadeiro", "waar", "subscribed", "accepted"),
    "false": ("no", "false", "0", "0.0", "n", "f", "nein", "non", "nee", "nej", "não", "nao", "nie", "ne", "off",
              "unchecked", "falsch", "faux", "falso", "onwaar", "unsubscribed", "declined", "not_subscribed",
              "not subscribed"),
}  # fmt: skip
_CONSENTS = {
    "'given'": ("subscribed", "given", "yes", "true", "1", "opted in", "opt-in", "opted_in", "opted-in", "opt in",
                "granted", "confirmed", "active", "y", "ja", "oui", "si", "sí", "sì", "sim"),
    "'withdrawn'": ("unsubscribed", "withdrawn", "opted out", "opt-out", "opted_out", "opted-out", "opt out",
                    "revoked", "cleaned", "suppressed"),
    "'not given'": ("never_subscribed", "not given", "no", "false", "0", "never subscribed", "not_subscribed",
                    "not subscribed", "nonsubscribed", "non-subscribed", "pending", "unconfirmed", "not opted in",
                    "unknown", "n", "nein", "non", "nee", "não", "nao"),
}  # fmt: skip
_STARS = {str(stars): (str(stars), word, f"{stars}.0", f"{stars} stars", f"{word} stars")
          for stars, word in enumerate(("one", "two", "three", "four", "five"), 1)}  # fmt: skip
_ZERO_DECIMALS = ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF",
                  "XOF", "XPF")  # fmt: skip
_THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")

_TYPED = {"TEXT", "ID", "MONEY", "NUMBER", "INTEGER", "INSTANT", "DATE_OF", "BIRTH_DATE", "FLAG", "CONSENT", "STARS",
          "PERIOD"}  # fmt: skip
_UNCHECKED = {"BIRTH_DATE"}
_ONCE = {*_TYPED, "RECORD"}
_SQL_TYPES = {
    "text": "varchar", "texts": "varchar[]", "instant": "timestamp", "day": "date", "money": "decimal(18,4)",
    "number": "double", "integer": "bigint", "flag": "boolean",
}  # fmt: skip
_NEEDED = {
    "occurred_at": "a date", "amount": "an amount", "score": "a score", "started_at": "a first day",
    "idea_id": "an idea's number", "event": "what was done", "what": "what was promised",
    "kind": "what was asked of us",
}  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken, and why."""

    row: int
    column: str
    found: str
    expected: str
    original: Mapping[str, str | None] | str | None


@dataclass(frozen=True)
class Surroundings:
    """What a reader must know besides the file."""

    account: str
    zone: str
    order: str


@dataclass
class Read:
    """What reading a file gave. `staged` holds one Parquet file per fact table."""

    reader: Reader
    rows: int
    staged: dict[str, Path]
    refused: int
    refusals: Callable[[], Iterator[Refusal]]
    newest_at: datetime | None
    dropped: tuple[str, ...] = field(default=())


def hold(con: duckdb.DuckDBPyConnection, raw: Raw) -> int:
    """Put a file's rows into the table `staged`; returns how many there are."""
    if raw.columns:
        _hold_stream(con, raw)
    else:
        _hold_growing(con, raw)
    return _count(con, "select count(*) from staged") + len(raw.bad)


def _hold_stream(con: duckdb.DuckDBPyConnection, raw: Raw) -> None:
    """The header is known: DuckDB pulls the batches."""
    failed: list[BaseException] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from raw.batches
        except BaseException as error:
            failed.append(error)  # it would come out of DuckDB as another one
            raise

    kept = pa.schema([("row", pa.int64()), *((column, pa.string()) for column in raw.columns)])
    con.register("incoming", pa.RecordBatchReader.from_batches(kept, batches()))
    try:
        con.execute("create or replace table staged as select * from incoming")
    except Exception:
        if failed:
            raise failed[0] from None
        raise
    finally:
        con.unregister("incoming")


def _hold_growing(con: duckdb.DuckDBPyConnection, raw: Raw) -> None:
    """Objects bring their columns as they come: one that turns up late is empty in the rows before it."""
    con.execute("create or replace table staged (row bigint)")
    held: set[str] = set()
    for batch in raw.batches:
        for name in batch.schema.names[1:]:
            if name not in held:
                con.execute(f"alter table staged add column {quoted(name)} varchar")
                held.add(name)
        con.register("batch", batch)
        con.execute("insert into staged by name select * from batch")
        con.unregister("batch")


def read(con: duckdb.DuckDBPyConnection, raw: Raw, reader: Reader, around: Surroundings, folder: Path) -> Read:
    """Map the held rows with a reader's SQL into Parquet files in a folder, one per fact table.

    Args:
        con: a connection of its own, in which `hold` put the file.
        raw: the file, read to its end.
        reader: how to map it.
        around: account, zone and date order.
        folder: an existing folder for the Parquet files.
    """
    for macro in shapes.MACROS:
        con.execute(macro)
    trees = {name: _parsed(sql, raw, reader, around) for name, sql in reader.statements.items()}
    checks = _type_columns(con, trees, raw, reader, around)
    con.execute('create or replace table refused (row bigint, "column" varchar, found varchar, expected varchar)')
    con.execute("create or replace view raw as select * from typed where row not in (select row from refused)")
    if _uses_cells(trees):
        con.execute(_cells(raw, reader))
    _refuse(con, checks, trees, reader.statements)
    staged, newest = {}, []
    for name, tree in trees.items():
        path = folder / f"{name}.parquet"
        sql = _fact_rows(con, name, tree, reader, around)
        con.execute(f"copy ({sql}) to {literal(path)} (format parquet, compression lz4_raw)")
        staged[name] = path
        newest.append(_newest(con, path))
    past = [moment for moment in newest if moment is not None]
    return Read(
        reader=reader,
        rows=_count(con, "select count(*) from staged") + len(raw.bad),
        staged=staged,
        refused=_count(con, "select count(*) from refused") + len(raw.bad),
        refusals=lambda: _refusals(con, raw),
        newest_at=max(past, default=None),
        dropped=raw.dropped,
    )


# ------------------------------------------------------------------------------ a reader's SQL, taken apart


def _parsed(sql: str, raw: Raw, reader: Reader, around: Surroundings) -> exp.Expression:
    """The statement with the file's columns in place, absent ones null, and record() and text() written out."""
    header = {column.casefold(): column for column in raw.columns}
    tree = _sql(sql)

    def placed(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column) and node.this.quoted and not node.table:
            name = header.get(node.name.casefold())
            return exp.column(name, quoted=True) if name else _sql("cast(null as varchar)")
        if not isinstance(node, exp.Anonymous) or _is_column(node):
            return node
        if written := _written_out(node, raw, reader, around):
            return _sql(written)
        return node

    # A written-out function may hold another one, as in record('order', text("Name")).
    while (after := tree.transform(placed)) != tree:
        tree = after
    return tree


def _is_column(call: exp.Anonymous) -> bool:
    """Can `typed` hold it, calculated once for all statements? Only what is made of the file's own columns."""
    outer = call.find_ancestor(exp.Anonymous)
    while outer is not None:
        if outer.name.upper() in _TYPED:  # instant(concat_ws(' ', text("Date"), text("Time"))) is one column, not three
            return False
        outer = outer.find_ancestor(exp.Anonymous)
    made_of_columns = all(column.this.quoted and not column.table for column in call.find_all(exp.Column))
    return call.name.upper() in _ONCE and made_of_columns


def _written_out(call: exp.Anonymous, raw: Raw, reader: Reader, around: Surroundings) -> str:
    """SQL of a function that needs no look at the column; nothing for all others."""
    arguments = [argument.sql("duckdb") for argument in call.expressions]
    match call.name.upper():
        case "TEXT":
            (value,) = arguments
            return _text(value)
        case "RECORD":
            what, key = arguments
            return _record(what, key, reader, around)
        case "FILE_NAME":
            return literal(raw.name.casefold())
        case "MINOR":
            amount, currency = arguments
            zero, three = (", ".join(f"'{code}'" for code in codes) for codes in (_ZERO_DECIMALS, _THREE_DECIMALS))
            whens = f"when upper({currency}) in ({zero}) then 1 when upper({currency}) in ({three}) then 1000"
            return f"try_cast(number({amount}) / (case {whens} else 100 end) as decimal(18, 4))"
        case _:
            return ""


def _text(value: str) -> str:
    """SQL of the trimmed text without a protecting apostrophe, null if empty."""
    protected = f"starts_with({value}, '''') and regexp_matches({value}, '^''[0-9+=@-]')"
    return f"nullif(trim(case when {protected} then substr({value}, 2) else {value} end), '')"


def _record(what: str, key: str, reader: Reader, around: Surroundings) -> str:
    parts = f"'{reader.source}', {literal(around.account)}, {what}, {key}"
    return f"case when {key} is not null then {hashed(parts)} end"


def hashed(parts: str) -> str:
    """SQL of the hash over comma-separated SQL expressions."""
    return f"substr(sha256(concat_ws({_SEPARATOR}, {parts})), 1, {HASH_CHARACTERS})"


@dataclass(frozen=True)
class _Check:
    """One typed column: where it came from and what a value of it should be."""

    name: str
    blanked: str
    label: str
    expected: str


def _type_columns(
    con: duckdb.DuckDBPyConnection,
    trees: dict[str, exp.Expression],
    raw: Raw,
    reader: Reader,
    around: Surroundings,
) -> list[_Check]:
    """Make `typed`: the file's columns and one column for each different call of a typed function."""
    own = "_"  # names of our own, which no column of the file has
    while any(column.startswith(own) for column in raw.columns):
        own += "_"
    calls = _calls(trees, _TYPED)
    blanked = [
        f"{shapes.blank(same[0].expressions[0].sql('duckdb'))} as {own}v{place}"
        for place, same in enumerate(calls)
        if same[0].name.upper() != "TEXT"
    ]
    con.execute(f"create or replace temp view shaped as select {', '.join(['*', *blanked])} from staged")
    checks, typed = [], []
    for place, same in enumerate(calls):
        call = same[0]
        if call.name.upper() == "TEXT":
            typed.append(f"{_text(call.expressions[0].sql('duckdb'))} as {own}c{place}")
        else:
            reading = _reading(con, call, f"{own}v{place}", reader, around)
            typed.append(f"{reading.sql} as {own}c{place}")
            label = " ".join(dict.fromkeys(column.name for column in call.expressions[0].find_all(exp.Column)))
            if call.name.upper() not in _UNCHECKED:
                checks.append(_Check(f"{own}c{place}", f"{own}v{place}", label, reading.expected))
        for node in same:
            node.replace(exp.column(f"{own}c{place}"))
    records = []
    for place, same in enumerate(_calls(trees, {"RECORD"})):
        what, key = (argument.sql("duckdb") for argument in same[0].expressions)
        records.append(f"{_record(what, key, reader, around)} as {own}r{place}")
        for node in same:
            node.replace(exp.column(f"{own}r{place}"))
    inner = ", ".join(["row", *_still_named(trees, raw), *typed])
    whole = ", ".join(["*", *records])
    con.execute(f"create or replace table typed as select {whole} from (select {inner} from shaped)")
    return checks


def _uses_cells(trees: Mapping[str, exp.Expression]) -> bool:
    return any(table.name == "cells" for tree in trees.values() for table in tree.find_all(exp.Table))


def _calls(trees: Mapping[str, exp.Expression], names: set[str]) -> list[list[exp.Anonymous]]:
    """The calls of these functions, those that are the same together."""
    found: dict[str, list[exp.Anonymous]] = {}
    for tree in trees.values():
        for call in tree.find_all(exp.Anonymous):
            if call.name.upper() in names:
                found.setdefault(call.sql("duckdb"), []).append(call)
    return list(found.values())


def _still_named(trees: Mapping[str, exp.Expression], raw: Raw) -> list[str]:
    """The file's columns that a statement names outside of every function; all of them for a `*` or for `cells`."""
    nodes = [node for tree in trees.values() for node in tree.walk()]
    stars = any(isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count) for node in nodes)
    if stars or _uses_cells(trees):
        return [quoted(column) for column in raw.columns]
    named = {node.name for node in nodes if isinstance(node, exp.Column) and node.this.quoted}
    return [quoted(column) for column in raw.columns if column in named]


def _reading(  # noqa: PLR0911 - a line for each function
    con: duckdb.DuckDBPyConnection, call: exp.Anonymous, v: str, reader: Reader, around: Surroundings
) -> shapes.Reading:
    order = reader.order or around.order
    match call.name.upper():
        case "ID":
            return shapes.identifier(con, v)
        case "MONEY":
            return shapes.money(con, v)
        case "NUMBER":
            return shapes.money(con, v, "double")
        case "INTEGER":
            inner = shapes.money(con, v, "double")
            return shapes.Reading(f"try_cast(round({inner.sql}) as bigint)", "a whole number")
        case "DATE_OF" | "BIRTH_DATE":
            return shapes.instant(con, v, zone="UTC", order=order, only_day=True)
        case "INSTANT":
            return _instant(con, call, v, order, reader.zone or around.zone)
        case "FLAG":
            return shapes.words(v, _FLAGS, "boolean")
        case "PERIOD":
            return shapes.period(v)
        case "CONSENT":
            return shapes.words(v, _CONSENTS, "varchar")
        case _:
            return shapes.words(v, _STARS, "double")


def _instant(con: duckdb.DuckDBPyConnection, call: exp.Anonymous, v: str, order: str, zone: str) -> shapes.Reading:
    """instant(x), instant(x, 'UTC') or instant(x, "a column that names the zone")."""
    if len(call.expressions) == 1:
        return shapes.instant(con, v, zone=zone, order=order)
    second = call.expressions[1]
    if isinstance(second, exp.Literal):
        return shapes.instant(con, v, zone=second.name, order=order)
    return shapes.instant(con, v, zone=zone, order=order, zone_column=second.sql("duckdb"))


# --------------------------------------------------------------------------------------------- what is refused


def _refuse(
    con: duckdb.DuckDBPyConnection,
    checks: list[_Check],
    trees: dict[str, exp.Expression],
    statements: Mapping[str, str],
) -> None:
    """Fill `refused` with the first wrong column of each row; `raw` and `cells` follow it."""
    for check in checks:
        # The blanked text is not stored in `typed`; the few rows without a value are looked up again in `shaped`.
        con.execute(
            f"insert into refused select row, ?, {check.blanked}, ? from shaped where {check.blanked} is not null "
            f"and row in (select row from typed where {check.name} is null) "
            "and row not in (select row from refused)",
            [check.label, check.expected],
        )
    for name, tree in trees.items():
        for needed in schema.table(name).needs:
            label = _columns_behind(statements[name], needed)
            missing = exp.select("row").from_(tree.subquery("given")).where(f"{needed} is null")  # type: ignore[attr-defined]
            # A row of an order's lines stands for all of them: when it is refused, the next one stands in its place.
            while _count(
                con,
                "insert into refused select row, ?, 'nothing', ? from "
                f"({missing.sql('duckdb')}) where row not in (select row from refused)",
                [label, _NEEDED[needed]],
            ):
                pass
        has = {projection.alias_or_name.casefold() for projection in tree.selects}  # type: ignore[attr-defined]
        for must in schema.table(name).must:
            if has.issuperset((must.column, *must.beside)):
                _refuse_what_must_not_be(con, must, tree, statements[name])


def _refuse_what_must_not_be(con: duckdb.DuckDBPyConnection, must: schema.Must, tree: exp.Expression, sql: str) -> None:
    """Refuse the rows that break a rule, with the value as the file has it where one column holds it."""
    names = _columns_behind(sql, must.column)
    wrong = exp.select("row", must.column).from_(tree.subquery("given")).where(f"not ({must.holds})")  # type: ignore[attr-defined]
    has = {str(row[0]) for row in con.execute("describe staged").fetchall()}
    written = f"nullif(trim(staged.{quoted(names)}), '')" if names in has else f"cast(wrong.{must.column} as varchar)"
    con.execute(
        f"insert into refused select wrong.row, ?, coalesce({written}, 'nothing'), ? "
        f"from ({wrong.sql('duckdb')}) as wrong join staged on staged.row = wrong.row "
        "where wrong.row not in (select row from refused)",
        [names, must.expected],
    )


def _columns_behind(sql: str, alias: str) -> str:
    """The file's columns that a projection is made of, for the person who has to find them."""
    for projection in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Alias):
        if projection.alias == alias:
            names = dict.fromkeys(column.name for column in projection.find_all(exp.Column) if column.this.quoted)
            if names:  # a later step of the statement names its earlier steps only
                return " or ".join(names)
    return alias


def _refusals(con: duckdb.DuckDBPyConnection, raw: Raw) -> Iterator[Refusal]:
    """The refused rows with their original values, in the order of the file."""
    for bad in raw.bad:
        yield Refusal(bad.row, "", bad.found, bad.expected, bad.text)
    result = con.execute(
        'select r.row, r."column", r.found, r.expected, s.* exclude (row) '
        "from refused r join staged s using (row) order by 1"
    )
    names = [column[0] for column in result.description][4:]
    while rows := result.fetchmany(10_000):
        for row, column, found, expected, *values in rows:
            original = {name: value for name, value in zip(names, values, strict=True) if value is not None}
            yield Refusal(row, column, found, expected, original)


# ------------------------------------------------------------------------------------------------ fact rows


def _cells(raw: Raw, reader: Reader) -> str:
    """`cells`: row, column and value of every column that no statement names (a survey's questions)."""
    named = {
        column.name.casefold()
        for sql in reader.statements.values()
        for column in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Column)
        if column.this.quoted
    }
    rest = [quoted(column) for column in raw.columns if column.casefold() not in named]
    if not rest:
        return "create or replace view cells as select row, '' as \"column\", '' as value from raw where false"
    return (
        'create or replace view cells as select row, "column", value from '
        f'(unpivot (select row, {", ".join(rest)} from raw) on {", ".join(rest)} into name "column" value value)'
    )


def _fact_rows(
    con: duckdb.DuckDBPyConnection, name: str, tree: exp.Expression, reader: Reader, around: Surroundings
) -> str:
    """The statement's rows with the common columns, ids and hashes of the ledger."""
    table = schema.table(name)
    given = {projection.alias_or_name.casefold() for projection in tree.selects}  # type: ignore[attr-defined]
    unknown = given - {column.name for column in table.all_columns} - {"row"}
    if unknown or "row" not in given:
        raise AssertionError(f"{reader.name}/{name}.sql: unknown columns {sorted(unknown)}, or no row")
    columns = {column.name: column.type for column in table.all_columns if column.name in given}
    typed = ", ".join(f"cast({column} as {_SQL_TYPES[kind]}) as {column}" for column, kind in columns.items())
    # By name, and only what is there: a column that the schema or the reader gains later changes no hash.
    content = ", ".join(f"'{column}=' || cast({column} as varchar)" for column in table.content() if column in given)
    source_id = "source_id" if "source_id" in given else "cast(null as varchar)"
    mention = "when role = 'mention' then 'mention:' || row_hash" if name == "records" else ""
    numbered = "row_number() over (partition by row_hash order by row)" if _lacks_ids(con, tree, given) else "1"
    # Details that came with many rows are one fact: only the last of them is kept.
    once = (
        "qualify role <> 'mention' or row_number() over (partition by row_hash order by row desc) = 1"
        if mention
        else ""
    )
    named = f"case {mention} when {source_id} is null then row_hash || '#' || {numbered} else {source_id} end"
    own = ", ".join(column for column in columns if column != "source_id")
    return (
        f"with given as ({tree.sql('duckdb')}), "
        f"cast_ as (select {typed}, row from given), "
        f"hashed as (select *, {hashed(content)} as row_hash from cast_), "
        f"named as (select {own}, {named} as source_id, row_hash, row from hashed {once}) "
        f"select {hashed(_fact_key(name, reader, around))} as fact_id, '{reader.source}' as source, "
        f"{literal(around.account)} as account, source_id, '{reader.name}' as reader, row_hash, {own}, row "
        "from named"
    )


def _fact_key(name: str, reader: Reader, around: Surroundings) -> str:
    return f"'{name}', '{reader.source}', {literal(around.account)}, source_id"


def _lacks_ids(con: duckdb.DuckDBPyConnection, tree: exp.Expression, given: set[str]) -> bool:
    """Is there a row without an id in the source? Only then is the n-th occurrence counted, which costs a sort."""
    if "source_id" not in given:
        return True
    return _count(con, f"select count(*) from ({tree.sql('duckdb')}) where source_id is null") > 0


def _newest(con: duckdb.DuckDBPyConnection, path: Path) -> datetime | None:
    """The newest past instant among the facts: an export is as old as the newest thing in it."""
    file = f"read_parquet({literal(path)})"
    has = {row[0] for row in con.execute(f"describe select * from {file}").fetchall()}
    instants = [column for column in ("occurred_at", "updated_at") if column in has]
    if not instants:
        return None
    now = datetime.now(UTC).replace(tzinfo=None)
    newest = ", ".join(f"max({column}) filter (where {column} <= $now)" for column in instants)
    row = con.execute(f"select greatest({newest}) from {file}", {"now": now}).fetchone()
    return row[0] if row else None


def _count(con: duckdb.DuckDBPyConnection, sql: str, values: list[str] | None = None) -> int:
    row = con.execute(sql, values).fetchone()
    return int(row[0]) if row else 0


def _sql(text: str) -> exp.Expression:
    return cast("exp.Expression", sqlglot.parse_one(text, read="duckdb"))
