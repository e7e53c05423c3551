"""A small company for the tests of whole commands: made, filled and asked in a few words."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import duckdb

from byname.company import Company, create, open_company
from byname.facts import intake
from byname.facts.change import show
from byname.facts.store import LEDGER_TABLES
from byname.facts.versions import NEWEST_SQL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ORDER = (
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Accepts Marketing",
    "Currency",
    "Total",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Billing Name",
    "Cancelled at",
    "Refunded Amount",
    "Phone",
)
CUSTOMER = (
    "Customer ID",
    "First Name",
    "Last Name",
    "Email",
    "Accepts Email Marketing",
    "Default Address Company",
    "Default Address Address1",
    "Default Address City",
    "Default Address Country Code",
    "Default Address Zip",
    "Phone",
    "Accepts SMS Marketing",
    "Total Spent",
    "Total Orders",
    "Note",
    "Tax Exempt",
    "Tags",
)


def made(folder: Path, settings: str = "", *, zone: str = "UTC") -> Company:
    """A company whose byname.toml has these lines in place of the ones that come with it."""
    create(folder, name="Acme", currency="EUR", zone=zone, country="DE")
    if settings:
        text = f'name = "Acme"\nzone = "{zone}"\n{settings}\n'
        (folder / "byname.toml").write_text(text, "utf-8")
    return open_company(folder)


def written(path: Path, header: Iterable[str], rows: Iterable[Mapping[str, object]]) -> Path:
    """A CSV file; a cell that a row does not name is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(header), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def order(
    number: int, email: str = "rosa@example.com", day: str = "2026-01-01", total: object = "10.00", **more: object
) -> dict[str, object]:
    """A paid order as Shopify exports it."""
    at = f"{day} 10:00:00 +0000"
    said = {
        "Name": f"#{number}",
        "Email": email,
        "Financial Status": "paid",
        "Paid at": at,
        "Created at": at,
        "Currency": "EUR",
        "Total": total,
        "Lineitem quantity": 1,
        "Lineitem name": "Matcha",
        "Lineitem price": "1.00",
        "Refunded Amount": "0.00",
        "Billing Name": email.partition("@")[0].replace(".", " ").title(),
    }
    return said | {name.replace("_", " "): value for name, value in more.items()}


def orders(path: Path, *rows: Mapping[str, object]) -> Path:
    """A Shopify orders export."""
    return written(path, ORDER, rows)


def customers(path: Path, *rows: Mapping[str, object]) -> Path:
    """A Shopify customers export."""
    return written(path, CUSTOMER, rows)


def customer(number: int, name: str, consent: str = "no", **more: object) -> dict[str, object]:
    """A customer as Shopify exports one."""
    given, _, family = name.partition(" ")
    email = f"{given}.{family}@example.com".lower()
    said = {
        "Customer ID": f"'{number}",
        "First Name": given,
        "Last Name": family,
        "Email": email,
        "Accepts Email Marketing": consent,
        "Accepts SMS Marketing": "no",
        "Total Spent": "0.00",
        "Total Orders": 0,
        "Tax Exempt": "no",
    }
    return said | {name.replace("_", " "): value for name, value in more.items()}


def add(company: Company, *files: Path | str, account: str = "main", query: str = "") -> list[intake.Outcome]:
    """What became of each file."""
    return list(intake.add(company, [str(file) for file in files], account=account, query=query))


def taken(company: Company, *files: Path | str, account: str = "main") -> tuple[int, int, int, int]:
    """New, changed, known and refused of one file that can be read, or of several together."""
    outcomes = add(company, *files, account=account)
    assert [outcome.error for outcome in outcomes] == [None] * len(outcomes)
    return tuple(sum(getattr(one, name) for one in outcomes) for name in ("new", "changed", "known", "refused"))  # type: ignore[return-value]


def facts(company: Company, table: str, *, newest: bool = True) -> list[dict[str, Any]]:
    """The newest version of each fact of a table, or every version."""
    with intake.open_ledger(company).state() as state, duckdb.connect() as con:
        show(con, "all_versions", LEDGER_TABLES[table], state.files(table))
        rows = con.sql(NEWEST_SQL, params={"known_by": None}) if newest else con.sql("select * from all_versions")
        found: list[dict[str, Any]] = rows.to_arrow_table().to_pylist()
    return sorted(found, key=lambda row: (row.get("source_id") or "", row.get("version", 0), repr(row)))


def ledger(company: Company) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for when it was learnt."""
    return {
        name: [{key: value for key, value in row.items() if key not in ("known_at", "file_id")} for row in rows]
        for name in LEDGER_TABLES
        if (rows := facts(company, name, newest=False))
    }
