"""`byname standing`, `voice`, `correct` and `who`: answers with names, reasons and records (S1.9, S0.27, S0.36, S0.17)."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from byname.cli import app
from byname.company import create, open_company
from byname.errors import UsageError
from byname.facts import intake
from byname.refresh import refresh
from byname.snapshot import open_current

AS_OF = date(2026, 6, 30)
PEOPLE = ("Ada Loyal", "Ben Angry", "Cora Silent", "Dan Friend", "Eve Child", "Finn Sold")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six people: one likes us, one is angry and waits, one rates low without a word, one brings a friend, a child, a friend."""
    folder = tmp_path_factory.mktemp("standing")
    company = create(folder / "acme", name="Acme", currency="EUR", zone="Europe/Berlin", country="DE")
    toml = company.folder / "byname.toml"
    toml.write_text(toml.read_text("utf-8") + '\n[[employees]]\nname = "Maren Holm"\n', "utf-8")
    for name, lines in FILES.items():
        path = folder / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        (outcome,) = intake.add(open_company(company.folder), [str(path)])
        assert outcome.error is None, (name, outcome)
        assert outcome.new, (name, outcome)
    refresh(open_company(company.folder), as_of=AS_OF)
    return company.folder


def mail(name: str) -> str:
    return name.lower().replace(" ", ".") + "@example.com"


def _orders() -> list[str]:
    days = {
        "Ada Loyal": [f"{2025 + (month > 12)}-{(month - 1) % 12 + 1:02}-10" for month in range(1, 19)],
        "Ben Angry": ["2026-01-05", "2026-03-05", "2026-05-05"],
        "Cora Silent": ["2025-02-01", "2025-04-01", "2025-06-01"],
        "Dan Friend": ["2025-09-01", "2025-12-01", "2026-03-01", "2026-06-01"],
        "Eve Child": ["2026-05-01"],
        "Finn Sold": ["2026-04-01"],
    }
    rows = [(name, day) for name, all_days in days.items() for day in all_days]
    return ["order id,date,email,total,currency"] + [
        f"o{n},{day},{mail(name)},{40 + n},EUR" for n, (name, day) in enumerate(rows)
    ]


FILES = {
    "customers.csv": [
        "customer id,name,email,date of birth",
        *(f"c{n},{name},{mail(name)},{'2015-05-05' if name == 'Eve Child' else ''}" for n, name in enumerate(PEOPLE)),
    ],
    "orders.csv": _orders(),
    "tickets.csv": [
        "ticket id,created at,customer email,subject,description,status",
        f't1,2026-06-10 09:00,{mail("Ben Angry")},Still waiting,"My kettle arrived broken and nobody answers. This is terrible service, I want my money back.",open',
        f't2,2026-05-10 09:00,{mail("Ada Loyal")},Thanks,"Thank you, Maren Holm was wonderful and very helpful. I love this shop!",solved',
        f't3,2026-05-12 09:00,{mail("Eve Child")},Hello,"This is terrible, I hate it.",open',
    ],
    "referrals.csv": ["referral id,date,referrer email,referred email", f"r1,2026-03-20,{mail('Dan Friend')},{mail('Finn Sold')}"],
    "nps.csv": [
        "response id,date,email,nps score,comment",
        f"n1,2026-04-01,{mail('Ada Loyal')},10,Best shop I know",
        f"n2,2026-05-20,{mail('Cora Silent')},1,",
        f"n3,2026-05-21,{mail('Dan Friend')},9,",
    ],
    "promises.csv": [
        "promise id,email,promised on,promise,due date,kept on",
        f"p1,{mail('Ben Angry')},2026-06-11,a new kettle,2026-06-15,",
    ],
}  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def standing_of(shop: Path, name: str) -> dict[str, Any]:
    found = json.loads(run("who", shop, mail(name), "--format", "json").stdout)
    person: dict[str, Any] = found["people"][0]
    return person


def test_everybody_stands_where_the_records_say(shop: Path) -> None:
    named = {name: standing_of(shop, name)["standing"] for name in PEOPLE if name != "Eve Child"}
    assert named["Ada Loyal"]["standing"] == "loyal"
    assert named["Ben Angry"]["standing"] == "actively_dissatisfied"
    assert named["Cora Silent"]["standing"] == "dissatisfied"
    assert named["Dan Friend"]["standing"] == "advocate"
    assert named["Finn Sold"]["standing"] in ("unknown", "neutral")
    for one in named.values():
        five = [one[name] for name in ("neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate")]
        assert sum(five) == pytest.approx(1)
        assert (one["standing"] == "unknown") == (max(five) < 0.5)


def test_willing_and_doing_are_two_columns(shop: Path) -> None:
    ada, dan = standing_of(shop, "Ada Loyal")["standing"], standing_of(shop, "Dan Friend")["standing"]
    assert (ada["would_recommend"], ada["does_recommend"]) == (True, False)
    assert (dan["would_recommend"], dan["does_recommend"]) == (True, True)
    assert standing_of(shop, "Ben Angry")["standing"]["would_recommend"] is None


def test_each_reason_is_a_sentence_with_its_record(shop: Path) -> None:
    reasons = standing_of(shop, "Ben Angry")["reasons"]
    assert 1 <= len(reasons) <= 5
    assert any(one["source_id"] == "t1" for one in reasons)
    assert all(one["says"] for one in reasons)


def test_a_child_has_a_name_and_nothing_else(shop: Path) -> None:
    """TERMS: minors have no value, voice, standing or plan, in `people` only."""
    child = standing_of(shop, "Eve Child")
    assert child["person"]["name"] == "Eve Child"
    assert child["standing"] is None
    assert child["value"] is None
    assert child["said"] == child["timeline"] == child["reasons"] == []


