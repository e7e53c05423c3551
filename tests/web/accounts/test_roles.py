"""Who may what: the table of roles, notes of other teams, whom a lead may assign to. Demands: S3.15, S0.32."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from byname.web.accounts.models import Account, Role
from byname.web.accounts.policy import VERBS, demand, may, may_assign_to, may_read_note

EXPECTED = {
    "reader": "read",
    "member": "read act export",
    "lead": "read act export assign decide",
    "steward": "read act export decide data audit",
    "owner": "read act export assign decide data settings accounts audit",
}


def of(role: str, team: str = "", **more: object) -> Account:
    return Account(email="x@kettle.test", role=role, team=team, **more)  # type: ignore[misc]


@pytest.mark.parametrize("role", Role.values)
def test_each_role_may_what_the_table_says_and_no_more(role: str) -> None:
    assert [verb for verb in VERBS if may(of(role), verb)] == EXPECTED[role].split()


@pytest.mark.parametrize("role", Role.values)
def test_a_shut_account_and_a_stranger_may_nothing(role: str) -> None:
    assert not any(
        may(of(role, is_active=False), verb) or may(AnonymousUser(), verb) or may(None, verb) for verb in VERBS
    )


def test_who_may_not_is_refused() -> None:
    demand(of("owner"), "accounts")
    with pytest.raises(PermissionDenied):
        demand(of("steward"), "accounts")


@pytest.mark.parametrize(
    ("role", "team", "private_to", "reads"),
    [
        ("reader", "marketing", "", True),
        ("reader", "marketing", "marketing", True),
        ("member", "marketing", "marketing", True),
        ("member", "service", "marketing", False),
        ("lead", "service", "marketing", False),
        ("steward", "", "marketing", False),
        ("steward", "", "", True),
        ("owner", "", "marketing", True),
        ("owner", "service", "marketing", True),
    ],
)
def test_a_private_note_is_read_by_its_team_and_owners(role: str, team: str, private_to: str, *, reads: bool) -> None:
    assert may_read_note(of(role, team), private_to) is reads
    assert not may_read_note(of(role, team, is_active=False), private_to)


@pytest.mark.parametrize(
    ("role", "team", "to", "may_assign"),
    [
        ("member", "sales", "sales", False),
        ("lead", "sales", "sales", True),
        ("lead", "sales", "service", False),
        ("lead", "sales", "", True),
        ("owner", "", "service", True),
        ("steward", "sales", "sales", False),
    ],
)
def test_a_lead_assigns_within_the_team(role: str, team: str, to: str, *, may_assign: bool) -> None:
    assert may_assign_to(of(role, team), to) is may_assign
