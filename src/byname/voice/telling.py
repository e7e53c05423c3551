"""What all the words together tell: problems, new words, who waits, whom customers praise, what may be quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.voice.agents import agents, praised
from byname.voice.answers import answers
from byname.voice.effort import effort
from byname.voice.new_words import new_words
from byname.voice.problems import problems
from byname.voice.questions import Content, answered_questions
from byname.voice.testimonials import testimonials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from byname.engines import Engine, Table

__all__ = ["Told", "telling"]

_MOST_CONTENT = 2_000

# What answers a question already: replies that were taken as the answer, the newest first.
ACCEPTED = statement(
    "voice.accepted",
    f"""
    select voice.fact_id, voice.masked as text, voice.occurred_at
    from voice
    join messages on messages.fact_id = voice.fact_id
    where messages.accepted and messages.public and not voice.sensitive and voice.masked is not null
    order by voice.occurred_at desc, voice.fact_id
    limit {_MOST_CONTENT}
    """,  # noqa: S608 - ours
)


@dataclass(frozen=True)
class Told:
    """What the words tell.

    Attributes:
        tables: of the snapshot, by name.
        report: (what, in words).
    """

    tables: Mapping[str, Table]
    report: Sequence[tuple[str, str]]


def telling(
    engine: Engine,
    facts: Mapping[str, Table],
    voice: Table,
    record_person: Table,
    worth: Table,
    *,
    names: Sequence[str],
    agents_on: bool,
    as_of: date,
    until: datetime,
) -> Told:
    """Count and name.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        voice: what each message was read as.
        record_person: record_id and person_id.
        worth: person_id and clv.
        names: of the company and its employees: no problem and no news.
        agents_on: whether scores of employees are wanted.
        as_of: the last day that counts.
        until: its end, UTC.
    """
    found = problems(engine, voice, worth, as_of=as_of, until=until, names=names)
    fresh, news = new_words(engine, voice, as_of=as_of, until=until, names=names)
    asked = answers(engine, voice, worth, as_of=as_of, until=until)
    scores, scored = agents(engine, voice, facts["ratings"], record_person, until=until, on=agents_on)
    easy = effort(engine, facts["ratings"], record_person, worth, as_of=as_of, until=until)
    quotes, quoted = testimonials(engine, voice, facts["decisions"], record_person, worth, as_of=as_of, until=until)
    rows = engine.fetch(engine.run(ACCEPTED, voice=voice, messages=facts["messages"]))
    content = [Content(row["fact_id"], "", row["text"]) for row in rows.to_pylist()]
    matched = answered_questions(engine, voice, content, as_of=as_of, until=until, names=names)
    return Told(
        {
            "problems": found.table,
            "problem_messages": found.messages,
            "new_words": fresh,
            "waiting": asked.waiting,
            "answered": asked.answered,
            "agents": scores,
            "praised": praised(engine, voice, as_of=as_of, until=until),
            "effort": easy.table,
            "hard": easy.hard,
            "testimonials": quotes,
            "content": matched.tags,
            "content_for": matched.matches,
        },
        [*found.report, *news, *asked.report, *scored, *easy.report, *quoted, *matched.report],
    )
