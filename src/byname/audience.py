"""The list of one playbook for another tool: whom the gate lets through, with the words to start with (S2.7, S2.11).

Who is held out is not in the file: the ledger remembers them as contacts of the arm "held out", so that what became of
them can be compared with those whom the tool reaches. A list leaves the house, so it is asked once more, at the moment
of writing, who objected, restricted or withdrew since the refresh.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from byname.errors import SnapshotError, UsageError, nearest
from byname.facts.quoting import literal
from byname.held_out import remember
from byname.playbooks.filters import MissingFact
from byname.playbooks.loading import load
from byname.playbooks.wording import gaps, worded
from byname.safe_csv import write_list
from byname.said_no import said_no_since

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from byname.company import Company
    from byname.playbooks.playbook import Playbook
    from byname.snapshot import Snapshot

__all__ = ["Audience", "audience"]

HELD_OUT = "held-out"  # the gate's rule
_NEEDED = ("candidates", "blocked", "profile", "reach", "people")
_POSTAL = ("name", "street", "postcode", "city", "country")


@dataclass(frozen=True)
class Audience:
    """What was written, and what was not.

    Attributes:
        path: the file.
        action: the playbook's.
        campaign: what its held-out contacts are called, and what `byname contacted --campaign` should say of the rest.
        channel: how the tool is to reach them.
        people: how many are in the file.
        held_out: how many were left out by the lots, and are in the ledger.
        left_out: how many others were left out, by the rule or the reason.
        to_fill: what the words leave for a person to fill in before anything goes out.
    """

    path: Path
    action: str
    campaign: str
    channel: str
    people: int
    held_out: int
    left_out: Mapping[str, int]
    to_fill: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The counts, for a person: one sentence each."""
        reasons = sorted(self.left_out.items(), key=lambda one: (-one[1], one[0]))
        return (
            f"{self.people:,} people for {self.action} by {self.channel.replace('_', ' ')} are in {self.path}.",
            f"{self.held_out:,} are held out, so that the effect can be proven: they are not in the file.",
            *(f"{many:,} left out: {why}." for why, many in reasons),
            *(f"The words still say [{one}]: fill it in before they go out." for one in self.to_fill),
            f'When it went out: byname contacted … --campaign "{self.campaign}" --action {self.action}',
        )


def audience(company: Company, snapshot: Snapshot, action: str, path: Path, *, channel: str = "") -> Audience:
    """Write the list of a playbook as CSV, and put those held out into the ledger.

    Both arms are told apart by the lots alone: who could not be written to, or of whom a fact that the words need is
    not known, is in neither.

    Args:
        company: whose.
        snapshot: with the tables candidates, blocked, profile, reach and people.
        action: the playbook's.
        path: a file that is not there yet.
        channel: how the tool reaches people; where nothing is said, the best way to most of them. Who is better reached
            in another way is left out, and counted.

    Raises:
        UsageError: the file is there, there is no such playbook, or it does not go by that channel.
        SnapshotError: the snapshot has no plan.
    """
    if path.exists() or path.is_symlink():
        raise UsageError(where=str(path), found="a file", expected="a name that is free: no list is overwritten")
    playbook = _playbook(company, action, channel)
    with _plan_of(company, snapshot) as con:
        found = _rows(con, _CANDIDATES, action=action)
        ways = Counter(row["channel"] for row in found)
        by = channel or max(playbook.channels, key=lambda one: ways[one])  # of equal ones the first that it prefers
        con.register("ways", _ways(company, playbook))
        lots = _rows(con, _HELD, action=action, held_out=HELD_OUT)
        closed = _rows(con, _BLOCKED, action=action, held_out=HELD_OUT)
    left_out = Counter({row["rule"]: row["people"] for row in closed})
    barred = said_no_since(company, snapshot, channel=by, purpose=playbook.purpose, service=playbook.kind == "service")
    currency = company.settings.currency
    lines = [line for _, line in _listed(found, playbook, by, barred, left_out, currency)]
    held = [anchor for anchor, _ in _listed(lots, playbook, by, barred, Counter(), currency)]
    campaign = f"{action} {snapshot.as_of}"
    write_list(path, _header(by), lines, lambda: remember(company, playbook, campaign, by, held))
    to_fill = tuple(dict.fromkeys(gap for line in lines for gap in gaps(str(line[-1]))))
    return Audience(path, action, campaign, by, len(lines), len(held), dict(left_out), to_fill)


def _playbook(company: Company, action: str, channel: str) -> Playbook:
    books = {
        one.action: one for one in load(company.playbooks, company.settings.plan.off, may_use=company.settings.may_use)
    }
    if action not in books:
        raise UsageError(
            where="PLAYBOOK",
            found=f'"{action}"{nearest(action, books)}',
            expected=f"one of {', '.join(books)}",
        )
    if channel and channel not in books[action].channels:
        raise UsageError(
            where="--channel", found=f'"{channel}"', expected=f"one of {', '.join(books[action].channels)}"
        )
    return books[action]


