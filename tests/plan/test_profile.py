"""One row a person: what playbooks and the gate may look at."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pyarrow as pa
import pytest
from tests.plan.profile_made import Once, Rows, World, ago, day_ago, orders, profiled
from tests.value.made import by_person

from byname.engines import Engine
from byname.plan.profile import profile
from byname.plan.relations import known_to, meetings
from byname.plan.touches import touches
from byname.profile_columns import PROFILE

type Found = dict[str, dict[str, Any]]

CASES: dict[str, Rows] = {}


def case(name: str, **rows: list[dict[str, Any]]) -> str:
    """Somebody with these rows; all of them are in one world, worked out once."""
    CASES[name] = rows
    return name


@pytest.fixture(scope="module")
def found(duck_engine: Engine) -> Found:
    settings = {"zone": "Asia/Tokyo", "voice": {"sensitive": ["secret"]}}
    return profiled(World(cast("Engine", Once(duck_engine)), CASES, settings))


def has(found: dict[str, Any], **expected: Any) -> None:
    assert {name: found[name] for name in expected} == expected


def test_it_has_the_columns_of_the_contract_in_their_order_and_of_their_kinds(duck_engine: Engine) -> None:
    world = World(duck_engine, {"p1": {}})
    given, day = world.sources(), world.day()
    touched = touches(duck_engine, given.facts, given.record_person, day)
    known = known_to(duck_engine, given, meetings(duck_engine, given, touched, day), day)
    table = profile(duck_engine, given, touched, known, day)
    kinds = {
        "text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "flag": pa.bool_(), "date": pa.date32(),
        "list": pa.list_(pa.string()),
    }  # fmt: skip
    of = dict(zip(table.columns, table.schema.types, strict=True))
    assert list(of.items()) == [(name, kinds[one.kind]) for name, one in PROFILE.items()]
    assert by_person(duck_engine, table).keys() == {"p1"}


NOBODY = case("nobody")


def test_of_whom_nothing_is_known_counts_are_none_and_flags_are_false(found: Found) -> None:
    nobody = found[NOBODY]
    counts = {
        "orders", "spend_total", "returns_365", "returns_faulty_365", "contracts", "used_28", "open_complaints",
        "open_questions", "incidents_open", "promises_open", "promises_broken", "referrals", "ideas", "answers_given",
        "community_score", "contacts_7", "contacts_window", "contacts_365", "asks_365", "gives_365", "replies_365", "clv",
        "clv_low", "clv_high", "expected_spend", "expected_orders", "value_at_risk", "referral_value", "value_of_knowing",
    }  # fmt: skip
    flags = {name for name, one in PROFILE.items() if one.kind == "flag"} - {"would_recommend"}
    told = {
        "standing": "unknown",
        "feels": "unknown",
        "speaks": "unknown",
        "time_zone": "Asia/Tokyo",
        "anchor": "a-nobody",
    }
    told["unit"] = told["anchor"]
    has(nobody, **(dict.fromkeys(counts, 0) | dict.fromkeys(flags, False) | told))
    assert {name for name, value in nobody.items() if value is not None} == counts | flags | told.keys()


ROSA = case(
    "rosa",
    people=[{
        "anchor": "a1", "name": "Rosa Haddad", "city": "Wien", "country": "Österreich", "company_id": "c1",
        "household_id": "h1", "owner": "Ada Smith", "first_seen": ago(500),
    }],
    companies=[{"company_id": "c1", "name": "Acme Labs"}],
    records=[{"given_name": "R"}, {"given_name": "Rosa"}, {"given_name": "Rosamund", "role": "customer"}],
    voice=[{"language": "de", "occurred_at": ago(9)}, {"language": "de", "occurred_at": ago(8)},
           {"language": "en", "occurred_at": ago(7)}],
)  # fmt: skip


def test_who_somebody_is_comes_from_the_best_version_and_the_records(found: Found) -> None:
    has(
        found[ROSA], anchor="a1", unit="c1", name="Rosa Haddad", first_name="Rosa", city="Wien", country="AT",
        language="de", time_zone="Europe/Vienna", company="Acme Labs", owner="Ada Smith", known_to="Ada Smith",
        first_seen_on=day_ago(500), is_customer=False, days_since_word=7,
    )  # fmt: skip


LANDS = [
    ("DE", "DE", "Europe/Berlin"),  # Büsingen has the same clock
    ("Vereinigtes Königreich", "GB", "Europe/London"),
    ("USA", "US", "Asia/Tokyo"),  # many clocks: the company's
    ("Atlantis", "Atlantis", "Asia/Tokyo"),
]
for land, _, _ in LANDS:
    case(f"of {land}", people=[{"anchor": "a", "name": "Kim", "country": land, "household_id": "h1", "language": "en"}])


@pytest.mark.parametrize(("country", "code", "zone"), LANDS)
def test_a_country_with_one_clock_gives_the_zone(found: Found, country: str, code: str, zone: str) -> None:
    has(found[f"of {country}"], country=code, time_zone=zone, unit="h1", first_name="Kim", language="en")


WORTH = {
    "clv": 90.0, "clv_low": 40.0, "clv_high": 200.0, "expected_spend": 100.0, "expected_orders": 2.0, "p_alive": 0.9,
    "value_at_risk": 10.0, "rank": 2, "growth": 0.5, "headroom": 30.0, "referral_value": 7.0, "p_top_decile_year": 0.4,
    "orders": 3, "spend_total": 120, "returned_share": 0.1, "contracts": 1,
}  # fmt: skip
STOOD = {
    "standing": "loyal", "confidence": 0.7, "dissatisfied": 0.05, "actively_dissatisfied": 0.01, "loyal": 0.7,
    "advocate": 0.1, "feels": "attached", "speaks": "silent", "would_recommend": True, "does_recommend": True,
    "stage": "action", "moved_from": "neutral",
}  # fmt: skip
WORTHY = case(
    "worthy",
    worth=[WORTH],
    standing=[STOOD | {"since": day_ago(40)}],
    alarms=[
        {"kind": "warning", "says": "complained", "since": day_ago(3)},
        {"kind": "fell", "says": "was loyal", "since": day_ago(120)},
    ],
    asks=[{"question": "Has it been put right?", "value_of_knowing": 12.0}],
)
for place, (clv, rank) in enumerate([(100.0, 1), (1.0, 3), (1.0, 4), (1.0, 5), (0.0, 6)]):
    case(f"ranked {place}", worth=[{"clv": clv, "rank": rank}], alarms=[{"kind": "fell", "since": day_ago(90)}])


def test_worth_and_standing_are_as_the_rooms_before_say(found: Found) -> None:
    has(found[WORTHY], **WORTH, **STOOD)
    has(
        found[WORTHY], rank_share=2 / 5, days_in_standing=40, fell_days=3, why_fell="complained",
        ask="Has it been put right?", value_of_knowing=12.0, is_customer=True,
    )  # fmt: skip
    assert found["ranked 4"]["rank_share"] is None  # of no worth
    assert found["ranked 0"]["fell_days"] is None  # too long ago


BUYER = case(
    "buyer",
    dated=orders(361, 61, 31, 11),
    order_lines=[
        {"order_id": "o0", "product_id": "7", "product": "Tea"}, {"order_id": "o1", "product_id": "7", "product": "Tea"},
        {"order_id": "o2", "product": "Cup"},
        *({"order_id": order, "product": "Pregnancy test"} for order in ("o1", "o2", "o3")),
        *({"order_id": order, "product": "Secret gift"} for order in ("o1", "o2", "o3")),
    ],
    returns=[
        {"occurred_at": ago(20), "reason": "Arrived broken"}, {"occurred_at": ago(30), "reason": "changed my mind"},
        {"occurred_at": ago(400), "reason": "Arrived broken"},
    ],
    subscriptions=[{"started_at": ago(300), "ended_at": ago(50)}, {"started_at": ago(900), "ended_at": ago(600)}],
)  # fmt: skip
TWICE = case("twice", dated=orders(40, 30), order_lines=[{"order_id": "o0", "product": "Tea"}])
TRIES = case("tries", subscriptions=[{"started_at": ago(9), "status": "trialing"}])
RUNS = case(
    "runs",
    worth=[{"contracts": 1}],
    subscriptions=[{"started_at": ago(9)}, {"started_at": ago(99), "ended_at": ago(9)}],
)


def test_what_somebody_bought_is_counted_by_days(found: Found) -> None:
    has(
        found[BUYER], days_since_purchase=11, usual_gap=30, first_year=day_ago(361).year, favourite_thing="Tea",
        returns_365=2, returns_faulty_365=1, contract_ended_days=50, contracts=0, is_customer=True,
        coming_occasion="1 year with us",
    )  # fmt: skip


def test_two_purchases_have_no_usual_gap_and_a_thing_bought_once_is_no_favourite(found: Found) -> None:
    has(found[TWICE], usual_gap=None, favourite_thing=None, coming_occasion=None, is_customer=True)


def test_a_trial_is_no_purchase_and_with_a_contract_that_runs_none_has_ended(found: Found) -> None:
    has(found[TRIES], is_customer=False, contract_ended_days=None)
    has(found[RUNS], is_customer=True, contracts=1, contract_ended_days=None)


CAME = [
    (date(2024, 6, 30), "2 years with us"),
    (date(2025, 7, 6), "1 year with us"),
    (date(2025, 7, 7), None),
    (date(2026, 6, 30), None),
]
for day, _ in CAME:
    case(f"came {day}", dated=[orders(5)[0] | {"day": day}])


@pytest.mark.parametrize(("came", "says"), CAME)
def test_years_with_us_are_met_within_seven_days(found: Found, came: date, says: str | None) -> None:
    has(found[f"came {came}"], coming_occasion=says)


USES = case(
    "uses",
    usage=[
        *({"event": "list", "occurred_at": ago(3)} for _ in range(2)),
        *({"event": event, "occurred_at": ago(days)} for event, days in [
            ("cart", 3), ("cart", 20), ("app", 80), ("app", 60), ("app", 60), ("Depression test", 1),
            ("Depression test", 2), ("old", 100), ("old", 101), ("old", 400),
        ]),
    ],
)  # fmt: skip


def test_use_is_counted_and_features_are_what_was_used_on_two_days(found: Found) -> None:
    has(found[USES], used_28=6, used_before=5 / 6, features=["app", "cart"])


SPEAKS = case(
    "speaks",
    voice=[
        {"fact_id": "c1", "occurred_at": ago(30), "intents": "complaint", "topic": "delivery"},
        {"fact_id": "c2", "occurred_at": ago(9), "intents": "leaving", "topic": "price"},
        {"fact_id": "w1", "occurred_at": ago(12), "intents": "praise", "public": True,
         "employees": '[{"name": "Ada Smith", "praised": true}, {"name": "Bo Berg", "praised": true}]'},
        {"fact_id": "w2", "occurred_at": ago(8), "intents": "thanks", "sensitive": True},
    ],
    waiting=[
        {"fact_id": "c1", "kind": "complaint", "occurred_at": ago(30), "waited_days": 30},
        {"fact_id": "c2", "kind": "complaint", "occurred_at": ago(9), "waited_days": 9},
        {"fact_id": "q1", "kind": "question", "occurred_at": ago(4), "waited_days": 4},
    ],
    ratings=[
        {"scale": "nps", "score": 9.0, "occurred_at": ago(100), "source": "form"},
        {"scale": "stars", "score": 2.0, "occurred_at": ago(5), "source": "form"},
    ],
    hard=[{"occurred_at": ago(91)}, {"occurred_at": ago(95)}],
    testimonials=[{"state": "ask"}],
)  # fmt: skip
PRIVATE = case(
    "private",
    voice=[{"fact_id": "x1", "occurred_at": ago(3), "intents": "complaint", "topic": "sensitive", "sensitive": True}],
    waiting=[{"fact_id": "x1", "kind": "complaint", "occurred_at": ago(3), "waited_days": 3}],
    hard=[{"occurred_at": ago(92)}],
)


def test_words_and_ratings_are_summed_up(found: Found) -> None:
    has(
        found[SPEAKS], days_since_word=8, open_complaints=2, oldest_complaint_days=30, complaint_topic="delivery",
        open_questions=1, oldest_question_days=4, days_since_praise=12, praise_public=True, praised_employee="Ada Smith",
        threatened_days=9, last_nps=9, rated_days=5, rated_low=True, hard_days=91, testimonial="ask",
        known_to="Ada Smith",
    )  # fmt: skip


def test_of_a_private_complaint_it_is_not_said_what_it_is_about(found: Found) -> None:
    has(found[PRIVATE], open_complaints=1, complaint_topic=None, hard_days=None)


LOW = {"scale": "csat", "score": 1.0, "occurred_at": ago(5), "source_id": "s0"}
case("low", ratings=[LOW])
case("low with words", ratings=[LOW], voice=[{"source_id": "s0", "occurred_at": ago(5)}])
case("middling", ratings=[LOW | {"score": 3.0}])
case("low before", ratings=[LOW, {"scale": "nps", "score": 10.0, "occurred_at": ago(1)}])


def test_a_low_rating_with_words_is_not_a_silent_one_and_a_middling_one_is_not_low(found: Found) -> None:
    told = {name: found[name]["rated_low"] for name in ("low", "low with words", "middling", "low before")}
    assert told == {"low": True, "low with words": False, "middling": False, "low before": False}


OWED = case(
    "owed",
    incidents=[
        {"kind": "late delivery", "occurred_at": ago(40), "severity": 3},
        {"kind": "wrong bill", "occurred_at": ago(20), "severity": 2},
        {"kind": "outage", "occurred_at": ago(90), "settled_at": ago(15)},
        {"kind": "price rise", "occurred_at": ago(1)},
        {"kind": "kept promise", "occurred_at": ago(1), "severity": 0},
        {"kind": "outage", "occurred_at": ago(181)},
    ],
    promises=[
        {"what": "a visit", "state": "open", "due_at": ago(-2), "employee": "Bo"},
        {"what": "a refund", "state": "broken", "due_at": ago(5), "employee": "Ada"},
        {"what": "a call", "state": "kept", "due_at": ago(9), "employee": "Cy"},
    ],
)
AHEAD = case("ahead", promises=[{"what": "a visit", "due_at": ago(-2), "employee": "Bo"}])


def test_what_we_owe_is_what_went_wrong_and_what_we_promised(found: Found) -> None:
    has(
        found[OWED], incidents_open=2, incident="wrong bill", incident_days=20, incident_severity=2, settled_days=15,
        promises_open=1, promises_broken=1, promise="a refund", promise_due_days=-5, promised_by="Ada",
    )  # fmt: skip
    has(found[AHEAD], promise="a visit", promise_due_days=2, promises_broken=0, incident=None, settled_days=None)


GAVE: dict[str, Any] = {
    "brought": [{"person_id": "friend", "occurred_at": ago(30)}],
    "ideas": [
        {"title": "Refills", "occurred_at": ago(300), "status": "shipped", "shipped_at": ago(20)},
        {"title": "Lids", "occurred_at": ago(200), "status": "open"},
    ],
    "community": [{"answers": 4, "score": 2.5}],
}
for name, contacts in {
    "unthanked": [],
    "thanked early": [{"kind": "thank", "occurred_at": ago(25)}],
    "thanked late": [{"kind": "thank", "occurred_at": ago(10)}],
    "given": [{"kind": "give", "occurred_at": ago(10)}],
}.items():
    brought = [row | {"referrer_id": name} for row in GAVE["brought"]]
    case(name, **(GAVE | {"brought": brought, "contacts": contacts}))


def test_what_they_gave_is_thanked_only_if_thanks_came_after_it(found: Found) -> None:
    """S0.38: credit and thank the people whose idea shipped; S0.35: thank for referrals."""
    has(
        found["unthanked"], referrals=1, referral_days=30, referral_unthanked=True, ideas=2, idea_shipped="Refills",
        idea_shipped_days=20, answers_given=4, community_score=2.5, days_since_thanked=None,
    )  # fmt: skip
    has(found["thanked early"], referral_unthanked=False, idea_shipped="Refills", days_since_thanked=25)
    has(found["thanked late"], referral_unthanked=False, idea_shipped=None, idea_shipped_days=None)
    has(found["given"], referral_unthanked=True, idea_shipped="Refills", days_since_given=10, days_since_thanked=None)


REACHED = case(
    "reached",
    contacts=[
        {"source": "byname", "team": "sales", "kind": "ask", "channel": "phone", "occurred_at": ago(3)},
        {"source": "mailer", "team": "marketing", "channel": "email", "campaign": "May", "occurred_at": ago(20)},
        {"source": "mailer", "kind": "give", "channel": "letter", "occurred_at": ago(200)},
        {"source": "desk", "team": "service", "channel": "email", "occurred_at": ago(1)},
        {"source": "desk", "kind": "service", "purpose": "marketing", "occurred_at": ago(2)},
        {"source": "mailer", "kind": "news", "purpose": "contract", "occurred_at": ago(366)},
        {"source": "byname", "kind": "ask", "arm": "held out", "occurred_at": ago(0)},
    ],
)


def test_contacts_of_all_teams_and_tools_are_counted_together_and_service_apart(found: Found) -> None:
    """S2.7: one budget a person over all channels, teams and people."""
    has(
        found[REACHED], contacts_7=1, contacts_window=2, contacts_365=3, days_since_contact=1, asks_365=1, gives_365=1,
        days_since_asked=3, days_since_given=200, days_since_thanked=None,
    )  # fmt: skip


def test_the_window_is_the_companys_own_and_days_are_days_there(duck_engine: Engine) -> None:
    contacts = [{"kind": "news", "occurred_at": ago(days)} for days in (1, 12, 14)]
    late = {"kind": "news", "occurred_at": ago(1, hour=20)}  # in Tokyo that is today
    world = World(
        duck_engine, {"p1": {"contacts": contacts}, "p2": {"contacts": [late]}},
        {"plan": {"days": 14}, "zone": "Asia/Tokyo"},
    )  # fmt: skip
    found = profiled(world)
    has(found["p1"], contacts_window=2, days_since_contact=1)
    has(found["p2"], contacts_window=1, days_since_contact=0)


def test_what_came_back_is_found_by_our_id_or_the_sources_and_shares_of_few_are_drawn_in(duck_engine: Engine) -> None:
    sent = {"channel": "email", "occurred_at": ago(9), "source": "mailer"}
    mine = {
        "contacts": [sent | {"fact_id": "k1", "source_id": "m1"}, sent | {"fact_id": "k3", "source_id": "m3"}],
        "answers": [
            {"contact_id": "k1", "kind": "opened", "occurred_at": ago(8)},
            {"contact_id": "m3", "kind": "replied", "occurred_at": ago(7), "source": "another tool"},
            {"contact_id": "m3", "kind": "replied", "occurred_at": ago(400), "source": "another tool"},
            {"contact_id": "nothing", "kind": "unsubscribed", "occurred_at": ago(6)},
        ],
    }
    others = {"contacts": [sent | {"fact_id": "k2", "source_id": "m2"}]}
    found = profiled(World(duck_engine, {"p1": mine, "p2": others}))["p1"]
    # two of all three contacts were opened; this person's two are drawn to that as by five
    assert found["opened_share"] == pytest.approx((2 + 5 * 2 / 3) / (2 + 5))
    has(found, replies_365=1, unsubscribed_days=6)


WITHDREW = {"channel": "phone", "purpose": "marketing", "address": "", "state": "withdrawn", "since": ago(12)}
case("withdrew", consents=[WITHDREW])
case("no tick", consents=[WITHDREW | {"state": "not given"}])
case("withdrew long ago", consents=[WITHDREW | {"since": ago(180)}])


def test_who_withdrew_has_unsubscribed_whatever_the_channel(found: Found) -> None:
    has(found["withdrew"], unsubscribed_days=12, too_much=True)
    has(found["no tick"], unsubscribed_days=None, too_much=False)
    has(found["withdrew long ago"], unsubscribed_days=180, too_much=False)
