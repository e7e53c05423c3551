"""Where a play would cross what the person asked of us: their dislikes, and the lines that they drew.

A dislike is understood if it names the action, its team, kind, purpose or topics, or a channel; what else somebody
dislikes has nothing to do with a play. A line is understood if it names a column of `profile`, a group of columns or
a purpose (`words.toml`). A line that nobody can read is read in the strictest way: it is crossed by every play whose
words hold more than a greeting.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.engines import statement
from byname.plan.gate.columns import CHANNELS
from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.engines import Engine, Table

__all__ = ["Crossed", "crossed", "nothing_crossed", "words_of_columns"]

_MARKS = r"[-_.,;:!?()/*+#|]+"  # the same in Python and in SQL

_SAID = f"trim(regexp_replace(lower(said), '{_MARKS}', ' ', 'g'), ' ')"  # a word as it is held against the lists


def _understood(column: str, topic: str) -> str:
    """What people said in a list of `pace`, and which topic each of their words means."""
    return f"""
    with spoken as (select person_id, unnest({column}) as said from pace),
    heard as (select person_id, said, {_SAID} as word from spoken),
    terms as (select distinct word from heard where word <> ''),
    understood as (
        select distinct terms.word, topics.{topic}
        from terms
        join topics on terms.word = topics.word
                    or (topics.within and contains(' ' || terms.word || ' ', ' ' || topics.word || ' '))
    )"""  # noqa: S608 - ours


DISLIKED = statement(
    "plan.gate_disliked",
    f"""
    {_understood("dislikes", "action")}
    select heard.person_id, understood.action, min(heard.said) as disliked
    from heard
    join understood on understood.word = heard.word
    group by heard.person_id, understood.action
    """,  # noqa: S608 - ours
)

CROSSED = statement(
    "plan.gate_crossed",
    f"""
    {_understood("lines", "about")},
    around as (
        select word, about from understood
        union all
        select terms.word, '*' as about from terms anti join understood on understood.word = terms.word
    ),
    reached as (
        select distinct around.word, uses.action
        from around
        join uses on uses.about = around.about or (around.about = '*' and not uses.greeting)
    )
    select heard.person_id, reached.action, min(heard.said) as crossed
    from heard
    join reached on reached.word = heard.word
    group by heard.person_id, reached.action
    """,  # noqa: S608 - ours
)


@dataclass(frozen=True)
class Crossed:
    """What the gate needs to know of it.

    Attributes:
        lines: person_id, action, crossed: the line in the person's own words.
        dislikes: person_id, action, disliked: likewise.
        ways: person_id, action (a channel), disliked: likewise.
    """

    lines: Table
    dislikes: Table
    ways: Table


def crossed(engine: Engine, pace: Table, plays: Sequence[Mapping[str, Any]]) -> Crossed:
    """Hold everybody's lines and dislikes against the plays.

    Args:
        engine: where the tables are.
        pace: person_id, dislikes, lines.
        plays: action, team, kind, purpose, uses (columns of `profile` in its words), topics.
    """
    words = _words()
    ways = [(word, channel, True) for channel in CHANNELS for word in (*words["channel"][channel], channel)]
    liked = [one for play in plays for one in _of_play(play, words["kind"])]
    lines = [*_of_groups(words["group"]), *_of_columns()]
    uses = pa.table(
        {
            "action": pa.array([play["action"] for play in plays for _ in play["uses"] or ()], pa.string()),
            "about": pa.array([column for play in plays for column in play["uses"] or ()], pa.string()),
            "greeting": pa.array(
                [column in words["greeting"]["columns"] for play in plays for column in play["uses"] or ()], pa.bool_()
            ),
        }
    )
    return Crossed(
        lines=engine.run(CROSSED, pace=pace, topics=_topics(engine, lines, "about"), uses=engine.arrow(uses)),
        dislikes=engine.run(DISLIKED, pace=pace, topics=_topics(engine, liked, "action")),
        ways=engine.run(DISLIKED, pace=pace, topics=_topics(engine, ways, "action")),
    )


def nothing_crossed(engine: Engine) -> Crossed:
    """The same where nobody drew a line or said what they dislike."""
    return Crossed(*(engine.arrow(_crossing(name).empty_table()) for name in ("crossed", "disliked", "disliked")))


def _crossing(said: str) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in ("person_id", "action", said)])


def words_of_columns() -> frozenset[str]:
    """The columns of `profile` that a line in people's own words can be drawn around."""
    return frozenset(column for group in _words()["group"].values() for column in group["columns"])


def _topics(engine: Engine, found: Sequence[tuple[str, str, bool]], of: str) -> Table:
    rows = sorted({(_plain(word), what, within) for word, what, within in found if _plain(word)})
    return engine.arrow(
        pa.table(
            {
                "word": pa.array([row[0] for row in rows], pa.string()),
                of: pa.array([row[1] for row in rows], pa.string()),
                "within": pa.array([row[2] for row in rows], pa.bool_()),
            }
        )
    )


def _of_play(play: Mapping[str, Any], kinds: Mapping[str, Sequence[str]]) -> list[tuple[str, str, bool]]:
    """A team or a purpose only as the whole word: who dislikes spicy products has nothing against the product team."""
    action = play["action"]
    alone = [(play[name], action, False) for name in ("team", "purpose") if play[name]]
    within = [(word, action, True) for word in (*kinds.get(play["kind"] or "", ()), *(play["topics"] or ()))]
    return [(action, action, True), *alone, *within]


def _of_groups(groups: Mapping[str, Mapping[str, Sequence[str]]]) -> list[tuple[str, str, bool]]:
    """A group without columns is understood, and nothing of it can be told: it stands for a column that nobody has."""
    return [
        (word, column, True)
        for name, group in groups.items()
        for word in group["words"]
        for column in (group["columns"] or (f"no column: {name}",))
    ]


def _of_columns() -> list[tuple[str, str, bool]]:
    return [
        one
        for name, column in PROFILE.items()
        for one in ((name, name, False), (column.purpose, name, False))
        if name != "person_id"
    ]


def _plain(word: str) -> str:
    return re.sub(_MARKS, " ", word.lower()).strip()


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((files("byname.plan.gate") / "words.toml").read_text("utf-8"))
