"""What to do where nobody said yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["nothing_but_service"]

LEFT = statement(
    "plan.gate_left",
    """
    with service as (
        select action, bool_or(coalesce(owed, false) or kind = 'service') as serves from offered group by action
    )
    select count(case when not service.serves then 1 end) as others
    from candidates
    join service on service.action = candidates.action
    """,
)

ASKED_FOR = statement(
    "plan.gate_asked_for",
    """
    with wanted as (
        select distinct channel,
               case when purpose = 'feedback' then 'feedback' when purpose in ('service', 'contract') then 'service'
                    else 'marketing' end as purpose
        from offered
        where coalesce(basis, 'consent') not in ('soft opt-in', 'legitimate interest', 'contract')
          and kind <> 'service' and not coalesce(owed, false)
    ),
    agreed as (
        select channel, count_if(marketing = 'given') as marketing, count_if(feedback = 'given') as feedback,
               count_if(service = 'given') as service
        from reach
        group by channel
    )
    select wanted.purpose, wanted.channel,
           coalesce(case when wanted.purpose = 'feedback' then agreed.feedback
                         when wanted.purpose = 'service' then agreed.service else agreed.marketing end, 0) as agreed
    from wanted
    left join agreed on agreed.channel = wanted.channel
    """,
)


def nothing_but_service(engine: Engine, *, candidates: Table, offered: Table, reach: Table) -> str:
    """What to do where the gate leaves service alone because nobody said yes; '' where that is not so.

    Args:
        engine: where the tables are.
        candidates: of `judged`.
        offered: as in `judged`.
        reach: as in `judged`.
    """
    if engine.fetch(engine.run(LEFT, candidates=candidates, offered=offered)).column("others")[0].as_py():
        return ""
    wanted = engine.fetch(engine.run(ASKED_FOR, offered=offered, reach=reach), order_by=("purpose", "channel"))
    rows = wanted.to_pylist()
    if not rows or any(row["agreed"] for row in rows):
        return ""
    purposes = list(dict.fromkeys(row["purpose"] for row in rows))
    channels = list(dict.fromkeys(row["channel"].replace("_", " ") for row in rows))
    return (
        f"Nobody has said yes to {_listed(purposes)} by {_listed(channels)}: the plan holds nothing but what is owed "
        "and service. Load consents (byname add DIR FILE), or state a basis under [basis] in byname.toml."
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
