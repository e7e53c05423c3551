"""From bundles to people: exact keys first, then what the second step finds likely enough, then what people decided.

Every join leaves an edge with its reason, so that a link can be explained by the path of edges from the person's anchor
record to it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from byname.engines import statement
from byname.people.comparisons import FIELDS
from byname.people.joining import Edge, Told, components, join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.people.linkage import Scored

__all__ = ["Grouped", "Likely", "group_by_keys", "join_likely", "words"]

_CERTAIN = 2.0  # a person decided, or the source itself says that two rows are one record

MANY_NAMES = statement(
    "people.many_names",
    """
    with told as (
        select distinct grouped.component, bundles.given, bundles.family
        from bundles
        join grouped on grouped.bundle = bundles.bundle
        where bundles.given <> ''
    )
    select told.component, told.given, told.family
    from told
    join (select component from told group by component having count(distinct given) > 1) as many
      on many.component = told.component
    """,
)

NAMES_IN = statement(
    "people.names_in",
    """
    select bundles.bundle, bundles.given, bundles.family
    from bundles
    join grouped on grouped.bundle = bundles.bundle
    join troubled on troubled.component = grouped.component
    where bundles.given <> ''
    """,
)


@dataclass(frozen=True)
class Grouped:
    """Bundles in groups.

    Args:
        component: of each bundle, the smallest bundle of its group.
        edges: bundle, hub and kind of what joined them; kind 'decision' for what a person decided.
    """

    component: NDArray[np.int64]
    edges: pa.Table

    def table(self) -> pa.Table:
        """Bundle and component."""
        return pa.table({"bundle": np.arange(len(self.component), dtype=np.int64), "component": self.component})


def group_by_keys(
    engine: Engine,
    bundles: Table,
    edges: pa.Table,
    must: Sequence[tuple[int, int]],
    cannot: Sequence[tuple[int, int]],
) -> Grouped:
    """Group the bundles by their keys and by what people decided.

    Only groups in which first names disagree, or in which two bundles must be apart, are joined edge by edge.

    Args:
        engine: where the tables are.
        bundles: with bundle, given and family.
        edges: bundle, hub and kind, as `exact` finds them.
        must: pairs of bundles that a person merged and that decide which side of an apart others are on.
        cannot: pairs of bundles that a person set apart.
    """
    count = engine.count(bundles)
    decided = pa.table(
        {
            "bundle": pa.array([one for one, _ in must], pa.int64()),
            "hub": pa.array([two for _, two in must], pa.int64()),
            "kind": pa.array(["decision"] * len(must), pa.string()),
        }
    )
    edges = pa.concat_tables([decided, edges.select(decided.column_names)])
    left, right = (edges.column(name).to_numpy() for name in ("bundle", "hub"))
    component = components(count, left, right)
    grouped = pa.table({"bundle": np.arange(count, dtype=np.int64), "component": component})
    troubled = _contradicting(engine, bundles, grouped) | {
        int(component[one]) for one, two in cannot if component[one] == component[two]
    }
    if not troubled:
        return Grouped(component, edges)
    told = _told(engine, bundles, grouped, troubled)
    inside = np.isin(component[left], np.fromiter(troubled, np.int64))
    kinds = edges.column("kind").to_pylist()
    places = sorted(np.flatnonzero(inside).tolist(), key=lambda place: _STRENGTH[kinds[place]])
    ordered = [
        Edge(int(left[place]), int(right[place]), _CERTAIN if kinds[place] in ("decision", "record") else 1.0)
        for place in places
    ]
    joined = join(count, ordered, told, apart=cannot)
    refused = np.zeros(len(left), dtype=bool)
    refused[[places[place] for place in joined.refused]] = True
    component = np.where(np.isin(component, np.fromiter(troubled, np.int64)), joined.component, component)
    return Grouped(component, edges.filter(pa.array(~refused)))


_STRENGTH = {"decision": 0, "record": 1, "id": 2, "e-mail": 3, "phone": 4}


def _contradicting(engine: Engine, bundles: Table, grouped: pa.Table) -> set[int]:
    """Groups in which two first names disagree."""
    found = engine.fetch(engine.run(MANY_NAMES, bundles=bundles, grouped=engine.arrow(grouped)))
    told: defaultdict[int, list[Told]] = defaultdict(list)
    for component, given, family in zip(
        *(found.column(name).to_pylist() for name in ("component", "given", "family")), strict=True
    ):
        told[component].append(Told(names={(given, family)}))
    return {
        component
        for component, names in told.items()
        if any(one.contradicts(two) for place, one in enumerate(names) for two in names[place + 1 :])
    }


def _told(engine: Engine, bundles: Table, grouped: pa.Table, troubled: set[int]) -> dict[int, Told]:
    found = engine.fetch(
        engine.run(
            NAMES_IN,
            bundles=bundles,
            grouped=engine.arrow(grouped),
            troubled=engine.arrow(pa.table({"component": pa.array(sorted(troubled), pa.int64())})),
        )
    )
    columns = (found.column(name).to_pylist() for name in ("bundle", "given", "family"))
    return {bundle: Told(names={(given, family)}) for bundle, given, family in zip(*columns, strict=True)}


@dataclass(frozen=True)
class Likely:
    """Groups joined by the second step.

    Args:
        component: of each bundle, the smallest bundle of its person.
        left: one group of each edge that joined, by its smallest bundle.
        right: the other.
        probability: of each edge.
        reason: of each edge, in words.
        uncertain: pairs that a person should look at: left, right, probability, reason.
        expected_precision: the mean probability of the edges that joined; 1 if there are none.
    """

    component: NDArray[np.int64]
    left: list[int]
    right: list[int]
    probability: list[float]
    reason: list[str]
    uncertain: list[tuple[int, int, float, str]]
    expected_precision: float


_WORTH_A_LOOK = 0.2
_MOST_TO_LOOK_AT = 10_000


def join_likely(
    grouped: Grouped,
    faces: pa.Table,
    scored: Scored,
    *,
    threshold: float,
    largest: int,
    must: Sequence[tuple[int, int]],
    cannot: Sequence[tuple[int, int]],
) -> Likely:
    """Join groups that are one person with at least that probability, the likeliest first.

    Args:
        grouped: the groups.
        faces: what they look like, sorted by unique_id.
        scored: the pairs.
        threshold: from which probability on.
        largest: how many groups may come together as one person.
        must: pairs of bundles that a person merged: the whole of the two people comes together, at the end.
        cannot: pairs of bundles that a person set apart.
    """
    order = np.lexsort((scored.right, scored.left, -scored.probability))
    likely = order[scored.probability[order] >= threshold]
    unclear = _either_of_two(faces, scored.left[likely], scored.right[likely])
    either, likely = likely[unclear], likely[~unclear]
    left, right = scored.left[likely], scored.right[likely]
    apart = [(int(grouped.component[one]), int(grouped.component[two])) for one, two in cannot]
    # Where an edge is alone between two groups there is nothing to hold it against.
    count = len(grouped.component)
    reached = components(count, left, right)
    sizes = np.bincount(reached[np.unique(np.concatenate([left, right]))], minlength=1) if len(left) else np.zeros(1)
    chained = sizes[reached[left]] > 2 if len(left) else np.empty(0, dtype=bool)  # noqa: PLR2004 - two groups
    foes = {frozenset(pair) for pair in apart}
    if foes:
        chained = np.ones(len(left), dtype=bool)
    told = _faces_told(faces, np.unique(np.concatenate([left[chained], right[chained]])))
    edges = [
        Edge(int(one), int(two), float(scored.probability[place]))
        for one, two, place in zip(left[chained], right[chained], likely[chained], strict=True)
    ]
    joined = join(count, edges, told, apart=apart, largest=largest)
    chain = np.flatnonzero(chained)
    used = np.concatenate([np.flatnonzero(~chained), chain[joined.used]]).astype(np.int64)
    refused = chain[joined.refused]
    used.sort()
    component = components(count, left[used], right[used])[grouped.component]
    merged = _merged(component, grouped.component, must, cannot)
    component = components(count, *(np.array([pair[side] for pair in merged], dtype=np.int64) for side in (0, 1)))[
        component
    ]
    probability = np.round(scored.probability, 4)
    below = order[(scored.probability[order] < threshold) & (scored.probability[order] >= _WORTH_A_LOOK)]
    two_people: dict[frozenset[int], int] = {}  # the likeliest pair of groups of each two people
    for place in np.concatenate([likely[refused], either, below]).tolist():
        pair = frozenset((int(component[scored.left[place]]), int(component[scored.right[place]])))
        if len(pair) > 1 and frozenset((int(scored.left[place]), int(scored.right[place]))) not in foes:
            two_people.setdefault(pair, place)
    doubtful = list(two_people.values())[:_MOST_TO_LOOK_AT]
    joining = likely[used]
    return Likely(
        component,
        left[used].tolist() + [int(grouped.component[one]) for one, _ in must],
        right[used].tolist() + [int(grouped.component[two]) for _, two in must],
        probability[joining].tolist() + [1.0] * len(must),
        words(scored, joining) + ["merged by hand"] * len(must),
        list(
            zip(
                scored.left[doubtful].tolist(),
                scored.right[doubtful].tolist(),
                probability[doubtful].tolist(),
                words(scored, np.asarray(doubtful, dtype=np.int64)),
                strict=True,
            )
        ),
        float(scored.probability[joining].mean()) if len(joining) else 1.0,
    )


def _merged(
    component: NDArray[np.int64],
    group: NDArray[np.int64],
    must: Sequence[tuple[int, int]],
    cannot: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """The components that people merged; not where that would bring together what they set apart."""
    edges = [Edge(int(component[one]), int(component[two]), _CERTAIN) for one, two in must]
    apart = [(int(component[one]), int(component[two])) for one, two in cannot if group[one] != group[two]]
    used = join(len(component), edges, {}, apart=apart).used
    return [(edges[place].left, edges[place].right) for place in used]


def _either_of_two(faces: pa.Table, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Edges of an initial that may be either of two people: R. Haddad beside Rosa and Robin is left to a person."""
    groups = faces.column("unique_id").to_numpy()
    initial = np.asarray(pc.fill_null(pc.equal(pc.utf8_length(faces.column("given")), 1), False))
    short = set(groups[initial].tolist())
    partners: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, (one, two) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        if (one in short) != (two in short):
            partners[one if one in short else two].append((two if one in short else one, place))
    several = {group: edges for group, edges in partners.items() if len(edges) > 1}
    told = _faces_told(faces, np.unique([other for edges in several.values() for other, _ in edges]).astype(np.int64))
    unclear = np.zeros(len(left), dtype=bool)
    for edges in several.values():
        names = [told[other] for other, _ in edges]
        if any(one.differs(two) for place, one in enumerate(names) for two in names[place + 1 :]):
            unclear[[place for _, place in edges]] = True
    return unclear


