"""By which channels people can be reached, may be, want to be, and answer."""

from __future__ import annotations

from typing import Any, cast

import pytest
from tests.plan.profile_made import Once, Rows, World, ago

from byname.engines import Engine
from byname.plan.reach import reach
from byname.plan.touches import touches

type Found = dict[tuple[str, str], dict[str, Any]]

CASES: dict[str, Rows] = {}


def case(name: str, *, email: str | None = None, phone: str | None = None, **rows: list[dict[str, Any]]) -> str:
    CASES[name] = {"people": [{"anchor": name, "email": email, "phone": phone}]} | rows
    return name


def consent(state: str, channel: str = "email", address: str = "", purpose: str = "marketing") -> dict[str, Any]:
    return {"channel": channel, "purpose": purpose, "address": address, "state": state, "since": ago(9)}


def wish(kind: str, value: str, days: int = 9, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "value": value, "occurred_at": ago(days), **more}


@pytest.fixture(scope="module")
def made(duck_engine: Engine) -> tuple[Found, list[tuple[str, str]]]:
    engine = cast("Engine", Once(duck_engine))
    world = World(engine, CASES)
    given, day = world.sources(), world.day()
    found = reach(engine, given, touches(engine, given.facts, given.record_person, day), day)
    rows = engine.fetch(found.table).to_pylist()
    by_channel = {(row.pop("person_id"), row.pop("channel")): row for row in rows}
    assert len(by_channel) == len(rows)
    return by_channel, found.report


@pytest.fixture
def found(made: tuple[Found, list[tuple[str, str]]]) -> Found:
    return made[0]


def channels(found: Found, who: str) -> set[str]:
    return {channel for person, channel in found if person == who}


case("nothing")
case("letters")
CASES["letters"]["people"][0].update(street="1 High Street", city="York", postcode="Y1", country="GB")  # type: ignore[attr-defined]
case("half an address")
CASES["half an address"]["people"][0].update(street="1 High Street")  # type: ignore[attr-defined]
case("phoned", phone="030 123-4567")
case("chats", phone="030 1", consents=[consent("given", "whatsapp", "0301")])
case(
    "comes",
    dated=[{"source_id": "o1", "occurred_at": ago(9), "day": ago(9).date(), "amount": 1}],
    orders=[{"source_id": "o1", "channel": "Till"}],
)


def test_there_is_a_row_only_where_somebody_can_be_reached(found: Found) -> None:
    assert channels(found, "nothing") == channels(found, "half an address") == set()
    assert found["letters", "letter"]["address"] == "1 High Street, Y1, York, GB"
    assert channels(found, "phoned") == {"phone", "sms"}  # nobody knows that they chat
    assert channels(found, "chats") == {"phone", "sms", "whatsapp"}
    assert channels(found, "comes") == {"in_person"}
    assert found["comes", "in_person"]["address"] is None


case(
    "agreed",
    email="A@x.test",
    consents=[consent("given", address="a@x.test"), consent("not given", address="a@x.test", purpose="feedback")],
)
case("agreed elsewhere", email="a@x.test", consents=[consent("given", address="b@x.test")])
case("agreed somewhere", email="a@x.test", consents=[consent("given")])
case(
    "withdrew",
    email="a@x.test",
    consents=[consent("withdrawn", address="b@x.test"), consent("given", address="a@x.test", purpose="service")],
)
case("phone agreed", phone="+49 30 (12)", consents=[consent("given", "phone", "+493012")])
case("letter agreed", consents=[consent("given", "letter", "somewhere else")])
CASES["letter agreed"]["people"][0].update(street="1 High Street", city="York")  # type: ignore[attr-defined]


def test_given_belongs_to_an_address_and_withdrawn_to_the_person(found: Found) -> None:
    agreed = found["agreed", "email"]
    assert (agreed["marketing"], agreed["feedback"], agreed["service"]) == ("given", "not given", "not given")
    elsewhere = found["agreed elsewhere", "email"]
    assert (elsewhere["address"], elsewhere["marketing"]) == ("b@x.test", "given")
    assert found["agreed somewhere", "email"]["marketing"] == "given"
    withdrew = found["withdrew", "email"]
    assert (withdrew["marketing"], withdrew["service"]) == ("withdrawn", "given")
    assert found["phone agreed", "phone"]["marketing"] == "given"
    assert found["phone agreed", "sms"]["marketing"] == "not given"  # another channel
    assert found["letter agreed", "letter"]["marketing"] == "given"


_OWN = "their own correction"
case(
    "moved", email="new@x.test", consents=[consent("given", address="old@x.test"), consent("given", purpose="service")]
)
case("moved and agreed", email="new@x.test", consents=[consent("given", address="new@x.test")])
case("moved and withdrew", email="new@x.test", consents=[consent("withdrawn", address="old@x.test")])
case("another number", phone="+49 30 2", consents=[consent("given", "sms", "+49301")])
case("another house")
for _who in ("moved", "moved and agreed", "moved and withdrew"):
    CASES[_who]["people"][0].update(email_from=_OWN)  # type: ignore[attr-defined]
CASES["another number"]["people"][0].update(phone_from=_OWN)  # type: ignore[attr-defined]
CASES["another house"]["people"][0].update(street="7 Low Road, Bonn", address_from=_OWN)  # type: ignore[attr-defined]


