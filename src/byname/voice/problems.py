"""Problems in customers' own words: how many people have each, what they are worth, whether it rises, and quotes.

Counted are people who are known by name, in the 364 days up to the as-of day. What is sensitive is left out of it all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.voice.courtesy import without_courtesy
from byname.voice.problem_words import Corpus, Problem, found_problems, learned_topics
from byname.voice.rising import direction, rate_ratio
from byname.voice.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from byname.engines import Engine, Table
    from byname.voice.topics import Topics

__all__ = ["MESSAGES", "PROBLEMS", "Problems", "problems", "sentence_with", "tellable"]

PROBLEMS = pa.schema(
    {"problem": pa.string(), "words": pa.string(), "people": pa.int64(), "messages": pa.int64(), "worth": pa.float64()}
    | dict.fromkeys(("people_recent", "people_before"), pa.int64())
    | dict.fromkeys(("trend", "trend_low", "trend_high"), pa.float64())
    | dict.fromkeys(("direction", "quotes", "says"), pa.string())
)
MESSAGES = pa.schema(
    dict.fromkeys(("problem", "person_id", "fact_id"), pa.string())
    | {"occurred_at": pa.timestamp("us"), "worth": pa.float64(), "words": pa.string()}
)

# A problem is what complains, asks, threatens to leave, or is more negative than anything else. A question alone may
# name one, but does not teach what problems are: what many ask is what they want to know.
TELLABLE = statement(
    "voice.tellable",
    """
    select person_id, fact_id, occurred_at, masked as text, topic,
           greatest(date_diff('day', cast(occurred_at as date), cast($as_of as date)), 0) as days_ago,
           (coalesce(negative, 0e0) >= 0.5e0 or contains(coalesce(intents, ''), 'complaint')
            or contains(coalesce(intents, ''), 'leaving') or contains(coalesce(intents, ''), 'question')) as problem,
           (coalesce(negative, 0e0) >= 0.5e0 or contains(coalesce(intents, ''), 'complaint')
            or contains(coalesce(intents, ''), 'leaving')) as teaches
    from voice
    where person_id is not null and sensitive is false and coalesce(topic, '') <> 'sensitive'
      and length(trim(coalesce(masked, ''), ' ')) > 0 and occurred_at < $until
      and date_diff('day', cast(occurred_at as date), cast($as_of as date)) < 364
    """,
)
# Of each person some texts of each sort are enough, so that nobody with fifty thousand fills the sample. A fact's id is
# a hash: the first by it are a sample that is the same each time.
CORPUS = statement(
    "voice.corpus",
    """
    with sampled as (
        select person_id, fact_id, text, teaches
        from tellable
        qualify row_number() over (partition by person_id, teaches order by fact_id) <= 20
    )
    select person_id, text, teaches as problem from sampled order by fact_id limit 100000
    """,
)
PROBLEM_TEXTS = statement("voice.problem_texts", "select text from tellable where problem group by text", lazy=True)
BY_TOPIC = statement(
    "voice.problems_by_topic",
    "select text, min(topic) as problem from tellable where problem and topic is not null group by text",
)
TOLD = statement(
    "voice.told",
    """
    select said.problem, tellable.person_id, tellable.fact_id, tellable.occurred_at, tellable.text,
           cast(floor(cast(tellable.days_ago as double) / 28e0) as bigint) as block
    from tellable
    join said on said.text = tellable.text
    where tellable.problem
    """,
)
# A person who tells a problem in two spans of four weeks is one in each.
COUNTED = statement(
    "voice.problems_counted",
    """
    with by_block as (
        select problem, person_id, block, count(*) as messages from told group by problem, person_id, block
    ),
    by_person as (
        select problem, person_id, cast(sum(messages) as bigint) as messages,
               count_if(block = 0) as recent, count_if(block > 0 and block <= $blocks) as before
        from by_block
        group by problem, person_id
    )
    select by_person.problem, count(*) as people, cast(sum(by_person.messages) as bigint) as messages,
           cast(cast(sum(cast(coalesce(worth.clv, 0e0) as decimal(18,4))) as decimal(18,4)) as double) as worth,
           cast(sum(by_person.recent) as bigint) as people_recent,
           cast(sum(by_person.before) as bigint) as people_before
    from by_person
    left join worth on worth.person_id = by_person.person_id
    group by by_person.problem
    """,
)
QUOTED = statement(
    "voice.problems_quoted",
    """
    with each_person as (
        select problem, person_id, fact_id, occurred_at, text, block
        from told
        where length(text) >= 15
        qualify row_number() over (
            partition by problem, person_id order by block, abs(length(text) - 120), fact_id
        ) = 1
    ),
    each_text as (
        select * from each_person qualify row_number() over (partition by problem, text order by fact_id) = 1
    )
    select problem, fact_id, cast(occurred_at as date) as said_on, text
    from each_text
    qualify row_number() over (partition by problem order by block, abs(length(text) - 120), fact_id) <= 9
    """,
)
SHARED = statement(
    "voice.problem_messages",
    """
    select told.problem, told.person_id, told.fact_id, told.occurred_at, worth.clv as worth, told.text
    from told
    join problems on problems.problem = told.problem
    left join worth on worth.person_id = told.person_id
    """,
    lazy=True,
)
REACH = statement(
    "voice.reach",
    """
    select max(days_ago) as oldest, count(distinct case when problem then person_id end) as people,
           count(distinct case when days_ago < 28 then person_id end) as writers
    from tellable
    """,
)

_SPAN = 28  # days: four whole weeks, so that weekends do not matter
_MOST_SPANS = 3
_FEWEST = 2  # people; a problem by a shipped topic that one person has is that person's
_FEW_WORDS = 2
_QUOTES = 3
_SHOWN = 240  # characters of a quote
_SAID = pa.schema({"text": pa.string(), "problem": pa.string()})


@dataclass(frozen=True)
class Problems:
    """What was found.

    Attributes:
        table: columns as `PROBLEMS`, the one of most people first when ordered by people.
        messages: columns as `MESSAGES`: who told of which problem, when, what they are
            worth, and the sentence that tells of it.
        topics: the learned problems, to tell a text's problem by its phrases; empty where the shipped topics stand in.
        report: what was counted and how, for the run report.
    """

    table: Table
    messages: Table
    topics: Topics
    report: list[tuple[str, str]]


def tellable(engine: Engine, voice: Table, *, as_of: date, until: datetime) -> Table:
    """What may be counted and shown: the words of known people of the last 364 days, without what is sensitive."""
    return engine.run(TELLABLE, voice=voice, as_of=as_of, until=until)


def problems(
    engine: Engine, voice: Table, worth: Table, *, as_of: date, until: datetime, names: Collection[str] = ()
) -> Problems:
    """The problems that people tell, in their own words.

    Args:
        engine: where the tables are.
        voice: messages read, of known people.
        worth: person_id, clv.
        as_of: the last day.
        until: its end, UTC.
        names: what is no problem: the company's and its brands' names, employees, products.
    """
    told = tellable(engine, voice, as_of=as_of, until=until)
    found = found_problems(_corpus(engine, told), without=names)
    topics = learned_topics(found)
    if found:
        texts = engine.run(PROBLEM_TEXTS, tellable=told)
        said = engine.apply(partial(_which, topics=topics), texts, _SAID)
    else:
        said = engine.run(BY_TOPIC, tellable=told)
    rows = engine.run(TOLD, tellable=told, said=said)
    reach = engine.fetch(engine.run(REACH, tellable=told)).to_pylist()[0]
    spans = min(_MOST_SPANS, ((reach["oldest"] or 0) + 1) // _SPAN - 1)
    counted = engine.fetch(
        engine.run(COUNTED, told=rows, worth=worth, blocks=spans), order_by=("people", "problem")
    ).to_pylist()
    counted = [row for row in reversed(counted) if row["people"] >= _FEWEST]
    _add_trends(counted, spans)
    _add_words(counted, found, _quotes(engine, rows, topics))
    table = engine.arrow(pa.Table.from_pylist(counted, schema=PROBLEMS))
    kept = engine.run(SHARED, told=rows, problems=table, worth=worth)
    messages = engine.apply(partial(_sentences, topics=topics), kept, MESSAGES)
    return Problems(table, messages, topics, _report(reach, len(counted), learned=bool(found)))


def sentence_with(text: str, place: tuple[int, int] | None) -> str:
    """The sentence of a text around a place, its first one where there is no place; 240 characters at most.

    Of a title of a word or two the sentence after it says more.
    """
    spans = sentences(text) or [(0, len(text))]
    at = place[0] if place else 0
    found = next((number for number, span in enumerate(spans) if span[0] <= at < span[1]), 0)
    if found + 1 < len(spans) and len(text[slice(*spans[found])].split()) < _FEW_WORDS:
        found += 1
    start, end = spans[found]
    said = " ".join(text[start:end].split())
    return said if len(said) <= _SHOWN else said[: _SHOWN - 1].rsplit(" ", 1)[0] + "…"


def _corpus(engine: Engine, told: Table) -> Corpus:
    rows = engine.fetch(engine.run(CORPUS, tellable=told), order_by=("person_id", "text", "problem"))
    people = rows.column("person_id").combine_chunks().dictionary_encode().indices
    return Corpus(
        [without_courtesy(text) for text in rows.column("text").to_pylist()],
        people.to_numpy(zero_copy_only=False).astype(np.int64),
        rows.column("problem").to_numpy(zero_copy_only=False).astype(bool),
    )


def _which(batch: pa.RecordBatch, *, topics: Topics) -> pa.RecordBatch:
    """One row for each problem of a text."""
    found = [(text, topic) for text in batch.column("text").to_pylist() for topic in topics.every(text)]
    columns = [pa.array([pair[at] for pair in found], pa.string()) for at in (0, 1)]
    return pa.RecordBatch.from_arrays(columns, schema=_SAID)


def _sentences(batch: pa.RecordBatch, *, topics: Topics) -> pa.RecordBatch:
    """Each message with the sentence that tells of its problem."""
    pairs = zip(batch.column("text").to_pylist(), batch.column("problem").to_pylist(), strict=True)
    words = [_telling(text, problem, topics) for text, problem in pairs]
    columns = [batch.column(name).cast(MESSAGES.field(name).type) for name in MESSAGES.names[:-1]]
    return pa.RecordBatch.from_arrays([*columns, pa.array(words, pa.string())], schema=MESSAGES)


def _telling(text: str, problem: str, topics: Topics) -> str:
    said = without_courtesy(text) or text
    return sentence_with(said, topics.where(said, problem))


def _quotes(engine: Engine, told: Table, topics: Topics) -> Mapping[str, list[dict[str, str]]]:
    rows = engine.fetch(engine.run(QUOTED, told=told), order_by=("problem", "said_on", "fact_id")).to_pylist()
    found: dict[str, list[dict[str, str]]] = {}
    for row in reversed(rows):
        words = _telling(row["text"], row["problem"], topics)
        quotes = found.setdefault(row["problem"], [])
        if len(quotes) < _QUOTES and words not in [quote["words"] for quote in quotes]:
            quotes.append({"fact_id": row["fact_id"], "on": row["said_on"].isoformat(), "words": words})
    return found


def _add_trends(rows: Sequence[dict[str, Any]], spans: int) -> None:
    """Each problem's change; the intervals hold at 95% for all of them together (Bonferroni)."""
    if spans < 1:
        for row in rows:
            row |= {"trend": None, "trend_low": None, "trend_high": None, "direction": "too early to say"}
        return
    now, before = (np.array([row[name] for row in rows], np.int64) for name in ("people_recent", "people_before"))
    ratios = rate_ratio(now, before, spans, level=1 - 0.05 / max(len(rows), 1))
    for row, ratio, low, high in zip(rows, *(each.tolist() for each in ratios), strict=True):
        row |= {
            "trend": None if ratio != ratio else ratio,  # noqa: PLR0124 - nan, where there was nothing before
            "trend_low": low,
            "trend_high": high if np.isfinite(high) else None,
            "direction": direction(low, high),
        }


def _add_words(
    rows: Sequence[dict[str, Any]], found: Sequence[Problem], quotes: Mapping[str, list[dict[str, str]]]
) -> None:
    words = {problem.name: problem.words for problem in found}
    for row in rows:
        row["words"] = words.get(row["problem"], "")
        row["quotes"] = json.dumps(quotes.get(row["problem"], []), ensure_ascii=False)
        people = f"{row['people']:,} people" if row["people"] != 1 else "1 person"
        says = f"{people} in a year, {row['people_recent']:,} of them in the last {_SPAN} days: {row['direction']}"
        if row["trend"] is not None and row["direction"] in ("rising", "falling"):
            says += f", {row['trend']:.1f} times as many as in {_SPAN} days before"
        row["says"] = says


def _report(reach: Mapping[str, Any], count: int, *, learned: bool) -> list[tuple[str, str]]:
    how = "in the customers' own words" if learned else "by shipped topics: too few texts to learn from"
    if not reach["people"]:
        return [("problems", "none: nobody complained, asked or was negative in the last 364 days")]
    return [("problems", f"{count:,}, among {reach['people']:,} people, {how}")]
