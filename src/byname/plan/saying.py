"""A chosen contact in words: why, how, what to start with, and why this and not another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from byname.playbooks.wording import MissingFact, gaps, purposes, reasoned, worded, words_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.plan.effects import Effect
    from byname.playbooks.playbook import Playbook

__all__ = ["said"]

_BY = {
    "email": "by e-mail",
    "sms": "by text message",
    "phone": "by phone",
    "whatsapp": "by WhatsApp",
    "letter": "by letter",
    "in_person": "in person",
}
_WRITTEN = {"email", "letter"}  # what may arrive at any hour


def said(row: Mapping[str, Any], playbook: Playbook, effect: Effect, currency: str) -> dict[str, Any]:
    """What an employee reads of a chosen contact.

    Args:
        row: the person's columns of `profile`, with those of the choice (`channel`, `employee`, `value`, `unsure`,
            `price`, `liking`, `asked`, `answered`, `address`, `from_minute`, `to_minute`).
        playbook: what is done.
        effect: what it is believed to change.
        currency: of the company.

    Returns:
        reason (one sentence), how, words (None where a fact that they need is not known; `how` then says which), choice
        (why this was chosen), expected (what it should change) and facts_used (JSON: column and what its records were
        given for).
    """
    words, missing = _words(playbook, row, currency)
    return {
        "reason": _reason(playbook, row, currency),
        "how": _how(row) + _to_do(words, missing),
        "words": words,
        "choice": _choice(row, playbook, currency),
        "expected": _expected(playbook, effect),
        "facts_used": json.dumps(purposes(words_for(playbook, row)) if words else {}),
    }


def _words(playbook: Playbook, row: Mapping[str, Any], currency: str) -> tuple[str | None, str]:
    try:
        return worded(playbook, row, currency=currency), ""
    except MissingFact as missing:
        return None, missing.column.replace("_", " ")


def _to_do(words: str | None, missing: str) -> str:
    """What is left to write before the words can be said."""
    if words is None:
        return f"; write your own words: {missing} is not known"
    return "; fill in what stands in brackets" if gaps(words) else ""


def _reason(playbook: Playbook, row: Mapping[str, Any], currency: str) -> str:
    try:
        return reasoned(playbook, row, currency=currency)
    except MissingFact:
        return f"{row['name'] or 'Somebody without a name'} is one of those for whom this is: {playbook.title}"


def _how(row: Mapping[str, Any]) -> str:
    where = f" ({row['address']})" if row["address"] else ""
    who = ""
    if row["employee"]:
        who = f"{row['employee']}, whom they know, " if row["employee"] == row["known_to"] else f"{row['employee']}, "
    hours = ""
    if row["channel"] not in _WRITTEN and row["from_minute"] is not None:
        hours = f", between {_clock(row['from_minute'])} and {_clock(row['to_minute'])}"
    return f"{who}{_BY[row['channel']]}{where}{hours}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _choice(row: Mapping[str, Any], playbook: Playbook, currency: str) -> str:
    if playbook.owed:
        return "owed, so it goes before all else and is not weighed"
    return (
        f"worth {row['value']:,.2f} {currency} to them and us, give or take {row['unsure']:,.2f}; "
        f"{_minute(row, playbook, currency)}; {_why_channel(row)}"
    )


def _minute(row: Mapping[str, Any], playbook: Playbook, currency: str) -> str:
    if row["price"] <= 0:
        return f"{playbook.team} has minutes to spare"
    return f"a {playbook.team} minute costs {row['price']:,.2f} {currency}, and it takes {playbook.minutes:g}"


def _why_channel(row: Mapping[str, Any]) -> str:
    by = _BY[row["channel"]]
    if row["asked"]:
        return f"{by}, which they asked for" + (", and where they answer" if row["answered"] else "")
    if row["answered"]:
        return f"{by}, where they answer ({row['answered']} of {row['sent']} within a year)"
    return f"{by}, which is allowed; they have not said how they like to hear from us"


def _expected(playbook: Playbook, effect: Effect) -> str:
    what = {
        "spend": "spend within {days} days by {effect:+.1%}",
        "bought": "the chance that they buy within {days} days by {effect:+.1%}",
        "stayed": "the chance that they stay for {days} days by {effect:+.1%}",
        "complained": "the chance that they complain within {days} days by {effect:+.1%}",
        "recommended": "the chance that they recommend us within {days} days by {effect:+.1%}",
        "answered": "the chance that they answer within {days} days by {effect:+.1%}",
    }[playbook.expected.outcome]
    return f"{what.format(days=playbook.expected.days, effect=effect.effect)} ({effect.origin})"