def test_a_corrected_address_is_the_only_one_and_no_yes_moves_to_it(found: Found) -> None:
    """GDPR 16; TERMS: given belongs to an address."""
    moved = found["moved", "email"]
    assert (moved["address"], moved["marketing"], moved["service"]) == ("new@x.test", "not given", "not given")
    assert found["moved and agreed", "email"]["marketing"] == "given"
    assert found["moved and withdrew", "email"]["marketing"] == "withdrawn"
    assert (found["another number", "sms"]["address"], found["another number", "sms"]["marketing"]) == (
        "+49 30 2",
        "not given",
    )
    assert found["another house", "letter"]["address"] == "7 Low Road, Bonn"


case("wants letters", email="a@x.test", preferences=[wish("channel", "email", 90), wish("channel", "no email", 9)])
case("changed back", email="a@x.test", preferences=[wish("channel", "no email", 90), wish("channel", "email", 9)])
case("at once", email="a@x.test", preferences=[wish("channel", "no email"), wish("channel", "email")])
case("objects", email="a@x.test", phone="1", preferences=[wish("objection", "email")])
case("objected once", email="a@x.test", preferences=[wish("objection", "marketing", until=ago(1))])
case("to profiling", email="a@x.test", preferences=[wish("objection", "profiling", until=ago(-1))])
case("by fax", email="a@x.test", preferences=[wish("channel", "fax")])


def test_of_what_was_asked_and_refused_the_latest_holds(made: tuple[Found, list[tuple[str, str]]]) -> None:
    """S1.18: asked."""
    found, report = made
    said = {
        name: (found[name, "email"]["asked"], found[name, "email"]["refused"])
        for name in ("wants letters", "changed back", "at once", "by fax")
    }
    assert said == {
        "wants letters": (False, True),
        "changed back": (True, False),
        "at once": (False, True),
        "by fax": (False, False),
    }
    assert report == [("wishes about channels", "1 could not be read and change nothing: a person should look")]


def test_an_objection_holds_for_its_channels_until_it_ends(found: Found) -> None:
    assert found["objects", "email"]["objected"]
    assert not found["objects", "phone"]["objected"]
    assert not found["objected once", "email"]["objected"]
    assert found["to profiling", "email"]["objected"]


def sent(
    who: str, times: int, answered: int, channel: str = "email", kind: str = "replied"
) -> dict[str, list[dict[str, Any]]]:
    contacts = [{"fact_id": f"{who}{place}", "channel": channel, "occurred_at": ago(20)} for place in range(times)]
    answers = [{"contact_id": f"{who}{place}", "kind": kind, "occurred_at": ago(19)} for place in range(answered)]
    return {
        "contacts": [*contacts, {"fact_id": f"{who}-old", "channel": channel, "occurred_at": ago(365)}],
        "answers": answers,
    }


case("answers", email="a@x.test", **sent("answers", 6, 5))
case("opens", email="a@x.test", **sent("opens", 6, 5, kind="opened"))
case("asked and silent", email="a@x.test", preferences=[wish("channel", "email")], **sent("silent", 6, 0))
case("never reached", email="a@x.test")
case("writes", email="a@x.test", voice=[{"channel": "mail", "occurred_at": ago(9)} for _ in range(6)])


def test_who_asked_likes_a_channel_best_then_who_answers(found: Found) -> None:
    """S1.18: asked goes before observed."""
    liking = {
        who: found[who, "email"]["liking"]
        for who in ("asked and silent", "answers", "writes", "never reached", "opens")
    }
    assert (
        liking["asked and silent"]
        >= 0.5
        > liking["writes"]
        > liking["answers"]
        > liking["never reached"]
        > liking["opens"]
        > 0
    )
    assert found["wants letters", "email"]["liking"] == 0
    assert (found["answers", "email"]["sent"], found["answers", "email"]["answered"]) == (6, 5)
    assert found["opens", "email"]["answered"] == 0  # to open is not to answer


def test_liking_is_drawn_to_what_the_channel_brings_from_all(found: Found) -> None:
    of = [row for (_, channel), row in found.items() if channel == "email"]
    answered, reached = sum(row["answered"] for row in of) + 6, sum(row["sent"] for row in of) + 6
    usual = (answered + 1) / (reached + 10)
    assert found["never reached", "email"]["liking"] == pytest.approx(0.5 * usual)
    assert found["answers", "email"]["liking"] == pytest.approx(0.5 * (5 + 5 * usual) / (6 + 5))


def back(kind: str, days: int, address: str | None = "a@x.test") -> dict[str, Any]:
    return {"kind": kind, "occurred_at": ago(days), "address": address}


case("bounced", email="A@x.test", answers=[back("opened", 30), back("bounced", 20)])
case("bounced once", email="a@x.test", answers=[back("bounced", 30), back("clicked", 20)])
case("another bounced", email="a@x.test", answers=[back("bounced", 20, "b@x.test")])
case("moved on", email="a@x.test", answers=[back("bounced", 20)], consents=[consent("given", address="b@x.test")])


def test_an_address_whose_latest_bounced_is_left_for_another_that_they_agreed_to(found: Found) -> None:
    told = {who: found[who, "email"]["bounced"] for who in ("bounced", "bounced once", "another bounced", "moved on")}
    assert told == {"bounced": True, "bounced once": False, "another bounced": False, "moved on": False}
    assert found["moved on", "email"]["address"] == "b@x.test"
