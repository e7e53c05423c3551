"""The simulated company: the same for the same seed, truth by the definition, no formula of the product in it (S0.27)."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.company import create, open_company
from byname.demo.simulated import AS_OF, Simulated, generate
from byname.demo.simulated.calendar import Calendar
from byname.demo.simulated.faces import invent, slip
from byname.demo.simulated.life import Lived, Moment, live
from byname.demo.simulated.log import Log
from byname.demo.simulated.people import draw
from byname.demo.simulated.truth import STANDINGS, standings
from byname.demo.simulated.words import Writer
from byname.facts import intake
from byname.facts.intake import Outcome

SOME = 400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Simulated]:
    folder = tmp_path_factory.mktemp("simulated")
    return folder, generate(folder, people=SOME, seed=3)


@pytest.fixture(scope="module")
def taken(made: tuple[Path, Simulated]) -> dict[str, Outcome]:
    """What our own readers say to each export."""
    folder, simulated = made
    create(folder / "company", name="Simulated", currency="EUR", zone="UTC", country="GB")
    company = open_company(folder / "company")
    return {outcome.name: outcome for outcome in intake.add(company, [str(path) for path in simulated.exports])}


@pytest.fixture(scope="module")
def lived() -> Lived:
    return live(np.random.default_rng(5), 6_000, Calendar(AS_OF))


def test_every_export_is_taken_by_the_reader_that_it_is_made_for(taken: dict[str, Outcome]) -> None:
    assert {name: outcome.reader for name, outcome in taken.items()} == {
        "shopify_customers.csv": "shopify_customers",
        "shopify_orders.csv": "shopify_orders",
        "stripe_subscriptions.csv": "stripe_subscriptions",
        "zendesk_users.jsonl": "zendesk_users",
        "zendesk_tickets.jsonl": "zendesk_tickets_json",
        "promises.csv": "generic_promises",
        "judgeme_reviews.csv": "judgeme_reviews",
        "trustpilot_reviews.csv": "trustpilot_reviews",
        "delighted_responses.csv": "delighted_responses",
        "community_forum_posts.csv": "generic_messages",
        "ideas.csv": "generic_ideas",
        "idea_votes.csv": "generic_votes",
        "referrals.csv": "generic_referrals",
        "newsletters_sent.csv": "generic_contacts",
        "segment_events.jsonl": "segment_events",
        "subscribed_members_export.csv": "mailchimp_audience",
        "unsubscribed_members_export.csv": "mailchimp_audience",
    }
    assert all(not outcome.error and outcome.new for outcome in taken.values())


def test_only_the_rows_that_are_bad_on_purpose_are_refused(taken: dict[str, Outcome]) -> None:
    refused = {name: outcome.refused for name, outcome in taken.items() if outcome.refused}
    refused.pop("delighted_responses.csv", None)  # an eleven on a scale to ten
    assert refused == {"shopify_orders.csv": 2, "judgeme_reviews.csv": 1}


def test_the_same_seed_gives_the_same_files_and_another_seed_others(
    made: tuple[Path, Simulated], tmp_path: Path
) -> None:
    def prints(simulated: Simulated) -> dict[str, str]:
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (*simulated.exports, simulated.truth)
        }

    for name in "ab":
        (tmp_path / name).mkdir()
    assert prints(generate(tmp_path / "a", people=SOME, seed=3)) == prints(made[1])
    others = prints(generate(tmp_path / "b", people=SOME, seed=4))
    assert not set(others.values()) & set(prints(made[1]).values())


def test_the_truth_lies_apart_from_what_the_product_reads(made: tuple[Path, Simulated]) -> None:
    folder, simulated = made
    assert all(path.parent == folder / "exports" for path in simulated.exports)
    assert set(simulated.exports) == set((folder / "exports").iterdir())
    assert simulated.truth == folder / "truth.csv"
    for path in simulated.exports:
        said = path.read_text("utf-8").lower()
        assert not any(word in said for word in ("dissatisfied", "advocate", "standing"))


def test_the_truth_has_one_row_for_each_customer_with_a_standing_at_each_quarter_s_end(
    made: tuple[Path, Simulated],
) -> None:
    folder, simulated = made
    with simulated.truth.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "exports" / "shopify_customers.csv").open(encoding="utf-8", newline="") as file:
        numbers = {row["Customer ID"].lstrip("'") for row in csv.DictReader(file)}
    assert len(rows) == simulated.people == len({row["source_id"] for row in rows})
    assert {row["source_id"] for row in rows} <= numbers
    assert {row["standing"] for row in rows} <= set(STANDINGS)
    quarters = [name.removeprefix("standing_") for name in rows[0] if name.startswith("standing_")]
    assert [date.fromisoformat(day).strftime("%m-%d") for day in quarters[-4:]] == ["06-30", "09-30", "12-31", "03-31"]
    assert max(quarters) < AS_OF.isoformat()
    for row in rows:
        assert (row["left"] == "yes") == bool(row["left_on"]) == bool(row["why_left"])
        assert int(row["put_right"]) >= 0


def test_people_of_all_five_standings_are_there_in_shares_that_occur(lived: Lived) -> None:
    """Advocates are few per cent, most people are neutral, open anger is rarer than silent (S1.8)."""
    last = lived.moments[-1]
    counts = np.bincount(standings(last)[last.came], minlength=5) / last.came.sum()
    share = dict(zip(STANDINGS, counts.tolist(), strict=True))
    assert 0.01 < share["advocate"] < 0.065
    assert 0.12 < share["loyal"] < 0.30
    assert 0.45 < share["neutral"] < 0.70
    assert 0.10 < share["dissatisfied"] < 0.20
    assert 0.02 < share["actively_dissatisfied"] < 0.06


def test_each_kind_of_life_occurs(lived: Lived) -> None:
    nature, state, log = lived.nature, lived.state, lived.log
    last = lived.moments[-1]
    now = standings(last)
    orders = np.bincount(log.table("order")["who"], minlength=len(nature))
    unhappy = np.isin(now, (STANDINGS.index("dissatisfied"), STANDINGS.index("actively_dissatisfied")))
    assert (unhappy & state.active & (orders > 10)).sum() > 20  # unhappy, and buys on
    assert ((state.mood > 0.6) & state.came & (orders <= 2)).sum() > 20  # likes us, and hardly buys
    assert (state.gone & (state.mood > 0.4)).sum() > 20  # left content, for reasons of their own
    assert (state.left & (state.mood < -0.3)).sum() > 20  # left because of us
    referral = log.table("referral")
    assert 0.2 < referral["anyway"].mean() < 0.98  # some friends would have come without it
    ticket = log.table("ticket")
    assert 0.3 < (ticket["outcome"] > 0).mean() < 0.9
    promise = log.table("promise")
    assert 0.3 < promise["kept"].mean() < 0.9
    stars = log.table("review")["stars"]
    assert (stars >= 4).mean() > 0.5
    assert (stars == 1).sum() > 5


def test_most_people_say_nothing_unasked(lived: Lived) -> None:
    spoke = set(lived.log.table("post")["who"].tolist())
    for kind in ("ticket", "note"):
        spoke |= set(lived.log.table(kind)["who"].tolist())
    review = lived.log.table("review")
    spoke |= set(review["who"][~review["asked"]].tolist())
    assert len(spoke) / lived.state.came.sum() < 0.7
    last_year = lived.calendar.days - 365
    loud = {
        who
        for kind in ("ticket", "post")
        for who, day in zip(*(lived.log.table(kind)[name].tolist() for name in ("who", "day")), strict=True)
        if day > last_year
    }
    assert len(loud) / lived.state.came.sum() < 0.35


def test_words_follow_the_mood_only_loosely(lived: Lived) -> None:
    """People are polite: the tone of a complaint is related to the mood, and far from being it (S0.27)."""
    nps = lived.log.table("nps")
    related = np.corrcoef(nps["tone"], nps["score"])[0, 1]
    assert 0.3 < related < 0.95


def test_what_happens_happens_within_the_three_years(lived: Lived) -> None:
    for kind in ("order", "ticket", "review", "nps", "post", "referral", "mail", "use", "note", "farewell", "idea"):
        days = lived.log.table(kind)["day"]
        assert days.min() >= 0
        assert days.max() < lived.calendar.days, kind


def _moment(mood: float, bond: float, acted: int, complained: int) -> Moment:
    one = np.array([0])
    return Moment(1_000, one == 0, np.array([mood]), np.array([bond]), one + acted, one + complained)


@settings(deadline=None)
@given(st.floats(-2, 2), st.floats(0, 1.5), st.integers(-2_000, 1_000), st.integers(-2_000, 1_000), st.floats(0, 1))
def test_a_standing_follows_the_definition(mood: float, bond: float, acted: int, complained: int, more: float) -> None:
    """No unhappy advocate, no advocate without an act within the year, no open anger without a complaint."""
    name = STANDINGS[standings(_moment(mood, bond, acted, complained))[0]]
    if name == "advocate":
        assert mood > 0
        assert bond > 0
        assert 1_000 - acted < 365
    if name == "actively_dissatisfied":
        assert mood < 0
        assert 1_000 - complained < 365
    if name == "loyal":
        assert 1_000 - acted >= 365
    happier = STANDINGS[standings(_moment(mood + more, bond, acted, complained))[0]]
    ranks = {"actively_dissatisfied": 0, "dissatisfied": 0, "neutral": 1, "loyal": 2, "advocate": 2}
    assert ranks[happier] >= ranks[name]


def test_quarters_end_where_quarters_end_and_the_last_moment_is_the_as_of_day() -> None:
    calendar = Calendar(date(2026, 5, 17))
    days = [calendar.date(int(day)) for day in calendar.quarter_ends()]
    assert days[-1] == date(2026, 5, 17)
    assert days[-2:-5:-1] == [date(2026, 3, 31), date(2025, 12, 31), date(2025, 9, 30)]
    assert days == sorted(days)
    assert days[0] >= calendar.first


def test_people_are_invented_and_reachable_nowhere() -> None:
    nature = draw(np.random.default_rng(1), 3_000, 156)
    faces = invent(np.random.default_rng(2), nature)
    assert len({face.email for face in faces}) == len(faces)
    for face in faces:
        for address in filter(None, (face.email, face.other_email, face.second_email)):
            assert address.rsplit("@", 1)[1] in {"example.com", "example.org", "example.net", "work.example"}
    numbers = [face.phone for face in faces if face.phone]
    assert len(set(numbers)) == len(numbers)
    assert all(number.split()[1] == "20" for number in numbers)
    assert max(Counter((face.given, face.family) for face in faces).values()) <= 6
    assert len({face.country for face in faces}) >= 8


@settings(deadline=None)
@given(st.text(alphabet="abcdefgh", min_size=4, max_size=12), st.integers(0, 1 << 30))
def test_a_slip_of_the_pen_only_changes_two_neighbours_about(text: str, pick: int) -> None:
    slipped = slip(text, pick)
    assert sorted(slipped) == sorted(text)
    assert sum(one != other for one, other in zip(text, slipped, strict=True)) in {0, 2}


def test_every_language_has_every_kind_of_text() -> None:
    rng = np.random.default_rng(4)
    faces = invent(rng, draw(rng, 300, 156))
    by_language = {face.language: face for face in faces}
    assert set(by_language) == {"en", "de", "fr", "es", "nl", "it"}
    for face in by_language.values():
        writer = Writer.of(rng, face, 3, "#1", "Ada Smith")
        texts = [writer.question(), writer.answer(), *writer.idea(), writer.thanks(0.5), writer.farewell(-1, ours=True)]
        for fault in ("late", "broken", "wrong", "bill", "outage", "price", "rude", "quality"):
            texts += [writer.complaint(fault, tone, leaving=True) for tone in (-0.9, -0.3, 0.2)]
            texts += [writer.opinion(fault, tone) for tone in (-0.9, -0.1, 0.4, 0.9)]
        assert all(len(text) > 2 and "{" not in text for text in texts)


def test_texts_differ_from_each_other(made: tuple[Path, Simulated]) -> None:
    lines = (made[0] / "exports" / "zendesk_tickets.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["description"] for line in lines]
    assert len(set(texts)) > 0.9 * len(texts)


def test_a_log_gives_back_what_was_put_in_and_numbers_it() -> None:
    log = Log()
    assert log.count("order") == 0
    assert len(log.table("order")["who"]) == 0
    first = log.add("order", who=np.array([3, 4]), day=np.array([1, 2]), kind=7)
    second = log.add("order", who=np.array([5]), day=np.array([9]), kind=8)
    assert first.tolist() == [0, 1]
    assert second.tolist() == [2]
    assert {name: column.tolist() for name, column in log.table("order").items()} == {
        "who": [3, 4, 5],
        "day": [1, 2, 9],
        "kind": [7, 7, 8],
    }


def test_the_generator_knows_nothing_of_how_the_product_judges() -> None:
    """It imports neither rooms nor their tables: mechanisms, not the model's own assumptions."""
    folder = Path(generate.__code__.co_filename).parent
    for path in folder.glob("*.py"):
        said = path.read_text("utf-8")
        assert "byname.standing" not in said
        assert "byname.voice" not in said
        assert "byname.value" not in said
