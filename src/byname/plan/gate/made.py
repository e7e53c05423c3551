"""The rules put together to statements: one that judges every way to every person, one that says why not.

A rule is a bit. A row carries the sum of the bits of all rules that block it: asked once for each person, then for
each play, then for each channel. Sentences are made of the rows that stay blocked, and of nothing else.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.gate.columns import CHANNELS, PACE, REACH, TURNED_DOWN, columns_of
from byname.plan.gate.rule import rules
from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byname.engines import Statement
    from byname.plan.gate.columns import Level

__all__ = ["NO_WAY", "bit_of_channel", "judging", "persons", "queueing", "saying"]

NO_WAY = "no-way"  # the rule that is asked where there is no channel, and alone then


def bit_of_channel(channel: str) -> int:
    """A channel's own bit in the sum of channels on which a person can be reached."""
    return 1 << CHANNELS.index(channel)


@cache
def persons() -> Statement:
    """One row a person: the sum of the person's own rules, and what the other rules look at."""
    carried = _used_below()
    picks = ", ".join(_from_person(name) for name in dict.fromkeys((*carried, *_used_by("person"))))
    there = " + ".join(
        f"{bit_of_channel(one)} * max(case when channel = '{one}' then 1 else 0 end)" for one in CHANNELS
    )
    return statement(
        "plan.gate_persons",
        f"""
        with there as (select person_id, {there} as channel_set from reach group by person_id),
        left_alone as (select distinct person_id from held where action = '*'),
        seen as (
            select profile.person_id, coalesce(there.channel_set, 0) as channel_set,
                   left_alone.person_id is not null as held_all, {picks}
            from profile
            left join pace on pace.person_id = profile.person_id
            left join there on there.person_id = profile.person_id
            left join left_alone on left_alone.person_id = profile.person_id
        )
        select person_id, channel_set, held_all, {", ".join(carried)}, {_sum("person")} as bits
        from seen
        """,  # noqa: S608 - ours
    )


@cache
def judging() -> Statement:
    """Each person, play and channel with the sum of the rules that close it; a row without a channel is no way."""
    action, channel = _used_by("action"), _used_by("channel")
    kept = [name for name in channel if name in columns_of("action") and name != "action"]
    return statement(
        "plan.gate_judging",
        f"""
        with same as (select person_id, action, min(days) as days_since_same from recent group by person_id, action),
        left_out as (select distinct person_id, action from held where action <> '*'),
        pairs as (
            select matched.person_id, matched.action, persons.channel_set, persons.bits as before,
                   plays.action is not null as is_offered,
                   {_picked(action, kept, "action")}
            from matched
            join persons on persons.person_id = matched.person_id
            left join plays on plays.action = matched.action
            left join same on same.person_id = matched.person_id and same.action = matched.action
            left join left_out on left_out.person_id = matched.person_id and left_out.action = matched.action
            left join lines on lines.person_id = matched.person_id and lines.action = matched.action
            left join dislikes on dislikes.person_id = matched.person_id and dislikes.action = matched.action
            left join turned_down on turned_down.person_id = matched.person_id
                                  and turned_down.action = matched.action
        ),
        asked as (
            select person_id, action, channel_set, {"".join(f"{name}, " for name in kept)}
                   before + case when is_offered then {_sum("action")} else cast(0 as bigint) end as bits
            from pairs
        ),
        ways as (
            select asked.person_id, asked.action, asked.bits, options.channel, coalesce(options.best, true) as best,
                   {"".join(f"asked.{name}, " for name in kept)}{_of_channel(channel)}
            from asked
            left join options on options.action = asked.action and options.channel_set = asked.channel_set
            left join reach on reach.person_id = asked.person_id and reach.channel = options.channel
            left join disliked_ways on disliked_ways.person_id = asked.person_id
                                    and disliked_ways.action = options.channel
        )
        select person_id, action, channel, best,
               bits + case when channel is null then cast({_power(NO_WAY)} as bigint)
                           else {_sum("channel")} end as bits
        from ways
        """,  # noqa: S608 - ours
    )


@cache
def queueing() -> Statement:
    """Who passes all else for a play that is scarce: their place, the best first, and whether it is too far back."""
    return statement(
        "plan.gate_queueing",
        f"""
        with passing as (
            select distinct judged_rows.person_id, judged_rows.action, plays.scarce, plays.taken
            from judged_rows
            join plays on plays.action = judged_rows.action
            where judged_rows.bits = 0 and plays.scarce is not null
        ),
        seen as (
            select passing.person_id, passing.action, passing.scarce,
                   passing.taken + row_number() over (
                       partition by passing.action order by coalesce(profile.clv, 0e0) desc, passing.person_id
                   ) as in_line
            from passing
            join profile on profile.person_id = passing.person_id
        )
        select person_id, action, in_line, {_sum("queue")} as bits from seen
        """,  # noqa: S608 - ours
    )


