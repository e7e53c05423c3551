"""What goes in and comes out, as OpenAPI describes it. All instants are UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, Field

__all__ = [
    "Begun", "Contact", "Contacts", "Correction", "Erased", "Erasure", "Export", "Given", "Ideas", "Me",
    "NewIdea", "Reviews", "Said", "Stop", "Vote", "Wish", "Wishes",
]  # fmt: skip

type Typed = dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=2_000)]]
Text = Annotated[str, Field(max_length=4_000)]
Short = Annotated[str, Field(max_length=500)]
PageNumber = Annotated[int, Field(ge=1, le=10_000)]
Instant = Annotated[datetime, AfterValidator(lambda at: at if at.tzinfo else at.replace(tzinfo=UTC))]
type Status = Literal["open", "heard", "planned", "started", "shipped", "not now", "not shown"]


class Begun(Schema):
    """What speaks for the customer from now on: `Authorization: Bearer TOKEN`."""

    token: str
    seconds: int
    name: str


class Counted(Schema):
    """So many of a kind, or from a source, in words."""

    says: str
    many: int


class Held(Schema):
    """How much is held."""

    things: int
    sources: list[Counted]
    kinds: list[Counted]


class Reason(Schema):
    """A piece of evidence."""

    says: str
    at: Instant | None


class Concluded(Schema):
    """What was concluded; empty texts where nothing is."""

    standing: str
    says: str
    reasons: list[Reason]
    worth: str
    place: str


class Promise(Schema):
    """A promise, and whether it was kept."""

    what: str
    state: str
    by: str
    made_at: Instant
    due_at: Instant | None
    kept_at: Instant | None


class Detail(Schema):
    """Name, e-mail and the like, and where it came from."""

    what: str
    value: str
    source: str


class Me(Schema):
    """What is held of the customer in short, what was concluded, and what was promised."""

    name: str
    details: list[Detail]
    held: Held
    concluded: Concluded
    promises: list[Promise]
    as_of: date
    currency: str


class Used(Schema):
    """What a contact rested on, and for what its record was given."""

    name: str
    says: str
    purpose: str


class Contact(Schema):
    """One contact; `more` names one whose reason stands in a file, for /contacts/why."""

    at: Instant
    says: str
    by: str
    why: str
    goal: str
    facts: list[Used]
    source: str
    more: str


class Contacts(Schema):
    """A page of contacts, newest first; `then` is the next page, null at the end."""

    contacts: list[Contact]
    of_all: int
    then: int | None


class Holding(Schema):
    """A wish that holds; `fact_id` takes it back."""

    fact_id: str
    kind: str
    value: str | None
    until: Instant | None


class Way(Schema):
    """A channel, and what was said of it: asked, refused or nothing."""

    channel: str
    says: str
    said: str


class Consent(Schema):
    """May we, by one channel and for one purpose."""

    channel: str
    purpose: str
    says: str
    state: str
    since: Instant | None


class Choice(Schema):
    """What may be said, and in which words a page offers it."""

    value: str
    says: str


class Choices(Schema):
    """What may be said under each verb; dislike, line and topic may also be in own words."""

    pace: list[Choice]
    quiet: list[Choice]
    dislike: list[Choice]
    line: list[Choice]


class Wishes(Schema):
    """How the customer wants it."""

    channels: list[Way]
    pace: str
    wishes: list[Holding]
    consents: list[Consent]
    choices: Choices


class Wish(Schema):
    """A wish. `said` holds what the form on the page would send.

    channels: each channel "asked", "refused" or left out. pace: pace. pause: until, a day, or empty to end it. quiet:
    each time that is chosen, with any value. dislike, line, topic: choice or own. consent: channel, purpose, state
    ("given" or "withdrawn"). consent-to-nothing: nothing. take-back: fact_id, of a wish or of a stop.
    """

    verb: Literal[
        "channels", "pace", "pause", "quiet", "dislike", "line", "topic", "consent", "consent-to-nothing", "take-back"
    ]
    said: Typed = Field(default_factory=dict)


class Stop(Schema):
    """What shall stop: marketing, conclusions, or all use."""

    what: Literal["marketing", "profiling", "restriction"]


class Correction(Schema):
    """What a detail really is."""

    detail: Literal["name", "email", "phone", "address"]
    value: Short


class Said(Schema):
    """What the customer is told."""

    says: str


class Export(Schema):
    """All of it: rows by table."""

    person: str
    name: str
    as_of: date
    held: dict[str, list[dict[str, Any]]]
    concluded: dict[str, list[dict[str, Any]]]


class Erasure(Schema):
    """Everything is erased for good; the word shows that it is meant."""

    confirm: Literal["erase everything"]


class Erased(Schema):
    """The number of the receipt, which names nobody."""

    receipt: str


class Answer(Schema):
    """What a colleague answered."""

    status: Status
    text: str
    by: str
    at: Instant


class Idea(Schema):
    """An idea; others' only once a colleague has read it, and never by whom unless the author wished it."""

    number: str
    title: str
    text: str
    status: Status
    says: str
    votes: int
    is_hers: bool
    is_for: bool
    thanks: str
    answers: list[Answer]


class Ideas(Schema):
    """A page of ideas, the one most people are for first; `then` is the next page, null at the end."""

    ideas: list[Idea]
    own: list[Idea]
    of_all: int
    then: int | None


class NewIdea(Schema):
    """An idea; `anyway`: though some say much the same."""

    title: Short
    text: Text = ""
    anyway: bool = False


class Given(Schema):
    """Its number; null where nothing was written since these are alike: be for one of them, or say `anyway`."""

    number: str | None
    alike: list[Idea]


class Vote(Schema):
    """For it, or no longer."""

    is_for: bool


class Review(Schema):
    """A review of the customer's own."""

    number: str
    stars: int
    title: str
    text: str
    at: Instant
    shown_as: str
    until: Instant | None
    taken_down: str


class Reviews(Schema):
    """The customer's own reviews, newest first."""

    reviews: list[Review]
