"""`whom`: one condition over the columns of profile, and no way to make it anything else."""

from __future__ import annotations

import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.playbooks.made import OF_KIND, profile

from byname.engines import Engine, Statement
from byname.engines.portable import refusals
from byname.errors import PlaybookError
from byname.playbooks.condition import condition, profile_schema
from byname.profile_columns import PROFILE


@pytest.mark.parametrize(
    ("written", "sql"),
    [
        ("Standing = 'loyal' and ORDERS > 3", "standing = 'loyal' AND orders > 3"),
        ("orders != 3", "orders <> 3"),
        ("first_seen_on < date '2026-01-31'", "first_seen_on < CAST('2026-01-31' AS DATE)"),
        ("list_contains(features, 'export')", "ARRAY_CONTAINS(features, 'export')"),
        ("city = 'a;b--c/*d*/'", "city = 'a;b--c/*d*/'"),
        ("not coalesce(does_recommend, false)", "NOT COALESCE(does_recommend, FALSE)"),
    ],
)
def test_a_condition_is_brought_into_one_form(written: str, sql: str) -> None:
    assert condition(written).sql == sql


def test_a_condition_knows_its_columns() -> None:
    assert condition("rank_share <= 0.2 and orders > contracts and orders > 3").columns == (
        "contracts",
        "orders",
        "rank_share",
    )


def test_arithmetic_is_in_doubles_and_never_divides_by_nothing(duck_engine: Engine) -> None:
    people = profile(
        duck_engine,
        [
            {"used_28": 3, "used_before": 12.0},
            {"used_28": 9, "used_before": 12.0},
            {"used_28": 3, "used_before": 0.0},
            {"used_28": 3},
        ],
    )
    sql = condition("used_28 / used_before < 0.5 and orders * 3 is null").sql
    found = duck_engine.run(Statement("test.half", f"select person_id from profile where {sql}"), profile=people)
    assert duck_engine.fetch(found).column("person_id").to_pylist() == ["p0"]
    assert not refusals(f"select person_id from profile where {sql}", {"profile": profile_schema()})


@pytest.mark.parametrize(
    ("written", "found", "expected"),
    [
        ("", "nothing", "a condition"),
        ("DROP TABLE profile", "DROP TABLE", "one condition"),
        ("orders > 3; drop table profile", "a semicolon", "without statements"),
        ("orders > 3 -- and not", "a comment", "a condition alone"),
        ("orders > 3 /* or all */", "a comment", "a condition alone"),
        ("exists (select 1 from profile)", "EXISTS", "columns, literals"),
        ("orders in (select orders from profile)", "IN (SELECT", "values in brackets"),
        ("orders > (select max(orders) from profile)", "SELECT", "columns, literals"),
        ("orders > 3 union select 1", "orders > 3 union", "one condition"),
        ("orders > 3 limit 5", "orders > 3 limit", "one condition"),
        ("orders > max(orders)", "MAX(orders)", "columns, literals"),
        ("row_number() over () = 1", "ROW_NUMBER()", "columns, literals"),
        ("read_csv('/etc/passwd') is null", "READ_CSV", "columns, literals"),
        ("getenv('HOME') = 'x'", "GETENV", "columns, literals"),
        ("orders > $limit", "$limit", "columns, literals"),
        ("features[1] = 'a'", "features[1]", "columns, literals"),
        ("profile.orders > 3", "profile.orders", "a column's name alone"),
        ("first_seen_on < current_date", "CURRENT_DATE", "columns, literals"),
        ("city ilike 'x'", "ILIKE", "columns, literals"),
        ("city like lower(country)", "LIKE", "a literal"),
        ("stnding = 'loyal'", 'column "stnding"', 'did you mean "standing"?'),
        ('standing = "loyal"', '"loyal" in double quotes', "texts in single quotes"),
        ("standing = loyl", 'column "loyl"', "a column of profile"),
        ("standing = 'loyl'", "standing 'loyl'", 'did you mean "loyal"?'),
        ("standing = 3", "standing (text) and 3 (number)", "parts of one kind"),
        ("orders > '3'", "orders (number) and '3' (text)", "parts of one kind"),
        ("coalesce(orders, 'none') = 'none'", "orders (number) and 'none' (text)", "parts of one kind"),
        ("features = 'a'", "features (list) and 'a' (text)", "parts of one kind"),
        ("first_seen_on > '2026-01-31'", "first_seen_on (date)", "parts of one kind"),
        ("first_seen_on > date '2026-02-31'", "the day '2026-02-31'", "2026-01-31"),
        ("cast(orders as varchar) = '3'", "CAST(orders AS TEXT)", "no cast but a day"),
        ("orders", "orders, which is a number", "true or false"),
        ("orders and is_customer", "orders, which is a number", "a flag there"),
        ("not orders", "orders, which is a number", "a flag there"),
        ("lower(orders) = 'x'", "orders, which is a number", "a text there"),
        ("is_customer > false", "is_customer > FALSE", "a flag alone"),
        ("case orders when 3 then true end", "CASE orders", "case when"),
        ("null", "NULL, which is a null", "true or false"),
        ("rank_share <= 20", "rank_share compared with 20", "a number from 0 to 1"),
        ("orders < -1", "orders compared with -1", "a number from 0 up"),
        ("last_nps = 11", "last_nps compared with 11", "a number from 0 to 10"),
        ("orders > 1e999", "1e999", "a number such as"),
        ("orders > 99999999999999999999", "99999999999999999999", "at most 15 digits"),
        ("city = 'a\\b'", "letters that cannot be seen", "a short plain text"),
        ("city = 'a\u200bb'", "letters that cannot be seen", "a short plain text"),
        ("not " * 300 + "is_customer", "too deep", "brackets"),
        ("(" * 300 + "is_customer" + ")" * 300, "too deep", "brackets"),
        ("1 + " * 80 + "1 > 2", "too deep", "fewer parts"),
        ("orders > 3 and" * 200, "too long or too deep", "brackets"),
    ],
)  # fmt: skip
def test_what_is_no_condition_over_profile_is_refused_by_name(written: str, found: str, expected: str) -> None:
    with pytest.raises(PlaybookError) as refused:
        condition(written, where="mine.toml, whom")
    assert refused.value.where == "mine.toml, whom"
    assert found in refused.value.found
    assert expected in refused.value.expected


