"""Recognising one record against everybody known: milliseconds at the median and the 99th percentile.

python bench/recognise.py COMPANY PEOPLE_FILE     a refreshed company, and the file of people that it was made from
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import duckdb
import numpy as np

from byname.company import open_company
from byname.snapshot import open_current
from byname.touchpoint import Touchpoint

_LOOK_UPS, _WARM = 3_000, 50


def main() -> None:
    company, people = (Path(one) for one in sys.argv[1:])
    rows = duckdb.sql(
        "select first_name, surname, dob, email, phone, postcode, address "
        f"from '{people}' using sample {_LOOK_UPS} rows (reservoir, 7)"
    ).fetchall()
    names = ("given_name", "family_name", "birth_date", "email", "phone", "postcode", "street")
    took, found = [], 0
    with Touchpoint(open_current(open_company(company)).folder) as till:
        for row in rows:
            begun = time.perf_counter()
            found += bool(till.recognise(dict(zip(names, row, strict=True))))
            took.append(1e3 * (time.perf_counter() - begun))
    warm = np.array(took[_WARM:])
    print(
        f"{found:,} of {len(rows):,} found; p50 {np.percentile(warm, 50):.1f} ms, p99 {np.percentile(warm, 99):.1f} ms"
    )


if __name__ == "__main__":
    main()
