"""Worth from files to the command line: ranges, the record, referrals, growth, equity, back-test (S2.12, S3.7, S3.19, S4.5)."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.test_cli import run
from tests.value.shop import FIRST, simulated

DAYS = 500
AS_OF = (FIRST + timedelta(days=DAYS - 1)).isoformat()


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of 700 people with friends, ideas, ranks, a price rise, and a back-test behind it."""
    folder = tmp_path_factory.mktemp("worth")
    company = folder / "acme"
    assert run("init", company, "--currency", "EUR")[0] == 0
    settings = company / "byname.toml"
    said = settings.read_text("utf-8").replace("acquisition_cost = 0.0", "acquisition_cost = 10.0")
    said = said.replace("# idea_worth = 500.0 ", "idea_worth = 500.0 ")
    event = '\n[[events]]\nname = "Prices up"\nkind = "price rise"\nbegins = {day}\n'
    settings.write_text(said + event.format(day=(FIRST + timedelta(days=250)).isoformat()), "utf-8")
    shop = simulated(700, DAYS, seed=21)
    files = {
        "orders.csv": [
            ("order id", "customer id", "email", "order date", "total"),
            *(
                (
                    f"o{n}",
                    f"c{who}",
                    f"c{who}@people.test",
                    (FIRST + timedelta(days=int(day))).isoformat(),
                    f"{spent:.2f}",
                )
                for n, (who, day, spent) in enumerate(zip(shop.person, shop.day, shop.spent, strict=True))
            ),
        ],
        "friends.csv": [
            ("referral id", "referrer email", "referred email", "date"),
            *((f"f{n}", f"c{n}@people.test", f"c{n + 300}@people.test", FIRST.isoformat()) for n in range(40)),
            ("f90", "c3@people.test", "c3@people.test", FIRST.isoformat()),
        ],
        "ideas.csv": [
            ("idea id", "title", "description", "status", "author email", "created at"),
            ("i1", "Refill bags", "Sell refills, please", "shipped", "c5@people.test", "2024-03-01"),
            ("i2", "A blue one", "In blue", "open", "c6@people.test", "2024-03-02"),
        ],
        "subscriptions.csv": [
            (
                "subscription id",
                "customer email",
                "plan",
                "price",
                "currency",
                "billing period",
                "start date",
                "end date",
            ),
            *(
                (f"s{n}", f"member{n}@people.test", "Club", "15.00", "EUR", "monthly", FIRST.isoformat(), "")
                for n in range(30)
            ),
            *(
                (f"s{n}", f"member{n}@people.test", "Club", "15.00", "EUR", "monthly", FIRST.isoformat(), "2024-06-01")
                for n in range(30, 40)
            ),
        ],
    }
    for name, rows in files.items():
        with (folder / name).open("w", newline="") as out:
            csv.writer(out).writerows(rows)
        status, out_text, _ = run("add", company, folder / name)
        assert status == 0, out_text
    assert run("refresh", company, "--as-of", AS_OF, "--horizon", "120d")[0] == 0
    assert run("backtest", company)[0] == 0
    assert run("refresh", company, "--as-of", AS_OF, "--horizon", "120d")[0] == 0
    return company


def best(acme: Path, by: str) -> list[dict[str, Any]]:
    status, out, _ = run("best", acme, "--by", by, "--format", "json", "--limit", "700")
    assert status == 0
    found: list[dict[str, Any]] = json.loads(out)["people"]
    return found


def of(acme: Path, table: str) -> list[dict[str, Any]]:
    current = (acme / "snapshots" / "CURRENT").read_text().strip()
    found: list[dict[str, Any]] = (
        duckdb.sql(f"select * from '{acme}/snapshots/{current}/{table}.parquet'").to_arrow_table().to_pylist()
    )
    return found


def test_each_of_the_best_has_a_range_and_the_list_its_record(acme: Path) -> None:
    people = best(acme, "clv")
    assert all(0 <= one["clv_low"] <= one["clv_high"] for one in people)
    wide = sum(one["clv_low"] <= one["clv"] <= one["clv_high"] for one in people[:100])
    assert wide > 90
    _, out, _ = run("best", acme, "--limit", "3")
    assert "were among the real first" in out
    assert "80% ranges held" in out
    assert "EUR (" in out


def test_who_brought_friends_is_first_by_referrals_and_by_none_of_their_own_cost(acme: Path) -> None:
    people = best(acme, "referrals")
    assert 20 < len(people) <= 40
    assert all("brought 1 friend" in one["reason"] for one in people)
    value = {row["person_id"]: row for row in of(acme, "value")}
    friends = {row["person_id"] for row in of(acme, "brought")}
    spent = sum(float(value[one]["spend_total"]) for one in friends if one in value)
    clv = sum(value[one]["clv"] for one in friends if one in value)
    bought = sum(1 for one in friends if one in value and value[one]["orders"])
    total = sum(one["measure"] for one in people)
    assert total == pytest.approx(0.5 * (spent + clv) + 10 * bought, rel=1e-6)


