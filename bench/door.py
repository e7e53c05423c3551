"""Let thousands of contacts out, and kill who does it fifty times: how quick is the door, and does each have one contact?

    python bench/door.py DIR [--drafts 1000] [--batch 1000] [--kills 50] [--seed 1]

DIR is a company with a snapshot of at most 26 hours. Its facts and snapshots are linked into a folder beside, in which an
app database of its own is made, so nothing is written into it. First the drafts are let out in batches, and timed. Then
they wait again, and a process that lets them out is killed with SIGKILL at random instants; after each kill every draft
must wait without a contact, or be out with exactly one. Exit status 1 if not.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from byname.web.desk import Desk
    from byname.web.outreach.models import Draft

_CHILD = "--child"
_FEW = 5  # drafts that a process lets out at once while it is to be killed
_LISTED = """
    with one as (select distinct on (person_id) person_id, action from candidates where channel = 'email')
    select one.person_id, one.action, people.anchor
    from one join people using (person_id)
    order by person_id
    limit $1
"""


def main() -> int:
    if sys.argv[1:] == [_CHILD]:
        return _lets_out()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--drafts", type=int, default=1_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for one in given.folder.absolute().iterdir():
            if not one.name.startswith(("app.sqlite3", "serving", "spill")):
                (Path(folder) / one.name).symlink_to(one)
        os.environ |= {"BYNAME_FOLDER": folder, "DJANGO_SETTINGS_MODULE": "byname.web.settings"}
        return _bench(given.drafts, given.batch, given.kills, random.Random(given.seed))


def _bench(many: int, batch: int, kills: int, chance: random.Random) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from byname.web.outreach.door import claim_many
    from byname.web.outreach.models import Draft

    call_command("migrate", verbosity=0)
    desk, drafts = _desk(), _drafts(many)
    began, worked = time.perf_counter(), time.process_time()
    for first in range(0, len(drafts), batch):
        claim_many(desk, drafts[first : first + batch])
    took, worked = time.perf_counter() - began, time.process_time() - worked
    out = sum(draft.contact_id is not None for draft in drafts)
    sys.stdout.write(
        f"{len(drafts):,} drafts in {took:.2f} s ({worked:.2f} s of a core), {len(drafts) / took:,.0f} a second; "
        f"{out:,} let out\n"
    )
    bad = 0
    Draft.objects.all().delete()
    with connection.cursor() as cursor:
        for name in ("contacts", "decisions"):
            cursor.execute(f"delete from written_{name}")
    _drafts(many)
    connection.close()
    for kill in range(kills):
        child = subprocess.Popen([sys.executable, __file__, _CHILD], stdout=subprocess.PIPE, text=True)
        assert child.stdout
        child.stdout.readline()
        time.sleep(chance.uniform(0.0, 2.0))
        child.send_signal(signal.SIGKILL)
        child.wait()
        wrong, waiting = _wrong()
        bad += wrong
        sys.stdout.write(f"kill {kill + 1}: {waiting:,} wait, {wrong:,} wrong\n")
        if not waiting:
            break
    return int(bad > 0)


def _desk() -> Desk:
    from byname.snapshot import open_current
    from byname.web.desk import Desk
    from byname.web.served import company

    return Desk(company(), open_current(company()))


def _drafts(many: int) -> list[Draft]:
    from byname.gate_again import playbooks_of
    from byname.web.outreach.models import Draft, State

    desk = _desk()
    plays = playbooks_of(desk.company).by_action
    made = [
        Draft(
            person_id=row["person_id"], record_id=row["anchor"], as_of=desk.as_of, action=row["action"],
            title=plays[row["action"]].title, team=plays[row["action"]].team, channel="email",
            kind=plays[row["action"]].kind, purpose=plays[row["action"]].purpose, subject="A word", words="A word.",
            state=State.APPROVED,
        )
        for row in desk.snapshot.query(_LISTED, [many])
    ]  # fmt: skip
    Draft.objects.bulk_create(made, batch_size=500)
    return list(Draft.objects.order_by("person_id"))


def _lets_out() -> int:
    import django

    django.setup()
    from byname.web.outreach.door import claim_many
    from byname.web.outreach.models import Draft, State

    desk = _desk()
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    while some := list(Draft.objects.filter(state=State.APPROVED).order_by("person_id")[:_FEW]):
        claim_many(desk, some)
    return 0


def _wrong() -> tuple[int, int]:
    """How many drafts and contacts do not fit together, and how many drafts wait."""
    from django.db import connection

    from byname.web.outreach.models import Draft, State
    from byname.web.written.models import Contact

    contacts = list(Contact.objects.values_list("fact_id", flat=True))
    out = list(Draft.objects.filter(state=State.CLAIMED).values_list("contact_id", flat=True))
    others = Draft.objects.exclude(state=State.CLAIMED).exclude(contact_id=None).count()
    waiting = Draft.objects.filter(state=State.APPROVED).count()
    connection.close()
    twice = len(contacts) - len(set(contacts))
    return len(set(contacts) ^ set(out)) + twice + others, waiting


if __name__ == "__main__":
    raise SystemExit(main())
