"""What the pages show of a customer, as a program is told it: the same questions, the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.plan.channels import CHANNELS
from byname.web.ideas.models import Status
from byname.web.portal import contacted, known, words
from byname.web.portal.consenting import consents
from byname.web.portal.told import Told
from byname.web.reviews.models import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byname.web.ideas.board import Idea
    from byname.web.portal.contacted import Reached
    from byname.web.portal.whom import Her
    from byname.web.reviews.shelf import Review

__all__ = ["contact", "contacts", "idea", "me", "review", "wishes"]

_REASONS = 500
_WISHES = ("channel", "pace", "quiet", "dislike", "line", "topic", "restriction")


def me(her: Her) -> dict[str, Any]:
    """What is held in short, what was concluded, what was promised."""
    held, concluded = known.held(her), known.concluded(her, _REASONS)
    return {
        "name": her.name,
        "details": [{"what": what, "value": value, "source": source} for what, value, source in known.details(her)],
        "held": {"things": held.things, "sources": _counted(held.sources), "kinds": _counted(held.kinds)},
        "concluded": {
            "standing": concluded.standing,
            "says": concluded.says,
            "reasons": [{"says": row["says"], "at": row["occurred_at"]} for row in concluded.reasons],
            "worth": concluded.band,
            "place": concluded.place,
        },
        "promises": [
            {name: getattr(one, name) for name in ("what", "state", "by", "made_at", "due_at", "kept_at")}
            for one in known.promises(her)
        ],
        "as_of": her.desk.as_of,
        "currency": her.desk.snapshot.terms["currency"],
    }


def contacts(her: Her, number: int) -> dict[str, Any]:
    """A page of the contacts with her."""
    page = contacted.contacts(her, number)
    return {"contacts": [contact(row["reached"]) for row in page.rows], "of_all": page.of_all, "then": page.after}


def contact(one: Reached) -> dict[str, Any]:
    """One contact, with why."""
    said = {name: getattr(one, name) for name in ("at", "says", "by", "why", "goal", "source")}
    facts = [{name: str(fact.get(name, "")) for name in ("name", "says", "purpose")} for fact in one.facts]
    return {**said, "facts": facts, "more": one.row}


def wishes(her: Her) -> dict[str, Any]:
    """How she wants it, and what she may say."""
    told = Told.of(her)
    holding = [*told.of_kind(*_WISHES), *told.objections]
    return {
        "channels": [
            {"channel": one, "says": words.channel_word(one), "said": told.channels.get(one, "")} for one in CHANNELS
        ],
        "pace": (told.paces[-1]["value"] or "") if told.paces else "",
        "wishes": [{name: row[name] for name in ("fact_id", "kind", "value", "until")} for row in holding],
        "consents": [
            {name: getattr(one, name) for name in ("channel", "purpose", "says", "state", "since")}
            for one in consents(her)
        ],
        "choices": {
            "pace": _choices(words.pace_choices()),
            "quiet": _choices(words.quiet_choices()),
            "dislike": _choices(words.dislike_choices()),
            "line": _choices(words.line_choices()),
        },
    }


def idea(her: Her, one: Idea) -> dict[str, Any]:
    """An idea that she may see, without who is for it."""
    is_made = one.status == Status.SHIPPED
    return {
        "number": one.number,
        "title": one.fact["title"] or "",
        "text": one.fact["text"] or "",
        "status": one.status.value,
        "says": str(one.status.label),
        "votes": one.votes,
        "is_hers": one.author in her.people,
        "is_for": her.person_id in one.voters,
        "thanks": one.credit if is_made else "",
        "answers": [
            {"status": answer.status, "text": answer.text, "by": answer.by, "at": answer.at} for answer in one.answers
        ],
    }


def review(one: Review) -> dict[str, Any]:
    """A review of hers, with why it was taken from view if it was."""
    return {
        "number": one.number,
        "stars": one.stars,
        "title": one.fact["subject"] or "",
        "text": one.fact["text"] or "",
        "at": one.day,
        "shown_as": one.shown_as,
        "until": one.until,
        "taken_down": f"{Reason(one.down.reason).label}: {one.down.text}" if one.down else "",
    }


def _counted(rows: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"says": says, "many": many} for says, many in rows]


def _choices(choices: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "says": says} for value, says in choices]
