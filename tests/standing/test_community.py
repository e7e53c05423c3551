"""What people do among the others (S3.9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.value.made import AS_OF, UNTIL, Checked, by_person, facts, persons

from byname.engines import Engine
from byname.standing.community import POINTS, community


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def post(who: str, ago: int = 0, **more: Any) -> dict[str, Any]:
    return {"record_id": who, "medium": "community", "occurred_at": AS_OF - timedelta(days=ago)} | more


def counted(engine: Engine, messages: list[Any], **others: list[Any]) -> dict[str, dict[str, Any]]:
    given_rows = {name: others.get(name, []) for name in ("ideas", "votes", "referrals")}
    known = {row["record_id"] for rows in (messages, *given_rows.values()) for row in rows} - {"stranger"}
    table = community(
        engine,
        messages=facts(engine, "messages", messages),
        **{name: facts(engine, name, rows) for name, rows in given_rows.items()},
        record_person=persons(engine, sorted(known)),
        zone="UTC",
        as_of=AS_OF,
        until=UNTIL,
    )
    return by_person(engine, table)


def test_each_kind_is_counted_for_the_one_who_did_it(engine: Engine) -> None:
    day = AS_OF - timedelta(days=10)
    found = counted(
        engine,
        [
            post("asks", source_id="q"),
            post("helps", in_reply_to="q", accepted=True, helpful=7, shared=2),
            post("asks", in_reply_to="q"),  # goes on in the own thread
            post("helps", in_reply_to="a message that we do not have"),
            post("asks", medium="ticket"),
            post("stranger"),
            post("asks", ago=-1),
        ],
        ideas=[{"record_id": "thinks", "title": "x", "occurred_at": day}],
        votes=[{"record_id": "thinks", "idea_id": "1", "weight": -1.0, "occurred_at": day}],
        referrals=[{"record_id": "brings", "occurred_at": day}],
    )
    counts = ("posts", "answers", "accepted", "helpful", "shared", "ideas", "votes", "referrals")
    assert {who: tuple(row[name] for name in counts) for who, row in found.items()} == {
        "asks": (2, 0, 0, 0, 0, 0, 0, 0),
        "helps": (0, 2, 1, 7, 2, 0, 0, 0),
        "thinks": (0, 0, 0, 0, 0, 1, 1, 0),
        "brings": (0, 0, 0, 0, 0, 0, 0, 1),
    }
    assert found["helps"]["score"] == pytest.approx((2 * 4 + 6 + 7 * 1 + 2 * 2) / 2)
    assert found["brings"]["last_at"].date() == day


def test_the_score_fades_to_nothing_in_a_year(engine: Engine) -> None:
    found = counted(engine, [post("today"), post("half", 73), post("year", 365), post("long", 1000)])
    assert {who: row["score"] for who, row in found.items()} == pytest.approx(
        {"today": 1.0, "half": 0.8, "year": 0.0, "long": 0.0}
    )
    assert [found[who]["rank_share"] for who in ("today", "half", "year", "long")] == [0.875, 0.625, 0.25, 0.25]
    assert found["long"]["posts"] == 1


def test_a_flood_counts_as_five_a_day_and_a_viral_post_as_twenty(engine: Engine) -> None:
    found = counted(engine, [*(post("flood") for _ in range(500)), post("viral", helpful=100_000)])
    assert (found["flood"]["posts"], found["flood"]["score"]) == (500, 5.0)
    assert (found["viral"]["helpful"], found["viral"]["score"]) == (100_000, 11.0)


def test_nobody_gives_nobody(engine: Engine) -> None:
    assert counted(engine, []) == {}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 400), st.integers(0, 30)), max_size=12))
def test_scores_and_ranks_are_what_plain_python_says(duck_engine: Engine, made: list[tuple[str, int, int]]) -> None:
    found = counted(duck_engine, [post(who, ago, helpful=helpful) for who, ago, helpful in made])
    scores: dict[str, int] = dict.fromkeys((who for who, *_ in made), 0)
    for who in scores:
        for kind in ("post", "helpful"):
            for day in {ago for name, ago, _ in made if name == who}:
                of = [1 if kind == "post" else votes for name, ago, votes in made if (name, ago) == (who, day)]
                best = sorted((min(20, one) for one in of if one), reverse=True)[:5]
                scores[who] += sum(best) * POINTS[kind] * max(0, 365 - day)
    assert {who: row["score"] for who, row in found.items()} == {who: score / 730 for who, score in scores.items()}
    of_all = list(scores.values())
    assert {who: row["rank_share"] for who, row in found.items()} == pytest.approx(
        {
            who: (sum(one < score for one in of_all) + of_all.count(score) / 2) / len(of_all)
            for who, score in scores.items()
        }
    )
