"""What we ask against what we give, mass against individual, who was thanked, and what the line costs: in a year.

None of it is a score. It says of the company what a customer would say of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["BALANCE", "balance"]

MASS = 20  # people who got the same on one day: nobody writes to so many by hand

BALANCE = pa.schema(
    [
        ("what", pa.string()),
        ("many", pa.int64()),
        ("of", pa.int64()),
        ("share", pa.float64()),
        ("says", pa.string()),
    ]
)

CONTACTS = statement(
    "plan.balance_contacts",
    f"""
    with sent as (
        select person_id, day, kind, coalesce(action, campaign, '') as name
        from contacts
        where ago < 365 and not is_service
    ),
    sizes as (select day, name, count(distinct person_id) as people from sent group by day, name)
    select count(*) as contacts,
           count(case when sizes.people >= {MASS} and sent.name <> '' then 1 end) as mass,
           count(case when sent.kind = 'ask' then 1 end) as asks,
           count(case when sent.kind in ('give', 'thank') then 1 end) as gives,
           count(distinct sent.person_id) as reached
    from sent
    join sizes on sizes.day = sent.day and sizes.name = sent.name
    """,  # noqa: S608 - ours
)
COMPLAINED = statement(
    "plan.balance_line",
    """
    select count(distinct case when kind = 'unsubscribed' then person_id end) as unsubscribed,
           count(distinct case when kind = 'complained' then person_id end) as complained
    from responses
    where occurred_at >= $year_ago
    """,
)
PEOPLE = statement(
    "plan.balance_people",
    """
    select count(case when is_customer then 1 end) as customers,
           count(case when is_customer and days_since_thanked < 365 then 1 end) as thanked,
           count(case when rank_share <= 1e-1 then 1 end) as best,
           count(case when rank_share <= 1e-1 and days_since_thanked is null then 1 end)
               as best_never,
           count(case when asks_365 > gives_365 then 1 end) as asked_more,
           count(case when too_much then 1 end) as too_much,
           count(case when hard_days is not null then 1 end) as hard,
           count(case when neglected then 1 end) as neglected
    from profile
    """,
)


def balance(engine: Engine, profile: Table, contacts: Table, responses: Table, *, year_ago: object) -> pa.Table:
    """What, how many, of how many, the share, and a sentence (S2.1, S3.12, S4.3, S4.12, S4.17).

    Args:
        engine: where the tables are.
        profile: one row a person.
        contacts: of `touches`.
        responses: likewise.
        year_ago: an instant, UTC.
    """
    (sent,) = engine.fetch(engine.run(CONTACTS, contacts=contacts)).to_pylist()
    (line,) = engine.fetch(engine.run(COMPLAINED, responses=responses, year_ago=year_ago)).to_pylist()  # type: ignore[arg-type]
    (people,) = engine.fetch(engine.run(PEOPLE, profile=profile)).to_pylist()
    rows = [
        ("individual", sent["contacts"] - sent["mass"], sent["contacts"],
         "contacts of a year went to one person or a few; the others to twenty or more at once"),
        ("thanked", people["thanked"], people["customers"], "customers were thanked within a year"),
        ("best never thanked", people["best_never"], people["best"], "of the best tenth were never thanked"),
        ("best neglected", people["neglected"], people["best"],
         "of the best tenth have heard no thanks, gift or service for long"),
        ("gives", sent["gives"], sent["gives"] + sent["asks"], "asks and gives of a year were gives"),
        ("asked more than given", people["asked_more"], sent["reached"],
         "whom we reached were asked more often than they were given"),
        ("opted out", line["unsubscribed"], sent["reached"], "whom we reached unsubscribed within a year"),
        ("complained of contact", line["complained"], sent["reached"], "whom we reached complained of contact"),
        ("too much", people["too_much"], people["customers"], "customers show early signs of too much"),
        ("hard", people["hard"], people["customers"], "customers said within a quarter that we make it hard"),
    ]  # fmt: skip
    return pa.Table.from_pylist([_row(*row) for row in rows], schema=BALANCE)


def _row(what: str, many: int, of: int, says: str) -> dict[str, Any]:
    share = many / of if of else None
    return {
        "what": what,
        "many": many,
        "of": of,
        "share": share,
        "says": f"{many:,} of {of:,} {says}" if of else f"nobody yet: {says}",
    }
