"""What a colleague should know of one person before a call.

A table gives somebody's rows at a tenth of what a question to the engine costs, so what is left to do with these few is
done here; `Brief` says what each is.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.cards import cards
from byname.web.console.person.plain import plain
from byname.web.console.voice.since import leaves
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk
    from byname.web.written.shape import Said

__all__ = ["Brief", "brief"]

_REASONS = 5  # pieces of evidence that stand on the page; all of them are one click away
_WORDS = 5
_FRIENDS = 10

# Table → what is read of it.
_READ: dict[str, tuple[str, ...]] = {
    "people": (
        "person_id", "anchor", "name", "email", "phone", "street", "postcode", "city", "household_id", "language",
        "owner", "name_from", "email_from", "phone_from", "address_from", "first_seen", "records",
    ),
    "profile": (
        "known_to", "company", "rank_share", "orders", "asks_365", "gives_365", "days_since_thanked",
        "open_complaints", "oldest_complaint_days", "complaint_topic", "open_questions", "referral_unthanked",
        "idea_shipped", "first_seen_on",
    ),
    "value": (
        "orders", "repeat_orders", "recency_days", "age_days", "spend_total", "returned_total", "p_alive",
        "expected_orders", "expected_spend", "median_spend", "clv", "clv_low", "clv_high", "value_at_risk",
        "contracts", "brought", "friends_spent", "referral_value", "growth", "rank",
    ),
    "standing": ("standing", "confidence", "since", "moved_from", "ask"),
    "pace": (
        "most", "window_days", "open_days", "restricted", "paused_until", "dislikes", "lines", "had", "why",
    ),
    "evidence": ("fact_id", "occurred_at", "says", "pull", "place"),
    "promises": ("fact_id", "what", "made_at", "due_at", "employee", "kept_at", "state"),
    "plan": ("day", "team", "title", "reason", "how", "place"),
    "blocked": ("rule", "says"),
    "voice": ("fact_id", "occurred_at", "medium", "quote", "topic", "uncertain"),
    "testimonials": ("fact_id", "state", "says"),
    "reach": ("channel", "address", "marketing", "objected", "asked", "refused", "bounced", "liking"),
    "consents": ("channel", "purpose", "state", "since", "reason"),
    "client_book": ("employee", "is_known", "last_at"),
}  # fmt: skip
BROUGHT = """
    select person_id, occurred_at from brought where referrer_id = $1
    order by occurred_at desc, person_id
    limit $2
