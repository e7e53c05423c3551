"""How much effort customers had: agreement from 1 to 7 that the company made it easy (CES), and for whom it was hard.

Dixon, Freeman, Toman, Stop trying to delight your customers, HBR, July 2010; in the later form, where 7 is best. The
effort is to be ours (S4.14): who found it hard lately is listed, for a person to take the rest off them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.voice.rising import share_interval

if TYPE_CHECKING:
    from datetime import date, datetime

    from numpy.typing import NDArray

    from byname.engines import Engine, Table

__all__ = ["EFFORT", "Effort", "effort", "mean_interval"]

EFFORT = pa.schema(
    {"over": pa.string(), "people": pa.int64(), "ratings": pa.int64()}
    | dict.fromkeys(("mean", "low", "high", "easy", "easy_low", "easy_high"), pa.float64())
    | {"says": pa.string()}
)

SCORED = statement(
    "voice.effort_scored",
    """
    select record_person.person_id, ratings.fact_id, ratings.score,
           coalesce(ratings.about_kind, 'company') as about_kind, ratings.about,
           coalesce(ratings.occurred_at, ratings.known_at) as occurred_at,
           date_diff('day', cast(coalesce(ratings.occurred_at, ratings.known_at) as date), cast($as_of as date))
               as days_ago,
           ratings.score between 1e0 and 7e0 as fits
    from ratings
    join record_person on record_person.record_id = ratings.record_id
    where lower(ratings.scale) = 'ces' and coalesce(ratings.occurred_at, ratings.known_at) < $until
      and date_diff('day', cast(coalesce(ratings.occurred_at, ratings.known_at) as date), cast($as_of as date)) < 364
    """,
)
# A person counts once, with the mean of what they gave: nobody decides alone.
BY_PERSON = statement(
    "voice.effort_by_person",
    """
    with spans as (
        select person_id, score, 'all' as over from scored where fits
        union all
        select person_id, score, 'last 91 days' as over from scored where fits and days_ago < 91
        union all
        select person_id, score, '91 to 182 days ago' as over from scored where fits and days_ago between 91 and 181
        union all
        select person_id, score, 'about: ' || about_kind as over from scored where fits
    )
    select over, person_id, count(*) as ratings,
           cast(sum(cast(score as decimal(18,4))) as double) / nullif(cast(count(*) as double), 0e0) as score
    from spans
    group by over, person_id
    """,
)
HARD = statement(
    "voice.effort_hard",
    """
    with newest as (
        select * from scored
        where fits and days_ago < 91
        qualify row_number() over (partition by person_id order by occurred_at desc, fact_id) = 1
    )
    select newest.person_id, newest.fact_id, newest.occurred_at, newest.score, newest.about_kind, newest.about,
           coalesce(worth.clv, 0e0) as worth
    from newest
    left join worth on worth.person_id = newest.person_id
    where newest.score <= 3e0
    """,
)
UNFIT = statement(
    "voice.effort_unfit", "select count(*) filter (where not fits) as unfit, count(*) as ratings from scored"
)

_EASY = 5  # agrees somewhat, agrees, agrees wholly
_ENDS = (1.0, 7.0)


@dataclass(frozen=True)
class Effort:
    """Effort of the last 364 days.

    Attributes:
        table: columns as `EFFORT`, one row for each of: all, last 91 days, 91 to 182 days ago, and what it was about.
        hard: whose newest score of the last 91 days is 1 to 3: person_id, fact_id, occurred_at, score, about_kind,
            about, worth.
        report: lines for the run report.
    """

    table: Table
    hard: Table
    report: list[tuple[str, str]]


def effort(
    engine: Engine, ratings: Table, record_person: Table, worth: Table, *, as_of: date, until: datetime
) -> Effort:
    """The mean score and the share that found it easy (5 to 7), over people, each with an interval at 95%.

    Args:
        engine: where the tables are.
        ratings: the fact table; of scale ces, 1 to 7. A score out of it is left out and counted.
        record_person: record_id, person_id.
        worth: person_id, clv.
        as_of: the last day.
        until: its end, UTC.
    """
    scored = engine.run(SCORED, ratings=ratings, record_person=record_person, as_of=as_of, until=until)
    people = engine.fetch(engine.run(BY_PERSON, scored=scored), order_by=("over", "person_id"))
    over = np.array(people.column("over").to_pylist(), dtype=object)
    score, given = people.column("score").to_numpy(), people.column("ratings").to_numpy()
    rows = [_row(name, score[over == name], int(given[over == name].sum())) for name in sorted(set(over.tolist()))]
    seen = engine.fetch(engine.run(UNFIT, scored=scored)).to_pylist()[0]
    report = [("effort", f"{seen['ratings'] - seen['unfit']:,} scores" if rows else "nobody was asked")]
    if seen["unfit"]:
        report.append(("effort scores out of scale", f"{seen['unfit']:,}, left out: expected 1 to 7"))
    return Effort(
        engine.arrow(pa.Table.from_pylist(rows, schema=EFFORT)), engine.run(HARD, scored=scored, worth=worth), report
    )


def mean_interval(values: NDArray[np.float64], *, level: float = 0.95) -> tuple[float, float]:
    """Student's interval of a mean of scores from 1 to 7, within that scale; all of it where there is one value.

    Where all are alike the spread seen is 0, which says too much of few; so half a step is taken as the least.
    """
    from scipy.stats import t

    if values.size < 2:  # noqa: PLR2004 - one value has no spread
        return _ENDS
    half = float(t.ppf((1 + level) / 2, values.size - 1)) * max(float(values.std(ddof=1)), 0.5) / values.size**0.5
    mean = float(values.mean())
    return max(mean - half, _ENDS[0]), min(mean + half, _ENDS[1])


def _row(over: str, score: NDArray[np.float64], ratings: int) -> dict[str, object]:
    mean, (low, high) = float(score.mean()), mean_interval(score)
    easy = int((score >= _EASY).sum())
    easy_low, easy_high = share_interval(easy, score.size)
    says = f"{mean:.1f} of 7 ({low:.1f} to {high:.1f}), easy for {easy / score.size:.0%} of {score.size:,} people"
    figures = (over, score.size, ratings, mean, low, high, easy / score.size, easy_low, easy_high, says)
    return dict(zip(EFFORT.names, figures, strict=True))
