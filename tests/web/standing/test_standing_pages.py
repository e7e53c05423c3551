"""Standing: who alarms us and what is done about it, how many stand where, who moved (S1.9, S2.17, S2.18, S0.26)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from byname.snapshot import Snapshot
from byname.standings import Wanted, alarmed, counted, moved, next_steps, quarters, ways
from byname.web.console.lists import hidden
from byname.web.desk import Desk
from byname.web.written.laid_over import LaidOver, Said
from tests.web.shown import called, copied, emptied, lay_over, people_on, rewritten, show

PAGES = ["standing", "standing-alarms", "standing-movers", "standing-ties", "standing-record"]
FALL = {"advocate": 0, "loyal": 1, "neutral": 2, "dissatisfied": 3, "actively_dissatisfied": 4}


def text(client: Client, name: str, **asked: str) -> str:
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def a_quarter_with_moves(snapshot: Snapshot) -> str:
    (row,) = snapshot.query("select day, count(*) as people from moves group by day order by people desc, day limit 1")
    return row["day"].isoformat()


def test_alarms_come_first_with_what_is_done_about_them(as_rita: Client, desk: Desk, snapshot: Snapshot) -> None:
    alarms = alarmed(snapshot, Wanted(limit=10, without=hidden(desk)))
    assert alarms, "the shop must have an alarm for this test to look at"
    page = text(as_rita, "standing")
    assert people_on(page.encode())[: len(alarms)] == [row["person_id"] for row in alarms]
    steps = next_steps(snapshot, [row["person_id"] for row in alarms])
    planned = [step["planned"] for step in steps.values() if step.get("planned")]
    assert all(plan["title"] in page for plan in planned)
    assert page.count("Planned for") == len(planned)
    assert page.count("Nothing is planned this week") == len(alarms) - len(planned)


def test_how_many_stand_where_in_symbols_and_words(as_rita: Client, snapshot: Snapshot) -> None:
    page = text(as_rita, "standing")
    for row in counted(snapshot).counts:
        link = f"{reverse('people')}?standing={row['standing']}"
        line = page[page.index(link) : page.index("</tr>", page.index(link))]
        assert f">{row['people']:,}</td>" in line
        assert f">{row['clv']:,.0f}</td>" in line
    assert "actively dissatisfied" in page
    assert "▲" in page


def test_the_shares_of_a_quarter_are_a_whole_and_the_table_says_what_the_picture_says(
    as_rita: Client, snapshot: Snapshot
) -> None:
    found = quarters(snapshot)
    for day in {row["day"] for row in found}:
        assert sum(row["share"] for row in found if row["day"] == day) == pytest.approx(1)
    page = text(as_rita, "standing")
    assert 'data-chart="chart-flows"' in page
    assert page.index("chart-flows") < page.index("The same in figures")


def test_the_flows_of_an_earlier_quarter_are_shown_when_asked_for(as_rita: Client, snapshot: Snapshot) -> None:
    earliest = min(row["day"] for row in quarters(snapshot))
    page = text(as_rita, "standing", quarter=earliest.isoformat())
    assert f'<option value="{earliest.isoformat()}" selected>' in page
    stayed = max(
        (row for row in ways(snapshot, earliest) if row["from_standing"] == row["to_standing"]),
        key=lambda row: row["people"],
    )
    assert f"{stayed['people']:,.0f} · " in page[page.index('id="ways"') :]


@pytest.mark.parametrize("way", ["fell", "rose"])
def test_movers_are_filtered_by_the_way(as_rita: Client, desk: Desk, snapshot: Snapshot, way: str) -> None:
    quarter = a_quarter_with_moves(snapshot)
    both = snapshot.query("select * from moves where day = cast($1 as date)", [quarter])
    wanted = {
        row["person_id"] for row in both if (FALL[row["to_standing"]] > FALL[row["from_standing"]]) is (way == "fell")
    }
    shown = people_on(text(as_rita, "standing-movers", way=way, quarter=quarter).encode())
    assert set(shown) == wanted - desk.since.hidden
    assert wanted


def test_movers_are_filtered_by_where_they_stand_and_by_team(as_rita: Client, desk: Desk, snapshot: Snapshot) -> None:
    quarter = a_quarter_with_moves(snapshot)
    rows = snapshot.query(
        "select moves.person_id, to_standing, plan.team from moves left join plan on plan.person_id = moves.person_id "
        "where moves.day = cast($1 as date)",
        [quarter],
    )
    rows = [row for row in rows if row["person_id"] not in desk.since.hidden]
    into = rows[0]["to_standing"]
    assert set(people_on(text(as_rita, "standing-movers", into=into, quarter=quarter).encode())) == {
        row["person_id"] for row in rows if row["to_standing"] == into
    }
    for team in ("service", "sales"):
        assert set(people_on(text(as_rita, "standing-movers", team=team, quarter=quarter).encode())) == {
            row["person_id"] for row in rows if row["team"] == team
        }


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("said", ["' or 1=1 --", "{{ 7*7 }}", "\0", "9" * 400, "-1", "²", "2026-13-45"])
def test_what_an_address_says_is_never_believed(as_rita: Client, name: str, said: str) -> None:
    asked = dict.fromkeys(("team", "kind", "way", "into", "quarter", "page"), said)
    assert as_rita.get(reverse(name), asked).status_code == 200


def test_a_long_list_has_pages(
    snapshot: Snapshot, desk: Desk, as_rita: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = copied(snapshot, tmp_path)
    ranked = [row["person_id"] for row in snapshot.query("select person_id from value order by rank")]
    people = [one for one in ranked if one not in desk.since.hidden][:120]
    (alarm,) = snapshot.query("select * from alarms limit 1")
    rewritten(many, "alarms", [alarm | {"person_id": one, "worth": 1000.0 - n} for n, one in enumerate(people)])
    show(monkeypatch, many)
    first, third = text(as_rita, "standing-alarms"), text(as_rita, "standing-alarms", page="3")
    assert people_on(first.encode()) == people[:50]
    assert people_on(third.encode()) == people[100:120]
    assert "101 to 120 of 120" in third
    assert "?page=2" in first
    assert not people_on(text(as_rita, "standing-alarms", page="9").encode())


@pytest.mark.parametrize("name", PAGES)
def test_who_is_shown_to_nobody_is_on_no_list(as_rita: Client, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = people_on(as_rita.get(reverse(name)).content)
    assert before
    lay_over(monkeypatch, LaidOver(hidden=frozenset(before[::2])))
    after = people_on(as_rita.get(reverse(name)).content)
    assert not set(before[::2]) & set(after)


def test_an_alarm_of_somebody_who_was_merged_is_the_alarm_of_whom_they_are_shown_as(
    as_rita: Client, snapshot: Snapshot, best: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = next(row for row in alarmed(snapshot, Wanted(limit=10)) if row["person_id"] != best)
    lay_over(monkeypatch, LaidOver(merged={alarm["person_id"]: best}))
    page = text(as_rita, "standing-alarms")
    assert best in people_on(page.encode())
    assert alarm["person_id"] not in people_on(page.encode())
    assert "numbers follow at the next refresh" in page


def test_a_corrected_standing_shows_at_once(
    as_rita: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = alarmed(snapshot, Wanted(limit=1))[0]
    person, wrong = alarm["person_id"], alarm["standing"]
    right = "neutral" if wrong != "neutral" else "loyal"
    said = Said("f1", "decisions", "standing", "is not so", "Bob", datetime(2026, 7, 1, tzinfo=UTC))
    lay_over(monkeypatch, LaidOver(standings={person: right}, said={person: (said,)}, pending=frozenset({person})))
    page = text(as_rita, "standing-alarms")
    line = page[page.index(f"/person/{person}/") :]
    line = line[: line.index("</li>")]
    assert f'<span class="standing {right}">' in line
    assert f'<span class="standing {wrong}">' not in line
    assert "numbers follow at the next refresh" in line
    assert "1 standing was corrected since" in text(as_rita, "standing")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202eAbigail {{ 7*7 }}", "Ada " * 2500])
def test_hostile_names_are_only_names(
    as_rita: Client, snapshot: Snapshot, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = copied(snapshot, tmp_path)
    called(changed, alarmed(snapshot, Wanted(limit=1))[0]["person_id"], name)
    show(monkeypatch, changed)
    page = text(as_rita, "standing")
    assert "<script>alert" not in page
    assert "49" not in page[page.index("Abigail") : page.index("Abigail") + 40] if "Abigail" in name else True
    assert name[:20].replace("<", "&lt;").replace(">", "&gt;") in page
    assert "Ada " * 100 not in page


def test_ties_tell_would_from_does(as_rita: Client, snapshot: Snapshot) -> None:
    (row,) = snapshot.query(
        "select count(*) filter (where would_recommend is not null) as asked, "
        "count(*) filter (where would_recommend) as would, count(*) filter (where does_recommend) as does from standing"
    )
    page = text(as_rita, "standing-ties")
    assert f"{row['would']:,} of {row['asked']:,} who were asked say that they would." in page
    assert f"{row['does']:,} people did within a year" in page


def test_what_standings_foretold_is_told_in_the_snapshots_own_words(as_rita: Client, snapshot: Snapshot) -> None:
    page = text(as_rita, "standing-record")
    told = snapshot.query("select * from foretold where auc is not null")
    assert told
    assert all(row["says"] in page for row in told)
    assert page.count('role="img"') == len({row["outcome"] for row in told})


@pytest.mark.parametrize("name", PAGES)
def test_with_nothing_on_record_a_page_says_what_to_do(
    as_rita: Client, snapshot: Snapshot, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(monkeypatch, emptied(snapshot, tmp_path))
    page = text(as_rita, name)
    assert 'class="empty"' in page
    assert "data-chart" not in page


def test_a_move_in_the_list_is_the_move_on_record(snapshot: Snapshot) -> None:
    (row,) = moved(snapshot, Wanted(limit=1))
    (kept,) = snapshot.query(
        "select * from moves where person_id = $1 and day = (select max(day) from moves)", [row["person_id"]]
    )
    assert kept.items() <= row.items()
