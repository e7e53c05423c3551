"""Who was erased does not come back: keyed hashes by which rows from before an erasure are known, and left out.

    DIR/erased/<number>.json          of each erasure the moment, and hashes of ids, e-mails, telephones: no names
    $BYNAME_KEYS/<id>.key             the key of these hashes, outside: who has the folder alone can guess nobody
    $BYNAME_KEYS/<id>/<number>.json   the list once more: a folder that comes back from a backup has an older one
    $BYNAME_KEYS/<id>/home            where the folder is that the list is of

A copy of the folder heeds the list and adds nothing to it while the folder itself stands where it was: who tries an
erasure on a copy takes nobody out of the folder.

Without BYNAME_KEYS keys are kept in $XDG_DATA_HOME/byname/keys (~/.local/share/byname/keys). Back the key up, elsewhere
than the folder: without it nobody can tell who was erased, and nothing is read any more until that is settled.

What somebody does after the erasure is taken: it is somebody new.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from byname.errors import LedgerError
from byname.facts.quoting import literal
from byname.facts.schema import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from byname.facts.change import Import
    from byname.facts.reading import Refusal

__all__ = ["EMAIL", "KEYED", "NAME", "PHONE", "Blocked", "Erasure", "key_file"]

_ID, _HOME = "id", "home"
_AN_EMAIL = re.compile(r"[^\s<>,;:\"']+@[^\s<>,;:\"']+")
_A_PHONE = re.compile(r"[+0-9(][0-9 ()./-]{6,}")

# One spelling of an e-mail, a telephone and a name, as good as SQL can. Of a telephone the last nine digits, which are
# the same with its country or without.
EMAIL = "nullif(lower(trim({column})), '')"
PHONE = """
    case when length(regexp_replace({column}, '[^0-9]', '', 'g')) >= 7
         then right(regexp_replace({column}, '[^0-9]', '', 'g'), 9) end
"""
NAME = """
    nullif(array_to_string(list_sort(regexp_extract_all(
        lower(strip_accents(concat_ws(' ', coalesce({name}, concat_ws(' ', {given}, {family}))))), '[a-z0-9]+'
    )), ' '), '')
"""

# The hash of a value of a kind, as `Blocked.show` makes it known.
KEYED = "sha256(getvariable('outer_key') || sha256(getvariable('inner_key') || {kind} || ':' || {value}))"

# By which hashes each record of an import may be known, and when it last changed, by its own word.
_KEYS = f"""
create or replace temp table known_by as
with said as (
    select record_id, greatest(occurred_at, updated_at, created_at) as moment, {EMAIL.format(column="email")} as email,
           {PHONE.format(column="phone")} as phone,
           {NAME.format(name="name", given="given_name", family="family_name")} as called
    from records
),
keys as (
    select distinct record_id, 'email' as kind, email as value from said where email is not null
    union all
    select distinct record_id, 'phone', phone from said where phone is not null
    union all
    select distinct record_id, 'email and name', email || ' ' || called from said where (email || called) is not null
    union all
    select distinct record_id, 'phone and name', phone || ' ' || called from said where (phone || called) is not null
    union all
    select distinct record_id, 'record', record_id from ({{named}}) as named where record_id is not null
)
select keys.record_id, max(erased.erased_at) as erased_at
from keys
join erased on erased.hash = {KEYED.format(kind="keys.kind", value="keys.value")}
group by keys.record_id
"""  # noqa: S608 - ours
_HAPPENED = """
    select said.record_id, {happened} as happened from {name} as said {beside}
"""
# Of these records what happened later, so that they are somebody's again.
_LATER = """
create or replace temp table later as
select distinct said.record_id
from ({facts}) as said
join known_by using (record_id)
where said.happened > known_by.erased_at
"""
_MOMENT = {
    "records": "greatest(said.occurred_at, said.updated_at, said.created_at)",
    "subscriptions": "said.started_at",
    "order_lines": "coalesce(said.occurred_at, bought.occurred_at)",
    "returns": "coalesce(said.occurred_at, bought.occurred_at)",
}
_OF_ORDER = """
    left join (select source_id, max(occurred_at) as occurred_at from orders group by source_id) as bought
      on bought.source_id = said.order_id
