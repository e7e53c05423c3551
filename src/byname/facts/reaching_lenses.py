"""Files about reaching people, seen through lenses of their own: answers, consents and preferences; more of contacts.

Each stands on a column whose values only such a file has: what a mailing system says of its letters, a channel beside
a consent, a kind of wish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.facts.columns import ALL, LIKELY, MOST, Column
from byname.facts.headers import header_of
from byname.facts.lens import Lens, Seen, day, whose
from byname.facts.letters import plain
from byname.facts.meanings import Meanings, Rule, meanings_through
from byname.facts.reaching import ANSWERS, ARMS, CHANNELS, KINDS, NO_ANSWER, PURPOSES, WISHES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.facts.meanings import Test

__all__ = ["REACHING", "fill_contacts"]


def _set(*words: Mapping[str, str] | str) -> frozenset[str]:
    said: list[str] = []
    for one in words:
        said += [one] if isinstance(one, str) else one.values()
    return frozenset(word for several in said for word in several.split(", "))


def _plain(text: str) -> str:
    return plain(text.lower().replace("_", " ").replace("-", " ")).strip()


def _share(column: Column, words: frozenset[str]) -> float:
    """How many of the different values are such words."""
    return sum(_plain(one) in words for one in column.examples) / max(1, len(column.examples))


def _mostly(words: frozenset[str], share: float = MOST) -> Test:
    return lambda column: bool(column.examples) and _share(column, words) >= share


def _all(words: frozenset[str]) -> Test:
    return lambda column: bool(column.examples) and _share(column, words) == 1


_ANSWERED = _set(ANSWERS)

# ---------------------------------------------------------------------------------------------- contacts

_MORE: tuple[Rule, ...] = (
    ("action", 0.95, "action", "name"),
    ("kind", 0.95, "type", "touch campaign"),
    ("purpose", 0.95, "purpose", "consent"),
    ("goal", 0.95, "goal", "campaign"),
    ("arm", 0.95, "arm", "campaign type"),
    ("cost", 0.95, "cost", "touch unit amount"),
)
_MORE_VALUES: dict[str, Test] = {
    "kind": _mostly(_set(KINDS)),
    "purpose": _mostly(_set(PURPOSES)),
    "arm": _all(_set(ARMS)),
    "cost": lambda column: column.numeric and column.number >= ALL,
    "goal": lambda column: column.wordlike,
}


_OF_CONTACTS = (
    "contact_id customer_id email phone name given_name family_name handle date campaign channel employee team".split()
)


def fill_contacts(given: Meanings, _con: object) -> None:
    """The contact's own number apart from the customer's, and what only contacts have: arm, action, goal and so on."""
    _own_number(given)
    if not given.has("customer_id"):
        given.move("id", "customer_id")
    taken = {given.column(one).place for one in _OF_CONTACTS if given.has(one)}
    free = [column for column in given.columns if column.place not in taken]
    given.found |= meanings_through("reaching", free, _MORE, _MORE_VALUES).found
    for column in free:
        if not given.has("arm") and not column.empty and _says(column, "arm"):
            given.notes.append(
                f'"{column.name}" looks like the arms of a test, but byname does not know which of '
                f"{', '.join(column.examples[:3])} was left alone: write treated or held out."
            )


def _own_number(given: Meanings) -> None:
    """A contact's number differs in each row, and the customer's stands beside it or the e-mail repeats."""
    given.move("message_id", "contact_id")
    given.own_number("contact_id")
    if given.has("contact_id") or not given.has("customer_id"):
        return
    numbers = [given.found["customer_id"], *given.others.get("customer_id", [])]
    own = next((one for one in numbers if _says(one.column, "touch") and one.column.unique >= ALL), None)
    others = [one for one in numbers if one is not own]
    repeats = given.has("email") and given.column("email").unique < ALL
    if own is None or not (others or repeats):
        return
    given.found["contact_id"] = own
    del given.found["customer_id"]
    if others:
        given.found["customer_id"] = others[0]


def _says(column: Column, concept: str) -> bool:
    """Does the header say that, in a file of contacts?"""
    return any(concept in bag for bag in header_of(column.name, "reaching").bags)


# ----------------------------------------------------------------------------------------------- answers

_ANSWER_RULES: tuple[Rule, ...] = (
    ("answer_id", 0.97, "answer id", "event"),
    ("answer_id", 0.95, "event id", ""),
    ("contact_id", 0.99, "touch id", "message"),
    ("contact_id", 0.97, "sent id", ""),
    ("contact_id", 0.95, "message id", ""),
    ("kind", 0.99, "answer", "type event"),
    ("kind", 0.97, "event", "type name"),
    ("kind", 0.9, "type", ""),
    ("date", 1.0, "answer date", "time"),
    ("date", 0.97, "event date", "time created"),
    ("date", 0.97, "answer created", "date time"),
    ("date", 0.96, "date", "time"),
    ("date", 0.9, "created", "date time"),
    ("date", 0.7, "time", ""),
)


def _is_answers(seen: Seen) -> bool:
    """What came back on a letter or a call, told by words that hardly anything else uses."""
    given, base = seen.given, seen.base
    if not given.has("kind") or not (given.has("contact_id") or seen.who):
        return False
    if base.has("order_id", "quantity", "amount") or (base.has("text") and base.column("text").sentences):
        return False
    return _share(given.column("kind"), _ANSWERED) > 0 and given.has("date", "contact_id")


def _fill_answers(given: Meanings, _con: object) -> None:
    given.own_number("answer_id")
    whose(given)


# --------------------------------------------------------------------------------- consents and wishes

_CONSENT_WORDS = frozenset(
    (
        "given yes true 1 granted confirmed active subscribed withdrawn revoked unsubscribed no false 0 pending "
        "unknown suppressed ja nein oui non si nee"
    ).split()
) | {"opted in", "opt in", "opted out", "opt out", "not given", "not subscribed", "never subscribed", "not opted in"}
_CHANNELS = _set(CHANNELS)
_CONSENT_RULES: tuple[Rule, ...] = (
    ("consent_id", 0.97, "consent id", ""),
    ("state", 0.99, "consent status", "flag"),
    ("state", 0.97, "consent", "flag"),
    ("state", 0.95, "status", ""),
    ("channel", 0.97, "channel", "consent"),
    ("purpose", 0.97, "purpose", "consent"),
    ("wording", 0.95, "wording", "consent"),
    ("date", 1.0, "consent date", "time created updated"),
    ("date", 0.96, "date", "time"),
    ("date", 0.9, "created", "date time"),
    ("date", 0.9, "updated", "date time created"),
    ("by_whom", 0.95, "by", ""),
)


def _is_consents(seen: Seen) -> bool:
    """A channel and whether somebody may be reached by it, on each row."""
    given, base = seen.given, seen.base
    return given.has("state") and given.has("channel") and seen.who and not base.has("campaign", "order_id", "text")


def _fill_consents(given: Meanings, _con: object) -> None:
    given.own_number("consent_id")
    whose(given)


_WISH_RULES: tuple[Rule, ...] = (
    ("preference_id", 0.97, "wish id", ""),
    ("kind", 0.99, "wish type", ""),
    ("kind", 0.97, "type", ""),
    ("kind", 0.95, "wish", ""),
    ("value", 0.97, "value", "wish"),
    ("value", 0.9, "wish", ""),
    ("date", 0.96, "date", "time"),
    ("date", 0.9, "created", "date time"),
    ("date", 0.9, "updated", "date time created"),
    ("until", 0.97, "due", "date time"),
    ("by_whom", 0.95, "by", ""),
)


def _is_preferences(seen: Seen) -> bool:
    """A kind of wish and what exactly is wished, on each row."""
    given, base = seen.given, seen.base
    return given.has("kind") and given.has("value") and seen.who and not base.has("campaign", "order_id", "quantity")


def _fill_preferences(given: Meanings, _con: object) -> None:
    given.own_number("preference_id")
    whose(given)


def _short(column: Column) -> bool:
    return column.textual


REACHING = (
    Lens(
        "answers",
        "answers",
        _ANSWER_RULES,
        _is_answers,
        _fill_answers,
        {
            "kind": _mostly(_ANSWERED | _set(NO_ANSWER)),
            "contact_id": lambda column: column.id_like,
            "answer_id": lambda column: column.id_like,
        },
    ),
    Lens(
        "consents",
        "consents",
        _CONSENT_RULES,
        _is_consents,
        _fill_consents,
        {
            "state": _all(_CONSENT_WORDS),
            "channel": _mostly(_CHANNELS, LIKELY),
            "purpose": lambda column: column.wordlike,
            "wording": lambda column: column.wordlike,
            "date": day,
            "by_whom": lambda column: column.wordlike,
        },
    ),
    Lens(
        "preferences",
        "preferences",
        _WISH_RULES,
        _is_preferences,
        _fill_preferences,
        {
            "kind": _mostly(_set(WISHES)),
            "value": _short,
            "until": day,
            "date": day,
            "by_whom": lambda column: column.wordlike,
        },
    ),
)
