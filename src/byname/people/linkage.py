"""The second step of who is who: Splink compares the groups that exact keys left apart.

Groups that share a block (a name, a postcode with an initial, a mailbox …) are compared field by field. What each level
of agreement is worth is learned from the company's own records by expectation maximisation, once, and kept with the
model; a company with few records uses the shipped figures. Splink gives each pair's levels and Bayes factor; `mixture`
makes the probability, with the household as the third possibility.

Work is bounded whatever is in the columns: each block rule proposes its rarest values first, two pairs a group at most,
so that a column full of one value proposes nothing.
"""

from __future__ import annotations

import json
import logging
import warnings
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from byname.people.comparisons import BLOCKS, ELSE, EXACT, FIELDS, WEAK
from byname.people.mixture import FEW, Weights, mix

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    from numpy.typing import NDArray

__all__ = ["Model", "Scored", "score"]

_PAIRS_A_GROUP, _PAIRS = 0.25, 50_000  # of each block rule, the larger of the two
_LARGEST_BLOCK = 200
_FILLED = 0.02  # a field that fewer groups have is not compared
_RANDOM_PAIRS = 3e5
_EM_PAIRS = 1e5
_LEAST_PROBABILITY = 1e-4
# Blocks for learning hold something personal, so that what they propose is not one household after another.
_TRAINING = (("given", "family"), ("born",), ("email",), ("number",), ("given", "postcode"), ("given", "city"))
_SCHEMA = pa.schema([("unique_id", pa.int64()), *((field.name, pa.string()) for field in FIELDS)])


@dataclass(frozen=True)
class Model:
    """What the levels of agreement are worth, and how it was learned.

    Args:
        m: field → P(level | one person).
        u: field → P(level | random pair).
        groups: how many groups it was learned from; 0 for the shipped figures.
        fields: the fields that were filled.
    """

    m: dict[str, list[float]]
    u: dict[str, list[float]]
    groups: int
    fields: list[str]

    @classmethod
    def shipped(cls, fields: list[str]) -> Model:
        """The figures that come with byname."""
        return cls(
            {field.name: [level.m for level in field.levels] for field in FIELDS},
            {field.name: [level.u for level in field.levels] for field in FIELDS},
            0,
            fields,
        )

    def serves(self, groups: int, fields: list[str]) -> bool:
        """May it be used for so many groups with these fields? Not once there are twice as many."""
        return self.fields == fields and (groups < FEW if not self.groups else groups < 2 * self.groups)

    def to_json(self) -> str:
        """As text, for `models/`."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Model:
        """From `to_json`."""
        return cls(**json.loads(text))

    def weights(self) -> dict[str, Weights]:
        """For the mixture."""
        return {
            field.name: Weights(
                self.m[field.name],
                self.u[field.name],
                [level.h for level in field.levels],
                fixed=1 if field.by_frequency else 0,
            )
            for field in FIELDS
            if field.name in self.fields
        }


@dataclass(frozen=True)
class Scored:
    """Compared pairs.

    Args:
        left: unique_id of one group, a pair.
        right: of the other.
        probability: that they are one person.
        levels: field → level of each pair, 0 the best, -1 missing.
        model: what it was made with.
        person_share: of all pairs, those of one person.
        household_share: of all pairs, those of one household.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    probability: NDArray[np.float64]
    levels: dict[str, NDArray[np.int64]]
    model: Model
    person_share: float
    household_share: float


