"""What becomes of what people wrote, until a refresh has read it: a pure function of rows to `LaidOver`.

Of a person who was merged everything shows with the one whose id stays, as the next refresh names them: the one that
a decision named, else the one known first. Whom the snapshot has as one and somebody set apart, nobody can take apart
before the refresh has seen which record is whose: they are `parting`, and so are those of whom decisions contradict
each other. Whom the snapshot has as two, since they were set apart, and somebody took that back, the refresh alone can
say to be one: of them it is said, and that is all.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from byname.people.decisions import KINDS, standing_rows, undone_by
from byname.web.written.ledger_side import ERASE
from byname.web.written.peace import hidden
from byname.web.written.shape import LaidOver, Said
from byname.web.written.versions import newest, records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from byname.web.written.ledger_side import LedgerSide
    from byname.web.written.versions import Row, Since
    from byname.web.written.whose import Whose

__all__ = ["lay"]

_HANDLED = ("done", "not now", "not right")
_OF_CHANNEL = {"phone": "call", "in_person": "visit"}


def lay(
    since: Since, ledger: LedgerSide, private: Sequence[Row], whose: Whose, *, run: datetime, today: datetime
) -> LaidOver:
    """What is laid over a snapshot.

    Args:
        since: for each fact table its rows that the snapshot does not hold, oldest first.
        ledger: what is in the ledger.
        private: notes that the snapshot does not tell, though the ledger has them.
        whose: whose a record is in the snapshot.
        run: when the snapshot's run began, UTC without a zone.
        today: the end of today, likewise.
    """
    decided = [{**row, "known_at": row["written_at"]} for row in since.get("decisions", ())]
    every = list({row["fact_id"]: row for row in (*decided, *ledger.decisions)}.values())
    undone = undone_by(every)
    told = {name: [row for row in rows if row["fact_id"] not in undone] for name, rows in since.items()}
    who = [row for row in every if row["kind"] in KINDS]
    then = [row for row in who if "drained_at" not in row and row["known_at"] <= run]
    whose.look_up(records(who if len(then) < len(who) else (), private, *since.values()))
    merged: dict[str, str] = {}
    parting: set[str] = set()
    of_identity: list[tuple[str, Said]] = []
    if len(then) < len(who):
        merged, parting, of_identity = _identity(who, then, whose)

    def person(row: Row) -> str | None:
        found = whose.person(row["record_id"])
        return merged.get(found, found) if found else None

    said = defaultdict[str, list[Said]](list)
    for each, what in of_identity:
        said[merged.get(each, each)].append(what)
    for name, rows in told.items():
        for row in newest(rows):
            one, read = person(row), _said(name, row)
            if one and read:
                said[one].append(read)
    pending = frozenset(said)
    for row in private:
        one, read = person(row), _said("decisions", row)
        if one and read:
            said[one].append(read)
    decisions = [(whom, row) for row in told.get("decisions", ()) if (whom := person(row))]
    gone = hidden([row for row in every if row["fact_id"] not in undone], told, undone, ledger, whose, today)
    shown = {merged.get(one, one) for one in gone}
    return LaidOver(
        hidden=frozenset(gone | shown | {one for one, other in merged.items() if other in shown}),
        merged=merged,
        parting=frozenset(merged.get(one, one) for one in parting),
        owners={one: row["value"] or "" for one, row in decisions if row["kind"] == "owner"},
        standings=_standings(decisions, ledger, whose, merged, run),
        said={one: tuple(sorted(what, key=lambda each: each.at, reverse=True)) for one, what in said.items()},
        pending=pending,
        handled={
            (one, row["value"].partition(" ")[0]): row["kind"] for one, row in decisions if row["kind"] in _HANDLED
        },
        kept=frozenset(row["fact_id"] for row in newest(told.get("promises", ())) if row["kept_at"]),
    )


# ---------------------------------------------------------------------------------------------- who is who


def _identity(
    who: Sequence[dict[str, Any]], then: Sequence[dict[str, Any]], whose: Whose
) -> tuple[dict[str, str], set[str], list[tuple[str, Said]]]:
    """Whom somebody is shown as; who will be parted; and what is said of it, each with a person of the snapshot."""
    now, before = standing_rows(who), {row["fact_id"] for row in standing_rows(then)}
    holds = {row["fact_id"] for row in now}
    merged, parting = _merged(now, whose)
    said = list[tuple[str, Said]]()
    for row in now:
        if row["fact_id"] not in before and row["kind"] != "keeps_id":
            people = _both(row, whose)
            if row["kind"] == "apart" and len(people) == 1:
                parting |= people
            said += [(one, _decision(row)) for one in people]
    ended = {row["fact_id"]: row for row in then if row["fact_id"] in before - holds and row["kind"] != "keeps_id"}
    for row in ended.values():
        if row["kind"] == "merge" and len(people := _both(row, whose)) == 1:
            parting |= people
    for row in who:
        if row["kind"] == "undo" and row["value"] in ended:
            said += [(one, _decision(row)) for one in _both(row, whose)]
    return merged, parting, said


def _merged(now: Sequence[dict[str, Any]], whose: Whose) -> tuple[dict[str, str], set[str]]:
    """Join people of the snapshot along the merges that hold, never what is set apart, as `people.joining` does.

    Also gives those of whom decisions that hold contradict each other, which only an undo of an undo can bring about:
    which record goes where, the refresh alone can say.
    """
    parent: dict[str, str] = {}
    foes: list[tuple[str, str]] = [
        (one, other) for row in now if row["kind"] == "apart" and (two := _pair(row, whose)) for one, other in (two,)
    ]

    def root(person: str) -> str:
        while (above := parent.get(person, person)) != person:
            person = above
        return person

    kept_apart: set[str] = set()
    for row in now:
        if row["kind"] == "merge" and (two := _pair(row, whose)):
            one, other = root(two[0]), root(two[1])
            if any({root(foe), root(its)} == {one, other} for foe, its in foes):
                kept_apart |= {*two}
            elif one != other:
                parent[other] = one
    together = defaultdict[str, set[str]](set)
    for person in {*parent, *parent.values()}:
        together[root(person)].add(person)
    keeps = [row["record_id"] for row in now if row["kind"] == "keeps_id"]
    anchor = whose.anchors({person for people in together.values() for person in people})
    may_stay = [
        {record: its for record in keeps if (its := whose.person(record)) and its in people}
        or {anchor[one]: one for one in people}
        for people in together.values()
    ]
    # Asked once for all, since the ledger's records have to be looked through.
    whose.look_up_first_known({record for one in may_stay if len(one) > 1 for record in one})
    merged: dict[str, str] = {}
    for people, records_of in zip(together.values(), may_stay, strict=True):
        stays = records_of[whose.known_first(records_of)]
        merged |= dict.fromkeys(people - {stays}, stays)
    return merged, kept_apart


def _pair(row: Row, whose: Whose) -> tuple[str, str] | None:
    """The two people of the snapshot whom a decision is about; None where they are one, or not known."""
    one, other = whose.person(row["record_id"]), whose.person(row["other_record_id"])
    return (one, other) if one and other and one != other else None


def _both(row: Row, whose: Whose) -> set[str]:
    """The people of the snapshot whom a decision is about."""
    return {one for name in ("record_id", "other_record_id") if (one := whose.person(row[name]))}


# ------------------------------------------------------------------------------------------ what is written


def _standings(
    decisions: Sequence[tuple[str, Row]], ledger: LedgerSide, whose: Whose, merged: Mapping[str, str], run: datetime
) -> dict[str, str]:
    """What standings were corrected to; "unknown" where the snapshot has a correction that was taken back."""
    told = {one: row["value"].partition(" ")[0] for one, row in decisions if row["kind"] == "standing"}
    if "unknown" in told.values():
        taken = [row for row in ledger.decisions if row["kind"] == "standing" and row["known_at"] <= run]
        whose.look_up(records(taken))
        corrected = {merged.get(one, one) for row in taken if (one := whose.person(row["record_id"]))}
        told = {one: what for one, what in told.items() if what != "unknown" or one in corrected}
    return told


def _decision(row: Row) -> Said:
    says = "" if row["kind"] == "undo" else row["value"] or ""
    return Said(row["fact_id"], "decisions", row["kind"], says, row["by_whom"] or "", row["occurred_at"])


def _said(name: str, row: Row) -> Said | None:
    """A row as a person reads it; None for one that another says already."""
    if name == "decisions" and row["kind"] in (*KINDS, ERASE):
        return None
    if name == "votes":
        return None
    kind, says, by = _WORDS[name](row)
    at: datetime = row["occurred_at"] or row["written_at"]
    return Said(row["fact_id"], name, kind, says or "", by or "", at, row.get("private_to") or "", row.get("due_at"))


# Of a row of each table: its kind, what it says, by whom.
_WORDS: Mapping[str, Callable[[Row], tuple[str, str | None, str | None]]] = {
    "decisions": lambda row: (row["kind"], row["value"], row["by_whom"]),
    "promises": lambda row: ("promise kept" if row["kept_at"] else "promise", row["what"], row["employee"]),
    "contacts": lambda row: (_OF_CHANNEL.get(row["channel"] or "", row["channel"] or ""), row["kind"], row["employee"]),
    "answers": lambda row: (row["kind"], None, None),
    "consents": lambda row: ("consent", _joined(row, "state", "channel", "purpose"), row["by_whom"]),
    "preferences": lambda row: (row["kind"], row["value"], row["by_whom"]),
    "messages": lambda row: (row["medium"] or "message", row["text"] or row["subject"], None),
    "ratings": lambda row: (row["scale"], f"{row['score']:g}", None),
    "ideas": lambda row: ("idea", row["title"], None),
    "referrals": lambda _row: ("referral", None, None),
}


def _joined(row: Row, *names: str) -> str:
    return " ".join(row[name] for name in names if row[name])