"""
_BESIDE = {"order_lines": _OF_ORDER, "returns": _OF_ORDER}
# Rows that say no time: of a record itself they are taken where something later is said of it, others never.
_LEFT = """
copy (
    select said.*
    from {name} as said
    left join known_by on known_by.record_id = said.record_id
    {beside}
    where not coalesce(
        known_by.erased_at is not null and ({happened} is null or {happened} <= known_by.erased_at) {and_also}, false
    )
    {or_else}
) to {path} (format parquet)
"""
_REFERRED = "left join known_by as friend on friend.record_id = said.referred_record_id"
_AND_REFERRED = (
    "and not coalesce(said.occurred_at is null or said.occurred_at <= friend.erased_at, friend.erased_at is not null)"
)


def key_file(folder: Path) -> Path:
    """Where the key of a company's folder is kept."""
    name = (folder / "erased" / _ID).read_text("utf-8").strip()
    return _keys() / f"{name}.key"


def _keys() -> Path:
    if said := os.environ.get("BYNAME_KEYS"):
        return Path(said)
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "byname" / "keys"


@dataclass(frozen=True)
class _Key:
    """Two keys, one within the other, so that a hash cannot be gone on with."""

    outer: str
    inner: str

    def hash(self, kind: str, value: str) -> str:
        """The same as `KEYED` gives."""
        return _sha256(self.outer + _sha256(f"{self.inner}{kind}:{value}"))


@dataclass(frozen=True)
class Erasure:
    """What is kept of an erasure: its moment, UTC without a zone, and hashes of whom it was about."""

    at: datetime
    hashes: frozenset[str]


