"""Which question a piece of content answers, and which people asked it (S0.41).

Content and questions are alike by the words that they share, rare words counting more (Salton and Buckley, Information
Processing and Management 24 (1988) 513: tf·idf and cosine). Where they share too little, nothing is matched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.voice.phrases import phrases_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from byname.engines import Engine, Table

__all__ = ["MATCHES", "TAGS", "Answered", "Content", "answered_questions", "likenesses"]

TAGS = pa.schema({"content": pa.string(), "title": pa.string(), "question": pa.string(), "people": pa.int64()})
MATCHES = pa.schema(
    dict.fromkeys(("content", "fact_id", "person_id"), pa.string())
    | {"asked_on": pa.date32(), "likeness": pa.float64(), "words": pa.string()}
)

ASKED_WORDS = statement(
    "voice.questions_asked",
    """
    with sampled as (
        select person_id, fact_id, cast(occurred_at as date) as asked_on, masked as text
        from voice
        where person_id is not null and sensitive is false and coalesce(topic, '') <> 'sensitive'
          and length(trim(coalesce(masked, ''), ' ')) > 0 and contains(coalesce(intents, ''), 'question')
          and occurred_at < $until and date_diff('day', cast(occurred_at as date), cast($as_of as date)) < 364
        qualify row_number() over (partition by person_id order by occurred_at desc, fact_id) <= 20
    )
    select * from sampled order by fact_id limit 100000
    """,
)

_ALIKE = 0.15  # cosine: below it, texts share what any two of one trade share
_CLEAR = 1.3  # times as alike as the next piece: else either may be meant, and a person has to say
_SHARED = 2  # words; one in common is chance
_ROWS = 2_000  # questions held against the content at a time


@dataclass(frozen=True)
class Content:
    """Something that can answer a question: a page, a film, an article, a reply that was accepted."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Answered:
    """What was matched.

    Attributes:
        tags: columns as `TAGS`: the question, in a customer's words, that is most like those that the content answers;
            null and 0 people where it answers none that anybody asked.
        matches: columns as `MATCHES`: a person's question and the content most like it; words are those in common.
        report: lines for the run report.
    """

    tags: Table
    matches: Table
    report: list[tuple[str, str]]


def answered_questions(
    engine: Engine,
    voice: Table,
    content: Sequence[Content],
    *,
    as_of: date,
    until: datetime,
    names: Collection[str] = (),
) -> Answered:
    """Match what people asked in the last 364 days to the content that answers it; a question to one piece at most.

    Args:
        engine: where the tables are.
        voice: messages read, of known people.
        content: what there is to answer with.
        as_of: the last day.
        until: its end, UTC.
        names: words that tell nothing apart: the company, its brands.
    """
    asked = engine.fetch(engine.run(ASKED_WORDS, voice=voice, as_of=as_of, until=until), order_by=("fact_id",))
    rows = asked.to_pylist()
    best, likeness, shared = likenesses(
        [row["text"] for row in rows], [f"{one.title}\n{one.text}" for one in content], names=names
    )
    matches = [
        {
            "content": content[best[at]].id,
            "fact_id": row["fact_id"],
            "person_id": row["person_id"],
            "asked_on": row["asked_on"],
            "likeness": float(likeness[at]),
            "words": ", ".join(shared[at]),
        }
        for at, row in enumerate(rows)
        if best[at] >= 0
    ]
    tags = [
        _tag(one, [at for at in range(len(rows)) if best[at] == place], rows, likeness)
        for place, one in enumerate(content)
    ]
    people = len({row["person_id"] for row in matches})
    report = [("questions answered by content", f"{len(matches):,} of {len(rows):,}, of {people:,} people")]
    return Answered(
        engine.arrow(pa.Table.from_pylist(tags, schema=TAGS)),
        engine.arrow(pa.Table.from_pylist(matches, schema=MATCHES)),
        report,
    )


def likenesses(
    questions: Sequence[str], content: Sequence[str], *, names: Collection[str] = ()
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[list[str]]]:
    """For each question the place of the content most like it (-1: none is), how alike (0 to 1), the words in common.

    Args:
        questions: clean words, personal data masked.
        content: clean words.
        names: words that tell nothing apart.
    """
    from scipy.sparse import csr_matrix

    best, likeness, second = np.full(len(questions), -1, np.int64), *np.zeros((2, len(questions)))
    shared: list[list[str]] = [[] for _ in questions]
    if not questions or not content:
        return best, likeness, shared
    phrases = phrases_of([*questions, *content], least=2, without=names)
    every, count = len(questions) + len(content), max(len(phrases.terms), 1)
    rare = np.log(every / np.maximum(np.bincount(phrases.term, minlength=count), 1)) + 1
    held = csr_matrix((rare[phrases.term], (phrases.text, phrases.term)), shape=(every, count))
    length = np.sqrt(np.asarray(held.multiply(held).sum(axis=1)).ravel())
    # Short texts that have one known word would be wholly alike: a length of two words is the least.
    held = held.multiply(1 / np.maximum(length, np.sqrt(2) * rare.max())[:, None]).tocsr()
    asked, answers = held[: len(questions)], held[len(questions) :].T.tocsc()
    for start in range(0, len(questions), _ROWS):
        block = (asked[start : start + _ROWS] @ answers).toarray()
        best[start : start + _ROWS] = block.argmax(axis=1)
        likeness[start : start + _ROWS] = block.max(axis=1)
        block[np.arange(len(block)), block.argmax(axis=1)] = 0
        second[start : start + _ROWS] = block.max(axis=1)
    best[likeness < np.maximum(_ALIKE, _CLEAR * second)] = -1
    for at in np.flatnonzero(best >= 0).tolist():
        common = np.intersect1d(asked[at].indices, answers[:, best[at]].indices)
        ordered = common[np.argsort(-rare[common], kind="stable")]
        shared[at] = _shortest([phrases.terms[term] for term in ordered])
        words = {word for term in shared[at] for word in term.split()}
        if len(words) < _SHARED:
            best[at], shared[at] = -1, []
    return best, likeness, shared


def _shortest(terms: Sequence[str]) -> list[str]:
    """The phrases without those that are part of another one, six at most."""
    return [one for one in terms if not any(f" {one} " in f" {other} " for other in terms if other != one)][:6]


def _tag(
    one: Content, at: Sequence[int], rows: Sequence[dict[str, Any]], likeness: NDArray[np.float64]
) -> dict[str, object]:
    people = {rows[place]["person_id"] for place in at}
    told = rows[max(at, key=lambda place: likeness[place])]["text"] if at else None
    return {
        "content": one.id,
        "title": one.title,
        "question": None if told is None else " ".join(told.split())[:240],
        "people": len(people),
    }
