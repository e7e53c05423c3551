"""The rules as data: what a wrong one is told, how sentences are made, and the page about them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from byname.engines.portable import refusals
from byname.errors import UsageError
from byname.plan.gate import gate_page, gate_table, rules
from byname.plan.gate.columns import LEVELS, PARAMETERS, columns_of
from byname.plan.gate.made import judging, persons, queueing, saying
from byname.plan.gate.page import MEANS
from byname.plan.gate.rule import parsed
from byname.plan.gate.says import as_sql, used
from byname.profile_columns import PROFILE

RULE = {
    "level": '"person"', "title": '"Is it so?"', "blocks": '"restricted"', "unknown": '"blocks"', "says": '"it is so"',
    "demands": '["S2.19"]',
}  # fmt: skip


def written(**changes: str) -> str:
    """A file of one rule."""
    keys = {name: value for name, value in (RULE | changes).items() if value}
    return "[rule.made-up]\n" + "\n".join(f"{name} = {value}" for name, value in keys.items())


def test_a_rule_is_read_as_it_is_written() -> None:
    (rule,) = parsed(written(blocks='"most <= $asks and clv > 0"', unknown='"passes"'))
    assert (rule.name, rule.number, rule.power, rule.level, rule.strict) == ("made-up", 0, 1, "person", False)
    assert (set(rule.columns), rule.parameters) == ({"most", "clv"}, ("asks",))


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "a column that is not there": (
        {"blocks": '"open_complaint > 0"'},
        r'rule "made-up", blocks: found "open_complaint" \(did you mean "open_complaints"\?\)',
    ),
    "a column of another level": ({"blocks": "\"team = 'sales'\""}, r'Write level = "action"'),
    "a column of a channel": ({"blocks": '"bounced"', "level": '"action"'}, r'Write level = "channel"'),
    "a parameter that is not there": ({"blocks": '"most < $ask"'}, r'found \$ask \(did you mean "asks"\?\)'),
    "no yes or no": ({"blocks": '"most"'}, "a condition that is true or false"),
    "a number": ({"blocks": '"most + 1"'}, "a condition that is true or false"),
    "an or with a number": ({"blocks": '"restricted or most"'}, "a condition that is true or false"),
    "no SQL": ({"blocks": '"most >"'}, "one condition in SQL"),
    "a query": ({"blocks": '"most > (select 1)"'}, "no query"),
    "a query behind it": ({"blocks": '"restricted) from t where (true"'}, "one condition"),
    "a second column": ({"blocks": '"restricted), (own_wish"'}, "no query"),
    "a second statement": ({"blocks": '"restricted); drop table t; select (true"'}, "one condition"),
    "a window": ({"blocks": '"row_number() over (order by clv) > 3"'}, "no query"),
    "a sum": ({"blocks": '"sum(most) > 3"'}, "no query"),
    "what is not portable": ({"blocks": '"most // 2 > 1"'}, "SQL of docs/sql.md"),
    "two types": ({"blocks": '"city > 3"'}, "SQL of docs/sql.md"),
    "an unknown level": (
        {"level": '"persons"'},
        r'found "persons" \(did you mean "person"\?\); expected person or action',
    ),
    "an unknown null": ({"unknown": '"block"'}, r'\(did you mean "blocks"\?\)'),
    "an unknown key": ({"block": '"restricted"'}, r'found "block" \(did you mean "blocks"\?\)'),
    "no sentence": ({"says": ""}, 'found no "says"'),
    "no demand": ({"demands": "[]"}, 'found no "demands"'),
    "a sentence of what is not there": (
        {"says": '"{frist_name} waits"'},
        r'"frist_name" \(did you mean "first_name"\?\)',
    ),
    "a sentence of another level": ({"says": '"{channel} is shut"'}, "a column that this rule may name"),
    "a sentence with a double": ({"says": '"worth {clv}"'}, "which is a number"),
    "days of a text": ({"says": '"{days(city)}"'}, "which is a text"),
    "an open brace": ({"says": '"{first_name waits"'}, "found braces"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_rule_names_itself_the_key_and_the_way_out(what: str) -> None:
    changes, expected = WRONG[what]
    with pytest.raises(UsageError, match=expected) as caught:
        parsed(written(**changes))
    assert 'rules.toml, rule "made-up"' in str(caught.value)


@pytest.mark.parametrize("text", ["", "rule = ", "\n".join(f"[rule.r{n}]" for n in range(51))])
def test_a_file_without_rules_or_with_too_many_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"rules\.toml"):
        parsed(text)


def test_of_a_rule_too_many_for_the_sum_the_power_would_be_no_exact_number() -> None:
    assert all(float(rule.power) == rule.power for rule in rules())
    assert len({rule.power for rule in rules()}) == len(rules()) <= 50


SAYS: dict[str, tuple[Any, str]] = {
    "{first_name}": ("Rosa", "Rosa"),
    "{city}": (None, "not known"),
    "{city|somewhere}": ("", "somewhere"),
    "{city|somewhere else}": (None, "somewhere else"),
    "it''s {first_name}'s": ("O'Hara", "it''s O'Hara's"),
    "{channel}": ("in_person", "in person"),
    "{most}": (7, "7"),
    "{most|as many as they like}": (None, "as many as they like"),
    "{paused_until}": (date(2026, 5, 4), "2026-05-04"),
    "{days(most)}": (1, "1 day"),
    "for {days(rest_days)}": (0, "for 0 days"),
    "{days(window_days)}": (None, "some days"),
    "{ago(incident_days)}": (0, "today"),
    "{ago(settled_days)}": (1, "yesterday"),
    "{ago(rated_days)}": (12, "12 days ago"),
    "{ago(fell_days)}": (None, "some time ago"),
    "{times(asks_365)}": (0, "not once"),
    "{times(gives_365)}": (1, "once"),
    "{times(contacts_7)}": (2, "twice"),
    "{times(contacts_365)}": (3, "3 times"),
    "{times(contacts_window)}": (None, "some times"),
}


def test_a_sentence_says_days_times_and_what_is_not_known() -> None:
    columns = columns_of("channel")
    kinds = {"text": "varchar", "integer": "bigint", "date": "date"}
    with duckdb.connect() as con:
        for says, (value, expected) in SAYS.items():
            (name,) = used(says)
            sql = f"select {as_sql(says, columns, where='a test')} from (select cast(? as {kinds[columns[name]]}) as {name})"
            assert con.execute(sql, [value]).fetchone() == (expected,), says


def test_the_statements_are_in_the_portable_subset() -> None:
    for made in (persons(), judging(), queueing(), saying(), saying(by_channel=True)):
        assert refusals(made.sql) == ()


def test_the_page_has_a_line_for_each_rule_in_their_order() -> None:
    lines = gate_table().splitlines()
    assert [line.split("|")[2].strip(" `") for line in lines[2:]] == [rule.name for rule in rules()]
    assert all(line.replace("\\|", "").count("|") == lines[0].count("|") for line in lines)


def test_every_level_is_used_and_every_rule_says_what_asks_for_it() -> None:
    assert {rule.level for rule in rules()} == set(LEVELS)
    assert all(rule.demands and "?" in rule.title and not rule.says.endswith(".") for rule in rules())


def test_the_page_says_what_every_column_means_that_a_rule_may_name() -> None:
    named = {name for level in LEVELS for name in columns_of(level)} - set(PROFILE)
    assert set(MEANS) == named | set(PARAMETERS)
    assert all(f"`{name}`" in gate_page() for name in named)


def test_the_shipped_page_is_up_to_date() -> None:
    shipped = (Path(__file__).parents[2] / "docs" / "gate.md").read_text("utf-8")
    assert shipped.endswith(gate_page())
