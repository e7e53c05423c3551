"""Files of the rarer kinds: ideas, votes, promises, subscriptions, usage, and ranks among brands."""

from __future__ import annotations

import re

from byname.facts.clauses import AGAINST, FOR, IDEA_STATUSES
from byname.facts.columns import ALL, LIKELY, MOST, Column
from byname.facts.contracts import SUBSCRIPTIONS
from byname.facts.lens import ON, Lens, Seen, bags_of, day, end_day, joined, nearly_days, whose, words
from byname.facts.letters import plain
from byname.facts.meanings import Candidate, Meanings, Rule, meanings_through
from byname.facts.reaching_lenses import REACHING

__all__ = ["LENSES", "rank_among_brands"]

# ------------------------------------------------------------------------------------------ ideas and votes

_EVERY_STATUS = frozenset(word for words in IDEA_STATUSES.values() for word in words.split(", "))
# Words that boards of ideas use, and hardly anybody else.
_STATUS_OF_IDEAS = frozenset(
    (
        "under review,under consideration,gathering feedback,gathering interest,planned,shipped,not planned,declined,"
        "geplant,nicht geplant,abgelehnt,planifie,prevu,refuse,planificado,rechazado,pianificato,rifiutato,gepland,"
        "afgewezen"
    ).split(",")
)

_IDEAS: tuple[Rule, ...] = (
    ("idea_id", 0.97, "idea id", ""),
    ("idea_id", 0.7, "idea", ""),
    ("title", 1.0, "subject", "idea"),
    ("title", 0.95, "idea name", ""),
    ("title", 0.9, "idea", ""),
    ("text", 1.0, "body", "idea"),
    ("status", 0.95, "status", "idea"),
    ("shipped_at", 0.95, "shipped", f"{ON} idea"),
    ("votes", 0.9, "vote", "count idea total score id"),
    ("date", 0.95, "date", "idea time created"),
    ("date", 0.9, "created", "idea date time"),
)


def _is_ideas(seen: Seen) -> bool:
    """A title, and words or statuses that only ideas have; comments on ideas and surveys that ask for one are none."""
    given, base = seen.given, seen.base
    if base.has("order_id", "quantity", "campaign", "serial") or not given.has("title"):
        return False
    if given.has("idea_id") and given.column("idea_id").unique < ALL:
        return False
    named = "idea" in seen.file or joined(given, "idea")
    if named and given.has("status", "votes", "shipped_at", "idea_id"):
        return True
    return given.has("votes") and given.has("status") and _statuses_of_ideas(given.column("status"))


def _statuses_of_ideas(column: Column) -> bool:
    said = {re.sub("[_-]", " ", plain(example.lower())) for example in column.examples}
    return said <= _EVERY_STATUS and bool(said & _STATUS_OF_IDEAS)


def _fill_ideas(given: Meanings, _con: object) -> None:
    given.own_number("idea_id")
    whose(given)
    if given.has("votes"):
        given.notes.append(
            f'"{given.column("votes").name}" counts votes and does not say whose they are: it was left out. A file '
            "with a row for each vote gives votes."
        )
        del given.found["votes"]
    unknown = _unknown_statuses(given)
    if unknown:
        given.notes.append(
            f"The status {', '.join(unknown)} stays as it is: it is none of open, planned, shipped, declined."
        )


def _unknown_statuses(given: Meanings) -> list[str]:
    examples = given.column("status").examples if given.has("status") else ()
    return [one for one in examples if re.sub("[_-]", " ", plain(one.lower())) not in _EVERY_STATUS]


_VOTES: tuple[Rule, ...] = (
    ("vote_id", 0.95, "vote id", ""),
    ("idea_id", 0.97, "idea id", ""),
    ("idea_id", 0.9, "idea", ""),
    ("title", 0.95, "subject", "idea"),
    ("title", 0.9, "idea name", ""),
    ("weight", 0.95, "weight", "vote"),
    ("weight", 0.85, "vote", "type amount"),
    ("date", 0.95, "date", "vote time created"),
    ("date", 0.9, "created", "vote date time"),
)
_HEAVIEST = 100


