"""What to ask whom, where nobody knows how they stand, and what it would be worth to know.

The rules stand in a table (`RULES`), in order: the first that fits a person is asked, one question each. Nobody is
asked who withdrew from feedback or objected to it, nor who was asked within thirty days. Whether a question really goes
out is for the gate to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.standing.states import STATES

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from byname.engines import Engine, Table

__all__ = ["RULES", "Rule", "asking", "entropy"]

_SURE = 0.6  # below, evidence is thin though it says something
_PACE = timedelta(days=30)


@dataclass(frozen=True)
class Rule:
    """When to ask what.

    Attributes:
        name: a word or two.
        when: SQL over the columns of `KNOWN`; a null is no.
        question: SQL for the question.
        why: SQL for the reason, for the employee who asks.
    """

    name: str
    when: str
    question: str
    why: str


def _day(column: str) -> str:
    return f"cast(cast({column} as date) as varchar)"


RULES = (
    Rule(
        "open trouble",
        "open_kind is not null",
        f"'Has what went wrong on ' || {_day('open_at')} || ' been put right for you?'",
        f"open_kind || ' of ' || {_day('open_at')} || ' has no end on record'",
    ),
    Rule(
        "settled trouble",
        "settled_at >= $days_60 and coalesce(rated_at < settled_at, true)",
        f"'How content are you with what we did about ' || {_day('went_wrong_at')} || ', from 1 to 5?'",
        f"settled_kind || ' was settled on ' || {_day('settled_at')} || ', and nothing was heard since'",
    ),
    Rule(
        "return without a reason",
        "returned_at >= $days_180 and coalesce(spoke_at < returned_at, true)",
        f"'What was the reason that you sent it back on ' || {_day('returned_at')} || '?'",
        f"'gave something back on ' || {_day('returned_at')} || ' without a word'",
    ),
    Rule(
        "gone silent",
        "bought_days >= 3 and silent_days > 2 * usual_days",
        "'We have not seen you for a while. Did we do something wrong?'",
        "'bought every ' || cast(usual_days as varchar) || ' days, and nothing for ' || cast(silent_days as varchar)",
    ),
    Rule(
        "new",
        "bought_days = 1 and silent_days <= 60 and rated_at is null",
        "'Did we make it easy for you, from 1 (not at all) to 7 (very)?'",
        "'bought for the first time ' || cast(silent_days as varchar) || ' days ago; nothing was asked yet'",
    ),
    Rule(
        "never rated",
        "bought_days >= 1 and rated_at is null",
        "'How likely are you to recommend us to a friend, from 0 to 10?'",
        "'has bought on ' || cast(bought_days as varchar) || ' days and never gave a rating'",
    ),
    Rule(
        "rated long ago",
        "rated_at < $days_365",
        "'You once told us how you find us. How is it today: would you recommend us, from 0 to 10?'",
        f"'rated us last on ' || {_day('rated_at')}",
    ),
    Rule(
        "signs that disagree",
        "bought_days >= 1 or spoke_at is not null",
        "'What is the one thing that we should do better for you?'",
        "'what is known says different things'",
    ),
)

# What the rules may look at.
KNOWN = statement(
    "standing.asking_known",
    """
    with bought as (
        select person_id, count(distinct cast(occurred_at as date)) as bought_days,
               date_diff('day', max(occurred_at), $last_at) as silent_days,
               date_diff('day', min(occurred_at), max(occurred_at)) as span_days
        from net
        where occurred_at < $until
        group by person_id
    ),
    rated as (
        select record_person.person_id, max(coalesce(ratings.occurred_at, ratings.known_at)) as rated_at
        from ratings
        join record_person on record_person.record_id = ratings.record_id
        where coalesce(ratings.occurred_at, ratings.known_at) < $until
        group by record_person.person_id
    ),
    spoke as (select person_id, max(occurred_at) as spoke_at from voice where occurred_at < $until group by person_id),
    gave_back as (
        select record_person.person_id, max(returns.occurred_at) as returned_at
        from returns
        join record_person on record_person.record_id = returns.record_id
        where returns.occurred_at < $until and coalesce(trim(returns.reason, ' '), '') = ''
        group by record_person.person_id
    ),
    trouble as (select * from incidents where kind not in ('kept promise', 'price rise', 'other') and severity > 0),
    open_trouble as (
        select person_id, kind as open_kind, occurred_at as open_at
        from trouble
        where settled_at is null and occurred_at >= $days_180
        qualify row_number() over (
            partition by person_id order by severity desc, occurred_at desc, kind, fact_id nulls last, says
        ) = 1
    ),
    settled as (
        select person_id, kind as settled_kind, occurred_at as went_wrong_at, settled_at
        from trouble
        where settled_at is not null
        qualify row_number() over (
            partition by person_id order by settled_at desc, occurred_at desc, kind, fact_id nulls last, says
        ) = 1
    )
    select doubts.person_id, doubts.doubt, coalesce(bought.bought_days, 0) as bought_days, bought.silent_days,
           cast(ceil(
               cast(bought.span_days as double) / nullif(cast(bought.bought_days as double) - 1e0, 0e0)
           ) as bigint) as usual_days,
           rated.rated_at, spoke.spoke_at, gave_back.returned_at, open_trouble.open_kind, open_trouble.open_at,
           settled.settled_kind, settled.went_wrong_at, settled.settled_at
    from doubts
    left join bought on bought.person_id = doubts.person_id
    left join rated on rated.person_id = doubts.person_id
    left join spoke on spoke.person_id = doubts.person_id
    left join gave_back on gave_back.person_id = doubts.person_id
    left join open_trouble on open_trouble.person_id = doubts.person_id
    left join settled on settled.person_id = doubts.person_id
    """,
)

UNSURE = statement(
    "standing.asking_unsure",
    """
    select standing.person_id, standing.neutral, standing.dissatisfied, standing.actively_dissatisfied, standing.loyal,
           standing.advocate
    from standing
    where standing.standing = 'unknown' or standing.confidence < $sure
    """,
)

# An objection to feedback stands in `consents` as withdrawn. One channel closed to feedback closes all: to seek another
# way around it would widen what the person narrowed.
ALLOWED = statement(
    "standing.asking_allowed",
    """
    with closed as (
        select distinct person_id from consents where purpose = 'feedback' and state = 'withdrawn'
    ),
    asked as (
        select distinct record_person.person_id
        from contacts
        join record_person on record_person.record_id = contacts.record_id
        where contacts.kind = 'ask' and coalesce(contacts.arm, '') <> 'held out'
          and contacts.occurred_at < $until and contacts.occurred_at >= $asked_from
    )
    select known.*
    from known
    anti join closed on closed.person_id = known.person_id
    anti join asked on asked.person_id = known.person_id
    """,
)

_FIRST = " ".join(f"when {rule.when} then {place}" for place, rule in enumerate(RULES))
_QUESTION = " ".join(f"when {place} then {rule.question}" for place, rule in enumerate(RULES))
_WHY = " ".join(f"when {place} then {rule.why}" for place, rule in enumerate(RULES))
_NAMED = " ".join(f"when {place} then '{rule.name}'" for place, rule in enumerate(RULES))

ASK = statement(
    "standing.asking",
    f"""
    with ruled as (select allowed.*, case {_FIRST} end as rule_number from allowed)
    select ruled.person_id, case rule_number {_NAMED} end as rule, case rule_number {_QUESTION} end as question,
           case rule_number {_WHY} end as why, greatest(coalesce(worth.clv, 0e0), 0e0) * ruled.doubt as value_of_knowing
    from ruled
    left join worth on worth.person_id = ruled.person_id
    where rule_number is not null
    """,  # noqa: S608 - ours
)


def entropy(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """How little is known: 0 where one standing is certain, 1 where all five are alike.

    Shannon's entropy, in units of the highest that there can be (ln 5).

    Args:
        chances: of shape (people, 5), each row summing to 1.

    Returns:
        Of shape (people,).
    """
    kept = np.where(chances > 0, chances, 1.0)
    found: NDArray[np.float64] = np.clip(-(kept * np.log(kept)).sum(axis=1) / np.log(chances.shape[1]), 0.0, 1.0)
    return found


def asking(
    engine: Engine,
    *,
    standing: Table,
    worth: Table,
    net: Table,
    ratings: Table,
    returns: Table,
    voice: Table,
    contacts: Table,
    incidents: Table,
    consents: Table,
    record_person: Table,
    until: datetime,
) -> Table:
    """Say what to ask those whose standing is unknown or rests on little.

    Returns:
        person_id, rule (its name), question, why, value_of_knowing (lifetime value times `entropy`, in the company's
        currency; 0 where nothing is known of the value): an order for a list, not a promise of money.

    Args:
        engine: where the tables are.
        standing: person_id, standing, confidence and the five probabilities.
        worth: person_id and clv.
        net: person_id and occurred_at, one row an order.
        ratings: the newest version of each rating; likewise returns and contacts.
        returns: those without a reason are asked about.
        voice: messages read: person_id, occurred_at.
        contacts: those of the kind "ask".
        incidents: from `incidents.incidents`.
        consents: from `people.consents`: person_id, purpose, state.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """
    unsure = engine.fetch(engine.run(UNSURE, standing=standing, sure=_SURE), order_by=("person_id",))
    chances = np.column_stack([unsure.column(state).to_numpy() for state in STATES]).astype(np.float64)
    doubts = engine.arrow(pa.table({"person_id": unsure.column("person_id"), "doubt": pa.array(entropy(chances))}))
    known = engine.run(
        KNOWN,
        doubts=doubts,
        net=net,
        ratings=ratings,
        returns=returns,
        voice=voice,
        incidents=incidents,
        record_person=record_person,
        until=until,
        last_at=until - timedelta(seconds=1),
        days_180=until - timedelta(days=180),
    )
    allowed = engine.run(
        ALLOWED,
        known=known,
        consents=consents,
        contacts=contacts,
        record_person=record_person,
        until=until,
        asked_from=until - _PACE,
    )
    back = {f"days_{days}": until - timedelta(days=days) for days in (60, 180, 365)}
    return engine.run(ASK, allowed=allowed, worth=worth, **back)
