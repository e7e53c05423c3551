"""Where a page below /my/ fails, a customer is told so in her own words, and shown the way in (S4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse

from byname.web import failing

if TYPE_CHECKING:
    from byname.web.portal.whom import Her

_OF_STAFF = ("Back to today", "Your role", "terminal", "the console")


def words_of(answer: Any, status: int) -> str:
    assert answer.status_code == status
    words: str = answer.content.decode()
    assert not [one for one in _OF_STAFF if one in words]
    assert f'href="{reverse("my-way-in")}"' in words
    assert words.count("<h1>") == 1
    return words


def test_a_page_that_is_not_there(as_rosa: Client, client: Client) -> None:
    for who in (as_rosa, client):
        assert "There is no such page" in words_of(who.get("/my/nothing/"), 404)


def test_a_form_without_its_token(rosa: Her) -> None:
    careful = Client(enforce_csrf_checks=True)
    answer = careful.post(reverse("my-way-in"), {"email": rosa.email})
    assert "This page was open for too long" in words_of(answer, 403)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("shown", "wrong", "status", "says"),
    [
        (failing.nonsense, BadRequest("x"), 400, "We did not understand that"),
        (failing.not_yours, PermissionDenied("x"), 403, "This page is not yours to see"),
        (failing.not_here, Http404("x"), 404, "There is no such page"),
    ],
)
def test_each_failure_says_what_it_is_and_nothing_of_ours(
    rf: RequestFactory, desk: object, shown: Any, wrong: Exception, status: int, says: str
) -> None:
    assert desk
    assert says in words_of(shown(rf.get("/my/"), wrong), status)


def test_a_page_that_broke_asks_nothing_of_the_database(rf: RequestFactory) -> None:
    assert "Something broke" in words_of(failing.broken(rf.get("/my/held/")), 500)


@pytest.mark.django_db
def test_colleagues_are_told_as_before(rf: RequestFactory, as_alice: Client) -> None:
    answer = as_alice.get("/nothing-here/")
    assert answer.status_code == 404
    assert "Back to today" in answer.content.decode()
    assert b"Back to today" in failing.broken(rf.get("/people/")).content  # type: ignore[attr-defined]
