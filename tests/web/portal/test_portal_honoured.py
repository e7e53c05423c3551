"""What she says on her page is what the next refresh reads: gate, pace, reach and consents keep to it (S2.4 to S2.8)."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.company import open_company
from byname.draining import drain
from byname.refresh import refresh
from byname.snapshot import open_current
from byname.tables import TABLES
from byname.web.desk import Desk
from byname.web.portal.whom import her_by_record
from byname.web.written.models import Consent, Preference
from tests.web.portal.conftest import WHO, come_in
from tests.web.portal.test_portal_tools import do

if TYPE_CHECKING:
    from pathlib import Path

    from byname.company import Company

OTHERS = """
    select people.anchor from people
    join plan using (person_id)
    join reach on reach.person_id = people.person_id and reach.channel = 'email' and reach.marketing = 'given'
    where people.person_id <> $1
    group by all order by people.anchor limit 3
"""


@pytest.fixture
def own(company: Company, tmp_path: Path, settings: Any, db: None) -> Company:
    """A copy of the shop that may be refreshed, whose pages write to the test's app database."""
    shutil.copytree(company.folder, tmp_path / "shop", ignore=shutil.ignore_patterns("app.sqlite3*"))
    settings.COMPANY = open_company(tmp_path / "shop")
    return settings.COMPANY  # type: ignore[no-any-return]


def test_the_next_refresh_keeps_to_it(own: Company) -> None:
    desk = Desk(own, open_current(own))
    rosa = her_by_record(desk, str(desk.snapshot.query(WHO)[0]["anchor"]))
    assert rosa is not None
    objecting, asking, withdrawing = (str(row["anchor"]) for row in desk.snapshot.query(OTHERS, [rosa.person_id]))
    hers = come_in(Client(), rosa.anchor)
    do(hers, "channels", email="asked", phone="refused")
    do(hers, "pace", pace="once a quarter")
    do(hers, "line", choice="where I live")
    do(hers, "dislike", choice="surveys")
    do(hers, "quiet", weekends="on")
    do(hers, "consent", state="given", channel="email", purpose="feedback")
    do(hers, "consent", state="withdrawn", channel="letter", purpose="marketing")
    do(come_in(Client(), objecting), "stop", what="marketing")
    until = own.today() + timedelta(days=20)
    do(come_in(Client(), asking), "pause", until=until.isoformat())
    do(come_in(Client(), withdrawing), "consent", state="withdrawn", channel="email", purpose="marketing")

    drain(own)
    refresh(own)  # as of today, so that what was said today counts
    after = Desk(own, open_current(own))
    snapshot = after.snapshot

    def row(name: str, anchor: str, **where: str) -> dict[str, Any]:
        person = her_by_record(after, anchor)
        assert person is not None
        rows = snapshot.rows(name, [person.person_id], list(TABLES[name]))
        (found,) = [one for one in rows if all(one[key] == value for key, value in where.items())]
        return found

    pace = row("pace", rosa.anchor)
    assert (pace["own_wish"], pace["most"], pace["window_days"]) == (True, 1, 91)
    assert "where I live" in pace["lines"]
    assert "surveys" in pace["dislikes"]
    assert row("reach", rosa.anchor, channel="email")["asked"]
    assert row("reach", rosa.anchor, channel="email")["feedback"] == "given"
    assert row("reach", rosa.anchor, channel="phone")["refused"]
    assert row("reach", rosa.anchor, channel="letter")["marketing"] == "withdrawn"
    assert all(one["objected"] for one in snapshot.rows("reach", [row("people", objecting)["person_id"]], ["objected"]))
    assert not snapshot.rows("plan", [row("people", objecting)["person_id"]], ["kind"])
    assert row("pace", asking)["paused_until"] == until
    assert row("reach", withdrawing, channel="email")["marketing"] == "withdrawn"
    assert (Preference.objects.filter(drained_at=None).count(), Consent.objects.filter(drained_at=None).count()) == (
        0,
        0,
    )
    # And her page says the same as before, now that the snapshot has it.
    page = hers.get(reverse("my-wishes"))
    assert page.context["pace"] == "once a quarter"
    assert {channel: said for channel, _word, said in page.context["channels"] if said} == {
        "email": "asked",
        "phone": "refused",
    }
    assert next(one for one in page.context["consents"] if (one.channel, one.purpose) == ("email", "feedback")).is_given
