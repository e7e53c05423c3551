"""Growth: does a person buy more than before, beside how the whole company goes (S3.3).

Each person's own time since the first purchase is cut into halves, and repeat purchases of the second half stand over
those of the first. The first purchase is left out: it lies in the first half for everybody, so that with it everybody
would fall. A single purchase more or less is chance, so both halves are drawn to the same by two purchase days
(`PRIOR_DAYS`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import date

    from byname.engines import Engine, Table

__all__ = ["PRIOR_DAYS", "Growth", "growth", "growth_says"]

# As if each half had two more purchase days at the person's own usual spend. Then one purchase in the second half and
# none in the first is growth of a half, and not without end, and it takes four to none for three times as much. Fewer
# would let single orders speak, more would silence those with five or six.
PRIOR_DAYS = 2
_LEAST_AGE_DAYS = 60  # a half of a month or more

# The day in the middle of an odd count belongs to both halves: so each day counts two, or one in each half.
HALVES = statement(
    "value.halves",
    """
    with firsts as (
        select person_id, min(day) as first_day from days where day <= cast($as_of as date) group by person_id
    ),
    placed as (
        select days.person_id, days.spent,
               date_diff('day', firsts.first_day, cast($as_of as date)) as age_days,
               date_diff('day', firsts.first_day, days.day) as after
        from days
        join firsts on firsts.person_id = days.person_id
        where days.day <= cast($as_of as date)
    ),
    parted as (
        select person_id, age_days, spent, after,
               case when 2 * after < age_days + 1 then 2 when 2 * after = age_days + 1 then 1 else 0 end as early
        from placed
    )
    select person_id, max(age_days) as age_days,
           count_if(after > 0) as repeat_days,
           cast(sum(case when after > 0 then early else 0 end) as bigint) as early_twice,
           cast(sum(case when after > 0 then 2 - early else 0 end) as bigint) as late_twice,
           cast(sum(case when after > 0 then spent * early else 0 end) as decimal(18, 4)) as early_spend_twice,
           cast(sum(case when after > 0 then spent * (2 - early) else 0 end) as decimal(18, 4)) as late_spend_twice
    from parted
    group by person_id
    """,
)

COMPANY = statement(
    "value.company_growth",
    """
    select count(*) as people,
           cast(sum(repeat_days) as bigint) as repeat_days,
           cast(sum(early_twice) as bigint) as early_twice,
           cast(sum(late_twice) as bigint) as late_twice,
           cast(sum(early_spend_twice) as decimal(18, 4)) as early_spend_twice,
           cast(sum(late_spend_twice) as decimal(18, 4)) as late_spend_twice
    from halves
    where repeat_days > 0 and age_days >= $least
    """,
)

# growth = (late + k * usual) / (early + k * usual) - 1, which is rate times basket.
GROWTH = statement(
    "value.growth",
    """
    with counted as (
        select person_id, repeat_days > 0 and age_days >= $least as tells, repeat_days,
               cast(early_twice as double) / 2e0 as early,
               cast(late_twice as double) / 2e0 as late,
               cast(early_spend_twice as double) / 2e0 as early_spend,
               cast(late_spend_twice as double) / 2e0 as late_spend,
               (cast(early_spend_twice as double) / 2e0 + cast(late_spend_twice as double) / 2e0
                + $prior * cast($mean as double)) / nullif(cast(repeat_days as double) + $prior, 0e0) as usual
        from halves
    ),
    factors as (
        select person_id,
               case when tells then cast(late + $prior as double) / nullif(early + $prior, 0e0) end as rate,
               case when tells and usual > 0e0
                    then cast(late_spend + $prior * usual as double)
                         / nullif(early_spend + $prior * usual, 0e0) end as spend
        from counted
    )
    select person_id, spend - 1e0 as growth, rate - 1e0 as rate_growth,
           cast(spend as double) / nullif(rate, 0e0) - 1e0 as basket_growth,
           cast(spend as double) / nullif(cast($company as double), 0e0) - 1e0 as growth_beside_company
    from factors
    """,
)


@dataclass(frozen=True)
class Growth:
    """How spending goes, per person and in all.

    Attributes:
        table: person_id, growth, rate_growth, basket_growth, growth_beside_company; one row a buyer, null where it
            cannot be told.
        company: growth of all these people together; None where there is nothing to compare.
        people: of how many it can be told.
        report: (what, in words).
    """

    table: Table
    company: float | None
    people: int
    report: list[tuple[str, str]] = field(default_factory=list)


def growth(engine: Engine, days: Table, *, as_of: date) -> Growth:
    """Compare the halves of each person's time since the first purchase.

    growth = (s2 + k*m) / (s1 + k*m) - 1, with s1 and s2 the spend on repeat purchases in each half, m the person's own
    mean spend of a repeat purchase day, drawn to everybody's by k days, and k = `PRIOR_DAYS`. It is (1 + rate_growth) *
    (1 + basket_growth) - 1: how often, and how much at a time. Null without a repeat purchase and before 60 days.

    People leave, so the whole falls even where those who stay do not: `growth_beside_company` is growth over that of
    all these people together.

    Args:
        engine: where the table is.
        days: from `rows.days_bought`: person_id, day, spent.
        as_of: the last day that counts.
    """
    halves = engine.run(HALVES, days=days, as_of=as_of)
    all_of_them = engine.fetch(engine.run(COMPANY, halves=halves, least=_LEAST_AGE_DAYS)).to_pylist()[0]
    people = int(all_of_them["people"])
    early, late = (float(all_of_them[name] or 0) for name in ("early_spend_twice", "late_spend_twice"))
    company = late / early - 1 if early > 0 else None
    table = engine.run(
        GROWTH,
        halves=halves,
        mean=(early + late) / 2 / all_of_them["repeat_days"] if people else 0.0,
        prior=float(PRIOR_DAYS),
        least=_LEAST_AGE_DAYS,
        company=None if company is None else 1 + company,
    )
    engine.drop(halves)
    said = "not known: nothing was bought again" if company is None else f"{company:+.0%}, of {people:,} people"
    return Growth(table, company, people, [("growth of all", said)])


def growth_says(rate: float, basket: float) -> str:
    """The two parts of one person's growth in words.

    Args:
        rate: rate_growth, how often.
        basket: basket_growth, how much at a time.
    """
    return f"buys {_changed(rate, 'often')} and {_changed(basket, 'much at a time')}"


def _changed(by: float, what: str) -> str:
    if abs(by) < 0.005:  # noqa: PLR2004 - what rounds to nothing
        return f"as {what} as before"
    word = {"often": "often", "much at a time": "at a time"}[what]
    return f"{abs(by):.0%} {'more' if by > 0 else 'less'} {word}"
