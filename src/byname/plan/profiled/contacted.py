"""What we did with each person: contacts of all teams and tools, asks against gives, what came back (S2.7, S4.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.ago import ago

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["contacted"]

_YEAR = 365

# A share of few is drawn to what all have in common, as by five contacts.
COUNTED = statement(
    "plan.contacts_counted",
    """
    select person_id, count_if(not is_service and ago < 7) as contacts_7,
           count_if(not is_service and ago < $window_days) as contacts_window,
           count_if(not is_service and ago < 365) as contacts_365,
           min(ago) as days_since_contact,
           count_if(kind = 'ask' and ago < 365) as asks_365,
           count_if(kind in ('give', 'thank') and ago < 365) as gives_365,
           min(case when kind = 'ask' then ago end) as days_since_asked,
           min(case when kind = 'thank' then ago end) as days_since_thanked,
           min(case when kind in ('give', 'thank') then ago end) as days_since_given,
           count_if(ago < 365) as sent, count_if(opened and ago < 365) as opened
    from contacts
    group by person_id
    """,
)
REPLIED = statement(
    "plan.replied",
    """
    select person_id, count_if(kind = 'replied' and occurred_at >= $year_ago) as replies_365,
           max(case when kind in ('unsubscribed', 'complained') then occurred_at end) as unsubscribed_at
    from responses
    group by person_id
    """,
)
CONTACTED = statement(
    "plan.contacted",
    f"""
    with withdrew as (
        select person_id, max(since) as withdrew_at from consents where state = 'withdrawn' group by person_id
    ),
    all_sent as (
        select cast(sum(opened) as double) / nullif(cast(sum(sent) as double), 0e0) as share from counted
    ),
    joined as (
        select persons.person_id, counted.contacts_7, counted.contacts_window, counted.contacts_365,
               counted.days_since_contact, counted.asks_365, counted.gives_365, counted.days_since_asked,
               counted.days_since_thanked, counted.days_since_given, counted.sent, counted.opened,
               replied.replies_365,
               case when withdrew.withdrew_at > coalesce(replied.unsubscribed_at, timestamp '1900-01-01 00:00:00')
                    then withdrew.withdrew_at else replied.unsubscribed_at end as unsubscribed_at
        from persons
        left join counted on counted.person_id = persons.person_id
        left join replied on replied.person_id = persons.person_id
        left join withdrew on withdrew.person_id = persons.person_id
    )
    select joined.person_id, coalesce(joined.contacts_7, 0) as contacts_7,
           coalesce(joined.contacts_window, 0) as contacts_window, coalesce(joined.contacts_365, 0) as contacts_365,
           joined.days_since_contact, coalesce(joined.asks_365, 0) as asks_365,
           coalesce(joined.gives_365, 0) as gives_365, joined.days_since_asked, joined.days_since_thanked,
           joined.days_since_given,
           case when joined.sent > 0
                then cast(cast(joined.opened as double) + 5e0 * all_sent.share as double)
                     / nullif(cast(joined.sent as double) + 5e0, 0e0) end as opened_share,
           coalesce(joined.replies_365, 0) as replies_365, {ago("joined.unsubscribed_at")} as unsubscribed_days
    from joined
    cross join all_sent
    """,  # noqa: S608 - ours
)


def contacted(engine: Engine, given: Sources, touched: Touches, day: Day) -> Table:
    """One row a person.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        touched: contacts and what came back.
        day: on which we look.
    """
    return engine.run(
        CONTACTED,
        persons=given.persons,
        counted=engine.run(COUNTED, contacts=touched.contacts, window_days=day.settings.plan.days),
        replied=engine.run(REPLIED, responses=touched.responses, year_ago=day.until - timedelta(days=_YEAR)),
        consents=given.consents,
        as_of=day.as_of,
    )
