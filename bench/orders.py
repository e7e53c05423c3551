"""Simulated shops, as large as wanted, made by the engine in seconds and always the same."""

from __future__ import annotations

from pathlib import Path

import duckdb

__all__ = ["AS_OF", "orders_file", "shop"]

AS_OF = "2026-06-30"


def _people(con: duckdb.DuckDBPyConnection, people: int, orders: int) -> None:
    """Each person's own rate and first day; the number of orders comes out near the one asked for."""
    con.execute("create macro u(a, b) as (hash(a * 1000003 + b) % 1000000)::double / 1000000")
    con.execute(
        f"""create table person as
            select p, 1 + (u(p, 1) * 900)::int as first_day, -ln(1 - u(p, 2)) as appetite, 5 + 60 * u(p, 3) as basket
            from range({people}) r(p)"""
    )
    mean = con.execute("select avg(appetite * (1000 - first_day) / 1000) from person").fetchone()[0]
    repeat = (orders - people) / people / mean
    con.execute(
        f"""create table bought as
            select p, basket, first_day + case when k = 0 then 0 else (u(p * 64 + k, 4) * (1000 - first_day))::int end as day, k
            from person, lateral (select unnest(range(1 + least(400, (appetite * (1000 - first_day) / 1000 * {repeat} + u(p, 5))::int))) as k)"""
    )


def orders_file(path: Path, people: int, orders: int) -> None:
    """Write person, day and amount of raw orders to one Parquet file."""
    with duckdb.connect() as con:
        _people(con, people, orders)
        con.execute(
            f"""copy (select 'p' || lpad(p::varchar, 8, '0') as person_id,
                             timestamp '2023-10-01' + to_days(day) + to_seconds((u(p * 64 + k, 6) * 80000)::int) as occurred_at,
                             (basket * (0.5 + u(p * 64 + k, 7)))::decimal(18, 4) as amount
                      from bought order by hash(p * 64 + k)) to '{path}' (format parquet)"""
        )


def shop(folder: Path, people: int, orders: int) -> dict[str, Path]:
    """Write staged records and orders of one shop, as a reader would have, ready for the ledger.

    A tenth of the people are in the list twice with the same e-mail, a tenth have only a phone, and households share
    addresses, so that who is who has something to do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest = "substr(sha256(concat_ws(chr(31), {})), 1, 32)"
    with duckdb.connect() as con:
        _people(con, people, orders)
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
                      from person order by p) to '{folder}/records.parquet' (format parquet)"""
        )
        number = "(p * 512 + k)::varchar"
        con.execute(
            f"""copy (select {digest.format(f"'orders', 'bench', 'main', {number}")} as fact_id, 'bench' as source,
                             'main' as account, {number} as source_id, 'bench_orders' as reader, {record} as record_id,
                             timestamp '2023-10-01' + to_days(day) + to_seconds((u(p * 64 + k, 6) * 80000)::int) as occurred_at,
                             {digest.format(number)} as row_hash, (basket * (0.5 + u(p * 64 + k, 7)))::decimal(18, 4) as amount,
                             'EUR' as currency, 'web' as channel, 'paid' as status
                      from bought order by hash(p * 512 + k)) to '{folder}/orders.parquet' (format parquet)"""
        )
    return {name: folder / f"{name}.parquet" for name in ("records", "orders")}
