"""Oscar uses the product and may be invited to a preview by the gate; Rosa uses none of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.portal.whom import Her, her_by_record
from byname.web.previews import making
from byname.web.previews.models import Preview
from tests.web.portal.conftest import come_in

_MAY = """
    select people.anchor, profile.features[1] as feature
    from candidates
    join people using (person_id)
    join profile using (person_id)
    where candidates.action = 'preview'
    order by people.person_id
    limit 1
"""
_USES_NOTHING = """
    select people.anchor
    from people
    join profile using (person_id)
    where coalesce(array_length(profile.features), 0) = 0 and people.email is not null and people.name is not null
    order by people.person_id
    limit 1
"""
ABOUT = "The cart remembers what was in it. Does it do what you need?"


def _her(desk: Desk, anchor: str) -> Her:
    found = her_by_record(desk, anchor)
    assert found is not None
    return found


@pytest.fixture
def oscar(desk: Desk) -> Her:
    return _her(desk, desk.snapshot.query(_MAY)[0]["anchor"])


@pytest.fixture
def feature(desk: Desk) -> str:
    """One that Oscar uses."""
    return str(desk.snapshot.query(_MAY)[0]["feature"])


@pytest.fixture
def as_oscar(oscar: Her) -> Client:
    return come_in(Client(), oscar.anchor)


@pytest.fixture
def as_rosa(desk: Desk) -> Client:
    return come_in(Client(), _her(desk, desk.snapshot.query(_USES_NOTHING)[0]["anchor"]).anchor)


def typed(desk: Desk, feature: str, /, **changed: Any) -> dict[str, Any]:
    """What a colleague types into the form."""
    said = {
        "kind": "give", "title": "A cart that remembers", "about": ABOUT, "link": "https://kettle.test/next",
        "feature": feature, "first_day": "", "last_day": (desk.company.today() + timedelta(days=20)).isoformat(),
        "text-1": "Which is better?", "kind-1": "choice", "choices-1": "The old one\nThe new one",
        "text-2": "How good is it?", "kind-2": "scale",
        "text-3": "What would you change?", "kind-3": "words",
    }  # fmt: skip
    return {**said, **changed}


@pytest.fixture
def preview(desk: Desk, alice: Account, feature: str) -> Preview:
    """One that is open."""
    made = making.save(alice, desk, typed(desk, feature))
    making.open_it(alice, desk, made)
    return made


def keyed(preview: Preview, *answers: str) -> dict[str, str]:
    """Answers as a customer's page sends them, in the order of the questions."""
    return {question.key: said for question, said in zip(preview.questions.all(), answers, strict=True)}
