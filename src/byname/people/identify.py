"""Who is who: from customer records to people, each link with its reason.

    records ─► bundles ─► groups (exact keys) ─► people (Splink, the household beside it) ─► ids by the anchor record
                             └──── what people decided: merge, apart ────┘

Ids need no register: a person's id is made of the record that was known first, so it stays while records come and go.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.people.best_version import best_version
from byname.people.decisions import Decisions
from byname.people.described import describe
from byname.people.exact import exact
from byname.people.faces import faces
from byname.people.grouping import group_by_keys, join_likely
from byname.people.linkage import score
from byname.people.spellings import nobodys

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from byname.company import Exclude, Identity
    from byname.engines import Engine, Table
    from byname.people.described import Described
    from byname.people.exact import Exact
    from byname.people.grouping import Grouped, Likely
    from byname.people.linkage import Model, Scored

__all__ = ["People", "identify", "person_id"]

DECIDED_BUNDLES = statement(
    "people.decided_bundles",
    """
    select decided.record_id, record_bundles.bundle
    from record_bundles
    join decided on decided.record_id = record_bundles.record_id
    """,
)

# The first record of each component, by when it was known, then by its id; a record that somebody chose goes first.
ANCHORS = statement(
    "people.anchors",
    """
    with firsts as (
        select components.component, case when kept.record_id is null then 1 else 0 end as place,
               placed.first_known, min(placed.record_id) as anchor
        from placed
        join components on components.bundle = placed.bundle
        left join kept on kept.record_id = placed.record_id
        group by components.component, case when kept.record_id is null then 1 else 0 end, placed.first_known
    ),
    barred as (
        select components.component, max(bundles.excluded) as excluded
        from bundles
        join components on components.bundle = bundles.bundle
        group by components.component
    )
    select firsts.component, firsts.anchor, barred.excluded
    from firsts
    join barred on barred.component = firsts.component
    qualify row_number() over (
        partition by firsts.component order by firsts.place, firsts.first_known nulls last, firsts.anchor nulls last
    ) = 1
    """,
)

ANCHOR_GROUPS = statement(
    "people.anchor_groups",
    """
    select components.component, components.grp
    from persons
    join record_bundles on record_bundles.record_id = persons.anchor
    join components on components.bundle = record_bundles.bundle
    join joined on joined.component = components.component
    """,
)

# Why a record is with its person, in words: the keys that its group shares, then what joined its group.
REASONS = statement(
    "people.reasons",
    """
    with kinds as (
        select bundle,
               max(case when kind = 'e-mail' then 1 else 0 end) as by_email,
               max(case when kind = 'phone' then 1 else 0 end) as by_phone,
               max(case when kind = 'id' then 1 else 0 end) as by_id,
               max(case when kind = 'record' then 1 else 0 end) as by_record,
               max(case when kind = 'decision' then 1 else 0 end) as by_decision
        from (select bundle, kind from edges union all select hub as bundle, kind from edges) as ends
        group by bundle
    ),
    keyed as (
        select bundles.bundle, components.grp, persons.person_id,
               case when kinds.by_decision = 1 then 'merged by hand'
                    when kinds.by_email = 1 and kinds.by_phone = 1 then 'same e-mail and phone'
                    when kinds.by_email = 1 then 'same e-mail'
                    when kinds.by_phone = 1 then 'same phone'
                    when kinds.by_id = 1 then 'same id of another system'
                    when kinds.by_record = 1 then 'same customer id'
                    when bundles.record_rows > 1 and bundles.email_key <> '' and bundles.phone_key <> ''
                        then 'same e-mail, phone and name'
                    when bundles.record_rows > 1 and bundles.email_key <> '' then 'same e-mail and name'
                    when bundles.record_rows > 1 and bundles.phone_key <> '' then 'same phone and name'
                    when bundles.record_rows > 1 then 'same customer id' end as by_key
        from bundles
        join components on components.bundle = bundles.bundle
        join persons on persons.component = components.component
        left join kinds on kinds.bundle = bundles.bundle
    )
    select keyed.bundle, keyed.person_id,
           coalesce(case when keyed.by_key is null then paths.reason
                         when paths.reason is null then keyed.by_key
                         else keyed.by_key || ', with: ' || paths.reason end,
                    'the only record') as reason,
           coalesce(paths.probability, 1e0) as probability
    from keyed
    left join paths on paths.grp = keyed.grp
    """,
)

RECORD_PERSON = statement(
    "people.record_person",
    """
    select record_bundles.record_id, reasons.person_id, reasons.reason, reasons.probability
    from record_bundles
    join reasons on reasons.bundle = record_bundles.bundle
    """,
)

COUNTED = statement(
    "people.counted",
    "select person_id, count(*) as records from record_person group by person_id",
)

# For recognising somebody at a touch point by one look-up; what identifies nobody is no key.
LOOK_UP = statement(
    "people.look_up",
    """
    select distinct keys.kind, keys.value, reasons.person_id
    from keys
    join reasons on reasons.bundle = keys.bundle
    left join guards on guards.kind = keys.kind and guards.value = keys.value
    where guards.joins is null or not starts_with(guards.joins, 'nobody')
    """,
)

# What is known of each record, for households, companies and the records of the snapshot.
KNOWN = statement(
    "people.known",
    """
    select reasons.person_id, placed.record_id, placed.source, placed.account, placed.source_id, placed.role,
           placed.given, placed.family, placed.email_key, placed.phone_key, placed.street, placed.postcode, placed.city,
           placed.country, placed.company, placed.external_ids, placed.first_known, placed.seen_at,
           reasons.reason, reasons.probability
    from placed
    join reasons on reasons.bundle = placed.bundle
    """,
)

PERSON_FACES = statement(
    "people.person_faces",
    """
    select persons.person_id, shown.given, shown.family, shown.born, shown.postcode, shown.street, shown.city,
           shown.email, shown.phone, shown.number
    from shown
    join components on components.bundle = shown.unique_id
    join persons on persons.component = components.component
    """,
)

UNCERTAIN = statement(
    "people.uncertain",
    """
    select left_anchor.anchor as record_id, right_anchor.anchor as other_record_id,
           left_anchor.person_id, right_anchor.person_id as other_person_id, doubts.probability, doubts.reason
    from doubts
    join persons as left_anchor on left_anchor.component = doubts.component
    join persons as right_anchor on right_anchor.component = doubts.other_component
    """,
)


@dataclass(frozen=True)
class People:
    """Who is who.

    Args:
        persons: component, person_id and anchor.
        record_person: record_id, person_id, reason and probability: one row a record.
        details: person_id, name, email, phone, address …, and where each came from.
        counted: person_id and records.
        look_up: kind (e-mail, phone, id), value and person_id: several people where a household shares a key.
        known: what each record says, with its person.
        faces: what each person looks like to the second step: person_id and the fields compared.
        uncertain: pairs that a person should look at.
        excluded: how many people `[exclude]` keeps out.
        report: what was held back or ignored, and why: (what, in words).
        scored: the second step's model and the shares of all pairs.
    """

    persons: Table
    record_person: Table
    details: Table
    counted: Table
    look_up: Table
    known: Table
    faces: pa.Table
    uncertain: Table
    excluded: int
    report: list[tuple[str, str]]
    scored: Scored


def person_id(anchor: str) -> str:
    """'p' and 16 characters of base32 over sha256 of the anchor record's id: stable without a register."""
    # Ten bytes are sixteen characters.
    return "p" + base64.b32encode(hashlib.sha256(anchor.encode()).digest()[:10]).decode()


