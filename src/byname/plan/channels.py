"""The six ways of reaching a person, and how a source's word for one is read."""

from __future__ import annotations

import re
from functools import cache

from byname.facts.letters import flat
from byname.facts.reaching import CHANNELS as WORDS
from byname.playbooks.playbook import CHANNELS

__all__ = ["CHANNELS", "channel_sql", "folded", "named_in"]

# Beside the words that files use for a channel: how people speak of one.
_SPOKEN = {
    "email": "mail mails mailing newsletters inbox",
    "sms": "texting texted",
    "phone": "ring rings ringing calling phoning telephoning anrufe anrufen llamadas llamar appels appeler telefonate",
    "letter": "letters briefe brieven courriers",
    "in_person": "in person; personally; face to face; personlich",
}
_MARKS = re.compile(r"[^a-z0-9:]+")


def folded(text: str) -> str:
    """Small letters without accents, words parted by one blank.

    >>> folded("  E-Mail, bitte NICHT per Telefon! ")
    'e mail bitte nicht per telefon'
    """
    return _MARKS.sub(" ", flat(text)).strip()


@cache
def _spoken() -> dict[str, re.Pattern[str]]:
    found = {}
    for channel in CHANNELS:
        words = {folded(one) for one in WORDS[channel].split(",")} | {channel.replace("_", " ")}
        said = _SPOKEN.get(channel, "")
        words |= {folded(one) for one in (said.split(";") if ";" in said else said.split())}
        longest = sorted(words - {""}, key=lambda word: (-len(word), word))
        found[channel] = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b")
    return found


def named_in(text: str) -> frozenset[str]:
    """The channels that a text speaks of.

    A text message is an SMS, "post" a letter; "e mail" is no letter.

    Args:
        text: as somebody wrote it.
    """
    low, spoken = folded(text), _spoken()
    rest = spoken["letter"].sub(" ", low)  # first, so that "postal mail" is no e-mail
    found = {channel for channel, words in spoken.items() if words.search(low if channel == "letter" else rest)}
    return frozenset(found)


def channel_sql(column: str) -> str:
    """SQL for our word of a channel column; the source's own in small letters where we have none."""
    ours = ", ".join(f"'{channel}'" for channel in CHANNELS)
    plain = f"trim(replace(replace(lower({column}), '_', ' '), '-', ' '), ' ')"
    whens = " ".join(
        f"when {plain} in ({', '.join(repr(word) for word in (*words.split(', '), channel.replace('_', ' ')))}) "
        f"then '{channel}'"
        for channel, words in WORDS.items()
    )
    # Readers write our words already: those are not folded again.
    return f"case when {column} in ({ours}) then {column} {whens} when {plain} = 'mail' then 'email' else {plain} end"
