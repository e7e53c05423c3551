"""What goes in and comes out, as OpenAPI describes it."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads them
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

__all__ = [
    "Decided", "Decision", "Decisions", "Failed", "Handled", "History", "Listed", "Merged", "People", "PerkGiven",
    "Person", "Planned", "Promised", "Recognised", "Record", "Said", "Standing", "Today", "Told", "Week",
]  # fmt: skip

Text = Annotated[str, Field(max_length=2_000)]
Short = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
Limit = Annotated[int, Field(ge=1, le=500)]
type Measure = Literal["clv", "engagement", "growth", "referrals", "risk"]
type StandingName = Literal["neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate", "unknown"]
type TeamName = Literal["sales", "marketing", "product", "service"]


class Failed(Schema):
    """What went wrong, in the parts that let one go on."""

    detail: str
    where: str = ""
    found: str = ""
    expected: str = ""
    do: str = ""


class Listed(Schema):
    """One person of a list."""

    person_id: str
    name: str
    rank: int | None
    clv: float | None
    clv_low: float | None
    clv_high: float | None
    standing: str
    owner: str | None
    reason: str
    pending: bool


class People(Schema):
    """A list of people by name; `then` is where the next page begins, null at the end."""

    people: list[Listed]
    then: str | None
    as_of: date
    currency: str


class Evidence(Schema):
    """Why somebody stands where they do."""

    fact_id: str
    kind: str
    occurred_at: datetime | None
    says: str


class Told(Schema):
    """What was written since the numbers were made."""

    kind: str
    says: str
    by: str
    at: datetime


class Person(Schema):
    """One person."""

    person_id: str
    name: str | None
    email: str | None
    phone: str | None
    city: str | None
    country: str | None
    owner: str | None
    customer_since: datetime | None
    standing: str
    since: date | None
    corrected: bool
    rank: int | None
    clv: float | None
    clv_low: float | None
    clv_high: float | None
    reasons: list[Evidence]
    promises: list[dict[str, Any]]
    planned: list[dict[str, Any]]
    stopped: list[dict[str, Any]]
    written_since: list[Told]
    as_of: date
    currency: str


class Planned(Schema):
    """One contact of the plan."""

    day: date
    team: str
    employee: str | None
    name: str
    person_id: str
    action: str
    title: str
    kind: str
    reason: str
    how: str
    words: str | None
    minutes: float
    expected_value: float
    handled: str


class Blocked(Schema):
    """How many people a rule keeps off the list."""

    rule: str
    people: int
    says: str


class Today(Schema):
    """Whom to reach today."""

    day: date | None
    delight: Planned | None
    people: list[Planned]
    blocked: list[Blocked]
    advice: list[str]
    as_of: date
    currency: str


class Capacity(Schema):
    """A team's day."""

    team: str
    day: date
    minutes: float
    used: float
    contacts: int
    price: float


class Week(Schema):
    """The plan of a week."""

    people: list[Planned]
    capacity: list[Capacity]
    gap: float | None
    as_of: date
    currency: str


class Count(Schema):
    """How many stand there."""

    standing: str
    people: int
    clv: float
    share: float | None


class Mover(Schema):
    """Who moved."""

    person_id: str
    name: str
    from_standing: str
    to_standing: str
    says: str


class Standing(Schema):
    """Where the customers stand."""

    counts: list[Count]
    movers: list[Mover]
    as_of: date
    currency: str


class Record(Schema):
    """Who stands there: what is known of them, at least one of it."""

    name: Short = ""
    email: Short = ""
    phone: Short = ""
    number: Short = Field("", description="an account or loyalty number, as space:value or the value alone")
    postcode: Short = ""
    street: Short = ""
    city: Short = ""
    birth_date: Short = ""


class Perk(Schema):
    """What is due to them."""

    title: str
    how: str
    reason: str
    words: str | None


class Granted(Schema):
    """A perk that holds for them: nobody has to ask for it. `until` null: until it is taken back."""

    perk_id: str
    what: str
    why: str
    once: bool
    until: datetime | None


class Recognised(Schema):
    """Who it most likely is. `returns` is the rule for their returns, for the employee's eyes; empty: the usual one."""

    person_id: str
    name: str
    probability: float
    why: str
    greeting: str
    hint: str
    perks: list[Perk]
    granted: list[Granted]
    returns: str


class Said(Schema):
    """Everybody whom it may be, the likeliest first; empty: somebody new, or nobody whom we show."""

    people: list[Recognised]
    as_of: date


class Note(Schema):
    """A note."""

    kind: Literal["note"]
    person_id: Id
    text: Text
    private: bool = False


class Promised(Schema):
    """A promise."""

    kind: Literal["promise"]
    person_id: Id
    what: Text
    due: date | None = None


class Assigned(Schema):
    """Who looks after them; an empty employee takes the owner away."""

    kind: Literal["owner"]
    person_id: Id
    employee: Short


class Corrected(Schema):
    """Where they truly stand; "unknown" takes a correction back."""

    kind: Literal["standing"]
    person_id: Id
    standing: Literal["neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate", "unknown"]
    why: Text


class Contacted(Schema):
    """A call or a visit that took place."""

    kind: Literal["contact"]
    person_id: Id
    channel: Literal["phone", "in_person", "letter", "email", "sms", "whatsapp"]
    contact: Literal["ask", "give", "thank", "news", "service"]
    says: Text = ""


class Handled(Schema):
    """What became of a row of the plan; "not right" needs a why."""

    kind: Literal["plan"]
    person_id: Id
    action: Id
    how: Literal["done", "not now", "not right"]
    why: Text = ""


class PerkGiven(Schema):
    """A perk of theirs was given, just now; one that is given once is over with that."""

    kind: Literal["perk given"]
    person_id: Id
    perk_id: Id


class Merged(Schema):
    """Two are one person, or two people; a person_id or a record_id each."""

    kind: Literal["merge", "apart"]
    one: Id
    other: Id
    why: Text = ""


class Undone(Schema):
    """A decision is taken back."""

    kind: Literal["undo"]
    decision_id: Id


class Decision(Schema):
    """What is decided."""

    decision: Note | Promised | Assigned | Corrected | Contacted | Handled | PerkGiven | Merged | Undone = Field(
        discriminator="kind"
    )


class Decided(Schema):
    """What was written."""

    says: str
    fact_ids: list[str]


class History(Schema):
    """One decision about who is who."""

    decision_id: str
    kind: str
    state: str
    name: str
    other_name: str
    by: str
    at: datetime
    note: str


class Decisions(Schema):
    """What was decided about who is who, oldest first."""

    decisions: list[History]
