# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""Each text is read once, whatever refreshes come; what staff said of it holds; names are masked."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.standing.made import UNTIL, facts, links

from byname.engines import Engine
from byname.voice import room
from byname.voice.labels import labelled
from byname.voice.reader import Reader
from byname.voice.room import Voiced, voiced
from byname.voice.training import Kept, names_of, reader_of

SAD = "This is the worst service ever, my parcel never arrived and nobody answers. I am very angry."
GLAD = "Thank you so much, I love it, everything was wonderful and I am very happy!"


def given(engine: Engine, messages: list[dict[str, Any]], **others: list[dict[str, Any]]) -> dict[str, Any]:
    hashed = [
        {"row_hash": f"h{place}{row.get('text')}", "medium": "ticket"} | row for place, row in enumerate(messages)
    ]
    names = ("ratings", "decisions", "records")
    return {"messages": facts(engine, "messages", *hashed)} | {
        name: facts(engine, name, *others.get(name, [])) for name in names
    }


def read(engine: Engine, made: dict[str, Any], cache: Path, reader: Reader | None = None) -> Voiced:
    known = links(engine, "p1", "p2")
    labels = labelled(engine, made, known, until=UNTIL)
    return voiced(engine, made, known, reader or Reader.cold(), labels, cache, until=UNTIL)


def rows(engine: Engine, found: Voiced) -> list[dict[str, Any]]:
    return engine.fetch(found.table, order_by=("fact_id",)).to_pylist()


def test_a_text_that_was_read_is_not_read_again(duck_engine: Engine, tmp_path: Path) -> None:
    first = read(duck_engine, given(duck_engine, [{"text": SAD}, {"text": GLAD}]), tmp_path)
    assert (first.texts, first.fresh) == (2, 2)
    again = read(duck_engine, given(duck_engine, [{"text": SAD}, {"text": GLAD}, {"text": "New here."}]), tmp_path)
    assert (again.texts, again.fresh) == (3, 1)
    assert rows(duck_engine, again)[:2] == rows(duck_engine, first)
    assert rows(duck_engine, first)[0]["negative"] > 0.6
    assert rows(duck_engine, first)[1]["positive"] > 0.6


