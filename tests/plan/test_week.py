"""Minutes, days and who does it (S0.11, S0.32, S3.16)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from byname.company import Employee, Plan, Settings, Teams
from byname.plan.staffing import staffed
from byname.plan.week import days_from, minutes_of_teams, perks_left

FRIDAY = date(2026, 6, 26)


def test_nobody_works_at_the_weekend_unless_the_settings_say_so() -> None:
    plain = Settings(name="Acme", teams=Teams(sales=30, service=90))
    found = minutes_of_teams(plain, FRIDAY)
    assert found[0].tolist() == [30, 0, 0, 30, 30, 30, 30]
    assert found[3].tolist() == [90, 0, 0, 90, 90, 90, 90]
    every = minutes_of_teams(plain.model_copy(update={"plan": Plan(weekend=True)}), FRIDAY)
    assert np.all(every[0] == 30)
    assert days_from(FRIDAY)[-1] == date(2026, 7, 2)


def test_what_was_given_this_month_is_not_given_again() -> None:
    settings = Settings(name="Acme", plan=Plan(perks=100))
    assert perks_left(settings, 30.0) == 70.0
    assert perks_left(settings, 130.0) == 0.0


def contact(known_to: str | None, **but: Any) -> dict[str, Any]:
    return {"team": "service", "day": FRIDAY, "minutes": 10.0, "known_to": known_to, "owed": False} | but


ADA, BEN = Employee(name="Ada", team="service", minutes=20), Employee(name="Ben", team="service", minutes=30)
CLEO = Employee(name="Cleo", team="sales")


def test_who_knows_the_person_does_it_while_their_minutes_last() -> None:
    rows = staffed([contact("Ada"), contact("Ada"), contact("Ada"), contact(None)], [ADA, BEN])
    assert [row["employee"] for row in rows] == ["Ada", "Ada", "Ben", "Ben"]


def test_an_employee_of_another_team_is_not_sent_and_nobody_is_invented() -> None:
    rows = staffed([contact("Cleo"), contact("Somebody who left")], [CLEO])
    assert [row["employee"] for row in rows] == [None, None]
    assert staffed([contact("Cleo", team="sales")], [CLEO])[0]["employee"] == "Cleo"


def test_no_employee_gets_more_minutes_than_they_have_on_a_day() -> None:
    days = [date(2026, 6, 26), date(2026, 6, 29)]
    rows = staffed([contact("Ada" if n % 2 else None, day=days[n % 2]) for n in range(20)], [ADA, BEN])
    for day in days:
        for one in (ADA, BEN):
            spent = sum(row["minutes"] for row in rows if row["employee"] == one.name and row["day"] == day)
            assert spent <= one.minutes
