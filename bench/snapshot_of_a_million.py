"""A snapshot of a million people and twenty million facts, without reading them: a small company's, many times over.

python bench/snapshot_of_a_million.py PATTERN FOLDER [PEOPLE] [FACTS]     1,000,000 and 20,000,000 by default

PATTERN is a refreshed company, such as `byname demo` makes. Each of its people stands in the new snapshot as many times
as it takes, every time with another id, name, address and worth, and with rows of their own in every table; links and the
timeline are thinned to the facts asked for. Written by the code that a refresh writes with, in the same order, so that
reading it costs what reading a refreshed snapshot costs. What a company this large would not have so many times over (a
team's plan, a client book, those left out by name) is held to what its people could do.
"""

from __future__ import annotations

import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from byname.company import Company, open_company
from byname.engines.parquet import write_parquet
from byname.finding import write_index
from byname.layout import order_of
from byname.snapshot import Writing
from byname.tables import SCHEMA_VERSION, TABLES

__all__ = ["multiplied"]

# How often rows of these may stand in a company of any size: its teams have only so many hours.
_AT_MOST = {"plan": 100, "client_book": 50, "left_out": 2, "promises": 100, "alarms": 100}
_KEPT_ROLES = ("customer", "order", "ticket", "promise", "review", "idea", "return")
_OTHER_LETTERS = ("王小明", "山田 太郎", "김민준", "محمد الهاشمي", "Ольга Иванова", "Ελένη Παπαδοπούλου", "נועה כהן", "Nguyễn Thị Hương")  # fmt: skip
_LETTERS = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of base32, in the order of bytes
_SORTED_AT_ONCE = 2_000_000
_MACROS = """
    create macro u(a, b) as (hash(a, b) % 1000003)::double / 1000003;
    create macro copied(id, k, letter) as
        case when k = 0 or id is null then id
             else letter || upper(translate(left(md5(id || '/' || k), 16), '0189', 'GHJK')) end;
    create macro hashed(id, k) as case when k = 0 or id is null then id else md5(id || '/' || k) end;
    create macro numbered(id, k) as case when k = 0 or id is null then id else id || lpad(k::varchar, 3, '0') end;
"""
_MONEY = (
    "clv", "clv_low", "clv_high", "expected_spend", "median_spend", "expected_spend_quarter", "value_at_risk",
    "engagement_value", "mean_spend",
)  # fmt: skip


