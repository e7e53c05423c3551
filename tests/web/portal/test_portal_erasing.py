"""She asks to be forgotten: hidden at once, signed out, a run that carries it out, a receipt (S0.6; GDPR 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.test import Client
from django.urls import reverse

from byname.forgetting.order import is_number
from byname.web.portal.letters import send_way_in
from byname.web.portal.whom import her_by_record
from byname.web.work.models import Kind, Run
from byname.web.written.models import Decision
from tests.web.portal.conftest import come_in

if TYPE_CHECKING:
    from byname.company import Company
    from byname.snapshot import Snapshot
    from byname.web.desk import Desk
    from byname.web.portal.whom import Her


def test_looking_at_the_page_forgets_nobody(as_rosa: Client, rosa: Her) -> None:
    page = as_rosa.get(reverse("my-erase"))
    assert reverse("my-take") in page.content.decode()  # the export is offered first
    assert Decision.objects.count() == Run.objects.count() == 0


def test_who_asks_is_hidden_and_signed_out_and_has_a_receipt(as_rosa: Client, as_alice: Client, rosa: Her) -> None:
    answer = as_rosa.post(reverse("my-erase"))
    run = Run.objects.get()
    assert (run.kind, run.about) == (Kind.FORGET, rosa.person_id)
    assert is_number(run.result["number"])
    assert f"<strong>{run.result['number']}</strong>" in answer.content.decode()
    assert rosa.name not in answer.content.decode()
    assert as_rosa.get(reverse("my-page")).status_code == 302
    assert as_alice.get(reverse("person", args=[rosa.person_id])).status_code == 404
    (decision,) = Decision.objects.all()
    assert (decision.kind, decision.record_id, decision.by_whom) == ("erase", rosa.anchor, "person")


def test_nobody_comes_in_as_somebody_who_is_forgotten(
    as_rosa: Client, rosa: Her, company: Company, snapshot: Snapshot, letters: list[Any], desk: Desk
) -> None:
    other = come_in(Client(), rosa.anchor)
    as_rosa.post(reverse("my-erase"))
    assert other.get(reverse("my-page")).status_code == 302  # on another machine neither
    after = type(desk)(company, snapshot)
    assert her_by_record(after, rosa.anchor) is None
    send_way_in(after, rosa.email, "http://testserver")
    assert letters == []
