"""Files about reaching people: contacts with their lots, answers, consents and wishes, as other systems write them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from byname.errors import UnreadableFile
from byname.facts.generic import Mapping

from .generic_case import Case, Given, guessed, table_of, taken

CRM = "Contact ID,Recipient e-mail,Sent at,Campaign,Action,Channel,Kind,Team,Employee,Purpose,Goal,Arm,Cost"
OF_CRM = (
    "K1,a@example.com,2026-01-02 10:00:00,A letter,thank-a-quiet-loyal,Letter,thank,Marketing,Ada Smith,marketing,stays,treated,1.20",
    "K2,b@example.com,2026-01-02 10:00:00,A letter,thank-a-quiet-loyal,Letter,thank,Marketing,Ada Smith,marketing,stays,Control,0",
    "K3,a@example.com,2026-02-02 10:00:00,A preview,preview,E-Mail,give,Product,Bob Ray,survey,buys,held-out,0",
)
CONSENTS = "Customer e-mail,Phone,Channel,Purpose,Consent,Wording,Said by,Said at"
WISHES = "Customer e-mail,Preference,Value,Until,Said by,Said at"


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - facts are UTC without saying so


def picked(given: Given, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(fact.get(column) for column in columns) for fact in given.facts[table]]


CASES = (
    Case(
        "a sending with lots, its number and its cost",
        table_of(CRM, *OF_CRM),
        "contacts",
        "contact_id=Contact_ID email=Recipient_e-mail date=Sent_at campaign=Campaign action=Action channel=Channel kind=Kind team=Team employee=Employee purpose=Purpose goal=Goal arm=Arm cost=Cost",
    ),
    Case(
        "where the customer's number stands beside it, the contact's is not taken for a customer's",
        table_of(
            "contact_id,customer_id,sent_date,campaign,treatment",
            "k1,c1,2026-01-02,Spring,test",
            "k2,c2,2026-01-02,Spring,control",
        ),
        "contacts",
        "contact_id=contact_id customer_id=customer_id arm=treatment",
    ),
    Case(
        "one contact a person: the number that each has may be the person's",
        table_of(
            "Contact ID,Email,Sent at,Campaign",
            "77,a@example.com,2026-01-02,Spring",
            "78,b@example.com,2026-01-02,Spring",
        ),
        "contacts",
        "customer_id=Contact_ID email=Email",
    ),
    Case(
        "what a mailing system says of each letter",
        table_of(
            "email,event,timestamp,sg_message_id,url",
            "a@example.com,processed,2026-01-02T10:00:00Z,m1,",
            "a@example.com,delivered,2026-01-02T10:00:05Z,m1,",
            "a@example.com,open,2026-01-02T11:00:00Z,m1,",
            "b@example.com,click,2026-01-02T11:10:00Z,m2,https://shop.example/a",
        ),
        "answers",
        "email=email kind=event date=timestamp contact_id=sg_message_id",
    ),
    Case(
        "responses by the contact's number alone",
        table_of("Contact ID,Response,Responded at", "K1,opened,2026-01-03", "K2,Bounced,2026-01-03"),
        "answers",
        "contact_id=Contact_ID kind=Response date=Responded_at",
    ),
    Case(
        "a centre of consents",
        table_of(
            CONSENTS,
            "a@example.com,+49 30 123456,sms,marketing,given,Yes to texts,customer,2026-01-02 10:00:00",
            "a@example.com,+49 30 123456,letter,marketing,withdrawn,,customer,2026-01-02 10:00:00",
        ),
        "consents",
        "email=Customer_e-mail phone=Phone channel=Channel purpose=Purpose state=Consent wording=Wording by_whom=Said_by date=Said_at",
    ),
    Case(
        "wishes of every kind",
        table_of(
            WISHES,
            "a@example.com,pace,once a month,,customer,2026-01-02",
            "a@example.com,channel,no phone,,customer,2026-01-02",
            "b@example.com,quiet hours,20-9,2026-09-01,Ada Smith,2026-01-03",
        ),
        "preferences",
        "email=Customer_e-mail kind=Preference value=Value until=Until by_whom=Said_by date=Said_at",
    ),
    Case(
        "a list of people with one box for letters stays a list of people",
        table_of(
            "Customer ID,Name,Email,Subscribed,Channel",
            "1,Ann Lee,a@example.com,yes,web",
            "2,Bob Ray,b@example.com,no,shop",
        ),
        "people",
        "customer_id=Customer_ID email=Email consent=Subscribed",
    ),
    Case(
        "orders of a campaign with what they cost stay orders",
        table_of(
            "Order ID,Email,Date,Total,Campaign",
            "1,a@example.com,2026-01-02,12.00,Spring",
            "2,b@example.com,2026-01-03,13.00,Spring",
        ),
        "orders",
        "order_id=Order_ID amount=Total email=Email",
    ),
    Case(
        "tickets that were opened are no opened letters",
        table_of(
            "Ticket,Requester email,Created at,Subject,Status",
            "1,a@example.com,2026-01-02,Where is my parcel,opened",
            "2,b@example.com,2026-01-03,Wrong bill,closed",
        ),
        "messages",
        "email=Requester_email subject=Subject status=Status",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_files_about_reaching_are_told_by_what_only_they_have(case: Case) -> None:
    case.holds()


def test_a_contact_keeps_its_lot_its_kind_and_its_cost() -> None:
    """S1.19: a goal, an owner and, with the arm, a way to know the outcome."""
    given = taken(table_of(CRM, *OF_CRM))
    assert given.refused == []
    assert picked(given, "contacts", "source_id", "arm", "action", "kind", "team", "purpose", "cost") == [
        ("K1", "treated", "thank-a-quiet-loyal", "thank", "marketing", "marketing", Decimal("1.2000")),
        ("K2", "held out", "thank-a-quiet-loyal", "thank", "marketing", "marketing", Decimal(0)),
        ("K3", "held out", "preview", "give", "product", "feedback", Decimal(0)),
    ]
    # A letter did not go to the e-mail by which the file names the person.
    assert picked(given, "contacts", "channel", "address") == [
        ("letter", None),
        ("letter", None),
        ("email", "a@example.com"),
    ]
    first, _, third = given.column("contacts", "record_id")
    assert first == third


def test_arms_without_a_known_word_are_left_out_with_a_note() -> None:
    mapping = guessed(
        table_of(
            "Recipient,Sent at,Campaign,Arm",
            "a@example.com,2026-01-02,Spring,blue",
            "b@example.com,2026-01-02,Spring,green",
        )
    )
    assert "arm" not in mapping.columns
    assert any("treated or held out" in note for note in mapping.notes)


def test_an_arm_that_nobody_knows_refuses_its_row_rather_than_count_somebody_as_reached() -> None:
    mapping = Mapping(
        kind="contacts",
        columns={"email": ("To",), "date": ("Day",), "arm": ("Arm",)},
        header=("To", "Day", "Arm"),
    )
    given = taken(
        table_of("To,Day,Arm", "a@example.com,2026-01-02,control", "b@example.com,2026-01-02,B"), mapping=mapping
    )
    assert picked(given, "contacts", "address", "arm") == [("a@example.com", "held out")]
    (refusal,) = given.refused
    assert (refusal.row, refusal.column, refusal.found, refusal.expected) == (
        3,
        "Arm",
        "B",
        "treated or held out (or control)",
    )


def test_answers_are_in_our_words_and_a_delivery_is_none() -> None:
    given = taken(
        table_of(
            "Contact ID,E-mail,Event,Time",
            "K1,a@example.com,delivered,2026-01-02 10:00",
            "K1,a@example.com,Open,2026-01-02 10:05",
            "K1,a@example.com,spamreport,2026-01-02 10:06",
            "K2,b@example.com,hard_bounce,2026-01-02 10:07",
        )
    )
    assert picked(given, "answers", "contact_id", "kind", "occurred_at", "address") == [
        ("K1", "opened", at(2026, 1, 2, 10, 5), "a@example.com"),
        ("K1", "complained", at(2026, 1, 2, 10, 6), "a@example.com"),
        ("K2", "bounced", at(2026, 1, 2, 10, 7), "b@example.com"),
    ]


def test_the_same_answer_in_the_next_export_is_the_same_fact() -> None:
    header = "Contact ID,Response,Responded at"
    week, month = ("K1,opened,2026-01-03",), ("K0,clicked,2026-01-01", "K1,opened,2026-01-03", "K1,opened,2026-01-04")
    first, second = (taken(table_of(header, *rows)) for rows in (week, month))
    assert first.column("answers", "fact_id")[0] == second.column("answers", "fact_id")[1]
    assert len(set(second.column("answers", "fact_id"))) == 3


def test_a_consent_names_the_address_of_its_channel_and_who_said_so() -> None:
    given = taken(
        table_of(
            CONSENTS,
            "a@example.com,+49 30 123456,text message,newsletter,yes,Yes to texts,customer,2026-01-02 10:00:00",
            "a@example.com,+49 30 123456,e-mail,marketing,Opted-out,,customer,2026-01-02 10:00:00",
            "a@example.com,+49 30 123456,post,research,no,,Ada Smith,2026-01-02 10:00:00",
        )
    )
    assert given.refused == []
    assert picked(given, "consents", "channel", "purpose", "state", "address", "by_whom") == [
        ("sms", "marketing", "given", "+49 30 123456", "person"),
        ("email", "marketing", "withdrawn", "a@example.com", "person"),
        ("letter", "feedback", "not given", None, "ada smith"),
    ]


def test_a_withdrawal_from_a_channel_that_we_do_not_know_holds_for_all_and_a_grant_for_none() -> None:
    given = taken(
        table_of(
            "Email,Channel,Purpose,Consent",
            "a@example.com,fax,marketing,withdrawn",
            "a@example.com,sms,raffles,withdrawn",
            "b@example.com,sms,marketing,given",
            "c@example.com,phone,marketing,given",
            "d@example.com,telegram,marketing,given",
        )
    )
    assert picked(given, "consents", "channel", "purpose", "state") == [
        (None, "marketing", "withdrawn"),
        ("sms", None, "withdrawn"),
        ("sms", "marketing", "given"),
        ("phone", "marketing", "given"),
        ("telegram", "marketing", "given"),
    ]


def test_a_later_answer_about_the_same_channel_is_another_fact_and_the_same_one_is_not() -> None:
    rows = ("a@example.com,,sms,marketing,given,,customer,2026-01-02", "a@example.com,,sms,marketing,withdrawn,,customer,2026-03-02")  # fmt: skip
    before, after = (taken(table_of(CONSENTS, *rows[:many])) for many in (1, 2))
    assert before.column("consents", "fact_id") == after.column("consents", "fact_id")[:1]
    assert len(set(after.column("consents", "fact_id"))) == 2


def test_wishes_are_kept_in_the_person_s_words_and_one_that_nobody_understands_is_refused() -> None:
    """S2.3, S2.6: a wish is never lost in silence."""
    mapping = guessed(
        table_of(WISHES, "a@example.com,pace,once a month,,customer,2026-01-02", "a@example.com,dislike,teapot,,,")
    )
    given = taken(
        table_of(
            WISHES,
            "a@example.com,How often,once a month,,customer,2026-01-02",
            "a@example.com,Do not disturb,not on Mondays,2026-09-01,Ada Smith,2026-01-03",
            "b@example.com,zodiac,leo,,customer,2026-01-03",
            "b@example.com,,leo,,customer,2026-01-03",
        ),
        mapping=mapping,
    )
    assert picked(given, "preferences", "kind", "value", "until", "by_whom", "occurred_at") == [
        ("pace", "once a month", None, "person", at(2026, 1, 2)),
        ("quiet", "not on Mondays", at(2026, 9, 1), "ada smith", at(2026, 1, 3)),
    ]
    assert [(refusal.row, refusal.column, refusal.found) for refusal in given.refused] == [
        (4, "Preference", "zodiac"),
        (5, "Preference", "nothing"),
    ]


def test_answers_of_which_nothing_says_whose_they_are_or_to_what_are_refused_as_a_file() -> None:
    with pytest.raises(UnreadableFile):
        guessed(table_of("event,timestamp", "open,2026-01-02T10:00:00Z", "click,2026-01-02T10:00:00Z"))
