"""byname.toml changed by a program: comments stay, a wrong value changes nothing, nobody's change is lost."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import portalocker
import pytest

from byname import settings_file
from byname.company import Company, create, open_company
from byname.errors import BynameError, SettingsError


@pytest.fixture
def acme(tmp_path: Path) -> Company:
    return create(tmp_path / "acme", name="Acme", currency="EUR", zone="UTC", country="DE")


def text(acme: Company) -> str:
    return (acme.folder / "byname.toml").read_text("utf-8")


def test_only_the_value_changes_and_its_comment_stays_in_its_column(acme: Company) -> None:
    before = text(acme).splitlines()
    was, is_now = settings_file.changed(
        acme, settings_file.set_values({("plan", "perks"): 200, ("teams", "sales"): 75})
    )
    assert (was.plan.perks, is_now.plan.perks) == (0, 200)
    changed = [(old, new) for old, new in zip(before, text(acme).splitlines(), strict=True) if old != new]
    assert [new for _, new in changed] == [
        "sales = 75",
        "perks = 200                 # money a month for gifts and perks",
    ]


def test_every_key_that_the_template_comments_keeps_its_comment(acme: Company) -> None:
    comments = [line.partition("#")[2] for line in text(acme).splitlines()]
    settings_file.changed(
        acme,
        settings_file.set_values(
            {("plan", "off"): ["a", "b"], ("plan", "quiet_from"): "21:30", ("plan", "weekend"): True}
        ),
    )
    assert [line.partition("#")[2] for line in text(acme).splitlines()] == comments
    assert open_company(acme.folder).settings.plan.off == ("a", "b")


@pytest.mark.parametrize(
    ("key", "value"), [("contacts", -1), ("quiet_from", "25:99"), ("unknown", 1), ("perks", float("nan"))]
)
def test_a_wrong_value_changes_nothing(acme: Company, key: str, value: object) -> None:
    before = text(acme)
    with pytest.raises(SettingsError, match=key):
        settings_file.changed(acme, settings_file.set_values({("plan", key): value}))
    assert text(acme) == before
    assert sorted(path.name for path in acme.folder.iterdir()) == [".byname.toml.lock", "byname.toml"]


def test_a_file_that_is_wrong_already_is_left_alone(acme: Company) -> None:
    (acme.folder / "byname.toml").write_text("name = ", "utf-8")
    with pytest.raises(SettingsError):
        settings_file.changed(acme, settings_file.set_values({("plan", "perks"): 1}))
    assert text(acme) == "name = "


def test_what_must_come_first_stops_the_change_when_it_fails(acme: Company) -> None:
    def first(*_said: object) -> None:
        raise RuntimeError

    before = text(acme)
    with pytest.raises(RuntimeError):
        settings_file.changed(acme, settings_file.set_values({("plan", "perks"): 1}), first=first)
    assert text(acme) == before


def test_a_section_that_is_not_there_is_made(acme: Company) -> None:
    (acme.folder / "byname.toml").write_text('name = "Acme"  # us\n', "utf-8")
    settings_file.changed(acme, settings_file.set_values({("plan", "perks"): 5}))
    assert text(acme).startswith('name = "Acme"  # us\n')
    assert open_company(acme.folder).settings.plan.perks == 5


@pytest.mark.parametrize(
    "began",
    ["", '\n[[employees]]\nname = "Ada" # first\nteam = "sales"\n', 'employees = [{name = "Ada", team = "sales"}]\n'],
)
def test_employees_come_change_and_go(acme: Company, began: str) -> None:
    inline = began.startswith("employees")
    path = acme.folder / "byname.toml"
    path.write_text(f"{began}{text(acme)}" if inline else text(acme) + began, "utf-8")
    settings_file.changed(acme, settings_file.put_employee("Bo", {"team": "service", "minutes": 30, "aliases": ["bo"]}))
    settings_file.changed(acme, settings_file.put_employee("Bo", {"minutes": 45}))
    known = {one.name: (one.team, one.minutes, one.aliases) for one in open_company(acme.folder).settings.employees}
    assert known["Bo"] == ("service", 45, ("bo",))
    assert len(known) == (2 if began else 1)
    settings_file.changed(acme, settings_file.remove_employee("Bo"))
    assert "Bo" not in {one.name for one in open_company(acme.folder).settings.employees}
    with pytest.raises(SettingsError, match="Bo"):
        settings_file.changed(acme, settings_file.remove_employee("Bo"))


def test_names_that_toml_must_quote_come_back_as_they_are(acme: Company) -> None:
    name = 'A "B" \\ c\n# = [x] é'
    settings_file.changed(acme, settings_file.put_employee(name, {"aliases": ["'\"'"], "team": "", "minutes": 0}))
    assert open_company(acme.folder).settings.employees[0].name == name


def test_writers_at_once_lose_nobodys_change(acme: Company) -> None:
    keys = ["contacts", "days", "rest_days", "asks", "neglect_days", "perks", "discretion", "gives_per_ask"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: settings_file.changed(acme, settings_file.set_values({("plan", key): 7})), keys))
    plan = open_company(acme.folder).settings.plan
    assert [getattr(plan, key) for key in keys] == [7] * len(keys)


def test_a_writer_that_never_ends_is_waited_for_and_said(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_file, "_SECONDS_TO_WAIT", 0.2)
    with portalocker.Lock(acme.folder / ".byname.toml.lock"), pytest.raises(BynameError, match="another program"):
        settings_file.changed(acme, settings_file.set_values({("plan", "perks"): 1}))


def test_who_may_read_it_stays_so(acme: Company) -> None:
    path = acme.folder / "byname.toml"
    path.chmod(0o600)  # it holds the mail server's password
    settings_file.changed(acme, settings_file.set_values({("plan", "perks"): 1}))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_to_the_file_stays_a_link(acme: Company, tmp_path: Path) -> None:
    path, real = acme.folder / "byname.toml", tmp_path / "kept.toml"
    path.rename(real)
    path.symlink_to(real)
    settings_file.changed(acme, settings_file.set_values({("plan", "perks"): 3}))
    assert path.is_symlink()
    assert "perks = 3" in real.read_text("utf-8")


def test_settings_are_read_again_when_the_file_was_written(acme: Company) -> None:
    assert settings_file.reread(acme).settings is settings_file.reread(acme).settings
    settings_file.changed(acme, settings_file.set_values({("plan", "perks"): 9}))
    assert settings_file.reread(acme).settings.plan.perks == 9
    path = acme.folder / "byname.toml"
    path.write_text(text(acme).replace("perks = 9", "perks = 8"), "utf-8")
    os.utime(path, ns=(1, 1))
    assert settings_file.reread(acme).settings.plan.perks == 8
