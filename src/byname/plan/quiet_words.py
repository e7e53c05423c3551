"""When somebody wants no contact, as they write it: "22-7", "weekends", "not on Mondays", "mornings only"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from byname.facts.letters import flat

__all__ = ["UNREAD", "Quiet", "quiet_wish"]

_DAY = 1_440
_DASHES = str.maketrans("\N{EN DASH}\N{EM DASH}", "--")
_NOON, _AFTERNOON, _EVENING = 12 * 60, 14 * 60, 18 * 60


@dataclass(frozen=True)
class Quiet:
    """When no contact is wanted.

    Attributes:
        closed: weekdays, 0 is Monday.
        spans: minutes of the person's own day, each from (inclusive) to (exclusive), none over midnight.
        is_read: whether it could be understood; of what could not, only 10:00 to 16:00 is left.
    """

    closed: frozenset[int] = frozenset()
    spans: tuple[tuple[int, int], ...] = ()
    is_read: bool = True


UNREAD = Quiet(spans=((0, 10 * 60), (16 * 60, _DAY)), is_read=False)

_WEEKDAYS = (
    "mon mondays? montags? lundis? lunes lunedi maandag",
    "tue tues tuesdays? dienstags? mardis? martes martedi dinsdag",
    "wed wednesdays? mittwochs? mercredis? miercoles mercoledi woensdag",
    "thu thurs thursdays? donnerstags? jeudis? jueves giovedi donderdag",
    "fri fridays? freitags? vendredis? viernes venerdi vrijdag",
    "sat saturdays? samstags? sonnabends? samedis? sabados? sabato zaterdag",
    "sun sundays? sonntags? dimanches? domingos? domenica zondag",
)
_DAYS = [re.compile(rf"\b(?:{'|'.join(words.split())})\b") for words in _WEEKDAYS]
_WEEKEND = re.compile(r"\b(?:weekends?|week-ends?|wochenenden?|fin de semana|fines de semana|fine settimana)\b")
_WORKDAYS = re.compile(r"\b(?:weekdays?|workdays?|working days?|werktags?|wochentags?|semaine|dias laborables)\b")
_PARTS = (
    (r"apres-? ?midis?|afternoons?|nachmittags?|tardes?|pomeriggio|middags?", ((_NOON, _EVENING),)),
    (r"mornings?|vormittags?|morgens|matins?|matinees?|mananas?|mattina|mattino|ochtend|ochtends", ((0, _NOON),)),
    (r"lunch(?:time)?|noon|midday|mittags?|midi|mediodia|mezzogiorno", ((_NOON, _AFTERNOON),)),
    (r"evenings?|abends?|soirs?|soirees?|noches?|sera|avonds?", ((_EVENING, _DAY),)),
    (r"nights?|nachts?|nuits?|notte|nacht", ((20 * 60, _DAY), (0, 8 * 60))),
)
_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(a\.?m\.?|p\.?m\.?|uhr|h|o'clock)?"
_RANGE = re.compile(_TIME + r"\s*(?:-|to|until|till|bis|and|und|a|y|e|et|hasta|alle|tot|en)\s*" + _TIME)
_BEFORE = re.compile(r"\b(?:before|vor|avant|antes de(?: las)?|prima delle|voor|until|bis)\s*" + _TIME)
_AFTER = re.compile(r"\b(?:after|from|nach|ab|apres|despues de(?: las)?|dopo le|na|vanaf|since)\s*" + _TIME)
_TO = frozenset("- to bis until through a al hasta t/m tot".split())
_NOT = re.compile(r"\b(?:no|not|never|dont|don't|nicht|nie|kein|keine|pas|jamais|non|nunca|mai|geen|niet|nooit|sin)\b")
_ONLY = re.compile(r"\b(?:only|just|nur|seulement|uniquement|solo|soltanto|solamente|alleen|exclusively)\b")
_WANTED = re.compile(
    r"\b(?:call|ring|phone|reach|contact|best|prefer|preferably|available|ok|okay|fine|erreichbar|anrufen|gerne?|besten|"
    r"appelez|joignable|llamar|chiamare|bellen|bereikbaar)\b"
)
_ALWAYS = re.compile(r"^\W*(?:none|never quiet|anytime|any time|always ok|24/7|keine|jederzeit)\W*$")


def quiet_wish(value: str) -> Quiet:
    """Read a wish about quiet times.

    What is named is quiet, unless the words say that it is when contact is wanted: "only", "best", "please call".

    >>> quiet_wish("22-7").spans
    ((0, 420), (1320, 1440))
    >>> sorted(quiet_wish("not on Mondays").closed), quiet_wish("mornings only").spans
    ([0], ((720, 1440),))
    """
    text = flat(value).translate(_DASHES)
    if _ALWAYS.match(text):
        return Quiet()
    read = [
        found for clause in re.split(r"[,;\n]|\bbut\b|\baber\b|\bmais\b|\bpero\b", text) if (found := _clause(clause))
    ]
    if not read:
        return UNREAD
    closed = frozenset(day for one in read for day in one.closed)
    return Quiet(closed, tuple(sorted({span for one in read for span in one.spans})))


def _clause(clause: str) -> Quiet | None:
    days = _days(clause)
    spans = _spans(clause)
    if not days and not spans:
        return None
    wanted = not _NOT.search(clause) and (_ONLY.search(clause) or _WANTED.search(clause))
    if wanted:
        return Quiet(frozenset(range(7)) - days if days else frozenset(), _rest(spans) if spans else ())
    return Quiet(frozenset(days), tuple(spans))


def _days(clause: str) -> set[int]:
    named = sorted((*match.span(), place) for place, days in enumerate(_DAYS) if (match := days.search(clause)))
    found = {place for _, _, place in named}
    if len(named) == 2 and clause[named[0][1] : named[1][0]].strip() in _TO:  # noqa: PLR2004 - from one to another
        first, last = named[0][2], named[1][2]
        found = {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    if _WEEKEND.search(clause):
        found |= {5, 6}
    if _WORKDAYS.search(clause):
        found |= set(range(5))
    return found


def _spans(clause: str) -> list[tuple[int, int]]:
    ranged = _RANGE.search(clause)
    if ranged:
        begins, ends = _minute(ranged.groups()[:3], ranged[6]), _minute(ranged.groups()[3:])
        return [] if begins is None or ends is None else _split(begins, ends)
    before, after = _BEFORE.search(clause), _AFTER.search(clause)
    spans: list[tuple[int, int]] = []
    for match, makes in ((before, lambda at: (0, at)), (after, lambda at: (at, _DAY))):
        at = _minute(match.groups()) if match else None
        if at is not None:
            spans.append(makes(at))
    rest = clause
    for words, times in _PARTS:
        if re.search(rf"\b(?:{words})\b", rest):
            spans += times
            rest = re.sub(rf"\b(?:{words})\b", " ", rest)
    return spans


def _minute(said: tuple[str | None, ...], half: str | None = None) -> int | None:
    """The minute of a day; "7" of "7-9 pm" is in the evening too."""
    hour, minute = int(said[0] or 0), int(said[1] or 0)
    marked = (said[2] or half or "").replace(".", "")
    if marked == "pm" and hour < 12:  # noqa: PLR2004
        hour += 12
    if marked == "am" and hour == 12:  # noqa: PLR2004
        hour = 0
    return hour * 60 + minute if hour * 60 + minute <= _DAY else None


def _split(begins: int, ends: int) -> list[tuple[int, int]]:
    if begins == ends:
        return [(0, _DAY)]
    if begins < ends:
        return [(begins, ends)]
    return [span for span in ((0, ends), (begins, _DAY)) if span[0] < span[1]]


def _rest(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """What of the day is outside of all these."""
    left, at = [], 0
    for begins, ends in sorted(spans):
        if begins > at:
            left.append((at, begins))
        at = max(at, ends)
    return (*left, (at, _DAY)) if at < _DAY else tuple(left)
