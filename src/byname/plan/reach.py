"""By which channels each person can be reached, may be, wants to be, and answers (S1.18, S2.8).

Asked goes before observed: who asked for a channel likes it better than any other, whatever their answers. What is
observed, contacts that were answered and words that came of themselves, is drawn to what the channel brings from all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.reach_addresses import addresses_of, came_back, observed_in
from byname.plan.reach_wishes import wished_channels

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["Reach", "reach"]

_STATES = ("marketing", "feedback", "service")
_GIVEN = ", ".join(f"bool_or(purpose = '{one}' and state = 'given') as {one}_given" for one in _STATES)
_WITHDRAWN = ", ".join(f"bool_or(purpose = '{one}' and state = 'withdrawn') as {one}_withdrawn" for one in _STATES)
_SAYS = ", ".join(
    f"case when coalesce(barred.{one}_withdrawn, false) then 'withdrawn' "
    f"when coalesce(own.{one}_given, false) then 'given' "
    f"when coalesce(wide.{one}_given, false) and not addresses.is_own then 'given' "
    f"else 'not given' end as {one}"
    for one in _STATES
)

# Given belongs to an address, a letter's to the person, as nobody writes an address alike twice. A yes that names no
# address was to the one of then, so it is none for an address that the person corrected. Of several addresses the one
# counts that does not bounce and that they agreed to.
REACH = statement(
    "plan.reach",
    f"""
    with given as (
        select person_id, channel, case when channel = 'letter' then '' else address end as address_key, {_GIVEN}
        from consents
        group by person_id, channel, case when channel = 'letter' then '' else address end
    ),
    barred as (select person_id, channel, {_WITHDRAWN} from consents group by person_id, channel),
    stated as (
        select addresses.person_id, addresses.channel, addresses.address, addresses.address_key, addresses.is_best,
               {_SAYS}, coalesce(back.bounced, back_any.bounced, false) as bounced
        from addresses
        left join barred on barred.person_id = addresses.person_id and barred.channel = addresses.channel
        left join given as own on own.person_id = addresses.person_id and own.channel = addresses.channel
                              and own.address_key = addresses.address_key
        left join given as wide on wide.person_id = addresses.person_id and wide.channel = addresses.channel
                               and wide.address_key = ''
        left join came_back as back on back.person_id = addresses.person_id and back.channel = addresses.channel
                                   and back.address_key = addresses.address_key and back.address_key <> ''
        left join came_back as back_any on back_any.person_id = addresses.person_id
                                       and back_any.channel = addresses.channel and back_any.address_key = ''
    ),
    chosen as (
        select stated.*
        from stated
        qualify row_number() over (
            partition by person_id, channel
            order by case when bounced then 1 else 0 end, case when marketing = 'given' then 0 else 1 end,
                     case when is_best then 0 else 1 end, address_key, address nulls last
        ) = 1
    ),
    rated as (
        select channel, max(of_all_answered) as answered, max(of_all_sent) as sent from observed group by channel
    ),
    liked as (
        select chosen.person_id, chosen.channel, chosen.address, chosen.marketing, chosen.feedback, chosen.service,
               chosen.bounced, coalesce(wished.objected, false) as objected, coalesce(wished.asked, false) as asked,
               coalesce(wished.refused, false) as refused, coalesce(observed.sent, 0) as sent,
               coalesce(observed.answered, 0) as answered, coalesce(observed.spoke, 0) as spoke,
               cast(coalesce(rated.answered, 0e0) + 1e0 as double) / nullif(coalesce(rated.sent, 0e0) + 1e1, 0e0)
                   as usual
        from chosen
        left join wished on wished.person_id = chosen.person_id and wished.channel = chosen.channel
        left join observed on observed.person_id = chosen.person_id and observed.channel = chosen.channel
        left join rated on rated.channel = chosen.channel
    )
    select person_id, channel, address, marketing, feedback, service, objected, asked, refused, sent, answered, bounced,
           case when refused then 0e0 when asked then 5e-1 else 0e0 end
           + case when refused then 0e0 else 5e-1 end
             * (cast(cast(answered + spoke as double) + 5e0 * usual as double)
                / nullif(cast(sent + spoke as double) + 5e0, 0e0)) as liking
    from liked
    """,  # noqa: S608 - ours
)


@dataclass(frozen=True)
class Reach:
    """By which channels people can be reached.

    Attributes:
        table: person_id, channel, address (null: they are met), marketing, feedback and service (given, withdrawn, not
            given), objected, asked, refused, sent and answered (contacts of 365 days), bounced, liking (0 to 1; 0.5 and
            more: they asked for it; 0: refused).
        report: (what, in words).
    """

    table: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def reach(engine: Engine, given: Sources, touched: Touches, day: Day) -> Reach:
    """One row for each person and channel by which they can be reached.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        touched: contacts and what came back.
        day: on which we look.
    """
    wished, report = wished_channels(engine, given, day)
    observed = observed_in(engine, given, touched, day)
    addresses = addresses_of(engine, given, wished, observed)
    table = engine.run(
        REACH,
        addresses=addresses,
        consents=given.consents,
        came_back=came_back(engine, touched),
        wished=wished,
        observed=observed,
    )
    for done in (wished, observed, addresses):
        engine.drop(done)
    return Reach(table, report)
