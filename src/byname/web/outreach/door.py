"""The only door out: the gate asked again within the transaction that records the contact.

In one transaction, in which nobody else writes, a draft is read again, what was written of the person since the refresh
is laid over what the snapshot says, the rules are asked, and the contact becomes a fact. So a crash leaves a draft that
is not let out and has no contact, or one that is and has exactly one; and of two contacts with one person at once the
second is judged with the first among what the person heard.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from byname.draining import READER
from byname.facts.own import fact
from byname.gate_again import STALE, No, Way, playbooks_of, prepare, stale
from byname.people.decisions import KINDS
from byname.snapshot import current_folder, open_current
from byname.web.accounts import audit
from byname.web.outreach.models import Draft, State
from byname.web.outreach.suppression import suppressed
from byname.web.written.actions.writing import at_work, employee_of
from byname.web.written.laying import lay
from byname.web.written.ledger_side import ERASE, ledger_side
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from byname.app_rows import Rows
    from byname.company import Company
    from byname.gate_again import Prepared
    from byname.playbooks.playbook import Playbook
    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk
    from byname.web.written.shape import LaidOver

__all__ = ["NOT_WAITING", "Verdict", "claim", "claim_many", "hand_over"]

NOT_WAITING, HIDDEN, MERGED, SUPPRESSED = "not-waiting", "hidden", "merged", "suppressed"
_PATIENCE_SECONDS = 120
_TOLD = ("state", "says", "address", "claimed_at", "ended_at", "contact_id")
_UPDATE = f"update outreach_draft set {', '.join(f'{name} = %s' for name in _TOLD)} where id = %s"  # noqa: S608 - ours


@dataclass(frozen=True)
class Verdict:
    """What the gate says of a draft.

    Attributes:
        is_open: it is let out.
        rule: else the first rule that says no.
        says: its sentence.
    """

    is_open: bool
    rule: str = ""
    says: str = ""


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a thread asks of the door, and its answer when there is one."""

    drafts: Sequence[Draft]
    state: State
    by: Account | None
    answer: Future[list[Verdict]] = field(default_factory=Future)


class _Door:
    """Where the threads of a process wait: the first that comes through takes those along who ask the like.

    So a crowd is judged in a few transactions, and the database's own lock is asked for by one thread of each process.
    """

    def __init__(self) -> None:
        self._list = Lock()
        self._turn = Lock()
        self._waiting: list[_Asked] = []

    def through(self, desk: Desk, mine: _Asked) -> list[Verdict]:
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.answer.done():
                self._lead(desk, mine)
        return mine.answer.result()

    def _lead(self, desk: Desk, mine: _Asked) -> None:
        with self._list:
            taken = [one for one in self._waiting if (one.state, one.by) == (mine.state, mine.by)]
            self._waiting = [one for one in self._waiting if (one.state, one.by) != (mine.state, mine.by)]
        try:
            verdicts = iter(_through(desk, [draft for one in taken for draft in one.drafts], mine.state, mine.by))
        except BaseException as error:
            for one in taken:
                one.answer.set_exception(error)
            raise
        for one in taken:
            one.answer.set_result(list(islice(verdicts, len(one.drafts))))


_door = _Door()


def claim(desk: Desk, draft: Draft) -> Verdict:
    """Let an approved contact out, if the gate still lets it through.

    A mail, or what a service carries, is claimed, and the contact recorded. What is done by hand waits for who does it;
    see `hand_over`. The draft that was given says what became of it.

    Raises:
        AppDatabaseError: there is no app database, or others wrote for too long; nothing was changed.
    """
    (verdict,) = claim_many(desk, [draft])
    return verdict


def claim_many(desk: Desk, drafts: Sequence[Draft]) -> list[Verdict]:
    """The same for many, in one transaction; a second draft of a person is judged in the next, with the first heard.

    Quickest where they stand in the order of their person_id.
    """
    return _ask(desk, _Asked(drafts, State.APPROVED, None))


def hand_over(by: Account, desk: Desk, draft: Draft) -> Verdict:
    """Record a contact that somebody made by hand, if the gate still lets it through; see `deciding.done_by_hand`."""
    (verdict,) = _ask(desk, _Asked([draft], State.BY_HAND, by))
    return verdict


def _ask(desk: Desk, mine: _Asked) -> list[Verdict]:
    if connection.in_atomic_block:  # nobody may wait for others while holding the database
        return _through(desk, mine.drafts, mine.state, mine.by)
    return _door.through(desk, mine)


