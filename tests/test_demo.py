"""The demonstration, simulated and real: invented names, twenty people with reasons (S0.1, S0.10, S0.19)."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from byname.company import create, open_company
from byname.demo import NAME, run, simulated
from byname.demo.names import invent
from byname.errors import UsageError
from byname.snapshot import open_current

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a demonstration of real purchases that took an earlier one's place, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "company"
    create(folder, name=NAME, currency="GBP", zone="UTC", country="GB")
    (folder / "left.txt").write_text("of an earlier demonstration", "utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
        run(folder, real=True)
    return folder, out.getvalue()


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The same of the simulated company, smaller than what is shipped, in the place of an earlier one."""
    folder = tmp_path_factory.mktemp("demo") / "company"
    create(folder, name=simulated.NAME, currency="EUR", zone="UTC", country="GB")
    (folder / "left.txt").write_text("of an earlier demonstration", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulated, "generate", partial(simulated.generate, people=500))
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
            run(folder)
    return folder, out.getvalue()


def test_the_simulated_company_says_that_nobody_in_it_exists(invented: tuple[Path, str]) -> None:
    folder, said = invented
    opening = " ".join(said.split("$ byname", 1)[0].split())
    assert "This company is simulated: nobody here exists" in opening
    assert "--real" in opening
    assert "truth.csv" in opening
    assert not (folder / "left.txt").exists()


def test_the_simulated_company_is_added_refreshed_and_shown_by_commands_to_type(invented: tuple[Path, str]) -> None:
    folder, said = invented
    commands = [line.split()[2] for line in said.splitlines() if line.startswith("$ byname")]
    assert commands == ["add", "refresh", "best", "standing", "voice", "who", "proof", "today"]
    after = said.split("$ byname best", 1)[1].split("$ byname", 1)[0]
    places = [int(line.split()[0]) for line in after.splitlines() if line[:6].strip().isdigit()]
    assert places == list(range(1, 21))
    assert f'byname who {folder} "' in said
    brief = said.split("$ byname who", 1)[1]
    assert "Standing: " in brief
    assert "In their own words" in brief


def test_it_ends_with_the_day_s_list_of_the_teams_by_name_and_who_was_left_out(
    invented: tuple[Path, str],
) -> None:
    """S1.20 to S1.22, S0.11: each with a reason and words to start with; what a rule stopped is told with its rule."""
    _, said = invented
    listed = said[said.index("Whom to reach on Tuesday, 30 June 2026") :]
    teams = re.findall(r"^(Sales|Marketing|Product|Service): \d+ (?:people|person), ", listed, re.MULTILINE)
    assert len(teams) >= 3  # of so few people not every team has somebody every day
    assert "Service" in teams
    assert listed.count("      why   ") == listed.count("      how   ") >= 8
    assert listed.count("      says  “") >= 6
    assert "Delight today: " in listed
    assert "Left out, by rule" in listed
    assert "no consent" in listed


def test_the_simulated_company_has_people_words_standings_and_its_hard_days(invented: tuple[Path, str]) -> None:
    folder, said = invented
    company = open_company(folder)
    assert [event.kind for event in company.settings.events] == ["price rise", "outage"]
    assert {one.team for one in company.settings.employees} == {"sales", "marketing", "product", "service"}
    snapshot = open_current(company)
    assert str(snapshot.terms["as_of"]) == simulated.AS_OF.isoformat()
    (counts,) = snapshot.query(
        "select (select count(*) from people) as people, (select count(*) from voice) as texts, "
        "(select count(*) from standing) as standings"
    )
    assert 400 < counts["people"] < 650
    assert counts["texts"] > 500
    assert counts["standings"] > 400
    refused = re.findall(r"all (\d+) refused rows", said)
    assert 1 <= sum(map(int, refused)) < 10


def test_twenty_people_are_named_with_a_reason_each(shown: tuple[Path, str]) -> None:
    folder, said = shown
    after = said.split("$ byname best", 1)[1]
    lines = [line for line in after.splitlines() if line[:6].strip().isdigit()]
    assert [int(line.split()[0]) for line in lines] == list(range(1, 21))
    for line in lines:
        assert re.search(r"[\d,]+ GBP \([\d,]+-[\d,]+\) next 12 months", line)
        assert " GBP so far" in line
        assert "; last on " in line
        assert "(order " in line
    with (folder / "exports" / "customers.csv").open(encoding="utf-8", newline="") as file:
        names = {f"{row['First name']} {row['Last name']}" for row in csv.DictReader(file)}
    assert all(any(name in line for name in names) for line in lines)


def test_it_says_plainly_that_names_are_invented_and_whose_the_purchases_are(shown: tuple[Path, str]) -> None:
    said = " ".join(shown[1].split())
    assert "320,705 line items" in said
    assert "Every name and address here is invented." in said
    assert "CC BY 4.0" in said


def test_what_it_shows_are_commands_that_a_person_can_type(shown: tuple[Path, str]) -> None:
    folder, said = shown
    assert [line.split()[2] for line in said.splitlines() if line.startswith("$ byname")] == ["add", "refresh", "best"]
    assert f'byname who {folder} "' in said


def test_an_earlier_demonstration_makes_way_whole(shown: tuple[Path, str]) -> None:
    folder, _ = shown
    assert not (folder / "left.txt").exists()
    snapshot = open_current(open_company(folder))
    assert snapshot.terms["zone"] == "Europe/London"
    (counts,) = snapshot.query("select (select count(*) from people) as people, (select count(*) from value) as buyers")
    assert counts["people"] == 3_360
    assert 3_000 < counts["buyers"] < 3_360


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="something else"):
        run(tmp_path)
    create(tmp_path / "shop", name="My shop", currency="EUR", zone="UTC", country="DE")
    with pytest.raises(UsageError, match="something else"):
        run(tmp_path / "shop")
    assert (tmp_path / "letters.txt").read_text("utf-8") == "mine"
    assert open_company(tmp_path / "shop").settings.name == "My shop"


def test_an_invented_person_is_always_the_same_and_hardly_ever_somebody_elses() -> None:
    assert invent("17850") == invent("17850")
    everyone = [invent(str(number)) for number in range(12_000, 19_000)]
    assert len({(one.given_name, one.family_name) for one in everyone}) == len(everyone)
    assert all(one.email.endswith("@example.com") for one in everyone)
