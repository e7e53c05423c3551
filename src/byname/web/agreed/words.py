"""Words of rules and teams, for colleagues and for the person."""

from __future__ import annotations

from django.utils.translation import gettext as _

from byname.web.accounts.models import Team

__all__ = ["at_the_till", "rule_choices", "rule_says", "rule_word", "team_word"]


def rule_choices() -> list[tuple[str, str]]:
    """The rules, as a colleague chooses among them."""
    return [
        ("usual", _("the usual rule, as for everybody")),
        ("generous", _("generous: no questions asked")),
        ("strict", _("strict: each return is agreed with us before")),
    ]


def rule_word(rule: str) -> str:
    """A rule in a word."""
    return {"generous": _("generous"), "strict": _("strict")}.get(rule, _("as usual"))


def rule_says(rule: str) -> str:
    """A rule, as the person reads it."""
    return {
        "generous": _("When you bring something back, we ask no questions."),
        "strict": _("Before you bring something back, please agree it with us."),
    }.get(rule, _("The usual rule holds for you, as for everybody."))


def at_the_till(rule: str) -> str:
    """A rule, as an employee reads it where the person stands; empty: the usual one."""
    return {
        "generous": _("Returns: no questions asked."),
        "strict": _("Returns: as agreed with them, see their page before you say anything."),
    }.get(rule, "")


def team_word(team: str) -> str:
    """A team, as the person reads it."""
    return str(Team(team).label) if team in Team.values else ""
