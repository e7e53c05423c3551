"""Today: the one to delight and the list, by team and person; who is left out and why (S0.11, S0.30, S1.10 to S1.13, S1.17, S1.20 to S1.22)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape

from byname import today as questions
from byname.demo.simulated import AS_OF
from byname.web import desk as desks
from byname.web.console.today import hints, listed
from byname.web.console.today.minutes import hours, price_said
from byname.web.written.laid_over import LaidOver
from tests.web.conftest import signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.test import Client

    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account

TODAY = "/"


@pytest.fixture(autouse=True)
def _on_the_day(db: None) -> Iterator[None]:
    """It is the morning of the snapshot's day."""
    with time_machine.travel(f"{AS_OF}T08:30:00+02:00", tick=False):
        yield


@pytest.fixture
def plan(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The contacts of today."""
    return questions.today(snapshot).rows


def lay(monkeypatch: pytest.MonkeyPatch, since: LaidOver) -> None:
    """Let this be what was written since."""
    monkeypatch.setattr(desks, "laid_over", lambda *_: since)


def names(answer: HttpResponse) -> list[str]:
    """Of the contacts shown, by person and playbook, in their order."""
    return re.findall(r'id="(c-[^"]+)"', answer.content.decode())


def anchor(row: dict[str, Any]) -> str:
    return f"c-{row['person_id']}-{row['action']}"


def test_it_greets_by_name_and_says_the_day_in_the_companys_zone(as_alice: Client) -> None:
    said = as_alice.get(TODAY).content.decode()
    assert "Good morning, Alice." in said
    assert "Tuesday 30 June" in said


def test_the_one_comes_first_and_gives_rather_than_asks(as_alice: Client, plan: list[dict[str, Any]]) -> None:
    answer = as_alice.get(TODAY)
    best = questions.delight(plan)
    assert best is not None
    assert best["kind"] in {"give", "thank"}
    assert answer.context["one"].contact["person_id"] == best["person_id"]
    assert names(answer)[0] == anchor(best)
    assert 'class="contact the-one"' in answer.content.decode()


def test_each_row_says_who_why_what_how_and_with_which_words(as_alice: Client, plan: list[dict[str, Any]]) -> None:
    answer = as_alice.get(TODAY)
    said = answer.content.decode()
    for row in answer.context["rows"]:
        one = row.contact
        assert said.count(f'id="{row.anchor}"') == 1
        assert one["name"] in said or "&" in one["name"] or "'" in one["name"]
        assert row.standing
        assert all(one[part] for part in ("reason", "title", "how", "minutes", "choice"))
        assert row.knows or one["known_to"] is None
    assert any(row.opening for row in answer.context["rows"])


def test_the_words_say_which_facts_they_use_and_what_these_were_given_for(as_alice: Client) -> None:
    answer = as_alice.get(TODAY)
    row = next(row for row in answer.context["rows"] if row.facts)
    said = answer.content.decode()
    for fact in row.facts:
        assert f"<b>{fact.name}</b>" in said
    assert "given to buy from us" in said
    assert "data-words" in said


def test_an_account_sees_its_own_teams_list_first(as_bob: Client, plan: list[dict[str, Any]]) -> None:
    answer = as_bob.get(TODAY)
    assert answer.context["choice"].key == "marketing"
    assert answer.context["many"] == sum(row["team"] == "marketing" for row in plan)


def test_the_choice_of_a_list_is_remembered(as_bob: Client) -> None:
    as_bob.get(TODAY, {"whose": "service"})
    assert as_bob.get(TODAY).context["choice"].key == "service"
    as_bob.get(TODAY, {"whose": "nonsense"})
    assert as_bob.get(TODAY).context["choice"].key == "service"


def test_mine_is_what_is_planned_for_the_accounts_employee(as_alice: Client, plan: list[dict[str, Any]]) -> None:
    answer = as_alice.get(TODAY, {"whose": "mine"})
    mine = [anchor(row) for row in plan if row["employee"] == "Ingrid Halvorsen"]
    assert mine
    assert sorted(names(answer)) == sorted(mine)
    assert answer.context["minutes"].there == 60  # her own, by byname.toml
    assert answer.context["minutes"].planned == sum(
        row["minutes"] for row in plan if row["employee"] == "Ingrid Halvorsen"
    )


def test_who_is_no_employee_has_no_list_of_their_own(as_bob: Client) -> None:
    assert "mine" not in dict(as_bob.get(TODAY).context["choice"].options)


def test_a_standing_narrows_the_list(as_alice: Client) -> None:
    answer = as_alice.get(TODAY)
    standing, many = answer.context["standings"][0]
    shown = as_alice.get(TODAY, {"standing": standing})
    assert shown.context["page"].paginator.count + bool(shown.context["one"]) == many
    assert {row.standing for row in shown.context["rows"]} <= {standing}


def test_a_long_list_is_paged(as_alice: Client, plan: list[dict[str, Any]]) -> None:
    seen: list[str] = []
    page: int | None = 1
    while page:
        answer = as_alice.get(TODAY, {"whose": "all", "page": page})
        seen += [row.anchor for row in answer.context["rows"]]
        page = answer.context["page"].next_page_number() if answer.context["page"].has_next() else None
    assert len(seen) == len(set(seen)) == len(plan) - 1  # and the one


def test_whoever_is_hidden_vanishes_and_the_next_best_takes_their_place(
    as_alice: Client, plan: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    best = questions.delight(plan)
    assert best is not None
    lay(monkeypatch, LaidOver(hidden=frozenset({best["person_id"]})))
    answer = as_alice.get(TODAY)
    rest = questions.delight([row for row in plan if row["person_id"] != best["person_id"]])
    assert rest is not None
    assert answer.context["one"].contact["person_id"] == rest["person_id"]
    assert best["person_id"] not in answer.content.decode()


def test_whoever_was_merged_is_shown_as_the_other_once(
    as_alice: Client, plan: list[dict[str, Any]], snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = [row["person_id"] for row in plan]
    (other,) = snapshot.query(
        "select person_id, name from people where name is not null and not list_contains($1, person_id) "
        "order by person_id limit 1",
        [planned],
    )
    one = questions.delight(plan)
    assert one is not None
    lay(monkeypatch, LaidOver(merged={one["person_id"]: other["person_id"]}))
    answer = as_alice.get(TODAY)
    assert one["person_id"] not in answer.content.decode()
    assert answer.context["one"].contact["name"] == other["name"]
    assert answer.context["one"].is_pending


def test_a_corrected_standing_and_a_new_owner_show_at_once(
    as_alice: Client, plan: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = questions.delight(plan)
    assert one is not None
    person = one["person_id"]
    lay(monkeypatch, LaidOver(standings={person: "advocate"}, owners={person: "Sam of service"}))
    shown = as_alice.get(TODAY).context["one"]
    assert (shown.standing, shown.knows) == ("advocate", "Sam of service")


def test_a_list_of_another_day_says_so_and_what_to_do(alice: Account, rita: Account) -> None:
    with time_machine.travel("2026-07-20T08:30:00+02:00", tick=False):
        owner, reader = (signed_in(who).get(TODAY).content.decode() for who in (alice, rita))
    assert "list of 30 June 2026, made 20 days ago" in owner
    assert "byname refresh" in owner
    assert "A data steward or an owner" in reader
    assert "byname refresh" not in reader
    assert "list of 30 June 2026" not in signed_in(alice).get(TODAY).content.decode()


def test_a_plan_of_two_days_ago_shows_what_it_has_for_today(alice: Account) -> None:
    with time_machine.travel("2026-07-02T08:30:00+02:00", tick=False):
        answer = signed_in(alice).get(TODAY)
    assert answer.context["day"].isoformat() == "2026-07-02"
    assert {row.contact["day"].isoformat() for row in answer.context["rows"]} == {"2026-07-02"}


def test_minutes_planned_of_minutes_there_are(as_bob: Client, snapshot: Snapshot) -> None:
    (day,) = snapshot.query("select minutes, used from capacity where team = 'marketing' and day = $1", [AS_OF])
    minutes = as_bob.get(TODAY).context["minutes"]
    assert (minutes.there, minutes.planned) == (day["minutes"], day["used"])
    assert minutes.said in as_bob.get(TODAY).content.decode()


def test_everybody_left_out_is_counted_with_the_reason(as_alice: Client, snapshot: Snapshot) -> None:
    answer = as_alice.get(TODAY, {"whose": "all"})
    left = answer.context["left"]
    (blocked,) = snapshot.query("select count(distinct person_id) as people from blocked")
    (allowed,) = snapshot.query("select sum(people) as contacts from left_counts")
    rules = {row["rule"]: row["people"] for row in snapshot.query(
        "select rule, count(distinct person_id) as people from blocked group by rule")}  # fmt: skip
    assert sum(reason.contacts for reason in left.reasons) == allowed["contacts"]
    assert {rule.rule: rule.people for rule in left.blocked} == rules
    assert left.meant >= blocked["people"]
    assert all(rule.question for rule in left.blocked)
    assert sum(bool(rule.examples) for rule in left.blocked) > len(left.blocked) / 2  # the others are hidden themselves
    assert f"Not today: {answer.context['not_today']:,} people" in answer.content.decode()


def test_a_teams_left_out_are_its_own(as_alice: Client, snapshot: Snapshot) -> None:
    left = as_alice.get(TODAY, {"whose": "service"}).context["left"]
    (allowed,) = snapshot.query("select sum(people) as contacts from left_counts where team = 'service'")
    assert sum(reason.contacts for reason in left.reasons) == allowed["contacts"]
    assert left.meant < as_alice.get(TODAY, {"whose": "all"}).context["left"].meant


def test_nobody_hidden_is_an_example(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_alice.get(TODAY, {"whose": "all"}).context["left"]
    named = {example.person["person_id"] for rule in before.blocked for example in rule.examples}
    lay(monkeypatch, LaidOver(hidden=frozenset(named)))
    after = as_alice.get(TODAY, {"whose": "all"}).context["left"]
    assert not named & {example.person["person_id"] for rule in after.blocked for example in rule.examples}


def test_who_answers_a_complaint_is_told_how_to_handle_it(as_alice: Client, snapshot: Snapshot) -> None:
    answer = as_alice.get(TODAY, {"whose": "service"})
    complain = {row["person_id"] for row in snapshot.query("select person_id from profile where open_complaints > 0")}
    rows = [row for row in [answer.context["one"], *answer.context["rows"]] if row]
    assert {row.contact["person_id"] for row in rows if row.hint} == {
        row.contact["person_id"] for row in rows if row.contact["person_id"] in complain
    }
    assert any(row.hint for row in rows)
    assert all("ask and sell nothing" in row.hint for row in rows if row.hint)
    marketing = as_alice.get(TODAY, {"whose": "marketing"}).context
    assert not any(row.hint for row in marketing["rows"])


def test_a_hint_is_made_of_records_alone(snapshot: Snapshot) -> None:
    (row,) = snapshot.query(
        "select profile.person_id, evidence.says from profile join evidence on evidence.person_id = profile.person_id "
        "where profile.open_complaints > 0 and evidence.place = 1 and evidence.pull > 0 order by 1 limit 1"
    )
    assert row["says"] in hints.hints(snapshot, (row["person_id"],))[row["person_id"]]


def test_where_nothing_is_planned_it_says_why_and_what_next(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "_short", nobody)
    said = as_alice.get(TODAY, {"whose": "all"}).content.decode()
    assert "Nobody is planned for this day" in said
    assert reverse("plan") in said
    mine = as_alice.get(TODAY, {"whose": "mine"}).content.decode()
    assert "Nothing is planned for Ingrid Halvorsen" in mine
    assert reverse("book") in mine


def nobody(_snapshot: Snapshot) -> list[dict[str, Any]]:
    """An empty plan."""
    return []


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "N" * 10_000, "\u202eshuffled", "{{ settings.SECRET_KEY }}"]
)
def test_a_name_is_only_text(as_alice: Client, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def named(snapshot: Snapshot, ids: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        return {row["person_id"]: row | {"name": name} for row in snapshot.query(listed.NAMED, [list(ids)])}

    monkeypatch.setattr(listed, "_named", named)
    monkeypatch.setattr(listed, "remembered", lambda question, *said: question(*said))
    said = as_alice.get(TODAY).content.decode()
    assert "<script>alert" not in said
    assert f"<bdi>{escape(name)[:10]}" in said
    assert len(said) < 200_000


def test_a_reader_reads_and_has_no_buttons(as_rita: Client) -> None:
    said = as_rita.get(TODAY).content.decode()
    assert "Write it" in said
    assert reverse("today_handle") not in said


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (130, "2 h 10 min"), (180.4, "3 h")]
)
def test_minutes_as_people_say_them(minutes: float, said: str) -> None:
    assert hours(minutes) == said


def test_the_price_of_an_hour_in_words() -> None:
    row = {"team": "marketing", "minutes": 60, "price": 58 / 60}
    assert price_said(row, "EUR") == "One more hour of marketing would be worth 58 EUR."
    assert price_said(row | {"price": 0.0}, "EUR").startswith("Marketing has minutes to spare")
    assert price_said(row | {"minutes": 0}, "EUR") == "Marketing has no minutes today."


def test_a_stranger_sees_nothing(charlie: Client) -> None:
    assert charlie.get(TODAY).status_code == 302
