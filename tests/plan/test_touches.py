"""Every contact that reached a person, and a source's word for its channel."""

from __future__ import annotations

from typing import cast

import pytest
from tests.plan.profile_made import Once, World, ago

from byname.engines import Engine
from byname.plan.channels import CHANNELS, folded, named_in
from byname.plan.touches import touches


def test_channels_are_called_alike_whatever_the_source_calls_them(duck_engine: Engine) -> None:
    written = {
        "email": "email", "E-Mail": "email", "mail": "email", "Text_Message": "sms", "Telefon": "phone", "Post": "letter",
        "in person": "in_person", "in_person": "in_person", "WhatsApp": "whatsapp", "Fax": "fax", "": "",
    }  # fmt: skip
    contacts = [{"fact_id": word or "none", "channel": word or None, "occurred_at": ago(1)} for word in written]
    engine = cast("Engine", Once(duck_engine))
    world = World(engine, {"p1": {"contacts": contacts}})
    given, day = world.sources(), world.day()
    rows = engine.fetch(touches(engine, given.facts, given.record_person, day).contacts).to_pylist()
    found = {row["fact_id"]: row["channel"] for row in rows}
    assert found == {word or "none": channel or None for word, channel in written.items()}


def test_an_answer_to_one_tools_number_is_not_another_persons(duck_engine: Engine) -> None:
    """Two tools number from one on: an answer without its source goes to the person's own contact."""
    contact = {"source_id": "1", "channel": "email", "occurred_at": ago(9)}
    answer = {"contact_id": "1", "kind": "clicked", "source": "tracker", "occurred_at": ago(8)}
    world = World(
        duck_engine,
        {
            "p1": {"contacts": [contact | {"fact_id": "k1", "source": "a"}], "answers": [answer]},
            "p2": {"contacts": [contact | {"fact_id": "k2", "source": "b"}]},
        },
    )
    given, day = world.sources(), world.day()
    found = touches(duck_engine, given.facts, given.record_person, day)
    answered = {row["person_id"]: row["answered"] for row in duck_engine.fetch(found.contacts).to_pylist()}
    assert answered == {"p1": True, "p2": False}
    assert [row["person_id"] for row in duck_engine.fetch(found.responses).to_pylist()] == ["p1"]


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("Bitte per E-Mail", {"email"}),
        ("postal mail", {"letter"}),
        ("sms or a call", {"sms", "phone"}),
        ("carrier", set()),
    ],
)
def test_a_channel_is_known_in_a_sentence(text: str, channels: set[str]) -> None:
    assert named_in(text) == channels
    assert channels <= set(CHANNELS)
    assert folded(text) == folded(folded(text))
