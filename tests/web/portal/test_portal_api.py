"""The customers' API for a company's own app: as the pages, for who was handed over, for half an hour.

Strangers get nothing: no token, somebody else's, one that is over, a hand-over that was used, an erased person's.
Demands: S0.16, S4.2, S0.6, S4.12 to S4.17.
"""

from __future__ import annotations

import json
import secrets
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from byname.company import Company
from byname.web import served
from byname.web.accounts.models import Account, Entry
from byname.web.ideas.board import board
from byname.web.ideas.giving import give, vote
from byname.web.portal import doors, handover, known, whom
from byname.web.portal.api import sessions
from byname.web.portal.handover import signed
from byname.web.portal.models import Door
from byname.web.portal.told import Told
from byname.web.reviews.shelf import shelf
from byname.web.reviews.writing import review
from byname.web.work.models import Run
from byname.web.written.models import Decision, Message, Preference, Vote
from tests.web.conftest import signed_in
from tests.web.portal.conftest import come_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from byname.web.portal.whom import Her

READ = ("me", "contacts", "wishes", "export", "ideas", "reviews")
WRITTEN: dict[str, dict[str, Any]] = {
    "wishes": {"verb": "pace", "said": {"pace": "once a month"}},
    "stop": {"what": "marketing"},
    "correct": {"detail": "name", "value": "Rosa Maria"},
    "erase": {"confirm": "erase everything"},
    "ideas": {"title": "Refill bags"},
    "ideas/x/vote": {"is_for": True},
}


class App:
    """A company's app, which speaks for one customer."""

    def __init__(self, token: str | None) -> None:
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._client = Client(enforce_csrf_checks=True)

    def get(self, path: str, **asked: Any) -> Any:
        """Ask."""
        return self._client.get(f"/my/api/{path}", asked, headers=self._headers)

    def post(self, path: str, said: Any = None) -> Any:
        """Write."""
        return self._client.post(f"/my/api/{path}", said, content_type="application/json", headers=self._headers)

    def end(self) -> Any:
        """Sign out."""
        return self._client.delete("/my/api/session", headers=self._headers)


def handed(company: Company, **who: str) -> str:
    return signed(company, {"until": int(time.time()) + 120, "nonce": secrets.token_hex(16), **who})


@pytest.fixture
def app(rosa: Her) -> App:
    return App(sessions.begin(rosa.anchor))


@pytest.fixture
def mei(rosa: Her) -> Her:
    """Another customer."""
    (row,) = rosa.desk.snapshot.query(
        "select anchor from people where person_id <> $1 and email is not null order by person_id limit 1",
        [rosa.person_id],
    )
    found = whom.her_by_record(rosa.desk, row["anchor"])
    assert found is not None
    return found


def refused(app: App) -> list[tuple[str, int]]:
    """What an app that may nothing gets, by route."""
    return [(path, app.get(path).status_code) for path in READ] + [
        (path, app.post(path, said).status_code) for path, said in WRITTEN.items()
    ]


# ----------------------------------------------------------------------------------------------- coming in


def test_who_is_handed_over_is_spoken_for_half_an_hour(company: Company, rosa: Her) -> None:
    row = next(row for row in rosa.links if row["role"] == "order")
    begun = App(handed(company, source=row["source"], id=row["source_id"])).post("session").json()
    assert (begun["seconds"], begun["name"]) == (1800, rosa.name)
    app = App(begun["token"])
    assert app.get("me").json()["name"] == rosa.name
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        assert app.get("me").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert app.get("me").status_code == 401


def test_only_a_hash_of_the_token_is_kept(rosa: Her) -> None:
    token = sessions.begin(rosa.anchor)
    kept = [str(row) for row in Door.objects.values()]
    assert len(kept) == 1
    assert token not in kept[0]


def test_a_hand_over_works_once_wherever_it_is_used(company: Company, rosa: Her) -> None:
    text = handed(company, email=rosa.email)
    assert [App(text).post("session").status_code for _ in range(2)] == [200, 401]
    assert Client().get("/my/handover/", {"token": text}).status_code == 403
    other = handed(company, email=rosa.email)
    assert Client().get("/my/handover/", {"token": other}).status_code == 302
    assert App(other).post("session").status_code == 401


def test_of_two_in_one_mailbox_it_wants_to_know_which(
    company: Company, rosa: Her, mei: Her, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "at_address", lambda *_: (rosa.email, [rosa, mei]))
    answer = App(handed(company, email=rosa.email)).post("session")
    assert (answer.status_code, answer.json()["found"]) == (409, "2 people with this e-mail")
    assert "token" not in answer.json()


