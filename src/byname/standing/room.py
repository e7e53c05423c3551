"""Where each person stands: the room's steps in order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.standing.acts import done
from byname.standing.alarms import alarms
from byname.standing.asking import asking
from byname.standing.both_ways import both_ways
from byname.standing.community import community
from byname.standing.corrections import corrections
from byname.standing.hindsight import hindsight
from byname.standing.incidents import incidents
from byname.standing.movement import marks, movement
from byname.standing.pieces import parts, pieces, used_days
from byname.standing.promises import promised
from byname.standing.recovery import recoveries
from byname.standing.speaking import speaking
from byname.standing.stages import stages
from byname.standing.stand import stand
from byname.standing.weights import shipped
from byname.standing.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from byname.engines import Engine, Table
    from byname.standing.stand import Stood
    from byname.standing.weights import Weights
    from byname.value.stress import Stress

__all__ = ["Standing", "Where", "standing_of"]

# Since when somebody stands where they stand is told where the smoothed path agrees with today's label; a standing that
# a colleague corrected counts from that day on at the latest, whatever the path of the quarters makes of it.
STANDING = statement(
    "standing.table",
    """
    select stood.person_id, stood.standing, stood.confidence, stood.neutral, stood.dissatisfied,
           stood.actively_dissatisfied, stood.loyal, stood.advocate, stood.feels,
           coalesce(speaks.speaks, case when stood.known then 'silent' else 'unknown' end) as speaks,
           would.would_recommend, stood.does_recommend, stage.stage,
           case when moved.smoothed is not distinct from stood.standing
                then case when corrected.day < moved.since then corrected.day else moved.since end
                else corrected.day end as since,
           case when moved.smoothed is not distinct from stood.standing then moved.moved_from
                when corrected.day is not null then moved.smoothed end as moved_from,
           asks.question as ask
    from stood
    left join speaks on speaks.person_id = stood.person_id
    left join would on would.person_id = stood.person_id
    left join stage on stage.person_id = stood.person_id
    left join moved on moved.person_id = stood.person_id
    left join asks on asks.person_id = stood.person_id
    left join corrected on corrected.person_id = stood.person_id and corrected.standing = stood.standing
    """,
)
OF_THE_COMPANY = statement(
    "standing.stage_of_the_company", "select person_id, stage from stages where product is null and stage is not null"
)


@dataclass(frozen=True)
class Where:
    """What the room takes of how this company looks at the world.

    Attributes:
        events: what was hard on customers, from the settings.
        zone: the company's IANA zone.
        as_of: the last day that counts.
        until: its end, UTC.
        sensitive: words of products that are nobody's business.
    """

    events: Sequence[Stress]
    zone: str
    as_of: date
    until: datetime
    sensitive: Sequence[str] = ()


@dataclass(frozen=True)
class Standing:
    """What the room gives; all tables of the snapshot by their names, and what was learned.

    Attributes:
        tables: by name.
        weights: what was used, to be kept.
        report: (what, in words).
    """

    tables: Mapping[str, Table]
    weights: Weights
    report: Sequence[tuple[str, str]]


def standing_of(
    engine: Engine,
    facts: Mapping[str, Table],
    *,
    people: Table,
    record_person: Table,
    voice: Table,
    net: Table,
    days: Table,
    worth: Table,
    brought: Table,
    stress: Table,
    wallets: Table,
    consents: Table,
    said_of_them: Table,
    kept: Weights | None,
    where: Where,
) -> Standing:
    """Bring evidence together, weigh it, and tell who moved.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        people: person_id, everybody who has a standing.
        record_person: their records.
        voice: what each message was read as.
        net: purchases.
        days: person_id, day, spent.
        worth: the snapshot's `value`.
        brought: who was brought by whom.
        stress: who stayed through which event.
        wallets: shares of wallet.
        consents: what each allows, by channel and purpose.
        said_of_them: what colleagues decided, from `people.colleagues`.
        kept: weights learned before.
        where: days and settings.
    """
    as_of, until = where.as_of, where.until
    wrong = incidents(
        engine,
        voice=voice,
        promises=facts["promises"],
        returns=facts["returns"],
        net=net,
        record_person=record_person,
        events=where.events,
        zone=where.zone,
        as_of=as_of,
        until=until,
    )
    weights = shipped()
    found = pieces(
        engine,
        [
            *said(engine, voice, facts["ratings"], record_person, until=until),
            *done(
                engine, facts, brought=brought, stress=stress, incidents=wrong,
                record_person=record_person, until=until,
            ),
        ],
        weights,
        zone=where.zone,
        as_of=as_of,
    )  # fmt: skip
    used = used_days(engine, facts["usage"], record_person, until=until)
    everybody = parts(engine, people=people, pieces=found, days=days, used=used, net=net, orders=facts["orders"])
    first = next(everybody)
    learned = hindsight(
        engine, first, kept, facts=facts, net=net, voice=voice, record_person=record_person, as_of=as_of, until=until
    )
    by_colleagues = corrections(engine, said_of_them)
    stood = stand(engine, chain([first], everybody), learned.weights, as_of, by_colleagues=by_colleagues)
    moved = movement(engine, stood, marks(engine, found, stood.evidence, learned.weights, by_colleagues))
    near = stages(
        engine,
        net=net,
        orders=facts["orders"],
        order_lines=facts["order_lines"],
        subscriptions=facts["subscriptions"],
        usage=facts["usage"],
        answers=facts["answers"],
        voice=voice,
        record_person=record_person,
        zone=where.zone,
        sensitive=where.sensitive,
        as_of=as_of,
        until=until,
    )
    speaks, would = speaking(engine, voice, facts["ratings"], brought, record_person, until=until)
    asks = asking(
        engine,
        standing=stood.table,
        worth=worth,
        net=net,
        ratings=facts["ratings"],
        returns=facts["returns"],
        voice=voice,
        contacts=facts["contacts"],
        incidents=wrong,
        consents=consents,
        record_person=record_person,
        until=until,
    )
    mended = recoveries(
        engine,
        stood,
        incidents=wrong,
        voice=voice,
        ratings=facts["ratings"],
        record_person=record_person,
        days=days,
        pieces=found,
        as_of=as_of,
        until=until,
    )
    table = engine.run(
        STANDING,
        stood=stood.table,
        speaks=speaks,
        would=would,
        stage=engine.run(OF_THE_COMPANY, stages=near.table),
        moved=moved.now,
        asks=asks,
        corrected=engine.arrow(stood.corrected),
    )
    among = community(
        engine,
        messages=facts["messages"],
        ideas=facts["ideas"],
        votes=facts["votes"],
        referrals=facts["referrals"],
        record_person=record_person,
        zone=where.zone,
        as_of=as_of,
        until=until,
    )
    fell = alarms(engine, moves=moved.moves, evidence=stood.evidence, standing=table, worth=worth, as_of=as_of)
    return Standing(
        {
            "standing": table,
            "evidence": stood.evidence,
            "moves": moved.moves,
            "flows": moved.flows,
            "alarms": fell,
            "foretold": learned.foretold,
            "asks": asks,
            "recovered": mended.followed,
            "recoveries": mended.summary,
            "community": among,
            "both_ways": both_ways(
                engine, worth=worth, wallet=wallets, ratings=facts["ratings"], record_person=record_person, until=until
            ),
            "stages": near.table,
            "incidents": wrong,
            "promises": promised(engine, facts["promises"], record_person, until=until),
        },
        learned.weights,
        [("standing", learned.weights.says), _disagreed(engine, stood), *near.report, *mended.report],
    )


def _disagreed(engine: Engine, stood: Stood) -> tuple[str, str]:
    """How often colleagues know better: the label that the records are held against."""
    people, corrected = engine.count(stood.table), stood.corrected.num_rows
    otherwise = stood.corrected.column("otherwise").to_pylist().count(True)
    return (
        "standings corrected by colleagues",
        f"{corrected:,} of {people:,} people ({corrected / max(people, 1):.2%}); of {otherwise:,} of them the records "
        "alone say otherwise today",
    )
