"""Did it work: whole companies with a planted effect, with none, and with everything that can go wrong."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import numpy as np
import pytest
from tests.proof.made import Book, Expects, ago, proven, rows
from tests.value.made import Checked

from byname.engines import Engine
from byname.proof.lots_kept import arms_as_drawn
from byname.proof.room import Proof

PEOPLE = [f"p{n:04}" for n in range(800)]


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def contacts(
    arms: dict[str, str | None], day: date, *, action: str | None = "call", campaign: str | None = None
) -> list[dict[str, Any]]:
    return [
        {"record_id": who, "action": action, "campaign": campaign, "arm": arm, "occurred_at": day}
        for who, arm in arms.items()
    ]


def lots(people: list[str] = PEOPLE, every: int = 2) -> dict[str, str | None]:
    """Every second person is held out, unless said otherwise."""
    return {who: "held out" if place % every == 0 else "treated" for place, who in enumerate(people)}


def bought(
    day: date, gain: float = 0.0, *, people: list[str] = PEOPLE, seed: int = 1, before: int = 30
) -> list[tuple[str, date, float]]:
    """Each person buys for about their level before and after a day; the treated by that much more."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(2, 20, len(people))
    made = []
    for place, (who, arm) in enumerate(lots(people).items()):
        made.append((who, date.fromordinal(day.toordinal() - before), level[place] + rng.gamma(1, 10)))
        made.append(
            (who, date.fromordinal(day.toordinal() + 10), level[place] + rng.gamma(1, 10) + gain * (arm == "treated"))
        )
    return made


def one(engine: Engine, found: Proof, action: str = "call") -> dict[str, Any]:
    return rows(engine, found)[action]


def test_a_planted_effect_is_found_and_its_range_holds_it(engine: Engine) -> None:
    found = proven(
        engine, PEOPLE, contacts=contacts(lots(), ago(100)), days=bought(ago(100), 15.0), books=[Book("call")]
    )
    row = one(engine, found)
    assert (row["verdict"], row["kind"], row["stop"]) == ("works", "open-ended", False)
    assert row["low"] < 15.0 < row["high"]
    assert row["low"] > 0
    assert (row["treated"], row["held_out"], row["running"]) == (400, 400, 0)
    assert row["cut"] > 0.5
    assert row["title"] == "to call"
    assert (row["since"], row["until"]) == (ago(100), ago(100))
    assert row["says"].startswith("+1")
    effect = found.effects["call"]
    assert effect.effect == pytest.approx(row["effect"] / row["mean_held_out"])
    assert 0 < effect.se < effect.effect
    assert ("did it work", "1 works") in found.report


def test_what_was_not_planted_is_not_found_and_a_harmful_one_is_to_stop(engine: Engine) -> None:
    row = one(engine, proven(engine, PEOPLE, contacts=contacts(lots(), ago(100)), days=bought(ago(100))))
    assert row["verdict"] == "no effect seen"
    assert row["low"] < 0 < row["high"]
    assert "out of the question" in row["says"]
    found = proven(engine, PEOPLE, contacts=contacts(lots(), ago(100)), days=bought(ago(100), -9.0))
    row = one(engine, found)
    assert (row["verdict"], row["stop"]) == ("harms", True)
    assert ("stop doing this", "call") in found.report
    assert found.effects == {}  # no playbook of that name


def test_what_is_less_than_it_costs_or_was_started_for_is_to_stop_though_it_works(engine: Engine) -> None:
    made = {"contacts": contacts(lots(), ago(100)), "days": bought(ago(100), 8.0)}
    assert not one(engine, proven(engine, PEOPLE, **made, books=[Book("call", cost=2.0)]))["stop"]
    row = one(engine, proven(engine, PEOPLE, **made, books=[Book("call", cost=25.0)]))
    assert (row["verdict"], row["stop"]) == ("works", True)
    assert "less than it costs" in row["says"]
    hoped = Book("call", Expects(effect=1.5))
    assert one(engine, proven(engine, PEOPLE, **made, books=[hoped]))["stop"]


