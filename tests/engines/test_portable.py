"""What the linter refuses, and that it says why and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from byname.engines import Statement
from byname.engines.portable import check, refusals
from byname.engines.subset import as_markdown
from byname.errors import EngineError

# Statements that do not give the same rows on both engines, and a word of the way out.
REFUSED = {
    # shape
    "select * from t join o using (id)": "t.*",
    "select t.id from t, o": "cross join",
    "select t.id from t natural join o": "plain join",
    "select t.id from t asof join o on t.id >= o.id": "plain join",
    "select t.id from t positional join o": "plain join",
    "select t.id from t join o": "cross join",
    "select * from read_parquet('x.parquet')": "docs/sql.md",
    "select * from 'x.parquet'": "the name alone",
    "select id from main.t": "the name alone",
    "with recursive a as (select 1 as x) select x from a": "loop in Python",
    "select x from (select unnest(l) as x from t) as z, unnest(z.x) as u(y)": "select id, unnest(l) as x",
    "select distinct on (g) g, id from t": "row_number",
    "select g, count(*) as c from t group by rollup (g)": "docs/sql.md",
    "select g, count(*) as c from t group by grouping sets ((g), ())": "docs/sql.md",
    "select id from t order by id": "order_by",
    "select id from t limit 5": "order by",
    "select columns(*) from t": "the columns' names",
    "pivot t on g using count(*)": "SELECT",
    "select id from t using sample 10%": "docs/sql.md",
    "select id, count(*) from t group by id": "as name",
    "select id, n as id from t": "a name for each",
    "select ID from t": "lower case",
    "select * replace (1 as n) from t": "the columns' names",
    "insert into t select 1": "SELECT",
    "drop table t": "SELECT",
    "select id from t where id = $1": "$name",
    "select from where": "one plain SELECT",
    # purity
    "select current_date as d": "$as_of",
    "select current_timestamp as d": "$as_of",
    "select now() as d": "docs/sql.md",
    "select random() as r": "made in Python",
    # numbers
    "select n / k as x from t": "nullif",
    "select n / nullif(k, 0) as x from t": "cast(a as double)",
    "select n // k as x from t": "floor",
    "select n % k as x from t": "nullif",
    "select round(d, 2) as x from t": "round(x) as bigint",
    "select round(d) as x from t": "cast(… as bigint)",
    "select floor(d) as x from t": "cast(… as bigint)",
    "select cast(n as float) as x from t": "double",
    "select cast(m as decimal(10,2)) as x from t": "decimal(18,4)",
    "select cast(n as hugeint) as x from t": "bigint",
    "select cast(t as timestamptz) as x from t": "timestamp",
    "select sum(m) as x from t": "cast(… as decimal(18,4))",
    "select cast(sum(m) * 2 as decimal(18,4)) as x from t": "cast(… as decimal(18,4))",
    "select avg(m) as x from t": "nullif(count(x), 0)",
    "select median(n) as x from t": "docs/sql.md",
    "select sqrt(d) as x from t": "NumPy",
    "select n ^ 2 as x from t": "x * x",
    # texts
    "select upper(s) as x from t": "lower",
    "select trim(s) as x from t": "trim(s, ' ')",
    "select substr(s, 0, 2) as x from t": "counted from 1",
    "select substr(s, -2) as x from t": "counted from 1",
    "select left(s, -1) as x from t": "from 0",
    "select s like '%\\%' as x from t": "starts_with",
    "select s like g as x from t": "starts_with",
    "select s ilike 'a' as x from t": "lower",
    "select regexp_matches(s, 'a.b') as x from t": "for a dot",
    "select regexp_matches(s, 'a$') as x from t": "\\z for $",
    "select regexp_matches(s, '\\s') as x from t": "for \\s",
    "select regexp_matches(s, '[[:alpha:]]') as x from t": "for \\s",
    "select regexp_matches(s, '(?i)a') as x from t": "for \\s",
    "select regexp_matches(s, g) as x from t": "for \\s",
    "select regexp_replace(s, 'a', 'b') as x from t": "'g'",
    "select regexp_replace(s, 'a*', 'b', 'g') as x from t": "at least one letter",
    "select regexp_replace(s, '(a)', '\\1', 'g') as x from t": "plain literal",
    "select reverse(s) as x from t": "Python",
    "select md5(s) as x from t": "the reader",
    "select hash(s) as x from t": "the reader",
    "select jaro_winkler_similarity(s, g) as x from t": "Python",
    # days
    "select date_diff('month', t, u) as x from t": "day",
    "select date_trunc('month', t) as x from t": "cast(… as date)",
    "select cast(date_trunc('decade', t) as date) as x from t": "month",
    "select extract(dow from t) as x from t": "month",
    "select dayofweek(t) as x from t": "docs/sql.md",
    "select t + interval '5' second as x from t": "cast(… as timestamp)",
    "select interval '5' second as x from t": "inside a cast",
    "select epoch_ms(n) as x from t": "the reader",
    "select strftime(t, '%Y') as x from t": "docs/sql.md",
    # rows that depend on their order
    "select row_number() over (partition by g) as x from t": "order by",
    "select list(s order by n) as x from t": "in Python",
    "select string_agg(s, ',') as x from t": "in Python",
    "select any_value(s) as x from t": "arg_max",
    "select first(s) as x from t": "arg_min",
    "select l[1] as x from t": "unnest",
}

SCHEMA = pa.schema(
    {
        "id": pa.int64(),
        "s": pa.string(),
        "g": pa.string(),
        "n": pa.int64(),
        "d": pa.float64(),
        "m": pa.decimal128(18, 4),
        "t": pa.timestamp("us"),
        "day": pa.date32(),
        "l": pa.list_(pa.string()),
    }
)

# The same, but only the types tell.
REFUSED_BY_TYPE = {
    "select cast(s as bigint) as x from t": "the reader",
    "select try_cast(lower(s) as double) as x from t": "the reader",
    "select cast(s as date) as x from t": "the reader",
    "select cast(d as varchar) as x from t": "decimal(18,4)",
    "select cast(m * 1.5 as decimal(18,4)) || s as x from t": "cast(… as varchar)",
    "select s || n as x from t": "cast(… as varchar)",
    "select concat(s, n) as x from t": "cast(… as varchar)",
    "select id from t where s = 9": "both as one type",
    "select id from t where s > n": "both as one type",
    "select id from t where s in (1, 2)": "both as one type",
    "select id from t where s = day": "both as one type",
    "select day - cast(t as date) as x from t": "date_diff",
    "select t - t as x from t": "date_diff",
    "select max(l) as x from t": "unnest",
    "select row_number() over (order by l) as x from t": "unnest",
    "select length(l) as x from t": "array_length",
    "select coalesce(s, n) as x from t": "cast(… as varchar)",
    "select case when n > 0 then s else n end as x from t": "cast(… as varchar)",
    "select id from elsewhere": "one of t",
    "with t as (select 1 as x) select x from t": "another name",
    "with a as (select lower(s) as v from t) select cast(v as bigint) as x from a": "the reader",
}


@pytest.mark.parametrize("sql", REFUSED)
def test_what_differs_is_refused_with_a_way_out(sql: str) -> None:
    found = refusals(sql)
    assert any(REFUSED[sql] in refusal.instead for refusal in found), found
    assert all(refusal.found and refusal.why for refusal in found)


@pytest.mark.parametrize("sql", REFUSED_BY_TYPE)
def test_what_differs_by_type_is_refused_with_a_way_out(sql: str) -> None:
    assert refusals(sql) == ()
    found = refusals(sql, {"t": SCHEMA})
    assert any(REFUSED_BY_TYPE[sql] in refusal.instead for refusal in found), found


def test_a_column_that_does_not_exist_is_left_to_the_engine() -> None:
    assert refusals("select nosuch as x from t", {"t": SCHEMA}) == ()


def test_the_error_names_the_statement_and_every_problem_in_it() -> None:
    with pytest.raises(EngineError) as raised:
        check(Statement("value.bad", "select avg(m) as a, upper(s) as u from t"))
    assert str(raised.value) == (
        'statement "value.bad": found AVG(m), UPPER(s); expected the portable subset of docs/sql.md.\n'
        "  AVG(m): a double here and a decimal there; write cast(sum(x) as double) / nullif(count(x), 0)\n"
        "  UPPER(s): ß becomes ẞ here and SS there; write lower(…)"
    )


DOCS = Path(__file__).parents[2] / "docs" / "sql.md"
MARK = "<!-- from src/byname/engines/subset.py; to write it anew: python -m tests.engines.test_portable -->\n"


def documented() -> str:
    before, _, _ = DOCS.read_text("utf-8").partition(MARK)
    return before + MARK + "\n" + "\n".join(as_markdown())


def test_the_documentation_shows_the_list_as_it_is() -> None:
    assert DOCS.read_text("utf-8") == documented()


if __name__ == "__main__":
    DOCS.write_text(documented(), "utf-8")
