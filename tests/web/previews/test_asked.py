"""Previews and opinion asks, by those who answer: on their own pages, changed, taken back; what the product team reads.

S0.2, S0.3, S0.34, S0.6.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from byname.company import Company, open_company
from byname.errors import UsageError
from byname.forgetting import forget
from byname.refresh import refresh
from byname.snapshot import open_current
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk
from byname.web.portal.whom import Her, her_by_record
from byname.web.previews import making
from byname.web.previews.answering import answer, take_back
from byname.web.previews.answers import answers
from byname.web.previews.models import Invitation, Preview
from byname.web.previews.told import told
from byname.web.written.models import Message, Rating
from tests.web.ideas.conftest import words
from tests.web.outreach.door_case import again, written
from tests.web.previews.conftest import keyed, typed

OPINION = "Let it remember my postcode too."


def test_who_uses_it_sees_it_answers_and_changes_her_answers(as_oscar: Client, oscar: Her, preview: Preview) -> None:
    path = f"/my/asked/{preview.pk}/"
    assert preview.title in words(as_oscar.get("/my/"))
    assert preview.title in words(as_oscar.get("/my/asked/"))
    page = as_oscar.get(path)
    assert "Which is better?" in words(page)
    assert page.content.decode().count('type="radio"') == 3 + 6
    sent = as_oscar.post(path, keyed(preview, "The new one", "4", OPINION), follow=True)
    assert "Thank you. You may change it" in words(sent)
    chosen, opinion = Message.objects.order_by("pk")
    score = Rating.objects.get()
    said = ("survey", "Which is better?", "The new one", preview.feature, True, False, oscar.anchor)
    assert said == (
        chosen.medium, chosen.subject, chosen.text, chosen.about, chosen.prompted, chosen.public, chosen.record_id,
    )  # fmt: skip
    assert opinion.text == OPINION
    assert (score.scale, score.score, score.about_kind, score.about) == ("csat", 4.0, "product", preview.feature)
    assert len({chosen.source_id, opinion.source_id, score.source_id}) == 3
    assert not any(oscar.anchor in row.source_id for row in (chosen, opinion, score))
    as_oscar.post(path, keyed(preview, "The old one", "4", OPINION))
    assert Message.objects.count() == 3, "only what changed is a new version"
    assert Message.objects.order_by("pk").last().fact_id == chosen.fact_id  # type: ignore[union-attr]
    html = as_oscar.get(path).content.decode()
    assert html.count(" checked") == 2
    assert OPINION in html


def test_answers_are_optional_but_one_and_may_be_taken_back(
    as_oscar: Client, oscar: Her, preview: Preview, desk: Desk
) -> None:
    path = f"/my/asked/{preview.pk}/"
    nothing = as_oscar.post(path, keyed(preview, "", "", "  "))
    assert nothing.status_code == 422
    assert "one at least" in words(nothing)
    as_oscar.post(path, keyed(preview, "The new one", "2", OPINION))
    as_oscar.post(path, keyed(preview, "", "2", OPINION))  # one of them is left out by now
    assert [one.says for one in answers(again(desk), preview.questions.all())] in (["2", OPINION], [OPINION, "2"])
    back = as_oscar.post(f"{path}back/", follow=True)
    assert "Taken back" in words(back)
    assert told(again(desk), preview).answered == 0
    assert {row["record_id"] for row in written(desk, "messages")[-1:]} == {None}
    assert Entry.objects.filter(about=oscar.person_id, by="the customer").count() == 3
    as_oscar.post(path, keyed(preview, "The old one", "", ""))  # and once more
    (only,) = answers(again(desk), preview.questions.all())
    assert only.says == "The old one"


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (("Neither", "", ""), "The old one, The new one"),
        (("", "6", ""), "1, 2, 3, 4, 5"),
        (("", "4.5", ""), "1, 2, 3, 4, 5"),
        (("", "", "x" * 2_001), "2000 at most"),
    ],
)
def test_what_is_no_answer_is_refused(
    as_oscar: Client, preview: Preview, said: tuple[str, str, str], says: str
) -> None:
    refused = as_oscar.post(f"/my/asked/{preview.pk}/", keyed(preview, *said))
    assert refused.status_code == 422
    assert says in words(refused)
    assert not Message.objects.exists()
    assert not Rating.objects.exists()


def test_who_does_not_use_it_is_not_asked(as_rosa: Client, preview: Preview) -> None:
    assert "Your opinion" not in words(as_rosa.get("/my/"))
    assert preview.title not in words(as_rosa.get("/my/asked/"))
    for method in (as_rosa.get, as_rosa.post):
        assert method(f"/my/asked/{preview.pk}/").status_code == 404
    assert as_rosa.post(f"/my/asked/{preview.pk}/back/").status_code == 404


def test_who_restricts_is_not_looked_at_for_what_she_uses(as_oscar: Client, preview: Preview) -> None:
    as_oscar.post("/my/do/stop/", {"what": "restriction"})
    assert preview.title not in words(as_oscar.get("/my/asked/"))
    assert as_oscar.get(f"/my/asked/{preview.pk}/").status_code == 404


def test_a_draft_and_what_has_not_begun_is_shown_to_nobody(
    as_oscar: Client, alice: Account, desk: Desk, feature: str
) -> None:
    day = (desk.company.today() + timedelta(days=2)).isoformat()
    made = making.save(alice, desk, typed(desk, feature, first_day=day))
    assert as_oscar.get(f"/my/asked/{made.pk}/").status_code == 404
    making.open_it(alice, desk, made)
    assert as_oscar.get(f"/my/asked/{made.pk}/").status_code == 404


def test_what_became_of_it_is_read_by_those_who_answered(
    as_oscar: Client, oscar: Her, alice: Account, preview: Preview, feature: str, desk: Desk
) -> None:
    path = f"/my/asked/{preview.pk}/"
    unanswered = making.save(alice, desk, typed(desk, feature, title="Not answered"))
    making.open_it(alice, desk, unanswered)
    as_oscar.post(path, keyed(preview, "The new one", "", ""))
    for one in (preview, unanswered):
        making.close(alice, desk, one, "The new one stays.")
    said = words(as_oscar.get(path))
    assert "The new one stays." in said
    assert "Send" not in said
    assert as_oscar.post(path, keyed(preview, "The old one", "", "")).status_code == 422
    assert as_oscar.post(f"{path}back/").status_code == 422
    with pytest.raises(UsageError, match="it is over"):
        take_back(oscar, Preview.objects.get(pk=preview.pk))
    assert as_oscar.get(f"/my/asked/{unanswered.pk}/").status_code == 404
    assert "what became of it" in words(as_oscar.get("/my/"))


def of_one_standing(desk: Desk, many: int) -> list[Her]:
    """So many people of one standing, of whom all may be shown."""
    sql = """
        select any_value(standing.standing) as standing, list(people.anchor order by people.person_id) as anchors
        from standing join people using (person_id)
        where people.name is not null group by standing.standing order by count(*) desc, 1 limit 1
    """
    (row,) = desk.snapshot.query(sql)
    found = (her_by_record(desk, anchor) for anchor in row["anchors"])
    return [her for her in found if her and her.person_id not in desk.since.hidden][:many]


def test_counts_means_and_words_go_back_to_the_product_team(
    as_bob: Client, preview: Preview, oscar: Her, desk: Desk
) -> None:
    others = of_one_standing(desk, 6)
    for her, score in zip(others, ("1", "2", "3", "4", "5", "5"), strict=True):
        answer(her, preview, keyed(preview, "The new one" if score > "2" else "The old one", score, ""))
    answer(oscar, preview, keyed(preview, "", "", OPINION))
    choice, scale, opinion = told(again(desk), preview).questions
    assert (choice.sum.many, choice.sum.counts) == (6, (("The old one", 2), ("The new one", 4)))
    assert scale.sum.mean == pytest.approx(20 / 6)
    assert scale.sum.spread == pytest.approx(1.4907, abs=1e-4)
    assert [many for _place, many in scale.sum.counts] == [1, 1, 1, 1, 2]
    ((standing, apart),) = scale.standings
    assert apart == scale.sum
    assert [(said.says, who["name"]) for said, who in opinion.words] == [(OPINION, oscar.name)]
    page = words(as_bob.get(f"/previews/{preview.pk}/"))
    assert "3.3 of 5 on average (spread 1.5), 6 answered" in page
    assert OPINION in page
    assert "7 answered in all" in page
    take_back(others[0], preview)
    take_back(others[1], preview)
    left = told(again(desk), preview)
    assert left.questions[1].standings == (), f"four of the {standing} are too few to be counted apart"
    assert left.answered == 5


def test_who_restricts_is_counted_without_a_name_and_who_is_erased_is_gone(
    as_oscar: Client, as_bob: Client, oscar: Her, preview: Preview, desk: Desk
) -> None:
    as_oscar.post(f"/my/asked/{preview.pk}/", keyed(preview, "", "1", OPINION))
    as_oscar.post("/my/do/stop/", {"what": "restriction"})
    page = words(as_bob.get(f"/previews/{preview.pk}/"))
    assert OPINION in page
    assert "somebody who wishes not to be shown" in page
    assert oscar.name not in page
    file = b"".join(as_bob.post(f"/previews/{preview.pk}/file/").streaming_content).decode()  # type: ignore[attr-defined]
    assert OPINION in file
    assert oscar.name not in file
    as_oscar.post("/my/erase/", {})
    assert OPINION not in words(as_bob.get(f"/previews/{preview.pk}/"))
    assert told(again(desk), preview).answered == 0


def test_the_answers_leave_as_a_file_that_no_spreadsheet_runs(
    as_oscar: Client, as_bob: Client, oscar: Her, preview: Preview
) -> None:
    as_oscar.post(f"/my/asked/{preview.pk}/", keyed(preview, "The new one", "5", "=1+1"))
    file: Any = as_bob.post(f"/previews/{preview.pk}/file/")
    header, *lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert header == "question,kind,answer,day,name,standing"
    assert [line.split(",")[2] for line in lines] == ["The new one", "5", "'=1+1"]
    assert all(oscar.name in line for line in lines)
    entry = Entry.objects.get(action="export")
    assert (entry.about, entry.after["answers"]) == (f"preview {preview.pk}", 3)  # type: ignore[index]


def test_html_is_text(as_oscar: Client, as_bob: Client, alice: Account, desk: Desk, feature: str) -> None:
    evil = "<script>alert(1)</script>"
    made = making.save(alice, desk, typed(desk, feature, title=evil, about=evil, **{"text-3": evil}))
    making.open_it(alice, desk, made)
    path = f"/my/asked/{made.pk}/"
    as_oscar.post(path, keyed(made, "", "", f"{evil}\0"))
    for page in (
        as_oscar.get("/my/"), as_oscar.get(path), as_bob.get(f"/previews/{made.pk}/"), as_bob.get("/previews/"),
    ):  # fmt: skip
        assert "<script>alert" not in page.content.decode()
        assert "&lt;script&gt;alert" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_next_refresh_reads_answers_as_words_when_asked_and_an_erasure_takes_all_of_it(
    company: Company, oscar: Her, preview: Preview, desk: Desk, tmp_path: Path
) -> None:
    other = of_one_standing(desk, 1)[0]
    answer(oscar, preview, keyed(preview, "The new one", "2", OPINION))
    answer(other, preview, keyed(preview, "", "1", "I say nothing after all."))
    take_back(other, preview)
    Invitation.objects.create(preview=preview, person_id=oscar.person_id, record_id=oscar.anchor)
    shutil.copytree(company.folder, tmp_path / "shop")
    copy = open_company(tmp_path / "shop")
    refresh(copy, as_of=copy.today())
    snapshot = open_current(copy)
    voiced = snapshot.query("select person_id, medium, quote from voice where source = 'byname' order by quote")
    assert [(row["person_id"], row["medium"]) for row in voiced] == [(oscar.person_id, "survey")] * 2
    linked = snapshot.query("select person_id, role from links where source = 'byname' order by role")
    assert {row["person_id"] for row in linked} == {oscar.person_id}
    assert [row["role"] for row in linked] == ["rating", "survey", "survey"]
    later = Desk(copy, snapshot)
    assert sorted(one.says for one in answers(later, preview.questions.all())) == sorted(["2", OPINION, "The new one"])
    forget(copy, oscar.person_id)
    assert answers(Desk(copy, open_current(copy)), preview.questions.all()) == []
    with closing(sqlite3.connect(copy.folder / "app.sqlite3")) as db:
        assert db.execute("select count(*) from previews_invitation").fetchone() == (0,)
        assert db.execute("select count(*) from previews_preview").fetchone() == (1,)
