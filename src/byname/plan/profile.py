"""`profile`: one flat row a person, the only thing that playbooks, their words and the gate's rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.bought import bought
from byname.plan.profiled.contacted import contacted
from byname.plan.profiled.gave import gave
from byname.plan.profiled.owed import owed
from byname.plan.profiled.said import said
from byname.plan.profiled.signs import neglected, too_much
from byname.plan.profiled.stood import stood
from byname.plan.profiled.used import used
from byname.plan.profiled.who import who
from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["profile"]

# Which part a column is of; what is not named is of `who`.
_PARTS = {
    "stood": """clv clv_low clv_high expected_spend expected_orders p_alive value_at_risk rank rank_share growth
        headroom referral_value p_top_decile_year standing confidence dissatisfied actively_dissatisfied loyal advocate
        feels speaks would_recommend does_recommend stage moved_from days_in_standing fell_days why_fell ask
        value_of_knowing""",
    "bought": """is_customer orders spend_total returned_share returns_365 returns_faulty_365 days_since_purchase
        usual_gap first_year favourite_thing contracts contract_ended_days coming_occasion""",
    "used": "used_28 used_before features",
    "said": """days_since_word open_complaints oldest_complaint_days complaint_topic open_questions
        oldest_question_days days_since_praise praise_public praised_employee threatened_days last_nps rated_days
        rated_low hard_days testimonial""",
    "owed": """incidents_open incident incident_days incident_severity settled_days promises_open promises_broken
        promise promise_due_days promised_by""",
    "gave": """referrals referral_days referral_unthanked ideas idea_shipped idea_shipped_days answers_given
        community_score""",
    "contacted": """contacts_7 contacts_window contacts_365 days_since_contact asks_365 gives_365 days_since_asked
        days_since_thanked days_since_given opened_share replies_365 unsubscribed_days""",
}
_OF = {column: part for part, columns in _PARTS.items() for column in columns.split()}
_SIGNS = {
    "too_much": "too_much.person_id is not null",
    "neglected": "neglected.person_id is not null",
}
_SQL = {"text": "varchar", "number": "double", "integer": "bigint", "flag": "boolean", "date": "date"}


def _column(name: str, kind: str) -> str:
    value = _SIGNS.get(name) or f"{_OF.get(name, 'who')}.{name}"
    return f"{value} as {name}" if kind == "list" else f"cast({value} as {_SQL[kind]}) as {name}"


_COLUMNS = ", ".join(_column(name, column.kind) for name, column in PROFILE.items())
_JOINS = " ".join(f"left join {part} on {part}.person_id = who.person_id" for part in (*_PARTS, *_SIGNS))

PROFILES = statement("plan.profile", f"select {_COLUMNS} from who {_JOINS}")  # noqa: S608 - ours


def profile(engine: Engine, given: Sources, touched: Touches, known: Table, day: Day) -> Table:
    """One row a person who may have a plan, with the columns of `PROFILE`, in their order and of their kinds.

    Days are whole days before the as-of day. Of contacts and purchases they are counted in the company's zone, of
    words, ratings and the like by their UTC days.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        touched: from `touches.touches`.
        known: from `relations.known_to`.
        day: on which we look.
    """
    parts = {
        "who": who(engine, given, known, day),
        "stood": stood(engine, given, day),
        "bought": bought(engine, given, day),
        "used": used(engine, given, day),
        "said": said(engine, given, day),
        "owed": owed(engine, given, day),
        "gave": gave(engine, given, touched, day),
        "contacted": contacted(engine, given, touched, day),
    }
    signs = {
        "too_much": too_much(engine, given, touched, parts["contacted"], day),
        "neglected": neglected(engine, given, touched, parts["bought"], day),
    }
    found = engine.run(PROFILES, **parts, **signs)
    for done in (*parts.values(), *signs.values()):
        engine.drop(done)
    return found
