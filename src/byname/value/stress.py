"""Loyalty under stress: who stayed through an outage, a late delivery, a price rise, a promise that was broken (S2.13).

Exposed is who had bought in the year before the event; of a promise, the person to whom it was given. Stayed is who
bought again after it within twice the person's own usual gap between purchases. Until that time is over nothing is said
of those who have not bought, and shares are of those alone whose time is over: of the others only who came back soon is
known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import pyarrow as pa

from byname.engines import Statement, statement
from byname.engines.zone import local_day_sql
from byname.value.baseline import Baseline, Counted, beside, moments, of_placebos, of_promises

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from byname.engines import Engine, Table

__all__ = ["Kind", "Stress", "Stressed", "stress"]

type Kind = Literal["outage", "late delivery", "price rise", "other"]

IN_TIME = "promise kept in time"

# One order stands for a day.
BUYING_DAYS = statement(
    "value.buying_days",
    """
    select person_id, day, source_id as order_id
    from dated
    qualify row_number() over (
        partition by person_id, day order by occurred_at, source nulls last, account nulls last, source_id nulls last
    ) = 1
    """,
)

# Of the past two years count, so that a gap is measured alike early and late in a company's life.
EXPOSED = statement(
    "value.exposed",
    """
    select days.person_id, moments.event, moments.kind, moments.begins, moments.ends, moments.limit_days,
           count(*) as bought_days, min(days.day) as first_day, max(days.day) as last_day
    from days
    join moments on days.day < moments.begins and days.day >= moments.looked_at_from
    group by days.person_id, moments.event, moments.kind, moments.begins, moments.ends, moments.limit_days
    having date_diff('day', max(days.day), moments.begins) <= 365
    """,
)

# Late by the day, not by the hour: a promise is for a day. Two that were due on one day are one. Time counts from that
# day on, so that those to whom it was kept late, never and in time can be put beside each other.
PROMISED = statement(
    "value.promised_to",
    """
    select person_id,
           case when kept_on is null then 'promise never kept'
                when kept_on > due_on then 'promise kept late'
                else 'promise kept in time' end as event,
           due_on as begins
    from due
    group by 1, 2, 3
    """,
)

EXPOSED_TO_PROMISES = statement(
    "value.exposed_to_promises",
    """
    select promised.person_id, promised.event, 'promise' as kind, promised.begins, promised.begins as ends,
           cast(365 as bigint) as limit_days, count(*) as bought_days, min(days.day) as first_day,
           max(days.day) as last_day
    from promised
    join days on days.person_id = promised.person_id and days.day < promised.begins
    group by promised.person_id, promised.event, promised.begins
    """,
)

EVERY_EXPOSED = statement(
    "value.every_exposed", "select * from exposed union all select * from exposed_to_promises", lazy=True
)

# Twice the own gap: who buys every week is missed after two, who buys once a year after none. One purchase has no gap.
CAME_BACK = statement(
    "value.came_back",
    """
    with given as (
        select exposed.*,
               case when bought_days = 1 then 180
                    else least(365, greatest(30, cast(ceil(
                        2e0 * cast(date_diff('day', first_day, last_day) as double)
                        / nullif(cast(bought_days as double) - 1e0, 0e0)
                    ) as bigint))) end as days_given
        from exposed
    ),
    later as (
        select given.person_id, given.event, given.begins, min(days.day) as back_on
        from given
        join days on days.person_id = given.person_id and days.day > given.ends
                 and date_diff('day', given.ends, days.day) <= given.days_given
        group by given.person_id, given.event, given.begins
    )
    select given.person_id, given.event, given.kind, given.begins, given.ends, given.limit_days, given.last_day,
           given.days_given, later.back_on, date_diff('day', given.ends, cast($as_of as date)) as passed
    from given
    left join later on later.person_id = given.person_id and later.event = given.event
                   and later.begins = given.begins
    """,
)

STRESS = statement(
    "value.stress",
    """
    select came_back.person_id, came_back.event, came_back.kind, came_back.begins as since,
           case when came_back.back_on is not null then true
                when came_back.passed >= came_back.days_given then false end as stayed,
           case when came_back.back_on is not null
                then 'bought again on ' || cast(came_back.back_on as varchar)
                     || coalesce(' (order ' || again.order_id || ')', '') || ', '
                     || cast(date_diff('day', came_back.ends, came_back.back_on) as varchar) || ' days after: '
                     || came_back.event
                when came_back.passed >= came_back.days_given
                then 'bought last on ' || cast(came_back.last_day as varchar)
                     || coalesce(' (order ' || before.order_id || ')', '') || ', and nothing within '
                     || cast(came_back.days_given as varchar) || ' days after: ' || came_back.event
                else 'bought last on ' || cast(came_back.last_day as varchar)
                     || coalesce(' (order ' || before.order_id || ')', '') || '; '
                     || cast(came_back.days_given - greatest(came_back.passed, 0) as varchar)
                     || ' days are left to buy again after: ' || came_back.event end as says
    from came_back
    join days as before on before.person_id = came_back.person_id and before.day = came_back.last_day
    left join days as again on again.person_id = came_back.person_id and again.day = came_back.back_on
    where came_back.event <> 'promise kept in time'
    """,
)

SUMMED = statement(
    "value.stress_summed",
    """
    select event, kind, case when kind = 'promise' then cast(null as date) else begins end as since,
           count(*) as exposed, count(back_on) as stayed,
           count_if(back_on is null and passed >= days_given) as left_us,
           count_if(back_on is null and passed < days_given) as open,
           count_if(passed >= days_given) as counted,
           count_if(passed >= days_given and back_on is not null) as counted_stayed
    from came_back
    group by event, kind, case when kind = 'promise' then cast(null as date) else begins end
    """,
)

DUE_SPAN = statement(
    "value.due_span",
    """
    select least(min(due_at), min(kept_at)) as first_at, greatest(max(due_at), max(kept_at)) as last_at from promises
    """,
)

_DUE = """
    select record_person.person_id, {due} as due_on, case when promises.kept_at < $until then {kept} end as kept_on
    from promises
    join record_person on record_person.record_id = promises.record_id
    where promises.due_at < $until and (promises.occurred_at is null or promises.occurred_at < $until)
