"""How perks, rules and appeals stand in facts of the table `decisions`, and how they are read from there.

The first line of a value is for programs, the other lines are words as people typed them:

    perk             once|always PLAYBOOK|-, what it is, why
    perk given       the perk's number and what it is
    returns          usual|generous|strict TEAM|- how many returns were looked at, why
    returns appeal   the rule's number, the person's words
    returns answer   the rule's number and kept|lifted, the reason
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, get_args

from byname.web.portal.writing import BY_HERSELF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byname.web.written.versions import Row

__all__ = [
    "ANSWER", "APPEAL", "GIVEN", "KINDS", "PERK", "RULE", "RULES", "VERDICTS", "Agreed", "Answer", "Appeal", "Perk",
    "Rule", "RuleName", "agreed_in", "answer_number", "appeal_number", "given_value", "perk_value", "rule_value",
]  # fmt: skip

type RuleName = Literal["usual", "generous", "strict"]

PERK, GIVEN, RULE, APPEAL, ANSWER = KINDS = ("perk", "perk given", "returns", "returns appeal", "returns answer")
RULES: tuple[RuleName, ...] = get_args(RuleName.__value__)
VERDICTS = ("lifted", "kept")
_ONCE, _ALWAYS, _NONE = "once", "always", "-"


@dataclass(frozen=True)
class _Said:
    """What a colleague decided; `fact` is its newest version."""

    fact: Row

    @property
    def number(self) -> str:
        """By which addresses and programs name it."""
        return str(self.fact["source_id"])

    @property
    def by(self) -> str:
        """Who decided it."""
        return self.fact["by_whom"] or ""

    @property
    def at(self) -> datetime:
        """When, UTC."""
        return _at(self.fact)

    @property
    def until(self) -> datetime | None:
        """Its last moment, UTC; None: it has no end."""
        return _utc(self.fact["until"])


@dataclass(frozen=True)
class Perk(_Said):
    """Something that somebody gets without asking.

    Attributes:
        what: in a few words.
        why: in a sentence that the person may read.
        is_once: is it over when it was given once?
        action: the playbook that it came of; empty: none.
        given: when it was given, UTC, the newest first.
    """

    what: str
    why: str
    is_once: bool
    action: str
    given: tuple[datetime, ...]

    @property
    def holds(self) -> bool:
        """May it be had now?"""
        return (self.until is None or self.until >= datetime.now(UTC)) and not (self.is_once and self.given)


@dataclass(frozen=True)
class Answer:
    """What another colleague decided on an appeal: "lifted" or "kept", and why."""

    verdict: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Appeal:
    """A person's words against a rule; `answer` is None while it waits."""

    words: str
    at: datetime
    answer: Answer | None


@dataclass(frozen=True)
class Rule(_Said):
    """A rule for one person's returns.

    Attributes:
        rule: usual, generous or strict.
        team: of who made it; empty: none.
        looked_at: how many returns there were to look at.
        why: as the person reads it.
        appeal: what the person said against it.
    """

    rule: RuleName
    team: str
    looked_at: int
    why: str
    appeal: Appeal | None

    @property
    def is_over(self) -> bool:
        """Is its time over?"""
        return self.until is not None and self.until < datetime.now(UTC)

    @property
    def waits(self) -> bool:
        """Does an appeal against it wait for an answer?"""
        return self.appeal is not None and self.appeal.answer is None

    @property
    def is_lifted(self) -> bool:
        """Was it lifted on appeal?"""
        return self.appeal is not None and self.appeal.answer is not None and self.appeal.answer.verdict == "lifted"

    @property
    def in_force(self) -> RuleName:
        """What holds by it now: the usual rule when it is over, lifted, or while an appeal waits."""
        return "usual" if self.is_over or self.waits or self.is_lifted else self.rule


