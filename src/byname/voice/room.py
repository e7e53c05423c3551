"""Every message read: the words of known people, each read once and never again while the reader is the same."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from byname.engines import statement
from byname.voice.corrected import as_corrected
from byname.voice.reading import READING, read
from byname.voice.spared import spared
from byname.voice.wording import WORDING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from byname.engines import Engine, Table
    from byname.voice.labels import Labelled
    from byname.voice.reader import Reader

__all__ = ["Voiced", "voiced"]

# A message's words are its subject and its text; what nobody known wrote is not read.
WORDS = statement(
    "voice.words",
    f"""
    select messages.fact_id, messages.row_hash, messages.source, messages.account, messages.source_id,
           messages.record_id, record_person.person_id,
           coalesce(messages.occurred_at, messages.known_at) as occurred_at,
           messages.medium, messages.channel, messages.public, messages.prompted, messages.thread, messages.in_reply_to,
           messages.answered_at, messages.employee, messages.status, messages.about,
           {WORDING} as words
    from messages
    join record_person on record_person.record_id = messages.record_id
    where coalesce(messages.occurred_at, messages.known_at) < $until
    """,  # noqa: S608 - ours
)
# Two refreshes at once may both keep what they read.
CACHED = statement(
    "voice.cached",
    f"select row_hash, {', '.join(READING.names)} from files "  # noqa: S608 - ours
    "qualify row_number() over (partition by row_hash order by masked, spans) = 1",
)
UNREAD = statement(
    "voice.unread",
    """
    select words.row_hash, min(words.words) as words, min(words.medium) as medium
    from words
    anti join cached on cached.row_hash = words.row_hash
    group by words.row_hash
    """,
)
READ = statement(
    "voice.read",
    """
    with readings as (
        select * from cached
        union all
        select * from fresh
    )
    select words.* exclude (words, row_hash), readings.* exclude (row_hash)
    from words
    join readings on readings.row_hash = words.row_hash
    """,
)
VOICE = statement(
    "voice.table",
    """
    select fact_id, source, account, source_id, person_id, occurred_at, medium, channel, negative, neutral, positive,
           calibrated, intents, complaint, praise, recommends, question, idea, leaving, thanks, topic, sensitive, spans,
           employees, quote, language, uncertain, model
    from voice
    """,
)

_FILES = 16  # more than these are put together into one
_ROW = pa.field("row_hash", pa.string())


@dataclass(frozen=True)
class Voiced:
    """What was read.

    Attributes:
        table: one row a message: the columns of the snapshot's `voice`, and record_id, thread, status and the like.
        tables: those of the snapshot, by name.
        texts: how many there are.
        fresh: how many of them were read now; the others had been read before.
    """

    table: Table
    tables: Mapping[str, Table]
    texts: int
    fresh: int


def voiced(
    engine: Engine,
    facts: Mapping[str, Table],
    record_person: Table,
    reader: Reader,
    labels: Labelled,
    cache: Path,
    *,
    until: datetime,
) -> Voiced:
    """Read the messages of known people.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        record_person: record_id and person_id; without those whose words are not to be read.
        reader: how texts are read.
        labels: what staff said of some.
        cache: folder of the readings of before; those of another reader are removed.
        until: the end of the as-of day, UTC.
    """
    kept = cache / reader.version
    for other in cache.glob("*"):
        if other != kept:
            shutil.rmtree(other)
    kept.mkdir(parents=True, exist_ok=True)
    schema = pa.schema([_ROW, *READING])
    words = engine.run(WORDS, messages=facts["messages"], record_person=record_person, until=until)
    files = engine.files(sorted(str(path) for path in kept.glob("*.parquet")), schema)
    cached = engine.run(CACHED, files=files)
    new = engine.run(UNREAD, words=words, cached=cached)
    fresh = engine.apply(partial(_read, reader=reader), new, schema)
    count = engine.count(fresh)
    known = spared(engine, engine.run(READ, words=words, cached=cached, fresh=fresh), reader.sensitive)
    table = as_corrected(engine, known, labels.corrected)
    if count:
        _keep(engine, fresh, kept, schema)
    texts = engine.count(table)
    for one in (words, new):
        engine.drop(one)
    return Voiced(table, {"voice": engine.run(VOICE, voice=table)}, texts, count)


def _read(batch: pa.RecordBatch, *, reader: Reader) -> pa.RecordBatch:
    found = read(batch.column("words").to_pylist(), batch.column("medium").to_pylist(), reader)
    columns = [batch.column("row_hash"), *(column.combine_chunks() for column in found.columns)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([_ROW, *READING]))


def _keep(engine: Engine, fresh: Table, kept: Path, schema: pa.Schema) -> None:
    """One more file of readings, written aside and put in place by one rename."""
    files = sorted(kept.glob("*.parquet"))
    beside = kept / ".writing"
    engine.write(fresh, beside, order_by=("row_hash",))
    number = int(files[-1].stem) + 1 if files else 1
    beside.replace(kept / f"{number:06}.parquet")
    if len(files) >= _FILES:
        whole = kept / ".whole"
        with pq.ParquetWriter(whole, schema, compression="zstd") as made:
            for path in [*files, kept / f"{number:06}.parquet"]:
                for batch in pq.ParquetFile(path).iter_batches():
                    made.write_batch(batch.cast(schema))
        # Killed in between, what was read is read again.
        for path in [*files, kept / f"{number:06}.parquet"]:
            path.unlink()
        whole.replace(kept / f"{number + 1:06}.parquet")
