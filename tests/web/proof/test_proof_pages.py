"""Proof: effects with ranges and verdicts in words, what to stop, what is not proven, what cannot be known (S2.11, S1.15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.company import Company
from byname.proofs import held_now, proofs
from byname.snapshot import Snapshot
from byname.web.console.proof.effects import effects
from byname.web.written.laid_over import LaidOver
from tests.web.shown import copied, lay_over, rewritten, show, work_for


def row(action: str, **more: Any) -> dict[str, Any]:
    """A row of the table `proof`."""
    return {
        "action": action, "title": f"Title of {action}", "on": "bought_90d", "kind": "open-ended", "treated": 400,
        "held_out": 200, "running": 0, "mean_treated": 0.5, "mean_held_out": 0.45, "effect": 0.05, "low": 0.01,
        "high": 0.09, "se": 0.02, "cut": 0.1, "chance": 0.01, "verdict": "works", "stop": False, "smallest": 0.06,
        "says": f"says of {action}", "since": date(2026, 1, 1), "until": date(2026, 2, 1), **more,
    }  # fmt: skip


ROWS = [
    row("welcome"),
    row("growth-talk", on="spend_180d", effect=-12.5, low=-20.0, high=-5.0, verdict="harms", stop=True),
    row("preview", effect=None, low=None, high=None, verdict="too early", running=77),
    row("Letter 1", kind="not randomised", effect=None, low=None, high=None, verdict="refused", held_out=0),
]


@pytest.fixture
def page(as_rita: Client, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page over four made campaigns."""
    made = copied(snapshot, tmp_path)
    rewritten(made, "proof", ROWS)
    show(monkeypatch, made)
    answer = as_rita.get(reverse("proof"))
    assert answer.status_code == 200
    return answer.content.decode()


def part(page: str, start: str, end: str) -> str:
    return page[page.index(f"<h2>{start}") : page.index(f"<h2>{end}")]


def test_what_harms_stands_first_under_stop(page: str) -> None:
    stop = part(page, "Stop doing this", "What was shown by lot")
    assert "says of growth-talk" in stop
    assert "says of welcome" not in stop


def test_effects_have_ranges_in_their_own_unit_and_a_picture_for_each(page: str) -> None:
    shown = part(page, "What was shown by lot", "Drawn by lot")
    assert '5.0 <span class="range">(1.0 to 9.0)</span>' in shown
    assert '-12.5 <span class="range">(-20.0 to -5.0)</span>' in shown.replace("\N{MINUS SIGN}", "-")
    assert shown.count("data-chart=") == 2
    assert "bought within 90 days" in shown
    assert "spent within 180 days" in shown


def test_what_has_nothing_to_show_yet_says_so_and_runs(page: str) -> None:
    assert "says of preview" in part(page, "Drawn by lot", "Running")
    assert "77" in part(page, "Running", "Not proven")


def test_without_lots_nothing_is_shown_as_an_effect(page: str) -> None:
    assert "says of Letter 1" in part(page, "Not proven, and why", "What your records can tell")
    assert "Letter 1" not in part(page, "What was shown by lot", "Drawn by lot")


def test_what_cannot_be_known_comes_first_with_what_to_start_recording(page: str, snapshot: Snapshot) -> None:
    ready = page[page.index("<h2>What your records can tell") :]
    rows = proofs(snapshot).readiness
    places = [ready.index(one["question"]) for one in rows]
    assert places == sorted(places)
    assert rows[0]["answer"] != "yes"
    assert all(one["do"].replace("'", "&#x27;") in ready for one in rows)


def test_a_name_leads_to_the_playbook_and_its_text(page: str, as_rita: Client) -> None:
    where = reverse("proof-playbook", args=["welcome"])
    assert where in page
    assert reverse("proof-playbook", args=["Letter 1"]) not in page
    opened = as_rita.get(where).content.decode()
    assert "What the customer gains" in opened
    assert "says of welcome" in opened
    assert "{{ first_name }}" in opened


def test_a_playbook_of_the_companys_own_that_is_wrong_closes_no_page(
    as_rita: Client,
    company: Company,
    snapshot: Snapshot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show(monkeypatch, copied(snapshot, tmp_path))
    own = tmp_path / "own"
    (own / "playbooks").mkdir(parents=True)
    (own / "playbooks" / "broken.toml").write_text("action = ", "utf-8")
    work_for(monkeypatch, replace(company, folder=own))
    lay_over(monkeypatch, LaidOver())
    assert as_rita.get(reverse("proof")).status_code == 200
    assert as_rita.get(reverse("proof-playbook", args=["welcome"])).status_code == 200


@pytest.mark.parametrize("action", ["no-such", "..", "' or 1=1 --", "<script>"])
def test_a_playbook_that_is_none_is_not_found(as_rita: Client, action: str) -> None:
    assert as_rita.get(reverse("proof-playbook", args=[action])).status_code == 404


def test_who_is_held_out_now_is_counted_by_playbook(as_rita: Client, snapshot: Snapshot) -> None:
    held = held_now(snapshot)
    found = snapshot.query("select action, count(*) as people from blocked where rule = 'held-out' group by action")
    assert {one.action: one.held for one in held} == {one["action"]: one["people"] for one in found}
    text = as_rita.get(reverse("proof")).content.decode()
    assert all(reverse("proof-playbook", args=[one.action]) in text for one in held)


def test_money_and_probabilities_are_never_on_one_axis() -> None:
    found = effects([one for one in ROWS if one["effect"] is not None], "EUR")
    assert [[one["action"] for one in each.rows] for each in found] == [["welcome"], ["growth-talk"]]
    assert [each.unit for each in found] == ["percentage points", "EUR a person"]


def test_with_nothing_on_record_a_page_says_what_to_do(
    as_rita: Client, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = copied(snapshot, tmp_path)
    for path in empty.folder.glob("*.parquet"):
        rewritten(empty, path.stem, [])
    show(monkeypatch, empty)
    text = as_rita.get(reverse("proof")).content.decode()
    assert text.count('class="empty"') >= 4
    assert "data-chart" not in text
