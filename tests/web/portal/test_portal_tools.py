"""Tools of independence: each wish through to what the refresh reads in it, and shown at once (S0.6, S2.4 to S2.8).

Also consents, objections, restriction, correction, erasure, Global Privacy Control (S4.12 to S4.17, S0.14 to S0.16).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.app_rows import opened
from byname.plan.channel_wishes import channel_wish, objected_to
from byname.plan.gate.own_lines import _of_groups, _plain, _words
from byname.plan.pace_words import pace_wish
from byname.plan.quiet_words import quiet_wish
from byname.web.accounts.models import Entry
from byname.web.desk import Desk
from byname.web.outreach.suppression import UNSUBSCRIBED, is_suppressed, suppress
from byname.web.portal import asking, words
from byname.web.portal.consenting import consents
from byname.web.portal.told import Told
from byname.web.written.models import Consent, Decision, Message, Preference
from tests.web.portal.conftest import come_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from byname.company import Company
    from byname.web.portal.whom import Her


def do(client: Client, verb: str, **typed: str) -> Any:
    return client.post(reverse("my-do", args=[verb]), typed)


def told(her: Her, *kinds: str) -> list[str]:
    return [row["value"] for row in Told.of(her).of_kind(*kinds)]


# ------------------------------------------------------------------------- what the refresh reads in our words


def test_every_pace_is_read_as_it_is_said() -> None:
    read = {value: pace_wish(value) for value, _says in words.pace_choices() if value}
    assert all(wish.is_read and not wish.pauses for wish in read.values())
    assert {value: (wish.most, wish.window_days) for value, wish in read.items()} == {
        "once a week": (1, 7),
        "twice a month": (2, 30),
        "once a month": (1, 30),
        "once a quarter": (1, 91),
        "once a year": (1, 365),
        "never": (0, 1),
    }


def test_every_quiet_time_is_read_alone_and_together() -> None:
    choices = [value for value, _says in words.quiet_choices()]
    assert all(quiet_wish(value).is_read for value in choices)
    both = quiet_wish("evenings, weekends")
    assert (both.closed, both.spans) == ({5, 6}, ((18 * 60, 24 * 60),))


def test_every_line_and_dislike_is_one_that_the_gate_understands() -> None:
    known = {_plain(word) for word, _column, _within in _of_groups(_words()["group"])}
    assert [value for value, _says in words.line_choices() if _plain(value) not in known] == []
    kinds = {_plain(word) for said in _words()["kind"].values() for word in said}
    assert [value for value, _says in words.dislike_choices() if _plain(value) not in kinds] == []


def test_the_objections_hold_for_every_channel() -> None:
    for what in asking.STOPS[:2]:
        assert len(objected_to(what)) == 6


# ------------------------------------------------------------------------------------------------ wishes


def test_ways_are_one_sentence_in_the_place_of_what_she_said_before(as_rosa: Client, rosa: Her) -> None:
    assert (
        do(as_rosa, "channels", email="asked", letter="asked", phone="refused", in_person="refused").status_code == 302
    )
    (said,) = told(rosa, "channel")
    wish = channel_wish(said)
    assert (wish.asked, wish.refused) == ({"email", "letter"}, {"phone", "in_person"})
    do(as_rosa, "channels", email="refused")
    (said,) = told(rosa, "channel")
    assert (channel_wish(said).asked, channel_wish(said).refused) == (set(), {"email"})
    do(as_rosa, "channels")
    assert told(rosa, "channel") == []
    page = as_rosa.get(reverse("my-wishes"))
    assert {said for _channel, _word, said in page.context["channels"]} == {""}


def test_the_pace_holds_at_once_and_is_shown(as_rosa: Client, rosa: Her) -> None:
    do(as_rosa, "pace", pace="once a month")
    assert told(rosa, "pace") == ["once a month"]
    page = as_rosa.get(reverse("my-wishes")).content.decode()
    assert '<option value="once a month" selected>' in page
    assert "once a month" in as_rosa.get(reverse("my-page")).content.decode()
    do(as_rosa, "pace", pace="")
    assert told(rosa, "pace") == []


def test_the_same_again_writes_nothing(as_rosa: Client, rosa: Her) -> None:
    for _ in range(3):
        do(as_rosa, "pace", pace="never")
        do(as_rosa, "line", choice="work")
        do(as_rosa, "stop", what="profiling")
    assert Preference.objects.filter(by_whom="person").count() == 3


def test_a_pause_has_an_end_and_can_be_ended(as_rosa: Client, rosa: Her, company: Company) -> None:
    until = company.today() + timedelta(days=40)
    do(as_rosa, "pause", until=until.isoformat())
    (row,) = Told.of(rosa).pauses
    assert pace_wish(row["value"]).paused_until == until
    assert row["until"] == company.end_of(until)
    do(as_rosa, "pace", pace="once a year")  # a pace leaves the pause as it is
    assert len(Told.of(rosa).pauses) == 1
    do(as_rosa, "pause", until="")
    assert (Told.of(rosa).pauses, told(rosa, "pace")) == ([], ["once a year"])


@pytest.mark.parametrize("until", ["2020-01-01", "9999-12-31", "tomorrow", "'; drop table x"])
def test_a_pause_until_no_day_to_come_is_refused(as_rosa: Client, rosa: Her, until: str) -> None:
    answer = do(as_rosa, "pause", until=until)
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.content.decode()
    assert Told.of(rosa).pauses == []


def test_lines_dislikes_topics_and_times(as_rosa: Client, rosa: Her) -> None:
    before = told(rosa, "line")
    do(as_rosa, "line", choice="where I live")
    do(as_rosa, "line", own="do not speak of my cat")
    do(as_rosa, "dislike", choice="surveys")
    do(as_rosa, "topic", own="refill bags")
    do(as_rosa, "quiet", evenings="on", weekends="on")
    assert told(rosa, "line") == [*before, "where I live", "do not speak of my cat"]
    assert "surveys" in told(rosa, "dislike")
    assert told(rosa, "topic") == ["refill bags"]
    assert quiet_wish(told(rosa, "quiet")[0]).closed == {5, 6}
    page = as_rosa.get(reverse("my-wishes")).content.decode()
    assert "do not speak of my cat" in page
    mine = next(row for row in Told.of(rosa).of_kind("line") if row["value"] == "where I live")
    assert do(as_rosa, "take-back", fact_id=mine["fact_id"]).status_code == 302
    assert "where I live" not in told(rosa, "line")


def test_a_wish_that_came_with_a_file_can_be_taken_back(as_rosa: Client, rosa: Her) -> None:
    imported = [row for row in Told.of(rosa).holding if row["source"] != "byname"]
    assert imported
    do(as_rosa, "take-back", fact_id=imported[0]["fact_id"])
    assert imported[0]["fact_id"] not in {row["fact_id"] for row in Told.of(rosa).holding}


def test_nobody_takes_back_what_is_anothers(as_rosa: Client, desk: Desk, rosa: Her) -> None:
    other = next(
        row["fact_id"]
        for row in desk.snapshot.query("select fact_id, person_id from links where role = 'preference'")
        if row["person_id"] != rosa.person_id
    )
    for fact_id in (other, "", "x", "' or 1=1 --"):
        assert do(as_rosa, "take-back", fact_id=fact_id).status_code == 422
    assert Preference.objects.count() == 0


# ---------------------------------------------------------------------------------------------- consents


def test_a_yes_is_as_easily_given_as_taken_back(as_rosa: Client, rosa: Her) -> None:
    pair = {"channel": "email", "purpose": "feedback"}

    def state() -> str:
        return next(one.state for one in consents(rosa) if (one.channel, one.purpose) == ("email", "feedback"))

    do(as_rosa, "consent", state="given", **pair)
    assert state() == "given"
    given = Consent.objects.get()
    assert (given.by_whom, given.source, given.address) == ("person", "byname", rosa.email)
    assert "e-mail" in given.wording
    do(as_rosa, "consent", state="withdrawn", **pair)
    assert state() == "withdrawn"
    assert Consent.objects.last().address is None  # for every address of hers
    page = as_rosa.get(reverse("my-wishes")).content.decode()
    assert page.count('name="state"') == len(consents(rosa))  # one button each, whichever way


def test_her_own_yes_ends_that_she_once_unsubscribed_but_no_other_reason(as_rosa: Client, rosa: Her) -> None:
    suppress(rosa.email, "email", UNSUBSCRIBED)
    suppress(rosa.phone, "sms", "bounced")
    do(as_rosa, "consent-to-nothing")
    do(as_rosa, "consent", state="given", channel="email", purpose="feedback")
    assert is_suppressed(rosa.email, "email")
    for channel in ("email", "sms"):
        do(as_rosa, "consent", state="given", channel=channel, purpose="marketing")
    assert not is_suppressed(rosa.email, "email")
    assert is_suppressed(rosa.phone, "sms")


def test_every_yes_is_taken_back_by_one_button(as_rosa: Client, rosa: Her) -> None:
    assert any(one.is_given for one in consents(rosa))
    do(as_rosa, "consent-to-nothing")
    assert not any(one.is_given for one in consents(rosa))


@pytest.mark.parametrize(
    "typed",
    [
        {"state": "given", "channel": "fax", "purpose": "marketing"},
        {"state": "maybe", "channel": "email", "purpose": "marketing"},
        {},
    ],
)
def test_a_consent_to_what_is_not_there_is_refused(as_rosa: Client, typed: dict[str, str]) -> None:
    assert do(as_rosa, "consent", **typed).status_code == 422
    assert Consent.objects.count() == 0


# ------------------------------------------------------------------------------------- stopping, correcting


@pytest.mark.parametrize("what", asking.STOPS)
def test_who_says_stop_is_shown_to_nobody_at_once_and_comes_back_by_taking_it_back(
    as_rosa: Client, as_alice: Client, rosa: Her, again: Callable[[Her], Her], what: str
) -> None:
    do(as_rosa, "stop", what=what)
    now = again(rosa)
    assert rosa.person_id in now.desk.since.hidden
    assert as_alice.get(reverse("person", args=[rosa.person_id])).status_code == 404
    assert as_rosa.get(reverse("my-page")).status_code == 200  # she herself still reaches her page
    page = as_rosa.get(reverse("my-stop"))
    (row,) = page.context["holding"]
    do(as_rosa, "go-on", fact_id=row["fact_id"])
    assert rosa.person_id not in again(rosa).desk.since.hidden


def test_who_objected_still_gets_a_link(as_rosa: Client, rosa: Her, desk: Desk, letters: list[Any]) -> None:
    from byname.web.portal.letters import send_way_in

    do(as_rosa, "stop", what="marketing")
    send_way_in(desk, rosa.email, "http://testserver")
    assert len(letters) == 1


@pytest.mark.parametrize(
    ("detail", "value"),
    [
        ("name", "Rosa\u00a0 Haddad"),
        ("email", "rosa@new.example"),
        ("phone", "+49 30 901820"),
        ("address", "Elm St 4\nYork"),
        ("birth", "1980-05-31"),
    ],
)
def test_a_correction_goes_to_the_service_team_and_is_shown(
    as_rosa: Client, rosa: Her, detail: str, value: str
) -> None:
    assert do(as_rosa, "correct", detail=detail, value=value).status_code == 302
    tidy = " ".join(value.split())
    assert Decision.objects.get().value == f"{detail} {tidy}"
    letter = Message.objects.get()
    assert (letter.medium, letter.status, letter.prompted) == ("ticket", "open", False)
    assert tidy in letter.text
    assert tidy in as_rosa.get(reverse("my-correct")).content.decode()


@pytest.mark.parametrize(
    ("detail", "value"),
    [
        ("email", "nonsense"),
        ("phone", "12"),
        ("name", ""),
        ("name", "x" * 400),
        ("birth", "1 May"),
        ("birth", "2999-01-01"),
        ("birth", "1700-01-01"),
        ("name", "\x00\x07"),
    ],
)
def test_what_corrects_nothing_is_refused(as_rosa: Client, detail: str, value: str) -> None:
    answer = do(as_rosa, "correct", detail=detail, value=value)
    assert answer.status_code == 422
    assert Decision.objects.count() == Message.objects.count() == 0


def test_who_says_to_be_a_child_is_known_by_name_alone_from_now_until_the_birthday(
    as_rosa: Client, rosa: Her, desk: Desk, as_alice: Client
) -> None:
    """TERMS: minors are in `people` only; `people.of_age` reads the same at the next refresh."""
    today = desk.company.today()
    answer = do(as_rosa, "correct", detail="birth", value=f"{today.year - 14}-07-01")
    assert answer.status_code == 302
    assert "nobody writes to you" in as_rosa.get(reverse("my-correct")).content.decode()
    assert rosa.person_id in Desk(desk.company, desk.snapshot).since.hidden
    assert as_alice.get(reverse("person", args=[rosa.person_id])).status_code == 404
    (restriction,) = Preference.objects.values("kind", "until")
    assert restriction["kind"] == "restriction"
    assert restriction["until"].date().isoformat()[:7] in {f"{today.year + 2}-06", f"{today.year + 2}-07"}
    assert Message.objects.count() == 0  # no colleague has to read how old she is
    assert not [line for line in Entry.objects.values_list("after", flat=True) if "-07-01" in str(line)]


# ----------------------------------------------------------------------------------------- hostile input


@pytest.mark.parametrize("verb", ["line", "correct", "no-such-verb"])
def test_ten_megabytes_are_refused(as_rosa: Client, verb: str) -> None:
    answer = do(as_rosa, verb, own="x" * 10_000_000, value="x" * 10_000_000, detail="name")
    assert answer.status_code in {400, 404}
    assert Preference.objects.count() == Message.objects.count() == 0


def test_words_are_tidied_and_shown_as_words(as_rosa: Client, rosa: Her) -> None:
    for own in ("<script>alert(1)</script>", "\u202egnirts", "a\x00b\x1bc", "{{ 7*7 }}", "=cmd()|'x'!A1"):
        do(as_rosa, "line", own=own)
    page = as_rosa.get(reverse("my-wishes")).content.decode()
    assert "<script>alert" not in page
    assert "abc" in told(rosa, "line")
    assert "<bdi>\u202egnirts</bdi>" in page
    assert do(as_rosa, "line", own="x" * 501).status_code == 422
    assert do(as_rosa, "line", own=" \x00 ").status_code == 422


def test_more_wishes_than_anybody_has_are_a_flood(as_rosa: Client, rosa: Her, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_MOST_OF_A_KIND", 3)
    answers = [do(as_rosa, "topic", own=f"topic {n}").status_code for n in range(4)]
    assert answers == [302, 302, 302, 422]
    assert len(told(rosa, "topic")) == 3


def test_no_form_is_taken_without_its_token(rosa: Her) -> None:
    client = Client(enforce_csrf_checks=True)
    come_in(Client(), rosa.anchor)
    for verb in asking.VERBS:
        assert do(client, verb).status_code == 403


# ------------------------------------------------------------------------------ who did it, and the signal


def test_the_audit_log_says_that_it_was_the_customer(as_rosa: Client, rosa: Her) -> None:
    do(as_rosa, "pace", pace="once a year")
    do(as_rosa, "stop", what="restriction")
    lines = list(Entry.objects.values_list("by", "action", "about", "account").order_by("id"))
    assert lines == [
        ("the customer", "wish", rosa.person_id, None),
        ("the customer", "restriction", rosa.person_id, None),
    ]


def test_a_browsers_signal_is_an_objection_written_once(as_rosa: Client, rosa: Her) -> None:
    page = as_rosa.get(reverse("my-page"), headers={"Sec-GPC": "1"})
    assert "Global Privacy Control" in page.content.decode()
    as_rosa.get(reverse("my-held"), headers={"Sec-GPC": "1"})
    (row,) = Told.of(rosa).objections
    assert row["value"] == "marketing"
    do(as_rosa, "go-on", fact_id=row["fact_id"])
    as_rosa.get(reverse("my-page"), headers={"Sec-GPC": "1"})
    assert Told.of(rosa).objections == []  # her own word stands above her browser's


def test_without_the_signal_nothing_is_written(as_rosa: Client, rosa: Her) -> None:
    as_rosa.get(reverse("my-page"), headers={"Sec-GPC": "0"})
    as_rosa.get(reverse("my-page"))
    assert Preference.objects.count() == 0


def test_the_signal_is_said_to_be_honoured(charlie: Client, db: None) -> None:
    answer = charlie.get("/.well-known/gpc.json")
    assert (answer.status_code, answer.json()["gpc"]) == (200, True)


def test_looking_writes_nothing(as_rosa: Client, company: Company) -> None:
    def many() -> list[int]:
        with opened(company) as rows:
            assert rows is not None
            return [rows.ask(f"select count(*) from written_{name}")[0][0] for name in ("preferences", "consents")]

    before = (many(), Entry.objects.count())
    for page in ("page", "held", "why", "contacts", "wishes", "stop", "correct", "take", "erase"):
        assert as_rosa.get(reverse(f"my-{page}")).status_code == 200
    assert (many(), Entry.objects.count()) == before