def _faces_told(faces: pa.Table, groups: NDArray[np.int64]) -> dict[int, Told]:
    """What these groups say of themselves."""
    rows = faces.take(np.searchsorted(faces.column("unique_id").to_numpy(), groups))
    told: dict[int, Told] = {}
    names = ("unique_id", "given", "family", "born", "number", "email")
    for group, given, family, born, number, email in zip(
        *(rows.column(name).to_pylist() for name in names), strict=True
    ):
        told[group] = Told(
            {(given, family or "")} if given else set(),
            {born} if born else set(),
            {number} if number else set(),
            {email} if email else set(),
        )
    return told


def words(scored: Scored, places: NDArray[np.int64]) -> list[str]:
    """The reason of each of these pairs: "same postcode; surname differs by one letter; 0.992"."""
    said: Mapping[str, list[str]] = {field.name: [level.says for level in field.levels] for field in FIELDS}
    names = list(scored.levels)
    rows = zip(*(scored.levels[name][places].tolist() for name in names), strict=True) if names else []
    patterns: dict[tuple[int, ...], str] = {}
    found = []
    for row, probability in zip(rows, scored.probability[places].tolist(), strict=True):
        if row not in patterns:
            by_level = sorted((level, place) for place, level in enumerate(row) if level >= 0)
            patterns[row] = "; ".join(text for level, place in by_level if (text := said[names[place]][level]))
        found.append(f"{patterns[row]}; {probability:.3f}")
    return found
