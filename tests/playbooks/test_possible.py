"""Whether a condition can be true for anybody: held against the embedded engine over many made people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce
from itertools import product

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.engines import Engine, Statement, Table
from byname.playbooks.condition import condition, profile_schema
from byname.playbooks.domains import NEVER_NULL, WORDS
from byname.playbooks.possible import always, possible
from byname.playbooks.truth import FALSE, TRUE, UNKNOWN, is_plain, truth_of


@pytest.mark.parametrize(
    "written",
    [
        "standing = 'loyal' and standing = 'advocate'",
        "standing = 'loyal' and feels = 'content' and standing <> 'loyal'",
        "orders > 5 and orders < 6",
        "orders > 5 and not (orders >= 3)",
        "orders = null",
        "orders is null and orders > 3",
        "coalesce(days_since_thanked, 9999) > 180 and days_since_thanked < 100",
        "is_customer and not is_customer",
        "first_seen_on < date '2020-01-01' and first_seen_on > date '2021-01-01'",
        "city = 'Leeds' and city in ('York', 'Hull')",
        "rank_share between 0.4 and 0.2",
        "(standing = 'loyal' or standing = 'advocate') and standing = 'neutral'",
        "orders > contracts and standing = 'loyal' and standing = 'neutral'",
        "1 = 2",
        "false or orders < 0",
    ],
)
def test_what_contradicts_itself_is_impossible(written: str) -> None:
    assert not possible(condition(written))


@pytest.mark.parametrize(
    "written",
    [
        "orders > 5 and orders < 7",
        "orders > 3.2 and orders < 4.1",
        "rank_share > 0.2 and rank_share < 0.21",
        "clv > 1e9 and growth > 4",
        "first_seen_on > date '2021-01-01' and first_seen_on < date '2021-01-03'",
        "city > 'a' and city < 'b'",
        "city <> 'Leeds' and city <> 'York'",
        "orders > contracts and contracts > orders",  # not looked into: kind, and never wrong
        "promise_due_days < -3",
        "standing is null",
    ],
)
def test_what_can_be_is_possible(written: str) -> None:
    assert possible(condition(written))


def test_what_is_given_of_a_person_narrows_it() -> None:
    asks = condition("(standing = 'loyal' or would_recommend) and orders > 3")
    assert not possible(asks, {"standing": frozenset({"neutral"}), "would_recommend": frozenset({None, False})})
    assert possible(asks, {"standing": frozenset({"neutral"})})
    assert possible(asks, {"standing": frozenset({"loyal"}), "would_recommend": frozenset({None, False})})


@pytest.mark.parametrize(
    ("written", "is_so"),
    [
        ("true", True),
        ("1 = 1", True),
        ("orders >= 0", True),
        ("standing is not null", True),
        ("orders > 3 or orders <= 3", True),
        ("standing = 'loyal' or standing <> 'loyal'", True),
        ("orders = orders", True),
        ("usual_gap >= 0", False),  # null below three purchase days
        ("coming_occasion is not null", False),
        ("usual_gap >= 0 or usual_gap is null", True),
        ("orders > 3 or orders < 3", False),
        ("standing <> 'unknown'", False),
    ],
)
def test_a_condition_that_picks_nobody_out_is_found(written: str, is_so: object) -> None:
    assert always(condition(written)) is is_so


def test_a_condition_of_very_many_cases_is_left_undecided() -> None:
    columns = ("orders", "contracts", "referrals", "ideas", "asks_365", "gives_365", "contacts_7", "answers_given")
    many = " and ".join(f"({one} = 1 or {one} = 2 or {one} = 3)" for one in columns)
    assert possible(condition(many))
    assert not always(condition(many))


# Around each literal below: itself, what lies beside and between, and null; so that all of them stand for everybody.
VALUES: Mapping[str, list[object]] = {
    "orders": [None, 0, 1, 2, 3],
    "clv": [None, -1.0, 0.0, 0.5, 1.0, 2.0],
    "city": [None, "", "A", "a", "aa", "b", "c"],
    "standing": [None, *WORDS["standing"]],
    "is_customer": [None, True, False],
    "first_seen_on": [None, *(date(2020, 1, day) for day in (1, 2, 3, 4))],
}
LITERALS = {
    "orders": ["0", "2", "2.5"],
    "clv": ["0", "1"],
    "city": ["''", "'a'", "'b'"],
    "standing": ["'loyal'", "'neutral'", "'advocate'"],
    "is_customer": ["true", "false"],
    "first_seen_on": ["date '2020-01-02'", "date '2020-01-03'"],
}


@st.composite
def atoms(draw: st.DrawFn) -> str:
    column = draw(st.sampled_from(sorted(LITERALS)))
    one, other = (draw(st.sampled_from(LITERALS[column])) for _ in range(2))
    said = draw(st.sampled_from([column, f"coalesce({column}, {other})"]))
    if column == "is_customer":
        return draw(st.sampled_from([said, f"{said} = {one}", f"{said} is not true", f"{said} is distinct from {one}"]))
    compare = draw(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]))
    return draw(
        st.sampled_from(
            [
                f"{said} {compare} {one}",
                f"{one} {compare} {said}",
                f"{said} in ({one}, {other})",
                f"{said} not in ({one}, null)",
                f"{said} between {one} and {other}",
                f"{said} is null",
                f"{said} is not distinct from {one}",
            ]
        )
    )


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    if not depth or draw(st.integers(0, 3)) == 0:
        return draw(atoms())
    one = draw(trees(depth - 1))
    if draw(st.integers(0, 4)) == 0:
        return f"not ({one})"
    return f"({one}) {draw(st.sampled_from(['and', 'or']))} ({draw(trees(depth - 1))})"


@pytest.fixture(scope="module")
def everybody(duck_engine: Engine) -> tuple[Table, pa.Table]:
    """A row for each combination of the values."""
    columns = dict(zip(VALUES, zip(*product(*VALUES.values()), strict=True), strict=True))
    rows = pa.table({name: pa.array(columns[name], profile_schema().field(name).type) for name in VALUES})
    numbered = rows.append_column("place", pa.array(range(len(rows)), pa.int64()))
    return duck_engine.arrow(numbered), numbered


def met(engine: Engine, people: Table, sql: str) -> pa.Array:
    made = engine.run(Statement("test.met", f"select place, {sql} as met from profile"), profile=people)
    return engine.fetch(made, order_by=("place",)).column("met").combine_chunks()


@settings(deadline=None, max_examples=40)
@given(trees())
def test_possible_and_always_say_what_the_engine_finds_among_everybody(
    duck_engine: Engine, everybody: tuple[Table, pa.Table], written: str
) -> None:
    checked = condition(written)
    found = pc.fill_null(met(duck_engine, everybody[0], checked.sql), fill_value=False)
    assert possible(checked) is pc.any(found).as_py()
    never_null = [everybody[1].column(name).is_valid() for name in VALUES if name in NEVER_NULL]
    complete = reduce(pc.and_, never_null)
    assert always(checked) is pc.all(pc.or_(found, pc.invert(complete))).as_py()


@settings(deadline=None, max_examples=40)
@given(atoms())
def test_the_second_reading_agrees_with_the_engine(
    duck_engine: Engine, everybody: tuple[Table, pa.Table], written: str
) -> None:
    checked = condition(written)
    tree = checked.tree()
    # NOT stands outside of what is read value by value.
    turned = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN} if tree.key == "not" else {}
    atom = tree.this.unnest() if turned else tree
    assert is_plain(atom)
    (column,) = checked.columns
    said = {TRUE: True, FALSE: False, UNKNOWN: None}
    found = met(duck_engine, everybody[0], checked.sql)
    rows = everybody[1].column(column)
    for value in VALUES[column]:
        truth = truth_of(atom, _cell(value))
        place = pc.index(rows.is_null() if value is None else pc.equal(rows, value), value=True).as_py()
        assert said[turned.get(truth, truth)] is found[place].as_py(), value


def _cell(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
