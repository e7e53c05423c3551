"""The list of people: by name, by any measure with its range, narrowed, counted, by pages (S0.1, S0.10, S0.26, S4.4)."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.http import QueryDict
from django.urls import reverse

from byname.best import MEASURES, best, measure_range
from byname.web.console.people import listing
from byname.web.console.people.asked import Asked, asked_of
from byname.web.desk import Desk
from byname.web.written import actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account


def text(page: bytes) -> str:
    """What a reader of the page reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.decode())).split())


def walked(desk: Desk, asked: Asked, size: int = 50) -> Iterator[listing.Listed]:
    """Everybody on the list, page after page."""
    while True:
        page = listing.page(desk, asked, size)
        yield from page.people
        if page.after is None:
            return
        # By way of the address, as a browser goes.
        asked = asked_of(QueryDict(asked.page(page.after)))


def ids(people: Any) -> list[str]:
    return [one.row["person_id"] for one in people]


@pytest.mark.parametrize("by", sorted(MEASURES))
def test_the_list_has_the_same_first_names_as_the_command(desk: Desk, by: str) -> None:
    first = [one for one in best(desk.snapshot, 60, by) if one.person_id not in desk.since.hidden][:40]
    shown = listing.page(desk, Asked(by=by), 50).people[: len(first)]
    assert ids(shown) == [one.person_id for one in first]
    for told, one in zip(shown, first, strict=True):
        assert (told.row["clv"], told.row["clv_low"], told.row["clv_high"]) == (one.clv, one.clv_low, one.clv_high)
        if by != "clv":
            assert told.measure == pytest.approx(one.measure)
            assert told.low <= told.high
        # The same words, but for the last order: the list looks up none, it says the last purchase that stands.
        assert one.reason.partition("; last on")[0] == told.why.partition("; last on")[0]


@pytest.mark.parametrize("by", sorted(MEASURES))
def test_every_page_is_another_part_of_the_list_and_all_of_them_are_all(desk: Desk, by: str) -> None:
    found = ids(walked(desk, Asked(by=by), 17))
    assert len(found) == len(set(found))
    counted = listing.groups(desk, Asked(by=by))
    without = 0 if by == "clv" else sum(group.without for group in counted)
    assert len(found) == sum(group.people for group in counted) - without


def test_everybody_is_on_the_list_who_is_shown_at_all(desk: Desk, snapshot: Snapshot) -> None:
    everybody = {row["person_id"] for row in snapshot.query("select person_id from people")}
    assert set(ids(walked(desk, Asked()))) == everybody - desk.since.hidden


def test_a_range_of_a_measure_is_in_proportion_to_what_it_is_made_of() -> None:
    row = {"measure": 50.0, "clv": 200.0, "clv_low": 100.0, "clv_high": 400.0}
    assert measure_range(row, "risk") == measure_range(row, "growth") == (25.0, 100.0)
    assert measure_range(row | {"measure": 260.0}, "engagement") == (160.0, 460.0)
    friends = {"friends_clv": 100.0, "friends_low": 10.0, "friends_high": 300.0}
    assert measure_range(row | friends, "referrals") == (5.0, 150.0)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("standing=loyal", "standing = 'loyal'"),
        ("standing=unknown", "standing = 'unknown'"),
        ("top=10", "rank_share <= .1"),
        ("low=100&high=500", "rank is not null and clv between 100 and 500"),
        ("low=0", "rank is not null"),
        ("stage=action", "stage = 'action'"),
        ("stage=none", "stage is null"),
        ("owner=-", "known_to is null"),
        ("standing=neutral&top=25&stage=action&low=50", "standing = 'neutral' and rank_share <= .25 and stage = 'action' and clv >= 50"),
    ],
)  # fmt: skip
def test_a_filter_keeps_those_of_whom_it_holds(desk: Desk, query: str, holds: str) -> None:
    expected = {row["person_id"] for row in desk.snapshot.query(f"select person_id from profile where {holds}")}
    asked = asked_of(QueryDict(query))
    assert set(ids(walked(desk, asked))) == expected - desk.since.hidden
    assert sum(group.people for group in listing.groups(desk, asked)) == len(expected - desk.since.hidden)
    assert asked_of(QueryDict(asked.query())) == asked