@dataclass(frozen=True)
class Blocked:
    """The erasures of a company's folder.

    Attributes:
        folder: the company's.
    """

    folder: Path

    def add(self, number: str, at: datetime, keys: Iterable[tuple[str, str]]) -> None:
        """Keep hashes of whom an erasure is about, in one step; the same number again adds to what it had.

        Args:
            number: the erasure's.
            at: its moment, UTC without a zone: what happened later is taken.
            keys: kind (record, email, phone, email and name, phone and name, person) and value.
        """
        self._make_key()
        key = self._key()
        before = self.erasures().get(number)
        hashes = {key.hash(kind, value) for kind, value in keys} | (before.hashes if before else frozenset())
        for place in self._places():
            _write(place, number, Erasure(at, frozenset(hashes)))

    def settle(self) -> dict[str, Erasure]:
        """Let the folder and the place outside have the same list, whichever is older; by number.

        The folder gets its id here, so that a backup from before the first erasure is known again too.
        """
        self._identify()
        erasures = self.erasures()
        try:
            places = self._places()
        except OSError:  # nothing can be kept outside; where there is nothing to keep that is no harm yet
            if erasures:
                raise
            return {}
        for place in places:
            for number, one in erasures.items():
                if not (place / f"{number}.json").is_file():
                    _write(place, number, one)
        return erasures

    def erasures(self) -> dict[str, Erasure]:
        """Every erasure by its number, in whichever list it stands."""
        found: dict[str, Erasure] = {}
        for path in sorted(path for place in (self._root, self._outside) if place for path in place.glob("*.json")):
            said = json.loads(path.read_text("utf-8"))
            one, before = Erasure(datetime.fromisoformat(said["at"]), frozenset(said["hashes"])), found.get(path.stem)
            found[path.stem] = replace(before, hashes=before.hashes | one.hashes) if before else one
        return found

    def moment_of(self, kind: str, value: str) -> datetime | None:
        """When this one was erased; None: never."""
        erasures = self.erasures()
        if not erasures:
            return None
        wanted = self._key().hash(kind, value)
        return max((one.at for one in erasures.values() if wanted in one.hashes), default=None)

    def show(self, con: duckdb.DuckDBPyConnection, erasures: Mapping[str, Erasure]) -> None:
        """Let statements see erasures: a table `erased` of number, hash and erased_at, and what `KEYED` needs."""
        key = self._key()
        con.execute("set variable outer_key = $key", {"key": key.outer})
        con.execute("set variable inner_key = $key", {"key": key.inner})
        con.execute("create or replace temp table erased (number varchar, hash varchar, erased_at timestamp)")
        for number, one in erasures.items():
            con.execute("insert into erased select $1, unnest($2), $3", [number, list(one.hashes), one.at])

    def refusals(self, refused: Iterable[Refusal]) -> Iterator[Refusal]:
        """Refused rows without those that name an e-mail or a telephone of somebody who was erased.

        Of when they are is not known, since they could not be read: what is left out can be read again from its file.
        """
        hashes = {one for erasure in self.erasures().values() for one in erasure.hashes}
        if not hashes:
            yield from refused
            return
        key = self._key()
        for row in refused:
            said = _as_text(row.original)
            emails = (("email", found.group().lower()) for found in _AN_EMAIL.finditer(said))
            phones = (("phone", re.sub("[^0-9]", "", found.group())[-9:]) for found in _A_PHONE.finditer(said))
            if hashes.isdisjoint(key.hash(kind, value) for kind, value in (*emails, *phones)):
                yield row

    def leave_out(self, what: Import, staged: Mapping[str, Path]) -> tuple[Import, dict[str, Path]]:
        """An import without the rows that were erased: they count as refused, and nothing of them is kept.

        Args:
            what: the import.
            staged: its tables; those that change are written anew at their place.
        """
        erasures = self.erasures()
        if not erasures or not staged:
            return what, dict(staged)
        with duckdb.connect() as con:
            self.show(con, erasures)
            left = self._left(con, staged)
        return replace(what, refused=what.refused + left), dict(staged)

    def _left(self, con: duckdb.DuckDBPyConnection, staged: Mapping[str, Path]) -> int:
        for name, path in staged.items():
            _show(con, name, path)
        if "records" not in staged:
            _show(con, "records", None)
        if "orders" not in staged:
            _show(con, "orders", None)
        named = [f"select record_id from {name}" for name in staged]  # noqa: S608 - our own names
        if "referrals" in staged:
            named.append("select referred_record_id from referrals")
        con.execute(_KEYS.format(named=" union ".join(named)))
        facts = [
            _HAPPENED.format(happened=_MOMENT.get(name, "said.occurred_at"), name=name, beside=_BESIDE.get(name, ""))
            for name in staged
        ]
        con.execute(_LATER.format(facts=" union all ".join(facts)))
        return sum(self._left_of(con, name, path) for name, path in staged.items())

    def _left_of(self, con: duckdb.DuckDBPyConnection, name: str, path: Path) -> int:
        beside = path.with_suffix(".left")
        is_referrals = name == "referrals"
        con.execute(
            _LEFT.format(
                name=name,
                happened=_MOMENT.get(name, "said.occurred_at"),
                beside=_REFERRED if is_referrals else _BESIDE.get(name, ""),
                and_also="and said.record_id not in (select record_id from later)" if name == "records" else "",
                or_else=_AND_REFERRED if is_referrals else "",
                path=literal(str(beside)),
            )
        )
        ((before,),) = con.execute(f"select count(*) from {name}").fetchall()  # noqa: S608 - our own names
        ((after,),) = con.execute("select count(*) from read_parquet($path)", {"path": str(beside)}).fetchall()
        if before == after:
            beside.unlink()
        else:
            beside.replace(path)
        return int(before - after)

    @property
    def _root(self) -> Path:
        return self.folder / "erased"

    @property
    def _outside(self) -> Path | None:
        """Where the list stands once more; None: the folder has no id yet."""
        name = self._root / _ID
        return _keys() / name.read_text("utf-8").strip() if name.is_file() else None

    def _places(self) -> list[Path]:
        """Where this folder's erasures are kept: both places, or in the folder alone if it is a copy."""
        outside = self._outside
        if outside is None:
            return [self._root]
        here, home = self.folder.resolve(), outside / _HOME
        there = Path(home.read_text("utf-8")) if home.is_file() else here
        if there != here and _id_in(there) == outside.name:
            return [self._root]
        if there != here or not home.is_file():
            outside.mkdir(mode=0o700, parents=True, exist_ok=True)
            home.write_text(str(here), "utf-8")
        return [self._root, outside]

    def _key(self) -> _Key:
        """The key of these hashes.

        Raises:
            LedgerError: the key is not where it should be.
        """
        path = key_file(self.folder)
        if not path.is_file():
            raise LedgerError(
                where=str(path),
                found="no key",
                expected=f"the key by which erasures ({len(self.erasures())}) are known again; without "
                "it rows of erased people would come back, so nothing is read",
                do="Restore that file from its backup, or name the folder that has it in BYNAME_KEYS. If it is lost "
                f"for good: move {self._root} away, and take care that no file from before an erasure is read.",
            )
        outer, _, inner = path.read_text("utf-8").strip().partition(" ")
        return _Key(outer, inner)

    def _identify(self) -> None:
        """Give the folder the name by which its key and its list are found outside."""
        self._root.mkdir(mode=0o700, exist_ok=True)
        name = self._root / _ID
        if not name.is_file():
            _once(name, secrets.token_hex(16))

    def _make_key(self) -> None:
        """Make the key at the first erasure."""
        self._identify()
        if not self.erasures() and not key_file(self.folder).is_file():
            key_file(self.folder).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _once(key_file(self.folder), f"{secrets.token_hex(32)} {secrets.token_hex(32)}")