def test_a_campaign_that_is_no_playbook_is_a_planned_one_and_goes_by_its_name(engine: Engine) -> None:
    sent = contacts(lots(), ago(100), action=None, campaign="spring")
    row = one(engine, proven(engine, PEOPLE, contacts=sent, days=bought(ago(100), 15.0)), "spring")
    assert (row["kind"], row["verdict"], row["on"]) == ("planned", "works", "spend_90d")
    assert row["chance"] < 1e-6


def test_a_planned_campaign_is_looked_at_when_a_tenth_more_is_over_not_each_day(engine: Engine) -> None:
    """Half of the people came in 19 days later: their 90 days are not over, and the range is that of a first look."""
    first, second = PEOPLE[:400], PEOPLE[400:]
    early, late = lots(first), lots(second)
    sent = contacts(early, ago(100), action=None, campaign="spring") + contacts(
        late, ago(81), action=None, campaign="spring"
    )
    days = bought(ago(100), 15.0)
    row = one(engine, proven(engine, PEOPLE, contacts=sent, days=days), "spring")
    assert (row["treated"], row["held_out"], row["running"]) == (200, 200, 400)
    # At half of the information the boundary is 2.963 errors; Student's curve makes it a little wider.
    assert 2.963 < (row["high"] - row["effect"]) / row["se"] < 3.05


def test_before_the_days_are_over_it_is_too_early_and_says_what_could_be_seen(engine: Engine) -> None:
    row = one(engine, proven(engine, PEOPLE, contacts=contacts(lots(), ago(20)), days=bought(ago(20))))
    assert (row["verdict"], row["treated"], row["running"]) == ("too early", 0, 800)
    assert row["effect"] is None
    assert row["smallest"] > 0
    assert "one can see" in row["says"]


def test_a_planned_campaign_is_not_looked_at_while_people_still_come_in(engine: Engine) -> None:
    sent = contacts(lots(), ago(20), action="", campaign="spring")
    book = Book("spring", Expects(on="spend_10d"))
    row = one(engine, proven(engine, PEOPLE, contacts=sent, days=bought(ago(20), 15.0), books=[book]), "spring")
    assert (row["verdict"], row["kind"], row["running"]) == ("too early", "planned", 800)


@pytest.mark.parametrize(
    ("arms", "verdict", "says"),
    [
        (dict.fromkeys(PEOPLE, "held out"), "too few", "everybody was held out"),
        (dict.fromkeys(PEOPLE, "treated"), "too few", "nobody was held out"),
        ({"p0001": "treated"}, "too few", "nobody was held out"),
        (lots(PEOPLE[:40]), "too few", "it takes 50 of either"),
    ],
)
def test_an_empty_or_small_arm_is_a_row_that_says_so(
    engine: Engine, arms: dict[str, str | None], verdict: str, says: str
) -> None:
    found = proven(engine, PEOPLE, contacts=contacts(arms, ago(100)), days=bought(ago(100)))
    row = one(engine, found)
    assert row["verdict"] == verdict
    assert says in row["says"]
    assert (row["effect"], row["low"], row["chance"]) == (None, None, None)


def test_one_unit_or_nothing_that_varies_or_too_few_who_did_it_is_too_few(engine: Engine) -> None:
    everybody = dict.fromkeys(PEOPLE, "one company")
    row = one(
        engine, proven(engine, PEOPLE, contacts=contacts(lots(), ago(100)), days=bought(ago(100)), units=everybody)
    )
    assert row["verdict"] == "too few"
    assert row["treated"] + row["held_out"] == 1
    row = one(engine, proven(engine, PEOPLE, contacts=contacts(lots(), ago(100))))
    assert (row["verdict"], "all of them did the same" in row["says"]) == ("too few", True)
    rare = [("p0001", ago(90), 5.0), ("p0003", ago(90), 5.0)]
    row = one(engine, proven(engine, PEOPLE, contacts=contacts(lots(), ago(100)), days=rare))
    assert (row["verdict"], "too few did it" in row["says"]) == ("too few", True)