def test_it_ends_when_the_app_says_so(rosa: Her, app: App) -> None:
    other = App(sessions.begin(rosa.anchor))
    assert app.end().status_code == 200
    assert (app.get("me").status_code, other.get("me").status_code) == (401, 200)


# ------------------------------------------------------------------------------------------------ strangers


@pytest.mark.parametrize("token", [None, "", "x", "é", "x" * 10_000, "byname_made_up"])
def test_who_has_no_token_gets_nothing(rosa: Her, token: str | None) -> None:
    assert {status for _path, status in refused(App(token))} == {401}
    assert App(token).post("session").status_code == 401
    assert not Preference.objects.exists()
    assert not Run.objects.exists()


def test_neither_a_page_nor_an_account_nor_a_link_opens_it(company: Company, rosa: Her, alice: Account) -> None:
    for client in (come_in(Client(), rosa.anchor), signed_in(alice)):
        assert client.get("/my/api/me").status_code == 401
    link = doors.path_for(rosa.anchor, within=timedelta(days=1)).rstrip("/").rpartition("/")[2]
    text = handed(company, email=rosa.email)
    for said in (link, text, rosa.anchor, rosa.person_id):
        assert App(said).get("me").status_code == 401


def test_a_token_opens_no_page(rosa: Her) -> None:
    token = sessions.begin(rosa.anchor)
    for said in (token, f"my api {token}", f"handover {token}"):
        assert Client().post(f"/my/in/{said}/").status_code == 404
    assert Client().get("/my/", headers={"Authorization": f"Bearer {token}"}).status_code == 302


def test_somebody_elses_token_shows_somebody_else(rosa: Her, mei: Her) -> None:
    theirs = App(sessions.begin(mei.anchor))
    number = review(rosa, shelf(rosa.desk), "5", "Good", "The best kettle that I had.")
    idea = give(rosa, board(rosa.desk), "Refill bags for tea", "")
    told = [theirs.get("me"), theirs.get("wishes"), theirs.get("reviews"), theirs.get("ideas")]
    assert all(answer.status_code == 200 for answer in told)
    said = " ".join(answer.content.decode() for answer in told)
    assert rosa.name not in said
    assert number not in said
    assert idea not in said
    assert theirs.post(f"ideas/{idea}/vote", {"is_for": True}).status_code == 404  # nobody read it yet
    contact = next(row for row in rosa.links if row["role"] == "contact")
    asked = {"source": contact["source"], "account": contact["account"], "number": contact["source_id"]}
    assert theirs.get("contacts/why", **asked).status_code == 404
    wish = next(row for row in Told.of(rosa).holding)
    taken_back = theirs.post("wishes", {"verb": "take-back", "said": {"fact_id": wish["fact_id"]}})
    assert taken_back.status_code == 409


def test_who_is_erased_is_spoken_for_by_nobody_at_once(rosa: Her, app: App) -> None:
    other = App(sessions.begin(rosa.anchor))
    assert app.post("erase", {"confirm": "yes"}).status_code == 422
    assert app.get("me").status_code == 200
    answer = app.post("erase", {"confirm": "erase everything"})
    assert answer.json()["receipt"].startswith(f"{rosa.desk.company.today():%Y%m%d}-")
    assert (Decision.objects.get().kind, Run.objects.count()) == ("erase", 1)
    for one in (app, other):
        assert {status for _path, status in refused(one)} == {401}
    # The rows of their tokens go with the others that have this column, see `forgetting/app.py`.
    assert set(Door.objects.values_list("record_id", flat=True)) == {rosa.anchor}