def _through(desk: Desk, drafts: Sequence[Draft], state: State, by: Account | None) -> list[Verdict]:
    """Judge drafts that are in that state, and write down what becomes of them; a verdict for each, in their order."""
    company, snapshot = desk.company, desk.snapshot
    if current_folder(company) != snapshot.folder:
        snapshot = open_current(company)  # a worker's desk may be older than the night's refresh
    prepared = prepare(company, snapshot, {draft.person_id for draft in drafts})
    there: dict[int, Draft] = {}
    verdicts: dict[int, Verdict] = {}
    for some in _one_a_person({draft.pk: draft for draft in drafts}.values()):
        found, said = _patiently(partial(_let_out, prepared, [draft.pk for draft in some], state, by))
        there |= found
        verdicts |= said
    answers = []
    for draft in drafts:
        now = there.get(draft.pk)
        # Of one that was asked about twice the second is out already.
        answers.append(verdicts.pop(draft.pk) if draft.pk in verdicts else _not_waiting(now))
        for name in _TOLD if now else ():
            setattr(draft, name, getattr(now, name))
    return answers


def _patiently[T](work: Callable[[], T]) -> T:
    """Do it again while another process holds SQLite for too long: nothing was changed, so nothing is done twice."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return work()
        except OperationalError as error:
            if connection.in_atomic_block or "locked" not in str(error) or time.monotonic() > until:
                raise


def _let_out(
    prepared: Prepared, drafts: Sequence[int], state: State, by: Account | None
) -> tuple[dict[int, Draft], dict[int, Verdict]]:
    """The one transaction: drafts of different people as they stand, what the gate says now, what becomes of them."""
    with at_work(by, prepared.company) as rows:
        there = Draft.objects.select_related("decided_by").in_bulk(drafts)
        waiting = [draft for draft in there.values() if draft.state == state]
        if not waiting:
            return there, {}
        people = _people(prepared.company, prepared.snapshot, rows)
        said = _judged(rows, prepared, people, waiting)
        _write(rows, prepared, [(draft, said[draft.pk]) for draft in waiting], by)
        _log(by, [draft for draft in waiting if draft.state != state])
    return there, {draft.pk: _verdict(said[draft.pk]) for draft in waiting}


def _one_a_person(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """Of each person one draft at a time: the next is judged with the one before among what the person heard."""
    left = list(drafts)
    while left:
        now: dict[str, Draft] = {}
        for draft in left:
            now.setdefault(draft.person_id, draft)
        yield list(now.values())
        left = [draft for draft in left if now[draft.person_id] is not draft]


def _not_waiting(draft: Draft | None) -> Verdict:
    if draft is None:
        return Verdict(is_open=False, rule=NOT_WAITING, says=_("There is no such draft any more."))
    return Verdict(is_open=False, rule=NOT_WAITING, says=_("It is %(state)s already.") % {"state": _label(draft)})


def _label(draft: Draft) -> str:
    return str(State(draft.state).label)


def _verdict(no: No | None) -> Verdict:
    return Verdict(is_open=True) if no is None else Verdict(is_open=False, rule=no.rule, says=no.says)


# ------------------------------------------------------------------------------------------------- judging


def _people(company: Company, snapshot: Snapshot, rows: Rows) -> LaidOver:
    """Who is to be left in peace, and who is somebody else by now; of all that was written, only what tells that."""
    run, until = snapshot.run, company.end_of(snapshot.as_of)
    since = {
        "decisions": rows.since("decisions", run, until, kinds=(*KINDS, ERASE)),
        "preferences": rows.since("preferences", run, until, kinds=("objection", "restriction")),
    }
    today = company.end_of(company.today())
    return lay(since, ledger_side(company), (), whose(company, snapshot), run=run, today=today)


def _judged(rows: Rows, prepared: Prepared, people: LaidOver, drafts: Sequence[Draft]) -> dict[int, No | None]:
    """What the gate says of each draft, by its number; None where it is open."""
    if no := stale(prepared.snapshot):
        return {draft.pk: no for draft in drafts}
    said: dict[int, No | None] = {draft.pk: no for draft in drafts if (no := _of_person(people, draft.person_id))}
    left = [draft for draft in drafts if draft.pk not in said]
    said |= _suppressed(prepared, left)
    ways = {draft.pk: _way(draft) for draft in left if draft.pk not in said}
    asked = prepared.asked(rows, list(ways.values()))
    return said | {pk: asked[way] for pk, way in ways.items()}


def _way(draft: Draft) -> Way:
    return Way(draft.person_id, draft.action, draft.channel)


def _of_person(people: LaidOver, person: str) -> No | None:
    if person in people.hidden:
        return No(HIDDEN, _("They asked since to be left in peace, or to be forgotten: nothing goes out to them."))
    if person in people.merged or person in people.parting or len(people.shown_together(person)) > 1:
        return No(
            MERGED, _("Who they are was decided anew since: what may go to them is known after the next refresh.")
        )
    return None


def _suppressed(prepared: Prepared, drafts: Iterable[Draft]) -> dict[int, No]:
    """Whose address is never to be written to."""
    by_way: dict[tuple[str, bool], dict[int, str]] = {}
    for draft in drafts:
        its = by_way.setdefault((draft.channel, draft.kind == "service"), {})
        its[draft.pk] = prepared.address(_way(draft))
    no = No(SUPPRESSED, _("Nothing is sent to this address any more: they unsubscribed or complained, or it is gone."))
    return {
        pk: no
        for (channel, service), addresses in by_way.items()
        for found in (suppressed(filter(None, addresses.values()), channel, service=service),)
        for pk, address in addresses.items()
        if address in found
    }


# ------------------------------------------------------------------------------------------------- writing


def _write(rows: Rows, prepared: Prepared, judged: Sequence[tuple[Draft, No | None]], by: Account | None) -> None:
    """What became of drafts, and the contacts of those that were let out."""
    at, plays = rows.moment(), playbooks_of(prepared.company).by_action
    contacts, decisions, changed = [], [], []
    for draft, no in judged:
        if no is not None and no.rule == STALE:
            continue  # it goes when there is a newer snapshot
        changed.append(draft)
        if no is not None:
            draft.state, draft.says, draft.ended_at = State.STOPPED, no.says, at.replace(tzinfo=UTC)
            continue
        # What was judged is the address as it is known now.
        draft.address = prepared.address(_way(draft)) or draft.address
        if by is None and not prepared.company.settings.outreach.goes_by_itself(draft.channel):
            draft.state = State.BY_HAND
            continue
        draft.claimed_at = at.replace(tzinfo=UTC)
        draft.state = State.CLAIMED
        if by is not None:
            draft.state, draft.ended_at = State.DONE, draft.claimed_at
        contact, decision = _facts(plays[draft.action], draft, at, by)
        draft.contact_id = contact["fact_id"]
        contacts.append(contact)
        decisions.append(decision)
    rows.add("contacts", contacts, at=at)
    rows.add("decisions", decisions, at=at)
    told = [[_stored(getattr(draft, name)) for name in (*_TOLD, "pk")] for draft in changed]
    with connection.cursor() as cursor:  # Django's own bulk_update takes four seconds for a thousand
        cursor.executemany(_UPDATE, told)


def _stored(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _facts(play: Playbook, draft: Draft, at: datetime, by: Account | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contact, and that the line of the plan is done."""
    decided_by = by or draft.decided_by
    who = employee_of(decided_by) if decided_by else draft.employee
    contact = {
        "record_id": draft.record_id,
        "team": draft.team,
        "employee": (who if by else draft.employee or who) or None,
        "channel": draft.channel,
        "address": draft.address or None,
        "campaign": f"{draft.action} {draft.as_of}",
        "action": draft.action,
        "purpose": draft.purpose,
        "kind": draft.kind,
        "goal": draft.goal,
        "expected": draft.expected,
        "arm": "treated",
        "cost": Decimal(str(play.cost)),
    }
    decision = {"record_id": draft.record_id, "kind": "done", "value": draft.action, "by_whom": who or "byname"}
    # A colleague may take back that something was done by hand, and the contact that came of it at the same moment. A
    # mail that is out cannot be taken back.
    done_at = at if by else at + timedelta(microseconds=1)
    return (
        {"occurred_at": at, **fact("contacts", contact, reader=READER)},
        {"occurred_at": done_at, **fact("decisions", decision, reader=READER)},
    )


def _log(by: Account | None, drafts: Sequence[Draft]) -> None:
    """A line for what somebody did by hand; one for all that the program let out at once."""
    if by is not None:
        for draft in drafts:
            audit.log(by, "contact", draft.person_id, before={"draft": draft.pk}, after={"state": draft.state})
    elif drafts:
        counts: dict[str, int] = {}
        for draft in drafts:
            counts[draft.state] = counts.get(draft.state, 0) + 1
        audit.log(None, "let out", after=counts)
