"""What people ask of us in words: by which channel, how often, when not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.people.consents import CHANNELS as CONSENTED
from byname.plan.channel_wishes import channel_wish, objected_to
from byname.plan.channels import CHANNELS
from byname.plan.pace_words import UNREAD, PaceWish, pace_wish
from byname.plan.quiet_words import UNREAD as UNREAD_QUIET
from byname.plan.quiet_words import quiet_wish

ALL = set(CHANNELS)


@pytest.mark.parametrize(
    ("value", "asked", "refused"),
    [
        ("email", {"email"}, set()),
        ("E-Mail, not phone", {"email"}, {"phone"}),
        ("no phone", set(), {"phone"}),
        ("never call", set(), {"phone"}),
        ("phone: no", set(), {"phone"}),
        ("nur per Brief", {"letter"}, ALL - {"letter"}),
        ("email only", {"email"}, ALL - {"email"}),
        ("don't text me, email is fine", {"email"}, {"sms"}),
        ("Bitte keine Anrufe", set(), {"phone"}),
        ("not by phone but by email", {"email"}, {"phone"}),
        ("pas de SMS", set(), {"sms"}),
        ("postal mail", {"letter"}, set()),
        ("in person", {"in_person"}, set()),
        ("none", set(), ALL),
        ("any", set(), set()),
    ],
)
def test_a_wish_about_channels_is_read(value: str, asked: set[str], refused: set[str]) -> None:
    wish = channel_wish(value)
    assert (wish.asked, wish.refused, wish.is_read) == (asked, refused, True)


@pytest.mark.parametrize("value", ["fax", "", "blue", "carrier pigeon"])
def test_a_wish_about_no_channel_that_we_know_changes_nothing_and_is_told(value: str) -> None:
    wish = channel_wish(value)
    assert not wish.is_read
    assert not wish.asked | wish.refused


@settings(deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_written_no_channel_is_both_asked_and_refused(value: str) -> None:
    wish = channel_wish(value)
    assert not wish.asked & wish.refused
    assert wish.asked | wish.refused <= ALL


@pytest.mark.parametrize(
    ("value", "channels"),
    [
        ("marketing", ALL), ("email", {"email"}), ("e-mail marketing", {"email"}), ("marketing sms", {"sms"}),
        ("profiling", ALL), ("", ALL), ("leave me alone", ALL), ("feedback", set()), ("email feedback", set()),
        ("in person", {"in_person"}),
    ],
)  # fmt: skip
def test_an_objection_holds_where_it_says_and_else_everywhere(value: str, channels: set[str]) -> None:
    assert objected_to(value) == channels


def test_every_channel_of_a_consent_is_one_of_ours() -> None:
    assert set(CONSENTED) < ALL


@pytest.mark.parametrize(
    ("value", "most", "days"),
    [
        ("once a month", 1, 30), ("at most 2 a week", 2, 7), ("weekly", 1, 7), ("never", 0, 1), ("1/30d", 1, 30),
        ("Never more than twice a month", 2, 30), ("einmal im Monat", 1, 30), ("alle 2 Wochen", 1, 14),
        ("every other week", 1, 14), ("2x/month", 2, 30), ("höchstens 3 pro Jahr", 3, 365), ("twice yearly", 2, 365),
        ("une fois par mois", 1, 30), ("no more than 1 email per quarter", 1, 91), ("every 6 weeks", 1, 42),
        ("daily", 1, 1), ("0", 0, 1), ("stop", 0, 1), ("less often", 1, 91), ("bis zu zweimal im Monat", 2, 30),
        ("0 a month", 0, 1), ("1 per 2 weeks", 1, 14), ("una vez al mes", 1, 30), ("biweekly", 1, 14),
    ],
)  # fmt: skip
def test_a_wish_about_how_often_is_read(value: str, most: int, days: int) -> None:
    assert pace_wish(value) == PaceWish(most, days)


@pytest.mark.parametrize(
    ("value", "wish"),
    [
        ("pause until 2026-09-01", PaceWish(pauses=True, paused_until=date(2026, 9, 1))),
        ("until 1.9.2026", PaceWish(pauses=True, paused_until=date(2026, 9, 1))),  # 9 January would be sooner
        ("pause until 03/12/2026", PaceWish(pauses=True, paused_until=date(2026, 12, 3))),
        ("Pause for 3 months", PaceWish(pauses=True, pause_days=90)),
        ("on hold", PaceWish(pauses=True)),
        ("pause until 2026-13-45", PaceWish(pauses=True)),  # no day: until they say otherwise
        ("normal", PaceWish()),
        ("resume", PaceWish()),
    ],
)
def test_a_pause_lasts_as_long_as_it_says(value: str, wish: PaceWish) -> None:
    assert pace_wish(value) == wish


@pytest.mark.parametrize(
    "value", ["whatever works", "1x", "once in a while", "a few a month", "", "please ask my wife"]
)
def test_a_pace_that_cannot_be_read_is_once_a_quarter_and_told(value: str) -> None:
    assert pace_wish(value) == UNREAD
    assert not UNREAD.is_read


@settings(deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_written_about_pace_and_quiet_something_strict_comes_of_it(value: str) -> None:
    pace, quiet = pace_wish(value), quiet_wish(value)
    assert (pace.most is None) == (pace.window_days is None)
    assert pace.most is None or (pace.most >= 0 and (pace.window_days or 0) > 0)
    assert pace.is_read or pace == UNREAD
    assert quiet.is_read or quiet == UNREAD_QUIET
    assert all(0 <= begins < ends <= 1440 for begins, ends in quiet.spans)
    assert quiet.closed <= set(range(7))


@pytest.mark.parametrize(
    ("value", "closed", "spans"),
    [
        ("22-7", set(), [(0, 420), (1320, 1440)]), ("20:00-08:00", set(), [(0, 480), (1200, 1440)]),
        ("9 pm - 7 am", set(), [(0, 420), (1260, 1440)]), ("7-9 pm", set(), [(1140, 1260)]),
        ("weekends", {5, 6}, []), ("not on Mondays", {0}, []), ("am Wochenende nicht", {5, 6}, []),
        ("mornings only", set(), [(720, 1440)]), ("nur vormittags", set(), [(720, 1440)]),
        ("not before 10", set(), [(0, 600)]), ("bitte nicht vor 10 Uhr", set(), [(0, 600)]),
        ("after 6pm", set(), [(1080, 1440)]), ("please call after 17:00", set(), [(0, 1020)]),
        ("no calls on friday", {4}, []), ("Mon-Fri", {0, 1, 2, 3, 4}, []), ("weekends only", {0, 1, 2, 3, 4}, []),
        ("not on Mondays, mornings only", {0}, [(720, 1440)]), ("Sunday and Monday", {0, 6}, []),
        ("lunch", set(), [(720, 840)]), ("Fri to Mon", {4, 5, 6, 0}, []), ("stop on monday or tuesday", {0, 1}, []),
        ("anytime", set(), []),
    ],
)  # fmt: skip
def test_a_wish_for_quiet_is_read(value: str, closed: set[int], spans: list[tuple[int, int]]) -> None:
    wish = quiet_wish(value)
    assert (set(wish.closed), list(wish.spans), wish.is_read) == (closed, spans, True)