def multiplied(pattern: Company, folder: Path, people: int = 1_000_000, facts: int = 20_000_000) -> Company:
    """A company whose snapshot holds about so many people and facts; what is there already is taken as it is."""
    if (folder / "snapshots" / "CURRENT").is_file():
        return open_company(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(pattern.folder / "byname.toml", folder / "byname.toml")
    for name in ("mappings", "models", "playbooks"):
        if (pattern.folder / name).is_dir():
            shutil.copytree(pattern.folder / name, folder / name, dirs_exist_ok=True)
    company = open_company(folder)
    small = pattern.snapshots / (pattern.snapshots / "CURRENT").read_text("utf-8").strip()
    metadata = pq.read_metadata(small / "value.parquet").metadata
    stamp = {key.decode(): value.decode() for key, value in metadata.items() if key != b"ARROW:schema"}
    stamp["schema_version"] = str(SCHEMA_VERSION)
    writing = Writing(company)
    spill = folder / "spill"
    spill.mkdir(exist_ok=True)
    try:
        with duckdb.connect(config={"temp_directory": str(spill), "memory_limit": "6GB"}) as con:
            con.execute(_MACROS)
            copies = _people(con, small, people)
            for name in TABLES:
                begun = time.perf_counter()
                rows = _write(con, small, writing.folder, name, copies, facts, stamp)
                print(f"{name:20}{rows:>12,} rows {time.perf_counter() - begun:7.1f} s", flush=True)
            begun = time.perf_counter()
            _index(con, small, writing.folder)
            size = (writing.folder / "index.sqlite").stat().st_size
            print(f"{'index':20}{size / 1e6:>9,.0f} MB {time.perf_counter() - begun:9.1f} s", flush=True)
        writing.publish(datetime.fromisoformat(stamp["as_of"]).date(), datetime.now(UTC))
    finally:
        writing.abandon()
    return company


def _people(con: duckdb.DuckDBPyConnection, small: Path, people: int) -> int:
    """Who there will be: the table `who` of the pattern's id, copy, new id, name, e-mail and phone."""
    con.execute(
        f"create table small as select row_number() over (order by person_id) - 1 as i, * from '{small}/people.parquet'"
    )
    con.execute(
        "create table given as select row_number() over (order by i) - 1 as i, split_part(name, ' ', 1) as word "
        "from small where name like '% %'"
    )
    con.execute(
        "create table family as select row_number() over (order by i) - 1 as i, "
        "substr(name, length(split_part(name, ' ', 1)) + 2) as word from small where name like '% %'"
    )
    con.execute("create table other as select unnest(range(len($1))) as i, unnest($1) as word", [list(_OTHER_LETTERS)])
    count, words = (con.sql(f"select count(*) from {name}").fetchall()[0][0] for name in ("small", "given"))
    copies = max(1, round(people / count))
    con.execute(
        f"""
        create table who as
        with drawn as (
            select small.person_id as was, k, copied(small.person_id, k, 'p') as person_id, small.name, small.email,
                   small.phone, (hash(small.i, k) % {words})::bigint as g, (hash(k, small.i, 1) % {words})::bigint as f,
                   case when hash(small.i, k, 2) % 40 = 0 then hash(small.i, k, 3) % {len(_OTHER_LETTERS)} end as o,
                   small.i * {copies} + k as n
            from small cross join range({copies}) copy(k)
        )
        select was, k, drawn.person_id,
               case when k = 0 or drawn.name is null then drawn.name
                    else coalesce(other.word, given.word || ' ' || family.word) end as name,
               case when k = 0 or drawn.email is null then drawn.email
                    else regexp_replace(lower(strip_accents(given.word || '.' || family.word)), '[^a-z.]', '', 'g')
                         || n || '@' || split_part(drawn.email, '@', 2) end as email,
               case when k = 0 or drawn.phone is null then drawn.phone
                    else left(drawn.phone, length(drawn.phone) - 7)
                         || lpad((hash(n, 5) % 10000000)::varchar, 7, '0') end as phone,
               exp(0.7 * (u(n, 6) + u(n, 7) + u(n, 8) - 1.5) * 2) as richer
        from drawn join given on given.i = g join family on family.i = f left join other on other.i = o
        """
    )
    return copies


def _write(
    con: duckdb.DuckDBPyConnection, small: Path, folder: Path, name: str, copies: int, facts: int, stamp: dict[str, str]
) -> int:
    file = small / f"{name}.parquet"
    if not file.is_file():
        return 0
    schema = pq.read_schema(file)
    schema = schema.remove_metadata()
    path = folder / f"{name}.parquet"
    times = min(copies, _AT_MOST.get(name, copies))
    if "person_id" not in schema.names:
        copies = times = 1
    picked = ", ".join(_column(name, column) for column in schema.names)
    where = [f"who.k < {times}"]
    rows = con.sql(f"select count(*) from '{file}'").fetchall()[0][0]
    if name in ("links", "timeline"):
        column = "role" if name == "links" else "kind"
        kept = con.sql(f"select count(*) from '{file}' where {column} in {_KEPT_ROLES}").fetchall()[0][0]
        share = min(1.0, max(0.0, (facts / copies - kept) / max(1, rows - kept)))
        where.append(f"({column} in {_KEPT_ROLES} or u(source_id, who.k) < {share})")
    source = f"select {picked} from '{file}' t"
    if "person_id" in schema.names:
        source += f" join who on who.was = t.person_id where {' and '.join(where)}"
    if name == "value":
        source = f"select * exclude (rank), row_number() over (order by clv desc, person_id) as rank from ({source})"
    order, group = order_of(name, schema.names)
    ordered = ", ".join(f'"{column}" asc nulls last' for column in order)
    listed = ", ".join(f'"{column}"' for column in schema.names)
    # A part of the people at a time: the whole would be sorted on the disk.
    parts = _LETTERS if order[0] == "person_id" and rows * copies > _SORTED_AT_ONCE else [""]
    queries = [
        f"select {listed} from ({source}{f" and who.person_id[2:2] = '{letter}'" if letter else ''}) order by {ordered}"
        for letter in parts
    ]
    batches = (batch.cast(schema) for sql in queries for batch in con.sql(sql).to_arrow_reader(50_000))
    return write_parquet(batches, schema, path, metadata=stamp, row_group_rows=group)


def _column(table: str, name: str) -> str:
    made = {
        "person_id": "who.person_id",
        "other_person_id": "copied(t.other_person_id, who.k, 'p')",
        "referrer_id": "copied(t.referrer_id, who.k, 'p')",
        "household_id": "copied(t.household_id, who.k, 'h')",
        "company_id": "copied(t.company_id, who.k, 'c')",
        "source_id": "numbered(t.source_id, who.k)",
        "number": "numbered(t.number, who.k)",
        **{id_: f"hashed(t.{id_}, who.k)" for id_ in ("fact_id", "record_id", "other_record_id", "anchor")},
    }
    if table in ("people", "client_book"):
        made["name"] = "who.name"
    if table == "people":
        made |= {"email": "who.email", "phone": "who.phone"}
    if table == "value":
        made |= {column: f"t.{column} * who.richer" for column in _MONEY}
    if "person_id" not in TABLES[table] or name not in made:
        return f't."{name}"'
    return f'{made[name]} as "{name}"'


def _index(con: duckdb.DuckDBPyConnection, small: Path, folder: Path) -> None:
    """index.sqlite, by the code that a refresh calls: the keys and faces of these people."""
    shutil.copyfile(small / "identity.json", folder / "identity.json")
    con.execute(
        """
        create table keyed as
        select 'e-mail' as kind, lower(email) as value, person_id from who where email is not null
        union all
        select 'phone', '+' || regexp_replace(phone, '[^0-9]', '', 'g'), person_id from who where phone like '+%'
        union all
        select 'id', 'shopify:' || n, person_id
        from (select person_id, row_number() over (order by person_id) as n from who)
        """
    )
    con.execute(
        f"""
        create table faced as
        select who.person_id, lower(strip_accents(split_part(who.name, ' ', 1))) as given,
               lower(strip_accents(split_part(who.name, ' ', -1))) as family,
               case when u(who.person_id, 1) < 0.4 then
                   (date '1940-01-01' + (u(who.person_id, 2) * 25000)::int)::varchar end as born,
               lower(replace(t.postcode, ' ', '')) as postcode, lower(t.street) as street, lower(t.city) as city,
               lower(who.email) as email,
               case when who.phone like '+%' then '+' || regexp_replace(who.phone, '[^0-9]', '', 'g') end as phone,
               null::varchar as number
        from who join '{small}/people.parquet' t on t.person_id = who.was
        """
    )
    faces = con.sql("select * from faced").to_arrow_table()
    look_up = con.sql("select distinct value, kind, person_id from keyed order by value, kind, person_id")
    keys = (
        row
        for batch in look_up.to_arrow_reader(100_000)
        for row in zip(*(c.to_pylist() for c in batch.columns), strict=True)
    )
    write_index(folder, keys, faces)


def main() -> None:
    sizes = [int(one) for one in sys.argv[3:5]]
    company = multiplied(open_company(Path(sys.argv[1])), Path(sys.argv[2]), *sizes)
    print(company.folder)


if __name__ == "__main__":
    main()
