"""Asking for work: of each kind and subject at most one waits (S2.18: the night's refresh comes, once)."""

from __future__ import annotations

import pytest
from django_tasks_db.models import DBTaskResult

from byname.web.accounts.models import Account
from byname.web.work.asking import ask
from byname.web.work.models import Kind, Run, State

pytestmark = pytest.mark.django_db


def test_who_asks_again_is_shown_the_run_that_waits(alice: Account, bob: Account) -> None:
    first, is_new = ask(Kind.REFRESH, account=alice)
    again, is_new_again = ask(Kind.REFRESH, account=bob)
    assert (is_new, is_new_again, again.pk) == (True, False, first.pk)
    assert Run.objects.count() == DBTaskResult.objects.count() == 1


def test_one_may_wait_behind_the_one_at_work() -> None:
    run, _ = ask(Kind.REFRESH)
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING)
    second, is_new = ask(Kind.REFRESH)
    assert is_new
    assert second.pk != run.pk


def test_files_wait_beside_each_other_and_before_a_refresh() -> None:
    ask(Kind.REFRESH)
    ask(Kind.READ, "one.csv")
    ask(Kind.READ, "two.csv")
    ask(Kind.READ, "one.csv")
    tasks = DBTaskResult.objects.ready()
    assert [task.task_path.rpartition(".")[2] for task in tasks] == ["read", "read", "refresh"]


def test_the_night_takes_the_refresh_that_waits_and_its_mail_follows() -> None:
    ask(Kind.REFRESH)
    run, is_new = ask(Kind.REFRESH, is_nightly=True)
    assert not is_new
    run.refresh_from_db()
    assert run.is_nightly


def test_a_run_says_who_asked_though_the_account_goes(alice: Account) -> None:
    run, _ = ask(Kind.REFRESH, account=alice)
    email = alice.email
    alice.delete()
    run.refresh_from_db()
    assert (run.account, run.by) == (None, email)
    assert ask(Kind.CHECK)[0].by == "byname"
