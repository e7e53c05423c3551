"""Carrying out a run: what the page shows while it works, and how it ended, be it by a kill."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from byname.web.work import carrying
from byname.web.work.asking import ask
from byname.web.work.carrying import Outcome, carry_out, process_of
from byname.web.work.models import Kind, Run, State
from byname.web.work.resuming import resume

STEPS = """
import time
print('{"step": "who is who", "state": "begun"}', flush=True)
print('{"step": "who is who", "state": "ended", "seconds": 1.5, "says": "12 people"}', flush=True)
print('{"step": "worth", "state": "begun"}', flush=True)
time.sleep(%s)
print('{"state": "done", "says": "all done"}', flush=True)
"""


@pytest.fixture(autouse=True)
def _stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "stopping", Event())


@pytest.fixture
def run() -> Run:
    return ask(Kind.CHECK)[0]


@pytest.fixture
def _nobody_left(run: Run) -> Iterator[None]:
    yield
    with suppress(Run.DoesNotExist, ProcessLookupError):
        run.refresh_from_db()
        if run.pid:
            os.kill(run.pid, signal.SIGKILL)


def command(seconds: float = 0) -> list[str]:
    return [sys.executable, "-c", STEPS % seconds]


def nothing(_run: Run, _outcome: Outcome) -> None:
    """No more follows."""


def begun(run: Run, command: list[str]) -> Thread:
    """Carry it out in a thread, as the worker does, and wait until it has said something."""

    def work() -> None:
        carry_out(run.pk, command, nothing)
        connections.close_all()

    thread = Thread(target=work)
    thread.start()
    until = time.monotonic() + 30
    while time.monotonic() < until:
        run.refresh_from_db()
        if run.step == "worth":
            return thread
        time.sleep(0.05)
    raise AssertionError(run.state)


@pytest.mark.django_db
def test_a_run_that_came_to_its_end_says_its_steps(run: Run) -> None:
    ends: list[Outcome] = []
    carry_out(run.pk, command(), lambda _run, outcome: ends.append(outcome))
    run.refresh_from_db()
    assert (run.state, run.says, run.pid, run.step) == (State.DONE, "all done", None, "")
    assert run.steps == [{"step": "who is who", "seconds": 1.5, "says": "12 people"}]
    assert ends[0].done["state"] == "done"
    assert run.took is not None


@pytest.mark.django_db
def test_a_run_that_failed_says_so_in_its_own_words(run: Run) -> None:
    carry_out(run.pk, [sys.executable, "-c", "import sys; sys.exit('byname: acme: found x; expected y.')"], nothing)
    run.refresh_from_db()
    assert (run.state, run.says) == (State.FAILED, "acme: found x; expected y.")


@pytest.mark.django_db
def test_a_run_that_ended_is_not_done_again(run: Run) -> None:
    carry_out(run.pk, command(), nothing)
    carry_out(run.pk, [sys.executable, "-c", "raise SystemExit(3)"], nothing)
    run.refresh_from_db()
    assert run.state == State.DONE


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nobody_left")
def test_the_page_shows_the_step_at_work_and_a_kill(run: Run, as_alice: Client) -> None:
    thread = begun(run, command(60))
    shown = as_alice.get(reverse("data_live")).content.decode()
    assert "Now: worth" in shown
    assert "who is who" in shown
    assert 'hx-trigger="every 2s"' in shown
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    thread.join(30)
    run.refresh_from_db()
    assert run.state == State.STOPPED
    assert run.says == "stopped by the system (signal 9); the snapshot of 2026-06-30 is still served; start again"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nobody_left")
def test_when_the_server_ends_its_work_waits_for_the_next_one(run: Run) -> None:
    thread = begun(run, command(60))
    pid = run.pid
    assert pid is not None
    carrying.stopping.set()
    thread.join(30)
    run.refresh_from_db()
    assert (run.state, run.pid, run.steps) == (State.WAITING, None, [])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert resume() == (1, 0)
    assert DBTaskResult.objects.ready().count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nobody_left")
def test_a_run_whose_process_lives_is_taken_up_and_one_whose_is_gone_is_interrupted(run: Run) -> None:
    gone = Run.objects.create(kind=Kind.REFRESH, by="byname", state=State.RUNNING, pid=os.getpid())
    waits = ask(Kind.READ, "orders.csv")[0]
    before = process_of(run)
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING, pid=before.start(command(2), nice=5))
    DBTaskResult.objects.all().update(status="RUNNING")  # as a server that was killed leaves them
    assert resume() == (2, 1)
    gone.refresh_from_db()
    assert gone.state == State.INTERRUPTED
    assert "the server was ended" in gone.says
    assert "the snapshot of 2026-06-30 is still served" in gone.says
    carry_out(run.pk, ["never started"], nothing)
    assert before.ended().status == 0
    run.refresh_from_db()
    assert (run.state, run.says, len(run.steps)) == (State.DONE, "all done", 1)
    assert {task.args_kwargs["args"][0] for task in DBTaskResult.objects.ready()} == {run.pk, waits.pk}
