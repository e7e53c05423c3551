"""The simulated company: the same for the same seed, truth by the definition, no formula of the product in it (S0.27)."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.company import create, open_company
from byname.demo.simulated import AS_OF, Simulated, changed, generate, own_playbooks
from byname.demo.simulated.calendar import Calendar
from byname.demo.simulated.faces import invent, slip
from byname.demo.simulated.lately import happen
from byname.demo.simulated.life import Lived, Moment, live
from byname.demo.simulated.log import Log
from byname.demo.simulated.people import draw
from byname.demo.simulated.reached import PLANTED, Campaign, reach
from byname.demo.simulated.truth import STANDINGS, standings
from byname.demo.simulated.words import Writer
from byname.facts import intake
from byname.facts.intake import Outcome
from byname.playbooks.loading import load

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
        "preference_centre_consents.csv": "generic_consents",
        "preference_centre_wishes.csv": "generic_preferences",
        "crm_contacts.csv": "generic_contacts",
        "contact_responses.csv": "generic_answers",
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
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (*simulated.exports, simulated.truth, simulated.truth_of_campaigns)
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
    assert simulated.truth_of_campaigns == folder / "truth_of_campaigns.csv"
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


# ------------------------------------------------------------------------- whom it reached, and what is on the desks


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reached() -> tuple[Lived, tuple[Campaign, Campaign]]:
    """Two thousand lives with the campaigns after them."""
    lives = live(np.random.default_rng(5), 2_000, Calendar(AS_OF))
    faces = invent(np.random.default_rng(6), lives.nature)
    return lives, reach(np.random.default_rng([5, 6]), lives, faces)


def _ordered_after(lived: Lived, campaign: Campaign, *kinds: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Who of the campaign's people ordered within the 90 days after it."""
    found = np.zeros(len(lived.nature), np.bool_)
    for kind in kinds:
        table = lived.log.table(kind)
        found[table["who"][(table["day"] > campaign.day) & (table["day"] <= campaign.day + 90)]] = True
    return np.asarray(found[campaign.who])


def test_the_letter_moves_twelve_in_a_hundred_and_the_preview_nobody(
    reached: tuple[Lived, tuple[Campaign, Campaign]],
) -> None:
    """What proof must find and what it must not: the effect is planted, and seen at two thousand people."""
    lived, (letter, preview) = reached
    assert letter.effect == pytest.approx(PLANTED, abs=0.001)
    assert preview.effect == 0
    before, after = (_ordered_after(lived, letter, *kinds) for kinds in (("order",), ("order", "moved order")))
    moved = letter.moved & ~letter.held_out
    assert not (before & letter.moved).any()  # none of them would have ordered
    assert (after == (before | moved)).all()
    rates = [
        (after[~letter.held_out].mean(), len(after[~letter.held_out])),
        (after[letter.held_out].mean(), letter.held_out.sum()),
    ]
    error = sum(rate * (1 - rate) / many for rate, many in rates) ** 0.5
    assert (rates[0][0] - rates[1][0]) / error > 2
    assert abs(rates[0][0] - rates[1][0] - PLANTED) < 3 * error


def test_the_lots_are_households_and_the_windows_are_over(reached: tuple[Lived, tuple[Campaign, Campaign]]) -> None:
    lived, campaigns = reached
    faces = invent(np.random.default_rng(6), lived.nature)
    for one in campaigns:
        homes: dict[str, set[bool]] = {}
        for who, held_out in zip(one.who.tolist(), one.held_out.tolist(), strict=True):
            homes.setdefault(f"{faces[who].street} {faces[who].postcode}", set()).add(held_out)
        assert all(len(arms) == 1 for arms in homes.values())
        assert len(homes) < len(one.who)  # some share one
        assert 0.1 < one.held_out.mean() < 0.5
        assert lived.calendar.days - 300 < one.day < lived.calendar.days - 90 - 1
    assert len(set(campaigns[0].who[campaigns[0].held_out]) & set(campaigns[1].who[campaigns[1].held_out])) > 10


def test_the_life_before_is_what_it_was_without_the_campaigns() -> None:
    """All that they add stands in tables of its own: nobody feels or does anything else for it."""
    plain = live(np.random.default_rng(9), 300, Calendar(AS_OF))
    marked = live(np.random.default_rng(9), 300, Calendar(AS_OF))
    faces = invent(np.random.default_rng(6), marked.nature)
    reach(np.random.default_rng([9, 6]), marked, faces)
    happen(np.random.default_rng([9, 7]), marked)
    for kind in ("order", "ticket", "promise", "idea", "review", "nps", "mail", "use", "referral"):
        before, after = plain.log.table(kind), marked.log.table(kind)
        assert all((before[name] == after[name]).all() for name in before)
    assert (plain.state.mood == marked.state.mood).all()
    assert (plain.state.last_complained == marked.state.last_complained).all()
    assert plain.log.count("moved order") == 0 < marked.log.count("moved order")


