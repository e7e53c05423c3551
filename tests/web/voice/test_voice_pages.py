"""Voice: problems with the people and texts behind them, who waits, what may be quoted; what a text really was, and who
allows to be quoted, are noted (S0.36, S3.14, S0.27, S0.4, S0.5, S3.22, S4.14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.company import Company
from byname.decided import facts
from byname.report.words import day
from byname.snapshot import Snapshot
from byname.voices import Part, shortlist, told, waiting
from byname.web.accounts.models import Entry
from byname.web.written.laid_over import LaidOver
from tests.web.shown import copied, emptied, lay_over, people_on, rewritten, show, work_for

PAGES = ["voice", "voice-waiting", "voice-quotes"]


def text(client: Client, name: str, **asked: str) -> str:
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def message(snapshot: Snapshot) -> dict[str, Any]:
    """A message that waits for an answer."""
    return waiting(snapshot, Part(1))[0]


def address(message: dict[str, Any]) -> str:
    return reverse("voice-text", args=[message["fact_id"]]) + f"?of={message['person_id']}"


def test_who_waits_is_named_the_worthiest_or_the_oldest_first(as_rita: Client, snapshot: Snapshot) -> None:
    worthiest, oldest = text(as_rita, "voice-waiting"), text(as_rita, "voice-waiting", first="oldest")
    rows = snapshot.query("select person_id, waited_days, worth from waiting")
    most = max(rows, key=lambda row: row["worth"] or 0)
    assert people_on(worthiest.encode())[0] == most["person_id"]
    longest = max(row["waited_days"] for row in rows)
    assert people_on(oldest.encode())[0] in {row["person_id"] for row in rows if row["waited_days"] == longest}
    assert f"{longest:,} day" in oldest


def test_each_problem_opens_the_people_and_the_texts_behind_it(as_rita: Client, snapshot: Snapshot) -> None:
    problems = snapshot.query("select * from problems order by people desc, problem")
    assert problems
    page = text(as_rita, "voice")
    for row in problems[:5]:
        assert f"?of={row['problem'].replace(' ', '%20')}" in page or "%" in page
        behind = snapshot.query("select * from problem_messages where problem = $1", [row["problem"]])
        assert len({one["person_id"] for one in behind}) == row["people"]
        assert len(behind) == row["messages"]
        shown = text(as_rita, "voice-problem", of=row["problem"])
        first = told(snapshot, row["problem"], Part(50))
        assert people_on(shown.encode()) == list(dict.fromkeys(one["person_id"] for one in first))
        assert all(reverse("voice-text", args=[one["fact_id"]]) in shown for one in first)


@pytest.mark.parametrize("of", ["", "no such problem", "' or 1=1 --", "\0", "<script>"])
def test_a_problem_that_is_none_is_not_found(as_rita: Client, of: str) -> None:
    assert as_rita.get(reverse("voice-problem"), {"of": of}).status_code == 404


def test_no_words_of_a_sensitive_text_are_shown(
    as_rita: Client, snapshot: Snapshot, message: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = copied(snapshot, tmp_path)
    rows = snapshot.query("select * from voice")
    for row in rows:
        if row["fact_id"] == message["fact_id"]:
            row |= {"sensitive": True, "quote": "my illness"}
    rewritten(changed, "voice", rows)
    show(monkeypatch, changed)
    page = as_rita.get(address(message)).content.decode()
    assert "It is sensitive" in page
    assert "my illness" not in page


def test_words_to_be_asked_for_are_not_shown_on_the_shortlist(as_rita: Client, snapshot: Snapshot) -> None:
    rows = [row for row in shortlist(snapshot, Part(50)) if row["state"] == "ask"]
    assert rows
    page = text(as_rita, "voice-quotes", state="ask")
    assert people_on(page.encode())
    assert "<blockquote" not in page


def test_a_member_says_what_a_text_really_was(
    as_bob: Client, company: Company, message: dict[str, Any], snapshot: Snapshot
) -> None:
    page = as_bob.get(address(message)).content.decode()
    correct = reverse("voice-correct", args=[message["fact_id"]])
    assert correct in page
    for _twice in range(2):
        answer = as_bob.post(f"{correct}?of={message['person_id']}", {"label": "not complaint"}, follow=True)
        assert "Corrected since to: not complaint." in answer.content.decode()
    said = [one for one in facts(company, ("label",)) if one["value"] == f"{message['fact_id']} not complaint"]
    assert [one["by_whom"] for one in said] == ["Bob"]
    (entry,) = Entry.objects.filter(action="label", about=message["fact_id"])
    assert (entry.by, entry.after) == ("bob@kettle.test", {"label": "not complaint"})


def test_a_label_that_is_none_changes_nothing(as_bob: Client, message: dict[str, Any]) -> None:
    correct = reverse("voice-correct", args=[message["fact_id"]])
    answer = as_bob.post(correct, {"label": "wonderful"}, follow=True)
    assert "expected one of" in answer.content.decode()
    assert not Entry.objects.filter(action="label").exists()


def test_a_member_notes_who_allows_to_be_quoted_and_who_no_longer_does(
    as_bob: Client, company: Company, snapshot: Snapshot
) -> None:
    person = shortlist(snapshot, Part(1))[0]["person_id"]
    allow = reverse("voice-allow")
    until = company.today().replace(year=company.today().year + 1, day=1).isoformat()
    yes = as_bob.post(allow, {"person": person, "scope": " website ", "until": until}, follow=True).content.decode()
    assert f"may be quoted (website) until {until}" in yes
    assert f"until {day(date.fromisoformat(until))}; their words show at the next refresh" in text(
        as_bob, "voice-quotes"
    )
    no = as_bob.post(allow, {"person": person, "withdrawn": "yes"}, follow=True).content.decode()
    assert "may no longer be quoted" in no
    assert "Noted since: they may no longer be quoted." in text(as_bob, "voice-quotes")
    assert [one["value"] for one in sorted(facts(company, ("quote",)), key=lambda one: one["occurred_at"])][-2:] == [
        "website", "withdrawn",
    ]  # fmt: skip
    entries = Entry.objects.filter(action="quote", about=person).order_by("id")
    assert [entry.after for entry in entries] == [{"scope": "website", "until": until}, None]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"scope": "", "until": ""}, "where we may quote them"),
        ({"scope": "website", "until": "tomorrow"}, "not a day such as"),
        ({"scope": "website", "until": "2001-01-01"}, "a day that is not over"),
    ],
)
def test_leave_without_a_place_or_with_a_day_that_is_over_is_refused(
    as_bob: Client, snapshot: Snapshot, asked: dict[str, str], says: str
) -> None:
    person = shortlist(snapshot, Part(1))[0]["person_id"]
    answer = as_bob.post(reverse("voice-allow"), {"person": person, **asked}, follow=True)
    assert says in answer.content.decode()
    assert not Entry.objects.filter(action="quote").exists()


def test_a_reader_changes_nothing_and_sees_no_form(as_rita: Client, message: dict[str, Any]) -> None:
    page = as_rita.get(address(message)).content.decode()
    assert "What it really was" not in page
    assert as_rita.post(reverse("voice-correct", args=[message["fact_id"]]), {"label": "praise"}).status_code == 403
    assert as_rita.post(reverse("voice-allow"), {"person": message["person_id"], "scope": "x"}).status_code == 403
    assert "They said yes" not in text(as_rita, "voice-quotes")


def test_what_changes_is_not_changed_by_looking(as_bob: Client, message: dict[str, Any]) -> None:
    assert as_bob.get(reverse("voice-correct", args=[message["fact_id"]])).status_code == 405
    assert as_bob.get(reverse("voice-allow")).status_code == 405


def test_a_post_from_elsewhere_is_refused(bob: Any, message: dict[str, Any]) -> None:
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    answer = elsewhere.post(reverse("voice-correct", args=[message["fact_id"]]), {"label": "praise"})
    assert answer.status_code == 403


def test_who_is_shown_to_nobody_is_nowhere(
    as_bob: Client, message: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {name: people_on(as_bob.get(reverse(name)).content) for name in PAGES}
    gone = {message["person_id"], *(people[0] for people in seen.values())}
    lay_over(monkeypatch, LaidOver(hidden=frozenset(gone)))
    for name in PAGES:
        assert not gone & set(people_on(as_bob.get(reverse(name)).content))
    assert as_bob.get(address(message)).status_code == 404
    assert as_bob.post(reverse("voice-correct", args=[message["fact_id"]]), {"label": "praise"}).status_code == 404
    allowed = as_bob.post(reverse("voice-allow"), {"person": message["person_id"], "scope": "website"})
    assert allowed.status_code == 404
    assert not Entry.objects.filter(action__in=["label", "quote"]).exists()


def test_what_a_merged_person_waits_for_is_shown_as_the_others(
    as_rita: Client, message: dict[str, Any], snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (other,) = snapshot.query("select person_id from people where person_id <> $1 limit 1", [message["person_id"]])
    lay_over(monkeypatch, LaidOver(merged={message["person_id"]: other["person_id"]}))
    page = text(as_rita, "voice-waiting")
    assert other["person_id"] in people_on(page.encode())
    assert message["person_id"] not in people_on(page.encode())
    opened = as_rita.get(reverse("voice-text", args=[message["fact_id"]]) + f"?of={other['person_id']}")
    assert other["person_id"] in people_on(opened.content)


def test_employees_are_scored_only_where_the_company_wants_it(
    as_rita: Client,
    snapshot: Snapshot,
    company: Company,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scored = copied(snapshot, tmp_path)
    row: dict[str, Any] = dict.fromkeys(
        ("satisfaction", "satisfaction_low", "satisfaction_high", "resolution", "resolution_low", "resolution_high"),
        0.8,
    )
    rewritten(scored, "agents", [{"employee": "Ada Lovelace", "people": 30, "cases": 30, "says": "", **row}])
    show(monkeypatch, scored)
    assert "Ada Lovelace" not in text(as_rita, "voice")
    wanted = company.settings.model_copy(update={"voice": company.settings.voice.model_copy(update={"agents": True})})
    work_for(monkeypatch, replace(company, settings=wanted))
    page = text(as_rita, "voice")
    assert "Ada Lovelace" in page
    assert "talked is not counted" in page


@pytest.mark.parametrize("name", PAGES)
def test_with_nothing_on_record_a_page_says_what_to_do(
    as_rita: Client, snapshot: Snapshot, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(monkeypatch, emptied(snapshot, tmp_path))
    page = text(as_rita, name)
    assert 'class="empty"' in page
    assert "data-chart" not in page
