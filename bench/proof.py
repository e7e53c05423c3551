"""Does proof hold what it promises: false positives, power, known data, and what it must refuse.

python bench/proof.py --data DIR [--runs 2000] [--only NAME …]

DIR holds the public data sets of the other benches. Parts: `null` (A/A: nothing is found in more than 5% of tests of
nothing, forty looks each), `power` (a planned campaign has at least 90% of the power of one look at the end), `known`
(a randomised test with missing values, against statsmodels where it is installed), `mailings` (mailings sent to the best
buyers are refused as proof), `cuped` (the cut of variance on real purchases), `sees` (what 10,000 customers can see),
`uplift` (a planted effect is found; of none nothing is said).
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import tempfile
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from byname.engines import open_engine
from byname.facts import schema
from byname.proof.arms import People, compared
from byname.proof.compare import Difference, difference, interval, post_stratified
from byname.proof.cuped import adjusted
from byname.proof.detectable import smallest_effect
from byname.proof.room import proof_of
from byname.proof.sequential import boundaries, half_width
from byname.proof.tested import EVENTS, LEAST
from byname.proof.uplift import uplift

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOOKS = 40
CDNOW = "cdnow/CDNOW_master.txt.gz"
RETAIL = "online_retail/online_retail_2010-12_2011-08.csv.gz"
JOURNEY = "complete_journey"
THORNTON = "thornton_hiv_rct/thornton_hiv.csv.gz"


@dataclass(frozen=True)
class Spend:
    """What buyers spent in a window, and in as long a time before it."""

    after: NDArray[np.float64]
    before: NDArray[np.float64]


def purchases(data: Path, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Person, day and money, one row a purchase."""
    if name == CDNOW:
        with gzip.open(data / name, "rt") as file:
            rows = [line.split() for line in file.readlines()[1:]]
        people = np.array([int(row[0]) for row in rows])
        days = np.array([np.datetime64(f"{row[1][:4]}-{row[1][4:6]}-{row[1][6:]}", "D").astype(int) for row in rows])
        return people, days, np.array([float(row[3]) for row in rows])
    sql = f"""
        select try_cast(CustomerID as double)::bigint, (InvoiceDate::date - date '1970-01-01')::bigint,
               sum(Quantity * UnitPrice)::double
        from read_csv('{data / name}', all_varchar = false)
        where CustomerID is not null group by all order by all
    """
    found = duckdb.sql(sql).fetchnumpy()
    return tuple(np.asarray(one) for one in found.values())


def spend(data: Path, name: str, days: int = 90, start: int | None = None) -> Spend:
    """Those who had bought before the window, as the product counts them."""
    person, day, money = purchases(data, name)
    start = int(day.max()) - days if start is None else int(day.min()) + start
    _, of = np.unique(person, return_inverse=True)
    many = int(of.max()) + 1
    first = np.full(many, 10**9)
    np.minimum.at(first, of, day)
    windows = [(day > start) & (day <= start + days), (day <= start) & (day > start - days)]
    sums = [np.bincount(of[here], weights=money[here], minlength=many) for here in windows]
    known = first <= start
    return Spend(*(one[known] for one in sums))


# ---- A/A and power --------------------------------------------------------------------------------------------------


