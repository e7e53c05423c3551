"""From files to the ledger: recognise, map, refuse, append. One file after another, each all or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from byname.errors import BynameError, UnreadableFile, UsageError, nearest
from byname.facts import generic, refused
from byname.facts.blocked import Blocked
from byname.facts.ledger import Import, Ledger
from byname.facts.quoting import literal, quoted
from byname.facts.raw import Raw, from_query, open_raws, sha256_of
from byname.facts.reaching import ARMS
from byname.facts.reader import Reader, recognise, shipped
from byname.facts.reading import Read, Surroundings, hold, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from byname.company import Company
    from byname.facts.ledger import Removed
    from byname.facts.locks import Waiting

__all__ = ["Outcome", "add", "contacted", "open_ledger", "remove"]


@dataclass(frozen=True)
class Outcome:
    """What became of one file, or of one table in a file that holds several."""

    name: str
    title: str = ""
    reader: str = ""
    file_id: str = ""
    rows: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    refused: int = 0
    refused_path: Path | None = None
    first_refusals: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    notes: str = ""
    mapping: Path | None = None
    error: BynameError | None = field(default=None)


def open_ledger(company: Company, notice: Callable[[Waiting], None] | None = None) -> Ledger:
    """The company's ledger, within the limits of its settings."""
    engine = company.settings.engine
    return Ledger(
        company.facts,
        memory=engine.memory,
        threads=engine.threads or None,
        spill=company.spill / "ledger",
        notice=notice,
    )


def add(
    company: Company,
    sources: Iterable[str],
    *,
    account: str = "main",
    query: str = "",
    told: Callable[[str, int], None] = lambda _name, _bytes: None,
    notice: Callable[[Waiting], None] | None = None,
) -> Iterator[Outcome]:
    """Read files, folders of Parquet or a database's query into the ledger; yield what became of each.

    Args:
        company: whose.
        sources: paths; or, with a query, database addresses (postgresql://…, sqlite:///…).
        account: which shop or inbox the files are of.
        query: SQL to run at the address instead of reading a file.
        told: called with a file's name and the bytes read since the last call.
        notice: called when another writer is in the way.
    """
    ledger = open_ledger(company, notice)
    for source in sources:
        try:
            yield from _add_one(company, ledger, source, account, query, told)
        except BynameError as error:
            yield Outcome(_shown(source), error=error)


def remove(company: Company, file_id: str, notice: Callable[[Waiting], None] | None = None) -> Removed:
    """Take one import back whole, with what was refused of it; a later file of the same name keeps its own refusals.

    Raises:
        LedgerError: no import of that id stands, or the change could not be made; nothing was removed.
    """
    ledger = open_ledger(company, notice)
    imports = ledger.imports().to_pylist()
    removed = ledger.remove(file_id)
    places = {
        one["file_id"]: refused.path_of(company.refused, one["name"], one["account"], one["reader"]) for one in imports
    }
    last = [one["file_id"] for one in imports if places[one["file_id"]] == places[file_id]][-1]
    if last == file_id:
        places[file_id].unlink(missing_ok=True)
    return removed


def _shown(source: str) -> str:
    """What to call a source: a file's name, or a database's address without the password."""
    if "://" not in source:
        return Path(source).name
    from byname.facts.database import without_password

    return without_password(source)


def _add_one(
    company: Company, ledger: Ledger, source: str, account: str, query: str, told: Callable[[str, int], None]
) -> Iterator[Outcome]:
    if query:
        from byname.facts.database import run_query

        with run_query(source, query) as rows:
            name = f"query {hashlib.sha256(query.encode()).hexdigest()[:8]}"
            yield _take(company, ledger, from_query(name, rows), "", account)
        return
    if "://" in source:
        raise UsageError(where=_shown(source), found="an address", expected='one with --query "select …", or a file')
    path = Path(source)
    digest = sha256_of(path) if path.exists() else ""
    for place, raw in enumerate(open_raws(path, lambda count: told(path.name, count))):
        own = digest if place == 0 else hashlib.sha256(f"{digest}/{place}".encode()).hexdigest()
        try:
            yield _take(company, ledger, raw, own, account)
        except BynameError as error:
            yield Outcome(raw.name, error=error)
        except duckdb.Error as broken:  # a file that no test of ours has met must not take the others with it
            said = str(broken).strip().split("\n", 1)[0][:200]
            yield Outcome(
                raw.name, error=UnreadableFile(where=raw.name, found=said, expected="a table that can be read")
            )


