"""How fast `byname add` reads a CSV of orders, mapping and validating included, and what memory it needs.

python bench/add.py [ROWS]        1,000,000 by default; a Shopify export and a file that nobody knows
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from byname.company import create

SHOPIFY = """
    select '#' || (1000 + i) as "Name", 'user' || (i % 100000) || '@example.com' as "Email", 'paid' as "Financial Status",
           strftime(timestamp '2024-01-01' + to_minutes(i), '%Y-%m-%d %H:%M:%S +0200') as "Paid at",
           case when i % 3 = 0 then 'yes' else 'no' end as "Accepts Marketing", 'EUR' as "Currency",
           printf('%.2f', 10 + (i % 900) / 7) as "Total",
           strftime(timestamp '2024-01-01' + to_minutes(i), '%Y-%m-%d %H:%M:%S +0200') as "Created at",
           1 + i % 4 as "Lineitem quantity", 'Tea number ' || (i % 500) as "Lineitem name",
           printf('%.2f', 3 + (i % 90) / 7) as "Lineitem price", 'SKU' || (i % 500) as "Lineitem sku",
           'Name' || (i % 100000) || ' Family' as "Billing Name", 'Main Street ' || (i % 100) as "Billing Street",
           'Berlin' as "Billing City", '10115' as "Billing Zip", 'DE' as "Billing Country", '0.00' as "Refunded Amount"
"""
UNKNOWN = """
    select 'B' || i as order_no, i % 100000 as customer_id, 'user' || (i % 100000) || '@example.com' as email,
           strftime(timestamp '2024-01-01' + to_minutes(i), '%d.%m.%Y %H:%M') as ordered_on,
           printf('%.2f', 10 + (i % 900) / 7) as total, 'EUR' as currency, 'Name' || (i % 100000) || ' Family' as name,
           'Berlin, Mitte' as city
"""


def main(rows: int) -> None:
    for title, sql in (
        ("orders.csv, eight columns, read by a guess", UNKNOWN),
        ("Shopify orders, five fact tables", SHOPIFY),
    ):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            file = folder / "orders.csv"
            duckdb.execute(f"copy ({sql} from range({rows}) t(i)) to '{file}' (header)")
            create(folder / "company", name="Bench", currency="EUR", zone="Europe/Berlin", country="DE")
            command = [sys.executable, "-m", "byname.cli", "add", str(folder / "company"), str(file)]
            timed = ["/usr/bin/env", "time", "-f", "%U %S %e %M", *command]
            ran = subprocess.run(timed, check=True, capture_output=True, text=True)
            user, system, clock, kilobytes = map(float, ran.stderr.strip().splitlines()[-1].split())
        print(f"{title}: {rows:,} rows, {file.name} of its own size in memory at no time")
        print(
            f"  {rows / clock:,.0f} rows a second ({user + system:.1f} CPU s, {clock:.1f} s, {kilobytes / 1024:,.0f} MB)"
        )
        print(f"  {ran.stdout.splitlines()[0]}")


if __name__ == "__main__":
    main(*[int(one) for one in sys.argv[1:2]] or [1_000_000])