# -------------------------------------------------------------------------------------- out of the snapshot

_PERSON = "profile.*, reach.address as reached_at, people.street, people.postcode"
_CANDIDATES = f"""
    select {_PERSON}, candidates.channel
    from candidates
    join profile using (person_id)
    join people using (person_id)
    left join reach on reach.person_id = candidates.person_id and reach.channel = candidates.channel
    where candidates.action = $action
    order by candidates.expected_value desc, profile.person_id
"""  # noqa: S608 - ours
# The way on which they would have been reached: those of the other arm are on theirs.
_HELD = f"""
    with open_ways as (
        select reach.person_id, reach.channel
        from reach
        join ways using (channel)
        where coalesce(reach.refused, false) = false and coalesce(reach.bounced, false) = false
          and case ways.purpose when 'marketing' then reach.marketing when 'feedback' then reach.feedback
                   else reach.service end in (select unnest(ways.states))
        qualify row_number() over (
            partition by reach.person_id order by coalesce(reach.liking, 0.5) * 0.5 - ways.place * 0.02 desc, ways.place
        ) = 1
    )
    select {_PERSON}, open_ways.channel
    from blocked
    join profile using (person_id)
    join people using (person_id)
    join open_ways on open_ways.person_id = blocked.person_id
    join reach on reach.person_id = blocked.person_id and reach.channel = open_ways.channel
    where blocked.action = $action and blocked.rule = $held_out and coalesce(blocked.also, '') = ''
    order by profile.person_id
"""  # noqa: S608 - ours
# Whom the lots left alone and something else too is left out for that.
_BLOCKED = """
    select case when rule = $held_out then trim(split_part(also, ',', 1)) else rule end as rule,
           count(distinct person_id) as people
    from blocked
    where action = $action and not (rule = $held_out and coalesce(also, '') = '')
    group by 1
"""


@contextmanager
def _plan_of(company: Company, snapshot: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of the plan as views."""
    with duckdb.connect() as con:
        for name in _NEEDED:
            path = snapshot.folder / f"{name}.parquet"
            if not path.is_file():
                raise SnapshotError(
                    where=str(snapshot.folder),
                    found=f"no {name}.parquet",
                    expected="a snapshot with a plan",
                    do=f"Make it with: byname refresh {company.folder}",
                )
            con.execute(f"create view {name} as select * from read_parquet({literal(str(path))})")  # noqa: S608
        yield con


def _rows(con: duckdb.DuckDBPyConnection, sql: str, **given: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = con.sql(sql, params=given).to_arrow_table().to_pylist()
    return rows


def _ways(company: Company, playbook: Playbook) -> pa.Table:
    """The playbook's channels in its order, each with what a consent must be for the ground that it stands on."""
    grounds = [company.settings.basis_of(one, playbook.kind) for one in playbook.channels]
    return pa.table(
        {
            "channel": list(playbook.channels),
            "place": list(range(1, len(grounds) + 1)),
            "purpose": [playbook.purpose] * len(grounds),
            "states": [["given"] if ground == "consent" else ["given", "not given"] for ground in grounds],
        }
    )


# ---------------------------------------------------------------------------------------------- the file


def _listed(
    found: Iterable[Mapping[str, Any]],
    playbook: Playbook,
    channel: str,
    barred: Collection[str],
    left_out: Counter[str],
    currency: str,
) -> Iterator[tuple[str, list[object]]]:
    """The anchor and the line of each person who can be reached so and of whom all is known that the words say."""
    for row in found:
        address = _address(row, channel)
        if row["channel"] != channel:
            left_out[f"better reached by {row['channel'].replace('_', ' ')}"] += 1
        elif row["anchor"] in barred:
            left_out["objected or withdrew since the refresh"] += 1
        elif not address[0] or (channel == "letter" and not address[1]):
            left_out["no address"] += 1
        else:
            try:
                words = worded(playbook, row, currency=currency)
            except MissingFact:
                left_out["a fact that the words need is not known"] += 1
                continue
            yield row["anchor"], [*address, row["first_name"], row["language"], words]


def _header(channel: str) -> list[str]:
    where = {"email": ["email"], "letter": list(_POSTAL), "in_person": ["name"]}.get(channel, ["phone"])
    return [*where, "first_name", "language", "opening_words"]


def _address(row: Mapping[str, Any], channel: str) -> list[object]:
    if channel == "letter":
        return [row[one] for one in _POSTAL]
    if channel in ("email", "in_person"):
        return [row["reached_at"] if channel == "email" else row["name"]]
    return [re.sub(r"[^0-9+]", "", row["reached_at"] or "")]
