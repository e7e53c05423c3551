"""Early signs of too much contact (S2.9), and of the best whom we neglect (S2.10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.ago import ago
from byname.plan.profiled.too_much_words import TOO_MUCH
from byname.value.dated import best_tenth

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["neglected", "too_much"]

_DAYS = 180
_TIME_TO_ANSWER = 3  # days: what went out yesterday is not unanswered yet

# Silence after talk: of five contacts two or more were answered, of the five after them none, though the channel still
# brings answers from others (an export that ended is nobody's silence). By chance alone this befalls one in thirteen of
# those who answer two in five, and fewer of those who answer more.
FELL_SILENT = statement(
    "plan.fell_silent",
    """
    with heard as (select channel, max(occurred_at) as last_at from responses group by channel),
    placed as (
        select contacts.person_id, contacts.answered, contacts.ago,
               row_number() over (
                   partition by contacts.person_id order by contacts.occurred_at desc, contacts.fact_id
               ) as place
        from contacts
        join heard on heard.channel = contacts.channel
        where not contacts.is_service and contacts.ago >= $time_to_answer and contacts.occurred_at <= heard.last_at
    )
    select person_id
    from placed
    where place <= 10
    group by person_id
    having count(*) >= 7 and min(ago) < $days and count_if(answered and place <= 5) = 0
       and count_if(answered and place > 5) >= 2
    """,
)

SAID_SO = statement(
    "plan.said_too_much",
    f"""
    select person_id
    from voice
    where person_id is not null and occurred_at < $until and occurred_at >= $since
      and regexp_matches(lower(coalesce(masked, '')), '{TOO_MUCH}')
    group by person_id
    """,  # noqa: S608 - ours
)

SIGNS = statement(
    "plan.too_much",
    """
    select person_id from contacted where unsubscribed_days < $days
    union
    select person_id from silent
    union
    select person_id from said_so
    """,
)

# A kind word, a gift or service: an answer to what they wrote is service too. Who came less than so long ago cannot
# have been neglected for so long; who has left is another matter.
NEGLECTED = statement(
    "plan.neglected",
    f"""
    with kind_words as (
        select person_id from contacts where (kind in ('thank', 'give') or is_service) and ago < $neglect_days
        union
        select person_id from voice where answered_at < $until and answered_at >= $neglect_from
    )
    select best.person_id
    from best
    join worth on worth.person_id = best.person_id
    join bought on bought.person_id = best.person_id
    anti join kind_words on kind_words.person_id = best.person_id
    where bought.is_customer and worth.clv > 0e0
      and (bought.contracts > 0 or coalesce(worth.p_alive, 0e0) >= 5e-1)
      and coalesce({ago("bought.first_day")} >= $neglect_days, bought.contracts > 0)
    """,  # noqa: S608 - ours
)


def too_much(engine: Engine, given: Sources, touched: Touches, contacted: Table, day: Day) -> Table:
    """Who shows early signs of too much contact: person_id.

    Unsubscribed, withdrew or complained of contact within 180 days; fell silent after answering; or said so.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        touched: contacts and what came back.
        contacted: from `contacted.contacted`.
        day: on which we look.
    """
    silent = engine.run(
        FELL_SILENT,
        contacts=touched.contacts,
        responses=touched.responses,
        time_to_answer=_TIME_TO_ANSWER,
        days=_DAYS,
    )
    said_so = engine.run(SAID_SO, voice=given.voice, until=day.until, since=day.until - timedelta(days=_DAYS))
    return engine.run(SIGNS, contacted=contacted, silent=silent, said_so=said_so, days=_DAYS)


def neglected(engine: Engine, given: Sources, touched: Touches, bought: Table, day: Day) -> Table:
    """Of the best tenth, who had no thanks, gift or service within [plan] neglect_days: person_id.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        touched: our contacts.
        bought: from `bought.bought`, with `first_day`.
        day: on which we look.
    """
    days = day.settings.plan.neglect_days
    return engine.run(
        NEGLECTED,
        best=best_tenth(engine, given.worth),
        worth=given.worth,
        bought=bought,
        contacts=touched.contacts,
        voice=given.voice,
        as_of=day.as_of,
        neglect_days=days,
        neglect_from=day.until - timedelta(days=days),
        until=day.until,
    )
