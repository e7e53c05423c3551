"""The gate as a whole: both sides of it, the order of its reasons, and what no change may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plan.gate_made import LIMITS, PERSON, WAY, World, fetched, friend, put

from byname.engines import Engine
from byname.errors import UsageError
from byname.plan.gate import Rule, judged, nothing_but_service, rules
from byname.plan.gate.columns import CHANNELS, PACE, PARAMETERS, columns_of
from byname.profile_columns import arrow_schema

SERVICE = {"kind": "service", "team": "service", "purpose": "service", "basis": "contract"}
TWO_WAYS: dict[str, Any] = {"news": [{"channel": "email"}, {"channel": "letter"}]}


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return duck_engine


def test_each_open_way_is_a_candidate_and_a_play_with_one_open_way_is_not_blocked(engine: Engine) -> None:
    world = World(
        offers=TWO_WAYS,
        people={"both": {}, "letter": {}, "closed": {}, "email": {}},
        ways={
            "both": {"email": {}, "letter": {}},
            "letter": {"email": {"bounced": True}, "letter": {}},
            "closed": {"email": {"bounced": True}, "letter": {"refused": True}},
            "email": {"email": {}},
        },
    )
    found = put(engine, world)
    assert found.candidates == {
        ("both", "news", "email"),
        ("both", "news", "letter"),
        ("letter", "news", "letter"),
        ("email", "news", "email"),
    }
    assert {person: row["rule"] for (person, _), row in found.blocked.items()} == {"closed": "bounced"}


def test_the_reason_is_the_first_rule_that_closes_the_best_channel_and_the_others_stand_beside_it(
    engine: Engine,
) -> None:
    """Nobody fixes one thing to find the next."""
    world = World(
        offers=TWO_WAYS,
        people={"p1": {"contacts_window": 9, "too_much": True, "days_since_contact": 1}},
        ways={"p1": {"letter": {"refused": True}, "email": {"marketing": "withdrawn", "bounced": True}}},
    )
    row = put(engine, world).blocked["p1", "news"]
    assert row["rule"] == "withdrawn"
    assert row["also"] == "bounced, too-much, contact-budget, rest"
    assert row["says"] == "Rosa withdrew from marketing by email"


def test_the_best_channel_is_the_first_that_the_person_has(engine: Engine) -> None:
    world = World(offers=TWO_WAYS, ways={"p1": {"letter": {"refused": True}}})
    found = put(engine, world)
    assert (found.rule(), found.says()) == ("not-this-way", "Rosa asked us not to use letter")


def test_who_has_no_channel_of_the_play_is_told_so_after_what_holds_without_one(engine: Engine) -> None:
    """Rules of channels are not asked where there is none; those of persons and plays are."""
    world = World(people={"p1": {"contacts_window": 4}}, ways={"p1": {"phone": {"marketing": None}}})
    row = put(engine, world).blocked["p1", "news"]
    assert (row["rule"], row["also"]) == ("no-way", "contact-budget")


def test_a_play_that_nobody_offers_has_no_way(engine: Engine) -> None:
    world = World(matched=[("p1", "news"), ("p1", "forgotten")])
    found = put(engine, world)
    assert found.rule(action="forgotten") == "no-way"
    assert found.candidates == {("p1", "news", "email")}


def test_who_has_no_profile_is_on_neither_side(engine: Engine) -> None:
    """A minor is known by name and nothing else."""
    found = put(engine, World(matched=[("p1", "news"), ("minor", "news")]))
    assert {person for person, *_ in found.candidates} == {"p1"}
    assert found.blocked == {}


def test_who_has_no_pace_is_left_alone(engine: Engine) -> None:
    found = put(engine, World(pace={"p1": None}, offers={"news": SERVICE | {"owed": True}}))
    assert found.candidates == set()
    assert "restriction" in found.all_rules()


@pytest.mark.parametrize("empty", ["people", "offers", "matched"])
def test_nobody_or_nothing_gives_two_empty_tables(engine: Engine, empty: str) -> None:
    world = replace(World(), **{empty: [] if empty == "matched" else {}})
    found = put(engine, world)
    assert (found.candidates, found.blocked) == (set(), {})


def test_what_is_owed_passes_the_budgets_and_the_lot_but_no_restriction_pause_or_refusal(engine: Engine) -> None:
    """What is owed is not withheld; still, nobody is reached who shut the door."""
    owed = {"owed": True, "kind": "give", "team": "service"}
    spent = {"contacts_window": 9, "contacts_365": 99, "days_since_contact": 0, "too_much": True}
    world = World(
        offers={"news": owed},
        people=dict.fromkeys(("plain", "restricted", "paused", "refused", "objecting"), spent),
        pace={"restricted": {"restricted": True}, "paused": {"paused_until": date(2026, 7, 1), "open_days": 0}},
        ways={"refused": {"email": {"refused": True}}, "objecting": {"email": {"objected": True}}},
        held=[("plain", "*")],
    )
    found = put(engine, world)
    assert {person for person, *_ in found.candidates} == {"plain"}
    assert {person: row["rule"] for (person, _), row in found.blocked.items()} == {
        "restricted": "restriction", "paused": "pause", "refused": "not-this-way", "objecting": "objection",
    }  # fmt: skip


def test_five_who_owe_one_person_at_once_all_pass(engine: Engine) -> None:
    """In which order they go is for the choice to say."""
    teams = ("sales", "marketing", "product", "service", "service")
    offers: dict[str, Any] = {
        f"owed-{number}": {"owed": True, "kind": "give", "team": team} for number, team in enumerate(teams)
    }
    found = put(engine, World(offers=offers, people={"p1": {"contacts_window": 9}}))
    assert {action for _, action, _ in found.candidates} == set(offers)


def test_what_is_scarce_goes_to_the_best_of_those_who_may_have_it(engine: Engine) -> None:
    """S2.14: who is blocked takes no place, and whom it reached this week has taken one."""
    people = {f"p{place}": {"clv": 100.0 - place} for place in range(1, 7)} | {"poor": {"clv": None}}
    world = World(
        offers={"perk": {"kind": "give", "scarce": 3}, "news": {}},
        people=people,
        ways={"p1": {"email": {"bounced": True}}},
        recent=[("p6", "perk", 6), ("p6", "perk", 400), ("p5", "perk", 7)],
    )
    found = put(engine, world)
    assert {person for person, action, _ in found.candidates if action == "perk"} == {"p2", "p3"}
    perks = {person: row["rule"] for (person, action), row in found.blocked.items() if action == "perk"}
    assert perks == {"p1": "bounced", "p4": "scarce", "p5": "cool-down", "p6": "cool-down", "poor": "scarce"}
    assert found.says("p4", "perk") == "perk goes to 3 a week, the best first; Rosa is number 4 in line"
    assert {person for person, action, _ in found.candidates if action == "news"} == set(people) - {"p1"}


def test_a_turned_away_person_is_blocked_by_every_channel(engine: Engine) -> None:
    world = World(
        offers={"perk": [{"kind": "give", "scarce": 0}, {"kind": "give", "scarce": 0, "channel": "letter"}]},
        people={"p1": {}, "p2": {}},
        ways={"p1": {"email": {"bounced": True}, "letter": {}}, "p2": {"email": {}, "letter": {}}},
    )
    found = put(engine, world)
    assert found.candidates == set()
    assert found.all_rules("p1", "perk") == {"bounced", "scarce"}
    assert found.all_rules("p2", "perk") == {"scarce"}


def test_without_any_yes_the_plan_holds_service_alone_and_says_what_to_do(engine: Engine) -> None:
    offers: dict[str, Any] = {
        "news": {},
        "survey": {"kind": "ask", "purpose": "feedback", "channel": "phone"},
        "help": SERVICE,
    }
    ways: dict[str, Any] = {"email": {"marketing": "not given", "feedback": None}, "phone": {"feedback": "withdrawn"}}
    world = World(offers=offers, ways={"p1": ways})
    tables = world.tables(engine)
    found = judged(engine, **tables, limits=LIMITS)
    assert fetched(engine, found).candidates == {("p1", "help", "email")}
    given = {"offered": tables["offered"], "reach": tables["reach"]}
    assert nothing_but_service(engine, candidates=found.candidates, **given) == (
        "Nobody has said yes to feedback or marketing by phone or email: the plan holds nothing but what is owed and "
        "service. Load consents (byname add DIR FILE), or state a basis under [basis] in byname.toml."
    )


@pytest.mark.parametrize(
    ("offers", "way"),
    [
        ({"news": {}}, {}),  # somebody said yes and is a candidate
        ({"news": {"kind": "give", "everyone": True}}, {}),  # somebody said yes; it is the play
        ({"news": {"basis": "soft opt-in", "everyone": True}}, {"marketing": "not given"}),  # no yes is needed
        ({"news": SERVICE}, {"marketing": "not given"}),  # nothing but service is offered
    ],
)
def test_where_that_is_not_the_reason_nothing_is_said_of_it(
    engine: Engine, offers: dict[str, Any], way: dict[str, Any]
) -> None:
    world = World(offers=offers, ways={"p1": {"email": way}})
    tables = world.tables(engine)
    found = judged(engine, **tables, limits=LIMITS)
    assert (
        nothing_but_service(engine, candidates=found.candidates, offered=tables["offered"], reach=tables["reach"]) == ""
    )


def test_the_offer_is_looked_at_before_anybody_is(engine: Engine) -> None:
    world = World()
    tables = world.tables(engine)
    rows, schema = world.rows()["offered"]
    bare = pa.Table.from_pylist(rows, schema=schema)
    with pytest.raises(UsageError, match=r'no column "basis"'):
        judged(engine, **tables | {"offered": engine.arrow(bare.drop_columns(["basis"]))}, limits=LIMITS)
    with pytest.raises(UsageError, match=r'offered, news: found channel "e-mail" \(did you mean "email"\?\)'):
        put(engine, World(offers={"news": {"channel": "e-mail"}}))
    spare = bare.drop_columns(["uses", "topics"])
    found = judged(engine, **tables | {"offered": engine.arrow(spare)}, limits=LIMITS)
    assert fetched(engine, found).candidates == {("p1", "news", "email")}


def test_a_friend_is_asked_of_each_channel_that_the_person_has_in_order_of_preference(engine: Engine) -> None:
    world = World(offers={"news": [{"channel": "phone"}, {"channel": "email"}, {"channel": "sms"}]})
    world.ways = {"p1": {"email": {"bounced": True}, "phone": {}}}
    verdicts = friend(engine, world)
    asked = [(one.channel, one.blocked) for one in verdicts if one.rule == "bounced"]
    assert asked == [("phone", False), ("email", True)]
    assert [one.rule for one in verdicts if one.channel in ("", "phone")] == [rule.name for rule in rules()]
    assert friend(engine, world, "nobody") == ()


# ---- against a second implementation, and what no change may do ----

CHOICES: dict[str, list[Any]] = {
    "text": ["given", "not given", "withdrawn", "unhappy", "loyal", "dissatisfied", None],
    "integer": [0, 0, 0, 1, 2, 3, 40, None],
    "number": [0.0, 10.0, None],
    "flag": [False, False, False, True, None],
    "date": [None, None, date(2026, 5, 5), date(2026, 8, 1), date(2026, 1, 1)],
}
OFFERS: dict[str, list[Any]] = {
    "team": ["sales", "service"], "kind": ["ask", "give", "thank", "news", "service"],
    "purpose": ["marketing", "feedback", "service", "contract"], "owed": [False, False, True], "cooldown_days": [0, 30, None],
    "holds_offer": [False, False, None], "scarce": [None, None, 1], "uses": [[], ["city"], ["clv"]],
}  # fmt: skip
BASES = ["consent", "soft opt-in", "legitimate interest", "contract", "contract", None, "a whim"]


def one_of(rng: np.random.Generator, choices: list[Any]) -> Any:
    return choices[int(rng.integers(len(choices)))]


def drawn(rng: np.random.Generator, usual: dict[str, Any], kinds: dict[str, str], share: float) -> dict[str, Any]:
    """Some of the columns are not as usual."""
    return {name: one_of(rng, CHOICES[kind]) for name, kind in kinds.items() if name in usual and rng.random() < share}


def by_chance(rng: np.random.Generator, people: int = 40, actions: int = 8) -> World:
    """A company in which everything happens, nulls too."""
    kinds = columns_of("channel")
    names = [f"p{number:02}" for number in range(people)]
    offers: dict[str, Any] = {}
    for number in range(actions):
        same = {name: one_of(rng, choices) for name, choices in OFFERS.items()}
        channels = rng.permutation(CHANNELS)[: int(rng.integers(1, 4))]
        offers[f"a{number}"] = [same | {"channel": str(one), "basis": one_of(rng, BASES)} for one in channels]
    marks = dict.fromkeys(("marketing", "feedback", "service"), "text")
    return World(
        offers=offers,
        people={
            one: drawn(
                rng,
                PERSON | {"settled_days": 0, "threatened_days": 0, "unsubscribed_days": 0, "idea_shipped": 0},
                kinds,
                0.08,
            )
            | {"clv": float(rng.integers(3))}
            for one in names
        },
        pace={one: drawn(rng, dict.fromkeys(PACE), PACE, 0.06) if rng.random() < 0.95 else None for one in names},
        ways={
            one: {channel: drawn(rng, WAY, {**kinds, **marks}, 0.1) for channel in CHANNELS if rng.random() < 0.5}
            for one in names
        },
        matched=[(one, action) for one in names for action in (*offers, "unoffered") if rng.random() < 0.7],
        recent=[(one, action, int(rng.integers(60))) for one in names for action in offers if rng.random() < 0.1],
        held=[(one, action) for one in names for action in ("*", *offers) if rng.random() < 0.04],
        limits=replace(LIMITS, ahead=int(rng.integers(7))),
    )


def row_by_row(world: World) -> tuple[set[tuple[str, str, str]], dict[tuple[str, str], tuple[str, str]]]:
    """The same gate written anew: rows joined by loops, each rule asked of each row, reasons as sets."""
    rows = {name: found for name, (found, _) in world.rows().items()}
    profile, pace = ({row["person_id"]: row for row in rows[name]} for name in ("profile", "pace"))
    ways = {(row["person_id"], row["channel"]): row for row in rows["reach"]}
    offers: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows["offered"], key=lambda row: row["place"]):
        offers.setdefault(row["action"], []).append(row)
    matched = {action: sum(row["action"] == action for row in rows["matched"]) for action in offers}
    flat: list[dict[str, Any]] = []
    for person, action in ((row["person_id"], row["action"]) for row in rows["matched"] if row["person_id"] in profile):
        options = [one for one in offers.get(action, []) if (person, one["channel"]) in ways]
        same = [days for who, what, days in world.recent if (who, what) == (person, action)]
        base = profile[person] | pace.get(person, {}) | (offers.get(action) or [{"action": action}])[0]
        base |= {
            "person": person, "days_since_same": min(same, default=None), "reaches": matched.get(action, 0) / len(profile),
            "held": (person, action) in world.held or (person, "*") in world.held, "crossed": None, "disliked": None,
            "uses_concluded": "clv" in base.get("uses", []), "disliked_way": None, "in_line": None, "offered": action in offers,
        }  # fmt: skip
        for one in options or [{}]:
            way = ways.get((person, one.get("channel")), {})
            asks = {"feedback": "feedback", "service": "service", "contract": "service"}.get(
                base.get("purpose", ""), "marketing"
            )
            flat.append(
                base | way | {"channel": one.get("channel"), "basis": one.get("basis"), "consent": way.get(asks)}
            )
    return decided(flat, world, offers)


def closed(flat: list[dict[str, Any]], world: World) -> None:
    """Ask each rule of each row, and write down what closes it."""
    kinds = {name: kind for name, kind in {**columns_of("channel"), **columns_of("queue")}.items() if kind != "list"}
    table = pa.table(
        {"at_row": pa.array(range(len(flat)), pa.int64())}
        | {one.name: pa.array([row.get(one.name) for row in flat], one.type) for one in arrow_schema(kinds)}
    )
    values = {name: value for name, value in vars(world.limits).items() if name in PARAMETERS}
    with duckdb.connect() as con:
        con.register("t", table)
        for rule in rules():
            named = {name: value for name, value in values.items() if f"${name}" in rule.blocks}
            answers = con.execute(f"select at_row, ({rule.blocks}) from t order by at_row", named or None).fetchall()
            for row, (_, answer) in zip(flat, answers, strict=True):
                if is_asked(rule, row) and (answer or (answer is None and rule.strict)):
                    row.setdefault("closed", []).append(rule.name)


def is_asked(rule: Rule, row: dict[str, Any]) -> bool:
    """Nothing is asked of a play that is not offered, nor of a channel that is not there; of a queue at the end."""
    if rule.level == "channel" and rule.name != "no-way":
        return row["channel"] is not None
    return rule.level in ("person", "channel") or (rule.level == "action" and row["offered"])


def decided(
    flat: list[dict[str, Any]], world: World, offers: dict[str, list[dict[str, Any]]]
) -> tuple[set[tuple[str, str, str]], dict[tuple[str, str], tuple[str, str]]]:
    closed(flat, world)
    ways = {(row["person"], row["action"], row["channel"]) for row in flat if "closed" not in row}
    for action in (action for action, rows in offers.items() if rows[0]["scarce"] is not None):
        taken = len({person for person, what, days in world.recent if what == action and days < 7})
        passing = {person for person, what, _ in ways if what == action}
        line = sorted(passing, key=lambda one: (-world.people[one]["clv"], one))
        late = set(line[max(0, offers[action][0]["scarce"] - taken) :])
        ways = {way for way in ways if way[1] != action or way[0] not in late}
        for row in (row for row in flat if row["action"] == action and row["person"] in late):
            row.setdefault("closed", []).append("scarce")
    best = {(row["person"], row["action"]): row for row in flat[::-1]}  # the first of each, by preference
    left = {pair: row["closed"] for pair, row in best.items() if not any(pair == way[:2] for way in ways)}
    return ways, {pair: (names[0], ", ".join(names[1:])) for pair, names in left.items()}


@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_the_statements_say_what_a_plain_loop_over_rows_says(engine: Engine, seed: int) -> None:
    world = by_chance(np.random.default_rng(seed))
    found = put(engine, world)
    candidates, blocked = row_by_row(world)
    assert found.candidates == candidates
    assert {pair: (row["rule"], row["also"]) for pair, row in found.blocked.items()} == blocked
    assert all(row["says"] and "{" not in row["says"] for row in found.blocked.values())


NARROWING: list[tuple[str, dict[str, Any]]] = [
    ("pace", {"restricted": True}), ("pace", {"open_days": 0}), ("pace", {"most": 0}), ("pace", {"rest_days": 300}),
    ("pace", {"paused_until": date(2027, 1, 1), "open_days": 0}), ("pace", {"dislikes": ["advertising", "phone"]}),
    ("pace", {"lines": ["nobody can read this"]}), ("pace", {"lines": ["everything"]}), ("pace", {"to_minute": 0}),
    ("ways", {"objected": True}), ("ways", {"marketing": "withdrawn"}), ("ways", {"feedback": "withdrawn"}),
    ("ways", {"marketing": "not given"}), ("ways", {"service": None}), ("ways", {"refused": True}), ("ways", {"bounced": True}),
    ("ways", {"address": None}), ("people", {"too_much": True}), ("people", {"open_complaints": 1}),
    ("people", {"promises_broken": 1}), ("people", {"incidents_open": 2}), ("people", {"contacts_window": 9}),
    ("people", {"unsubscribed_days": 3}), ("people", {"referral_unthanked": True}), ("people", {"asks_365": 9}),
]  # fmt: skip


@settings(deadline=None, max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_restriction_objection_withdrawal_or_trouble_opens_a_way(engine: Engine, seed: int) -> None:
    """Each person stands twice before one gate: as they are, and with one thing more that holds us back."""
    world = by_chance(np.random.default_rng(seed), people=25)
    for number, one in enumerate(list(world.people)):
        part, change = NARROWING[number % len(NARROWING)]
        twin = f"{one} narrowed"
        world.people[twin] = world.people[one] | (change if part == "people" else {})
        own = world.pace[one]
        world.pace[twin] = None if own is None else own | (change if part == "pace" else {})
        world.ways[twin] = {
            channel: way
            | (
                change
                if part == "ways" and not (change == {"marketing": "not given"} and way.get("marketing") == "withdrawn")
                else {}
            )
            for channel, way in world.ways[one].items()
        }
        world.matched = [*(world.matched or []), *((twin, what) for who, what in world.matched or [] if who == one)]
        world.recent += [(twin, what, days) for who, what, days in world.recent if who == one]
        world.held += [(twin, what) for who, what in world.held if who == one]
    for ways in world.offers.values():
        for way in ways:
            assert isinstance(way, dict)
            way["scarce"] = None  # a place in line is another's loss
    found = put(engine, world)
    before = {
        (f"{person} narrowed", action, channel)
        for person, action, channel in found.candidates
        if not person.endswith("narrowed")
    }
    assert {one for one in found.candidates if one[0].endswith("narrowed")} <= before