def test_those_whom_an_employee_knows_are_theirs(desk: Desk, as_alice: Client) -> None:
    name = listing.owners(desk)[0]
    shown = list(walked(desk, Asked(owner=name)))
    assert shown
    assert {one.owner for one in shown} == {name}
    assert f"{name} knows them" in text(as_alice.get(reverse("people"), {"owner": name}).content)


def test_a_mass_category_is_said_in_one_line(as_rita: Client, desk: Desk) -> None:
    page = text(as_rita.get(reverse("people"), {"standing": "neutral"}).content)
    (group,) = listing.groups(desk, Asked(standing="neutral"))
    assert f"{group.people} people, worth {group.clv:,.0f} EUR" in page
    assert f"{group.people} neutral , worth {group.clv:,.0f} EUR" in page


def test_a_list_says_how_many_it_leaves_out_and_why(as_rita: Client, desk: Desk) -> None:
    without = sum(group.without for group in listing.groups(desk, Asked(by="referrals")))
    page = text(as_rita.get(reverse("people"), {"by": "referrals"}).content)
    assert f"{without} people are not on this list" in page


def test_a_corrected_standing_moves_somebody_to_another_list_at_once(alice: Account, desk: Desk, best: str) -> None:
    was = next(iter(walked(desk, Asked()))).standing
    actions.correct_standing(alice, desk, best, "advocate", why="spoke for us at the fair")
    now = Desk(desk.company, desk.snapshot)
    assert best in ids(walked(now, Asked(standing="advocate")))
    assert best not in ids(walked(now, Asked(standing=was)))
    before, after = ({one.standing: one for one in listing.groups(each, Asked())} for each in (desk, now))
    assert after["advocate"].people == before["advocate"].people + 1
    assert after[was].people == before[was].people - 1


def test_an_owner_counts_at_once_and_so_does_that_there_is_none(alice: Account, desk: Desk, best: str) -> None:
    name = desk.company.settings.employees[-1].name
    actions.assign(alice, desk, best, name)
    now = Desk(desk.company, desk.snapshot)
    assert best in ids(walked(now, Asked(owner=name)))
    assert name in listing.owners(now)
    actions.assign(alice, now, best, "")
    assert best not in ids(walked(Desk(desk.company, desk.snapshot), Asked(owner=name)))


def test_who_objected_or_was_merged_is_not_on_any_list(alice: Account, desk: Desk, as_alice: Client) -> None:
    first, second, third = ids(listing.page(desk, Asked(), 3).people)
    actions.wish(alice, desk, first, "objection")
    actions.merge(alice, desk, second, third)
    now = Desk(desk.company, desk.snapshot)
    (gone,) = {second, third} & set(now.since.merged)
    left = set(ids(walked(now, Asked())))
    assert left == set(ids(walked(desk, Asked()))) - {first, gone}
    page = as_alice.get(reverse("people")).content.decode()
    assert reverse("person", args=[first]) not in page
    assert reverse("person", args=[gone]) not in page
    assert sum(group.people for group in listing.groups(now, Asked())) == len(left)


@pytest.mark.parametrize(
    "query",
    ["by=none", "standing=x", "top=99", "low=abc", "low=nan", "high=1e999", "stage=x", "after=x", "after=1 2", "after=nan 1 p",
     "after=1 99999999999999999999999999999 p", "owner=%00", "owner=" + "x" * 5_000, "by=clv;drop table people"],
)  # fmt: skip
def test_an_address_that_asks_what_cannot_be_is_no_error(as_rita: Client, query: str) -> None:
    assert as_rita.get(f"{reverse('people')}?{query}").status_code == 200


def test_an_empty_list_says_what_was_asked_and_what_to_do(as_rita: Client) -> None:
    page = text(as_rita.get(reverse("people"), {"low": "99999999", "standing": "loyal"}).content)
    assert "Nobody is: loyal, worth 99,999,999 EUR or more." in page
    assert "See everybody" in page


def test_the_next_page_is_a_link(as_rita: Client) -> None:
    first = as_rita.get(reverse("people")).content.decode()
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = as_rita.get(html.unescape(following))
    assert second.status_code == 200
    names = [set(re.findall(r'href="(/person/[^"]+)"', page)) for page in (first, second.content.decode())]
    assert not names[0] & names[1]
