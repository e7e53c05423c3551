"""The choice: the most value for everybody within minutes, budgets of contacts, rest and perk money."""

from byname.plan.choosing.choice import Choice, choose
from byname.plan.choosing.instance import DAYS, MOST, Instance

__all__ = ["DAYS", "MOST", "Choice", "Instance", "choose"]
