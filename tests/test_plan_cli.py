"""`byname today`, `plan`, `proof` and `audience`: names, reasons and words within limits (S0.11, S1.20 to S1.22, S0.30)."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from byname.cli import app
from byname.company import create, open_company
from byname.facts import intake
from byname.refresh import refresh
from byname.snapshot import open_current

AS_OF = date(2026, 6, 30)  # a Tuesday
LOYAL = [f"Loyal {letter}" for letter in "ABCDEFGHIJKL"]
PEOPLE = ["Pia Promised", "Conrad Complains", "Wanda Welcome", "Rex Restricted", "Olaf Objects", *LOYAL]


def mail(name: str) -> str:
    return name.lower().replace(" ", ".") + "@example.com"


def _orders() -> list[str]:
    rows = [
        (name, AS_OF - timedelta(days=20 + 30 * n)) for name in PEOPLE for n in range(12) if name != "Wanda Welcome"
    ]
    rows.append(("Wanda Welcome", AS_OF - timedelta(days=3)))
    return ["order id,date,email,total,currency"] + [
        f"o{n},{day},{mail(name)},{40 + n % 7},EUR" for n, (name, day) in enumerate(rows)
    ]


FILES = {
    "customers.csv": ["customer id,name,email", *(f"c{n},{name},{mail(name)}" for n, name in enumerate(PEOPLE))],
    "orders.csv": _orders(),
    "promises.csv": [
        "promise id,email,promised on,promise,due date,kept on",
        f"q1,{mail('Pia Promised')},2026-06-10,a new lid,2026-06-20,",
        f"q2,{mail('Rex Restricted')},2026-06-10,a call,2026-06-20,",
    ],
    "tickets.csv": [
        "ticket id,created at,email,subject,text,status",
        f"t1,2026-06-25,{mail('Conrad Complains')},Broken,The lid arrived broken and nobody answers. I am very unhappy.,open",
    ],
    "consents.csv": [
        "consent id,email,channel,purpose,state,date",
        *(f"k{n},{mail(name)},email,marketing,given,2026-01-01" for n, name in enumerate(PEOPLE)),
    ],
    "preferences.csv": [
        "preference id,email,preference,value,date",
        f"w1,{mail('Rex Restricted')},restriction,,2026-03-01",
        f"w2,{mail('Olaf Objects')},objection,marketing,2026-03-01",
    ],
}


def made(folder: Path, files: dict[str, list[str]], settings: Callable[[str], str] = lambda text: text) -> Path:
    """A company of these files, refreshed."""
    company = create(folder / "acme", name="Acme", currency="EUR", zone="Europe/Berlin", country="DE")
    toml = company.folder / "byname.toml"
    toml.write_text(settings(toml.read_text("utf-8")), "utf-8")
    for name, lines in files.items():
        path = folder / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        (outcome,) = intake.add(open_company(company.folder), [str(path)])
        assert outcome.error is None, (name, outcome)
        assert outcome.new, (name, outcome)
        assert not outcome.refused, (name, outcome)
    refresh(open_company(company.folder), as_of=AS_OF)
    return company.folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("plan"), FILES, lambda text: text.replace("held_out = 0.05", "held_out = 0"))


def run(*words: str | Path, status: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result


def read(*words: str | Path, status: int = 0) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(*words, "--format", "json", status=status).stdout)
    return document


def test_today_names_people_with_reason_way_and_words(shop: Path) -> None:
    """S1.20 to S1.22, S0.30: one action, a reason of one sentence, how; by name."""
    document = read("today", shop)
    assert document["as_of"] == "2026-06-30"
    assert document["currency"] == "EUR"
    rows = document["people"]
    assert rows
    for row in rows:
        assert row["name"] in PEOPLE
        assert row["person_id"].startswith("p")
        assert row["team"] in {"sales", "marketing", "product", "service"}
        assert row["action"]
        assert row["how"]
        assert row["reason"].count("{") == 0
        assert row["customer_gain"]
    assert document["delight"]["name"] in PEOPLE


def test_what_is_owed_comes_first(shop: Path) -> None:
    """S3.17, S0.7: a broken promise and a complaint that waits are service's first work, whatever they are worth."""
    rows = [row for row in read("today", shop, "--team", "service")["people"] if row["owed"]]
    assert {row["name"] for row in rows} >= {"Pia Promised", "Conrad Complains"}
    assert [row["place"] for row in rows] == list(range(1, len(rows) + 1))
    promised = next(row for row in rows if row["name"] == "Pia Promised")
    assert "a new lid" in promised["reason"]
    assert "a new lid" in promised["words"]
    assert promised["choice"].startswith("owed")