@cache
def saying(*, by_channel: bool = False) -> Statement:
    """The sentence of each rule that is named for a person, a play and a channel; with the channel if it is asked."""
    told = tuple(dict.fromkeys(name for rule in rules() for name in rule.told))
    picks = ", ".join(pick for pick in (_from_anywhere(name) for name in told) if pick)
    cases = " ".join(f"when {rule.number} then {rule.sentence}" for rule in rules())
    return statement(
        "plan.gate_verdicts" if by_channel else "plan.gate_saying",
        f"""
        with same as (select person_id, action, min(days) as days_since_same from recent group by person_id, action),
        seen as (
            select faults.person_id, faults.action, faults.channel, faults.rule_number, faults.rule, faults.also,
                   {picks}
            from faults
            join profile on profile.person_id = faults.person_id
            left join pace on pace.person_id = faults.person_id
            left join plays on plays.action = faults.action
            left join reach on reach.person_id = faults.person_id and reach.channel = faults.channel
            left join same on same.person_id = faults.person_id and same.action = faults.action
            left join lines on lines.person_id = faults.person_id and lines.action = faults.action
            left join dislikes on dislikes.person_id = faults.person_id and dislikes.action = faults.action
            left join turned_down on turned_down.person_id = faults.person_id and turned_down.action = faults.action
            left join disliked_ways on disliked_ways.person_id = faults.person_id
                                    and disliked_ways.action = faults.channel
            left join queue on queue.person_id = faults.person_id and queue.action = faults.action
        )
        select person_id, action, {"channel, " if by_channel else ""}rule, case rule_number {cases} end as says, also
        from seen
        """,  # noqa: S608 - ours
    )


def _sum(level: Level) -> str:
    """SQL for the sum of the bits of a level's rules that block a row of `seen`."""
    bits = [
        f"case when {rule.flag} then cast({rule.power} as bigint) else cast(0 as bigint) end"
        for rule in rules()
        if rule.level == level and rule.name != NO_WAY
    ]
    return "(" + " + ".join(bits or ["cast(0 as bigint)"]) + ")"


def _power(name: str) -> int:
    return next(rule.power for rule in rules() if rule.name == name)


def _used_by(level: Level) -> tuple[str, ...]:
    """The columns that the rules of a level look at."""
    return tuple(dict.fromkeys(name for rule in rules() if rule.level == level for name in rule.columns))


def _used_below() -> tuple[str, ...]:
    """The columns of a person that are looked at once for each play or channel."""
    own = columns_of("person")
    return tuple(name for name in dict.fromkeys((*_used_by("action"), *_used_by("channel"))) if name in own)


def _from_person(name: str) -> str:
    return f"{'pace' if name in PACE else 'profile'}.{name}"


def _picked(first: Iterable[str], then: Iterable[str], level: Level) -> str:
    """Columns of `matched`'s neighbours in `judging`, each where it comes from."""
    beside = {
        "days_since_same": "same.days_since_same",
        "held": "(persons.held_all or left_out.person_id is not null) as held",
        "crossed": "lines.crossed",
        "disliked": "dislikes.disliked",
    } | {name: f"turned_down.{name}" for name in TURNED_DOWN}
    own, known = columns_of("person"), columns_of(level)
    return ", ".join(
        beside.get(name) or f"{'persons' if name in own else 'plays'}.{name}"
        for name in dict.fromkeys((*first, *then))
        if name in known and name != "action"
    )


def _of_channel(names: Iterable[str]) -> str:
    """Columns of a channel in `judging`, each where it comes from."""
    beside = {
        "basis": "options.basis",
        "consent": "case when asked.purpose = 'feedback' then reach.feedback "
        "when asked.purpose in ('service', 'contract') then reach.service else reach.marketing end as consent",
        "disliked_way": "disliked_ways.disliked as disliked_way",
    }
    return ", ".join(f"reach.{name}" if name in REACH else beside[name] for name in names if name in {*REACH, *beside})


def _from_anywhere(name: str) -> str:
    """A column of a sentence, where it comes from; nothing for those that a fault has itself."""
    beside = {
        "action": "",
        "channel": "",
        "days_since_same": "same.days_since_same",
        "crossed": "lines.crossed",
        "disliked": "dislikes.disliked",
        "disliked_way": "disliked_ways.disliked as disliked_way",
        "in_line": "queue.in_line",
    } | {name: f"turned_down.{name}" for name in TURNED_DOWN}
    if name in beside:
        return beside[name]
    return (
        f"{'profile' if name in PROFILE else 'pace' if name in PACE else 'reach' if name in REACH else 'plays'}.{name}"
    )
