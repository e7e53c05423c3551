"""What she may ask of us, a form each: how, how often, about what; to stop, and to take that back.

Each is a fact in words that the next refresh reads, and holds from this moment on: what leaves the house asks for what
was written since.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.facts.own import version
from byname.plan.channels import CHANNELS
from byname.web.console.typed import day
from byname.web.outreach.suppression import lift
from byname.web.portal import words
from byname.web.portal.consenting import consents, wording
from byname.web.portal.correcting import correct
from byname.web.portal.told import Told
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.written.actions.writing import Fact, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from byname.web.portal.whom import Her

__all__ = ["STOPS", "VERBS"]

STOPS = ("marketing", "profiling", "restriction")
_MOST = 500  # letters
_MOST_OF_A_KIND = 50  # dislikes and the like: more is no wish but a flood
_FURTHEST = timedelta(days=3_650)


def _channels(her: Her, typed: Mapping[str, str]) -> str:
    """Which ways she likes, which not: one sentence about all of them, in the place of what she said before."""
    asked = [_spoken(channel) for channel in CHANNELS if typed.get(channel) == "asked"]
    refused = [f"no {_spoken(channel)}" for channel in CHANNELS if typed.get(channel) == "refused"]
    return _instead(her, "channel", Told.of(her).of_kind("channel"), ", ".join([*asked, *refused]))


def _pace(her: Her, typed: Mapping[str, str]) -> str:
    """How often."""
    wish = _chosen(_("How often"), typed.get("pace", ""), words.pace_choices())
    return _instead(her, "pace", Told.of(her).paces, wish)


def _pause(her: Her, typed: Mapping[str, str]) -> str:
    """Nothing until a day; without a day the pause ends."""
    until = day(typed.get("until", ""), _("Nothing until"))
    today = her.desk.company.today()
    if until is not None and not today < until <= today + _FURTHEST:
        raise UsageError(
            where=_("Nothing until"), found=until.isoformat(), expected=_("a day to come, within ten years")
        )
    wish = "" if until is None else f"pause until {until.isoformat()}"
    return _instead(her, "pace", Told.of(her).pauses, wish, until=until)


def _quiet(her: Her, typed: Mapping[str, str]) -> str:
    """When to be left in peace."""
    times = [value for value, _says in words.quiet_choices() if value in typed]
    return _instead(her, "quiet", Told.of(her).of_kind("quiet"), ", ".join(times))


def _dislike(her: Her, typed: Mapping[str, str]) -> str:
    """What she does not want."""
    return _one_more(her, "dislike", typed)


def _line(her: Her, typed: Mapping[str, str]) -> str:
    """What not to use, nor to talk about."""
    return _one_more(her, "line", typed)


def _topic(her: Her, typed: Mapping[str, str]) -> str:
    """What she likes to hear about."""
    return _one_more(her, "topic", typed)


def _consent(her: Her, typed: Mapping[str, str]) -> str:
    """Say yes, or take it back, by one channel and for one purpose."""
    state = _chosen(_("May we?"), typed.get("state", ""), [("given", ""), ("withdrawn", "")])
    pair = (typed.get("channel", ""), typed.get("purpose", ""))
    may = next((one for one in consents(her) if (one.channel, one.purpose) == pair), None)
    if may is None:
        raise UsageError(where=_("May we?"), found=" ".join(pair)[:80], expected=_("one that stands on your page"))
    if may.state == state:
        return _saved()
    row = {
        "channel": may.channel,
        "purpose": may.purpose,
        "state": state,
        # A yes belongs to one mailbox or number, a no to all of them.
        "address": may.address or None if state == "given" and may.channel != "letter" else None,
        "wording": wording(her, may) if state == "given" else None,
        "by_whom": BY_HERSELF,
    }
    with transaction.atomic():
        if state == "given" and may.purpose == "marketing":
            lift(may.address, may.channel)  # her own act ends that she once unsubscribed there
        _write(her, [Fact("consents", row)], "consent", {"state": state, "what": list(pair)})
    return _("Thank you. You may take it back here at any time.") if state == "given" else _("Taken back, from now on.")


def _consent_to_nothing(her: Her, _typed: Mapping[str, str]) -> str:
    """Take every yes back."""
    given = [one for one in consents(her) if one.is_given]
    rows = [
        {"channel": one.channel, "purpose": one.purpose, "state": "withdrawn", "by_whom": BY_HERSELF} for one in given
    ]
    if rows:
        _write(her, [Fact("consents", row) for row in rows], "consent", {"state": "withdrawn", "what": "all"})
    return _("Taken back, from now on.")


def _stop(her: Her, typed: Mapping[str, str]) -> str:
    """Object to marketing or to conclusions, or have her data kept and not used."""
    what = _chosen(_("What shall stop?"), typed.get("what", ""), [(one, "") for one in STOPS])
    kind, value = ("restriction", None) if what == "restriction" else ("objection", what)
    holding = Told.of(her).of_kind(kind)
    if not any(row["value"] == value for row in holding):
        _write(her, [_preference(kind, value)], kind, {"value": value})
    return _("It stops now. You may take this back here at any time.")


def _take_back(her: Her, typed: Mapping[str, str]) -> str:
    """What she asked for holds no longer."""
    rows = [row for row in Told.of(her).holding if row["fact_id"] == typed.get("fact_id", "")]
    if not rows:
        raise UsageError(where=_("Taking back"), found=_("nothing"), expected=_("one that stands on your page"))
    _write(her, _ended(rows), "wish taken back", {"kind": rows[0]["kind"], "value": rows[0]["value"]})
    return _("Taken back: it holds no longer.")


def _correct(her: Her, typed: Mapping[str, str]) -> str:
    return correct(her, typed.get("detail", ""), typed.get("value", ""))


# Verb → what is done, and the page to which it leads back.
VERBS: Mapping[str, tuple[Callable[[Her, Mapping[str, str]], str], str]] = {
    "channels": (_channels, "my-wishes"),
    "pace": (_pace, "my-wishes"),
    "pause": (_pause, "my-wishes"),
    "quiet": (_quiet, "my-wishes"),
    "dislike": (_dislike, "my-wishes"),
    "line": (_line, "my-wishes"),
    "topic": (_topic, "my-wishes"),
    "consent": (_consent, "my-wishes"),
    "consent-to-nothing": (_consent_to_nothing, "my-wishes"),
    "stop": (_stop, "my-stop"),
    "take-back": (_take_back, "my-wishes"),
    "go-on": (_take_back, "my-stop"),
    "correct": (_correct, "my-correct"),
}


def _instead(her: Her, kind: str, before: Sequence[Mapping[str, Any]], wish: str, *, until: date | None = None) -> str:
    """Put a wish in the place of others; none only ends them."""
    if [row["value"] for row in before] != ([wish] if wish else []):
        new = [_preference(kind, wish, None if until is None else her.desk.company.end_of(until))] if wish else []
        _write(her, [*_ended(before), *new], "wish", {"kind": kind, "value": wish})
    return _saved()


def _one_more(her: Her, kind: str, typed: Mapping[str, str]) -> str:
    """A wish beside others of its kind: one that was chosen, else in her own words."""
    said = words_of(_("Your wish"), typed.get("own", "") or typed.get("choice", ""), _MOST)
    holding = Told.of(her).of_kind(kind)
    if len(holding) >= _MOST_OF_A_KIND:
        raise UsageError(
            where=_("Your wish"), found=_("%(many)d already") % {"many": len(holding)}, expected=_("fewer")
        )
    if said not in [row["value"] for row in holding]:
        _write(her, [_preference(kind, said)], "wish", {"kind": kind, "value": said})
    return _saved()


def _preference(kind: str, value: str | None, until: datetime | None = None) -> Fact:
    return Fact("preferences", {"kind": kind, "value": value, "until": until, "by_whom": BY_HERSELF})


def _ended(rows: Iterable[Mapping[str, Any]]) -> list[Fact]:
    """New versions of facts, whose last moment is over."""
    now = datetime.now(UTC).replace(tzinfo=None)
    over = {"until": now - timedelta(seconds=1), "updated_at": now}
    return [Fact("preferences", version("preferences", row, **over), is_version=True) for row in rows]


def _write(her: Her, facts: Sequence[Fact], action: str, after: Any) -> None:
    by_themselves(her.desk.company, her.anchor, facts, action=action, after=after)


def _chosen(where: str, said: str, choices: Sequence[tuple[str, str]]) -> str:
    """What was chosen, if it stands among the choices.

    Raises:
        UsageError: it does not.
    """
    allowed = [value for value, _says in choices]
    if said not in allowed:
        raise UsageError(where=where, found=f'"{said[:40]}"', expected=_("one that stands on your page"))
    return said


def _spoken(channel: str) -> str:
    return channel.replace("_", " ")


def _saved() -> str:
    return _("Saved: we keep to it from now on.")
