"""Somebody is erased from the pages: hidden at once, gone when the run is done (issue 8, S4.2)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from byname.company import open_company
from byname.forgetting import order
from byname.forgetting.whom import order_for
from byname.snapshot import open_current
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk
from byname.web.work.asking import ask
from byname.web.work.forgetting import carry_out, erase, promise
from byname.web.work.models import Kind, Run, State
from byname.web.work.resuming import resume


@pytest.fixture
def shop(shop_made: Path, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shop to erase somebody from; the key is outside."""
    monkeypatch.setenv("BYNAME_KEYS", str(tmp_path / "keys"))
    folder = tmp_path / "shop"
    shutil.copytree(shop_made, folder)
    settings.COMPANY = open_company(folder)  # type: ignore[attr-defined]
    return folder


def test_hidden_when_it_is_asked_for_and_nobody_is_asked_twice(desk: Desk, alice: Account, best: str) -> None:
    run, is_new = erase(alice, desk, best)
    assert is_new
    assert (run.kind, run.about, run.state) == (Kind.FORGET, best, State.WAITING)
    now = Desk(desk.company, desk.snapshot)
    assert best in now.since.hidden
    with pytest.raises(Http404):
        erase(alice, now, best)
    (line,) = Entry.objects.filter(action="erase")
    assert (line.before, line.after) == (None, None)


def test_only_who_looks_after_the_data_may(desk: Desk, bob: Account, rita: Account, best: str) -> None:
    for who in (bob, rita):
        with pytest.raises(PermissionDenied):
            erase(who, desk, best)
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_carried_out_by_a_process_of_its_own_after_which_nothing_names_them(
    shop: Path, alice: Account, best: str
) -> None:
    run, _ = ask(Kind.FORGET, best, account=alice)
    number = promise(run, "20270305-0f3a9c1e")
    assert promise(run, "20270305-ffffffff") == number  # what was shown to somebody stays
    carry_out(run.pk)
    run.refresh_from_db()
    assert run.result["number"] == number
    assert (run.state, run.about) == (State.DONE, run.result["number"]), run.says
    assert run.result["counts"]["ledger: orders"] > 0
    assert best not in f"{run.says} {run.result} {run.steps}"
    (line,) = Entry.objects.filter(action="erase")
    assert line.about == run.about
    assert not open_current(open_company(shop)).cards([best])


@pytest.mark.django_db
def test_what_a_killed_server_left_goes_on_at_the_next_start(shop: Path, best: str) -> None:
    run, _ = ask(Kind.FORGET, best)
    promise(run, "20270305-0f3a9c1e")
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING)
    assert resume() == (1, 0)
    again = Run.objects.get(state=State.WAITING)
    assert (again.about, again.result["number"]) == (best, "20270305-0f3a9c1e")


@pytest.mark.django_db
def test_an_order_that_nobody_carries_out_is_taken_up(shop: Path, best: str) -> None:
    company = open_company(shop)
    order.keep(company, order_for(company, open_current(company), best))
    assert resume() == (1, 0)
    assert resume() == (1, 0)
    assert Run.objects.get(kind=Kind.FORGET).about == best
