"""What somebody says of her own words: a story, where it and others may be used, and that they may no longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from byname.draining import READER
from byname.errors import UsageError
from byname.facts.own import fact
from byname.permitting import REFUSED, Scope, of_text
from byname.web.console.typed import day
from byname.web.outreach.models import Draft
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.stories.places import PLACES, name_of, names
from byname.web.written.actions.writing import Fact, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.web.portal.whom import Her
    from byname.web.stories.shelf import Shelf, Words

__all__ = ["MOST_DAYS", "MOST_TITLE", "MOST_WORDS", "Allowed", "allow", "allowed", "tell", "withdraw", "withdraw_all"]

MOST_TITLE, MOST_WORDS = 120, 10_000
MOST_DAYS = 730
_MOST_STORIES = 20  # of one person within a year
_YEAR_DAYS = 365
_ASKED_WITHIN = timedelta(days=120)
_ASKS = ("ask-for-the-story", "ask-to-quote-them")


@dataclass(frozen=True)
class Allowed:
    """What she allows.

    Attributes:
        scope: where, and under which name.
        until: the last day.
    """

    scope: Scope
    until: date


def allowed(her: Her, places: Sequence[str], name: str, until: str) -> Allowed:
    """What she allows, as she chose it.

    Raises:
        UsageError: no place, no such place or name, or a last day that is over or further than two years away.
    """
    known = tuple(place for place in PLACES if place in places)
    if not known or len(known) != len(set(places)):
        raise UsageError(where=_("Where"), found=", ".join(places)[:80] or _("nothing"), expected=_("a place or more"))
    if name not in [one for one, _word in names(her)]:
        raise UsageError(where=_("Under which name"), found=f'"{name[:40]}"', expected=_("one that stands there"))
    last, today = day(until, _("Until")), her.desk.company.today()
    if last is None or not today <= last <= today + timedelta(days=MOST_DAYS):
        raise UsageError(
            where=_("Until"), found=until[:20] or _("nothing"), expected=_("a day that is not over, within two years")
        )
    return Allowed(Scope(known, name_of(her, name)), last)


def tell(her: Her, known: Shelf, title: str, text: str, may: Allowed | None = None) -> str:
    """Tell a story, and where it may be used; its fact_id.

    Args:
        her: who tells.
        known: what was told so far.
        title: in a few words; may be empty.
        text: the words.
        may: where it may be used; None: it is for us alone.

    Raises:
        UsageError: no words or too many, or too many stories.
    """
    subject = " ".join(words_of(_("In a few words"), title, MOST_TITLE, needed=False).split())
    words = words_of(_("Your story"), text, MOST_WORDS)
    now = datetime.now(UTC)
    recent = [one for one in known.of(her.people) if one.is_story and (now - one.at).days < _YEAR_DAYS]
    if len(recent) >= _MOST_STORIES:
        raise UsageError(
            where=_("Your story"), found=_("%(many)d of yours") % {"many": len(recent)}, expected=_("fewer in a year")
        )
    said = {"medium": "story", "subject": subject or None, "text": words, "prompted": _was_asked(her), "public": False}
    story = fact("messages", {"record_id": her.anchor, **said}, reader=READER)
    facts = [Fact("messages", story, is_version=True)]
    if may is not None:
        facts.append(_decided(her, story["fact_id"], may))
    by_themselves(her.desk.company, her.anchor, facts, action="story")
    return str(story["fact_id"])


def allow(her: Her, words: Words, may: Allowed) -> None:
    """Say where a text may be used, in the place of what she said of it before."""
    after = {"where": list(may.scope.places), "until": may.until.isoformat()}
    by_themselves(her.desk.company, her.anchor, [_decided(her, words.fact_id, may)], action="lend words", after=after)


def withdraw(her: Her, words: Words) -> None:
    """A text may be used nowhere any more."""
    by_themselves(her.desk.company, her.anchor, [_decided(her, words.fact_id, None)], action="lend words no longer")


def withdraw_all(her: Her) -> None:
    """None of her words may be used any more, also what a colleague noted."""
    row = {"kind": "quote", "value": REFUSED, "by_whom": BY_HERSELF}
    by_themselves(her.desk.company, her.anchor, [Fact("decisions", row)], action="lend no words any longer")


def _decided(her: Her, fact_id: str, may: Allowed | None) -> Fact:
    row: dict[str, Any] = {
        "kind": "quote",
        "record_id": her.anchor,
        "value": may.scope.value if may else REFUSED,
        "until": her.desk.company.end_of(may.until) if may else None,
        "by_whom": BY_HERSELF,
        "updated_at": datetime.now(UTC).replace(tzinfo=None),  # said again, it is a version of its own
    }
    return Fact("decisions", fact("decisions", row, reader=READER, source_id=of_text(fact_id)), is_version=True)


def _was_asked(her: Her) -> bool:
    """Did we ask for it, lately?"""
    let_out = Draft.objects.filter(record_id__in=her.records, action__in=_ASKS, contact_id__isnull=False)
    return bool(let_out.filter(claimed_at__gte=timezone.now() - _ASKED_WITHIN).exists())