def _looks(n: int) -> list[int]:
    return [n * look // LOOKS for look in range(1, LOOKS + 1)]


def _found(y, x, treated, crit) -> tuple[bool, bool]:  # noqa: ANN001
    """Does any look find something: as a planned campaign, and as one that goes on."""
    planned = on = False
    people = People(np.arange(len(y)), treated, np.zeros(len(y), np.int64), np.ones(len(y), bool), y, x, x)
    for size, critical in zip(_looks(len(y)), crit, strict=True):
        seen = people.where(np.arange(len(y)) < size)
        if min(seen.is_treated.sum(), size - seen.is_treated.sum()) < LEAST or _thin(seen.outcome, seen.is_treated):
            continue
        planned |= _leaves_out_nought(compared(seen, is_planned=True)[0], critical)
        on |= _leaves_out_nought(compared(seen, is_planned=False)[0], half_width(1.0, size))
    return planned, on


def _leaves_out_nought(found: Difference, critical: float) -> bool:
    low, high = interval(found, critical=critical)
    return found.se > 0 and not low <= 0 <= high


def _thin(y, side) -> bool:  # noqa: ANN001
    return (y != 0).mean() * min(side.sum(), len(y) - side.sum()) < EVENTS


def null(data: Path, runs: int, names: tuple[str, ...] = ("normal", "cdnow", "online_retail")) -> None:
    """False positives of both designs, on normal outcomes and on real spend, with 10% and 50% held out."""
    real = [(name, spend(data, file)) for name, file in (("cdnow", CDNOW), ("online_retail", RETAIL))]
    crit = boundaries(tuple(look / LOOKS for look in range(1, LOOKS + 1)))
    for name, source in [("normal", None), *real]:
        for share in (0.1, 0.5) if name in names else ():
            rng = np.random.default_rng(7)
            begun, hits = time.perf_counter(), np.zeros(2)
            for _ in range(runs):
                y, x = _draw(rng, source, 4_000)
                treated = rng.random(len(y)) >= share
                hits += _found(y, x, treated, crit)
            error = 1.96 * np.sqrt(0.05 * 0.95 / runs)
            print(
                f"null: {name}, {share:.0%} held out: planned {hits[0] / runs:.1%}, open-ended {hits[1] / runs:.1%} of "
                f"{runs:,} runs with {LOOKS} looks (5% +/- {error:.1%} is the limit) in {time.perf_counter() - begun:.0f} s"
            )


def _draw(rng: np.random.Generator, source: Spend | None, n: int):  # noqa: ANN202
    if source is None:
        x = rng.normal(size=n)
        return 0.5 * x + rng.normal(size=n), x
    rows = rng.integers(0, len(source.after), n)
    return source.after[rows], source.before[rows]


def power(runs: int) -> None:
    """Power of the planned campaign over that of one look at the end, where that is 80%."""
    crit = boundaries(tuple(look / LOOKS for look in range(1, LOOKS + 1)))
    rng, n, share = np.random.default_rng(11), 2_000, 0.5
    effect = smallest_effect(1.0, n * (1 - share), n * share)
    hits = np.zeros(3)
    for _ in range(runs):
        y, x = rng.normal(size=n), np.zeros(n)
        treated = rng.random(n) >= share
        y = y + effect * treated
        low, high = interval(difference(y, treated))
        hits += not low <= 0 <= high, *_found(y, x, treated, crit)
    fixed, planned, on = hits / runs
    print(
        f"power: one look {fixed:.1%}, planned {planned:.1%} ({planned / fixed:.1%} of it), open-ended {on:.1%}; "
        f"{runs:,} runs"
    )


# ---- known data -----------------------------------------------------------------------------------------------------


def known(data: Path) -> None:
    """A randomised test: estimate and interval, beside statsmodels where it is installed."""
    rows = duckdb.sql(
        f"select * from read_csv('{data / THORNTON}') where got is not null and \"any\" is not null and villnum is not null"
    ).fetchnumpy()
    treated, came, village = rows["any"] == 1, np.asarray(rows["got"], float), np.asarray(rows["villnum"], np.int64)
    found = difference(came, treated)
    low, high = interval(found)
    print(f"known: {found.effect:+.6f} ({low:+.6f} to {high:+.6f}), {found.treated:,} and {found.held_out:,}")
    strata = post_stratified(came, treated, village)
    print(f"known: within villages {strata.effect:+.6f}, se {strata.se:.6f}")
    far = np.asarray(rows["distvct"], float)
    one = adjusted(came, far, treated)
    print(f"known: adjusted by distance {one.found.effect:+.6f}, se {one.found.se:.6f}, cut {one.cut:.1%}")
    if importlib.util.find_spec("statsmodels") is None:
        print("known: statsmodels is not installed; run with it to compare")
        return
    import statsmodels.api as sm
    from statsmodels.stats.weightstats import CompareMeans

    theirs = CompareMeans.from_data(came[treated], came[~treated])
    them = theirs.tconfint_diff(usevar="unequal")
    ols = sm.OLS(came, np.column_stack([np.ones(len(came)), treated])).fit(cov_type="HC2")
    slope = sm.OLS(came, np.column_stack([np.ones(len(came)), treated, far])).fit()
    cluster = _clusters(sm, came, treated, village)
    apart = {
        "effect": found.effect - ols.params[1],
        "error": found.se - ols.bse[1],
        "low": low - them[0],
        "high": high - them[1],
        "adjusted effect": one.found.effect - slope.params[1],
        "cluster error": cluster,
    }
    for what, by in apart.items():
        print(f"known: {what} less statsmodels: {by:.1e}")
    if max(abs(by) for by in apart.values()) > 1e-6:
        raise SystemExit("known: not the same as statsmodels")


def _clusters(sm, came, treated, village) -> float:  # noqa: ANN001
    """Each arm's mean with the error of its clusters, beside that of statsmodels."""
    ours = difference(came, treated, village)
    variance = 0.0
    for side in (treated, ~treated):
        groups = village[side]
        fit = sm.OLS(came[side], np.ones(side.sum())).fit(
            cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
        )
        count = len(np.unique(groups))
        variance += fit.bse[0] ** 2 * count / (count - 1)
    return ours.se - np.sqrt(variance)


def cuped(data: Path) -> None:
    """The cut of variance on real purchases."""
    for name, file, start in (
        ("cdnow, last 90 days", CDNOW, None), ("cdnow, days 91-180", CDNOW, 90), ("online_retail", RETAIL, None),
    ):  # fmt: skip
        one = spend(data, file, start=start)
        rng = np.random.default_rng(3)
        cuts = [adjusted(one.after, one.before, rng.random(len(one.after)) < 0.5).cut for _ in range(20)]
        print(f"cuped: {name}: {len(one.after):,} customers, cut {np.mean(cuts):.1%} of the variance")


def sees(data: Path) -> None:
    """What 10,000 customers with 10% held out can see in 90 days, at 80% power."""
    for name, file, start in (
        ("cdnow, last 90 days", CDNOW, None), ("cdnow, days 91-180", CDNOW, 90), ("online_retail", RETAIL, None),
    ):  # fmt: skip
        one = spend(data, file, start=start)
        plain = smallest_effect(one.after.std(ddof=1), 9_000, 1_000) / one.after.mean()
        cut = adjusted(one.after, one.before, np.arange(len(one.after)) % 2 == 0)
        less = smallest_effect(cut.outcome.std(ddof=1), 9_000, 1_000) / one.after.mean()
        print(f"sees: {name}: {plain:.0%} of spend, {less:.0%} after adjusting")


# ---- what must be refused -------------------------------------------------------------------------------------------


def mailings(data: Path) -> None:
    """Campaigns that were mailed to chosen households: none of them may pass as proof."""
    con = duckdb.connect()
    folder = data / JOURNEY
    days = con.sql(
        f"""select 'p' || md5(household_id::varchar) as person_id, transaction_timestamp::date as day,
                   sum(sales_value)::decimal(18, 4) as spent
            from '{folder}/transactions.parquet' group by all having sum(sales_value) > 0"""
    ).to_arrow_table()
    sent = con.sql(
        f"""select 'p' || md5(household_id::varchar) as person_id, 'mailing ' || campaign_id::varchar as campaign,
                   start_date::timestamp as at
            from '{folder}/campaigns.parquet' join '{folder}/campaign_descriptions.parquet' using (campaign_id)"""
    ).to_arrow_table()
    by_type = con.sql(
        f"""select 'p' || md5(household_id::varchar) as person_id, 'type ' || campaign_type::varchar as campaign,
                   min(start_date)::timestamp as at
            from '{folder}/campaigns.parquet' join '{folder}/campaign_descriptions.parquet' using (campaign_id)
            group by all"""
    ).to_arrow_table()
    for days_after in (30, 60, 90):
        for row in _proof(days, pa.concat_tables([sent, by_type]), f"spend_{days_after}d"):
            print(
                f"mailings: spend_{days_after}d {row['action']}: {row['verdict']}; {row['treated']} reached; {row['says']}"
            )


@dataclass(frozen=True)
class _Expected:
    on: str
    effect: float = 0.05
    sd: float = 0.05


@dataclass(frozen=True)
class _Playbook:
    action: str
    expected: _Expected
    holdout: float = 0.0
    cost: float = 0.0

    @property
    def title(self) -> str:
        return self.action


def _proof(days: pa.Table, sent: pa.Table, on: str) -> list[dict[str, object]]:
    as_of = date(2018, 1, 1)
    until = datetime(2018, 1, 2)  # noqa: DTZ001 - UTC by contract
    with (
        tempfile.TemporaryDirectory() as spill,
        open_engine("duckdb", spill=Path(spill), memory="1GB", threads=2) as at,
    ):
        facts = {one.name: at.arrow(one.arrow_schema().empty_table()) for one in schema.TABLES}
        rows = [
            {"fact_id": f"c{place}", "record_id": row["person_id"], "action": row["campaign"], "occurred_at": row["at"]}
            for place, row in enumerate(sent.to_pylist())
        ]
        facts["contacts"] = at.arrow(pa.Table.from_pylist(rows, schema=schema.table("contacts").arrow_schema()))
        people = pa.chunked_array([days["person_id"].combine_chunks().dictionary_encode().dictionary])
        books = [_Playbook(name, _Expected(on)) for name in sorted(set(sent["campaign"].to_pylist()))]
        texts = dict.fromkeys(("person_id", "intents", "medium", "in_reply_to"), pa.string())
        voice = pa.schema(texts | {"public": pa.bool_(), "prompted": pa.bool_(), "occurred_at": pa.timestamp("us")})
        brought = pa.schema({"referrer_id": pa.string(), "occurred_at": pa.timestamp("us")})
        made = proof_of(
            at, facts, playbooks=books, units=at.arrow(pa.table({"person_id": people, "unit": people})),
            record_person=at.arrow(pa.table({"record_id": people, "person_id": people})), days=at.arrow(days),
            voice=at.arrow(voice.empty_table()), brought=at.arrow(brought.empty_table()),
            as_of=as_of, until=until, zone="UTC", currency="USD",
        )  # fmt: skip
        return at.fetch(made.tables["proof"], order_by=("action",)).to_pylist()


def moved(runs: int) -> None:
    """Uplift: a planted rule is found, a planted slope is learned, and of an even effect nothing is said."""
    for name in ("even effect", "one cut", "two things together"):
        rng = np.random.default_rng(5)
        used: dict[str, int] = {}
        for _ in range(max(runs // 100, 5)):
            known_ = rng.normal(size=(8_000, 5))
            treated = rng.random(8_000) < 0.5
            gain = {
                "even effect": np.full(8_000, 0.1),
                "one cut": 0.4 * (known_[:, 2] > 0),
                "two things together": 1.0 * (np.abs(known_[:, 0]) > 1) * np.sign(known_[:, 1]),
            }[name]
            outcome = known_[:, 3] + rng.normal(size=8_000) + gain * treated
            found = uplift(known_, [f"x{n}" for n in range(5)], treated, outcome)
            used[found.use] = used.get(found.use, 0) + 1
        print(f"uplift: {name}: {used}")


def main() -> None:
    """Run the parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--only", nargs="*")
    args = parser.parse_args()
    parts = {
        "known": lambda: known(args.data), "cuped": lambda: cuped(args.data), "sees": lambda: sees(args.data),
        "mailings": lambda: mailings(args.data), "power": lambda: power(args.runs), "uplift": lambda: moved(args.runs),
        "null": lambda: null(args.data, args.runs),
    }  # fmt: skip
    for name in args.only or parts:
        parts[name]()


if __name__ == "__main__":
    main()