def _take(
    company: Company,
    ledger: Ledger,
    raw: Raw,
    digest: str,
    account: str,
    choose: Callable[[Company, duckdb.DuckDBPyConnection, Raw], tuple[Reader, Path | None]] | None = None,
) -> Outcome:
    """One table of text into the ledger, by the reader that `choose` takes for what is held."""
    folder = company.spill / "intake"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _connection(company, folder) as con:
            hold(con, raw)
            reader, mapping = (choose or _reader_of)(company, con, raw)
            around = Surroundings(account, company.settings.zone, company.settings.dates.order)
            result = read(con, raw, reader, around, folder)
            what = Import(
                name=raw.name,
                sha256=digest or _content_digest(result),
                reader=reader.name,
                source=reader.source,
                account=account,
                rows=result.rows,
                refused=result.refused,
                newest_at=result.newest_at,
            )
            at = datetime.now(UTC).replace(tzinfo=None)
            blocked = Blocked(company.folder)
            taken = ledger.append(what, result.staged, at=at, leave_out=blocked.leave_out)
            place = refused.path_of(company.refused, raw.name, account, reader.name)
            refused.replace(place, raw.name, account, reader.name, blocked.refusals(result.refusals()))
            return Outcome(
                name=raw.name,
                title=reader.title,
                reader=reader.name,
                file_id=taken.file_id,
                rows=result.rows,
                new=taken.new,
                changed=taken.changed,
                known=taken.known,
                refused=result.refused + taken.erased,
                refused_path=place if result.refused else None,
                first_refusals=(*_first(raw.name, result), *_erased(raw.name, taken.erased)),
                dropped=result.dropped,
                notes=reader.notes,
                mapping=mapping,
            )
    finally:
        company.clear_spill()


def _reader_of(company: Company, con: duckdb.DuckDBPyConnection, raw: Raw) -> tuple[Reader, Path | None]:
    """By the name that a refused row's file gives; else by a person's mapping, the header, a guess, in this order."""
    named = next((reader for reader in shipped() if reader.name == raw.reader), None)
    if named is not None:
        return named, None
    saved = generic.load_mapping(company.mappings, raw.columns)
    if saved is not None:
        return generic.to_reader(saved), None
    known = recognise(raw.name, raw.columns)
    if known is not None:
        return known, None
    guessed = generic.guess(con, raw, company.mappings)
    return generic.to_reader(guessed), generic.save_mapping(company.mappings, guessed)


def _first(name: str, result: Read, most: int = 3) -> tuple[str, ...]:
    """The first refusals as sentences."""
    lines = []
    for refusal, _ in zip(result.refusals(), range(most), strict=False):
        column = f', column "{refusal.column}"' if refusal.column else ""
        found = f'"{refusal.found}"' if refusal.column and refusal.found != "nothing" else refusal.found
        lines.append(f"{name}, row {refusal.row:,}{column}: found {found}; expected {refusal.expected}")
    return tuple(lines)


def _erased(name: str, rows: int) -> list[str]:
    """What is said of rows of people who were erased: how many, and nothing else."""
    return [f"{name}: {rows:,} rows of before an erasure, of people who were erased; not kept"] if rows else []


def _content_digest(result: Read) -> str:
    """A query has no bytes of its own: its rows stand for them."""
    digest = hashlib.sha256()
    with duckdb.connect() as con:
        for table, path in sorted(result.staged.items()):
            row = con.execute(
                "select count(*), bit_xor(hash(fact_id, row_hash)) from read_parquet(?)",
                [str(path)],
            ).fetchone()
            digest.update(f"{table}{row}".encode())
    return digest.hexdigest()