def _is_weight(column: Column) -> bool:
    if column.numeric:
        return column.lowest >= -_HEAVIEST and column.highest <= _HEAVIEST
    return all(example.lower() in (*FOR, *AGAINST) for example in column.examples)


def _is_votes(seen: Seen) -> bool:
    """Somebody and an idea's number on each row, and a word about voting; words of her own make it a comment."""
    given, base = seen.given, seen.base
    if not given.has("idea_id") or not seen.who or base.has("order_id", "campaign"):
        return False
    if base.has("text") and base.column("text").sentences:
        return False
    if given.has("title") and given.column("idea_id").unique >= ALL and given.column("idea_id").filled > 1:
        return False
    return "vote" in seen.file or given.says("vote")


def _fill_votes(given: Meanings, _con: object) -> None:
    given.own_number("vote_id")
    whose(given)


# ------------------------------------------------------------------------------------------------- usage

_USAGE: tuple[Rule, ...] = (
    ("event", 1.0, "event name", ""),
    ("event", 0.97, "event type", ""),
    ("event", 0.95, "event", ""),
    ("event_id", 0.95, "event id", ""),
    ("date", 1.0, "event date", "time created"),
    ("date", 1.0, "event time", "created"),
    ("date", 0.96, "date", "time"),
    ("date", 0.9, "created", "date time"),
    ("date", 0.7, "time", ""),
)
# What a mailing system says of its letters: answers to contacts, and nothing that somebody did with a product.
_OF_MAIL = frozenset(
    "delivered open opened click clicked bounce bounced processed dropped deferred unsubscribe unsubscribed spamreport "
    "sent complained complaint".split()
)
_BOUGHT = re.compile(r"purchase|order|checkout.?complete|payment|bought|kauf|achat|compra", re.IGNORECASE)
_MOST_WORDS = 6
# Whatever may say where somebody is or how to reach him is no detail of an event.
_NO_DETAIL = frozenset(
    "email phone fax street house city postcode birth given family national secret sender recipient".split()
)
_CLOCK = re.compile(r"\d:\d|\d{9}")


def _is_event(column: Column) -> bool:
    return column.wordlike and column.words <= _MOST_WORDS and column.email < LIKELY and not column.nested


def _is_usage(seen: Seen) -> bool:
    """Something done by somebody at a time of day: a day alone may be that of a concert that he went to."""
    given, base = seen.given, seen.base
    if not (given.has("event") and given.has("date") and seen.who) or seen.kind in (
        "contacts",
        "referrals",
        "messages",
    ):
        return False
    if base.has("order_id", "employee", "owner", "campaign") or given.says("sensor"):
        return False
    event = given.column("event")
    mail = sum(example.lower().replace(" ", "") in _OF_MAIL for example in event.examples)
    if 2 * mail > len(event.examples):
        return False
    days = [given.found["date"], *given.others.get("date", [])]
    clocked = next((one for one in days if all(_CLOCK.search(example) for example in one.column.examples)), None)
    if clocked:
        given.found["date"] = clocked
    return (clocked is not None or given.has("time")) and ("event" in seen.file or given.says("event"))


def _fill_usage(given: Meanings, _con: object) -> None:
    given.own_number("event_id")
    whose(given)
    used = {one.column.place for one in given.found.values()}
    details: list[Column] = []
    nested: list[Column] = []
    for column in given.columns:
        said = {concept for bag in column.header.bags for concept in bag}
        reaches = column.email >= LIKELY or (column.phone >= LIKELY and column.number < LIKELY)
        named = "handle" in said or ("name" in said and said <= {"name", "customer"})
        if column.place in used or column.empty or said & _NO_DETAIL or named or reaches:
            continue
        (nested if column.nested else details).append(column)
    if details:
        given.lists["properties"] = details
    if nested:
        names = ", ".join(f'"{column.name}"' for column in nested)
        given.notes.append(f"{names} hold nested JSON, in which an address or a place may hide: they were left out.")
    if any(_BOUGHT.search(example) for example in given.column("event").examples):
        given.notes.append("An event that is a purchase stays an event: orders need a file of their own.")


