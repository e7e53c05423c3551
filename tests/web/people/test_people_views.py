"""Questions kept under a name: one's own, and those shared with the team (S2.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from byname.web.accounts.models import Entry
from byname.web.console.models import SavedView
from tests.web.conftest import signed_in

if TYPE_CHECKING:
    from django.test import Client

    from byname.web.accounts.models import Account


def keep(client: Client, name: str, query: str = "standing=loyal", **more: str) -> str:
    """Keep a view; the page after it."""
    return client.post(
        reverse("people_keep_view"), {"name": name, "query": query, **more}, follow=True
    ).content.decode()


def listed(client: Client) -> str:
    """The names of the views that somebody sees."""
    page = client.get(reverse("people")).content.decode()
    return page.partition('<nav class="views"')[2].partition("</nav>")[0]


def test_a_view_leads_back_to_the_same_question(as_bob: Client) -> None:
    assert "Kept as" in keep(as_bob, "Quiet loyal", "standing=loyal&top=10&by=risk")
    view = SavedView.objects.get()
    assert view.query == "by=risk&standing=loyal&top=10"
    answer = as_bob.get(f"{reverse('people')}?{view.query}")
    assert (answer.context["asked"].standing, answer.context["asked"].top) == ("loyal", "10")
    assert "Quiet loyal" in listed(as_bob)
    assert Entry.objects.filter(action="view saved", by="bob@kettle.test").count() == 1


def test_a_shared_view_is_the_teams_and_an_own_one_nobody_elses(
    as_bob: Client, as_rita: Client, sam: Account, as_alice: Client
) -> None:
    keep(as_bob, "Mine alone")
    keep(as_bob, "Ours", shared="on")
    assert "Ours" in listed(as_rita)
    assert "Mine alone" not in listed(as_rita)
    assert "Ours" not in listed(signed_in(sam))
    assert "Ours" not in listed(as_alice)


def test_the_same_name_again_is_another_question_under_it(as_bob: Client) -> None:
    keep(as_bob, "A")
    keep(as_bob, " A  ", "top=1")
    assert SavedView.objects.get().query == "top=1"


def test_only_who_made_a_view_deletes_it(as_bob: Client, as_rita: Client) -> None:
    keep(as_bob, "Ours", shared="on")
    address = reverse("people_delete_view", args=[SavedView.objects.get().pk])
    assert as_rita.post(address).status_code == 404
    assert address not in listed(as_rita)
    assert "is deleted" in as_bob.post(address, follow=True).content.decode()
    assert not SavedView.objects.exists()
    assert Entry.objects.filter(action="view deleted").count() == 1


def test_a_reader_keeps_views_and_shares_none(as_rita: Client) -> None:
    keep(as_rita, "Mine")
    assert SavedView.objects.get().team == ""
    assert as_rita.post(reverse("people_keep_view"), {"name": "Ours", "query": "", "shared": "on"}).status_code == 403


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_must_be_one(as_bob: Client, name: str) -> None:
    assert "name of the view" in keep(as_bob, name)
    assert not SavedView.objects.exists()


def test_a_name_of_html_is_shown_as_it_is(as_bob: Client) -> None:
    keep(as_bob, "<img src=x>")
    assert "&lt;img src=x&gt;" in listed(as_bob)


def test_nobody_keeps_views_without_end(as_bob: Client, bob: Account) -> None:
    SavedView.objects.bulk_create(SavedView(account=bob, name=f"view {n}") for n in range(50))
    assert "Delete one that you do not use" in keep(as_bob, "one more")
    assert SavedView.objects.count() == 50


def test_what_is_kept_is_a_question_and_nothing_else(as_bob: Client) -> None:
    keep(as_bob, "A", "next=//evil.example&standing=loyal&x=<script>")
    assert SavedView.objects.get().query == "standing=loyal"