def test_the_text_reads_like_a_list_for_people(shop: Path) -> None:
    said = run("today", shop).stdout
    assert said.startswith("Whom to reach on Tuesday, 30 June 2026\nDelight today: ")
    assert "Service:" in said
    assert "Left out, by rule" in said
    assert "None" not in said
    assert "nan" not in said


def test_who_restricted_or_objected_is_in_no_list_of_marketing(shop: Path) -> None:
    """S2.19, S4.2: restriction is nothing at all, an objection leaves service alone; both are told with their rule."""
    snapshot = open_current(open_company(shop))
    planned = snapshot.query(
        "select people.name, plan.kind, plan.owed from plan join people on people.person_id = plan.person_id"
    )
    assert "Rex Restricted" not in {row["name"] for row in planned}
    assert all(row["kind"] == "service" for row in planned if row["name"] == "Olaf Objects")
    rules = snapshot.query(
        """
        select people.name, blocked.rule, blocked.says from blocked
        join people on people.person_id = blocked.person_id where people.name in ('Rex Restricted', 'Olaf Objects')
        """
    )
    assert {row["rule"] for row in rules if row["name"] == "Rex Restricted"} == {"restriction"}
    assert all(row["says"] for row in rules)


def test_a_brief_says_what_is_planned_and_what_a_rule_stops(shop: Path) -> None:
    """S3.15: one view of the person for all teams, with what may be done now."""
    said = run("who", shop, mail("Pia Promised")).stdout
    assert "Planned: Tue 30 Jun, service: Apologise for a broken promise" in said
    stopped = run("who", shop, mail("Rex Restricted")).stdout
    assert "Planned" not in stopped
    assert "Not now: Rex" in stopped
    assert "restricted" in stopped


def test_the_week_says_prices_capacity_gap_and_who_was_left_out(shop: Path) -> None:
    document = read("plan", shop, "--week")
    days = {row["day"] for row in document["capacity"] if row["minutes"] > 0}
    assert days == {"2026-06-30", "2026-07-01", "2026-07-02", "2026-07-03", "2026-07-06"}
    assert all(row["used"] <= row["minutes"] + 1e-6 for row in document["capacity"])
    gap = next(row for row in document["choice"] if row["name"] == "gap")
    assert 0 <= gap["value"] < 0.05
    said = run("plan", shop, "--week").stdout
    assert "of the best that the minutes allow" in said
    assert "an hour is worth" in said


def test_the_plan_never_breaks_what_it_promises(shop: Path) -> None:
    """S2.7, S2.8: no more contacts a person than their budget, one a day, and never twice the same."""
    rows = read("plan", shop, "--week")["people"]
    contacts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        contacts.setdefault(row["person_id"], []).append(row)
    for mine in contacts.values():
        assert len({row["day"] for row in mine}) == len(mine)
        assert len({row["action"] for row in mine}) == len(mine)


def test_a_plan_for_an_employee_is_theirs_and_an_unknown_one_is_told(shop: Path) -> None:
    result = CliRunner().invoke(app, ["today", str(shop), "--for", "Nobody Here"])
    assert result.exit_code != 0
    assert "an employee who knows a customer" in str(result.exception)