@dataclass(frozen=True)
class Asked:
    """What a company asks of the second step.

    Args:
        con: where Splink calculates.
        model: learned before, if any.
        decisions: what people decided.
    """

    con: duckdb.DuckDBPyConnection
    model: Model | None = None
    decisions: Decisions = field(default_factory=Decisions)


def identify(
    engine: Engine,
    records: Table,
    all_versions: Table,
    orders: Table,
    *,
    country: str,
    exclude: Exclude,
    settings: Identity,
    asked: Asked,
) -> People:
    """Find the people behind the records.

    Args:
        engine: where the tables are.
        records: the newest version of each row of the fact table `records`.
        all_versions: every version, for when each record was first known.
        orders: the newest version of each order, for records that name one by its number.
        country: ISO code, for phone numbers in national form.
        exclude: who is no customer; a person is out if one record fits.
        settings: threshold, crowd and trust.
        asked: the means of the second step, and what people decided.
    """
    decisions = asked.decisions
    named = {record for pair in (*decisions.must, *decisions.cannot) for record in pair}
    nobody = nobodys(settings.nobody, country)
    described = describe(
        engine, records, all_versions, country=country, exclude=exclude, nobody=nobody, decided=sorted(named)
    )
    keys = exact(engine, described, orders, crowd=settings.crowd, nobody=nobody)
    must, cannot = _decided_bundles(engine, described, decisions)
    # What is merged with one side of an apart is on that side before keys are looked at.
    sides = {bundle for pair in cannot for bundle in pair}
    before = [pair for pair in must if sides & set(pair)]
    grouped = group_by_keys(engine, described.bundles, keys.edges, before, cannot)
    shown = faces(engine, described.placed, engine.arrow(grouped.table()), keys.guards)
    scored = score(asked.con, shown, asked.model)
    likely = join_likely(
        grouped, shown, scored, threshold=settings.threshold, largest=settings.crowd, must=must, cannot=cannot
    )
    people = _named(engine, described, keys, grouped, likely, scored, shown, decisions, settings.trust)
    for done in (described.placed, described.bundles, described.record_bundles, keys.keys, keys.guards):
        engine.drop(done)
    return people


