"""The pages' side of an app database, in a process of its own: BYNAME_FOLDER=… python -m tests.web.written.pages_case.

It writes all that people write and looks at what is laid over; pytest's own process has one database, this any.
"""

from __future__ import annotations

import django


def main() -> None:
    """Write, look, and leave the rows for who called."""
    django.setup()
    from django.conf import settings
    from django.db import connection

    from byname.snapshot import open_current
    from byname.web.accounts.models import Account, Entry, Role
    from byname.web.desk import Desk
    from byname.web.written import actions

    company = settings.COMPANY
    snapshot = open_current(company)
    alice = Account.objects.create_user("alice@acme.test", None, name="Alice", role=Role.OWNER, team="sales")
    ids = [row["person_id"] for row in snapshot.query("select person_id from people order by name")]
    since = Desk(company, snapshot).since
    assert len(set(since.merged.values())) == 1, since.merged  # two merges, of the ledger and of the app database
    shown = next(iter(since.merged.values()))
    actions.note(alice, Desk(company, snapshot), ids[0], "hush", private=True)
    assert actions.note(alice, Desk(company, snapshot), ids[0], "hush", private=True)
    (promise,) = actions.promise(alice, Desk(company, snapshot), ids[0], "a lid").fact_ids
    actions.keep_promise(alice, Desk(company, snapshot), ids[0], promise)
    actions.log_contact(alice, Desk(company, snapshot), ids[0], channel="phone", kind="thank", says="glad")
    actions.correct_standing(alice, Desk(company, snapshot), ids[0], "loyal", why="she said so")
    since = Desk(company, snapshot).since
    assert sorted(said.kind for said in since.said[shown]) == [
        "call", "merge", "merge", "merge", "merge", "note", "note", "promise kept", "standing",
    ], since.said  # fmt: skip
    assert since.standings == {shown: "loyal"}
    (wish,) = actions.wish(alice, Desk(company, snapshot), ids[0], "restriction").fact_ids
    assert Desk(company, snapshot).since.hidden == set(ids)
    actions.take_back_wish(alice, Desk(company, snapshot), wish)
    assert not Desk(company, snapshot).since.hidden
    assert Entry.objects.count() == 7
    assert connection.vendor == "postgresql"


if __name__ == "__main__":
    main()
