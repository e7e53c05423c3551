"""A rule for one person's returns: made by a colleague who looked, appealed by the person, decided by another one.

No program makes a rule, and none but the usual one holds without a person's name beneath it (GDPR, article 22).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from byname.draining import READER
from byname.errors import UsageError
from byname.facts.own import fact
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.agreed.book import agreed_with, agreed_with_all
from byname.web.agreed.evidence import evidence
from byname.web.agreed.saying import ANSWER, APPEAL, RULE, RULES, VERDICTS, answer_number, appeal_number, rule_value
from byname.web.agreed.words import rule_word
from byname.web.portal.whom import is_erased
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.written.actions.writing import Fact, Written, about, at_work, employee_of, words_of, write

if TYPE_CHECKING:
    from datetime import date

    from byname.app_rows import Rows
    from byname.web.accounts.models import Account
    from byname.web.agreed.saying import Rule
    from byname.web.desk import Desk
    from byname.web.portal.whom import Her

__all__ = ["MOST_DAYS", "MOST_WORDS", "answer", "appeal", "made_by", "make_rule"]

MOST_WORDS = 2_000
MOST_DAYS = 365


def make_rule(
    by: Account, desk: Desk, person_id: str, rule: str, *, why: str, until: date | None = None, has_looked: bool = False
) -> Written:
    """Make a rule for one person's returns, until a day within a year; "usual" ends whatever was made before.

    Args:
        by: who makes it, and answers for it by name.
        desk: where.
        person_id: for whom.
        rule: one of `RULES`.
        why: in words that the person reads.
        until: the last day; needed but for the usual rule.
        has_looked: does the colleague say that they looked at each return? Needed for a strict rule.

    Raises:
        PermissionDenied: a reader.
        UsageError: no such rule, no reason, no day within a year; or a strict one without a look at the returns, of
            somebody who returned nothing, or while an appeal waits.
    """
    person = about(by, "act", desk, person_id)
    name = next((one for one in RULES if one == rule), None)
    if name is None:
        raise UsageError(where=_("Rule"), found=f'"{rule[:40]}"', expected=", ".join(RULES))
    words = words_of(_("Why, as they read it"), why, MOST_WORDS)
    last = None if name == "usual" else _day_within_a_year(desk, until)
    looked_at = evidence(desk, person.person_id).of_all
    if name == "strict" and not looked_at:
        raise UsageError(where=_("Rule"), found=_("nobody who returned anything"), expected=_("usual or generous"))
    if name == "strict" and not has_looked:
        raise UsageError(
            where=_("I have looked at each of these"), found=_("no tick"), expected=_("a tick: a person decides")
        )
    with at_work(by, desk.company):
        before = agreed_with(desk, person.person_id)
        if name == "strict" and any(one.waits for one in before.rules):
            raise UsageError(
                where=_("Rule"),
                found=_("an appeal that waits for an answer"),
                expected=_("that it is decided first, by somebody else"),
            )
        return write(
            by,
            desk,
            person,
            [
                Fact(
                    "decisions",
                    {
                        "kind": RULE,
                        "value": rule_value(name, by.team, looked_at, words),
                        "until": None if last is None else desk.company.end_of(last) - timedelta(seconds=1),
                        "by_whom": employee_of(by),
                    },
                )
            ],
            action="returns rule",
            says=_("Returns of %(name)s: %(rule)s, from now on. They read it on their page.")
            % {"name": person.name, "rule": rule_word(name)},
            before={"rule": before.in_force},
            after={"rule": name, "until": last and last.isoformat(), "why": words, "looked_at": looked_at},
        )


def appeal(her: Her, text: str) -> None:
    """Say why a strict rule is not right; until somebody else has decided, the usual rule holds again.

    Raises:
        UsageError: no strict rule holds, she appealed already, no words, or too many.
    """
    words = words_of(_("What you say to it"), text, MOST_WORDS)
    with at_work(None, her.desk.company):
        rule = agreed_with(her.desk, her.person_id).rule
        if rule is None or rule.in_force != "strict" or rule.appeal is not None:
            raise UsageError(
                where=_("What you say to it"),
                found=_("an appeal that was made already")
                if rule is not None and rule.appeal is not None
                else _("no strict rule that holds"),
                expected=_("a strict rule, and one appeal against it"),
            )
        row = fact(
            "decisions",
            {
                "record_id": her.anchor,
                "kind": APPEAL,
                "value": f"{rule.number}\n{words}",
                "by_whom": BY_HERSELF,
            },
            reader=READER,
            source_id=appeal_number(rule),
        )
        by_themselves(
            her.desk.company, her.anchor, [Fact("decisions", row, is_version=True)], action="returns appealed"
        )


def answer(by: Account, desk: Desk, number: str, verdict: str, text: str) -> str:
    """Decide on an appeal: the rule is lifted, or kept. Somebody else than who made the rule decides.

    Args:
        by: who decides.
        desk: where.
        number: of the rule.
        verdict: one of `VERDICTS`.
        text: the reason, which the person reads.

    Returns:
        What was done, in a sentence.

    Raises:
        PermissionDenied: a reader.
        Http404: no appeal against such a rule waits.
        UsageError: who made the rule, another verdict, or no reason.
    """
    demand(by, "act")
    if verdict not in VERDICTS:
        raise UsageError(where=_("What you decide"), found=f'"{verdict[:40]}"', expected=", ".join(VERDICTS))
    words = words_of(_("Why, as they read it"), text, MOST_WORDS)
    with at_work(by, desk.company) as rows:
        person, rule = _waiting(desk, number)
        if made_by(rows, rule, by):
            raise UsageError(
                where=_("Appeal"),
                found=_("the same person who made the rule"),
                expected=_("somebody else: ask a colleague to decide it. Until then the usual rule holds"),
            )
        row = fact(
            "decisions",
            {
                "record_id": rule.fact["record_id"],
                "kind": ANSWER,
                "value": f"{rule.number} {verdict}\n{words}",
                "by_whom": employee_of(by),
            },
            reader=READER,
            source_id=answer_number(rule),
        )
        at = rows.moment()
        rows.add("decisions", [{"occurred_at": at, **row}], at=at)
        audit.log(
            by, "returns appeal decided", person, before={"rule": rule.rule}, after={"verdict": verdict, "why": words}
        )
    return (
        _("Lifted: the usual rule holds, and they read why.")
        if verdict == "lifted"
        else _("Kept: the rule holds again, and they read why.")
    )


def made_by(rows: Rows, rule: Rule, account: Account) -> bool:
    """Did that account make the rule, or another one of the same employee?"""
    written = rows.versions("decisions", rule.fact["fact_id"])
    return any(row["by_account_id"] == account.pk for row in written) or rule.by == employee_of(account)


def _waiting(desk: Desk, number: str) -> tuple[str, Rule]:
    """Whose it is, and the rule against which an appeal waits."""
    for person, agreed in agreed_with_all(desk).items():
        for rule in agreed.rules:
            if rule.number == number and rule.waits and not is_erased(desk, person):
                return person, rule
    raise Http404


def _day_within_a_year(desk: Desk, until: date | None) -> date:
    today = desk.company.today()
    if until is None or not today <= until <= today + timedelta(days=MOST_DAYS):
        raise UsageError(
            where=_("Until"),
            found=until.isoformat() if until else _("no day"),
            expected=_("a day within a year, after which it is looked at again"),
        )
    return until