@dataclass(frozen=True)
class Agreed:
    """What is agreed with one person, the newest first."""

    perks: tuple[Perk, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def rule(self) -> Rule | None:
        """The newest rule, whether it holds or not; no other counts."""
        return self.rules[0] if self.rules else None

    @property
    def in_force(self) -> RuleName:
        """Which rule holds now."""
        return self.rule.in_force if self.rule else "usual"

    @property
    def holding(self) -> list[Perk]:
        """Perks that may be had now."""
        return [perk for perk in self.perks if perk.holds]

    def perk(self, number: str) -> Perk | None:
        """The perk of that number."""
        return next((perk for perk in self.perks if perk.number == number), None)


def agreed_in(rows: Iterable[Row]) -> Agreed:
    """What one person's decisions say: the newest version of each. What we did not write ourselves says nothing."""
    ordered = sorted((row for row in rows if row["source"] == "byname"), key=lambda row: (_at(row), row["fact_id"]))
    by_kind = {kind: [row for row in ordered if row["kind"] == kind] for kind in KINDS}
    given: dict[str, list[datetime]] = {}
    for row in by_kind[GIVEN]:
        given.setdefault(_lines(row, 1)[0].partition(" ")[0], []).append(_at(row))
    answers = {head[0]: found for row in by_kind[ANSWER] if (head := _head(row, 2)) and (found := _answer(row, head))}
    appeals = {
        head[0]: Appeal(_lines(row, 2)[1], _at(row), answers.get(head[0]))
        for row in by_kind[APPEAL]
        # Nobody appeals for somebody else: what a colleague wrote is no appeal.
        if (head := _head(row, 1)) and row["by_whom"] == BY_HERSELF
    }
    perks = [perk for row in reversed(by_kind[PERK]) if (perk := _perk(row, given))]
    rules = [rule for row in reversed(by_kind[RULE]) if (rule := _rule(row, appeals))]
    return Agreed(tuple(perks), tuple(rules))


def perk_value(what: str, why: str, *, is_once: bool, action: str) -> str:
    """A perk as a fact says it; `what` and `why` are of one line each."""
    return f"{_ONCE if is_once else _ALWAYS} {action or _NONE}\n{what}\n{why}"


def given_value(perk: Perk) -> str:
    """That a perk was given, likewise."""
    return f"{perk.number} {perk.what}"


def rule_value(rule: RuleName, team: str, looked_at: int, why: str) -> str:
    """A rule for returns, likewise."""
    return f"{rule} {team or _NONE} {looked_at}\n{why}"


def appeal_number(rule: Rule) -> str:
    """The source_id of an appeal: there is one against a rule."""
    return f"{rule.number}-appeal"


def answer_number(rule: Rule) -> str:
    """The source_id of the answer to it."""
    return f"{rule.number}-answer"


def _perk(row: Row, given: dict[str, list[datetime]]) -> Perk | None:
    head, (_first, what, why) = _head(row, 2), _lines(row, 3)
    if not head or head[0] not in (_ONCE, _ALWAYS):
        return None
    action = "" if head[1] == _NONE else head[1]
    return Perk(row, what, why, head[0] == _ONCE, action, tuple(reversed(given.get(str(row["source_id"]), ()))))


def _rule(row: Row, appeals: dict[str, Appeal]) -> Rule | None:
    head, why = _head(row, 3), _lines(row, 2)[1]
    name = next((rule for rule in RULES if head and head[0] == rule), None)
    if name is None or not head[2].isdecimal():
        return None
    team = "" if head[1] == _NONE else head[1]
    return Rule(row, name, team, int(head[2]), why, appeals.get(str(row["source_id"])))


def _answer(row: Row, head: Sequence[str]) -> Answer | None:
    return Answer(head[1], _lines(row, 2)[1], row["by_whom"] or "", _at(row)) if head[1] in VERDICTS else None


def _head(row: Row, many: int) -> list[str]:
    """The words of the first line; none where they are not so many."""
    words = _lines(row, 1)[0].split(" ")
    return words if len(words) == many and all(words) else []


def _lines(row: Row, many: int) -> list[str]:
    """So many lines, the last with all the rest."""
    said = row["value"] or ""
    found: list[str] = said.split("\n", many - 1) if many > 1 else said.split("\n", 1)[:1]
    return found + [""] * (many - len(found))


def _at(row: Row) -> datetime:
    at: datetime = row["occurred_at"] or row.get("known_at") or row["written_at"]
    return at.replace(tzinfo=UTC)


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
