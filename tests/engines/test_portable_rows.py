"""Every construct of the portable subset, run on both engines over tricky rows: the rows are the same."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from byname.engines import Statement
from byname.engines.dialect import parse
from byname.engines.portable import refusals
from byname.engines.subset import ALLOWED
from tests.engines.tricky import other, tricky

if TYPE_CHECKING:
    from byname.engines import Engine, Table

SCALARS: dict[str, Any] = {
    "p": 5,
    "f": 0.5,
    "text": 'it\'s \\ a "text" ${x} :y',
    "day": date(2024, 3, 1),
    "now": datetime(2024, 3, 1),  # noqa: DTZ001 - UTC without a zone
    "money": Decimal("2.5"),
    "yes": True,
    "nothing": None,
}

# One value of each row of `t`.
LITERAL = r"""'it''s "quoted" \n `so` ${x} $text :y ?'"""
EXPRESSIONS = rf"""
n = k
n <> k
n < 7 and k <= 3 or d > 0 and not b
n >= 1.5
s = 'a'
s < 'b'
s > 'ä'
d = 0.1
m = 2.5
t < u
t >= day
day = date '2024-02-29'
day > $day
t <= timestamp '2024-03-01 00:00:00'
n is null
n is not null
b is true
b is not true
n is distinct from k
g is not distinct from 'x'
n between 0 and 7
day not between date '1970-01-01' and date '2024-12-31'
n in (0, 7)
s not in ('a', '')
s like 'a%'
s like '%_b'
s not like '%''%'
case when n > k then 'a' when n < k then 'b' end
case g when 'x' then m else q end
case when n > 0 then n else d end
if(n > 1, 2, 3)
coalesce(s, g)
coalesce(m, 0)
coalesce(d, n)
ifnull(n, 1)
nullif(n, 7)
nullif(s, '')
greatest(n, k)
greatest(m, q)
greatest(s, g)
least(d, n)
least(t, u)
n + k
n - k * 3
-n
d * d - 0.1
m + q
m - 1
-m
cast(least(n, 1000) * 1.5 as decimal(18,4))
least(m, 1000) * q
m * 0.5
m * d
cast(m as double) / nullif(q, 0)
(n - 1) / cast(nullif(k, 0) as double)
cast(n as double) / 3
d * 2e0 / 7
n % nullif(k, 0)
abs(n)
abs(m)
abs(d)
cast(round(d) as bigint)
cast(round(m) as double)
cast(floor(d) as bigint)
cast(floor(m) as bigint)
cast(ceil(d) as bigint)
cast(ceil(m) as double)
cast(d as bigint)
cast(m as bigint)
cast(d as decimal(18,4))
cast(d * 1.08625 as decimal(18,4))
cast(m as double)
cast(k as decimal(18,4))
cast(n as double)
cast(b as bigint)
n::varchar
m::varchar
day::varchar
t::varchar
b::varchar
cast(t as date)
cast(day as timestamp)
cast(null as varchar)
cast(null as varchar[])
try_cast(d * 1e300 as bigint)
try_cast(d * 1e9 as decimal(18,4))
s || 'x'
s || g
concat(s, g, '!')
concat(g, null)
lower(s)
trim(s, ' ')
ltrim(s, ' ')
rtrim(s, ' a')
length(s)
substr(s, 2)
substr(s, 1, 2)
substring(s, 2, 0)
left(s, 2)
right(s, 2)
replace(s, 'a', 'b')
replace(s, '', 'b')
translate(s, 'ab', 'c')
starts_with(s, 'a')
ends_with(s, '')
contains(s, '%')
strpos(s, 'b')
position('b' in s)
regexp_matches(s, '^[a-z ]+\z')
regexp_matches(s, '\d+')
regexp_matches(s, '^\w{{2,3}}\z|[^a-zA-Z0-9_]')
regexp_matches(s, '^(a|A)\.?[ _]*b')
regexp_replace(s, '[0-9]+', '#', 'g')
regexp_replace(s, '[ \t\r\n]+', ' ', 'g')
regexp_replace(s, '[^a-z]', '', 'g')
date_diff('day', t, u)
date_diff('day', day, u)
date_diff('day', u, $now)
cast(date_trunc('year', t) as date)
cast(date_trunc('quarter', t) as date)
cast(date_trunc('month', day) as date)
cast(date_trunc('week', t) as date)
cast(date_trunc('day', t) as timestamp)
cast(date_trunc('hour', t) as timestamp)
extract(year from t)
extract(month from day)
extract(hour from t)
year(t)
month(day)
day(t)
cast(t + interval '5400' second as timestamp)
cast(t - interval '90' minute as date)
cast(day + interval '1' day as date)
cast(t + interval 1 month as timestamp)
cast(t - interval '5' hour as timestamp)
day + 1
list_contains(l, 'a')
array_length(l)
unnest(l)
l
1
1.5
1e3
{LITERAL}
true
9223372036854775807
$p + n
$f * k
$text
$money + m
$yes
coalesce($nothing, s)
$now
row_number() over (order by n, id)
row_number() over (partition by g order by n desc, id)
row_number() over (order by d desc nulls first, s, id desc)
row_number() over (order by s, t desc, id)
rank() over (partition by g order by n)
dense_rank() over (order by m desc)
lag(n) over (partition by g order by id)
lag(n, 2) over (order by id)
lead(s, 1, '-') over (order by id)
first_value(n) over (partition by g order by id)
last_value(n) over (partition by g order by id rows between unbounded preceding and unbounded following)
cast(sum(n) over (partition by g order by id) as bigint)
cast(sum(k) over (order by k) as bigint)
cast(sum(m) over (partition by g) as decimal(18,4))
cast(sum(n) over (order by id rows between 2 preceding and current row) as bigint)
cast(sum(n) over (order by id range between 2 preceding and 1 following) as bigint)
count(*) over (order by day range between interval 7 day preceding and current row)
max(s) over (partition by g)
(select max(w) from o) * (n + 1)
(select max(w) from o where o.id = t.id)
"""

STATEMENTS = """
select g, count(*) as c, count(n) as cn, count(distinct n) as cd, count_if(n > 0) as ci from t group by g
select g, cast(sum(n) as bigint) as n, cast(sum(m) as decimal(18,4)) as m, cast(sum(k) as double) as d from t group by g
select g, min(s) as a, max(s) as b, min(t) as c, max(day) as d, max(d) as e, min(m) as f, min(b) as h from t group by g
select g, bool_or(b) as o, bool_and(n > 0) as a from t group by g
select g, arg_max(s, id) as a, arg_min(s, id) as b, arg_max(m, id) as c from t group by g
select g, arg_max(s, id) filter (where n > 0) as a from t group by g
select g, cast(sum(m) filter (where b) as decimal(18,4)) as m from t group by g
select count(*) as c, cast(sum(n) as bigint) as n, max(s) as s, cast(sum(m) as decimal(18,4)) as m from t where false
select g, count(*) as c from t where false group by g
select g, b, count(*) as c from t group by all
select b, g, count(*) as c from t group by 1, 2
select coalesce(g, '?') as gg, count(*) as c from t group by gg having count(*) > 12
select l, count(*) as c from t group by l
select distinct g, b from t
select * from t
select * exclude (l, d) from t
select t.* from t join o on t.id = o.id
select t.id, o.w from t join o on t.id = o.id
select t.id, o.w from t left join o on t.id = o.id and o.w > 1
select t.id, o.w from t right join o on t.id = o.id
select t.id, o.id as oid, o.w from t full join o on t.id = o.id
select id, t.g as tg, o.g as og, w from t left join o using (id)
select t.id, o.w from t cross join o
select t.id from t join o on t.g is not distinct from o.g and t.id <> o.id
select id from t semi join o using (id)
select t.* from t anti join o on t.id = o.id and o.w > 2
select id from t where exists (select 1 from o where o.id = t.id)
select id from t where not exists (select 1 from o where o.id = t.id and o.w > t.k)
select id from t where id in (select id from o)
select id from t where id not in (select id from o)
select id from t where id not in (select o.id from o where o.id is not null)
select g from t union all select g from o
select g from t union select g from o
select g from t except select g from o
select g from t intersect select g from o
select id, n from t union all select w, cast(id as double) as d from o
with a as (select id, n from t), b as (select * from a where n < 9) select b.id, a.n from b join a on a.id = b.id
select v.a, v.b from (values (1, 'a'), (2, null)) as v(a, b)
select id, n from t qualify row_number() over (partition by g order by n desc, id) = 1
select id, row_number() over (partition by g order by n desc, id) as r from t qualify r <= 2
select g, row_number() over (order by count(*) desc, g) as r from t group by g
select id, n from t order by n, id limit 5
select id, n from t order by n desc, id limit 5 offset 3
select id, n from t order by n nulls first, id limit 5
select id, x from (select id, unnest(l) as x from t) as z where x is not null
select id as "Odd Name", n as "order" from t
select id + 1 as a, a + 1 as b from t
"""

LINES = EXPRESSIONS.strip().splitlines()
# Several at a time, because a statement costs Spark half a second; unnest multiplies rows, so it goes alone.
BATCHES = [list(batch) for batch in batched((line for line in LINES if "unnest" not in line), 12, strict=False)]
BATCHES.append([line for line in LINES if "unnest" in line])
STATEMENT_LINES = STATEMENTS.strip().splitlines()


@pytest.fixture(scope="module")
def duck_tables(duck_engine: Engine) -> dict[str, Table]:
    return {"t": duck_engine.arrow(tricky()), "o": duck_engine.arrow(other())}


@pytest.fixture(scope="module")
def spark_tables(spark_engine: Engine) -> dict[str, Table]:
    return {"t": spark_engine.arrow(tricky()), "o": spark_engine.arrow(other())}


def run(engine: Engine, tables: dict[str, Table], sql: str) -> pa.Table:
    bare = sql.replace(LITERAL, "")
    scalars = {name: value for name, value in SCALARS.items() if f"${name}" in bare}
    result = engine.run(Statement("test.case", sql), **tables, **scalars)
    fetched = engine.fetch(result)
    engine.drop(result)
    assert fetched.schema == result.schema
    return fetched


def sorted_rows(fetched: pa.Table) -> list[str]:
    """Each row as its text: lists and nulls do not compare, and -0.0 must not pass for 0.0."""
    return sorted(repr(row) for row in zip(*(column.to_pylist() for column in fetched.columns), strict=True))


@pytest.mark.spark
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch[0])
def test_both_engines_calculate_the_same(
    duck_engine: Engine,
    spark_engine: Engine,
    duck_tables: dict[str, Table],
    spark_tables: dict[str, Table],
    batch: list[str],
) -> None:
    values = ", ".join(f"{expression} as v{at}" for at, expression in enumerate(batch))
    sql = f"select id, {values} from t"
    assert refusals(sql, {name: table.schema for name, table in duck_tables.items()}) == ()
    here, there = run(duck_engine, duck_tables, sql), run(spark_engine, spark_tables, sql)
    differs = [
        expression
        for at, expression in enumerate(batch)
        if here.schema.field(f"v{at}") != there.schema.field(f"v{at}")
        or sorted_rows(here.select(["id", f"v{at}"])) != sorted_rows(there.select(["id", f"v{at}"]))
    ]
    assert differs == []


@pytest.mark.spark
@pytest.mark.parametrize("sql", STATEMENT_LINES)
def test_both_engines_give_the_same_rows(
    duck_engine: Engine,
    spark_engine: Engine,
    duck_tables: dict[str, Table],
    spark_tables: dict[str, Table],
    sql: str,
) -> None:
    assert refusals(sql, {name: table.schema for name, table in duck_tables.items()}) == ()
    here, there = run(duck_engine, duck_tables, sql), run(spark_engine, spark_tables, sql)
    assert here.schema == there.schema
    assert sorted_rows(here) == sorted_rows(there)


def test_every_construct_on_the_list_has_a_case() -> None:
    cases = [*(f"select {line} as v from t" for line in LINES), *STATEMENT_LINES]
    tried = {type(node) for sql in cases for node in parse(sql).walk()}
    # SQLGlot reads date_trunc as one or the other, by what it knows of the type.
    assert {node.__name__ for node in ALLOWED - tried} == {"DateTrunc"}


@pytest.mark.spark
def test_lower_is_the_same_for_every_letter_but_the_newest(duck_engine: Engine, spark_engine: Engine) -> None:
    letters = pa.table({"s": [chr(code) for code in range(0x20000) if not 0xD800 <= code <= 0xDFFF]})
    lowered = Statement("test.lower", "select s, lower(s) as v, lower('AΣ' || s) as w from letters")
    here, there = (
        engine.fetch(engine.run(lowered, letters=engine.arrow(letters)), order_by=["s"])
        for engine in (duck_engine, spark_engine)
    )
    differs = [one["s"] for one, other in zip(here.to_pylist(), there.to_pylist(), strict=True) if one != other]
    # Spark's tables of letters are younger than DuckDB's and Python's.
    assert [letter for letter in differs if unicodedata.category(letter) != "Cn"] == []


@pytest.mark.spark
def test_doubles_become_decimals_alike_at_every_half(duck_engine: Engine, spark_engine: Engine) -> None:
    halves = pa.table({"d": [step / 20000 for step in range(-20001, 20001)] + [0.25 * 1.0862, 99999.00005]})
    money = Statement("test.money", "select d, cast(d as decimal(18,4)) as v, cast(d * 1e4 as bigint) as w from halves")
    here, there = (
        engine.fetch(engine.run(money, halves=engine.arrow(halves)), order_by=["d"])
        for engine in (duck_engine, spark_engine)
    )
    assert here == there
