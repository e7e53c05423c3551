"""Who is best and how much, against every peer and plain rule: calibrate on the first part, predict each person's spend.

python bench/worth.py [--data DIR]     CDNOW (all, and its tenth) and the demonstration's shop; with DIR also the sets
                                       complete_journey and apparel in it, if they are there
"""

from __future__ import annotations

import argparse
import gzip
import tempfile
import time
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from byname.demo import PURCHASES
from byname.engines import open_engine
from byname.value.candidates import LEARNED, Fitted
from byname.value.learned import FEWEST, learn
from byname.value.past import past_of
from byname.value.policy import choose
from byname.value.ranges import Places, coverage
from byname.value.scores import capture, gini, mean_absolute_error, total_error
from byname.value.shares import Z80
from byname.value.windows import earlier

CDNOW = Path(__file__).parent.parent / "tests" / "data" / "cdnow" / "CDNOW_master.txt.gz"
_DRAWS = 100


def cdnow(where: str) -> pa.Table:
    with gzip.open(CDNOW, "rt") as lines:
        rows = [line.split() for line in lines][1:]
    said = pa.table(
        {
            "who": [row[0] for row in rows if row],
            "day": [row[1] for row in rows if row],
            "spent": [float(row[3]) for row in rows if row],
        }
    )
    with duckdb.connect() as con:
        con.register("said", said)
        return _days(con, f"select who, strptime(day, '%Y%m%d')::date as day, spent from said where {where}")


def retail() -> pa.Table:
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "purchases.csv.gz"
        path.write_bytes((files("byname.demo") / "data" / PURCHASES).read_bytes())
        return _days(
            con,
            f"""select CustomerID as who, InvoiceDate::timestamp::date as day, sum(Quantity * UnitPrice) as spent
                from read_csv('{path}') where CustomerID is not null group by all having spent > 0""",
        )


def _days(con: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    return con.sql(
        f"""select 'p' || who as person_id, day, count(*) as orders, sum(spent)::decimal(18, 4) as spent, 0::bigint as grp
            from ({sql}) group by all order by all"""
    ).to_arrow_table()


def measured(name: str, days: pa.Table, as_of: date, horizon: int) -> None:
    with tempfile.TemporaryDirectory() as spill, open_engine("duckdb", spill=Path(spill), memory="2GB") as engine:
        table = engine.arrow(days)
        begun = time.process_time()
        past = past_of(engine, table, as_of)
        policy = choose(past, as_of, horizon)
        spent_cpu = time.process_time() - begun
        windows = earlier(past, as_of, policy.seen_days)
        rows, actual, _ = past_of(engine, table, as_of).read(as_of, as_of + timedelta(days=horizon))
    fitted = Fitted.on(rows, as_of, past.daily)
    found = fitted.outlook(rows).expected_spend(horizon, fitted.names)
    if min((len(window.rows) for window in windows), default=0) >= FEWEST:
        trees = policy.learned or learn([(window.rows, window.spent) for window in windows])
        found[LEARNED] = trees.expected_spend(rows) * horizon / policy.seen_days
    found["all nothing"] = np.zeros(len(actual))
    predicted = policy.predict(fitted, rows, horizon)
    expected = policy.blended(fitted, predicted)
    low, median, high = policy.ranges.of_people(Places.of(expected)(expected), expected)
    print(f"\n{name}: {len(actual):,} people, {horizon} days from {as_of}; chosen in {spent_cpu:.1f} CPU s")
    for candidate, values in found.items():
        print(_line(candidate, actual, values))
    print(_line("ours, expected_spend", actual, expected))
    print(_line("ours, median_spend", actual, median))
    print(f"  {policy.says()}")
    held = coverage(actual, low, high)
    away = Z80 * policy.level_sd
    print(
        f"  80% ranges held {held:.1%}; total {total_error(actual, expected):+.1%}, foretold within "
        f"{np.exp(-away) - 1:+.0%} to {np.exp(away) - 1:+.0%}; season {'seen' if policy.season_seen else 'not seen'}"
    )
    best = {
        "gini": max(found, key=lambda one: gini(actual, found[one])),
        "capture": max(found, key=lambda one: capture(actual, found[one])),
        "mae": min(found, key=lambda one: mean_absolute_error(actual, found[one])),
    }
    random = np.random.default_rng(1)
    for measure, score, ours, least in (
        ("gini", gini, expected, 0.005),
        ("capture", capture, expected, 0.01),
        ("mae", mean_absolute_error, median, 0.02 * mean_absolute_error(actual, found[best["mae"]])),
    ):
        theirs = found[best[measure]]
        draws = [random.integers(0, len(actual), len(actual)) for _ in range(_DRAWS)]
        spread = 2 * float(np.std([score(actual[one], ours[one]) - score(actual[one], theirs[one]) for one in draws]))
        lead = score(actual, ours) - score(actual, theirs)
        lead = -lead if measure == "mae" else lead
        verdict = "reached" if lead >= -max(least, spread) else "NOT reached"
        print(
            f"  {measure}: {lead:+.4g} of the best row ({best[measure]}), allowed {-max(least, spread):.4g}: {verdict}"
        )


def _line(name: str, actual: np.ndarray, values: np.ndarray) -> str:
    return (
        f"  {name:<36} Gini {gini(actual, values):.4f}  top tenth {capture(actual, values):.3f}  "
        f"MAE {mean_absolute_error(actual, values):9.2f}  total {total_error(actual, values):+7.1%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    data = parser.parse_args().data
    measured("CDNOW, all, 39 + 39 weeks", cdnow("true"), date(1997, 9, 30), 273)
    measured("CDNOW, every tenth, 39 + 39 weeks", cdnow("who::int % 10 = 1"), date(1997, 9, 30), 273)
    measured("Online Retail, nine months in two halves", retail(), date(2011, 4, 16), 136)
    if data and (path := data / "complete_journey" / "transactions.parquet").is_file():
        with duckdb.connect() as con:
            sql = f"select household_id as who, transaction_timestamp::date as day, sales_value as spent from '{path}'"
            measured("Complete Journey, a year in two halves", _days(con, sql), date(2017, 7, 1), 183)
    if data and (path := data / "apparel" / "apparelTrans.csv").is_file():
        with duckdb.connect() as con:
            sql = f"""select "Id" as who, "Date"::date as day, "Price" as spent from read_csv('{path}') where "Price" > 0"""
            measured("Apparel (simulated), 3 + 3 years", _days(con, sql), date(2008, 1, 1), 1084)


if __name__ == "__main__":
    main()