"""


@dataclass(frozen=True, slots=True)
class Stress:
    """Something that was hard on customers.

    Attributes:
        name: as it is to be said.
        kind: outage, late delivery, price rise or other.
        begins: the first day.
        ends: the last day; the same for what happens once.

    Raises:
        ValueError: it ends before it begins, has no name or another kind.
    """

    name: str
    kind: Kind
    begins: date
    ends: date

    def __post_init__(self) -> None:
        if not self.name.strip() or self.name.startswith("promise "):
            raise ValueError(f'the name of an event is "{self.name}"; expected words, and not "promise …"')
        kinds = get_args(Kind.__value__)
        if self.kind not in kinds:
            raise ValueError(f'the kind of "{self.name}" is "{self.kind}"; expected one of {", ".join(kinds)}')
        if self.ends < self.begins:
            raise ValueError(f'"{self.name}" ends on {self.ends}, before it begins on {self.begins}')


@dataclass(frozen=True)
class Stressed:
    """Who stayed.

    Attributes:
        table: person_id, event, kind, since, stayed (null while it cannot be said), says.
        summary: event, kind, since, exposed, stayed, left, open, counted, share, share_low, share_high, baseline,
            difference, difference_low, difference_high, says. Shares are of `counted`, those whose time is over.
        report: what was left out, and why: (what, in words).
    """

    table: Table
    summary: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def stress(
    engine: Engine,
    dated: Table,
    promises: Table,
    record_person: Table,
    events: Sequence[Stress],
    *,
    zone: str,
    as_of: date,
    until: datetime,
) -> Stressed:
    """Follow everybody who went through something hard with us.

    Args:
        engine: where the tables are.
        dated: from `dated.dated`: orders with their day.
        promises: the newest version of each promise.
        record_person: record_id and person_id.
        events: from the settings; two of one name must not begin on one day.
        zone: the company's IANA zone.
        as_of: the last day that counts.
        until: its end, UTC.
    """
    days = engine.run(BUYING_DAYS, dated=dated)
    begun = [one for one in dict.fromkeys(events) if one.begins <= as_of]
    due = _due(engine, promises, record_person, zone, until)
    promised = engine.run(PROMISED, due=due)
    to_promises = engine.run(EXPOSED_TO_PROMISES, promised=promised, days=days)
    exposed = engine.run(
        EXPOSED,
        days=days,
        moments=engine.arrow(moments([(one.name, one.kind, one.begins, one.ends, 365) for one in begun])),
    )
    every = engine.run(EVERY_EXPOSED, exposed=exposed, exposed_to_promises=to_promises)
    came_back = engine.run(CAME_BACK, exposed=every, days=days, as_of=as_of)
    rows = engine.fetch(engine.run(SUMMED, came_back=came_back), order_by=("kind", "event", "since")).to_pylist()
    baselines = of_placebos(engine, days, [(one.begins, one.ends) for one in begun], as_of, (EXPOSED, CAME_BACK))
    found = {(one.name, one.begins): baseline for one, baseline in zip(begun, baselines, strict=True)}
    in_time = next((row for row in rows if row["event"] == IN_TIME), None)
    kept = of_promises(Counted(in_time["counted_stayed"], in_time["counted"]) if in_time else Counted(0, 0))
    summary = [_summed(row, found.get((row["event"], row["since"]), kept)) for row in rows if row["event"] != IN_TIME]
    strangers = engine.count(promised) - engine.count(to_promises)
    report = [
        ("events that have not begun", len(set(events)) - len(begun), "left out"),
        ("promises to people who had not bought yet", strangers, "left out: they have nothing to stay with"),
    ]
    return Stressed(
        engine.run(STRESS, came_back=came_back, days=days),
        engine.arrow(pa.Table.from_pylist(summary, schema=_SUMMARY)),
        [(what, f"{count:,}, {why}") for what, count, why in report if count],
    )


def _due(engine: Engine, promises: Table, record_person: Table, zone: str, until: datetime) -> Table:
    """Promises that were due: person_id, due_on and kept_on, days in the company's zone."""
    span = engine.fetch(engine.run(DUE_SPAN, promises=promises)).to_pylist()[0]
    first, last = span["first_at"] or until, span["last_at"] or until
    due, kept = (local_day_sql(f"promises.{name}", zone, first, last) for name in ("due_at", "kept_at"))
    return engine.run(
        Statement("value.due", _DUE.format(due=due, kept=kept)),
        promises=promises,
        record_person=record_person,
        until=until,
    )


_SUMMARY = pa.schema(
    {"event": pa.string(), "kind": pa.string(), "since": pa.date32()}
    | dict.fromkeys(("exposed", "stayed", "left", "open", "counted"), pa.int64())
    | dict.fromkeys(("share", "share_low", "share_high", "baseline"), pa.float64())
    | dict.fromkeys(("difference", "difference_low", "difference_high"), pa.float64())
    | {"says": pa.string()}
)


def _summed(row: dict[str, int], baseline: Baseline) -> dict[str, object]:
    compared = beside(Counted(row.pop("counted_stayed"), row["counted"]), baseline)
    return row | {"left": row.pop("left_us")} | compared
