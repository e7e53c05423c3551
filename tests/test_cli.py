"""The command line is the contract with scripts: what it prints, where, and how it ends (S0.1, S0.10, S0.19)."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from byname import cli, docs
from byname.errors import BynameError
from tests.case import customer, customers, made, order, orders, taken

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
HEAVY = ("duckdb", "numpy", "pandas", "pyarrow", "scipy", "django", "rich", "pydantic", "sqlglot", "deltalake")


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command, in this process."""
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if isinstance(result.exception, BynameError):  # main() says it; see the tests with a process of their own
        return result.exception.exit_status, result.stdout, str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def process(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "byname.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with a current snapshot: Rosa buys often, Jonas once, Ada never."""
    company = made(tmp_path_factory.mktemp("cli") / "acme")
    folder = company.folder.parent
    taken(
        company,
        customers(
            folder / "customers.csv",
            customer(1, "Rosa Haddad"),
            customer(2, "Jonas Keller"),
            customer(3, "Ada Wren"),
            customer(4, "Ida Wren"),
        ),
        orders(
            folder / "orders.csv",
            *(order(at, "rosa.haddad@example.com", f"2026-0{at}-10", "20.00") for at in range(1, 6)),
            order(7, "jonas.keller@example.com", "2026-02-02", "500.00"),
        ),
    )
    status, _, _ = run("refresh", company.folder, "--as-of", "2026-06-30")
    assert status == 0
    return company.folder


# --------------------------------------------------------------------------------------------- help


def test_help_loads_nothing_heavy() -> None:
    """`byname --help` answers at once."""
    code = "import sys; from byname.cli import main\ntry: main()\nfinally: sys.stderr.write(' '.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)
    assert "best customers by name" in found.stdout
    assert {name.partition(".")[0] for name in found.stderr.split()}.isdisjoint(HEAVY)


def test_every_command_says_what_it_does_and_stands_in_the_documentation() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    help_text = run("--help")[1]
    for command in cli.app.registered_commands:
        assert command.callback is not None
        name = command.callback.__name__.replace("_", "-")
        assert command.callback.__doc__
        assert f"## byname {name}\n" in text
        assert name in help_text
        assert run(name, "--help")[0] == 0


def test_the_generated_pages_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--check", str(ROOT / "docs")]) == 0, capsys.readouterr().out


# ------------------------------------------------------------------------------------- exit statuses


def test_done_is_nought(tmp_path: Path) -> None:
    assert run("init", tmp_path / "a", "--currency", "GBP", "--zone", "Europe/London", "--country", "GB")[0] == 0
    file = orders(tmp_path / "orders.csv", order(1))
    status, out, _ = run("add", tmp_path / "a", file)
    assert (status, "Shopify orders export" in out, "3 new" in out) == (0, True, True)
    status, out, _ = run("files", tmp_path / "a", "--format", "json")
    (listed,) = json.loads(out)["files"]
    assert (status, listed["name"], listed["rows"]) == (0, "orders.csv", 1)
    assert run("check", tmp_path / "a")[:2] == (0, "All is well.\n")
    assert run("remove", tmp_path / "a", listed["file_id"])[0] == 0
    assert json.loads(run("files", tmp_path / "a", "--format", "json")[1]) == {"files": []}


def test_done_with_something_to_look_at_is_one(tmp_path: Path) -> None:
    made(tmp_path / "a")
    good, bad = orders(tmp_path / "good.csv", order(1)), orders(tmp_path / "bad.csv", order(2), order(3, total="much"))
    status, out, _ = run("add", tmp_path / "a", bad)
    assert (status, 'row 3, column "Total"' in out, "refused/bad.csv.jsonl" in out) == (1, True, True)
    status, out, err = run("add", tmp_path / "a", tmp_path / "missing.csv", good)
    assert (status, "good.csv" in out, "missing.csv" in err) == (1, True, True)
    made(tmp_path / "empty")
    assert run("refresh", tmp_path / "empty")[0] == 1
    assert run("best", tmp_path / "empty")[0] == 1
    assert run("who", tmp_path / "empty", "Rosa")[0] == 1


WRONG = {
    "no command of that name": lambda _: ["bests"],
    "an option that there is not": lambda acme: ["best", acme, "--upside-down"],
    "nothing to add": lambda acme: ["add", acme],
    "no company there": lambda acme: ["best", acme.parent],
    "a day that is none": lambda acme: ["refresh", acme, "--as-of", "2026-02-30"],
    "a horizon that is none": lambda acme: ["refresh", acme, "--horizon", "soon"],
    "a horizon of no days": lambda acme: ["refresh", acme, "--horizon", "0d"],
    "a limit of none": lambda acme: ["best", acme, "--limit", "0"],
    "a moment that is none": lambda acme: [
        "contacted",
        acme,
        acme.parent / "orders.csv",
        "--campaign",
        "May",
        "--channel",
        "email",
        "--kind",
        "news",
        "--at",
        "yesterday",
    ],
    "a company made twice": lambda acme: ["init", acme],
    "a currency that is none": lambda acme: ["init", acme.parent / "new", "--currency", "euro"],
    "an address without a query": lambda acme: ["add", acme, "sqlite:///shop.sqlite"],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_wrong_use_is_two(acme: Path, arguments: Callable[[Path], list[object]]) -> None:
    status, out, err = run(*arguments(acme))
    assert (status, out) == (2, "")
    assert err
    assert not (acme.parent / "new").exists()


def test_failed_with_nothing_changed_is_three(acme: Path, tmp_path: Path) -> None:
    assert run("add", acme, tmp_path / "missing.csv")[0] == 3
    assert run("remove", acme, "nonsense")[0] == 3
    made(tmp_path / "fresh")
    assert run("best", tmp_path / "fresh")[0] == 3
    (tmp_path / "sent.csv").write_text("colour\nred\n", "utf-8")
    arguments = ("--campaign", "May", "--channel", "email", "--kind", "news", "--at", "2026-05-01")
    assert run("contacted", acme, tmp_path / "sent.csv", *arguments)[0] == 3


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (
            ["best", "nowhere"],
            2,
            ["nowhere", "found no byname.toml; expected a company's folder", "byname init nowhere"],
        ),
        (["refresh", "{acme}", "--as-of", "soon"], 2, ["--as-of", 'found "soon"', "2026-02-28"]),
        (["remove", "{acme}", "zzz"], 3, ['found no import "zzz"', "expected one of", "byname files"]),
        (["add", "{acme}", "missing.csv"], 3, ["missing.csv", "found no such file", "expected a file"]),
        (["init", "taken"], 3, ["taken"]),
    ],
)
def test_an_error_says_where_found_expected_and_what_to_do(
    acme: Path, tmp_path: Path, arguments: list[str], status: int, says: list[str]
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be", "utf-8")
    done = process(*(argument.format(acme=acme) for argument in arguments), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    for words in says:
        assert words in done.stderr


# ------------------------------------------------------------------------------------------- what is printed


def test_the_best_as_json(acme: Path) -> None:
    """HOUSE: {"people": [...], "as_of": …, "currency": …}; ids are strings."""
    status, out, _ = run("best", acme, "--format", "json", "--limit", "2")
    found = json.loads(out)
    assert (status, found["as_of"], found["currency"], found["by"]) == (0, "2026-06-30", "EUR", "clv")
    assert (found["horizon_days"], found["discount"], found["margin"]) == (365, 0.1, 1.0)
    assert [one["rank"] for one in found["people"]] == [1, 2]
    for one in found["people"]:
        assert isinstance(one["person_id"], str)
        assert one["person_id"].startswith("p")
        assert one["name"] in ("Rosa Haddad", "Jonas Keller")
        assert isinstance(one["proof"]["source_id"], str)
        assert one["reason"]
    rosa = next(one for one in found["people"] if one["name"] == "Rosa Haddad")
    assert rosa["proof"]["source_id"] == "#5"  # her last order
    assert "last on 10 May 2026 (order #5)" in rosa["reason"]
    assert "100 EUR so far" in rosa["reason"]


def test_the_best_as_text_and_as_csv_name_the_same_people(acme: Path) -> None:
    people = json.loads(run("best", acme, "--format", "json")[1])["people"]
    _, text, _ = run("best", acme)
    for one in people:
        assert one["name"] in text
        assert one["reason"] in text
    assert "as of 2026-06-30" in text
    rows = list(csv.DictReader(io.StringIO(run("best", acme, "--format", "csv")[1])))
    assert [(row["rank"], row["person_id"], row["name"]) for row in rows] == [
        (str(one["rank"]), one["person_id"], one["name"]) for one in people
    ]


def test_one_person_as_json_with_the_records_behind(acme: Path) -> None:
    """S0.19: each claim is tied to the records that prove it."""
    status, out, _ = run("who", acme, "Rosa.Haddad@Example.com", "--format", "json")
    found = json.loads(out)
    (rosa,) = found["people"]
    assert (status, found["as_of"], found["currency"]) == (0, "2026-06-30", "EUR")
    assert rosa["person"]["name"] == "Rosa Haddad"
    assert rosa["value"]["orders"] == 5
    assert {link["source_id"] for link in rosa["links"]} >= {"1", "#1", "#5"}
    assert all(link["reason"] and isinstance(link["record_id"], str) for link in rosa["links"])
    assert rosa["timeline"][0]["occurred_at"] >= rosa["timeline"][-1]["occurred_at"]


def test_who_by_name_shows_one_or_lets_choose(acme: Path) -> None:
    status, out, _ = run("who", acme, "rosa")
    assert status == 0
    for words in ("Rosa Haddad", "rosa.haddad@example.com", "Records", "Timeline", "#5", "same e-mail"):
        assert words in out
    status, out, _ = run("who", acme, "wren")
    assert status == 0
    assert "2 people" in out
    assert "Ada Wren" in out
    assert "Ida Wren" in out
    status, out, _ = run("who", acme, "nobody")
    assert (status, 'Nobody with "nobody"' in out) == (1, True)
    assert json.loads(run("who", acme, "nobody", "--format", "json")[1])["people"] == []


def test_results_go_to_standard_output_and_progress_does_not(tmp_path: Path) -> None:
    made(tmp_path / "a")
    orders(tmp_path / "orders.csv", order(1))
    run("add", tmp_path / "a", tmp_path / "orders.csv")
    done = process("refresh", tmp_path / "a", "--as-of", "2026-06-30")
    assert done.returncode == 0
    assert done.stdout.startswith("1 people, 1 of them buyers, as of 2026-06-30")
    assert "who is who" in done.stderr
    assert " MB " in done.stderr


def test_who_stops_it_is_told_that_nothing_is_half_done(
    acme: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("byname.company.open_company", stop)
    monkeypatch.setattr(sys, "argv", ["byname", "refresh", str(acme)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130
    assert "nothing is half done" in capsys.readouterr().err


def test_a_closed_pipe_is_no_trouble(acme: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        command = [sys.executable, "-m", "byname.cli", "best", str(acme), "--format", "json"]
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_a_name_from_a_stranger_is_no_formula_in_the_csv(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order id,customer name,email,date,total\n7,=1+1,ines@example.com,2026-05-01,12.00\n", "utf-8")
    folder = tmp_path / "acme"
    run("init", folder)
    run("add", folder, file)
    run("refresh", folder, "--as-of", "2026-06-01")
    assert "'=1+1" in run("best", folder, "--format", "csv")[1]