def test_an_idea_that_was_used_has_a_price_only_where_the_settings_give_one(acme: Path) -> None:
    value = of(acme, "value")
    priced = [row for row in value if row["knowledge_value"]]
    assert [row["knowledge_value"] for row in priced] == [500.0]
    assert {row["influence_value"] for row in value} == {None}
    first = best(acme, "engagement")
    assert first[0]["measure"] >= first[-1]["measure"]
    assert next(one for one in first if one["person_id"] == priced[0]["person_id"])["measure"] >= 500


def test_members_who_never_ordered_are_worth_what_their_contracts_will_pay(acme: Path) -> None:
    members = [row for row in of(acme, "value") if row["contracts"]]
    assert len(members) == 30
    assert all(0 < row["contract_value"] == row["clv"] <= 4 * 15 for row in members)
    assert all(row["clv_low"] <= row["clv"] <= row["clv_high"] for row in members)
    _, out, _ = run("who", acme, "member3@people.test")
    assert "Contracts: 1 running" in out


def test_growth_and_risk_have_their_reasons(acme: Path) -> None:
    assert all("against the half before" in one["reason"] for one in best(acme, "growth")[:20])
    risky = best(acme, "risk")
    assert [one["measure"] for one in risky] == sorted((one["measure"] for one in risky), reverse=True)
    assert "likely still a customer" in risky[0]["reason"]


def test_the_bridge_of_equity_adds_up_and_all_of_it_is_the_sum_of_people(acme: Path) -> None:
    status, out, _ = run("equity", acme, "--format", "json")
    assert status == 0
    rows = json.loads(out)["equity"]
    by = {(row["kind"], row["name"]): row for row in rows}
    total = by["total", "customer equity"]
    assert total["amount"] == pytest.approx(sum(row["clv"] for row in of(acme, "value")), abs=0.02)
    assert total["low"] < total["amount"] < total["high"]
    steps = {row["name"]: row["amount"] for row in rows if row["kind"] == "change"}
    assert steps["to"] == pytest.approx(sum(amount for name, amount in steps.items() if name != "to"), abs=0.02)
    assert steps["to"] == pytest.approx(total["amount"], abs=0.02)
    assert "What became of it" in run("equity", acme)[1]


def test_a_price_rise_is_followed_up_by_name_and_in_all(acme: Path) -> None:
    (event,) = of(acme, "events")
    assert event["event"] == "Prices up"
    assert event["exposed"] == event["stayed"] + event["left"] + event["open"] > 50
    assert 0 <= event["share_low"] <= event["share"] <= event["share_high"] <= 1
    assert len(of(acme, "stress")) == event["exposed"]


def test_the_back_test_names_every_candidate_and_keeps_what_to_believe(acme: Path) -> None:
    status, out, _ = run("backtest", acme, "--format", "csv")
    assert status == 0
    rows = {row["candidate"]: row for row in csv.DictReader(io.StringIO(out))}
    assert {"Pareto/NBD, all orders", "past spend continues", "last quarter continues", "blend"} <= rows.keys()
    assert 0.6 < float(rows["blend"]["coverage"]) < 0.95
    weights = [float(row["weight"]) for row in rows.values() if row["weight"]]
    assert sum(weights) == pytest.approx(1.0)
    assert (acme / "models" / "value" / "CURRENT").is_file()
    held_out = [row for row in of(acme, "backtest") if row["candidate"] == "blend"]
    assert len({row["origin"] for row in held_out}) >= 2


def test_what_the_best_have_in_common_and_sales_name_nobody(acme: Path) -> None:
    names = {row["person_id"] for row in of(acme, "people")}
    for table in ("traits", "sales"):
        rows = of(acme, table)
        assert rows
        assert not any(str(value) in names for row in rows for value in row.values())
    assert all(row["people"] >= 20 for row in of(acme, "traits"))
    through = [row for row in of(acme, "sales") if row["kind"] == "through" and row["period"] == "total"]
    spent = sum(float(row["spend_total"]) for row in of(acme, "value"))
    assert sum(float(row["amount"]) for row in through) == pytest.approx(spent, rel=1e-6)


def test_the_report_is_one_file_with_names_and_no_address_of_the_network(acme: Path) -> None:
    status, out, _ = run("report", acme)
    assert status == 0, out
    page = (acme / "report.html").read_text("utf-8")
    assert best(acme, "clv")[0]["name"].split("@")[0] in page
    assert "Content-Security-Policy" in page


def test_a_refresh_made_twice_is_the_same(acme: Path) -> None:
    before = {name: of(acme, name) for name in ("value", "equity", "backtest", "calibration", "traits")}
    assert run("refresh", acme, "--as-of", AS_OF, "--horizon", "120d")[0] == 0
    assert {name: of(acme, name) for name in before} == before