def score(con: duckdb.DuckDBPyConnection, faces: pa.Table, model: Model | None) -> Scored:
    """Compare groups of records.

    Args:
        con: where to calculate; its memory limit and spill folder hold.
        faces: a row a group: unique_id and the fields of `comparisons.FIELDS` as text, null where not known.
        model: learned before; learned anew if there is none or it does not serve any more.
    """
    groups = faces.num_rows
    fields = [
        field.name for field in FIELDS if groups and faces.column(field.name).null_count <= (1 - _FILLED) * groups
    ]
    proposed = _prepare(con, faces, fields)
    if model is None or not model.serves(groups, fields):
        model = _learned(con, groups, fields) if groups >= FEW else Model.shipped(fields)
    if not proposed:
        return Scored(*(np.empty(0, np.int64),) * 2, np.empty(0), {}, model, 0.0, 0.0)
    pairs = _pairs(con, model, groups)
    levels = {name: _levels(pairs.column(f"gamma_{name}"), len(model.m[name])) for name in model.fields}
    prior = np.log2(_prior(groups) / (1 - _prior(groups)))
    factors = pairs.column("match_weight").to_numpy() - prior
    mixed = mix(factors, levels, model.weights(), groups=groups)
    return Scored(
        pairs.column("unique_id_l").to_numpy(),
        pairs.column("unique_id_r").to_numpy(),
        mixed.person,
        levels,
        model,
        mixed.person_share,
        mixed.household_share,
    )


def _prior(groups: int) -> float:
    return 1 / max(groups, 2)


def _levels(gamma: Any, count: int) -> NDArray[np.int64]:
    """Splink counts its levels from the worst (0) to the best; missing is -1."""
    found = gamma.to_numpy().astype(np.int64)
    return np.where(found < 0, -1, count - 1 - found)


def _prepare(con: duckdb.DuckDBPyConnection, faces: pa.Table, fields: list[str]) -> int:
    """Table `compared`: the faces, each with the blocks that it shares; how many pairs these propose at most."""
    con.register("faces_given", faces.select(_SCHEMA.names).cast(_SCHEMA))
    con.execute(
        "create or replace macro bones(x) as "
        "translate(x[1:1] || regexp_replace(x[2:], '[aeiouyhw]', '', 'g'), 'ckqzvdtbpmn', 'kkkssttppnn')"
    )
    names = sorted((name for name in BLOCKS if set(BLOCKS[name][0]) <= set(fields)), key=lambda name: name in WEAK)
    rules = [BLOCKS[name][1] for name in names]
    weak_from = sum(name not in WEAK for name in names)
    con.execute("create or replace temp table block (rule integer, value ubigint, unique_id bigint)")
    for rule, sql in enumerate(rules):
        con.execute(
            f"insert into block select {rule}, hash({rule}, {sql}), unique_id from faces_given where ({sql}) is not null"  # noqa: S608
        )
    # Blocks of two and more; the small ones first, until a rule has proposed its share of pairs.
    con.execute(
        """
        create or replace temp table sized as
        select rule, value, count(*) as size from block group by rule, value having count(*) between 2 and $largest
        """,
        {"largest": _LARGEST_BLOCK},
    )
    con.execute(
        """
        create or replace temp table kept as
        with proposed as (
            select rule, size, sum(sum(size * (size - 1) / 2)) over (partition by rule order by size) as pairs
            from sized
            group by rule, size
        )
        select sized.value, sized.size from sized join proposed using (rule, size)
        where proposed.pairs <= case when rule < $weak_from then $most else $few end
        """,
        {"most": max(_PAIRS_A_GROUP * faces.num_rows, _PAIRS), "few": _PAIRS, "weak_from": weak_from},
    )
    con.execute(
        """
        create or replace temp table compared as
        with shared as (
            select block.unique_id, list(block.value) as blocks from block join kept using (value) group by 1
        )
        select faces_given.*, shared.blocks from faces_given left join shared using (unique_id)
        """
    )
    con.unregister("faces_given")
    pairs = con.execute("select coalesce(sum(size * (size - 1) / 2), 0)::bigint from kept").fetchall()[0][0]
    con.execute("drop table block; drop table sized; drop table kept")
    return int(pairs)


