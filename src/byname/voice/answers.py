"""Who waits for an answer and how long, and how fast the others had one (S0.36).

What is asked and answered later than the as-of day counts as open. Times are those until an answer of all that asked:
who still waits has waited at least so long, so that a slow desk cannot look fast by leaving the hard ones open
(Kaplan and Meier, JASA 53 (1958) 457).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import date, datetime

    from numpy.typing import NDArray

    from byname.engines import Engine, Table

__all__ = ["ANSWERED", "Answers", "answers", "hours_until"]

ANSWERED = pa.schema(
    {"medium": pa.string(), "asked": pa.int64(), "answered": pa.int64(), "open": pa.int64()}
    | dict.fromkeys(("share", "median_hours", "p90_hours"), pa.float64())
)

# A ticket asks for something even where its words do not sound so, unless it only thanks or praises.
ASKED = statement(
    "voice.asked",
    """
    select fact_id, source, account, source_id, person_id, occurred_at, coalesce(medium, 'other') as medium,
           coalesce(thread, fact_id) as thread, employee, masked, sensitive,
           case when contains(coalesce(intents, ''), 'complaint') or contains(coalesce(intents, ''), 'leaving')
                then 'complaint' else 'question' end as kind,
           coalesce(lower(status), 'open') in ('solved', 'closed', 'resolved', 'answered', 'done') as solved
    from voice
    where person_id is not null and occurred_at < $until
      and date_diff('day', cast(occurred_at as date), cast($as_of as date)) < 365
      and (contains(coalesce(intents, ''), 'complaint') or contains(coalesce(intents, ''), 'leaving')
           or contains(coalesce(intents, ''), 'question')
           or coalesce(medium, '') = 'ticket' and not contains(coalesce(intents, ''), 'thanks')
              and not contains(coalesce(intents, ''), 'praise'))
    """,
)
ANSWERS_GIVEN = statement(
    "voice.answers_given",
    """
    select source, account, coalesce(thread, fact_id) as thread, answered_at, employee, fact_id
    from voice
    where answered_at is not null and answered_at < $until
    """,
    lazy=True,
)
# In a community others may answer: then nobody waits, though no employee did it.
HELPED = statement(
    "voice.helped_by_others",
    """
    select asked.fact_id
    from asked
    join voice on voice.source = asked.source and voice.account = asked.account
              and voice.in_reply_to = asked.source_id and voice.person_id <> asked.person_id
    where voice.occurred_at < $until
    group by asked.fact_id
    """,
)
# An answer later in the thread answers what was asked before it.
FIRST_ANSWERS = statement(
    "voice.first_answers",
    """
    select asked.fact_id, given.answered_at, given.employee
    from asked
    join given on given.source = asked.source and given.account = asked.account and given.thread = asked.thread
              and given.answered_at >= asked.occurred_at
    qualify row_number() over (
        partition by asked.fact_id order by given.answered_at, given.employee nulls last, given.fact_id
    ) = 1
    """,
)
# A person who asks again in a thread asks once more for the same: the first time counts until it is answered.
STATE = statement(
    "voice.asked_state",
    """
    with joined as (
        select asked.*, first_answers.answered_at, first_answers.employee as answered_by,
               helped.fact_id is not null as helped,
               first_answers.answered_at is null and not asked.solved and helped.fact_id is null as waits
        from asked
        left join first_answers on first_answers.fact_id = asked.fact_id
        left join helped on helped.fact_id = asked.fact_id
    )
    select joined.*
    from joined
    qualify row_number() over (
        partition by source, account, thread, person_id, answered_at, waits order by occurred_at, fact_id
    ) = 1
    """,
)
WAITING = statement(
    "voice.waiting",
    """
    select state.fact_id, state.person_id, state.occurred_at, state.medium, state.kind,
           date_diff('day', cast(state.occurred_at as date), cast($as_of as date)) as waited_days,
           coalesce(worth.clv, 0e0) as worth,
           case when state.sensitive is false then state.masked end as words, state.employee
    from state
    left join worth on worth.person_id = state.person_id
    where state.waits
    """,
)
TIMES = statement(
    "voice.answer_times",
    "select medium, occurred_at, answered_at, waits, solved from state",
    lazy=True,
)


@dataclass(frozen=True)
class Answers:
    """Open and answered questions and complaints of the last 365 days.

    Attributes:
        waiting: one row for each that is open: fact_id, person_id, occurred_at, medium, kind (question, complaint),
            waited_days, worth (clv), words (personal data masked; null where sensitive), employee.
        answered: one row for each medium and one for "all", columns as `ANSWERED`. share is of those asked; hours are
            null where fewer than that part has been answered.
        report: lines for the run report.
    """

    waiting: Table
    answered: Table
    report: list[tuple[str, str]]


def answers(engine: Engine, voice: Table, worth: Table, *, as_of: date, until: datetime) -> Answers:
    """Open questions and complaints, for whom and how long; answer rate and time by medium.

    Answered is what staff answered (`answered_at`), or what has the status solved. What another customer answered is
    neither open nor answered.

    Args:
        engine: where the tables are.
        voice: messages read, of known people.
        worth: person_id, clv.
        as_of: the last day.
        until: its end, UTC.
    """
    asked = engine.run(ASKED, voice=voice, as_of=as_of, until=until)
    given = engine.run(ANSWERS_GIVEN, voice=voice, until=until)
    state = engine.run(
        STATE,
        asked=asked,
        first_answers=engine.run(FIRST_ANSWERS, asked=asked, given=given),
        helped=engine.run(HELPED, asked=asked, voice=voice, until=until),
    )
    waiting = engine.run(WAITING, state=state, worth=worth, as_of=as_of)
    rows = engine.fetch(engine.run(TIMES, state=state))
    answered = _answered(rows, until)
    total = answered[-1] if answered else None
    if total is None:
        report = [("answers", "nobody asked anything in the last 365 days")]
    else:
        report = [("answers", f"{total['answered']:,} of {total['asked']:,} answered, {total['open']:,} wait")]
    return Answers(waiting, engine.arrow(pa.Table.from_pylist(answered, schema=ANSWERED)), report)


def hours_until(hours: NDArray[np.float64], answered: NDArray[np.bool_], share: float) -> float | None:
    """Hours after which this share had an answer, by Kaplan and Meier's curve; None where it never came to that.

    Args:
        hours: from the question to its answer, or to the end of what is known; shape (n,), 0 or more.
        answered: whether the answer came, shape (n,).
        share: of all who asked, above 0 and below 1.
    """
    if not answered.any():
        return None
    times, place = np.unique(hours, return_inverse=True)
    came = np.bincount(place, weights=answered, minlength=times.size)
    left = np.bincount(place, minlength=times.size)
    at_risk = left[::-1].cumsum()[::-1]
    open_still = np.cumprod(1 - came / at_risk)
    reached = np.flatnonzero(open_still <= 1 - share + 1e-12)
    return float(times[reached[0]]) if reached.size else None


def _answered(rows: pa.Table, until: datetime) -> list[dict[str, object]]:
    medium = np.array(rows.column("medium").to_pylist(), dtype=object)
    asked = rows.column("occurred_at").to_numpy().astype("datetime64[us]")
    when = rows.column("answered_at").to_numpy().astype("datetime64[us]")
    dated = ~np.isnat(when)
    waits, solved = (rows.column(name).to_numpy(zero_copy_only=False).astype(bool) for name in ("waits", "solved"))
    end = np.datetime64(until.replace(tzinfo=None), "us")
    hours = (np.where(dated, when, end) - asked) / np.timedelta64(1, "h")
    done = dated | solved
    counts = done | waits
    timed = dated | waits  # solved without a time says nothing of how long it took

    def row(name: str, inside: NDArray[np.bool_]) -> dict[str, object]:
        asked_here, done_here = int((inside & counts).sum()), int((inside & done).sum())
        known = inside & timed
        return {
            "medium": name,
            "asked": asked_here,
            "answered": done_here,
            "open": int((inside & waits).sum()),
            "share": done_here / asked_here,
            "median_hours": hours_until(hours[known], dated[known], 0.5),
            "p90_hours": hours_until(hours[known], dated[known], 0.9),
        }

    everything = np.ones(medium.size, bool)
    found = [row(name, medium == name) for name in sorted(set(medium[counts].tolist()))]
    return [*found, row("all", everything)] if counts.any() else []
