"""What she takes along is all that is hers and nothing of another's (S0.6; GDPR 15 and 20)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from django.urls import reverse

from byname.app_rows import writing
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.own import fact
from byname.facts.schema import TABLES, table
from byname.web.accounts.models import Entry
from byname.web.friends.models import Link
from byname.web.portal.exporting import CONCLUDED
from tests.web.portal.test_portal_tools import do

if TYPE_CHECKING:
    from django.test import Client

    from byname.company import Company
    from byname.web.portal.whom import Her


def taken(client: Client, kind: str) -> bytes:
    answer = client.post(reverse("my-file", args=[kind]))
    assert answer.status_code == 200
    assert answer.streaming
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]


def in_ledger(company: Company, name: str, where: str, given: list[Any]) -> set[str]:
    with open_ledger(company).state() as state, duckdb.connect() as con:
        show(con, "all_versions", table(name), state.files(name))
        return {row[0] for row in con.execute(f"select fact_id from all_versions where {where}", given).fetchall()}


def test_every_fact_that_is_linked_to_her_is_in_it_and_no_other(as_rosa: Client, rosa: Her, company: Company) -> None:
    said = json.loads(taken(as_rosa, "json"))
    assert set(said["held"]) == {*(one.name for one in TABLES), "letters"}
    assert set(said["concluded"]) == set(CONCLUDED)
    assert said["held"].pop("letters") == []
    held = {name: {row["fact_id"] for row in rows} for name, rows in said["held"].items()}
    linked = {row["fact_id"] for row in rosa.links if row["role"] not in ("customer", "referred")}
    assert linked <= set().union(*held.values())
    for name, facts in held.items():
        assert facts == in_ledger(company, name, "record_id in (select unnest($1::varchar[]))", [rosa.records]), name
    assert {row["person_id"] for rows in said["concluded"].values() for row in rows} == {rosa.person_id}


def test_what_the_pages_keep_of_her_besides_is_in_it(as_rosa: Client, rosa: Her) -> None:
    as_rosa.post("/my/friends/link/", {"what": "make"})
    link = Link.objects.get()
    Link.objects.create(code="another", record_id="somebody else's", shown_as="Otto", words="mine")
    held = json.loads(taken(as_rosa, "json"))["held"]
    (row,) = held["friends_link"]
    assert (row["code"], row["words"]) == (link.code, link.words)
    assert {"portal_door", "django_session"}.isdisjoint(held)
    names = zipfile.ZipFile(io.BytesIO(taken(as_rosa, "csv"))).namelist()
    assert "held/friends_link.csv" in names


def test_nobody_else_is_named_in_it(as_rosa: Client, rosa: Her) -> None:
    text = taken(as_rosa, "json").decode()
    others = rosa.desk.snapshot.query(
        "select name, email, phone from people where person_id <> $1 and household_id is null", [rosa.person_id]
    )
    found = {value for row in others for value in (row["email"], row["phone"]) if value and f'"{value}"' in text}
    assert found == set()


def test_what_was_written_since_is_in_it(as_rosa: Client) -> None:
    do(as_rosa, "line", own="not about my cat")
    do(as_rosa, "consent", state="given", channel="email", purpose="feedback")
    do(as_rosa, "correct", detail="name", value="Rosa")
    held = json.loads(taken(as_rosa, "json"))["held"]
    assert "not about my cat" in {row["value"] for row in held["preferences"]}
    assert [row["value"] for row in held["decisions"]] == ["name Rosa"]
    assert "person" in {row["by_whom"] for row in held["consents"]}


def test_colleagues_private_notes_are_not_in_it_nor_on_any_page(as_rosa: Client, rosa: Her, company: Company) -> None:
    def note(value: str, private_to: str | None) -> dict[str, Any]:
        row = {"kind": "note", "record_id": rosa.anchor, "other_record_id": "", "value": value, "by_whom": "Ines"}
        return fact("decisions", row | {"private_to": private_to}, reader="byname_pages")

    with writing(company) as rows:
        assert rows is not None
        at = rows.moment()
        new = [note("SECRET of the team", "marketing"), note("likes tea", None)]
        rows.add("decisions", [{**row, "occurred_at": at} for row in new], at=at)
    text = taken(as_rosa, "json").decode()
    text += "".join(as_rosa.get(reverse(f"my-{page}")).content.decode() for page in ("page", "held", "why", "contacts"))
    assert "likes tea" in text
    assert "SECRET" not in text


def test_tables_are_csv_in_a_zip_with_no_cell_that_runs(as_rosa: Client, rosa: Her) -> None:
    do(as_rosa, "line", own="=HYPERLINK(1)")
    with zipfile.ZipFile(io.BytesIO(taken(as_rosa, "csv"))) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        assert {"held/orders.csv", "held/records.csv", "held/preferences.csv", "concluded/standing.csv"} <= set(names)
        rows = list(csv.DictReader(io.StringIO(packed.read("held/preferences.csv").decode("utf-8-sig"))))
        orders = list(csv.DictReader(io.StringIO(packed.read("held/orders.csv").decode("utf-8-sig"))))
    assert "'=HYPERLINK(1)" in {row["value"] for row in rows}
    assert len(orders) == len({row["fact_id"] for row in rosa.links if row["role"] == "order"})


def test_schema_org_is_a_person_with_orders_and_reviews(as_rosa: Client, rosa: Her) -> None:
    said = json.loads(taken(as_rosa, "schema"))
    assert said["@context"] == "https://schema.org"
    person, *rest = said["@graph"]
    assert (person["@type"], person["email"]) == ("Person", rosa.email)
    kinds = [one["@type"] for one in rest]
    assert kinds.count("Order") == len({row["fact_id"] for row in rosa.links if row["role"] == "order"})
    assert set(kinds) <= {"Order", "Review"}
    assert {one["customer"]["@id"] for one in rest if one["@type"] == "Order"} == {person["@id"]}


def test_that_it_was_taken_stands_in_the_audit_log(as_rosa: Client, rosa: Her) -> None:
    taken(as_rosa, "csv")
    (line,) = Entry.objects.all()
    assert (line.by, line.action, line.about, line.after) == ("the customer", "export", rosa.person_id, {"as": "csv"})


@pytest.mark.parametrize("kind", ["xml", "../json", ""])
def test_another_kind_of_file_is_not_there(as_rosa: Client, kind: str) -> None:
    assert as_rosa.post(f"/my/take/{kind}/").status_code in {404, 405}


def test_a_file_is_not_got_by_a_link(as_rosa: Client) -> None:
    assert as_rosa.get(reverse("my-file", args=["json"])).status_code == 405