def _decided_bundles(
    engine: Engine, described: Described, decisions: Decisions
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What people decided about records, as pairs of bundles; a record that is gone is left out."""
    named = sorted({record for pair in (*decisions.must, *decisions.cannot) for record in pair})
    if not named:
        return [], []
    found = engine.fetch(
        engine.run(
            DECIDED_BUNDLES,
            record_bundles=described.record_bundles,
            decided=engine.arrow(pa.table({"record_id": pa.array(named, pa.string())})),
        )
    )
    bundle = dict(zip(found.column("record_id").to_pylist(), found.column("bundle").to_pylist(), strict=True))

    def pairs(given: list[tuple[str, str]]) -> list[tuple[int, int]]:
        return [(bundle[one], bundle[two]) for one, two in given if one in bundle and two in bundle]

    return pairs(decisions.must), pairs(decisions.cannot)


def _named(
    engine: Engine,
    described: Described,
    keys: Exact,
    grouped: Grouped,
    likely: Likely,
    scored: Scored,
    shown: pa.Table,
    decisions: Decisions,
    trust: Mapping[str, float],
) -> People:
    """Ids, reasons and details of the people that were found."""
    placed, bundles = described.placed, described.bundles
    components = engine.arrow(
        pa.table(
            {
                "bundle": np.arange(len(likely.component), dtype=np.int64),
                "component": likely.component,
                "grp": grouped.component,
            }
        )
    )
    kept = engine.arrow(pa.table({"record_id": pa.array(sorted(set(decisions.keeps)), pa.string())}))
    anchors = engine.fetch(engine.run(ANCHORS, placed=placed, components=components, bundles=bundles, kept=kept))
    persons = engine.arrow(_persons(anchors))
    paths = engine.arrow(_paths(engine, persons, described, components, likely))
    reasons = engine.run(
        REASONS, bundles=bundles, components=components, persons=persons, edges=engine.arrow(grouped.edges), paths=paths
    )
    record_person = engine.run(RECORD_PERSON, record_bundles=described.record_bundles, reasons=reasons)
    return People(
        persons=persons,
        record_person=record_person,
        details=best_version(engine, placed, reasons, trust),
        counted=engine.run(COUNTED, record_person=record_person),
        look_up=engine.run(LOOK_UP, keys=keys.keys, reasons=reasons, guards=keys.guards),
        known=engine.run(KNOWN, placed=placed, reasons=reasons),
        faces=engine.fetch(engine.run(PERSON_FACES, shown=engine.arrow(shown), components=components, persons=persons)),
        uncertain=engine.run(UNCERTAIN, doubts=engine.arrow(_doubts(likely)), persons=persons),
        excluded=int(np.count_nonzero(anchors.column("excluded").to_numpy())),
        report=_report(keys, likely, scored),
        scored=scored,
    )


def _persons(anchors: pa.Table) -> pa.Table:
    kept = anchors.filter(pa.compute.equal(anchors.column("excluded"), 0))
    records = kept.column("anchor").to_pylist()
    return pa.table(
        {
            "component": kept.column("component"),
            "person_id": pa.array([person_id(anchor) for anchor in records], pa.string()),
            "anchor": pa.array(records, pa.string()),
        }
    )


def _paths(engine: Engine, persons: Table, described: Described, components: Table, likely: Likely) -> pa.Table:
    """For each group that the second step joined to the anchor's: the edge by which it came, and how sure the path is.

    The probability is the smallest on the path: a chain is no surer than its weakest link.
    """
    joined = pa.table({"component": np.unique(likely.component[np.asarray(likely.left, dtype=np.int64)])})
    anchored = engine.fetch(
        engine.run(
            ANCHOR_GROUPS,
            persons=persons,
            record_bundles=described.record_bundles,
            components=components,
            joined=engine.arrow(joined),
        ),
        order_by=("component", "grp"),
    )
    edges: defaultdict[int, list[tuple[int, float, str]]] = defaultdict(list)
    for left, right, probability, reason in zip(
        likely.left, likely.right, likely.probability, likely.reason, strict=True
    ):
        edges[left].append((right, probability, reason))
        edges[right].append((left, probability, reason))
    starts = anchored.column("grp").to_pylist()
    seen = set(starts)
    waiting = deque((start, 1.0) for start in starts)
    rows: list[tuple[int, float, str]] = []
    while waiting:
        group, so_far = waiting.popleft()
        for other, probability, reason in edges.get(group, ()):
            if other not in seen:
                seen.add(other)
                surest = min(so_far, probability)
                rows.append((other, surest, reason))
                waiting.append((other, surest))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 3
    return pa.table(
        {
            "grp": pa.array(list(columns[0]), pa.int64()),
            "probability": pa.array(list(columns[1]), pa.float64()),
            "reason": pa.array(list(columns[2]), pa.string()),
        }
    )


def _doubts(likely: Likely) -> pa.Table:
    left, right, probability, reason = (
        list(column) for column in (zip(*likely.uncertain, strict=True) if likely.uncertain else ([], [], [], []))
    )
    return pa.table(
        {
            "component": pa.array([int(likely.component[one]) for one in left], pa.int64()),
            "other_component": pa.array([int(likely.component[one]) for one in right], pa.int64()),
            "probability": pa.array(probability, pa.float64()),
            "reason": pa.array(reason, pa.string()),
        }
    )


_NAMED = 20  # keys of nobody that the report names


def _report(keys: Exact, likely: Likely, scored: Scored) -> list[tuple[str, str]]:
    """What was held back or ignored and why, in words."""
    said = [
        (f"keys that join {row['joins']}", f"{row['keys']:,} keys, the largest in {row['most']:,} spellings")
        for row in keys.held_back.to_pylist()
    ]
    nobodys = sorted(keys.nobodys.to_pylist(), key=lambda row: (-row["bundles"], row["kind"], row["value"]))
    said += [
        (
            f"{row['kind']} {row['value']}",
            f"joins {row['joins']} ({row['names']:,} names, {row['others']:,} other addresses, "
            f"{row['listed']:,} listed rows)",
        )
        for row in nobodys[:_NAMED]
    ]
    learned = f"learned from {scored.model.groups:,} groups" if scored.model.groups else "shipped figures"
    said.append(
        (
            "second step",
            f"{len(scored.left):,} pairs compared by {', '.join(scored.model.fields) or 'nothing'} ({learned}); "
            f"{len(likely.left):,} joined, expected precision {likely.expected_precision:.3f}; "
            f"{len(likely.uncertain):,} for a person to decide",
        )
    )
    return said
