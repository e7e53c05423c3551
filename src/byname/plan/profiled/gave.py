"""What each person gave: friends, ideas, answers to others; and whether we said thank you since (S0.35, S0.38)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.ago import ago

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["gave"]

IDEAS = statement(
    "plan.ideas",
    """
    select record_person.person_id, ideas.fact_id, ideas.title,
           case when ideas.shipped_at < $until then ideas.shipped_at
                when ideas.shipped_at is null and lower(coalesce(ideas.status, '')) = 'shipped'
                then coalesce(ideas.updated_at, ideas.known_at) end as shipped_at
    from ideas
    join record_person on record_person.record_id = ideas.record_id
    where coalesce(ideas.occurred_at, ideas.known_at) < $until
    """,
)

GAVE = statement(
    "plan.gave",
    f"""
    with thanked as (
        select person_id, max(occurred_at) as thanked_at from contacts where kind = 'thank' group by person_id
    ),
    friends as (
        select referrer_id as person_id, count(*) as referrals, max(occurred_at) as came_at
        from brought
        group by referrer_id
    ),
    counted as (select person_id, count(*) as ideas from ideas group by person_id),
    shipped as (
        select ideas.person_id, ideas.title, ideas.shipped_at
        from ideas
        left join thanked on thanked.person_id = ideas.person_id
        where ideas.shipped_at is not null and coalesce(thanked.thanked_at < ideas.shipped_at, true)
        qualify row_number() over (
            partition by ideas.person_id order by ideas.shipped_at desc, ideas.title nulls last, ideas.fact_id
        ) = 1
    )
    select persons.person_id, coalesce(friends.referrals, 0) as referrals, {ago("friends.came_at")} as referral_days,
           coalesce(friends.referrals, 0) > 0 and coalesce(thanked.thanked_at < friends.came_at,
                                                           thanked.thanked_at is null) as referral_unthanked,
           coalesce(counted.ideas, 0) as ideas, shipped.title as idea_shipped,
           {ago("shipped.shipped_at")} as idea_shipped_days, coalesce(community.answers, 0) as answers_given,
           coalesce(community.score, 0e0) as community_score
    from persons
    left join thanked on thanked.person_id = persons.person_id
    left join friends on friends.person_id = persons.person_id
    left join counted on counted.person_id = persons.person_id
    left join shipped on shipped.person_id = persons.person_id
    left join community on community.person_id = persons.person_id
    """,  # noqa: S608 - ours
)


def gave(engine: Engine, given: Sources, touched: Touches, day: Day) -> Table:
    """One row a person.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        touched: for our thanks.
        day: on which we look.
    """
    return engine.run(
        GAVE,
        persons=given.persons,
        contacts=touched.contacts,
        brought=given.brought,
        ideas=engine.run(IDEAS, ideas=given.facts["ideas"], record_person=given.record_person, until=day.until),
        community=given.stands["community"],
        as_of=day.as_of,
    )