def test_an_audience_holds_no_one_whom_the_gate_stops(shop: Path, tmp_path: Path) -> None:
    """S2.7, S2.19: the list for another tool is the gate's, and what was left out is counted."""
    copy = tmp_path / "acme"
    shutil.copytree(shop, copy)
    action = read("plan", copy, "--week")
    chosen = {row["action"] for row in action["people"] if row["channel"] == "email" and row["kind"] != "service"}
    assert chosen
    file = tmp_path / "list.csv"
    run("audience", copy, min(chosen), file)
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    mails = {value for row in rows for value in row.values() if value and "@" in value}
    assert mails
    assert mails <= {mail(name) for name in PEOPLE}
    assert mail("Rex Restricted") not in mails
    assert mail("Olaf Objects") not in mails


def test_proof_without_lots_says_that_nothing_is_proven_and_what_to_record(shop: Path) -> None:
    """S1.1, S1.15: what the company's own data can and cannot tell."""
    document = read("proof", shop, status=1)
    assert document["campaigns"] == []
    assert any(row["answer"] == "no" and row["do"] for row in document["readiness"])


def test_without_any_consent_service_alone_remains_and_it_is_said_what_to_do(tmp_path: Path) -> None:
    """A company that has no consents: an explained plan of what is owed, not an empty screen."""
    files = {name: lines for name, lines in FILES.items() if name not in {"consents.csv", "preferences.csv"}}
    folder = made(tmp_path, files)
    document = read("today", folder)
    assert {row["kind"] for row in document["people"]} <= {"service"}
    assert any("Load consents" in line and "[basis]" in line for line in document["advice"])


def test_with_no_minutes_and_everybody_held_out_the_plan_is_empty_and_explained(tmp_path: Path) -> None:
    def settings(text: str) -> str:
        text = text.replace("held_out = 0.05", "held_out = 0.5")
        for team in ("sales", "marketing", "product", "service"):
            text = text.replace(f"{team} = 60", f"{team} = 0")
        return text

    folder = made(tmp_path, FILES, settings)
    document = read("today", folder, status=1)
    assert document["people"] == []
    assert any("[teams]" in line for line in document["advice"])
    snapshot = open_current(open_company(folder))
    assert snapshot.query("select 1 from blocked where rule = 'held-out'")
    assert "Nobody works" in run("today", folder, status=1).stdout


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('whom = "orders > 1); drop table profile; --"', "mine.toml"),
        ('whom = "ordrs > 1"', 'did you mean "orders"'),
        ('words = "Dear {{ first_name.__class__ }}"', "attribute"),
        ('gain = ""', "gain"),
    ],
)
def test_a_bad_playbook_stops_the_refresh_and_changes_nothing(
    shop: Path, tmp_path: Path, line: str, found: str
) -> None:
    """S4.1: names the file and what to do; yesterday's plan stands."""
    copy = tmp_path / "acme"
    shutil.copytree(shop, copy)
    (copy / "playbooks").mkdir()
    plain = {
        "action": '"mine"', "title": '"Mine"', "team": '"sales"', "kind": '"thank"', "whom": '"orders > 11"',
        "channels": '["email"]', "minutes": "3", "why": '"{{ name }} bought {{ orders }} times."',
        "gain": '"is thanked"', "goal": '"stays"', "cooldown_days": "90", "holdout": "0.1",
        "expected": '{ effect = 0.01, sd = 0.01, on = "stayed_365d", origin = "prior: a guess" }',
        "words": '"Dear {{ first_name }}, thank you."',
    }  # fmt: skip
    key, _, value = line.partition(" = ")
    text = "\n".join(f"{name} = {said}" for name, said in (plain | {key: value}).items())
    (copy / "playbooks" / "mine.toml").write_text(text, "utf-8")
    before = (copy / "snapshots" / "CURRENT").read_text("utf-8")
    result = CliRunner().invoke(app, ["refresh", str(copy), "--as-of", str(AS_OF)])
    assert result.exit_code != 0
    assert found in str(result.exception)
    assert (copy / "snapshots" / "CURRENT").read_text("utf-8") == before
