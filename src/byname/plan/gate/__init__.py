"""Who may be contacted: one gate with named rules, each one question in SQL and one sentence (`rules.toml`).

There is no score. A way to a person is open if no rule closes it; what is closed says by which rule and why.
"""

from byname.plan.gate.friend import Verdict, friend_check
from byname.plan.gate.judging import Judged, Limits, judged
from byname.plan.gate.page import gate_page, gate_table
from byname.plan.gate.rule import Rule, rules
from byname.plan.gate.telling import nothing_but_service

__all__ = [
    "Judged",
    "Limits",
    "Rule",
    "Verdict",
    "friend_check",
    "gate_page",
    "gate_table",
    "judged",
    "nothing_but_service",
    "rules",
]