def test_the_truth_of_the_campaigns_names_each_person_s_arm(made: tuple[Path, Simulated]) -> None:
    folder, simulated = made
    truth, contacts = _rows(simulated.truth_of_campaigns), _rows(folder / "exports" / "crm_contacts.csv")
    assert [(row["email"], row["action"], row["arm"]) for row in truth] == [
        (row["Recipient e-mail"], row["Action"], row["Arm"]) for row in contacts
    ]
    assert {row["action"] for row in truth} == {"thank-a-quiet-loyal", "preview"}
    assert {row["effect"] for row in truth if row["action"] == "preview"} == {"0.0000"}
    assert "moved" not in contacts[0]


def test_nobody_answers_a_letter_that_they_never_got(made: tuple[Path, Simulated]) -> None:
    exports = made[0] / "exports"
    held = {row["Contact ID"] for row in _rows(exports / "crm_contacts.csv") if row["Arm"] == "held out"}
    answers = _rows(exports / "contact_responses.csv")
    known = {row["Contact ID"] for row in _rows(exports / "crm_contacts.csv")}
    known |= {row["Sending ID"] for row in _rows(exports / "newsletters_sent.csv")}
    assert {row["Response"] for row in answers} == {"opened", "clicked", "replied"}
    assert {row["Contact ID"] for row in answers} <= known - held
    assert {row["Contact ID"][0] for row in answers} == {"M", "K"}


def test_on_the_last_day_something_of_each_kind_waits(made: tuple[Path, Simulated]) -> None:
    """So that the plan finds people of each kind: whom to answer, whom we broke a promise, whose idea is in use."""
    exports, end = made[0] / "exports", AS_OF.isoformat()
    lines = (exports / "zendesk_tickets.jsonl").read_text("utf-8").splitlines()
    waiting = [one for one in map(json.loads, lines) if one["status"] == "open" and one["created_at"] > "2026-06-15"]
    assert len(waiting) >= 2
    promises = _rows(exports / "promises.csv")
    assert sum(row["Kept on"] == "" and "2026-06-15" < row["Due"] < end for row in promises) >= 2
    assert sum("2026-05-31" < row["Shipped at"] <= end for row in _rows(exports / "ideas.csv")) >= 2
    assert any(row["Date"] > "2026-03-01" for row in _rows(exports / "referrals.csv"))
    wishes = Counter(row["Preference"] for row in _rows(exports / "preference_centre_wishes.csv"))
    assert {"pace", "channel", "quiet", "dislike", "line", "objection", "restriction"} <= set(wishes)
    consents = _rows(exports / "preference_centre_consents.csv")
    assert {(row["Channel"], row["Purpose"]) for row in consents} == {
        ("email", "surveys"), ("sms", "marketing"), ("phone", "marketing"), ("letter", "marketing"),
    }  # fmt: skip
    assert {row["Consent"] for row in consents} == {"given", "not given", "withdrawn"}


def test_the_settings_are_those_of_a_company_that_reaches_people(made: tuple[Path, Simulated], tmp_path: Path) -> None:
    create(tmp_path / "shop", name="Shop", currency="EUR", zone="UTC", country="GB")
    own = tmp_path / "shop" / "byname.toml"
    own.write_text(changed(own.read_text("utf-8"), made[1].changes) + made[1].settings, "utf-8")
    said = open_company(tmp_path / "shop").settings
    by_team = Counter[str]()
    for employee in said.employees:
        by_team[employee.team] += int(employee.minutes)
    assert dict(by_team) == said.teams.model_dump()
    assert (said.plan.perks, said.plan.discretion, said.plan.contacts) == (200, 25, 4)
    assert said.basis_of("letter", "thank") == "legitimate interest"
    assert said.basis_of("email", "news") == "soft opt-in"
    assert said.basis_of("email", "thank") == "consent"
    with pytest.raises(KeyError, match="perk"):
        changed(own.read_text("utf-8"), {"plan": {"perk": "1"}})
    assert "# money a month for gifts and perks" in own.read_text("utf-8")


def test_the_company_s_own_playbooks_judge_its_campaigns_by_what_is_over(tmp_path: Path) -> None:
    for name, text in own_playbooks().items():
        (tmp_path / name).write_text(text, "utf-8")
    own = {book.action: book for book in load(tmp_path) if Path(book.file).parent == tmp_path}
    assert set(own) == {"thank-a-quiet-loyal", "preview"}
    assert {book.expected.on for book in own.values()} == {"bought_90d"}
    assert {action: book.holdout for action, book in own.items()} == {"thank-a-quiet-loyal": 0.4, "preview": 0.3}
