"""Stories, lent words and followed letters in the next refresh, and every trace of them gone by an erasure (S0.5, S0.6, S2.4)."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from byname.company import Company, open_company
from byname.forgetting import forget
from byname.permitting import Scope
from byname.refresh import refresh
from byname.snapshot import open_current
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.outreach.coming_back import stepped
from byname.web.reviews.models import TakenDown
from byname.web.reviews.writing import take_down
from byname.web.stories import telling
from byname.web.stories.shelf import lendable, shelf
from tests.web.outreach.postbox import draft
from tests.web.stories.conftest import Praised

STORY = "It stopped working twice, and I was angry. Then Sam came by himself, and it has been excellent since."


@pytest.mark.django_db(transaction=True)
def test_the_next_refresh_knows_what_was_lent_and_an_erasure_takes_all_of_it(
    company: Company, praised: Praised, bob: Account, tmp_path: Path
) -> None:
    her, number = praised.her, praised.number
    may = telling.Allowed(Scope(("our page",), "Rosa"), company.today() + timedelta(days=300))
    told = telling.tell(her, shelf(her.desk), "Twice", STORY, may)
    known = shelf(her.desk)
    (lent,) = [one for one in lendable(her, known) if one.number == number]
    telling.allow(her, lent, may)
    story = known.one(told)
    assert story is not None
    take_down(bob, her.desk, story, "names", "Please write it without Sam.", what="story")
    letter = draft(her.email, person_id=her.person_id, record_id=her.anchor, words="https://kettle.test/a")
    stepped(letter, "opened")
    stepped(letter, "clicked", 1)
    shutil.copytree(company.folder, tmp_path / "shop")
    copy = open_company(tmp_path / "shop")

    refresh(copy, as_of=copy.today())
    snapshot = open_current(copy)
    (row,) = snapshot.query("select state, scope, quote from testimonials where fact_id = $1", [number])
    assert (row["state"], row["scope"], row["quote"]) == ("permitted", "our page; as Rosa", praised.quote)
    (voiced,) = snapshot.query("select person_id, medium from voice where fact_id = $1", [told])
    assert (voiced["person_id"], voiced["medium"]) == (her.person_id, "story")
    after = shelf(Desk(copy, snapshot))
    assert [one.text for one in after.public()] == [praised.quote]
    assert [one.number for one in after.words if one.down] == [told]

    forget(copy, her.person_id)
    assert shelf(Desk(copy, open_current(copy))).words == ()
    with closing(sqlite3.connect(copy.folder / "app.sqlite3")) as db:
        for table in (
            "reviews_takendown",
            "written_messages",
            "written_decisions",
            "written_answers",
            "outreach_draft",
        ):
            assert db.execute(f"select count(*) from {table}").fetchone() == (0,), table
    assert TakenDown.objects.exists()  # where nobody was erased
