"""Somebody whose praise we would like to use."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from byname.web.desk import Desk
from byname.web.portal.whom import Her, her_by_record

_PRAISED = """
    select testimonials.fact_id, voice.quote, people.anchor
    from testimonials
    join voice using (fact_id)
    join people on people.person_id = testimonials.person_id
    where testimonials.state = 'ask' and people.email is not null
    order by strength desc, fact_id
    limit 1
"""


@dataclass(frozen=True)
class Praised:
    """Who praised us, in which message, with which words."""

    her: Her
    number: str
    quote: str


@pytest.fixture
def praised(desk: Desk) -> Praised:
    (row,) = desk.snapshot.query(_PRAISED)
    her = her_by_record(desk, row["anchor"])
    assert her is not None
    return Praised(her, row["fact_id"], row["quote"])
