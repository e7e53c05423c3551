"""What people ask of us by channel: the ones they want, the ones they refuse, the ones to which they object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from byname.people.consents import PURPOSES
from byname.plan.channels import CHANNELS, folded, named_in

__all__ = ["ChannelWish", "channel_wish", "objected_to"]

_NOT = """
    no not never none nobody dont don t without stop refuse refused unwanted nicht nie niemals kein keine keinen keiner
    ohne pas jamais sans aucun aucune non senza mai nessuno nessuna sin nunca ningun ninguna geen niet nooit zonder nao
"""
_NEGATION = re.compile(rf"\b(?:{'|'.join(_NOT.split())})\b")
_ONLY = re.compile(
    r"\b(?:only|solely|exclusively|nur|ausschliesslich|seulement|uniquement|solo|solamente|soltanto|alleen|apenas)\b"
)
_ANY = re.compile(r"\b(?:any|all|every|whatever|egal|alle|tous|todos|tutti|welk)\b")
_CLAUSE = re.compile(
    r"[.,;!/()\n]|"
    r"\b(?:but|rather|instead|aber|sondern|lieber|mais|plutot|pero|sino|ma|piuttosto|maar|liever|mas)\b"
)


@dataclass(frozen=True)
class ChannelWish:
    """What one wording says.

    Attributes:
        asked: channels that they want.
        refused: channels that they do not want.
        is_read: whether it could be understood.
    """

    asked: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    is_read: bool = True


def channel_wish(value: str) -> ChannelWish:
    """Read a wish about channels.

    A "not" holds for what stands after it in its clause, or, where nothing does, for what stands before. "Only" refuses
    all others. A plain "no" refuses all.

    >>> sorted(channel_wish("email only").refused)
    ['in_person', 'letter', 'phone', 'sms', 'whatsapp']
    >>> wish = channel_wish("Please write an e-mail, never call")
    >>> sorted(wish.asked), sorted(wish.refused)
    (['email'], ['phone'])
    """
    asked: set[str] = set()
    refused: set[str] = set()
    denied = False
    for clause in _CLAUSE.split(value.lower().replace("e-mail", "email").replace("'", "")):
        before, after, is_denied = _parted(folded(clause))
        asked |= before
        refused |= after
        denied |= is_denied
    if asked and _ONLY.search(folded(value)):
        refused |= set(CHANNELS) - asked
    if not asked and not refused:
        whatever = _ANY.search(folded(value)) is not None
        return ChannelWish(
            refused=frozenset(CHANNELS) if denied and not whatever else frozenset(), is_read=denied or whatever
        )
    return ChannelWish(frozenset(asked - refused), frozenset(refused))


def _parted(clause: str) -> tuple[set[str], set[str], bool]:
    """Channels wanted and refused in one clause, and whether it says no."""
    found = _NEGATION.search(clause)
    if not found:
        return set(named_in(clause)), set(), False
    before, after = set(named_in(clause[: found.start()])), set(named_in(clause[found.end() :]))
    return (before, after, True) if after else (set(), before, True)


def objected_to(value: str) -> frozenset[str]:
    """The channels on which an objection to marketing or profiling holds.

    It is read as `people.consents` reads it: a value that is a channel, alone or beside a purpose, names that channel;
    one that is another purpose than marketing is no objection to marketing; whatever else it says, it holds for all.

    >>> sorted(objected_to("e-mail marketing")), sorted(objected_to("feedback")), len(objected_to("leave me alone"))
    (['email'], [], 6)
    """
    plain = re.sub(r"[^a-z0-9]+", " ", value.lower().replace("-", "")).strip()
    for channel, purpose in product(CHANNELS, ("", *PURPOSES)):
        spoken = channel.replace("_", " ")
        if plain in {f"{spoken} {purpose}".strip(), f"{purpose} {spoken}".strip()}:
            return frozenset((channel,)) if purpose in {"", "marketing"} else frozenset()
    return frozenset() if plain in set(PURPOSES) - {"marketing"} else frozenset(CHANNELS)
