"""Run by itself against a company's folder: drafts are made, a crowd of threads lets them out, or one goes on.

    python crowd.py make PEOPLE DAYS | crowd NUMBER | on

Several crowds are several processes: the pages, the worker, the command line.
"""

from __future__ import annotations

import json
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk
    from byname.web.outreach.models import Draft

CROWDS, THREADS, PEOPLE = 4, 50, 50
_LISTED = """
    with one as (
        select candidates.person_id, candidates.action, candidates.channel, people.anchor
        from candidates
        join people using (person_id)
        where candidates.channel in ('email', 'letter')
    )
    select * from one
    where person_id in (select person_id from one group by person_id order by min(channel), person_id limit $1)
    order by person_id, action
"""


def _desk() -> Desk:
    from byname.snapshot import open_current
    from byname.web.desk import Desk
    from byname.web.served import company

    return Desk(company(), open_current(company()))


def make(people: int = PEOPLE, days: int = 2) -> None:
    """Approved drafts for these people: each of their plays, as often as on so many days."""
    from byname.gate_again import playbooks_of
    from byname.web.accounts.models import Account, Role
    from byname.web.outreach.models import Draft, State

    desk = _desk()
    plays = playbooks_of(desk.company).by_action
    Account.objects.create_user("alice@kettle.test", None, name="Alice", role=Role.OWNER)
    for row in desk.snapshot.query(_LISTED, [people]):
        play = plays[row["action"]]
        for day in range(days):
            Draft.objects.create(
                person_id=row["person_id"],
                record_id=row["anchor"],
                as_of=desk.as_of - timedelta(days=day),
                action=row["action"],
                title=play.title,
                team=play.team,
                channel=row["channel"],
                kind=play.kind,
                purpose=play.purpose,
                subject="A word",
                words="A word.",
                state=State.APPROVED,
            )


def crowd(which: int) -> None:
    """Threads at once, each by a way of its own: one draft, a batch, the worker's whole list, by hand."""
    from django.db import connection

    from byname.web.accounts.models import Account
    from byname.web.outreach.models import Draft

    desk, alice = _desk(), Account.objects.get()
    drafts = list(Draft.objects.order_by("pk"))
    connection.close()
    together = Barrier(THREADS)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sys.stdin.readline()  # until all crowds are there

    def one(number: int) -> str:
        chance = random.Random(which * THREADS + number)  # noqa: S311 - no secret
        try:
            mine = chance.sample(drafts, 4)
            together.wait(60)
            return _by_some_way(desk, alice, number, mine, drafts)
        except Exception as error:  # noqa: BLE001 - the test looks at them
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        said = list(pool.map(one, range(THREADS)))
    sys.stdout.write(json.dumps([line for line in said if line]))


def _by_some_way(desk: Desk, alice: Account, number: int, mine: list[Draft], every: list[Draft]) -> str:
    from django.db import connection

    from byname.errors import UsageError
    from byname.web.desk import Desk
    from byname.web.outreach.deciding import done_by_hand
    from byname.web.outreach.door import claim, claim_many
    from byname.web.outreach.models import State

    desk = Desk(desk.company, desk.snapshot)
    if number == THREADS - 1:
        claim_many(desk, every)  # what the worker does
    elif number % 2:
        claim_many(desk, mine)
    else:
        for draft in mine:
            claim(desk, draft)
    for draft in mine:
        connection.close()  # PostgreSQL has fewer of them than we have threads
        if draft.state == State.BY_HAND:
            with suppress(UsageError):  # another thread did it
                done_by_hand(alice, desk, draft)
    return ""


def on() -> None:
    """Let out what waits, a few at a time; says so when it begins, and may be killed at any moment."""
    from byname.web.outreach.door import claim_many
    from byname.web.outreach.models import Draft, State

    desk = _desk()
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    while some := list(Draft.objects.filter(state=State.APPROVED).order_by("pk")[:2]):
        claim_many(desk, some)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "byname.web.settings"
    django.setup()
    told: dict[str, Any] = {"make": make, "crowd": crowd, "on": on}
    told[sys.argv[1]](*map(int, sys.argv[2:]))
