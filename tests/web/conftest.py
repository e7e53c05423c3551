"""A small shop with a snapshot and its app database; Alice owns it, Bob and others work there, Charlie is a stranger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import portalocker
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from byname.company import Company, create, open_company
from byname.demo import simulated
from byname.facts import intake
from byname.refresh import refresh
from byname.snapshot import Snapshot, open_current
from byname.web.accounts.models import Account, Role
from byname.web.desk import Desk

PASSWORD = "a long enough pass phrase"
PEOPLE = 240
LOTS = "2fbbc8c23a53a5bc32a8d04afe057cd25b3b759537f356d6b76c3e065383302e"


@pytest.fixture(scope="session")
def shop_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a simulated shop with a snapshot, made once for all workers. Nobody writes into it: copy it.

    BYNAME_TEST_SHOP names a folder where it is kept from one run to the next, to save half a minute.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "popen-gw" in base.name else base
    if kept := os.environ.get("BYNAME_TEST_SHOP"):
        shared = Path(kept)
        shared.mkdir(parents=True, exist_ok=True)
    folder = shared / "shop_made"
    with portalocker.Lock(shared / "shop_made.lock", timeout=500):
        if not (folder / "done").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            company = create(folder, name="Kettle & Board", currency="EUR", zone="Europe/Berlin", country="GB")
            (folder / "lots.key").write_text(LOTS, "utf-8")  # who is held out is the same in each run
            made = simulated.generate(folder, people=PEOPLE)
            own = folder / "byname.toml"
            own.write_text(simulated.changed(own.read_text("utf-8"), made.changes) + made.settings, "utf-8")
            company = open_company(folder)
            assert all(outcome.error is None for outcome in intake.add(company, [str(path) for path in made.exports]))
            refresh(company, as_of=simulated.AS_OF)
            (folder / "done").write_text("", "utf-8")
    return folder


@pytest.fixture(scope="session")
def company(shop_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The shop of this worker; tests may write to its app database, and copy the folder to do more."""
    folder = tmp_path_factory.mktemp("web") / "shop"
    shutil.copytree(shop_made, folder)
    return open_company(folder)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(company: Company) -> None:
    """The test's database is the shop's own app database, so that what drains it finds it."""
    connection.settings_dict["TEST"]["NAME"] = str(company.folder / "app.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _database_first(django_db_setup: None) -> None:
    """Before a live server, which would share one connection among its threads if it found a database in memory."""


@pytest.fixture(autouse=True)
def _of_this_company(company: Company, settings: object) -> Iterator[None]:
    settings.COMPANY = company  # type: ignore[attr-defined]
    settings.TIME_ZONE = company.settings.zone  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    cache.clear()  # rates that another test used up
    path = company.folder / "byname.toml"
    before = path.read_bytes()
    yield
    if path.read_bytes() != before:
        path.write_bytes(before)  # a form that a test sent changed the settings


@pytest.fixture
def snapshot(company: Company) -> Snapshot:
    return open_current(company)


@pytest.fixture
def desk(company: Company, snapshot: Snapshot, db: None) -> Desk:
    return Desk(company, snapshot)


def account(name: str, role: Role, team: str = "", employee: str = "") -> Account:
    """An account; its password is PASSWORD."""
    return Account.objects.create_user(
        f"{name.lower()}@kettle.test", PASSWORD, name=name, role=role, team=team, employee=employee
    )


@pytest.fixture
def alice(db: None) -> Account:
    """She owns the shop."""
    return account("Alice", Role.OWNER, employee="Ingrid Halvorsen")


@pytest.fixture
def bob(db: None) -> Account:
    """He is a colleague, in marketing."""
    return account("Bob", Role.MEMBER, "marketing")


@pytest.fixture
def rita(db: None) -> Account:
    """She only reads."""
    return account("Rita", Role.READER, "marketing")


@pytest.fixture
def sam(db: None) -> Account:
    """He is a member of another team, service."""
    return account("Sam", Role.MEMBER, "service")


def signed_in(who: Account) -> Client:
    """A browser of theirs."""
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_alice(alice: Account) -> Client:
    return signed_in(alice)


@pytest.fixture
def as_bob(bob: Account) -> Client:
    return signed_in(bob)


@pytest.fixture
def as_rita(rita: Account) -> Client:
    return signed_in(rita)


@pytest.fixture
def charlie() -> Client:
    """He is a stranger and must see nothing."""
    return Client()


@pytest.fixture
def best(snapshot: Snapshot) -> str:
    """The id of the most valuable person."""
    (row,) = snapshot.query("select person_id from value order by rank, person_id limit 1")
    return str(row["person_id"])