def test_another_reader_reads_all_anew_and_leaves_nothing_of_the_one_before(
    duck_engine: Engine, tmp_path: Path
) -> None:
    made = given(duck_engine, [{"text": SAD}])
    read(duck_engine, made, tmp_path)
    found = read(duck_engine, made, tmp_path, Reader.cold(("Ada Smith",)))
    assert found.fresh == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_many_small_files_of_readings_become_one(
    duck_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_FILES", 3)
    for count in range(1, 7):
        found = read(duck_engine, given(duck_engine, [{"text": f"word {n}"} for n in range(count)]), tmp_path)
        assert (found.texts, found.fresh) == (count, 1)
    assert len(list((tmp_path / Reader.cold().version).glob("*.parquet"))) <= 3


def test_two_refreshes_that_kept_the_same_reading_count_it_once(duck_engine: Engine, tmp_path: Path) -> None:
    made = given(duck_engine, [{"text": SAD}])
    read(duck_engine, made, tmp_path)
    (kept,) = (tmp_path / Reader.cold().version).glob("*.parquet")
    (kept.parent / "000002.parquet").write_bytes(kept.read_bytes())
    assert read(duck_engine, made, tmp_path).texts == 1


def test_words_of_nobody_known_and_of_tomorrow_are_not_read(duck_engine: Engine, tmp_path: Path) -> None:
    made = given(duck_engine, [{"text": SAD, "record_id": "stranger"}, {"text": GLAD, "occurred_at": UNTIL}])
    assert read(duck_engine, made, tmp_path).texts == 0


def test_the_title_of_a_survey_is_our_question_and_not_their_word(duck_engine: Engine, tmp_path: Path) -> None:
    title = "What is the worst thing about our terrible service?"
    found = read(duck_engine, given(duck_engine, [{"medium": "survey", "subject": title, "text": GLAD}]), tmp_path)
    (row,) = rows(duck_engine, found)
    assert row["positive"] > 0.6
    assert "worst" not in row["masked"]


def test_what_staff_said_of_a_text_holds_for_it(duck_engine: Engine, tmp_path: Path) -> None:
    fact = "f" * 32
    said = [
        {"kind": "label", "value": f"{fact} not complaint", "occurred_at": datetime(2026, 6, 10)},
        {"kind": "label", "value": f"{fact} negative", "occurred_at": datetime(2026, 6, 10)},
        {"kind": "label", "value": f"{fact} positive", "occurred_at": datetime(2026, 6, 11)},
        {"kind": "note", "value": "not about a text"},
    ]
    made = given(duck_engine, [{"text": SAD, "fact_id": fact}, {"text": SAD}], decisions=said)
    mine, other = sorted(rows(duck_engine, read(duck_engine, made, tmp_path)), key=lambda row: row["fact_id"] != fact)
    assert (mine["positive"], mine["negative"], mine["complaint"]) == (1.0, 0.0, 0.0)
    assert "complaint" not in mine["intents"]
    assert mine["model"] == "corrected by hand"
    assert "complaint" in other["intents"]


def test_who_signs_is_masked_by_the_names_that_are_held(duck_engine: Engine, tmp_path: Path) -> None:
    record = {"record_id": "p1", "role": "customer", "name": "Rosa Haddad"}
    made = given(duck_engine, [{"text": f"{GLAD} Regards, Rosa Haddad, rosa@example.com"}], records=[record])
    names = names_of(duck_engine, made["records"], made["messages"], links(duck_engine, "p1"))
    assert names == {"rosa haddad"}
    (row,) = rows(duck_engine, read(duck_engine, made, tmp_path, Reader.cold((), names)))
    assert "Haddad" not in row["masked"]
    assert "rosa@" not in row["masked"]


def stars(count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Reviews in words of the company's own that no lexicon knows, with stars beside them."""
    messages, ratings = [], []
    for n in range(count):
        good, number = n % 2 == 0, {"source_id": f"s{n}", "record_id": "p1" if n % 4 < 2 else "p2"}
        messages.append(
            number | {"medium": "review", "text": f"the kettle {'zings' if good else 'glomps'} each day {n}"}
        )
        ratings.append(number | {"scale": "stars", "score": 5.0 if good else 1.0})
    return messages, ratings


def people(count: int) -> list[str]:
    return [f"r{n}" for n in range(count)]


def test_own_ratings_teach_words_that_no_lexicon_knows_and_the_reader_is_kept(duck_engine: Engine) -> None:
    messages, ratings = stars(240)
    for n, (one, other) in enumerate(zip(messages, ratings, strict=True)):
        one["record_id"] = other["record_id"] = f"r{n % 60}"
    made = given(duck_engine, messages, ratings=ratings)
    labels = labelled(duck_engine, made, links(duck_engine, *people(60)), until=UNTIL)
    assert labels.count == 240
    day = date(2026, 6, 30)
    kept = reader_of(duck_engine, labels, None, employees=(), names=frozenset(), semantic=None, as_of=day)
    assert kept.reader.model is not None, kept.says
    assert Kept.from_json(kept.to_json()).to_json() == kept.to_json()
    again = reader_of(duck_engine, labels, kept, employees=("Ada",), names=frozenset(), semantic=None, as_of=day)
    assert again.reader.model is kept.reader.model  # served, not learned again
    assert again.reader.employees == ("Ada",)
    earlier = reader_of(
        duck_engine, labels, kept, employees=(), names=frozenset(), semantic=None, as_of=date(2026, 1, 1)
    )
    assert earlier.trained_upto == date(2026, 1, 1)  # nothing is read with what was learned later


def test_a_rating_of_a_ticket_says_nothing_of_its_words(duck_engine: Engine) -> None:
    rating = {"source_id": "s0", "scale": "csat", "score": 5.0, "about_kind": "ticket", "about": "s0"}
    made = given(duck_engine, [{"text": SAD}], ratings=[rating])
    assert labelled(duck_engine, made, links(duck_engine, "p1"), until=UNTIL).count == 0


def test_every_reading_can_be_shown_with_the_letters_that_carried_it(duck_engine: Engine, tmp_path: Path) -> None:
    (row,) = rows(duck_engine, read(duck_engine, given(duck_engine, [{"text": GLAD}]), tmp_path))
    spans = json.loads(row["spans"])
    assert spans
    assert all(0 <= start < end <= len(GLAD) for start, end, _ in spans)
    assert any(GLAD[start:end].lower().startswith("thank") for start, end, what in spans if what == "thanks")


def test_there_may_be_no_words_at_all(duck_engine: Engine, tmp_path: Path) -> None:
    found = read(duck_engine, given(duck_engine, []), tmp_path)
    assert (found.texts, found.fresh) == (0, 0)
    assert pa.types.is_string(found.table.schema.field("intents").type)


def test_words_about_a_product_of_the_settings_are_never_quoted(duck_engine: Engine, tmp_path: Path) -> None:
    """TERMS: of special categories and listed product categories no quote, no evidence, topic sensitive."""
    messages = [
        {"text": GLAD, "about": "Pregnancy-Test 2"},
        {"text": f"{GLAD} The pregnancy-test came fast."},
        {"text": GLAD, "about": "tea"},
    ]
    reader = Reader(sensitive=("pregnancy-test",))
    assert reader.version != Reader.cold().version
    one, two, tea = rows(duck_engine, read(duck_engine, given(duck_engine, messages), tmp_path, reader))
    for spared in (one, two):
        assert spared["sensitive"]
        assert spared["topic"] == "sensitive"
        assert spared["quote"] is None
        assert spared["masked"] is None
    assert not tea["sensitive"]
    assert tea["masked"]
