"""How often somebody wants to hear from us, as they write it: "once a month", "at most 2 a week", "never", "1/30d"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from byname.facts.letters import flat

__all__ = ["UNREAD", "PaceWish", "pace_wish"]

_QUARTER = 91


@dataclass(frozen=True)
class PaceWish:
    """What one wording says.

    Attributes:
        most: contacts within `window_days`; None where it sets no limit of its own.
        window_days: as long as the window is.
        pauses: it asks for a pause.
        paused_until: the first day after the pause, where it is said.
        pause_days: its length, where that is said instead.
        is_read: whether it could be understood; what could not is once a quarter, so that nobody is written to whom we
            did not understand, nor lost.
    """

    most: int | None = None
    window_days: int | None = None
    pauses: bool = False
    paused_until: date | None = None
    pause_days: int | None = None
    is_read: bool = True


UNREAD = PaceWish(1, _QUARTER, is_read=False)

_COUNTS = {
    "once one an a single ein eine einen einmal une un una einer een eenmaal uma 1x": 1,
    "twice two zwei zweimal deux dos due twee tweemaal duas dois couple": 2,
    "thrice three drei dreimal trois tres tre drie driemaal": 3,
    "four vier viermal quatre cuatro quattro quatro": 4,
    "five funf funfmal cinq cinco cinque vijf": 5,
    "six sechs seis sei zes": 6,
}
_NUMBER = {word: count for words, count in _COUNTS.items() for word in words.split()}
_PERIODS = {
    "d|days?|daily|tag|tage|tagen|taglich|jours?|quotidien|dias?|diario|giorni|giorno|dag|dagen|dagelijks": 1,
    "w|wk|weeks?|weekly|woche|wochen|wochentlich|semaines?|hebdomadaire|semanas?|semanal|settimana|settimane|settimanale|"
    "weken|wekelijks": 7,
    "fortnight|fortnights|fortnightly|biweekly|bi weekly|quinzaine|quincena": 14,
    "m|mo|months?|monthly|monat|monate|monaten|monatlich|mois|mensuel|mensuelle|mes|meses|mensual|mese|mesi|mensile|"
    "maand|maanden|maandelijks": 30,
    "bimonthly|bi monthly": 61,
    "quarters?|quarterly|quartal|vierteljahr|vierteljahrlich|trimestre|trimestriel|kwartaal": _QUARTER,
    "half year|halbjahr|halbjahrlich|semestre|halfjaar": 182,
    "y|yr|years?|yearly|annual|annually|jahr|jahre|jahrlich|an|ans|annee|annuel|ano|anos|anual|anno|anni|annuale|jaar|"
    "jaarlijks": 365,
}
_PERIOD = "|".join(_PERIODS)
_WORDS = "|".join(sorted(_NUMBER, key=len, reverse=True))
_TIMES = r"(?:x|times?|mal|fois|vez|veces|volte|volta|keer|maal|contacts?|e-?mails?|messages?|calls?|letters?|mails?)"
_PER = r"(?:/|a|an|per|each|every|in|pro|im|in der|in dem|par|al|a la|alla|per|por|por|de|je|all'|within)"
# "2 a week", "2x/month", "1/30d", "once every 3 weeks"
_RATE = re.compile(
    rf"\b(?P<count>\d+|{_WORDS})\s*(?:{_TIMES})?\s*{_PER}\s*(?P<every>\d+|{_WORDS})?\s*(?P<period>{_PERIOD})\b"
)
# "every 3 weeks", "alle zwei Wochen", "every other month"
_EVERY = re.compile(
    r"\b(?:every|each|alle|jede[nrs]?|tous les|toutes les|chaque|cada|ogni|elke|om de|todos los|todas las)\s+"
    rf"(?:(?P<other>other|second|zweite[nrs]?|andere)\s+)?(?P<every>\d+|{_WORDS})?\s*(?P<period>{_PERIOD})\b"
)
_ADVERBS = (
    "daily|weekly|fortnightly|biweekly|monthly|bimonthly|quarterly|yearly|annual|annually|taglich|wochentlich|"
    "monatlich|vierteljahrlich|halbjahrlich|jahrlich|quotidien|hebdomadaire|mensuel|mensuelle|trimestriel|annuel|diario|semanal|"
    "mensual|anual|settimanale|mensile|annuale|dagelijks|wekelijks|maandelijks|jaarlijks"
)
# "monthly", "twice yearly"
_ALONE = re.compile(rf"\b(?:(?P<count>\d+|{_WORDS})\s*(?:{_TIMES})?\s+)?(?P<period>{_ADVERBS})\b")
_FOR = re.compile(rf"\b(?P<every>\d+|{_WORDS})\s*(?P<period>{_PERIOD})\b")
_PAUSE = re.compile(
    r"\b(?:paused?|pausiere[nr]?|pausieren|on hold|hold|break|urlaub|vacation|holiday|pausa|pauze|until|bis|jusqu)"
)
_NEVER = re.compile(
    r"\b(?:never|none|nothing|zero|stop|no contacts?|not at all|no more|nie|niemals|nichts|keine|gar nicht|jamais|rien|"
    r"aucun|nunca|nada|mai|niente|nooit|niets|0)\b"
)
_SELDOM = re.compile(
    r"\b(?:rarely|rare|seldom|less|fewer|not (?:so|too) (?:often|much|many)|selten|seltener|weniger|rarement|moins|"
    r"menos|meno|raramente|minder|zelden)\b"
)
_ORDINARY = re.compile(
    r"^(?:any|anytime|no limit|unlimited|normal|default|as usual|usual|as you like|whenever|resume|continue|egal|"
    r"normale?|all|always|often|frequently)$"
)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")


def pace_wish(value: str) -> PaceWish:
    """Read a wish about how often.

    >>> pace_wish("at most twice a week").most, pace_wish("1/30d").window_days, pace_wish("Never").most
    (2, 30, 0)
    >>> pace_wish("pause until 2026-09-01").paused_until
    datetime.date(2026, 9, 1)
    """
    text = " ".join(flat(value).split())
    if _PAUSE.search(text) and _date(text):
        return PaceWish(pauses=True, paused_until=_date(text))
    return _rate(text) or _words(text)


def _rate(text: str) -> PaceWish | None:
    """So often within so long, or once every so long."""
    if rate := _RATE.search(text):
        return _limit(_number(rate["count"]), _number(rate["every"]) * _days(rate["period"]))
    if every := _EVERY.search(text):
        return _limit(1, (2 if every["other"] else _number(every["every"])) * _days(every["period"]))
    if alone := _ALONE.search(text):
        return _limit(_number(alone["count"]), _days(alone["period"]))
    return None


def _words(text: str) -> PaceWish:
    """What names no number of contacts: a pause, never, seldom, as usual."""
    if _PAUSE.search(text):
        length = _FOR.search(text)
        days = _number(length["every"]) * _days(length["period"]) if length else None
        return PaceWish(pauses=True, pause_days=days)
    if _NEVER.search(text):
        return PaceWish(0, 1)
    if _SELDOM.search(text):
        return PaceWish(1, _QUARTER)
    return PaceWish() if _ORDINARY.match(text) else UNREAD


def _limit(most: int, days: int) -> PaceWish:
    return PaceWish(most, days) if most and days else PaceWish(0, 1)


def _date(text: str) -> date | None:
    """The date in a text; of two ways to read it the later, which is the longer pause."""
    iso, day_first = _ISO.search(text), _DAY_FIRST.search(text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
        return _real(year, month, day)
    if day_first:
        one, other, year = (int(part) for part in day_first.groups())
        read = [found for found in (_real(year, other, one), _real(year, one, other)) if found]
        return max(read, default=None)
    return None


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(word: str | None) -> int:
    if not word:
        return 1
    return min(int(word), 9_999) if word.isdigit() else _NUMBER[word]


def _days(period: str) -> int:
    return next(days for words, days in _PERIODS.items() if re.fullmatch(words, period))
