"""Erase means gone: no byte below the company's folder tells of her, and nothing brings her back (issue 8, S4.2).

GDPR 17: erasure; and everybody else is as before.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from byname.app_rows import alone
from byname.company import Company
from byname.facts import intake
from byname.facts.intake import open_ledger
from byname.facts.schema import TABLES
from byname.forgetting import forget
from byname.refresh import refresh
from byname.snapshot import open_current
from tests.forgetting.marked import DAYS, EMAIL, found_in, her

_LATER = date(2027, 3, 5)


def facts(company: Company) -> dict[str, set[str]]:
    """Every row of the ledger, by table."""
    found = {}
    with open_ledger(company).state() as state, duckdb.connect() as con:
        for one in TABLES:
            if files := state.files(one.name):
                rows = con.execute("select x::varchar from read_parquet($f, union_by_name = true) as x", {"f": files})
                found[one.name] = {row[0] for row in rows.fetchall()}
    return found


def names(company: Company) -> set[str]:
    return {row["name"] or row["email"] for row in open_current(company).query("select name, email from people")}


def test_no_byte_is_left_and_nothing_brings_her_back(shop: Company, exports: list[str], tmp_path: Path) -> None:
    places = {line.partition("/")[0].partition(":")[0] for line in found_in(shop.folder)}
    assert places == {"app.sqlite3", "cache", "facts", "refused", "report.html", "snapshots"}  # the search finds her
    before, people, person = facts(shop), names(shop), her(shop)
    imports = open_ledger(shop).imports().num_rows
    receipt = forget(shop, person)

    assert found_in(shop.folder) == []
    assert not her(shop)
    assert receipt.counts["ledger: orders"] == 8
    assert receipt.counts["refused rows"] == 1
    assert receipt.counts["reports"] == 1
    assert [left for left in receipt.left if not left.startswith("backups:")] == []
    assert person not in f"{receipt}"
    after = facts(shop)
    for table, rows in after.items():  # everybody else's rows are the same; of two referrals the other's side stays
        assert len(rows - before[table]) == (2 if table == "referrals" else 0), table
    assert sum(map(len, before.values())) - sum(map(len, after.values())) == _theirs(receipt.counts)

    assert open_ledger(shop).check() == []
    assert open_ledger(shop).imports().num_rows == imports
    with alone(shop) as rows:
        assert rows is not None
        ((state,),) = rows.ask("pragma integrity_check")
        assert state == "ok"
    assert names(shop) == people - {"Zephyrine Quillfeather"}
    snapshot = open_current(shop)
    for table in ("people", "links", "timeline", "profile", "value"):
        assert not snapshot.query(f"select 1 from {table} where person_id = $1", [person])
    assert len(snapshot.find("guest3@guests.test")) == 1

    for path in exports:  # the very files, and then the same in other bytes, as a backup has them
        assert next(iter(intake.add(shop, [path]))).error is None
    assert found_in(shop.folder) == []
    for path in exports:
        copy = tmp_path / Path(path).name
        copy.write_text(Path(path).read_text("utf-8") + "\n", "utf-8")
        assert next(iter(intake.add(shop, [str(copy)]))).error is None
    assert found_in(shop.folder) == []

    refresh(shop, as_of=DAYS[1])
    assert found_in(shop.folder) == []
    assert names(shop) == people - {"Zephyrine Quillfeather"}
    first = open_ledger(shop).imports().to_pylist()[0]
    intake.remove(shop, first["file_id"])
    assert open_ledger(shop).check() == []


def _theirs(counts: dict[str, int]) -> int:
    """Rows of facts that went; of referrals the other's side stays."""
    of_ledger = {place.partition(": ")[2]: count for place, count in counts.items() if place.startswith("ledger: ")}
    return sum(count for name, count in of_ledger.items() if name not in ("sightings", "files", "referrals"))


def test_what_she_does_later_is_somebody_new(shop: Company, tmp_path: Path) -> None:
    person = her(shop)
    forget(shop, person)
    later = tmp_path / "later_orders.csv"
    later.write_text(
        "order id,date,email,total,currency,product\n"
        f"new1,2027-03-03,{EMAIL},12,EUR,Kettle\n"
        f"zqorder-79,2026-02-02,{EMAIL},12,EUR,Kettle\n",
        "utf-8",
    )
    (outcome,) = intake.add(shop, [str(later)])
    assert "erased" in outcome.first_refusals[-1]
    refresh(shop, as_of=_LATER)
    now = her(shop)
    assert now not in ("", person)
    orders: list[dict[str, Any]] = open_current(shop).query(
        "select source_id from links where person_id = $1 and role = 'order'", [now]
    )
    assert [row["source_id"] for row in orders] == ["new1"]


def test_asked_again_it_says_that_it_is_done(shop: Company) -> None:
    person = her(shop)
    forget(shop, person)
    assert "nothing of them was left" in forget(shop, person).says
