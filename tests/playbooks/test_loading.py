"""A playbook's file: each mistake is said by file, key, found, expected and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.playbooks.made import file

from byname.company import Settings
from byname.errors import PlaybookError, UsageError
from byname.playbooks.loading import load, loaded, shipped_folder
from byname.playbooks.playbook import Expected

ASK = "\"standing in ('loyal', 'advocate') and would_recommend\""
EXPECTED = '{{ effect = {effect}, sd = {sd}, on = "{on}", origin = "{origin}" }}'


def expected(effect: object = 0.01, sd: object = 0.01, on: str = "stayed_365d", origin: str = "a guess") -> str:
    return EXPECTED.format(effect=effect, sd=sd, on=on, origin=origin)


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        cost="1.5",
        worth_to_them="2",
        scarce="5",
        holdout="0.2",
        purpose='"feedback"',
        words_in="{ de = 'Guten Tag {{ first_name }}, danke.' }",
    )
    playbook = loaded(path)
    assert (playbook.action, playbook.team, playbook.kind, playbook.file) == (
        "thank-somebody", "marketing", "thank", str(path),
    )  # fmt: skip
    assert playbook.whom == "standing = 'loyal' and orders >= 3"
    assert playbook.condition.sql == "standing = 'loyal' AND orders >= 3"
    assert playbook.channels == ("letter", "email")
    assert (playbook.minutes, playbook.cost, playbook.worth_to_them, playbook.scarce) == (4.0, 1.5, 2.0, 5)
    assert (playbook.holdout, playbook.owed, playbook.purpose, playbook.cooldown_days) == (0.2, False, "feedback", 180)
    assert playbook.expected == Expected(0.01, 0.01, "stayed_365d", "prior: a guess")
    assert (playbook.expected.outcome, playbook.expected.days) == ("stayed", 365)
    assert playbook.words_in == (("de", "Guten Tag {{ first_name }}, danke."),)
    assert len(playbook.all_words) == 2


def test_what_is_not_said_is_what_most_mean(tmp_path: Path) -> None:
    playbook = loaded(file(tmp_path))
    assert (playbook.holdout, playbook.purpose, playbook.cost, playbook.scarce) == (0.1, "marketing", 0.0, None)
    served = loaded(file(tmp_path, kind='"service"', whom='"open_complaints > 0"', owed="true"))
    assert (served.holdout, served.purpose) == (0.0, "service")


MISTAKES: list[tuple[dict[str, str | None], str, str, str]] = [
    ({"gain": None}, "gain", "nothing", "a playbook without the customer's gain does not load"),
    ({"gain": '"  "'}, "gain", "'  '", "a playbook without the customer's gain does not load"),
    ({"gain": None, "gains": '"x"'}, "gains", 'an unknown key "gains"', 'did you mean "gain"?'),
    ({"channel": '["email"]'}, "channel", 'an unknown key "channel"', 'did you mean "channels"?'),
    ({"whom": None}, "whom", "nothing", "a value"),
    ({"why": None}, "why", "nothing", "a value"),
    ({"words": "3"}, "words", "3", "words to start with"),
    ({"action": '"Thank You"'}, "action", "'Thank You'", "small letters"),
    ({"action": "3"}, "action", "3", 'a name such as "thank-somebody"'),
    ({"team": '"markting"'}, "team", "'markting'", 'did you mean "marketing"?'),
    ({"kind": '"thanks"'}, "kind", "'thanks'", 'did you mean "thank"?'),
    ({"kind": '"gift"'}, "kind", "'gift'", "one of ask, give, thank, news, service"),
    ({"purpose": '"marketng"'}, "purpose", "'marketng'", 'did you mean "marketing"?'),
    ({"channels": "[]"}, "channels", "[]", "a list of email"),
    ({"channels": '"email"'}, "channels", "'email'", "a list of email"),
    ({"channels": '["emial"]'}, "channels", "'emial'", 'did you mean "email"?'),
    ({"channels": '["email", "email"]'}, "channels", "['email', 'email']", "each channel once"),
    ({"minutes": "0"}, "minutes", "0", "more than 0"),
    ({"minutes": "-1"}, "minutes", "-1", "a number from 0"),
    ({"minutes": "true"}, "minutes", "True", "a number from 0"),
    ({"minutes": "nan"}, "minutes", "nan", "a number from 0"),
    ({"cost": "-1"}, "cost", "-1", "a number from 0"),
    ({"cost": "inf"}, "cost", "inf", "a number from 0"),
    ({"worth_to_them": '"5"'}, "worth_to_them", "'5'", "a number from 0"),
    ({"cooldown_days": "0"}, "cooldown_days", "0", "a whole number from 1"),
    ({"cooldown_days": '"180d"'}, "cooldown_days", "'180d'", "a whole number from 1"),
    ({"holdout": "0.6"}, "holdout", "0.6", "a number from 0 to 0.5"),
    ({"scarce": "0"}, "scarce", "0", "a whole number from 1"),
    ({"owed": '"yes"'}, "owed", "'yes'", "true or false"),
    ({"expected": "0.01"}, "expected", "0.01", "{ effect = 0.02"),
    ({"expected": '{ effect = 0.01, sd = 0.01, on = "stayed_365d" }'}, "expected.origin", "nothing", "where the number"),
    ({"expected": expected()[:-1] + ", from = 'x' }"}, "expected.from", 'an unknown key "from"', "effect, sd, on, origin"),
    ({"expected": expected(on="retained_365d")}, "expected.on", "'retained_365d'", "bought, spend, stayed"),
    ({"expected": expected(on="staid_365d")}, "expected.on", "'staid_365d'", 'did you mean "stayed"?'),
    ({"expected": expected(on="stayed_12m")}, "expected.on", "'stayed_12m'", "_ and days"),
    ({"expected": expected(on="stayed_0d")}, "expected.on", "'stayed_0d'", "_ and days"),
    ({"expected": expected(effect=1.5)}, "expected.effect", "1.5", "a number from -1 to 1"),
    ({"expected": expected(effect="nan")}, "expected.effect", "nan", "a number from -1 to 1"),
    ({"expected": expected(sd=0)}, "expected.sd", "0", "more than 0"),
    ({"expected": expected(sd=-0.1)}, "expected.sd", "-0.1", "a number from 0"),
    ({"expected": expected(effect=-0.02)}, "expected.effect", "-0.02: less of stayed", "some good"),
    ({"expected": expected(effect=0.02, on="complained_30d")}, "expected.effect", "0.02: more complaints", "some good"),
    ({"words_in": '"x"'}, "words_in", "'x'", "a table of words"),
    ({"words_in": "{ german = 'x' }"}, "words_in.german", '"german"', "two letters such as de"),
    ({"words_in": "{ de = 'Hallo {{ frist_name }}' }"}, "words_in.de", 'column "frist_name"', 'did you mean "first_name"?'),
    ({"whom": '"stnding = \'loyal\'"'}, "whom", 'column "stnding"', 'did you mean "standing"?'),
    ({"whom": '"DROP TABLE profile"'}, "whom", "DROP TABLE", "one condition"),
    ({"whom": '"standing = \'loyal\' and standing = \'advocate\'"'}, "whom", "true of nobody", "can be true"),
    ({"whom": '"orders > 5 and orders < 3"'}, "whom", "true of nobody", "can be true"),
    ({"whom": '"true"'}, "whom", "everybody", "a message for all is for nobody"),
    ({"whom": '"orders >= 0"'}, "whom", "everybody", "a message for all is for nobody"),
    ({"whom": '"open_complaints > 0"'}, "whom", "only people with an open complaint", "kind = 'service'"),
    ({"why": '"They are dear to us."'}, "why", "no fact of the person", "columns of profile"),
    ({"why": '"{{ name.__class__ }}"'}, "why, line 1", "an attribute", "text, {{ column }}"),
    ({"words": '"You are {{ standing }}."'}, "words", "standing, which we concluded ourselves", "of the kind thank"),
    ({"words": '"Sorry for the {{ incident }}."'}, "words", "incident, from records that were given for service", "kind thank"),
    ({"words": '"Thank you. Use the code FRIEND."'}, "words", "an offer in a thank-you: use the code", "thanks and nothing"),
    ({"words_in": "{ de = 'Danke, hier ist ein Gutschein.' }"}, "words_in.de", "an offer in a thank-you: gutschein", "thanks"),
    ({"kind": '"service"', "holdout": "0.1", "whom": '"open_complaints > 0"'}, "holdout", "0.1 for what is owed", "0: service"),
    ({"owed": "true", "holdout": "0"}, "owed", "true for kind = 'thank'", "kind = 'service'"),
    ({"purpose": '"service"'}, "purpose", "'service' for kind = 'thank'", "marketing, feedback or public"),
    ({"kind": '"news"', "purpose": '"feedback"'}, "purpose", "'feedback' for kind = 'news'", "marketing"),
    ({"kind": '"ask"', "whom": '"promises_broken > 0"'}, "whom", "to whom we broke a promise", "first what is owed"),
    (
        {"kind": '"ask"', "whom": '"orders > 3"', "goal": '"they recommend us"'},
        "whom", "people of every standing, who are to speak for us", "who are loyal or recommend us",
    ),
    (
        {"kind": '"ask"', "whom": '"orders > 3"', "expected": expected(on="recommended_90d")},
        "whom", "people of every standing", "who are loyal",
    ),
    (
        {"kind": '"ask"', "whom": '"standing <> \'neutral\'"', "expected": expected(on="recommended_90d")},
        "whom", "unhappy people, who are to speak for us", "who are loyal",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "key", "found", "says"), MISTAKES)
def test_a_mistake_is_said_by_name(
    tmp_path: Path, changed: dict[str, str | None], key: str, found: str, says: str
) -> None:
    path = file(tmp_path, **changed)
    with pytest.raises(PlaybookError) as refused:
        load(tmp_path)
    assert refused.value.where == f"{path}, {key}"
    assert found in refused.value.found
    assert says in refused.value.expected
    assert isinstance(refused.value, UsageError)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": '"ask"', "whom": ASK, "expected": expected(on="recommended_90d")},
        {"kind": '"ask"', "whom": "\"feels = 'attached'\"", "expected": expected(on="recommended_90d")},
        {"kind": '"ask"', "whom": '"does_recommend and orders > 3"', "goal": '"a public review"'},
        {"kind": '"ask"', "whom": '"orders > 3"', "purpose": '"feedback"', "goal": '"an opinion"'},
        {"kind": '"thank"', "whom": "\"standing = 'actively_dissatisfied' and ideas > 0\""},  # critics are thanked too
        {"kind": '"give"', "words": '"Here is a voucher, {{ first_name }}."'},
        {"expected": expected(effect=-0.02, on="complained_30d")},
        {"expected": expected(effect=1.5, sd=2, on="spend_30d")},
    ],
)
def test_what_may_be_is_let_through(tmp_path: Path, changed: dict[str, str]) -> None:
    assert loaded(file(tmp_path, **changed)).action == "thank-somebody"


def test_a_file_that_is_no_toml_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text('action = "x"\nteam = \n')
    with pytest.raises(PlaybookError, match="line 2") as refused:
        load(tmp_path)
    assert refused.value.where == str(tmp_path / "broken.toml")
    (tmp_path / "broken.toml").write_bytes(b'action = "\xff"')
    with pytest.raises(PlaybookError, match="not TOML"):
        load(tmp_path)


def test_two_files_of_one_action_are_refused(tmp_path: Path) -> None:
    file(tmp_path, "a.toml")
    file(tmp_path, "b.toml")
    with pytest.raises(PlaybookError, match=r"which a\.toml has too") as refused:
        load(tmp_path)
    assert refused.value.where == f"{tmp_path / 'b.toml'}, action"


def test_a_company_s_own_replaces_the_shipped_of_the_same_action(tmp_path: Path) -> None:
    file(tmp_path, "ours.toml", action='"welcome"', title='"Our own"')
    file(tmp_path)
    playbooks = {one.action: one for one in load(tmp_path)}
    assert playbooks["welcome"].title == "Our own"
    assert playbooks["welcome"].file == str(tmp_path / "ours.toml")
    assert len(playbooks) == len(list(shipped_folder().glob("*.toml"))) + 1
    assert list(playbooks) == sorted(playbooks)


def test_no_folder_of_their_own_is_no_mistake(tmp_path: Path) -> None:
    assert load(tmp_path / "none") == load(None)


def test_what_is_off_is_left_out_even_if_it_is_wrong(tmp_path: Path) -> None:
    file(tmp_path, minutes="0")
    loaded_actions = {one.action for one in load(tmp_path, ("thank-somebody", "welcome"))}
    assert not {"thank-somebody", "welcome"} & loaded_actions
    with pytest.raises(PlaybookError, match='did you mean "welcome"') as refused:
        load(None, ("welcom",))
    assert refused.value.where == "byname.toml, [plan] off"


def test_the_company_says_of_what_a_kind_may_speak(tmp_path: Path) -> None:
    narrow = Settings(name="Acme", uses={"thank": ("contract",)}).may_use
    path = file(tmp_path, words='"You praised us {{ days_since_praise | ago }}, {{ first_name }}."')
    assert loaded(path)
    with pytest.raises(PlaybookError, match="given for feedback") as refused:
        loaded(path, may_use=narrow)
    assert "[uses]" in refused.value.do