def test_households_share_an_arm_and_are_counted_once(engine: Engine) -> None:
    units = {who: f"home {place // 4}" for place, who in enumerate(PEOPLE)}
    arms = {who: "held out" if (place // 4) % 2 else "treated" for place, who in enumerate(PEOPLE)}
    found = proven(engine, PEOPLE, contacts=contacts(arms, ago(100)), days=bought(ago(100)), units=units)
    row = one(engine, found)
    assert (row["treated"], row["held_out"]) == (100, 100)


def test_arms_that_are_not_as_drawn_show_no_effect(engine: Engine) -> None:
    """Three ways: another share than was drawn, held out and reached all the same, and arms that differed before."""
    day, books = ago(100), [Book("call", holdout=0.1)]
    row = one(engine, proven(engine, PEOPLE, contacts=contacts(lots(), day), days=bought(day, 15.0), books=books))
    assert (row["verdict"], row["effect"], row["mean_treated"]) == ("lots not kept", None, None)
    assert "50.0% are held out, and 10.0% were to be" in row["says"]
    leak = contacts(lots(), day) + contacts(dict.fromkeys(PEOPLE[:100:2], None), ago(90))
    row = one(engine, proven(engine, PEOPLE, contacts=leak, days=bought(day, 15.0)))
    assert "50 were held out and reached all the same" in row["says"]
    chosen = bought(day) + [(who, ago(120), 30.0) for who, arm in lots().items() if arm == "treated"]
    found = proven(engine, PEOPLE, contacts=contacts(lots(), day), days=chosen)
    assert "differed before the contact" in one(engine, found)["says"]
    assert found.effects == {}


def test_an_arm_as_drawn_is_let_pass_however_often_it_is_looked_at() -> None:
    """Always valid: 500 holdouts of 10% that grow to 5,000 people, looked at every 50; one in a thousand may be refused."""
    rng = np.random.default_rng(6)
    held = np.cumsum(rng.random((500, 5_000)) < 0.1, axis=1)[:, 49::50]
    sizes = np.arange(50, 5_001, 50)
    wrong = [
        any(arms_as_drawn(int(size - out), int(out), 0.1) < 0.001 for size, out in zip(sizes, row, strict=True))
        for row in held[:150]
    ]
    assert sum(wrong) <= 2
    assert arms_as_drawn(850, 150, 0.1) < 0.001
    assert arms_as_drawn(900, 100, 0.1) > 0.5
    assert arms_as_drawn(0, 0, 0.1) == arms_as_drawn(5, 5, 0.0) == 1.0


def test_who_is_reached_again_counts_once_from_the_first_time_on(engine: Engine) -> None:
    again = contacts(lots(), ago(100)) + contacts(lots(), ago(20))
    row = one(engine, proven(engine, PEOPLE, contacts=again, days=bought(ago(100), 15.0)))
    assert (row["treated"], row["held_out"], row["verdict"]) == (400, 400, "works")
    assert (row["since"], row["until"]) == (ago(100), ago(20))


def test_fewer_complaints_is_what_works_where_complaints_are_counted(engine: Engine) -> None:
    import pyarrow as pa
    from tests.standing.made import VOICE
    from tests.value.made import at

    rng = np.random.default_rng(3)
    loud = [who for who, arm in lots().items() if rng.random() < (0.6 if arm == "held out" else 0.2)]
    voice = pa.Table.from_pylist(
        [{"person_id": who, "intents": "complaint", "occurred_at": at(ago(90))} for who in loud], schema=VOICE
    )
    book = Book("call", Expects(effect=-0.2, sd=0.1, on="complained_30d"))
    found = proven(engine, PEOPLE, contacts=contacts(lots(), ago(100)), voice=voice, books=[book])
    row = one(engine, found)
    assert (row["verdict"], row["stop"]) == ("works", False)
    assert row["high"] < 0
    assert found.effects["call"].effect == pytest.approx(row["effect"])
    assert "points" in row["says"]


def test_ten_tests_of_nothing_and_one_that_works_are_told_apart(engine: Engine) -> None:
    rng = np.random.default_rng(9)
    sent, days = contacts(lots(), ago(100)), bought(ago(100), 12.0)
    for place in range(10):
        arms: dict[str, str | None] = {who: "held out" if rng.random() < 0.5 else "treated" for who in PEOPLE}
        sent += contacts(arms, ago(100), action=None, campaign=f"nothing {place}")
    found = rows(engine, proven(engine, PEOPLE, contacts=sent, days=days))
    assert {name for name, row in found.items() if row["verdict"] == "works"} == {"call"}
    assert all(row["chance"] > 0.05 for name, row in found.items() if name != "call")


def test_without_lots_nothing_is_proven_and_nothing_goes_to_the_plan(engine: Engine) -> None:
    """S1.15: those who buy most were written to; the row says why it proves nothing."""
    days = bought(ago(100)) + bought(ago(200), seed=1)
    level = {who: spent for who, day, spent in days if day == ago(130)}
    best: dict[str, str | None] = dict.fromkeys(sorted(PEOPLE, key=lambda who: -level[who])[:300], None)
    sent = contacts(best, ago(100), action=None, campaign="mailing") + contacts(
        dict.fromkeys(PEOPLE[:10], None), ago(100), action=None, campaign="letter"
    )
    found = proven(engine, PEOPLE, contacts=sent, days=days, books=[Book("mailing")])
    row = one(engine, found, "mailing")
    assert (row["kind"], row["verdict"], row["effect"]) == ("not randomised", "refused", None)
    assert row["says"].startswith("not proven: nobody drew lots")
    assert one(engine, found, "letter")["verdict"] == "too few"
    assert found.effects == {}


def test_no_facts_at_all_is_an_empty_table_and_a_list_of_what_to_record(engine: Engine) -> None:
    """S1.1, S1.15."""
    found = proven(engine, [])
    assert rows(engine, found) == {}
    ready = rows(engine, found, "readiness")
    assert {row["answer"] for row in ready.values()} == {"no"}
    assert all(row["do"] for row in ready.values())


def test_readiness_tells_what_is_there_from_what_is_half_there(engine: Engine) -> None:
    whole = proven(
        engine, PEOPLE, contacts=contacts(lots(), ago(100)), days=bought(ago(90)),
        orders=[{"record_id": "p0001", "amount": 5, "occurred_at": ago(day)} for day in (800, 1)],
        returns=[{"record_id": "p0001", "reason": "too small" if place < 5 else None} for place in range(10)],
        consents=[{"record_id": "p0001", "state": "given", "wording": "yes please"}],
        ratings=[{"record_id": "p0001", "scale": "nps", "score": 9.0}],
        answers=[{"record_id": "p0001", "contact_id": "contacts-1", "kind": "replied"}],
        referrals=[{"record_id": "p0001"}],
        promises=[{"record_id": "p0001", "what": "a call"}],
    )  # fmt: skip
    found = {question: row["answer"] for question, row in rows(engine, whole, "readiness").items()}
    assert found == {
        "Did a contact change anything?": "yes",
        "How small an effect on spend could a test see?": "yes",
        "Is there a time before, to hold the time after against?": "yes",
        "Did a contact come back with anything?": "yes",
        "Whom may we contact, how, and what for?": "yes",
        "What do people want of us?": "no",
        "Are customers content?": "partly",
        "What goes wrong?": "no",
        "Why do things come back?": "partly",
        "Who brings friends?": "yes",
        "Do we keep what we promise?": "no",
        "What was a contact for?": "no",
    }
    ready = rows(engine, whole, "readiness")
    assert ready["Did a contact change anything?"]["do"] == ""
    assert ready["Why do things come back?"]["says"] == "10 returns, of which 5 give a reason"
    assert "you can see" in ready["How small an effect on spend could a test see?"]["says"]
