"""What this company's records can tell, and what they cannot: with what to start recording (S1.1, S1.15).

Advice from the company's own data, and marked so. It promises nothing: it says what a proof would rest on.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.engines import statement
from byname.proof.foreseen import HORIZON_DAYS, TEST_SHARE, Detectable, detectable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from byname.engines import Engine, Table

__all__ = ["READINESS", "readiness"]

READINESS = pa.schema(dict.fromkeys(("question", "answer", "says", "do"), pa.string()))
_FEW_RATINGS = 100  # fewer, and a share of them is a guess
_MOSTLY = 0.8  # of rows that have it: the few others do not change an answer
_A_YEAR = 365
_SEEN = 0.1  # of the mean spend: a test that sees this is sharp enough for most playbooks

COUNTS = statement(
    "proof.readiness_counts",
    """
    with people as (select count(distinct person_id) as people from record_person),
    sold as (select count(*) as orders, min(occurred_at) as first_at, max(occurred_at) as last_at from orders),
    bought as (select count(distinct person_id) as buyers from days),
    reached as (
        select count(*) as contacts, count_if(coalesce(arm, '') <> '') as with_arm,
               count_if(lower(coalesce(arm, '')) = 'held out') as held_out,
               count_if(coalesce(purpose, '') <> '') as with_purpose, count_if(coalesce(goal, '') <> '') as with_goal,
               count_if(occurred_at is null) as undated
        from contacts
    ),
    came_back as (
        select count(*) as answers, count(distinct contact_id) as answered,
               count_if(kind = 'unsubscribed') as unsubscribed
        from answers
        where coalesce(kind, '') <> 'delivered'
    ),
    allowed as (
        select count(*) as consents, count_if(state = 'given') as given, count_if(coalesce(wording, '') <> '') as worded
        from consents
    ),
    rated as (select count(*) as ratings, count_if(scale = 'nps') as nps from ratings),
    back as (select count(*) as returns, count_if(coalesce(reason, '') <> '') as reasoned from returns),
    told as (select count(*) as messages from messages),
    friends as (select count(*) as referrals from referrals),
    wished as (select count(*) as preferences from preferences),
    said as (select count(*) as promises, count_if(due_at is not null) as dated from promises)
    select people.people, sold.orders, sold.first_at, sold.last_at, bought.buyers, reached.contacts, reached.with_arm,
           reached.held_out, reached.with_purpose, reached.with_goal, reached.undated, came_back.answers,
           came_back.answered, came_back.unsubscribed, allowed.consents, allowed.given, allowed.worded, rated.ratings,
           rated.nps, back.returns, back.reasoned, told.messages, friends.referrals, wished.preferences,
           said.promises, said.dated
    from people
    cross join sold cross join bought cross join reached cross join came_back cross join allowed cross join rated
    cross join back cross join told cross join friends cross join wished cross join said
    """,
)


def readiness(
    engine: Engine,
    facts: Mapping[str, Table],
    *,
    record_person: Table,
    days: Table,
    as_of: date,
    drawn: int,
    share: float = TEST_SHARE,
) -> Table:
    """One row a question: can this company's data answer it, and what to record so that they can.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        record_person: record_id and person_id.
        days: purchase days.
        as_of: the last day that counts.
        drawn: campaigns with lots.
        share: held out of a test, for what it could see.
    """
    named = (
        "orders", "contacts", "answers", "consents", "ratings",
        "returns", "messages", "referrals", "preferences", "promises",
    )  # fmt: skip
    counts = engine.run(COUNTS, days=days, record_person=record_person, **{name: facts[name] for name in named})
    (count,) = engine.fetch(counts).to_pylist()
    seen = detectable(engine, days, as_of=as_of, share=share)
    rows = [
        _worked(count, drawn),
        _size(seen, share),
        _history(count),
        *(_present(count, one) for one in _QUESTIONS),
    ]
    return engine.arrow(pa.Table.from_pylist(rows, schema=READINESS))


type _Counts = Mapping[str, Any]
type _Row = dict[str, str]


@dataclass(frozen=True)
class _Question:
    """What some rows of a table can answer: none, no; not enough or not complete, partly; else yes.

    Attributes:
        question: that they answer.
        rows: the count of rows.
        what: they are called.
        of: the count of those that are complete; empty where each is.
        complete: what these have.
        least: rows that it takes.
        do: what to record.
    """

    question: str
    rows: str
    what: str
    do: str
    of: str = ""
    complete: str = ""
    least: int = 1


_QUESTIONS = (
    _Question(
        "Did a contact come back with anything?", "contacts", "contacts",
        "Record answers on contacts (replied, clicked, bought, unsubscribed), with the contact's id.",
        "answered", "have an answer on record", 1,
    ),
    _Question(
        "Whom may we contact, how, and what for?", "consents", "consents",
        "Record each consent with its channel, its purpose, its day and the words that were agreed to.",
        "worded", "say which words were agreed to",
    ),
    _Question(
        "What do people want of us?", "preferences", "wishes",
        "Ask which channel, how often and what about, and record the answer.",
    ),
    _Question(
        "Are customers content?", "ratings", "ratings",
        "Ask after a purchase and after an answer, and record the score of everybody who gives one.",
        "", "", _FEW_RATINGS,
    ),
    _Question(
        "What goes wrong?", "messages", "messages",
        "Add tickets, reviews and mails: what people say unasked is where trouble shows first.",
    ),
    _Question(
        "Why do things come back?", "returns", "returns",
        "Record the reason of each return in the customer's own words.", "reasoned", "give a reason",
    ),
    _Question(
        "Who brings friends?", "referrals", "referrals",
        "Ask new customers who told them of us, and record whom they name.",
    ),
    _Question(
        "Do we keep what we promise?", "promises", "promises",
        "Record promises with the day by which they are due, and the day on which they are kept.",
        "dated", "have a day",
    ),
    _Question(
        "What was a contact for?", "contacts", "contacts",
        "Give each contact a goal and a purpose, so that it can be held against what came of it.",
        "with_goal", "have a goal",
    ),
)  # fmt: skip


def _row(question: str, answer: str, says: str, do: str) -> _Row:
    return {"question": question, "answer": answer, "says": says, "do": "" if answer == "yes" else do}


def _present(count: _Counts, one: _Question) -> _Row:
    rows = count[one.rows]
    if not rows:
        return _row(one.question, "no", f"no {one.what} on record", one.do)
    says = f"{rows:,} {one.what}"
    answer = "yes" if rows >= one.least else "partly"
    if one.of:
        complete = count[one.of]
        says += f", of which {complete:,} {one.complete}"
        # Answers are never complete: nobody answers everything. That there are any shows that they are recorded.
        enough = complete > 0 if one.of == "answered" else complete >= _MOSTLY * rows
        answer = answer if enough else "partly" if complete else "no"
    return _row(one.question, answer, says, one.do)


def _worked(count: _Counts, drawn: int) -> _Row:
    question = "Did a contact change anything?"
    do = "Hold some people out by lot, and record contacts with their arm: treated or held out (a playbook's holdout)."
    if not count["contacts"]:
        return _row(question, "no", "no contacts on record", f"Record whom you reached, and when. {do}")
    says = f"{count['contacts']:,} contacts, {count['with_arm']:,} with an arm, {count['held_out']:,} of them held out"
    if not count["held_out"]:
        return _row(question, "no", f"{says}: nobody drew lots, so nothing can be proven", do)
    complete = count["with_arm"] >= _MOSTLY * count["contacts"]
    return _row(question, "yes" if complete else "partly", f"{says}; {drawn:,} campaigns with lots", do)


def _size(seen: Detectable, share: float) -> _Row:
    question = "How small an effect on spend could a test see?"
    do = f"Hold out more, or count buyers rather than money: to see 10% it takes {seen.needed:,.0f} customers."
    if isnan(seen.smallest):
        says = f"{seen.customers:,} customers, and no spend in the last {HORIZON_DAYS} days to go by"
        return _row(question, "no", says, "Add orders: without them no test of spend can be planned.")
    says = (
        f"with {seen.customers:,} customers, {share:.0%} of them held out and {HORIZON_DAYS} days you can see "
        f"{seen.smallest:.0%} of spend, in four of five tests; adjusting by the time before takes {seen.cut:.0%} of "
        "the variance away, measured on your own last months"
    )
    return _row(question, "yes" if seen.smallest <= _SEEN else "partly" if seen.smallest <= 1 else "no", says, do)


def _history(count: _Counts) -> _Row:
    question = "Is there a time before, to hold the time after against?"
    do = "Add older orders: two years let a person be compared with themselves and with the season."
    first, last = count["first_at"], count["last_at"]
    if first is None or last is None:
        return _row(question, "no", "no orders with a day on record", do)
    span = (last - first).days
    answer = "yes" if span >= 2 * _A_YEAR else "partly" if span >= HORIZON_DAYS * 2 else "no"
    return _row(question, answer, f"{count['orders']:,} orders over {span:,} days", do)
