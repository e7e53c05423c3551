"""Simulated shops, as large as wanted, always the same: people buy as BG/NBD says, over two years."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

__all__ = ["AS_OF", "orders_file", "shop"]

AS_OF = "2026-06-30"
_COHORT_DAYS = 730


def _bought(people: int, alpha_days: float, seed: int) -> pa.Table:
    """Person, day before the as-of day and number of each purchase (r = 0.6, a = 0.8, b = 2.5)."""
    random = np.random.default_rng(seed)
    age = random.integers(0, _COHORT_DAYS, people)
    rate = random.gamma(0.6, 1 / alpha_days, people)
    leaving = random.beta(0.8, 2.5, people)
    active, clock, number = np.arange(people), np.zeros(people), 0
    who, when, which = [active], [age], [np.zeros(people, dtype=np.int64)]
    while active.size:
        number += 1
        clock[active] += random.exponential(1 / rate[active])
        active = active[clock[active] <= age[active]]
        who.append(active)
        when.append(age[active] - np.floor(clock[active]).astype(np.int64))
        which.append(np.full(active.size, number))
        active = active[random.random(active.size) > leaving[active]]
    columns = (np.concatenate(one).astype(np.int64) for one in (who, when, which))
    return pa.table(dict(zip(("p", "days_ago", "k"), columns, strict=True)))


def _shop_of(people: int, orders: int) -> pa.Table:
    """As many purchases as asked for, to a few per cent: the rate is found on a small shop first."""
    low, high = 1e-3, 1e5
    for _ in range(25):
        middle = (low * high) ** 0.5
        found = _bought(20_000, middle, 1).num_rows / 20_000
        low, high = (middle, high) if found > orders / people else (low, middle)
    return _bought(people, low, 2)


_MACROS = """
    create macro u(a, b) as (hash(a * 1000003 + b) % 1000000)::double / 1000000;
    create macro bought_at(p, k, days_ago) as
        timestamp '2026-06-30' - to_days(days_ago) + to_seconds((u(p * 1024 + k, 6) * 80000)::int);
    create macro amount_of(p, k) as ((5 + 60 * u(p, 3)) * (0.5 + u(p * 1024 + k, 7)))::decimal(18, 4);
"""


def orders_file(path: Path, people: int, orders: int) -> None:
    """Write person, day and amount of raw orders to one Parquet file, in no order."""
    bought = _shop_of(people, orders)
    with duckdb.connect() as con:
        con.execute(_MACROS)
        con.register("bought", bought)
        con.register("ids", pa.table({"p": np.arange(people), "person_id": [_person_id(one) for one in range(people)]}))
        con.execute(
            f"""copy (select person_id, bought_at(p, k, days_ago) as occurred_at,
                             amount_of(p, k) as amount
                      from bought join ids using (p) order by hash(p * 1024 + k)) to '{path}' (format parquet)"""
        )


def _person_id(number: int) -> str:
    """As a snapshot's: 'p' and 16 characters of a hash."""
    return "p" + base64.b32encode(hashlib.sha256(str(number).encode()).digest()[:10]).decode()


def shop(folder: Path, people: int, orders: int) -> dict[str, Path]:
    """Write staged records and orders of one shop, as a reader would have, ready for the ledger.

    A tenth of the people are in the list twice with the same e-mail, a tenth have only a phone, and households share
    addresses, so that who is who has something to do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest = "substr(sha256(concat_ws(chr(31), {})), 1, 32)"
    bought = _shop_of(people, orders)
    with duckdb.connect() as con:
        con.execute(_MACROS)
        con.register("bought", bought)
        record = digest.format("'bench', 'main', 'customer', p::varchar")
        con.execute(
            f"""copy (select {digest.format("'records', 'bench', 'main', p::varchar")} as fact_id, 'bench' as source,
                             'main' as account, p::varchar as source_id, 'bench_customers' as reader, {record} as record_id,
                             {digest.format("p::varchar")} as row_hash, 'customer' as role,
                             chr((65 + hash(p) % 26)::int) || 'name' || (hash(p, 1) % 3000)::varchar as given_name,
                             'Family' || (hash(p // 3, 2) % 90000)::varchar as family_name,
                             case when p % 10 = 9 then null
                                  else 'user' || (case when p % 10 = 8 then p - 1 else p end)::varchar || '@example.com' end as email,
                             case when p % 3 = 0 then null else '+49 30 ' || (10000000 + p)::varchar end as phone,
                             'Town ' || (hash(p, 3) % 5000)::varchar as city, 'DE' as country
                      from range({people}) person(p) order by p) to '{folder}/records.parquet' (format parquet)"""
        )
        number = "(p * 1024 + k)::varchar"
        con.execute(
            f"""copy (select {digest.format(f"'orders', 'bench', 'main', {number}")} as fact_id, 'bench' as source,
                             'main' as account, {number} as source_id, 'bench_orders' as reader, {record} as record_id,
                             bought_at(p, k, days_ago) as occurred_at,
                             {digest.format(number)} as row_hash, amount_of(p, k) as amount,
                             'EUR' as currency, 'web' as channel, 'paid' as status
                      from bought order by hash(p * 1024 + k)) to '{folder}/orders.parquet' (format parquet)"""
        )
    return {name: folder / f"{name}.parquet" for name in ("records", "orders")}
