"""Each rule of the gate: it blocks, it lets through, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

import pytest
from tests.plan.gate_made import AS_OF, LIMITS, World, friend, put
from tests.value.made import Checked

from byname.engines import Engine
from byname.plan.gate import Limits, judged, rules

ASK = {"kind": "ask", "purpose": "feedback"}
OWED = {"owed": True, "kind": "give", "team": "service"}
SERVICE = {"kind": "service", "team": "service", "purpose": "service", "basis": "contract"}


@dataclass
class Case:
    """What a rule sees, and what it makes of it.

    Attributes:
        says: the sentence where it blocks.
        offer: columns of the one play, for both.
        person: columns of `profile` where it blocks; `pace` and `way` likewise.
        recent: days since the same reached them; held: actions of which a lot left them out.
        said: what a colleague said of it, columns of `turned_down`.
        limits: of the settings; people: how many there are, the last of whom is blocked.
        way_there: the only channel that they have; '' for none.
        passes: where it lets through, by changes of this.
    """

    says: str
    offer: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    pace: dict[str, Any] | None = field(default_factory=dict)
    way: dict[str, Any] = field(default_factory=dict)
    recent: tuple[int, ...] = ()
    held: tuple[str, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)
    limits: Limits = LIMITS
    people: int = 1
    way_there: str = "email"
    passes: tuple[dict[str, Any], ...] = ({},)


CASES: dict[str, Case] = {
    # S2.6, GDPR 18: owed or not
    "restriction": Case(
        "Rosa has restricted the use of their data: nothing goes out, owed or not, but what they ask for themselves",
        offer=SERVICE | {"owed": True}, pace={"restricted": True}, passes=({"pace": {}},),
    ),
    # S1.14
    "everybody": Case(
        "{action} goes to nearly everybody, wherever they stand: one message for all is not sent, and nobody is pushed to advocate",
        offer={"everyone": True}, passes=({"offer": {}},),
    ),
    # S2.16, S3.11
    "thanks-with-an-offer": Case(
        "the words of {action} hold an offer, and thanks that sell are no thanks",
        offer={"kind": "thank", "holds_offer": True},
        passes=({"offer": {"kind": "thank"}}, {"offer": {"kind": "give", "holds_offer": True}}),
    ),
    # S2.4
    "tells-what-we-concluded": Case(
        "the words of {action} use what we concluded about Rosa, not what they told us",
        offer={"uses": ["first_name", "clv"]}, passes=({"offer": {"uses": ["first_name", "favourite_thing"]}},),
    ),
    # GDPR 21: absolute for marketing, whatever the basis
    "objection": Case(
        "Rosa objected to marketing, which ends it: only service may go to them",
        way={"objected": True}, offer={"basis": "legitimate interest", "kind": "thank"},
        passes=({"way": {}}, {"offer": SERVICE}, {"offer": SERVICE | OWED}),
    ),
    # GDPR 7(3)
    "withdrawn": Case(
        "Rosa withdrew from marketing by email",
        way={"marketing": "withdrawn"},
        passes=({"way": {"feedback": "withdrawn"}}, {"offer": SERVICE, "way": {"service": "withdrawn"}}, {"offer": ASK}),
    ),
    "no-consent": Case(
        "Rosa has not said yes to marketing by email",
        way={"marketing": "not given"},
        passes=({"way": {"feedback": None, "service": None}}, {"offer": {"basis": "soft opt-in"}},
                {"offer": {"basis": "legitimate interest"}}, {"offer": SERVICE}, {"offer": ASK}),
    ),
    "soft-opt-in": Case(
        "Rosa has bought nothing, so a purchase cannot stand for a yes to marketing by email",
        offer={"basis": "soft opt-in"}, way={"marketing": "not given"}, person={"is_customer": False},
        passes=({"person": {}}, {"way": {}}),
    ),
    "contract-is-no-marketing": Case(
        "{action} is not what the contract with Rosa asks for: it needs a yes to marketing by email, or another basis",
        offer={"basis": "contract"}, way={"marketing": "not given"},
        passes=({"way": {}}, {"offer": SERVICE}, {"offer": {"basis": "contract", "owed": True}}),
    ),
    "no-other-door": Case(
        "Rosa unsubscribed 300 days ago: letter without their yes would be another way around it",
        offer={"basis": "legitimate interest", "channel": "letter"}, way_there="letter", way={"marketing": "not given"},
        person={"unsubscribed_days": 300},
        passes=({"person": {}}, {"way": {}}, {"offer": SERVICE | {"channel": "letter", "basis": "legitimate interest"}}),
    ),
    # S1.18
    "no-way": Case(
        "no way to reach Rosa: nothing is known for any channel of {action}",
        offer={"channel": "phone"}, passes=({"way_there": "phone"}, {"offer": {}}),
    ),
    "no-address": Case(
        "there is no address for email", way={"address": None},
        passes=({"way": {}}, {"offer": {"channel": "in_person"}, "way_there": "in_person"}),
    ),
    "bounced": Case(
        "the latest email to Rosa came back: ask for the right address when they write",
        way={"bounced": True}, passes=({"way": {}}, {"way": {"bounced": None}}),
    ),
    "not-this-way": Case("Rosa asked us not to use email", way={"refused": True}, offer=OWED, passes=({"way": {}},)),
    # S2.8: a pause that ends within the days of the plan leaves its last days
    "pause": Case(
        "Rosa asked for a pause until 2026-06-01",
        pace={"paused_until": date(2026, 6, 1), "open_days": 0}, offer=SERVICE,
        passes=({"pace": {}}, {"pace": {"paused_until": date(2026, 5, 3)}},
                {"pace": {"paused_until": date(2026, 5, 7)}, "limits": replace(LIMITS, ahead=6)}),
    ),
    "no-open-day": Case(
        "no day of this week suits Rosa, by their own days and clock", pace={"open_days": 0},
        passes=({"pace": {"open_days": 0b1000000}},),
    ),
    "quiet-hours": Case(
        "our working hours are quiet hours where Rosa is", pace={"from_minute": 540, "to_minute": 540},
        passes=({"pace": {"from_minute": 540, "to_minute": 541}}, {"offer": {"channel": "letter"}, "way_there": "letter"}),
    ),
    # S2.19
    "open-complaint": Case(
        "Rosa has waited 12 days for an answer about a bill; only service speaks until that is settled",
        person={"open_complaints": 1, "oldest_complaint_days": 12, "complaint_topic": "a bill"},
        offer={"kind": "thank", "owed": True}, passes=({"person": {}}, {"offer": SERVICE}, {"offer": OWED}),
    ),
    "put-it-right-first": Case(
        "something that we did to Rosa is not put right (late delivery): no news before that",
        person={"incidents_open": 1, "incident": "late delivery"},
        passes=({"person": {}}, {"offer": {"kind": "give"}}, {"offer": SERVICE}),
    ),
    "about-to-leave": Case(
        "Rosa spoke of leaving yesterday: listen, and ask nothing",
        person={"threatened_days": 1},
        passes=({"person": {"threatened_days": 31}}, {"person": {}}, {"offer": SERVICE}),
    ),
    # S2.9
    "too-much": Case(
        "there are signs that Rosa hears too much from us", person={"too_much": True},
        passes=({"person": {}}, {"offer": SERVICE}, {"offer": OWED}),
    ),
    # S2.6
    "own-line": Case(
        "Rosa drew a line (what I bought), and the words of {action} would cross it",
        offer={"uses": ["first_name", "favourite_thing"]}, pace={"lines": ["birthday", "what I bought"]},
        passes=({"pace": {"lines": ["birthday"]}}, {"offer": {"uses": ["first_name", "city"]}}, {"pace": {"lines": None}}),
    ),
    # S2.3
    "relevance": Case(
        "Rosa told us that they do not want this: Newsletters!", pace={"dislikes": ["spinach", "Newsletters!"]},
        passes=({"pace": {"dislikes": ["spinach"]}}, {"offer": {"kind": "thank"}}, {"pace": {"dislikes": None}}),
    ),
    "disliked-way": Case(
        "Rosa told us that they do not want phone: no phone calls, please",
        pace={"dislikes": ["no phone calls, please"]}, offer={"channel": "phone"}, way_there="phone",
        passes=({"offer": {}, "way_there": "email"}, {"pace": {}}),
    ),
    # S4.3: no ask of somebody to whom we owe
    "owe-a-promise": Case(
        "we owe Rosa what we promised (a call back): keep it before anything is asked",
        offer=ASK, person={"promises_broken": 1, "promise": "a call back"}, passes=({"person": {}}, {"offer": SERVICE}),
    ),
    "owe-a-remedy": Case(
        "we owe Rosa a remedy (wrong bill, 3 days ago): nothing is asked before it",
        offer=ASK, person={"incidents_open": 1, "incident": "wrong bill", "incident_days": 3},
        passes=({"person": {}}, {"offer": SERVICE}),
    ),
    "owe-an-answer": Case(
        "we owe Rosa an answer: nothing is asked before it", offer=ASK, person={"open_questions": 1},
        passes=({"person": {}}, {"offer": {"kind": "thank"}}),
    ),
    "owe-thanks": Case(
        "Rosa brought a friend and was not thanked: thank before anything is asked",
        offer=ASK, person={"referral_unthanked": True}, passes=({"person": {}}, {"offer": {"kind": "thank"}}),
    ),
    "owe-credit": Case(
        "an idea of Rosa was put to use (Larger print) and nobody told them: credit before anything is asked",
        offer=ASK, person={"idea_shipped": "Larger print"}, passes=({"person": {}}, {"offer": {"kind": "thank"}}),
    ),
    # S0.42
    "unhappy-and-not-helped": Case(
        "Rosa is unhappy and was not helped: help before anything is asked", offer=ASK,
        person={"standing": "dissatisfied", "settled_days": 20, "days_in_standing": 5},
        passes=({"person": {"standing": "dissatisfied", "settled_days": 20, "days_in_standing": 30}},
                {"person": {"standing": "neutral", "feels": "unhappy", "settled_days": 20, "days_in_standing": 5}},
                {"person": {"standing": None, "feels": None}}, {"offer": SERVICE}),
    ),
    # S4.12
    "asks-a-year": Case(
        "we asked something of Rosa 3 times within a year, and that is the most",
        offer=ASK, person={"asks_365": 3, "gives_365": 9},
        passes=({"person": {"asks_365": 2, "gives_365": 9}}, {"offer": {}}, {"limits": replace(LIMITS, asks=4)}),
    ),
    # S4.1, S4.3: the first ask is free, each further one comes after a gift or thanks
    "reciprocity": Case(
        "we asked something of Rosa twice within a year and thanked or gave once: that comes before the next",
        offer=ASK, person={"asks_365": 2, "gives_365": 1},
        passes=({"person": {"asks_365": 2, "gives_365": 2}}, {"person": {"asks_365": 0, "gives_365": 0}},
                {"offer": {"kind": "give"}}, {"limits": replace(LIMITS, gives_per_ask=0.5)}),
    ),
    # S2.7
    "contact-budget": Case(
        "Rosa heard from us 4 times within 28 days, over all channels and teams; the most is 4",
        person={"contacts_window": 3}, pace={"had": 4},
        passes=({"pace": {"had": 3}}, {"offer": SERVICE}, {"offer": OWED}, {"pace": {"had": 4, "most": 5}}),
    ),
    # S2.8
    "rest": Case(
        "Rosa heard from us today and is left in peace for 5 days", person={"days_since_contact": 0},
        passes=({"person": {"days_since_contact": 5}}, {"person": {}}, {"offer": OWED}, {"limits": replace(LIMITS, ahead=6)}),
    ),
    "cool-down": Case(
        "{action} reached Rosa 89 days ago, and comes again after 90 days at the earliest", recent=(400, 89),
        offer=OWED, passes=({"recent": (90,)}, {"recent": ()}),
    ),
    # S3.15: what a colleague said of it, owed or not
    "not-right": Case(
        "Ben said on 3 November that this is not right for Rosa: she moved away", offer=OWED,
        said={"not_right_days": 364, "not_right_by": "Ben", "not_right_on": "3 November", "not_right_why": "she moved away"},
        passes=({"said": {}}, {"said": {"not_right_days": 365}}),
    ),
    "not-now": Case(
        "Ben said on 3 November that now is not the time for this with Rosa (no reason was given): it comes again after 14 days",
        said={"not_now_days": 13, "not_now_by": "Ben", "not_now_on": "3 November", "not_now_why": ""},
        passes=({"said": {}}, {"said": {"not_now_days": 14}}),
    ),
    # S2.11: what is owed is not withheld
    "held-out": Case(
        "the lot left Rosa without {action}, so that we learn whether it does any good", held=("*",),
        passes=({"held": ()}, {"held": ("another",)}, {"offer": SERVICE}, {"offer": OWED}),
    ),
    # S2.14
    "scarce": Case(
        "{action} goes to 1 a week, the best first; Rosa is number 2 in line", offer={"scarce": 1}, people=2,
        passes=({"offer": {"scarce": 2}}, {"offer": {"scarce": None}}, {"people": 1}),
    ),
}  # fmt: skip


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return duck_engine


def together(cases: dict[str, Case], limits: Limits = LIMITS) -> World:
    """Each case has an action of its own name, and people of its own: all of them before one gate."""
    people = {f"{name} {number}": case for name, case in cases.items() for number in range(1, case.people + 1)}
    return World(
        offers={name: case.offer for name, case in cases.items()},
        people={one: case.person for one, case in people.items()},
        pace={one: case.pace for one, case in people.items()},
        ways={one: {case.way_there: case.way} if case.way_there else {} for one, case in people.items()},
        matched=[(f"{name} {number}", name) for name, case in cases.items() for number in range(1, case.people + 1)],
        recent=[(f"{name} 1", name, days) for name, case in cases.items() for days in case.recent],
        held=[(f"{name} 1", action) for name, case in cases.items() for action in case.held],
        turned_down=[
            {"person_id": f"{name} 1", "action": name} | case.said for name, case in cases.items() if case.said
        ],
        limits=limits,
    )


def test_each_rule_has_a_case_and_each_case_a_rule() -> None:
    assert list(CASES) == [rule.name for rule in rules()]


def test_each_rule_blocks_alone_and_says_its_sentence(engine: Engine) -> None:
    found = put(cast("Engine", Checked(engine)), together(CASES))  # portable, types and all
    closed = {
        action: row for (person, action), row in found.blocked.items() if person == f"{action} {CASES[action].people}"
    }
    assert {action: row["rule"] for action, row in closed.items()} == {name: name for name in CASES}
    assert {action: row["says"] for action, row in closed.items()} == {
        name: case.says.replace("{action}", name) for name, case in CASES.items()
    }
    assert {action: row["also"] for action, row in closed.items()} == dict.fromkeys(CASES, "")
    assert {person for person, *_ in found.candidates} == {"scarce 1"}  # who stands first in line


@pytest.mark.parametrize(
    "limits", [LIMITS, replace(LIMITS, ahead=6), replace(LIMITS, asks=4), replace(LIMITS, gives_per_ask=0.5)]
)
def test_each_rule_lets_through_what_it_is_not_about(engine: Engine, limits: Limits) -> None:
    passing = {
        f"{name} passing {place}": replace(case, **change)
        for name, case in CASES.items()
        for place, change in enumerate(case.passes)
        if replace(case, **change).limits == limits
    }
    world = together(passing, limits)
    found = put(engine, world)
    assert found.blocked == {}
    assert {(person, action) for person, action, _ in found.candidates} == set(world.matched or ())


@pytest.mark.parametrize("name", ["restriction", "open-complaint", "objection", "no-way", "not-right", "scarce"])
def test_a_friend_is_told_the_same_rule_with_the_same_sentence_as_the_plan(engine: Engine, name: str) -> None:
    """S2.19: the same statement over one row, at each of the levels."""
    case = CASES[name]
    world = together({name: case})
    queue = judged(engine, **world.tables(engine), limits=LIMITS).queue
    verdicts = friend(engine, world, f"{name} {case.people}", name, queue=queue)
    assert [(one.rule, one.says) for one in verdicts if one.blocked] == [(name, case.says.replace("{action}", name))]
    assert all(one.says == "" for one in verdicts if not one.blocked)
    asked = {rule.name for rule in rules() if rule.level != "channel" or name != "no-way" or rule.name == "no-way"}
    assert {one.rule for one in verdicts} == asked


def test_one_message_for_all_is_not_sent_where_there_are_people_enough_to_say_all(engine: Engine) -> None:
    """S1.14: more than nine in ten of twenty people or more, by an ask or by news; a thank-you may go to all."""
    people: dict[str, dict[str, Any]] = {f"p{number}": {} for number in range(30)}
    world = World(people=people, offers={"news": {}, "thank": {"kind": "thank"}})
    found = put(engine, world)
    assert {(action, row["rule"]) for (_, action), row in found.blocked.items()} == {("news", "everybody")}
    assert {action for _, action, _ in found.candidates} == {"thank"}
    verdicts = friend(engine, world, matched=world.tables(engine)["matched"])
    assert [one.rule for one in verdicts if one.blocked] == ["everybody"]
    world.matched = [(person, action) for person in list(people)[:27] for action in ("news", "thank")]
    assert put(engine, world).blocked == {}


def test_of_nineteen_people_nobody_says_that_they_are_all(engine: Engine) -> None:
    assert put(engine, World(people={f"p{number}": {} for number in range(19)})).blocked == {}


def test_a_pause_that_ends_on_the_day_of_the_plan_leaves_the_days_after_it(engine: Engine) -> None:
    """S2.8."""
    world = World(
        people={"over": {}, "still": {}},
        pace={"over": {"paused_until": AS_OF, "open_days": 0b11110}, "still": {"paused_until": AS_OF, "open_days": 0}},
    )
    found = put(engine, world)
    assert (found.rule("over"), found.rule("still")) == ("", "pause")
