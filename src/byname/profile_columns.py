"""The columns of `profile`: the only ones that a playbook's `whom`, its words and the gate's rules may name.

One flat row a person. `purpose` is what the records behind a column were given for: words to a person may use it only
where `[uses]` in byname.toml lets that kind of playbook. What we concluded ourselves (`inferred`) may choose people and
is never in words to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

__all__ = ["PROFILE", "Kind", "ProfileColumn", "Purpose", "arrow_schema"]

type Kind = Literal["text", "number", "integer", "flag", "date", "list"]
type Purpose = Literal["contract", "service", "feedback", "marketing", "public", "inferred"]


@dataclass(frozen=True)
class ProfileColumn:
    """One column of `profile`.

    Attributes:
        kind: text, number (double), integer (bigint), flag (boolean), date, or list (of texts).
        purpose: what the records behind it were given for; inferred: our own conclusion, never in words.
        says: what it means, with its unit.
    """

    kind: Kind
    purpose: Purpose
    says: str


PROFILE: dict[str, ProfileColumn] = {
    # who she is
    "person_id": ProfileColumn("text", "inferred", "the person"),
    "anchor": ProfileColumn("text", "inferred", "the anchor record: what facts refer to"),
    "unit": ProfileColumn(
        "text", "inferred", "company, else household, else anchor: who shares an arm of a holdout, as they talk"
    ),
    "name": ProfileColumn("text", "contract", "as records say it"),
    "first_name": ProfileColumn("text", "contract", "the given name; the whole name where there is none"),
    "city": ProfileColumn("text", "contract", "of the address"),
    "country": ProfileColumn("text", "contract", "of the address, ISO code where it can be told"),
    "language": ProfileColumn("text", "contract", "as records say, else of their words, else null"),
    "time_zone": ProfileColumn(
        "text", "inferred", "IANA zone: of the country where it has one zone, else the company's"
    ),
    "company": ProfileColumn("text", "contract", "the company for which they buy"),
    "owner": ProfileColumn("text", "inferred", "the employee who looks after them, on record"),
    "known_to": ProfileColumn(
        "text", "inferred", "the employee whom they know: owner, else who helped or sold last and most"
    ),
    "is_customer": ProfileColumn("flag", "contract", "has bought; else a prospect or a name"),
    "first_seen_on": ProfileColumn("date", "contract", "the first thing that we know of"),
    # what she is worth
    "clv": ProfileColumn("number", "inferred", "discounted margin expected within the horizon; 0 where unknown"),
    "clv_low": ProfileColumn("number", "inferred", "80% range"),
    "clv_high": ProfileColumn("number", "inferred", "80% range"),
    "expected_spend": ProfileColumn("number", "inferred", "within the horizon"),
    "expected_orders": ProfileColumn("number", "inferred", "within the horizon"),
    "p_alive": ProfileColumn("number", "inferred", "probability of still being a customer"),
    "value_at_risk": ProfileColumn("number", "inferred", "clv if surely alive times the probability of having left"),
    "rank": ProfileColumn("integer", "inferred", "1 is the highest clv"),
    "rank_share": ProfileColumn(
        "number", "inferred", "share of the people of worth who rank as high or higher: .1 is the best tenth"
    ),
    "growth": ProfileColumn("number", "inferred", "spend in the second half over the first, less 1; shrunk"),
    "headroom": ProfileColumn("number", "inferred", "what is spent elsewhere on the like"),
    "referral_value": ProfileColumn("number", "inferred", "what friends are worth who would not have come anyway"),
    "p_top_decile_year": ProfileColumn("number", "inferred", "chance of being in the top tenth of the horizon"),
    # what she bought
    "orders": ProfileColumn("integer", "contract", "purchases"),
    "spend_total": ProfileColumn("number", "contract", "what was spent, less what went back"),
    "returned_share": ProfileColumn("number", "contract", "the part that went back, shrunk to the company's own share"),
    "returns_365": ProfileColumn("integer", "contract", "returns within 365 days"),
    "returns_faulty_365": ProfileColumn(
        "integer", "contract", "of them, for a fault or a wrong thing: ours, not theirs"
    ),
    "days_since_purchase": ProfileColumn("integer", "contract", "null for who never bought"),
    "usual_gap": ProfileColumn("integer", "contract", "median days between purchases; null below three purchase days"),
    "first_year": ProfileColumn("integer", "contract", "the year of the first purchase"),
    "favourite_thing": ProfileColumn(
        "text", "contract", "the product bought most often, on two days or more; null for sensitive ones"
    ),
    "contracts": ProfileColumn("integer", "contract", "contracts that run"),
    "contract_ended_days": ProfileColumn(
        "integer", "contract", "days since the latest contract ended, none running; else null"
    ),
    # how she uses it
    "used_28": ProfileColumn("integer", "contract", "uses within 28 days"),
    "used_before": ProfileColumn("number", "contract", "uses per 28 days in the 168 days before; null without any"),
    "features": ProfileColumn("list", "contract", "what they used on two days or more within 90 days"),
    # where she stands
    "standing": ProfileColumn(
        "text", "inferred", "neutral, dissatisfied, actively_dissatisfied, loyal, advocate, unknown"
    ),
    "confidence": ProfileColumn("number", "inferred", "the largest of the five probabilities"),
    "dissatisfied": ProfileColumn("number", "inferred", "probability of unhappy and silent"),
    "actively_dissatisfied": ProfileColumn("number", "inferred", "probability of unhappy and vocal"),
    "loyal": ProfileColumn("number", "inferred", "probability"),
    "advocate": ProfileColumn("number", "inferred", "probability"),
    "feels": ProfileColumn("text", "inferred", "unhappy, content, attached, unknown"),
    "speaks": ProfileColumn("text", "inferred", "unprompted, when asked, silent, unknown"),
    "would_recommend": ProfileColumn("flag", "feedback", "the latest NPS is 9 or 10; null where never asked"),
    "does_recommend": ProfileColumn("flag", "public", "an unprompted act within 365 days that a record proves"),
    "stage": ProfileColumn("text", "inferred", "attention, interest, desire, action; null where nothing is fresh"),
    "moved_from": ProfileColumn("text", "inferred", "where they stood before"),
    "days_in_standing": ProfileColumn("integer", "inferred", "since they stand there; null where not known"),
    "fell_days": ProfileColumn(
        "integer", "inferred", "days since an alarm said that they fell; null without one within 90 days"
    ),
    "why_fell": ProfileColumn("text", "inferred", "the alarm's sentence"),
    "ask": ProfileColumn("text", "inferred", "the question that would tell where they stand"),
    "value_of_knowing": ProfileColumn("number", "inferred", "clv times how little is known"),
    # what she said
    "days_since_word": ProfileColumn("integer", "feedback", "since the latest message of any kind"),
    "open_complaints": ProfileColumn("integer", "service", "complaints without an answer, not closed"),
    "oldest_complaint_days": ProfileColumn("integer", "service", "since the oldest of them"),
    "complaint_topic": ProfileColumn("text", "service", "what it is about; null where it cannot be said"),
    "open_questions": ProfileColumn("integer", "service", "questions without an answer"),
    "oldest_question_days": ProfileColumn("integer", "service", "since the oldest of them"),
    "days_since_praise": ProfileColumn("integer", "feedback", "since the latest praise or thanks in words"),
    "praise_public": ProfileColumn("flag", "public", "the latest praise can be read by anybody"),
    "praised_employee": ProfileColumn("text", "feedback", "whom they praised by name within 180 days"),
    "threatened_days": ProfileColumn("integer", "service", "since they spoke of leaving"),
    "last_nps": ProfileColumn("integer", "feedback", "0 to 10"),
    "rated_days": ProfileColumn("integer", "feedback", "since the latest rating of any scale"),
    "rated_low": ProfileColumn(
        "flag", "feedback", "the latest rating is in the lower half and there were no words with it"
    ),
    "hard_days": ProfileColumn("integer", "feedback", "since they said that we made it hard; null beyond 91"),
    "testimonial": ProfileColumn(
        "text", "feedback", "permitted, expired, ask: the state of their best praise; else null"
    ),
    # what went wrong, what we promised
    "incidents_open": ProfileColumn(
        "integer", "service", "things that went wrong within 180 days without an end on record"
    ),
    "incident": ProfileColumn(
        "text", "service", "the latest of them: late delivery, broken promise, wrong bill, faulty product, outage, …"
    ),
    "incident_days": ProfileColumn("integer", "service", "since it happened"),
    "incident_severity": ProfileColumn("integer", "service", "1 to 3"),
    "settled_days": ProfileColumn(
        "integer", "service", "since the latest that was put right was put right; null beyond 180"
    ),
    "promises_open": ProfileColumn("integer", "service", "promises not yet due or kept"),
    "promises_broken": ProfileColumn("integer", "service", "promises past their day and not kept"),
    "promise": ProfileColumn("text", "service", "the oldest broken promise, else the next open one"),
    "promise_due_days": ProfileColumn("integer", "service", "days until it is due; negative: past"),
    "promised_by": ProfileColumn("text", "service", "who promised"),
    # what she gave
    "referrals": ProfileColumn("integer", "marketing", "friends brought"),
    "referral_days": ProfileColumn("integer", "marketing", "since the latest friend came"),
    "referral_unthanked": ProfileColumn("flag", "marketing", "a friend came and no thanks went out since"),
    "ideas": ProfileColumn("integer", "feedback", "ideas that they had"),
    "idea_shipped": ProfileColumn("text", "feedback", "title of their idea that was put to use and not thanked since"),
    "idea_shipped_days": ProfileColumn("integer", "feedback", "since it was put to use"),
    "answers_given": ProfileColumn("integer", "public", "other customers' questions that they answered"),
    "community_score": ProfileColumn("number", "inferred", "points of ours for acts among customers"),
    # what we did
    "contacts_7": ProfileColumn(
        "integer", "contract", "contacts of every team, channel and tool within 7 days, service apart"
    ),
    "contacts_window": ProfileColumn("integer", "contract", "likewise within [plan] days"),
    "contacts_365": ProfileColumn("integer", "contract", "likewise within 365 days"),
    "days_since_contact": ProfileColumn("integer", "contract", "since the latest contact of any kind, service too"),
    "asks_365": ProfileColumn("integer", "contract", "what we asked of them within 365 days"),
    "gives_365": ProfileColumn("integer", "contract", "what we gave: gifts, previews, thanks, within 365 days"),
    "days_since_asked": ProfileColumn("integer", "contract", "since the latest ask"),
    "days_since_thanked": ProfileColumn("integer", "contract", "since the latest thanks; null: never"),
    "days_since_given": ProfileColumn("integer", "contract", "since the latest gift or thanks; null: never"),
    "opened_share": ProfileColumn(
        "number", "marketing", "contacts that they opened, clicked, answered or followed, shrunk; null without any"
    ),
    "replies_365": ProfileColumn("integer", "marketing", "answers in words to our contacts within 365 days"),
    "unsubscribed_days": ProfileColumn("integer", "marketing", "since they unsubscribed or withdrew; null: never"),
    "too_much": ProfileColumn("flag", "inferred", "early signs of too much contact: see docs/reach_and_pace.md"),
    "neglected": ProfileColumn(
        "flag", "inferred", "of the best, and no thanks, gift or service within [plan] neglect_days"
    ),
    "coming_occasion": ProfileColumn(
        "text", "contract", "years with us, in whole years, within the next 7 days; else null"
    ),
}


def arrow_schema(kinds: Mapping[str, str]) -> pa.Schema:
    """Columns and their kinds as every engine holds them."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "number": pa.float64(),
        "integer": pa.int64(),
        "flag": pa.bool_(),
        "date": pa.date32(),
        "list": pa.list_(pa.string()),
    }
    return pa.schema([(name, types[kind]) for name, kind in kinds.items()])
