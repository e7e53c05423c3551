"""What somebody does not want to hear of is not spoken of with them (S2.3, S2.6, S4.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.plan.gate_made import World as Gated
from tests.plan.gate_made import put
from tests.plan.profile_made import World, ago

from byname.engines import Engine
from byname.errors import PlaybookError
from byname.plan.effects import believed
from byname.plan.offered import offered
from byname.plan.pace import pace
from byname.plan.profile import profile
from byname.plan.relations import known_to, meetings
from byname.plan.topic_wishes import unwanted
from byname.plan.touches import touches
from byname.playbooks.loading import load, loaded, shipped_folder


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("not about machines", ("not about machines",)),
        ("new teas, nothing about machines", ("nothing about machines",)),
        ("tea but no offers", ("no offers",)),
        ("Retouren: bitte nie", ("retouren: bitte nie",)),
        ("Kaffee, aber keine Maschinen", ("keine maschinen",)),
        ("no jobs; no previews", ("no jobs", "no previews")),
        ("not only tea", ()),
        ("machines", ()),
        ("", ()),
    ],
)
def test_a_topic_that_is_not_wanted_is_told_from_one_that_is(value: str, found: tuple[str, ...]) -> None:
    assert unwanted(value) == found


def test_it_is_a_dislike_in_their_pace_and_a_liked_one_is_none(duck_engine: Engine) -> None:
    def said(kind: str, value: str, **more: Any) -> dict[str, Any]:
        return {"kind": kind, "value": value, "occurred_at": ago(9), **more}

    cases = {
        "both": {"preferences": [said("topic", "tea, no previews"), said("dislike", "gifts")]},
        "likes": {"preferences": [said("topic", "previews")]},
        "over": {"preferences": [said("topic", "no previews", until=ago(1))]},
    }
    world = World(duck_engine, {who: {"people": [{"anchor": who}], **rows} for who, rows in cases.items()})
    given, day = world.sources(), world.day()
    touched = touches(duck_engine, given.facts, given.record_person, day)
    known = known_to(duck_engine, given, meetings(duck_engine, given, touched, day), day)
    people = profile(duck_engine, given, touched, known, day)
    rows = duck_engine.fetch(pace(duck_engine, given, touched, people, day, salt="x").table)
    found = {row["person_id"]: row["dislikes"] for row in rows.to_pylist()}
    assert found == {"both": ["gifts", "no previews"], "likes": None, "over": None}


def test_the_gate_says_no_to_what_a_shipped_playbook_speaks_of(duck_engine: Engine) -> None:
    books = load(None)
    shipped = {row["action"]: row for row in offered(books, believed(books, {}), _settings()).to_pylist()}
    assert shipped["preview"]["topics"] == ["previews", "new products", "beta"]
    assert shipped["greet-the-neglected"]["topics"] == []
    plays = {name: {"topics": shipped[name]["topics"]} for name in ("preview", "greet-the-neglected")}
    world = Gated(
        offers=plays,
        people={"p1": {}, "p2": {}},
        pace={"p1": {"dislikes": ["nothing about new products"]}},
        ways={"p1": {"email": {}}},
        matched=[("p1", name) for name in plays],
    )
    found = put(duck_engine, world)
    assert {action for _, action, _ in found.candidates} == {"greet-the-neglected"}


def test_topics_are_words(tmp_path: Path) -> None:
    told = (shipped_folder() / "preview.toml").read_text("utf-8")
    path = tmp_path / "preview.toml"
    path.write_text(told.replace('topics = ["previews", "new products", "beta"]', 'topics = "previews"'), "utf-8")
    with pytest.raises(PlaybookError, match="topics"):
        loaded(path)
    path.write_text(told.replace('topics = ["previews", "new products", "beta"]\n', ""), "utf-8")
    assert loaded(path).topics == ()


def _settings() -> Any:
    from byname.company import Settings

    return Settings(name="Acme")
