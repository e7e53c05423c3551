"""On which days of the week somebody may be contacted, by the clocks of those very dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.plan.open_days import DAYS, Hours, Open, open_week
from byname.plan.quiet_words import Quiet, quiet_wish

BERLIN = Hours("Europe/Berlin")
TUESDAY = date(2026, 6, 30)


def opened(week: Open) -> list[int]:
    return [day for day in range(DAYS) if week.mask >> day & 1]


def test_working_days_are_open_from_nine_to_five() -> None:
    assert open_week("Europe/Berlin", TUESDAY, BERLIN) == Open(0b1001111, 540, 1020)


def test_a_weekend_is_open_only_where_the_settings_say_so() -> None:
    assert opened(open_week("Europe/Berlin", TUESDAY, Hours("Europe/Berlin", weekend=True))) == list(range(7))


def test_hours_are_those_in_which_the_person_is_awake_too() -> None:
    """S2.8: New York is six hours behind: eight in the morning there is two in the afternoon here."""
    assert open_week("America/New_York", TUESDAY, BERLIN) == Open(0b1001111, 840, 1020)


def test_it_is_saturday_in_sydney_while_we_still_work_on_friday() -> None:
    home = Hours("America/Los_Angeles", quiet_from="23:00", quiet_to="01:00")
    friday = date(2026, 7, 3)
    assert opened(open_week("Australia/Sydney", friday, home))[:1] != [0]
    assert opened(open_week("America/Los_Angeles", friday, home))[:1] == [0]


def test_where_our_day_is_their_night_a_letter_may_go_and_no_call() -> None:
    assert open_week("America/Los_Angeles", TUESDAY, BERLIN) == Open(0b1001111, 0, 0)


def test_a_change_of_clocks_on_one_side_moves_the_hours_that_week() -> None:
    """Between 8 and 29 March 2026 New York has summer time and Berlin has not: five hours apart and not six."""
    before = open_week("America/New_York", date(2026, 3, 2), BERLIN)
    across = open_week("America/New_York", date(2026, 3, 5), BERLIN)  # Thursday, Friday; Monday to Wednesday
    within = open_week("America/New_York", date(2026, 3, 9), BERLIN)
    assert (before.from_minute, across.from_minute, within.from_minute) == (840, 840, 780)
    assert opened(across) == [0, 1, 4, 5, 6]


def test_the_day_of_the_change_itself_counts_by_its_own_clock() -> None:
    sunday = date(2026, 3, 29)
    week = open_week("Europe/Berlin", sunday, Hours("Europe/Berlin", weekend=True))
    assert week == Open(0b1111111, 540, 1020)
    assert open_week("Europe/London", sunday, Hours("Europe/Berlin", weekend=True)).from_minute == 540


def test_own_closed_days_own_quiet_and_a_pause_close() -> None:
    wishes = [quiet_wish("not on Mondays"), quiet_wish("mornings only")]
    assert open_week("Europe/Berlin", TUESDAY, BERLIN, wishes) == Open(0b0001111, 540, 720)
    assert opened(open_week("Europe/Berlin", TUESDAY, BERLIN, wishes, paused_days=2)) == [2, 3]
    assert open_week("Europe/Berlin", TUESDAY, BERLIN, [quiet_wish("evenings only")]) == Open(0b1001111, 0, 0)


def test_less_than_an_hour_leaves_no_minutes() -> None:
    short = open_week("Europe/Berlin", TUESDAY, BERLIN, [Quiet(spans=((0, 600), (645, 1440)))])
    assert (short.from_minute, short.to_minute) == (0, 0)
    assert open_week("Europe/Berlin", TUESDAY, BERLIN, [Quiet(spans=((0, 600), (660, 1440)))]) == Open(
        0b1001111, 600, 660
    )


def test_of_two_free_pieces_the_longer_counts() -> None:
    week = open_week("Europe/Berlin", TUESDAY, BERLIN, [quiet_wish("lunch")])
    assert (week.from_minute, week.to_minute) == (540, 720)


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Pacific/Kiritimati",
]
SPANS = (
    st.tuples(st.integers(0, 95), st.integers(1, 96))
    .filter(lambda one: one[0] < one[1])
    .map(lambda one: (one[0] * 15, one[1] * 15))
)
QUIETS = st.lists(
    st.builds(Quiet, st.frozensets(st.integers(0, 6), max_size=3), st.lists(SPANS, max_size=2).map(tuple)), max_size=2
)


def free_minutes(zone: str, hours: Hours, day: date, quiet: list[Quiet]) -> list[int]:
    """A plain second way: minute by minute of our working day."""
    ours, theirs = ZoneInfo(hours.zone), ZoneInfo(zone)
    from_, to = (int(text[:2]) * 60 + int(text[3:]) for text in (hours.quiet_from, hours.quiet_to))
    found = []
    for minute in range(540, 1020):
        wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ours)
        there = wall.astimezone(UTC).astimezone(theirs)
        at = there.hour * 60 + there.minute
        asleep = at >= from_ or at < to if from_ > to else from_ <= at < to
        closed = any(there.weekday() in one.closed for one in quiet)
        silent = any(begins <= at < ends for one in quiet for begins, ends in one.spans)
        weekend = not hours.weekend and (there.weekday() > 4 or day.weekday() > 4)
        if not (asleep or closed or silent or weekend):
            found.append(minute)
    return found


def longest(minutes: list[int]) -> int:
    best = run = 0
    for place, minute in enumerate(minutes):
        run = run + 1 if place and minutes[place - 1] == minute - 1 else 1
        best = max(best, run)
    return best


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from(ZONES), st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2027, 12, 31)), QUIETS,
    st.booleans(), st.integers(0, 8),
)  # fmt: skip
def test_every_open_minute_is_free_by_a_plain_loop_and_a_closed_day_has_its_reason(
    zone: str,
    company: str,
    as_of: date,
    quiet: list[Quiet],
    weekend: bool,  # noqa: FBT001
    paused: int,
) -> None:
    hours = Hours(company, weekend=weekend)
    week = open_week(zone, as_of, hours, quiet, paused)
    window = set(range(week.from_minute, week.to_minute))
    assert not window or (week.mask and len(window) >= 60)
    for ahead in range(DAYS):
        free = free_minutes(zone, hours, as_of + timedelta(days=ahead), quiet)
        if week.mask >> ahead & 1:
            assert window <= set(free)
            assert ahead >= paused
        elif ahead >= paused and longest(free) >= 60:
            # it has an hour of its own, but none at the time that the open days have in common
            assert longest(sorted(window & set(free))) < 60


@pytest.mark.parametrize("zone", ZONES)
def test_a_person_in_our_own_zone_has_our_hours_on_any_date(zone: str) -> None:
    for month in range(1, 13):
        week = open_week(zone, date(2026, month, 1), Hours(zone, weekend=True))
        assert week == Open(0b1111111, 540, 1020)
