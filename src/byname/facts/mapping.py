"""What the columns of a file mean: what may be said of files of each kind, and what must be."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from byname.facts.letters import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Table

__all__ = ["KINDS", "MEANINGS", "PERIODS", "WHO", "Mapping", "missing", "normalised", "signature"]

_PERSON = {
    "customer_id": "the customer's number in this system",
    "email": "e-mail",
    "phone": "phone",
    "name": "whole name; two columns are joined",
    "given_name": "first name",
    "family_name": "last name",
    "handle": "user name on a public site",
    "birth_date": "date of birth",
    "street": "street and number",
    "city": "town",
    "postcode": "postal code",
    "country": "country",
    "company": "company",
    "language": "language",
}
_ABOUT_ORDER = {
    "currency": "ISO code, where a column says it",
    "channel": "web, till, phone, …",
    "employee": "who served",
    "status": "paid, cancelled, …",
}
MEANINGS: Table[str, Table[str, str]] = MappingProxyType(
    {
        "people": _PERSON
        | {
            "personal_number": "number of a state or an insurer; only a keyed fingerprint of it is kept",
            "loyalty_number": "number of a loyalty card or an account",
            "owner": "the employee who looks after this person",
            "created_at": "since when the person is in this system",
            "updated_at": "when this row last changed",
            "consent": "may we write? (yes, no, subscribed, …)",
            "opted_out": "has said that we may not write (yes, no)",
            "referrer_id": "number of the customer who brought this one",
            "referrer_email": "e-mail of the customer who brought this one",
            "extra": "columns that are kept beside the person as they are",
        },
        "orders": {
            "order_id": "order, invoice or receipt number",
            "date": "when; a date and a time column are joined",
            "amount": "what was paid",
            "quantity": "how many (lines)",
            "price": "price of one (lines)",
            "product_id": "product's number",
            "product": "product's name",
            "discount": "what was taken off",
            "margin": "what was earned",
            "refunded": "what was given back of this order",
            "type": "sale or return (see return_values)",
            "updated_at": "when this row last changed",
        }
        | _ABOUT_ORDER
        | _PERSON,
        "messages": {
            "message_id": "number of the ticket, review, …",
            "date": "when",
            "text": "the words; several columns are joined",
            "subject": "title",
            "score": "a rating that came with it (see scale)",
            "channel": "mail, phone, web, …",
            "thread": "the conversation's number",
            "in_reply_to": "number of the message that it answers",
            "helpful": "votes that it helped",
            "answer": "our answer's words",
            "answered_at": "our first answer",
            "status": "open, solved, …",
            "employee": "who answered",
            "about": "product or order that it is about",
            "brands": "how many brands the person uses; the score is our rank among them (scale rank)",
            "updated_at": "when this row last changed",
        }
        | _PERSON,
        "ratings": {
            "message_id": "number of the answer",
            "date": "when",
            "score": "the score (see scale)",
            "about": "product, employee or ticket that it is about",
            "brands": "how many brands the person uses; the score is our rank among them (scale rank)",
            "updated_at": "when this row last changed",
        }
        | _PERSON,
        "contacts": {
            "contact_id": "number of the sending or call",
            "date": "when",
            "campaign": "the sending's name",
            "action": "the playbook's action",
            "channel": "email, phone, visit, letter, …",
            "kind": "ask, give, thank, news, service",
            "team": "sales, marketing, …",
            "employee": "who",
            "purpose": "what the consent for it must be for: marketing, feedback, …",
            "goal": "what it was for",
            "arm": "treated or held out (control): those held out were not contacted, so that the rest can be compared",
            "cost": "what it cost, in the company's currency",
        }
        | _PERSON,
        "referrals": {
            "referral_id": "number of the referral",
            "date": "when",
            "referrer_id": "number of the customer who brought somebody",
            "referrer_email": "e-mail of the one who brought somebody",
            "referrer_name": "name of the one who brought somebody",
            "referred_id": "number of the customer who was brought",
            "referred_email": "e-mail of the one who was brought",
            "referred_name": "name of the one who was brought",
        },
        "subscriptions": {
            "subscription_id": "number of the subscription or contract",
            "started_at": "first day",
            "ended_at": "last day; blank while it runs",
            "plan": "what was subscribed to",
            "price": "price of one period",
            "quantity": "how many at that price (seats); the price is multiplied by it",
            "currency": "ISO code, where a column says it",
            "period": "monthly, yearly, 3 months, a number of days, …; a number and its unit are joined",
            "status": "active, cancelled, …",
            "updated_at": "when this row last changed",
        }
        | _PERSON,
        "ideas": {
            "idea_id": "the idea's number",
            "date": "when it was suggested",
            "title": "in a few words",
            "text": "the whole",
            "status": "open, planned, shipped, declined, or a word for one of them",
            "shipped_at": "when it was put to use",
            "updated_at": "when this row last changed",
        }
        | _PERSON,
        "votes": {
            "vote_id": "the vote's number",
            "idea_id": "the idea's number",
            "date": "when",
            "weight": "1 or up for, -1 or down against, or another weight; 1 if there is no column",
        }
        | _PERSON,
        "usage": {
            "event_id": "the event's number",
            "date": "when; a date and a time column are joined",
            "event": "what was done",
            "properties": "columns that are kept as its details, as JSON",
        }
        | _PERSON,
        "promises": {
            "promise_id": "the promise's number",
            "date": "when it was promised",
            "what": "what we said we would do",
            "due_at": "by when",
            "kept_at": "when it was kept; blank while it is not",
            "employee": "who promised",
            "updated_at": "when this row last changed",
        }
        | _PERSON,
        "answers": {
            "answer_id": "the answer's number",
            "contact_id": "number of the sending or call that it answers, as the file of contacts has it",
            "date": "when",
            "kind": "opened, clicked, replied, bought, unsubscribed, complained, bounced, or a word for one of them",
        }
        | _PERSON,
        "consents": {
            "consent_id": "the consent's number",
            "date": "when it was said",
            "channel": "email, sms, phone, whatsapp, letter",
            "purpose": "marketing, feedback, …; marketing if there is no column",
            "state": "given, withdrawn, not given, or a word for one of them",
            "wording": "the words that were agreed to",
            "by_whom": "the person, an employee, or the system that says so",
        }
        | _PERSON,
        "preferences": {
            "preference_id": "the preference's number",
            "date": "when it was said",
            "kind": "pace, channel, quiet, topic, dislike, line, objection, restriction, term",
            "value": "what exactly: once a month, no phone, not on Mondays, …",
            "until": "until when; blank for ever",
            "by_whom": "the person or an employee",
        }
        | _PERSON,
    }
)
KINDS = tuple(MEANINGS)
PERIODS: Table[str, int] = MappingProxyType(
    {"day": 1, "week": 7, "month": 30, "quarter": 91, "half year": 183, "year": 365}
)
WHO = ("customer_id", "email", "phone", "name", "given_name", "family_name", "handle")

# What a file of each kind cannot do without: of each group, at least one (or all of an inner tuple).
_NEEDED: dict[str, tuple[tuple[str | tuple[str, ...], ...], ...]] = {
    "people": (WHO,),
    "orders": (("date",), ("amount", "price", ("quantity", "price"))),
    "messages": (("text", "subject", "about"),),
    "ratings": (("score",),),
    "contacts": (("customer_id", "email", "phone", "name"), ("date", "campaign")),
    "referrals": (
        ("referrer_id", "referrer_email", "referrer_name"),
        ("referred_id", "referred_email", "referred_name"),
    ),
    "subscriptions": (("started_at",), ("plan", "price", "subscription_id")),
    "ideas": (("title", "text"),),
    "votes": (("idea_id",), ("customer_id", "email", "phone", "name", "handle")),
    "usage": (("event",), ("date",)),
    "promises": (("what",), ("due_at", "kept_at", "date")),
    "answers": (("kind",), ("contact_id", "customer_id", "email", "phone", "name")),
    "consents": (("state",), ("customer_id", "email", "phone", "name")),
    "preferences": (("kind",), ("customer_id", "email", "phone", "name")),
}

_SIGNATURE_DIGITS = 8


@dataclass(frozen=True)
class Mapping:
    """What the columns of one header mean.

    Args:
        kind: one of `KINDS`; empty while nobody has decided it.
        columns: meaning (a key of `MEANINGS[kind]`) → the file's columns, joined where there are several.
        header: every column of the file that it was made for.
        made_for: that file's name.
        source: the system; files of one source and account share their customers' ids.
        rows: orders: a row is one of "orders"; one of its "lines"; or lines whose "first line" alone has the rest.
        amount_per: orders: the amount is that of the "line", or that of the "order" on each of its lines.
        minor_units: orders and subscriptions: the amount or price counts cents.
        currency: of all amounts, where no column says it.
        date_order: "dmy" or "mdy", where the values do not decide.
        zone: where clocks stood; the company's zone if empty.
        medium: messages: what they are.
        scale: messages and ratings: what the score counts.
        score_from: lowest and highest score, where they are not the scale's own.
        score_words: the scores are words: "five stars", "good".
        period: subscriptions: of all prices, where no column says it: "month", "year", …
        channel: contacts and consents: how, where no column says it.
        campaign: contacts: the sending's name, where no column says it.
        return_values: orders: the values of `type` that mean goods or money given back.
        nobody: values of customer_id and name that stand for no customer.
        nothing: words that stand for an empty cell.
        confidence: 0 to 1; 1 once a person has kept it.
        why: column → what spoke for its meaning.
        notes: what a person should look at.
    """

    kind: str
    columns: Table[str, tuple[str, ...]]
    header: tuple[str, ...]
    made_for: str = ""
    source: str = "generic"
    rows: str = ""
    amount_per: str = ""
    minor_units: bool = False
    currency: str = ""
    date_order: str = ""
    zone: str = ""
    medium: str = ""
    scale: str = ""
    score_from: tuple[float, ...] = ()
    score_words: bool = False
    period: str = ""
    channel: str = ""
    campaign: str = ""
    return_values: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    confidence: float = field(default=1.0, compare=False)
    why: Table[str, str] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that mean nothing to byname."""
        used = {column for columns in self.columns.values() for column in columns}
        return tuple(column for column in self.header if column not in used)

    @property
    def signature(self) -> str:
        """Eight hexadecimal digits of the header, whatever its order and spelling."""
        return signature(self.header)

    @property
    def file_name(self) -> str:
        """Where the mapping is kept: orders-1f0c9a27.toml."""
        stem = re.sub(r"[^a-z0-9]+", "-", plain(self.made_for.rsplit(".", 1)[0]).lower()).strip("-")
        return f"{stem[:40].strip('-') or self.kind or 'file'}-{self.signature}.toml"


def normalised(column: str) -> str:
    """A column's name without case, marks, blanks and punctuation; the name itself if nothing else is left."""
    return re.sub(r"[\W_]+", "", plain(column).casefold()) or column


def signature(columns: Iterable[str]) -> str:
    """Eight hexadecimal digits of a set of columns."""
    names = sorted({normalised(column) for column in columns})
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:_SIGNATURE_DIGITS]


def missing(mapping: Mapping) -> tuple[str, ...]:
    """What a file of this kind cannot do without and this mapping does not name, such as 'amount or price'."""
    if mapping.kind not in _NEEDED:
        return ("kind",)
    if mapping.scale == "rank" and not _has(mapping, "brands"):
        return ("brands (how many the person uses: a rank says nothing without it)",)
    return tuple(
        " or ".join(one if isinstance(one, str) else " and ".join(one) for one in group)
        for group in _NEEDED[mapping.kind]
        if not any(_has(mapping, one) for one in group)
    )


def _has(mapping: Mapping, meaning: str | tuple[str, ...]) -> bool:
    return all(one in mapping.columns for one in ((meaning,) if isinstance(meaning, str) else meaning))