def _show(con: duckdb.DuckDBPyConnection, name: str, path: Path | None) -> None:
    """A view of a staged table in which every column is there."""
    types = {"instant": "timestamp", "texts": "varchar[]"}
    wanted = [
        f"cast(null as {types.get(one.type, 'varchar')}) as {one.name}"
        for one in table(name).all_columns
        if one.type in ("instant", "text", "texts") and one.name in table(name).written
    ]
    empty = f"select {', '.join(wanted)} where false"
    if path is None:
        con.execute(f"create or replace temp view {name} as {empty}")
        return
    there = {row[0] for row in con.execute(f"describe select * from read_parquet({literal(str(path))})").fetchall()}  # noqa: S608
    missing = [one for one in wanted if one.rpartition(" ")[2] not in there]
    more = "".join(f", {one}" for one in missing)
    con.execute(f"create or replace temp view {name} as select *{more} from read_parquet({literal(str(path))})")  # noqa: S608


def _write(place: Path, number: str, one: Erasure) -> None:
    """Keep an erasure in a list, in one step."""
    beside = place / f".{number}-{os.getpid()}"
    with beside.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"at": one.at.isoformat(), "hashes": sorted(one.hashes)}))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place / f"{number}.json")


def _id_in(folder: Path) -> str:
    """The name by which a folder is known outside; empty: it has none, or is no company's."""
    name = folder / "erased" / _ID
    return name.read_text("utf-8").strip() if name.is_file() else ""


def _as_text(original: Mapping[str, str | None] | str | None) -> str:
    """What stood in a refused row: its values, or the line that could not be taken apart."""
    if isinstance(original, str):
        return original
    return " ".join(value for value in (original or {}).values() if value is not None)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _once(path: Path, text: str) -> None:
    """Write a secret once; who comes second takes what the first made."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.chmod(0o600)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
