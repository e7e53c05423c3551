"""The new-words alarm: what several people say this week that was rare before.

A word counts once for a person and week, and not more often than it is said in different words, so that neither one
person with many messages nor one text sent many times rings it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.voice.courtesy import without_courtesy
from byname.voice.phrases import distinct, phrases_of, same_words
from byname.voice.problems import sentence_with, tellable
from byname.voice.rising import false_discoveries, more_often, rate_ratio
from byname.voice.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from byname.engines import Engine, Table

__all__ = ["NEW_WORDS", "Heard", "new_words", "rarely_heard"]

NEW_WORDS = pa.schema(
    {"word": pa.string(), "people": pa.int64(), "people_before": pa.int64(), "weeks_before": pa.int64()}
    | dict.fromkeys(("ratio_low", "chance"), pa.float64())
    | {"examples": pa.string(), "says": pa.string()}
)

# A hash is a fact's id: the first by it are a sample, the same each time. This week is read whole.
THIS_WEEK = statement(
    "voice.words_this_week",
    """
    with sampled as (
        select person_id, fact_id, occurred_at, text, cast(0 as bigint) as week
        from tellable
        where days_ago < 7
        qualify row_number() over (partition by person_id order by fact_id) <= 5
    )
    select * from sampled order by fact_id limit 100000
    """,
)
WEEKS_BEFORE = statement(
    "voice.words_of_weeks_before",
    """
    with sampled as (
        select person_id, fact_id, occurred_at, text,
               cast(floor(cast(days_ago as double) / 7e0) as bigint) as week
        from tellable
        where days_ago >= 7
        qualify row_number() over (
            partition by person_id, cast(floor(cast(days_ago as double) / 7e0) as bigint) order by fact_id
        ) <= 5
    )
    select * from sampled order by fact_id limit 50000
    """,
)

_FEWEST_PEOPLE = 4  # by chance three people use a rare word in some week of every year
_FEWEST_BEFORE = 50  # people's weeks to compare with: fewer say nothing of what is rare
_FALSE = 0.05  # of the words that ring, so many may be by chance
_TIMES = 3.0  # at least so many times as often, at the interval's low end
_MOST = 20


@dataclass(frozen=True)
class Heard:
    """What was said when: one row a text.

    Attributes:
        texts: clean words, personal data masked.
        people: a number for the person, of each text.
        weeks: how many weeks ago, of each text; 0 is this week.
    """

    texts: Sequence[str]
    people: NDArray[np.int64]
    weeks: NDArray[np.int64]


def new_words(
    engine: Engine, voice: Table, *, as_of: date, until: datetime, names: Collection[str] = ()
) -> tuple[Table, list[tuple[str, str]]]:
    """Words that several people used in the last 7 days and hardly anybody in the year before.

    Args:
        engine: where the tables are.
        voice: messages read, of known people.
        as_of: the last day.
        until: its end, UTC.
        names: what is no word: names of the company, of employees.

    Returns:
        A table with the columns of `NEW_WORDS`, and report lines.
    """
    told = tellable(engine, voice, as_of=as_of, until=until)
    rows = pa.concat_tables(
        engine.fetch(engine.run(each, tellable=told), order_by=("fact_id",)) for each in (THIS_WEEK, WEEKS_BEFORE)
    )
    people = rows.column("person_id").combine_chunks().dictionary_encode().indices
    heard = Heard(
        [without_courtesy(text) for text in rows.column("text").to_pylist()],
        people.to_numpy(zero_copy_only=False).astype(np.int64),
        rows.column("week").to_numpy(),
    )
    found, why = rarely_heard(heard, names=names)
    days = rows.column("occurred_at").to_pylist()
    for row in found:
        row["examples"] = json.dumps(
            [
                {"on": days[at].date().isoformat(), "words": _around(heard.texts[at], row["word"])}
                for at in row.pop("rows")
            ],
            ensure_ascii=False,
        )
    return engine.arrow(pa.Table.from_pylist(found, schema=NEW_WORDS)), [("new words", why)]


def rarely_heard(heard: Heard, *, names: Collection[str] = ()) -> tuple[list[dict[str, Any]], str]:
    """The words that ring, the surest first, each with the rows of up to three examples, and a line that says how many.

    Counts of people now and before are compared by the exact test of two Poisson rates, the exposures being how many
    wrote; of the words that ring one in twenty may be by chance (`rising.false_discoveries`).
    """
    week = heard.weeks == 0
    spoke, wrote = (np.unique(_person_week(heard, group)).size for group in (week, ~week))
    if spoke < _FEWEST_PEOPLE or wrote < _FEWEST_BEFORE:
        return [], f"not looked for: {spoke:,} people wrote this week, and {wrote:,} in the weeks before"
    phrases = phrases_of(heard.texts, least=_FEWEST_PEOPLE, without=names)
    count = len(phrases.terms)
    now, before = (_counts(heard, phrases.text, phrases.term, count, group) for group in (week, ~week))
    tried = np.flatnonzero(now >= _FEWEST_PEOPLE)
    chance = more_often(now[tried], before[tried], wrote / spoke)
    _, low, _ = rate_ratio(now[tried], before[tried], wrote / spoke)
    # All phrases could have rung, so all count as tried.
    adjusted = false_discoveries(chance, count)
    rings = np.flatnonzero((adjusted <= _FALSE) & (low >= _TIMES))
    rings = rings[np.lexsort((tried[rings], -now[tried[rings]], chance[rings]))]
    weeks = np.unique(heard.weeks[~week]).size
    found: list[dict[str, Any]] = []
    for at in rings:
        term = int(tried[at])
        rows = _rows(heard, phrases.text[phrases.term == term], week)
        # A phrase and its words ring together: the first that rings stands for all that the same texts say.
        if any(set(rows) <= set(other["all"]) or set(other["all"]) <= set(rows) for other in found):
            other = next(one for one in found if set(rows) <= set(one["all"]) or set(one["all"]) <= set(rows))
            if phrases.terms[term].count(" ") > other["word"].count(" ") and 2 * int(now[term]) >= other["people"]:
                other["word"] = phrases.terms[term]
            continue
        found.append(
            {
                "word": phrases.terms[term],
                "people": int(now[term]),
                "people_before": int(before[term]),
                "weeks_before": weeks,
                "ratio_low": float(low[at]),
                "chance": float(adjusted[at]),
                "all": rows,
                "rows": rows[:3],
                "says": f"{now[term]} people said it this week, {before[term]} in the {weeks} weeks before:"
                f" at least {low[at]:.0f} times as often",
            }
        )
        if len(found) == _MOST:
            break
    for row in found:
        del row["all"]
    return found, f"{len(found):,} of {count:,} words and phrases, of {spoke:,} people this week"


def _person_week(heard: Heard, group: NDArray[np.bool_]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = heard.people[group] * 1_000 + heard.weeks[group]
    return found


def _counts(
    heard: Heard, text: NDArray[np.int64], term: NDArray[np.int64], count: int, group: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """By phrase: how many people and weeks, or how many different sayings and weeks, whichever are fewer."""
    inside = group[text]
    at, said = text[inside], term[inside]
    known: dict[str, int] = {}
    saying = np.fromiter((known.setdefault(same_words(one), len(known)) for one in heard.texts), np.int64)
    fewer = [
        np.bincount(distinct((of[at] * 1_000 + heard.weeks[at]) * count + said) % count, minlength=count)
        for of in (heard.people, saying)
    ]
    found: NDArray[np.int64] = np.minimum(*fewer)
    return found


def _rows(heard: Heard, texts: NDArray[np.int64], week: NDArray[np.bool_]) -> list[int]:
    """This week's texts that say it, one of each person."""
    inside = texts[week[texts]]
    _, first = np.unique(heard.people[inside], return_index=True)
    return [int(at) for at in inside[np.sort(first)]]


def _around(text: str, word: str) -> str:
    return sentence_with(text, Topics({word: word}).where(text, word))
