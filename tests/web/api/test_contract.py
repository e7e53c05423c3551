"""The API keeps to its own description, whatever is thrown at it: schemathesis makes the requests (S0.10)."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, given
from hypothesis import settings as limits

from byname.web.accounts.models import Account
from byname.web.api import tokens
from tests.web.conftest import signed_in


@pytest.mark.django_db(transaction=True)  # the server closes its connection after each answer
def test_every_answer_is_one_that_is_described(alice: Account) -> None:
    schema = schemathesis.openapi.from_dict(signed_in(alice).get("/api/openapi.json").json())
    schema.app = WSGIHandler()
    headers = {"Authorization": f"Bearer {tokens.make(alice, alice, name='tests', scopes=tokens.SCOPES)}"}
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @limits(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
        def keeps(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers)

        keeps()
        asked.append(operation.label)
    assert {"GET /api/people", "POST /api/recognise", "POST /api/decisions"} <= set(asked)