def test_a_persons_brief_reads_like_a_colleagues(shop: Path) -> None:
    said = run("who", shop, mail("Ben Angry")).stdout
    assert "Standing: actively dissatisfied" in said
    assert "speaks unasked" in said
    assert "In their own words" in said
    assert "We promised: a new kettle, due 2026-06-15 (broken)" in said
    assert re.search(r"complained on 2026-06-10 \(\w+\)", said)


def test_standing_counts_and_says_what_is_usual(shop: Path) -> None:
    result = run("standing", shop)
    assert result.exit_code == 0
    assert "Where customers stand on 2026-06-30" in result.stdout
    assert re.search(r"advocate +1 ", result.stdout)
    assert "one to five in a hundred are usual" in result.stdout
    assert "likely too many" in result.stdout  # one of five
    assert "Would recommend us: 2 of 3 who were asked." in result.stdout
    counts = list(csv.DictReader(io.StringIO(run("standing", shop, "--format", "csv").stdout)))
    assert sum(int(row["people"]) for row in counts) == len(PEOPLE) - 1
    assert json.loads(run("standing", shop, "--format", "json").stdout)["too_many"] is True


def test_voice_tells_who_waits_whom_they_praise_and_who_may_be_asked(shop: Path) -> None:
    said = run("voice", shop).stdout
    assert re.search(r"Ben Angry +\d+ days .* complaint: \"Still waiting", said)
    assert "Maren Holm: 1 person" in said
    assert "Could be asked for permission" in said
    assert "Eve Child" not in said
    found = json.loads(run("voice", shop, "--format", "json").stdout)
    assert [row["person_id"] for row in found["waiting"]] == [standing_of(shop, "Ben Angry")["person"]["person_id"]]
    assert all(row["quote"] is None for row in found["testimonials"])  # nobody gave permission


def test_no_quote_holds_an_address(shop: Path) -> None:
    for row in open_current(open_company(shop)).query("select quote from voice where quote is not null"):
        assert "@" not in row["quote"]


@pytest.mark.parametrize(
    ("message", "label", "says"),
    [("t1", "angry", 'found "angry"'), ("", "complaint", "no messages"), ("nothing", "complaint", "no messages")],
)
def test_a_wrong_correction_says_what_is_expected(shop: Path, message: str, label: str, says: str) -> None:
    from byname.correcting import correct

    with pytest.raises(UsageError) as told:
        correct(open_company(shop), message, label, by="Nora")
    assert says in str(told.value)


def test_what_staff_say_of_a_text_holds_from_the_next_refresh_on(shop: Path, tmp_path: Path) -> None:
    copy = tmp_path / "acme"
    shutil.copytree(shop, copy)
    first = run("correct", copy, "t1", "not complaint", "--by", "Nora")
    assert "The next refresh takes it up." in first.stdout
    run("correct", copy, "t1", "positive", "--by", "Nora")
    assert "already" in run("correct", copy, "t1", "positive", "--by", "Nora").stdout
    refresh(open_company(copy), as_of=date(2027, 6, 30))  # a correction is made today
    rows = open_current(open_company(copy)).query("select * from voice where source_id = 't1'")
    assert [(row["positive"], row["intents"], row["model"]) for row in rows] == [(1.0, "", "corrected by hand")]
    assert "1 of" not in run("files", copy).stdout  # what was decided is no file


def test_a_company_without_words_says_what_to_do(tmp_path: Path) -> None:
    company = create(tmp_path / "new", name="New", currency="EUR", zone="UTC", country="DE")
    refresh(company, as_of=AS_OF)
    voice, standing = run("voice", company.folder), run("standing", company.folder)
    assert (voice.exit_code, standing.exit_code) == (1, 1)
    assert "read tickets, reviews or surveys (byname add)" in voice.stdout
    assert "Nobody's standing is known yet" in standing.stdout


def test_made_twice_it_is_the_same(shop: Path) -> None:
    first = open_current(open_company(shop)).folder
    second = refresh(open_company(shop), as_of=AS_OF).folder
    for name in ("standing", "evidence", "voice", "moves", "flows", "stages", "problems", "asks", "incidents"):
        assert (first / f"{name}.parquet").read_bytes() == (second / f"{name}.parquet").read_bytes(), name


def test_a_quote_is_shown_only_with_a_permission_that_has_not_ended(shop: Path, tmp_path: Path) -> None:
    """S0.5: permission has a scope, a date and an end."""
    copy = tmp_path / "acme"
    shutil.copytree(shop, copy)
    ada = mail("Ada Loyal")

    def state(as_of: date) -> tuple[str, str | None]:
        refresh(open_company(copy), as_of=as_of)
        rows = json.loads(run("voice", copy, "--format", "json").stdout)["testimonials"]
        return next((row["state"], row["quote"]) for row in rows if row["email"] == ada)

    for wrong in ((), ("--scope", "website", "--until", "2020-01-01")):  # where, was not said; the end is over
        assert isinstance(run("permit", copy, ada, *wrong).exception, UsageError)
    assert run("permit", copy, ada, "--scope", "website", "--until", "2027-01-31", "--by", "Nora").exit_code == 0
    found, quote = state(date(2027, 1, 30))
    assert found == "permitted"
    assert quote
    assert "@" not in quote
    assert state(date(2027, 2, 1)) == ("expired", None)
    assert "may no longer be quoted" in run("permit", copy, ada, "--withdrawn", "--by", "Nora").stdout
    refresh(open_company(copy), as_of=date(2027, 2, 2))
    assert ada not in run("voice", copy, "--format", "json").stdout.split('"testimonials"')[1]
