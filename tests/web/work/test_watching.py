"""What nobody asks for: files that come, the night's refresh, what was missed, what goes after a while."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from byname.company import Company, create
from byname.errors import SettingsError
from byname.web import served
from byname.web.accounts.models import Account
from byname.web.work import inbox
from byname.web.work.clock import made_at, next_night
from byname.web.work.models import Kind, Run, Sent, State
from byname.web.work.watching import Watch, prune

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(company: Company) -> datetime:
    at = made_at(company)
    assert at is not None
    return at


def test_the_night_is_asked_for_once_and_its_mail_follows(company: Company, made: datetime) -> None:
    watch = Watch(company, made)
    night = next_night(company, made)
    watch.look(night - timedelta(seconds=1))
    assert not Run.objects.exists()
    for second in range(3):
        watch.look(night + timedelta(seconds=second))
    run = Run.objects.get()
    assert (run.kind, run.by, run.is_nightly) == (Kind.REFRESH, "byname", True)
    Run.objects.update(state=State.DONE)
    watch.look(night + timedelta(days=1))
    assert Run.objects.count() == 2


def test_the_night_is_when_the_settings_say_now(
    company: Company, made: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(company, made)
    web = company.settings.web.model_copy(update={"nightly": "12:00"})
    changed = Company(company.folder, company.settings.model_copy(update={"web": web}))
    monkeypatch.setattr(served, "reread", lambda _company: changed)
    noon = next_night(changed, made)
    assert noon != next_night(company, made)
    watch.look(noon - timedelta(seconds=1))
    Run.objects.all().delete()  # the old time may lie between
    watch.look(noon)
    assert Run.objects.get().is_nightly


def test_a_mistake_in_byname_toml_stops_no_night(
    company: Company, made: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(_company: Company) -> Company:
        raise SettingsError(where="byname.toml", found="x", expected="y")

    monkeypatch.setattr(served, "reread", wrong)
    watch = Watch(company, made)
    watch.look(next_night(company, made))
    assert Run.objects.get().is_nightly


def test_a_night_that_was_missed_is_made_up_for_at_the_start(company: Company, made: datetime) -> None:
    Watch(company, made + timedelta(hours=12))
    assert not Run.objects.exists()
    Watch(company, made + timedelta(hours=30))
    assert Run.objects.get().is_nightly


def test_a_file_of_any_name_is_asked_for(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = create(tmp_path / "acme", name="Acme", currency="EUR", zone="UTC", country="DE")
    now = [0.0]
    monkeypatch.setattr(inbox.time, "monotonic", lambda: now[0])
    watch = Watch(acme, datetime.now(UTC))
    for name in (b"caf\xe9.csv", "é".encode() * 120 + b".csv"):  # as another system writes it; the longest there may be
        (inbox.folder(acme) / os.fsdecode(name)).write_text("a\n", "utf-8")
    for _ in range(3):
        watch.look(datetime.now(UTC))
        now[0] += 4
    assert sorted(run.about for run in Run.objects.all()) == ["caf\ufffd.csv", "é" * 120 + ".csv"]


def test_what_ended_long_ago_goes_and_what_is_open_stays(alice: Account) -> None:
    now = datetime.now(UTC)
    old, new = now - timedelta(days=91), now - timedelta(days=89)
    for ended in (old, new, None):
        Run.objects.create(kind=Kind.CHECK, by="byname", ended_at=ended, state=State.DONE if ended else State.WAITING)
    Sent.objects.create(account=alice, snapshot="one")
    Sent.objects.update(at=old)
    prune(now)
    assert {run.ended_at for run in Run.objects.all()} == {new, None}
    assert not Sent.objects.exists()
