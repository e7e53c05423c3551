"""Carrying out a run: start its process or take up the one that lives, show how far it is, say how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from byname.errors import SnapshotError
from byname.snapshot import open_current
from byname.web.served import company
from byname.web.work.models import Run, State
from byname.web.work.processes import SOON, Ended, Process, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


__all__ = ["Outcome", "carry_out", "close", "process_of", "served", "stopping"]

stopping = Event()  # set when the server ends


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        state: done, failed, stopped or interrupted.
        says: in words.
        done: the last line of its process; empty where it did not come so far.
    """

    state: State
    says: str
    done: Mapping[str, Any]


def process_of(run: Run) -> Process:
    """The process of that run."""
    return Process(company().folder / "cache" / "work" / f"{run.pk}.jsonl")


def carry_out(run_id: int, command: Sequence[str], finish: Callable[[Run, Outcome], None], *, nice: int = SOON) -> None:
    """Carry out a run from beginning to end.

    Args:
        run_id: which; one that ended already is left alone.
        command: what to start.
        finish: what follows from the outcome; writes within the transaction that closes the run.
        nice: how far behind the pages it works.
    """
    run = Run.objects.filter(pk=run_id, state__in=(State.WAITING, State.RUNNING)).first()
    if run is None:
        return
    process = process_of(run)
    if not process.lives():
        _begin(run, process.start(command, nice=nice))
    done: dict[str, Any] = {}
    run.steps = []
    try:
        for line in process.lines(stopping):
            if line.get("state") == "done":
                done = line
            else:
                _told(run, line)
    except Stopped:
        process.end(run.pid or 0)
        process.ended()
        _again_later(run)
        return
    outcome = _outcome(done, process.ended())
    with transaction.atomic():
        close(run, outcome)
        finish(run, outcome)


def close(run: Run, outcome: Outcome) -> None:
    """Write down how a run ended; `finish` may say it better."""
    run.state, run.says, run.ended_at, run.pid, run.step = outcome.state, outcome.says, timezone.now(), None, ""
    run.save()


def _begin(run: Run, pid: int) -> None:
    run.state, run.begun_at, run.pid, run.says = State.RUNNING, timezone.now(), pid, ""
    run.save()


def _told(run: Run, line: Mapping[str, Any]) -> None:
    """Show how far it is."""
    name = str(line.get("step", ""))
    if line.get("state") == "begun":
        run.step = name
    elif line.get("state") == "ended":
        run.step = ""
        run.steps = [*run.steps, {"step": name, "seconds": line.get("seconds"), "says": str(line.get("says", ""))}]
    run.save(update_fields=["step", "steps"])


def _again_later(run: Run) -> None:
    """The server ends: the run waits for the next one, unless the same was asked for again meanwhile."""
    run.pid, run.step, run.steps = None, "", []
    try:
        with transaction.atomic():
            run.state, run.says = State.WAITING, _("stopped with the server; begins again when it starts")
            run.save()
    except IntegrityError:
        close(run, Outcome(State.INTERRUPTED, _("stopped with the server; the one that waits does it"), {}))


def _outcome(done: Mapping[str, Any], ended: Ended) -> Outcome:
    if ended.status is not None and ended.status < 0:
        says = _("stopped by the system (signal %(signal)s); %(served)s; start again")
        return Outcome(State.STOPPED, says % {"signal": -ended.status, "served": served()}, {})
    if done:
        return Outcome(State.DONE, str(done.get("says", "")), done)
    if ended.status is None:
        says = _("interrupted: its process is gone, and nobody saw how it ended; %(served)s; start again")
        return Outcome(State.INTERRUPTED, says % {"served": served()}, {})
    return Outcome(State.FAILED, ended.error or _("failed with exit status %(status)s") % {"status": ended.status}, {})


def served() -> str:
    """Which snapshot the pages show, whatever happened."""
    try:
        as_of = open_current(company()).as_of
    except SnapshotError:
        return _("there is no snapshot yet")
    return _("the snapshot of %(day)s is still served") % {"day": as_of.isoformat()}
