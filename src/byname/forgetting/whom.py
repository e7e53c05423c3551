"""Whom an erasure is about: all that is linked to a person now, by the snapshot, the ledger and what was decided since.

A mailbox or a telephone that somebody else has as well (a household's) is no sign of them alone: by it nobody else's
row is taken, and nobody else is kept from coming back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from byname.app_rows import opened
from byname.errors import UsageError
from byname.facts.blocked import EMAIL, NAME, PHONE
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.quoting import literal
from byname.facts.schema import TABLES, table
from byname.facts.versions import NEWEST_SQL
from byname.forgetting.order import Order, new_number, now
from byname.people.decisions import KINDS, standing_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byname.company import Company
    from byname.facts.ledger import State
    from byname.snapshot import Snapshot

__all__ = ["order_for"]

_SHORTEST_NAME = 4  # a shorter one is found everywhere
_SHORTEST_TEXT = 12
_PHONE_DIGITS = 9  # see facts.blocked.PHONE

_RECORDS_OF = "select record_id from known where person_id in (select unnest($1))"
_PERSONS_OF = "select distinct person_id from known where record_id in (select unnest($1))"
_EMAIL, _PHONE = EMAIL.format(column="email"), PHONE.format(column="phone")
_CALLED = NAME.format(name="name", given="given_name", family="family_name")

# How they are reached and called, in all versions of their records.
_MINE = f"""
create or replace temp table mine as
select distinct {_EMAIL} as email, {_PHONE} as phone, {_CALLED} as called
from records
semi join theirs using (record_id)
"""  # noqa: S608 - ours
# Whoever is reached so; of millions of telephones only those with the same last digits are looked at more closely.
_NEAR = f"""
create or replace temp table near as
select distinct record_id, {_EMAIL} as email, {_PHONE} as phone
from records
where lower(trim(email)) in ({{emails}}) or ({{digits}}) and {_PHONE} in ({{phones}})
"""  # noqa: S608 - ours
_DIGITS = "contains(translate(phone, ' -()./+', ''), {digits})"
_THEIRS_ALONE = """
select distinct mine.{kind}
from mine
where mine.{kind} is not null and mine.{kind} not in (
    select near.{kind}
    from near
    anti join theirs using (record_id)
    semi join (select record_id from known where record_id in (select record_id from near)) as known using (record_id)
    where near.{kind} is not null
)
"""
_NEW = """
select distinct record_id
from near
anti join (select record_id from known where record_id in (select record_id from near)) as known using (record_id)
anti join theirs using (record_id)
where email in (select unnest($emails)) or phone in (select unnest($phones))
"""
_WRITTEN = """
select distinct lower(trim(email)) as email, phone, name, given_name, family_name, handle
from records
semi join theirs using (record_id)
"""
_KEYED_NAMES = """
select distinct email, phone, called from mine where called is not null
"""
_NAMESAKES = """
select count(*)
from people
where lower(name) in (select unnest($names)) and person_id not in (select unnest($people))
"""
_OWN_WORDS = """
with others as (
    select concat_ws(' ', subject, text, answer) as words
    from messages
    anti join theirs using (record_id)
)
select said from given where not exists (select 1 from others where contains(others.words, given.said))
"""
_TEXTS = {
    "messages": ("subject", "text", "answer"),
    "ideas": ("title", "text"),
    "promises": ("what",),
    "decisions": ("value",),
    "preferences": ("value",),
}


def order_for(company: Company, snapshot: Snapshot, person_id: str) -> Order:
    """The order to erase a person of the current snapshot.

    Raises:
        UsageError: nobody has that id, or somebody set records of theirs apart since the snapshot.
    """
    with open_ledger(company).state() as state, duckdb.connect() as con:
        _show(con, state, snapshot)
        people = _people(company, con, state, person_id)
        records = _column(con, _RECORDS_OF, [people])
        _theirs(con, records)
        con.execute(_MINE)
        phones = _column(con, "select distinct phone from mine where phone is not null")
        emails = _column(con, "select distinct email from mine where email is not null")
        digits = " or ".join(_DIGITS.format(digits=literal(phone[-4:])) for phone in phones) or "false"
        # Listed, not asked for: what is listed is compared before the telephones of millions are taken apart.
        listed = {"emails": ", ".join(map(literal, emails)) or "''", "phones": ", ".join(map(literal, phones)) or "''"}
        con.execute(_NEAR.format(digits=digits, **listed))
        emails = _column(con, _THEIRS_ALONE.format(kind="email"))
        phones = _column(con, _THEIRS_ALONE.format(kind="phone"))
        # Records that came since the snapshot, which the next refresh would link to them.
        if new := _column(con, _NEW, {"emails": emails, "phones": phones}):
            records = [*records, *new]
            _theirs(con, records)
            con.execute(_MINE)
        at = now()
        return _told(con, Order(
            number=new_number(at), at=at.isoformat(), people=tuple(people), records=tuple(sorted(records)), facts=(),
            hashes=(), sources=(), emails=tuple(emails), phones=tuple(phones), names=(), texts=(), namesakes=False,
            keys=(),
        ))  # fmt: skip


def _show(con: duckdb.DuckDBPyConnection, state: State, snapshot: Snapshot) -> None:
    for one in TABLES:
        show(con, one.name, one, state.files(one.name))
    for view, name in (("known", "records"), ("people", "people")):
        path = literal(str(snapshot.folder / f"{name}.parquet"))
        con.execute(f"create temp view {view} as select * from read_parquet({path})")  # noqa: S608 - our own folder


def _theirs(con: duckdb.DuckDBPyConnection, records: Sequence[str]) -> None:
    con.register("given", pa.table({"record_id": pa.array(records, pa.string())}))
    con.execute("create or replace temp table theirs as select distinct record_id from given")
    con.unregister("given")


def _people(company: Company, con: duckdb.DuckDBPyConnection, state: State, person_id: str) -> list[str]:
    """The person and whoever was merged with them since."""
    if not con.execute("select 1 from people where person_id = $1", [person_id]).fetchall():
        raise UsageError(where=person_id, found="nobody of that id", expected="somebody of the current snapshot")
    decided = standing_rows(_decisions(company, con, state))
    people = {person_id}
    grows = True
    while grows:
        records = set(_column(con, _RECORDS_OF, [sorted(people)]))
        pairs = [row for row in decided if {row["record_id"], row["other_record_id"]} & records]
        if parted := [
            row for row in pairs if row["kind"] == "apart" and {row["record_id"], row["other_record_id"]} <= records
        ]:
            raise UsageError(
                where=person_id,
                found=f"records that {parted[0]['by_whom'] or 'somebody'} set apart since the snapshot: two people",
                expected="one person",
                do=f"Make a new snapshot first, with: byname refresh {company.folder}",
            )
        merged = [one for row in pairs if row["kind"] == "merge" for one in (row["record_id"], row["other_record_id"])]
        more = set(_column(con, _PERSONS_OF, [merged]))
        grows = not more <= people
        people |= more
    return [person_id, *sorted(people - {person_id})]


def _decisions(company: Company, con: duckdb.DuckDBPyConnection, state: State) -> list[dict[str, Any]]:
    with opened(company) as rows:
        pending = [] if rows is None else rows.pending("decisions", KINDS)
    found = {row["fact_id"]: {**row, "known_at": row["written_at"]} for row in pending}
    if state.files("decisions"):
        show(con, "all_versions", table("decisions"), state.files("decisions"))
        kinds = ", ".join(map(literal, KINDS))
        of_ledger = con.sql(NEWEST_SQL, params={"known_by": None}).filter(f"kind in ({kinds})")
        found |= {row["fact_id"]: row for row in of_ledger.to_arrow_table().to_pylist()}
    return list(found.values())


def _told(con: duckdb.DuckDBPyConnection, order: Order) -> Order:
    """The order with all that names them and all that they said."""
    written = con.execute(_WRITTEN).fetchall()
    names = {
        said.strip()
        for _, _, name, given, family, handle in written
        for said in (name, " ".join(filter(None, (given, family))), handle)
        if said and len(said.strip()) >= _SHORTEST_NAME
    }
    numbers = {"".join(filter(str.isdigit, phone)) for _, phone, *_ in written if phone}
    phones = {number for number in numbers if number[-_PHONE_DIGITS:] in order.phones}
    facts, sources, texts, hashes = set[str](), set[str](), set[str](), set[str]()
    for one in TABLES:
        said = _TEXTS.get(one.name, ())
        where = "record_id in (select record_id from theirs)"
        if one.name == "decisions":
            where += " or other_record_id in (select record_id from theirs)"
        asked = (
            f"select fact_id, source_id, row_hash{''.join(f', {name}' for name in said)} from {one.name} where {where}"  # noqa: S608
        )
        for fact_id, source_id, row_hash, *words in con.execute(asked).fetchall():
            facts.add(fact_id)
            sources.add(source_id or "")
            texts |= {text for text in words if text}
            if one.name == "messages":
                hashes.add(row_hash)
    texts = _theirs_alone(con, {part for text in texts for part in (text, *_sentences(text))})
    ((namesakes,),) = con.execute(
        _NAMESAKES, {"names": [name.lower() for name in names], "people": list(order.people)}
    ).fetchall()
    return Order(**{
        **{name: getattr(order, name) for name in Order.__dataclass_fields__},
        "facts": tuple(sorted(facts)), "hashes": tuple(sorted(hashes)), "sources": tuple(sorted(sources - {""})),
        "phones": tuple(sorted(phones)), "names": tuple(sorted(names)),
        "texts": tuple(sorted(texts)), "namesakes": bool(namesakes), "keys": tuple(_keys(con, order)),
    })  # fmt: skip


def _sentences(text: str) -> list[str]:
    """A text's sentences, as quotes are cut out of it."""
    return [part.strip() for part in re.split(r"(?<=[.!?…])\s+|\n+", text)]


def _theirs_alone(con: duckdb.DuckDBPyConnection, said: set[str]) -> set[str]:
    """Of these words those that nobody else said: a short thanks is everybody's."""
    long = sorted(one for one in said if len(one) >= _SHORTEST_TEXT)
    con.register("given", pa.table({"said": pa.array(long, pa.string())}))
    return set(_column(con, _OWN_WORDS))


def _keys(con: duckdb.DuckDBPyConnection, order: Order) -> Iterable[tuple[str, str]]:
    """By what rows of before are known again."""
    yield from (("person", one) for one in order.people)
    yield from (("record", one) for one in order.records)
    yield from (("email", one) for one in order.emails)
    yield from (("phone", one) for one in order.phones)
    for email, phone, called in con.execute(_KEYED_NAMES).fetchall():
        if email:
            yield "email and name", f"{email} {called}"
        if phone:
            yield "phone and name", f"{phone} {called}"


def _column(con: duckdb.DuckDBPyConnection, sql: str, given: Any = ()) -> list[str]:
    return sorted(value for (value,) in con.execute(sql, given).fetchall())