"""
# Only who has a household is looked for in it.
HOUSEHOLD = "select person_id, reason from households where household_id = $1 and person_id <> $2 order by person_id"


@dataclass(frozen=True)
class Brief:
    """One person, as a colleague needs them.

    Attributes:
        person: the row of `people`.
        value: of `value`; None for who never bought, brought nobody and had no idea.
        standing: of `standing`; None where nobody may say (minors).
        matters: of `profile`: what is open, asked, given.
        pace: of `pace`.
        reasons: the strongest evidence for the standing.
        household: the others.
        promises: all of them.
        planned: what the plan has for them.
        stopped: rules of the gate that stop something, with their sentence, the one that stops most first.
        said: quotes, newest first, with what may be done with them.
        reach: a row for each channel, the best liked first.
        consents: to marketing.
        book: employees who know them.
        brought: the friends who came by them, newest first.
        came_by: who brought them.
        since: what was written since the snapshot, newest first, as this reader may see it.
        corrected: the standing that somebody corrected it to since.
        owner: who looks after them now; None: as the snapshot says.
        is_pending: something was written that the numbers do not hold yet.
        others: person_ids that are shown as this one since the snapshot.
    """

    person: dict[str, Any]
    value: dict[str, Any] | None = None
    standing: dict[str, Any] | None = None
    matters: dict[str, Any] = field(default_factory=dict)
    pace: dict[str, Any] | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    household: list[dict[str, Any]] = field(default_factory=list)
    promises: list[dict[str, Any]] = field(default_factory=list)
    planned: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    reach: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    book: list[dict[str, Any]] = field(default_factory=list)
    brought: list[dict[str, Any]] = field(default_factory=list)
    came_by: list[dict[str, Any]] = field(default_factory=list)
    since: tuple[Said, ...] = ()
    corrected: str = ""
    owner: str | None = None
    is_pending: bool = False
    others: tuple[str, ...] = ()

    @property
    def stands(self) -> str:
        """Where they stand today."""
        return self.corrected or (self.standing or {}).get("standing") or "unknown"

    @property
    def looked_after_by(self) -> str:
        """Who looks after them today, else who knows them; empty: nobody."""
        if self.owner is None:
            return self.matters.get("known_to") or self.person["owner"] or ""
        return self.owner


_LISTS = (
    "reasons", "household", "promises", "planned", "stopped", "said", "reach", "consents", "book", "brought", "came_by",
)  # fmt: skip
_OTHERS = ("household", "brought", "came_by")  # rows about somebody else


def brief(desk: Desk, person_id: str, seen: Sequence[Said]) -> Brief | None:
    """What is known of one person, with what was written since laid over; None for somebody who is not there.

    Args:
        desk: the snapshot with what was written since.
        person_id: today's, as `Desk.person_id` gives it.
        seen: what was written about them since, as far as this reader may see it.
    """
    since = desk.since
    found = remembered(_known, desk.snapshot, person_id)
    if not found:
        return None
    others = since.shown_together(person_id)[1:]
    beside = [remembered(_known, desk.snapshot, one) for one in others]
    lists: dict[str, Any] = {
        name: [*found[name], *(row for other in beside for row in other.get(name, ()))] for name in _LISTS
    }
    for name in _OTHERS:
        lists[name] = _shown(desk, person_id, lists[name])
    lists["said"] = _with_leave(
        desk, person_id, [one["person"]["anchor"] for one in (found, *beside) if one], lists["said"]
    )
    return Brief(
        **{name: found[name] for name in ("person", "value", "standing", "matters", "pace")},
        **lists,
        since=tuple(seen),
        corrected=since.standings.get(person_id, ""),
        owner=since.owners.get(person_id),
        is_pending=since.is_pending(person_id),
        others=tuple(others),
    )


def _known(snapshot: Snapshot, person_id: str) -> dict[str, Any]:
    """Everything of one person; empty for somebody who is not there."""
    read = {name: snapshot.rows(name, [person_id], columns) for name, columns in _READ.items()}
    if not read["people"]:
        return {}
    value = next(iter(read["value"]), None)
    referrer = snapshot.cards([person_id])[person_id]["came_by"]
    person, home = read["people"][0], read["people"][0]["household_id"]
    brings = value is not None and value["brought"]
    found: dict[str, Any] = {
        "person": person,
        "value": value,
        "standing": next(iter(read["standing"]), None),
        "matters": next(iter(read["profile"]), {}),
        "pace": next(iter(read["pace"]), None),
        "reasons": _reasons(read["evidence"]),
        "promises": [row | {"what": plain(row["what"])} for row in read["promises"]],
        "planned": sorted(read["plan"], key=lambda row: (row["day"], row["place"])),
        "stopped": _stopped(read["blocked"]),
        "said": _said(read["voice"], read["testimonials"]),
        "reach": sorted(read["reach"], key=lambda row: (-row["liking"], row["channel"])),
        "consents": [row for row in read["consents"] if row["purpose"] == "marketing"],
        "book": sorted(read["client_book"], key=lambda row: (not row["is_known"], row["employee"])),
        "household": snapshot.query(HOUSEHOLD, [home, person_id]) if home else [],
        "brought": snapshot.query(BROUGHT, [person_id, _FRIENDS]) if brings else [],
        "came_by": [{"person_id": referrer}] if referrer else [],
    }
    names = cards(snapshot, [one["person_id"] for name in _OTHERS for one in found[name]])
    for name in _OTHERS:
        found[name] = [names[one["person_id"]] | one for one in found[name] if one["person_id"] in names]
    return found


def _reasons(evidence: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What pulls most toward the standing."""
    rows = sorted((row for row in evidence if row["pull"] > 0), key=lambda row: row["place"])
    return [{**row, "says": plain(row["says"])} for row in rows[:_REASONS]]


def _stopped(blocked: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence of each rule that stops something, of the one that stops most plays first."""
    by_rule: dict[str, list[str]] = defaultdict(list)
    for row in blocked:
        by_rule[row["rule"]].append(row["says"])
    return [min(says) for _rule, says in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0]))]


def _said(voice: Iterable[Mapping[str, Any]], testimonials: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The newest quotes, with what may be done with them."""
    leave = {row["fact_id"]: {"state": row["state"], "leave": row["says"]} for row in testimonials}
    rows = sorted(
        (row for row in voice if row["quote"]), key=lambda row: (row["occurred_at"], row["fact_id"]), reverse=True
    )
    return [{**row, "quote": plain(row["quote"]), **leave.get(row["fact_id"], {})} for row in rows[:_WORDS]]


def _with_leave(
    desk: Desk, person_id: str, anchors: Sequence[str], said: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The quotes with what was noted since of whether they may be used."""
    noted = leaves(desk, anchors)
    rows = []
    for row in said:
        leave = noted.of(person_id, row["fact_id"])
        if leave is None:
            rows.append(row)
        elif leave.scope:
            rows.append({**row, "state": "permitted", "leave": leave.scope})
        else:
            rows.append({**row, "state": "refused", "leave": _("they allow it no longer")})
    return rows


def _shown(desk: Desk, person_id: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Other people of whom something is said: who is shown to nobody is not named, nor is the person themselves."""
    since = desk.since
    told = {since.shown_as(row["person_id"]): row for row in reversed(rows)}
    return [
        {**row, "person_id": one} for one, row in reversed(told.items()) if one not in since.hidden and one != person_id
    ]
