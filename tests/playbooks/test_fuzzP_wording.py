"""Words and reasons: templates that say facts, and can do nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.playbooks.made import TYPICAL, file

from byname.errors import PlaybookError
from byname.playbooks.loading import loaded
from byname.playbooks.wording import MissingFact, check, gaps, purposes, reasoned, rendered, spoken, used, worded
from byname.profile_columns import PROFILE

MAY = ("contract", "feedback", "marketing", "public")


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{{ first_name.__class__ }}", "an attribute, .__class__"),
        ("{{ first_name.upper() }}", "a call"),
        ("{{ ''.__class__.__mro__ }}", "an attribute"),
        ("{{ first_name | attr('__class__') }}", 'a filter "attr"'),
        ("{{ first_name['__class__'] }}", "an index"),
        ("{{ features[0] }}", "an index"),
        ("{{ self }}", 'column "self"'),
        ("{{ self.__init__.__globals__ }}", "an attribute"),
        ("{{ cycler }}", 'column "cycler"'),
        ("{{ range(9) }}", "a call"),
        ("{{ lipsum() }}", "a call"),
        ("{% for one in features %}{{ one }}{% endfor %}", "a loop"),
        ("{% set first_name = 'x' %}", "something set"),
        ("{% import 'x' as y %}", "an import"),
        ("{% from 'x' import y %}", "an import"),
        ("{% include 'x' %}", "an include"),
        ("{% extends 'x' %}", "an extends"),
        ("{% macro f() %}{% endmacro %}", "a macro"),
        ("{% block x %}{% endblock %}", "block"),
        ("{% with x = 1 %}{% endwith %}", "with"),
        ("{% filter small %}x{% endfilter %}", "filterblock"),
        ("{{ 'x' * 999999999 }}", "mul"),
        ("{{ 9 ** 999 }}", "pow"),
        ("{{ first_name ~ name }}", "concat"),
        ("{{ [first_name] }}", "list"),
        ("{{ {'a': 1} }}", "dict"),
        ("{{ first_name | upper }}", 'a filter "upper"'),
        ("{{ features | listng }}", 'did you mean "listing"?'),
        ("{{ orders | counted('time') }}", "counted with 1 words"),
        ("{{ orders | counted('time', many='times') }}", "counted with 1 words"),
        ("{{ orders | counted(name, 'times') }}", "the filter counted with something else than words"),
        ("{{ name | days }}", "name (text) with the filter days"),
        ("{{ orders | listing }}", "orders (number) with the filter listing"),
        ("{% if name > 3 %}x{% endif %}", "name (text) beside 3 (number)"),
        ("{% if name > city %}x{% endif %}", "name (text) beside city (text)"),
        ("{% if 3 in features %}x{% endif %}", "3 (number) beside features (list)"),
        ("{% if name is string %}x{% endif %}", 'a test "is string"'),
        ("{% if name %}x", "a template that cannot be read"),
        ("{{ name", "a template that cannot be read"),
        ("{{ " + "(" * 900 + "name" + ")" * 900 + " }}", "cannot be read"),
        ("{{ " + "not " * 60 + "name }}", "too deep"),
        ("{{ " + "9" * 5000 + " }}", "cannot be read"),
        ("{{ frist_name }}", 'column "frist_name"'),
        ("", "0 letters"),
        ("x" * 7000, "7000 letters"),
    ],
)
def test_a_template_that_does_more_than_say_facts_is_refused(template: str, found: str) -> None:
    with pytest.raises(PlaybookError) as refused:
        check(template, where="mine.toml, words", may=MAY, kind="thank")
    assert refused.value.where.startswith("mine.toml, words")
    assert found in f"{refused.value.found} {refused.value.expected}"


def test_the_nearest_column_is_named_and_the_line() -> None:
    with pytest.raises(PlaybookError, match='did you mean "first_name"') as refused:
        check("Dear {{ frist_name }}", where="mine.toml, words")
    assert "docs/profile.md" in refused.value.do
    with pytest.raises(PlaybookError) as refused:
        check("one\n{% if name %}\ntwo\n{% endif %}\n{{ name.x }}", where="mine.toml, words")
    assert refused.value.where == "mine.toml, words, line 5"


@pytest.mark.parametrize("column", [name for name, one in PROFILE.items() if one.purpose not in MAY])
def test_words_say_nothing_that_was_not_given_for_it(column: str) -> None:
    """S2.4: what we concluded ourselves is in no words, what was given for service not in a thank-you."""
    template = f"{{% if {column} is none %}}x{{% endif %}}"
    with pytest.raises(PlaybookError) as refused:
        check(template, where="mine.toml, words", may=MAY, kind="thank")
    assert column in refused.value.found
    assert "kind thank" in refused.value.expected
    check(template, where="mine.toml, why")  # to an employee it may be said


def test_a_template_knows_what_it_speaks_of() -> None:
    template = "{% if favourite_thing %}{{ favourite_thing }}{% else %}{{ days_since_praise | days }}{% endif %}"
    assert used(template) == ("days_since_praise", "favourite_thing")
    assert purposes(template) == {"days_since_praise": "feedback", "favourite_thing": "contract"}


def test_a_word_that_is_cut_by_a_tag_is_spoken_whole() -> None:
    assert "discount" in spoken("a dis{% if name %}{% endif %}count")
    assert "voucher" in spoken("{% if orders == 1 %}{{ 'vouch' }}{% endif %}er")


def test_a_fact_that_is_not_known_is_not_said() -> None:
    with pytest.raises(MissingFact) as missing:
        rendered("You like {{ favourite_thing }}.", {"favourite_thing": None})
    assert missing.value.column == "favourite_thing"
    for nothing in ({}, {"favourite_thing": "  "}, {"favourite_thing": "\u200b"}):
        with pytest.raises(MissingFact):
            rendered("You like {{ favourite_thing }}.", nothing)
        assert rendered("Hello{% if favourite_thing %}, {{ favourite_thing }}{% endif %}.", nothing) == "Hello."
    for template in ("{{ clv | money }}", "{{ clv }}", "{{ clv | percent }}"):
        with pytest.raises(MissingFact):
            rendered(template, {"clv": float("nan")})
    with pytest.raises(MissingFact):
        rendered("{{ features | listing }}", {"features": []})


@pytest.mark.parametrize(
    "question",
    [
        "orders > 3", "orders < 3", "3 < orders", "orders == 3", "orders != 3", "not not orders",
        "'a' in features", "name == 'x'", "orders is not none",
    ],
)  # fmt: skip
def test_every_question_about_what_is_not_known_is_answered_with_no(question: str) -> None:
    assert rendered(f"a{{% if {question} %}}b{{% endif %}}", {}) == "a"


@pytest.mark.parametrize(
    ("template", "row", "says"),
    [
        ("{{ orders | counted('time', 'times') }}", {"orders": 1}, "1 time"),
        ("{{ orders | counted('time', 'times') }}", {"orders": 1234}, "1,234 times"),
        ("{{ incident_days | days }}", {"incident_days": 1}, "1 day"),
        ("{{ incident_days | days }}", {"incident_days": 0}, "less than a day"),
        ("{{ promise_due_days | days }}", {"promise_due_days": -4}, "4 days"),
        ("{{ incident_days | ago }}", {"incident_days": 0}, "today"),
        ("{{ incident_days | ago }}", {"incident_days": 1}, "yesterday"),
        ("{{ incident_days | ago }}", {"incident_days": 13}, "13 days ago"),
        ("{{ incident_days | ago }}", {"incident_days": 14}, "2 weeks ago"),
        ("{{ incident_days | ago }}", {"incident_days": 91}, "3 months ago"),
        ("{{ incident_days | ago }}", {"incident_days": 800}, "2 years ago"),
        ("{{ clv | money }}", {"clv": 1249.6}, "1,250 EUR"),
        ("{{ clv }}", {"clv": 0.126}, "0.13"),
        ("{{ returned_share | percent }}", {"returned_share": 0.25}, "25%"),
        ("{{ features | listing }}", {"features": ["a"]}, "a"),
        ("{{ features | listing }}", {"features": ["a", "b", "c", "d"]}, "a, b and c"),
        ("{{ features }}", {"features": ["a", "b"]}, "a and b"),
        ("{{ first_seen_on | day }}", {"first_seen_on": date(2026, 5, 3)}, "3 May 2026"),
        ("{{ first_seen_on }}", {"first_seen_on": date(2026, 5, 3)}, "3 May 2026"),
        ("{{ incident | small }}", {"incident": "Late delivery"}, "late delivery"),
        ("{{ incident | small }}", {"incident": "VAT wrong"}, "VAT wrong"),
        ("{{ is_customer }}", {"is_customer": True}, "yes"),
        ("{{ name }}", {"name": "Rosa\n\n {{ clv }}\x00 {% raw %}"}, "Rosa {{ clv }} {% raw %}"),
        ("{{ name }}", {"name": "<b>Rosa & Co</b>"}, "<b>Rosa & Co</b>"),
        ("one\ntwo\n\n\n\n three  four \n", {}, "one two\n\nthree four"),
        ("one\n{% if name %}\nno\n{% endif %}\ntwo", {}, "one two"),
        ("one {% if name %}no{% endif %} .", {}, "one."),
    ],
)
def test_facts_are_said_as_people_say_them(template: str, row: dict[str, object], says: str) -> None:
    check(template, where="test")
    assert rendered(template, row, currency="EUR") == says


def test_a_long_text_of_a_customer_is_cut() -> None:
    assert len(rendered("{{ name }}", {"name": "x" * 900})) == 200


def test_the_words_are_in_the_language_of_the_person_where_there_are_some(tmp_path: Path) -> None:
    playbook = replace(loaded(file(tmp_path)), words_in=(("de", "Guten Tag {{ first_name }}, danke."),))
    assert worded(playbook, dict(TYPICAL) | {"language": "de-AT"}) == "Guten Tag Rosa, danke."
    for language in ("fr", None, ""):
        assert worded(playbook, dict(TYPICAL) | {"language": language}) == "Dear Rosa, thank you."
    assert reasoned(playbook, TYPICAL) == "Rosa Haddad bought 12 days ago."


def test_what_a_person_must_fill_in_is_found() -> None:
    assert gaps("We do [what, and by when], and [who].") == ("what, and by when", "who")
    assert not gaps("We do.")


PIECES = st.sampled_from(
    [
        *("{{", "}}", "{%", "%}", "{#", "#}", "{{ name }}", "{{ secret }}", "{% if name %}", "{% endif %}", "{% else %}"),
        *("name", "features", "orders", "secret", "self", "loop", "request", "config", "cycler", "lipsum", "namespace"),
        *(".__class__", ".__init__", "['__globals__']", "|attr('__class__')", "|map('upper')", "|join", "|days", "()", "[0]"),
        *("| counted('a', 'b')", "| listing", "is none", "in", "==", "+", "~", "*", "'a'", "9", "(", ")", ",", "not", "and"),
        *("for x in features", "set x = 1", "import 'os' as os", "include 'x'", "macro f()", "raw", "endraw", "if", "endif"),
        *("\n", " ", "text", "\\", "'", '"', "\N{LEFT CURLY BRACKET}", "{{ ''.format(name) }}", "{{ '%s' % name }}"),
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=1200)
@given(st.lists(PIECES, min_size=1, max_size=10).map(" ".join) | st.text(alphabet="{}%#|._'() \nname", max_size=40))
def test_no_template_says_more_than_its_own_text_and_the_facts(template: str) -> None:
    try:
        check(template, where="fuzz", may=MAY, kind="thank")
    except PlaybookError:
        return
    row = {"name": "ROSA", "features": ["EXPORT", "SEARCH"], "orders": 12, "standing": "SECRET", "clv": 98765.0}
    try:
        text = rendered(template, row, currency="EUR")
    except MissingFact:
        return
    # Capitals are only in the facts that may be said; nothing of Python shows.
    assert "SECRET" not in text
    assert "98" not in text
    assert not [shown for shown in ("<class", "<function", "object at", "builtin", "jinja") if shown in text]