def _connection(company: Company, folder: Path) -> duckdb.DuckDBPyConnection:
    engine = company.settings.engine
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": engine.memory,
        "temp_directory": str(folder / "duckdb"),
        "preserve_insertion_order": True,
    }
    if engine.threads:
        config["threads"] = engine.threads
    con = duckdb.connect(config=config)
    con.execute("set timezone = 'UTC'")
    con.execute("set variable fingerprint_key = $key", {"key": company.fingerprint_key()})
    return con


def contacted(
    company: Company,
    source: str,
    *,
    campaign: str,
    channel: str,
    kind: str,
    at: datetime,
    arm: str = "treated",
    action: str = "",
    account: str = "main",
) -> Outcome:
    """Take the recipients of another tool's sending as contacts: a file with a column of addresses.

    Args:
        company: whose.
        source: the file.
        campaign: the sending's name.
        channel: email, sms, phone, whatsapp, letter, in_person.
        kind: ask, give, thank, news, service.
        at: when it went out, with its zone.
        arm: "treated"; or "held out" for those whom the lots left alone, so that the others can be compared.
        action: the playbook's action, where it was one.
        account: which inbox or shop.

    Raises:
        UnreadableFile: no column of it holds addresses of that channel.
        UsageError: another arm.
    """
    arm = arm.replace("-", " ")
    if arm not in ARMS:
        raise UsageError(where="--arm", found=f'"{arm}"', expected=f"treated or held-out{nearest(arm, ARMS)}")
    ledger = open_ledger(company)
    path = Path(source)
    raw = next(iter(open_raws(path)))
    said = {"campaign": campaign, "channel": channel, "kind": kind, "arm": arm, "action": action}
    digest = hashlib.sha256("/".join([sha256_of(path), *said.values(), str(at)]).encode()).hexdigest()

    def choose(_company: Company, con: duckdb.DuckDBPyConnection, raw: Raw) -> tuple[Reader, None]:
        return _contacts_reader(_address_column(con, raw, channel), said, at), None

    return _take(company, ledger, raw, digest, account, choose)


_BY_NUMBER = ("sms", "phone", "whatsapp")


def _address_column(con: duckdb.DuckDBPyConnection, raw: Raw, channel: str) -> str:
    """The column in which most values look like an address of that channel."""
    pattern = "@" if channel == "email" else r"^[+0-9(][0-9 ()./-]{5,}$" if channel in _BY_NUMBER else "."
    best, share = "", 0.0
    for column in raw.columns:
        name = quoted(column)
        row = con.execute(
            f"select avg(cast(regexp_matches({name}, ?) as integer)) from staged where trim({name}) <> ''",  # noqa: S608
            [pattern],
        ).fetchone()
        if row and row[0] is not None and row[0] > share:
            best, share = column, row[0]
    if share < 0.5:  # noqa: PLR2004 - most of them
        raise UnreadableFile(
            where=raw.name,
            found=f"columns {', '.join(raw.columns)}",
            expected=f"one that holds addresses for {channel}",
            do="A header and one address a line is enough.",
        )
    return best


def _contacts_reader(column: str, said: Mapping[str, str], at: datetime) -> Reader:
    """A reader of one column of addresses: the same sending again is known, another arm of a person a new version."""
    address = f"text({quoted(column)})"
    details = {"email": "email"}.get(said["channel"], "phone" if said["channel"] in _BY_NUMBER else "street")
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    written = "".join(f", {literal(value)} as {column}" for column, value in said.items() if value)
    return Reader(
        name="contacted",
        title=f"Recipients of {said['campaign']}" if said["arm"] == "treated" else f"Held out of {said['campaign']}",
        source="contacted",
        statements={
            "records": f"select 'contact' as role, record('address', lower({address})) as record_id, "  # noqa: S608
            f"lower({address}) as source_id, {address} as {details}, row from raw where {address} is not null",
            "contacts": f"select {literal(said['campaign'])} || ':' || lower({address}) as source_id, "  # noqa: S608
            f"record('address', lower({address})) as record_id, timestamp {literal(moment)} as occurred_at, "
            f"{address} as address{written}, 'marketing' as purpose, row from raw where {address} is not null",
        },
        purpose={"records": "marketing", "contacts": "marketing"},
    )
