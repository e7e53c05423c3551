"""The customers' API keeps to its own description, whatever is thrown at it: schemathesis makes the requests (S0.16)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as limits

from byname.web.portal.api import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from byname.web.portal.whom import Her


@pytest.mark.django_db(transaction=True)  # the server closes its connection after each answer
def test_every_answer_is_one_that_is_described(rosa: Her) -> None:
    schema = schemathesis.openapi.from_dict(Client().get("/my/api/openapi.json").json())
    handler = WSGIHandler()
    schema.app = lambda environ, start: handler({"REMOTE_ADDR": "127.0.0.1", **environ}, start)  # as a server says it
    operations = [found.ok() for found in schema.get_all_operations()]
    last = ("DELETE /my/api/session", "POST /my/api/erase")  # after these nobody is there any more
    asked = []
    for operation in sorted(operations, key=lambda one: last.index(one.label) if one.label in last else -1):
        headers = {"Authorization": f"Bearer {sessions.begin(rosa.anchor)}"}
        call = partial(schemathesis.Case.call_and_validate, headers=headers)

        @given(case=operation.as_strategy())
        @limits(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
        def keeps(call: Callable[[schemathesis.Case], object], case: schemathesis.Case) -> None:
            call(case)

        keeps(call)
        asked.append(operation.label)
    assert asked[-2:] == list(last)
    assert {"GET /my/api/me", "POST /my/api/wishes", "GET /my/api/export", "POST /my/api/ideas"} <= set(asked)
