"""Why did I get this? Goal, day, way and reason of each contact, from files and from these pages (S1.19, S2.19)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.urls import reverse

from byname.app_rows import writing
from byname.facts.own import fact
from byname.web.outreach.models import Draft, State
from tests.web.portal.test_portal_export import taken

if TYPE_CHECKING:
    from django.test import Client

    from byname.company import Company
    from byname.web.desk import Desk
    from byname.web.portal.whom import Her


def let_out(her: Her, company: Company) -> Draft:
    """A letter that the door let out, as it is recorded."""
    row = {
        "record_id": her.anchor, "team": "marketing", "employee": "Ines", "channel": "email", "action": "thank_quiet",
        "kind": "thank", "campaign": None, "purpose": "marketing", "goal": "that she knows that we saw it",
    }  # fmt: skip
    contact = fact("contacts", row, reader="byname_pages")
    with writing(company) as rows:
        assert rows is not None
        at = rows.moment()
        rows.add("contacts", [{**contact, "occurred_at": at}], at=at)
    return Draft.objects.create(
        person_id=her.person_id, record_id=her.anchor, as_of=her.desk.as_of, action="thank_quiet",
        title="A letter of thanks", team="marketing", channel="email", kind="thank", purpose="marketing",
        why="nine years a customer, and nobody ever thanked her", subject="Thank you", words="Dear Rosa, <b>nine years",
        facts=[{"name": "first_seen_on", "says": "2017", "purpose": "marketing"}], state=State.SENT,
        contact_id=contact["fact_id"],
    )  # fmt: skip


def test_a_letter_of_ours_says_who_wrote_it_why_and_on_what_it_rested(
    as_rosa: Client, rosa: Her, company: Company
) -> None:
    draft = let_out(rosa, company)
    for page in ("my-page", "my-contacts"):
        text = as_rosa.get(reverse(page)).content.decode()
        for said in (draft.title, draft.why, "Ines", "that she knows that we saw it", "first seen on"):
            assert said in text


def test_its_words_are_hers_to_take_along(as_rosa: Client, rosa: Her, company: Company) -> None:
    draft = let_out(rosa, company)
    (letter,) = json.loads(taken(as_rosa, "json"))["held"]["letters"]
    assert (letter["words"], letter["why"]) == (draft.words, draft.why)


def test_every_contact_of_a_file_is_listed_and_says_why(as_rosa: Client, rosa: Her) -> None:
    page = as_rosa.get(reverse("my-contacts"))
    reached = [row["reached"] for row in page.context["contacts"].rows]
    assert len(reached) == len({row["fact_id"] for row in rosa.links if row["role"] == "contact"})
    answers = [as_rosa.get(f"{reverse('my-contact')}?{one.row}") for one in reached[:4]]
    assert [one.status_code for one in answers] == [200] * len(answers)
    assert answers[0].context["one"].says.startswith("we wrote")


def test_nobody_asks_about_a_contact_of_another(as_rosa: Client, rosa: Her, desk: Desk) -> None:
    (other,) = desk.snapshot.query(
        "select source, account, source_id from links where role = 'contact' and person_id <> $1 limit 1",
        [rosa.person_id],
    )
    asked = {"source": other["source"], "account": other["account"], "number": other["source_id"]}
    assert as_rosa.get(reverse("my-contact"), asked).status_code == 404
    for said in ("", "' or 1=1 --", "x" * 5_000):
        assert as_rosa.get(reverse("my-contact"), dict.fromkeys(asked, said)).status_code == 404