@pytest.mark.parametrize("column", PROFILE)
def test_every_column_may_stand_in_a_condition(column: str) -> None:
    assert condition(f"{column} is not null").columns == (column,)


FRAGMENTS = st.sampled_from(
    [
        *(
            "orders",
            "standing",
            "features",
            "is_customer",
            "first_seen_on",
            "clv",
            "nothing",
            '"orders"',
            "profile.clv",
        ),
        *("3", "0.2", "-1", "1e3", "'loyal'", "'x'", "''", "null", "true", "date '2026-01-31'", "$p", "?"),
        *("and", "or", "not", "=", "<>", "<", ">=", "is", "in", "between", "like", "+", "-", "*", "/", "||", "::", ","),
        *(
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ";",
            "--",
            "/*",
            "*/",
            "'",
            '"',
            "$$",
            "\n",
            "\\",
            "case",
            "when",
            "then",
            "end",
        ),
        *("coalesce(", "lower(", "list_contains(", "exists(", "(select", "select", "from", "profile", "union", "where"),
        *(
            "drop table profile",
            "attach 'x'",
            "copy",
            "read_text('x')",
            "over ()",
            "limit",
            "as",
            "distinct",
            "filter (",
        ),
    ]
)


@settings(deadline=None, max_examples=1200)
@given(st.lists(FRAGMENTS, min_size=1, max_size=12).map(" ".join) | st.text(max_size=40))
def test_whatever_is_written_gives_a_boolean_over_one_row_or_an_error(written: str) -> None:
    try:
        checked = condition(written)
    except PlaybookError:
        return
    tree = sqlglot.parse(f"select ({checked.sql}) as met from profile", read="duckdb")
    assert len(tree) == 1
    (whole,) = tree
    assert isinstance(whole, exp.Select)
    assert len(list(whole.find_all(exp.Query))) == 1
    assert {column.name for column in whole.find_all(exp.Column)} == set(checked.columns) <= set(PROFILE)
    assert condition(checked.sql) == checked  # the form that runs is its own


OPERANDS = {
    "number": [
        "orders",
        "clv",
        "rank_share",
        "3",
        "0.2",
        "abs(growth)",
        "coalesce(orders, 0)",
        "array_length(features)",
    ],
    "text": ["city", "'a'", "lower(name)", "coalesce(company, 'b')", "nullif(city, '')"],
}


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    if depth and draw(st.booleans()):
        one, other = draw(conditions(depth - 1)), draw(conditions(depth - 1))
        return f"({one}) {draw(st.sampled_from(['and', 'or']))} not ({other})"
    kind = draw(st.sampled_from(["number", "text"]))
    one, other, third = (draw(st.sampled_from(OPERANDS[kind])) for _ in range(3))
    if kind == "number" and draw(st.booleans()):
        one = f"({one}) {draw(st.sampled_from('+-*/'))} ({third})"
    return draw(
        st.sampled_from(
            [
                f"{one} < {other}",
                f"{one} is distinct from {other}",
                f"{one} between {other} and {third}",
                f"{one} in ({other}, {third})",
                f"case when {one} = {other} then is_customer else false end",
                "list_contains(features, 'a') or starts_with(city, 'a') or city like '%b%'",
            ]
        )
    )


@settings(deadline=None, max_examples=1200)
@given(conditions())
def test_what_is_let_through_runs_and_is_a_boolean(duck_engine: Engine, written: str) -> None:
    try:
        checked = condition(written)
    except PlaybookError as refused:
        assert "compared with" in refused.found  # noqa: PT017 - a literal that the column cannot hold
        return
    some = ("person_id", *checked.columns)
    known = {name: [None, OF_KIND[PROFILE[name].kind]] for name in some}
    people = duck_engine.arrow(pa.table(known, profile_schema(some)))
    made = duck_engine.run(
        Statement("test.met", f"select person_id, {checked.sql} as met from profile"), profile=people
    )
    met = duck_engine.fetch(made).column("met").to_pylist()
    assert all(one in {True, False, None} for one in met)
    assert duck_engine.fetch(made).schema.field("met").type == profile_schema().field("is_customer").type