# ---------------------------------------------------------------------------------------------- promises

_PROMISES: tuple[Rule, ...] = (
    ("promise_id", 0.97, "promise id", ""),
    ("what", 1.0, "promise", "body subject"),
    ("what", 0.9, "body", ""),
    ("what", 0.88, "subject", ""),
    ("due_at", 1.0, "due", "date time promise"),
    ("kept_at", 1.0, "kept", "date time promise"),
    ("date", 0.97, "promise date", "time created"),
    ("date", 0.95, "date", "time"),
    ("date", 0.9, "created", "date time promise"),
    ("date", 0.85, "promise", ""),
    ("employee", 0.97, "employee", "name"),
)


def _is_promises(seen: Seen) -> bool:
    """What was promised to whom, and by when or when it was kept; a promised day of delivery is part of an order."""
    given, base = seen.given, seen.base
    if not (given.has("what") and given.has("due_at", "kept_at") and seen.who):
        return False
    if base.has("order_id", "quantity", "amount", "price"):
        return False
    return "promise" in seen.file or "promise" in bags_of(given, "what") or given.has("promise_id")


def _fill_promises(given: Meanings, _con: object) -> None:
    given.own_number("promise_id")
    whose(given)


# ------------------------------------------------------------------------------------- rank among brands

_WALLET: tuple[Rule, ...] = (
    ("score", 1.0, "rank own", "brand used"),
    ("score", 0.9, "rank brand", ""),
    ("brands", 1.0, "brand count", "used customer"),
    ("brands", 0.95, "brand used", "customer"),
    ("brands", 0.8, "brand", ""),
)
_MOST_BRANDS = 50


def _is_rank(column: Column) -> bool:
    whole = column.number >= MOST and column.decimals < 1 - MOST and column.separated < LIKELY
    return whole and column.highest <= _MOST_BRANDS


def rank_among_brands(kind: str, base: Meanings) -> str:
    """A survey of wallets: our brand's rank among those that the person uses, and how many they are; gives the kind."""
    values = {"score": _is_rank, "brands": _is_rank}
    given = meanings_through("wallet", base.columns, _WALLET, values)
    if not (given.has("score") and given.has("brands")) or kind not in ("", "people", "ratings", "messages"):
        return kind
    if base.has("score") or base.has("street", "birth_date", "order_id"):
        base.notes.append(
            f'"{given.column("score").name}" looks like a rank among brands. A file gives one score: to have the rank, '
            'set scale = "rank" and map it to score, and the number of brands to brands.'
        )
        return kind
    places = {given.column(one).place for one in ("score", "brands")}
    base.found = {meaning: one for meaning, one in base.found.items() if one.column.place not in places}
    for meaning in ("score", "brands"):
        base.found[meaning] = Candidate(meaning, given.score(meaning), given.column(meaning))
    return "messages" if kind == "messages" else "ratings"


# ------------------------------------------------------------------------------------------------- lenses

LENSES = (
    *REACHING,
    Lens("votes", "votes", _VOTES, _is_votes, _fill_votes, {"weight": _is_weight, "title": words}),
    Lens(
        "ideas",
        "ideas",
        _IDEAS,
        _is_ideas,
        _fill_ideas,
        {"title": words, "text": words, "shipped_at": day, "votes": lambda column: column.numeric},
    ),
    Lens(
        "promises",
        "promises",
        _PROMISES,
        _is_promises,
        _fill_promises,
        {"what": words, "due_at": nearly_days, "kept_at": end_day},
    ),
    SUBSCRIPTIONS,
    Lens(
        "usage",
        "usage",
        _USAGE,
        _is_usage,
        _fill_usage,
        {"event": _is_event, "event_id": lambda column: column.id_like},
        tuple("id customer_id email phone name given_name family_name handle time".split()),
    ),
)
