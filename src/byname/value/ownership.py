"""Ownership behaviours: what people do who act as if the company were theirs, as far as a record proves it (S4.8).

Heskett, Sasser and Wheeler, "The Ownership Quotient" (2008): they buy again, say that they would recommend, convince
others, criticise constructively and suggest, test, help to choose staff. Of the last no record tells. What people say
that they would do and what they do stay apart: two columns, never one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["Ownership", "ownership"]

BUYS = statement(
    "value.buys",
    "select person_id, count(distinct day) > 1 as again from dated group by person_id",
)

# The latest that they said counts.
WOULD = statement(
    "value.would_recommend",
    """
    with scores as (
        select record_person.person_id, ratings.score,
               row_number() over (
                   partition by record_person.person_id
                   order by coalesce(ratings.occurred_at, timestamp '1970-01-01') desc, ratings.fact_id desc
               ) as place
        from ratings
        join record_person on record_person.record_id = ratings.record_id
        where lower(ratings.scale) = 'nps' and (ratings.occurred_at is null or ratings.occurred_at < $until)
    )
    select person_id from scores where place = 1 and score >= 9e0
    """,
)

SUGGESTS = statement(
    "value.suggests",
    """
    select record_person.person_id
    from ideas
    join record_person on record_person.record_id = ideas.record_id
    where ideas.occurred_at is null or ideas.occurred_at < $until
    union
    select person_id from idea_words
    """,
)

TESTS = statement(
    "value.tests",
    """
    select distinct record_person.person_id
    from messages
    join record_person on record_person.record_id = messages.record_id
    where messages.medium = 'sampling' and (messages.occurred_at is null or messages.occurred_at < $until)
    """,
)

OWNERSHIP = statement(
    "value.ownership",
    """
    with convinces as (select distinct referrer_id as person_id from brought),
    everybody as (
        select person_id from buys
        union select person_id from would
        union select person_id from convinces
        union select person_id from suggests
        union select person_id from tests
    ),
    shown as (
        select everybody.person_id, buys.person_id is not null as has_bought,
               coalesce(buys.again, false) as buys_again,
               would.person_id is not null as would_recommend,
               convinces.person_id is not null as convinces_others,
               suggests.person_id is not null as suggests,
               tests.person_id is not null as tests
        from everybody
        left join buys on buys.person_id = everybody.person_id
        left join would on would.person_id = everybody.person_id
        left join convinces on convinces.person_id = everybody.person_id
        left join suggests on suggests.person_id = everybody.person_id
        left join tests on tests.person_id = everybody.person_id
    )
    select shown.*,
           case when buys_again then 1 else 0 end + case when would_recommend then 1 else 0 end
           + case when convinces_others then 1 else 0 end + case when suggests then 1 else 0 end
           + case when tests then 1 else 0 end as behaviours
    from shown
    """,
)

SHOWN = statement(
    "value.ownership_shown",
    """
    with customers as (select * from ownership where has_bought),
    counted as (
        select 'at least one' as behaviour, count(*) filter (where behaviours > 0) as people from customers
        union all
        select 'buys again' as behaviour, count(*) filter (where buys_again) as people from customers
        union all
        select 'would recommend' as behaviour, count(*) filter (where would_recommend) as people from customers
        union all
        select 'convinces others' as behaviour, count(*) filter (where convinces_others) as people from customers
        union all
        select 'suggests' as behaviour, count(*) filter (where suggests) as people from customers
        union all
        select 'tests' as behaviour, count(*) filter (where tests) as people from customers
    ),
    totals as (select count(*) as customers from customers)
    select counted.behaviour, counted.people, totals.customers,
           cast(counted.people as double) / nullif(cast(totals.customers as double), 0e0) as share
    from counted
    cross join totals
    """,
)


@dataclass(frozen=True)
class Ownership:
    """Who acts like an owner.

    Attributes:
        table: person_id, has_bought, buys_again, would_recommend, convinces_others, suggests, tests, behaviours (how
            many of the five); who has bought or shows one of them.
        summary: behaviour ('at least one' and each of the five), people, customers, share; of those who have bought.
    """

    table: Table
    summary: Table


def ownership(
    engine: Engine,
    *,
    dated: Table,
    brought: Table,
    ratings: Table,
    ideas: Table,
    messages: Table,
    record_person: Table,
    until: datetime,
    idea_words: Table | None = None,
) -> Ownership:
    """Find which behaviours records prove.

    They are: two purchase days, the latest NPS of 9 or 10, a friend brought, an idea, words about a sample.

    Args:
        engine: where the tables are.
        dated: from `dated.dated`.
        brought: from `referral_value`: referrer_id.
        ratings: the newest version of each rating.
        ideas: the newest version of each idea.
        messages: the newest version of each message.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
        idea_words: person_id of those in whose tickets or reviews an idea was read; nobody by default.
    """
    if idea_words is None:
        idea_words = engine.arrow(pa.table({"person_id": pa.array([], pa.string())}))
    table = engine.run(
        OWNERSHIP,
        buys=engine.run(BUYS, dated=dated),
        would=engine.run(WOULD, ratings=ratings, record_person=record_person, until=until),
        brought=brought,
        suggests=engine.run(SUGGESTS, ideas=ideas, idea_words=idea_words, record_person=record_person, until=until),
        tests=engine.run(TESTS, messages=messages, record_person=record_person, until=until),
    )
    return Ownership(table, engine.run(SHOWN, ownership=table))