def test_where_the_pages_are_shut_nothing_is_there(
    settings: Any, company: Company, rosa: Her, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = company.settings.portal.model_copy(update={"on": False})
    shut = Company(company.folder, company.settings.model_copy(update={"portal": portal}))
    monkeypatch.setattr(served, "reread", lambda company: company)
    settings.COMPANY = shut
    assert {app.get(path).status_code for path in (*READ, "openapi.json")} == {404}
    assert App(handed(company, email=rosa.email)).post("session").status_code == 404


def test_who_asks_by_machine_is_told_to_wait(settings: Any, rosa: Her, mei: Her, app: App) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "my_api": "3/m/key", "my_api_session": "2/m/ip"}
    answers = [app.get("reviews") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert App(sessions.begin(mei.anchor)).get("reviews").status_code == 200
    assert [App("x").post("session").status_code for _ in range(3)] == [401, 401, 429]


# ----------------------------------------------------------------------------------------- what is told


def test_nothing_may_be_kept_by_whoever_passes_it_on(app: App) -> None:
    assert {path: app.get(path)["Cache-Control"] for path in READ} == dict.fromkeys(READ, "no-store, private")


def test_it_says_of_her_what_the_pages_say(rosa: Her, app: App) -> None:
    said = app.get("me").json()
    held, concluded = known.held(rosa), known.concluded(rosa, 500)
    assert said["held"]["things"] == held.things > 0
    assert sum(one["many"] for one in said["held"]["kinds"]) == held.things
    assert (said["concluded"]["says"], said["concluded"]["worth"]) == (concluded.says, concluded.band)
    assert [one["says"] for one in said["concluded"]["reasons"]] == [one["says"] for one in concluded.reasons]
    assert said["concluded"]["reasons"]
    assert said["concluded"]["reasons"][0]["at"].endswith("Z")
    assert {one["what"]: one["value"] for one in said["details"]}["E-mail"] == rosa.email
    assert (said["as_of"], said["currency"]) == (rosa.desk.as_of.isoformat(), "EUR")


def test_each_contact_says_why(app: App) -> None:
    page = app.get("contacts").json()
    assert page["of_all"] >= len(page["contacts"]) > 0
    behind = [row["more"] for row in page["contacts"] if row["more"]]
    answers = [app._client.get(f"/my/api/contacts/why?{more}", headers=app._headers) for more in behind]
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["goal"] for answer in answers if answer.json()["why"]]
    assert app.get("contacts", page=9_999).json() == {"contacts": [], "of_all": page["of_all"], "then": None}


def test_all_of_it_is_taken_along_and_that_it_was_is_written_down(rosa: Her, app: App) -> None:
    answer = app.get("export")
    said = json.loads(b"".join(answer.streaming_content))
    assert (answer["Content-Type"], said["person"]) == ("application/json", rosa.person_id)
    assert said["held"]["orders"]
    assert said["concluded"]["value"]
    entry = Entry.objects.get(action="export")
    assert (entry.about, entry.after) == (rosa.person_id, {"as": "json", "by": "api"})


def test_each_call_stands_in_the_description_and_in_the_documentation(db: None) -> None:
    described = App(None).get("openapi.json").json()["paths"]
    text = (Path(__file__).parents[3] / "docs" / "customers.md").read_text("utf-8")
    (table,) = [part for part in text.split("\n## ") if part.startswith("In your own app")]
    assert [path for path in described if path.removeprefix("/my/api/").removeprefix("ideas/") not in table] == []
    assert len(described) > 10


# ----------------------------------------------------------------------------------------- what she says


def test_each_verb_of_a_wish_holds_at_once(rosa: Her, app: App, again: Callable[[Her], Her]) -> None:
    said = {
        "pace": {"pace": "once a quarter"},
        "quiet": {"evenings": "on"},
        "channels": {"letter": "asked", "sms": "refused"},
        "dislike": {"choice": "surveys"},
        "line": {"own": "my knee"},
        "topic": {"own": "teapots"},
        "pause": {"until": (rosa.desk.company.today() + timedelta(days=9)).isoformat()},
    }
    for verb, typed in said.items():
        assert app.post("wishes", {"verb": verb, "said": typed}).status_code == 200, verb
    told = app.get("wishes").json()
    assert told["pace"] == "once a quarter"
    assert {one["channel"]: one["said"] for one in told["channels"]}["sms"] == "refused"
    values = {(one["kind"], one["value"]) for one in told["wishes"]}
    assert {("dislike", "surveys"), ("line", "my knee"), ("topic", "teapots"), ("quiet", "evenings")} <= values
    assert Told.of(again(rosa)).pauses
    knee = next(one["fact_id"] for one in told["wishes"] if one["value"] == "my knee")
    assert app.post("wishes", {"verb": "take-back", "said": {"fact_id": knee}}).status_code == 200
    assert "my knee" not in [one["value"] for one in app.get("wishes").json()["wishes"]]