def _settings(model: Model, groups: int) -> Any:
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons
    from splink import SettingsCreator, block_on

    made: list[Any] = []
    for field in FIELDS:
        if field.name not in model.fields:
            continue
        null = f"{field.name}_l is null or {field.name}_r is null"
        silent = f" or ({field.silent_when})" if field.silent_when else ""
        rows: list[Any] = [levels.CustomLevel(null + silent).configure(is_null_level=True)]
        for level, m, u in zip(field.levels, model.m[field.name], model.u[field.name], strict=True):
            if level.when == EXACT:  # among a few records every value is frequent
                row: Any = levels.ExactMatchLevel(
                    field.name, term_frequency_adjustments=field.by_frequency and groups >= FEW
                )
            elif level.when == ELSE:
                row = levels.ElseLevel()
            else:
                row = levels.CustomLevel(level.when)
            rows.append(row.configure(m_probability=m, u_probability=u))
        made.append(comparisons.CustomComparison(output_column_name=field.name, comparison_levels=rows))
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=made,
        blocking_rules_to_generate_predictions=[block_on("blocks", arrays_to_explode=["blocks"])],
        retain_matching_columns=True,  # that is what keeps the levels
        probability_two_random_records_match=_prior(groups),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Splink talks of its progress; what we say about it is in the run report."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _linker(con: duckdb.DuckDBPyConnection, table: str, settings: Any) -> Any:
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    return Linker(DuckDBAPI(con).register(table), settings, log_level=logging.CRITICAL)


def _pairs(con: duckdb.DuckDBPyConnection, model: Model, groups: int) -> pa.Table:
    with _quiet():
        linker = _linker(con, "compared", _settings(model, groups))
        found = linker.inference.predict(threshold_match_probability=_LEAST_PROBABILITY)
    gammas = "".join(f", gamma_{name}" for name in model.fields)
    table = con.sql(
        f"select unique_id_l, unique_id_r, match_weight{gammas} from {found.physical_name} "  # noqa: S608
        "order by unique_id_l, unique_id_r"
    ).to_arrow_table()
    linker.table_management.delete_tables_created_by_splink_from_db()
    return table


def _learned(con: duckdb.DuckDBPyConnection, groups: int, fields: list[str]) -> Model:
    """Train on samples of pairs, on one thread: the same records give the same model."""
    from splink import block_on

    threads = con.execute("select current_setting('threads')").fetchall()[0][0]
    con.execute("set threads = 1")
    start = Model.shipped(fields)
    try:
        with _quiet():
            linker = _linker(con, "compared", _settings(start, groups))
            linker.training.estimate_u_using_random_sampling(
                max_pairs=_RANDOM_PAIRS, seed=1, min_count_per_level=None, num_chunks=1
            )
            for columns in _TRAINING:
                if set(columns) <= set(fields):
                    _trained(linker, block_on(*columns))
            said = linker.misc.save_model_to_json()
            linker.table_management.delete_tables_created_by_splink_from_db()
    finally:
        con.execute(f"set threads = {threads}")
    return _model(said, start, groups)


def _trained(linker: Any, rule: Any) -> None:
    """One session; a block without pairs, or with pairs that are all alike, teaches nothing."""
    from splink.internals.exceptions import EMTrainingException

    try:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=_EM_PAIRS)
    except (EMTrainingException, ValueError, ZeroDivisionError) as nothing:
        logging.getLogger(__name__).debug("no training on %s: %s", rule, nothing)


def _model(said: dict[str, Any], start: Model, groups: int) -> Model:
    """What Splink learned; the shipped figure where it saw nothing."""
    m, u = dict(start.m), dict(start.u)
    for comparison in said["comparisons"]:
        name = comparison["output_column_name"]
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        m[name] = [_known(level.get("m_probability"), old) for level, old in zip(levels, start.m[name], strict=True)]
        u[name] = [_known(level.get("u_probability"), old) for level, old in zip(levels, start.u[name], strict=True)]
    return Model(m, u, groups, start.fields)


def _known(learned: Any, shipped: float) -> float:
    return float(learned) if isinstance(learned, (int, float)) and learned > 0 else shipped