def test_what_may_be_chosen_is_told(app: App) -> None:
    choices = app.get("wishes").json()["choices"]
    for one in choices["pace"]:
        assert app.post("wishes", {"verb": "pace", "said": {"pace": one["value"]}}).status_code == 200
    answer = app.post("wishes", {"verb": "pace", "said": {"pace": "hourly"}})
    assert (answer.status_code, answer.json()["found"]) == (409, '"hourly"')
    assert answer.json()["where"]
    assert answer.json()["expected"]


def test_a_yes_is_given_and_taken_back(app: App) -> None:
    for state in ("given", "withdrawn"):
        said = {"channel": "email", "purpose": "marketing", "state": state}
        assert app.post("wishes", {"verb": "consent", "said": said}).status_code == 200
        now = {(one["channel"], one["purpose"]): one["state"] for one in app.get("wishes").json()["consents"]}
        assert now["email", "marketing"] == state
    assert app.post("wishes", {"verb": "consent-to-nothing"}).status_code == 200


@pytest.mark.parametrize("what", ["marketing", "profiling", "restriction"])
def test_what_stops_stops_at_once(rosa: Her, app: App, again: Callable[[Her], Her], what: str) -> None:
    assert app.post("stop", {"what": what}).status_code == 200
    told = Told.of(again(rosa))
    assert [*told.objections, *told.of_kind("restriction")]
    assert app.get("me").status_code == 200  # it is hidden from colleagues, not from her


def test_the_signal_of_a_browser_is_honoured_here_too(rosa: Her, app: App, again: Callable[[Her], Her]) -> None:
    app._headers["Sec-GPC"] = "1"
    assert app.get("reviews").status_code == 200
    assert [row["value"] for row in Told.of(again(rosa)).objections] == ["marketing"]


def test_a_correction_is_told_to_service(rosa: Her, app: App) -> None:
    assert app.post("correct", {"detail": "name", "value": "Rosa Maria"}).status_code == 200
    assert (Decision.objects.get().value, Message.objects.get().status) == ("name Rosa Maria", "open")
    answer = app.post("correct", {"detail": "email", "value": "nowhere"})
    assert (answer.status_code, answer.json()["found"]) == (409, "no e-mail address")


def test_an_idea_is_given_found_again_and_voted_for(rosa: Her, mei: Her, app: App) -> None:
    title = "Refill bags for loose tea"
    number = app.post("ideas", {"title": title, "text": "Less waste <b>"}).json()["number"]
    (own,) = app.get("ideas").json()["own"]
    assert (own["number"], own["status"], own["is_hers"], own["is_for"]) == (number, "open", True, False)
    assert app.post(f"ideas/{number}/vote", {"is_for": True}).json() == {"says": "counted"}
    assert app.get("ideas").json()["own"][0]["votes"] == 1
    assert app.post(f"ideas/{number}/vote", {"is_for": False}).json() == {"says": "taken back"}
    assert app.get("ideas").json()["own"][0]["votes"] == 0
    assert app.post("ideas/none/vote", {"is_for": True}).status_code == 404
    assert app.post("ideas", {"title": " "}).status_code == 409
    assert app.post("ideas", {"title": "x" * 501}).status_code == 422


def test_who_is_for_an_idea_is_told_to_nobody(rosa: Her, mei: Her, app: App, alice: Account) -> None:
    from byname.web.ideas.answering import answer
    from byname.web.ideas.models import Status

    number = give(rosa, board(rosa.desk), "Refill bags for loose tea", "")
    answer(alice, rosa.desk, board(rosa.desk).one(number), Status.HEARD, "We read it.")
    vote(mei, board(rosa.desk).one(number), is_for=True)
    said = app.get("ideas", status="heard")
    (idea,) = said.json()["ideas"]
    assert (idea["number"], idea["votes"], idea["answers"][0]["text"]) == (number, 1, "We read it.")
    assert mei.name not in said.content.decode()
    assert mei.person_id not in said.content.decode()
    theirs = App(sessions.begin(mei.anchor)).post("ideas", {"title": "refill bags for loose tea"}).json()
    assert (theirs["number"], [one["number"] for one in theirs["alike"]]) == (None, [number])
    assert Vote.objects.count() == 1


def test_her_reviews_are_told_with_what_became_of_them(rosa: Her, app: App) -> None:
    review(rosa, shelf(rosa.desk), "4", "Good", "The lid could fit better.", shown_as="Rosa")
    (one,) = app.get("reviews").json()["reviews"]
    assert (one["stars"], one["title"], one["text"]) == (4, "Good", "The lid could fit better.")
    assert (one["shown_as"], one["taken_down"]) == ("Rosa", "")
