"""Subscriptions, ideas, votes, usage, promises and ranks become whole facts; what cannot be is refused by name."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from byname.facts import shapes

from .generic_case import Given, table_of, taken

PLANS = "Contract no,Customer no,Plan,Monthly fee (EUR),Contract start,Contract end,Status"


def wrong(given: Given) -> list[tuple[int, str, str, str]]:
    return [(refusal.row, refusal.column, refusal.found, refusal.expected) for refusal in given.refused]


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - facts are UTC without saying so


def test_a_subscription_runs_from_its_first_day_until_its_last() -> None:
    given = taken(
        table_of(
            PLANS,
            "V1,17,Basic,19.90,01/03/2025,,active",
            "V2,18,Plus,29.90,15/03/2024,31/12/2025,canceled",
            "V3,18,Plus,0.00,16/03/2024,31/12/9999,Paused by hand",
        )
    )
    assert given.refused == []
    first, second, third = given.facts["subscriptions"]
    assert (first["source_id"], first["plan"], str(first["price"]), first["currency"]) == (
        "V1",
        "Basic",
        "19.9000",
        "EUR",
    )
    assert (first["period_days"], first["started_at"], first["ended_at"]) == (30, at(2025, 3, 1), None)
    assert first["occurred_at"] == first["started_at"]
    assert (second["started_at"], second["ended_at"], second["status"]) == (
        at(2024, 3, 15),
        at(2025, 12, 31),
        "cancelled",
    )
    assert (third["ended_at"], third["status"]) == (None, "paused by hand")
    assert second["record_id"] == third["record_id"] != first["record_id"]
    assert {record["role"] for record in given.facts["records"]} == {"mention"}


def test_a_subscription_that_cannot_be_is_refused_with_its_own_words() -> None:
    given = taken(
        table_of(
            PLANS,
            "V1,17,Basic,19.90,01/03/2025,,active",
            "V2,18,Plus,29.90,15/03/2024,14/01/2024,canceled",
            "V3,19,Plus,-5.00,15/03/2024,,active",
            "V4,20,Plus,29.90,,,active",
            "V5,21,Plus,29.90,31/04/2024,,active",
            "V6,22,Plus,29.90,15/03/2024,15/03/2024,active",
        )
    )
    *others, unreal = wrong(given)
    assert unreal[:3] == (6, "Contract start", "31/04/2024")
    assert others == [
        (3, "Contract end", "14/01/2024", "a day that is not before its first day"),
        (4, "Monthly fee (EUR)", "-5.00", "a price of nothing or more"),
        (5, "Contract start", "nothing", "a first day"),
    ]
    assert given.column("subscriptions", "source_id") == ["V1", "V6"]
    assert len(given.facts["records"]) == 2


def test_columns_that_are_called_as_ours_are_refused_as_any() -> None:
    given = taken(
        table_of(
            "subscription_id,status,email,product_name,currency_code,price,billing_cycle_interval,started_at,ended_at",
            "s1,active,a@example.com,Pro,USD,10.00,month,2025-01-01T00:00:00Z,",
            "s2,canceled,b@example.com,Pro,USD,10.00,month,2025-01-01T00:00:00Z,2024-06-01T00:00:00Z",
            "s3,active,b@example.com,Pro,USD,-1,month,2025-01-01T00:00:00Z,",
        )
    )
    assert [(refusal.row, refusal.column, refusal.found) for refusal in given.refused] == [
        (3, "ended_at", "2024-06-01T00:00:00Z"),
        (4, "price", "-1"),
    ]
    assert given.column("subscriptions", "source_id") == ["s1"]


def test_periods_are_read_in_many_words() -> None:
    said = {
        "monthly": 30, "Month": 30, "1 month": 30, "3 months": 91, "every 3 months": 91, "quarterly": 91, "annual": 365,
        "1 year": 365, "2 years": 731, "12 months": 365, "P1M": 30, "1y": 365, "week": 7, "4 weeks": 28, "14": 14,
        "30 days": 30, "monatlich": 30, "vierteljährlich": 91, "halbjährlich": 183, "jährlich": 365, "6 Monate": 183,
        "mensuel": 30, "annuelle": 365, "trimestriel": 91, "mensual": 30, "annuale": 365, "maandelijks": 30,
        "now and then": None, "0": None, "every now": None,
    }  # fmt: skip
    con = duckdb.connect()
    con.execute("create table given as select unnest($1) as v", [list(said)])
    read: dict[str, Any] = dict(con.execute(f"select v, {shapes.period('v').sql} from given").fetchall())
    assert read == said


def test_a_period_in_two_columns_and_seats_at_a_price() -> None:
    given = taken(
        table_of(
            "subscription_id,account_code,plan_code,quantity,unit_amount_in_cents,currency,activated_at,expires_at,plan_interval_length,plan_interval_unit",
            "r1,a1,gold,2,1900,EUR,2025-01-02T10:00:00Z,,3,months",
            "r2,a2,gold,1,1900,JPY,2025-01-02T10:00:00Z,2025-06-02T10:00:00Z,1,years",
            "r3,a2,gold,1,1900,EUR,2025-01-02T10:00:00Z,,1,whiles",
        )
    )
    assert [(str(one["price"]), one["period_days"]) for one in given.facts["subscriptions"]] == [
        ("38.0000", 91),
        ("1900.0000", 365),
    ]
    assert wrong(given) == [
        (4, "plan_interval_length plan_interval_unit", "1 whiles",
         "a period such as monthly, 3 months, yearly or a number of days"),
    ]  # fmt: skip


def test_a_subscription_without_a_number_that_has_ended_since_is_the_same_one() -> None:
    head = "Kundennr.;Tarif;Vertragsbeginn;Vertragsende;Monatsbeitrag"
    before = taken(table_of(head, "17;Basis;01.03.2025;unbefristet;19,90", "18;Plus;15.03.2024;31.12.2025;29,90"))
    after = taken(table_of(head, "18;Plus;15.03.2024;31.12.2025;29,90", "17;Basis;01.03.2025;30.04.2026;19,90"))
    old, new = (
        {one["record_id"]: one for one in given.facts["subscriptions"]} for given in (before, after)
    )  # fmt: skip
    assert {key: one["fact_id"] for key, one in old.items()} == {key: one["fact_id"] for key, one in new.items()}
    assert sorted(str(one["ended_at"]) for one in old.values()) == ["2025-12-31 00:00:00", "None"]
    assert sorted(str(one["ended_at"]) for one in new.values()) == ["2025-12-31 00:00:00", "2026-04-30 00:00:00"]
    twice = taken(table_of(head, *["17;Basis;01.03.2025;unbefristet;19,90"] * 2, "18;Plus;15.03.2024;31.12.2025;29,90"))
    assert len(set(twice.column("subscriptions", "fact_id"))) == 3


def test_what_tells_of_a_contract_without_a_day_is_kept_beside_the_person() -> None:
    given = taken(
        table_of(
            "customerID,gender,tenure,Contract,MonthlyCharges,TotalCharges,Churn",
            "3668-QPYBK,Male,2,Month-to-month,53.85,108.15,Yes",
            "6713-OKOMC,Female,0,One year,29.75, ,No",
        )
    )
    assert set(given.facts) == {"records"}
    assert [json.loads(extra) for extra in given.column("records", "extra")] == [
        {
            "tenure": "2",
            "Contract": "Month-to-month",
            "MonthlyCharges": "53.85",
            "TotalCharges": "108.15",
            "Churn": "Yes",
        },
        {"tenure": "0", "Contract": "One year", "MonthlyCharges": "29.75", "Churn": "No"},
    ]


def test_an_idea_has_one_of_our_statuses_or_keeps_its_own() -> None:
    given = taken(
        table_of(
            "Idea ID,Idea title,Description,Status,Released on,Author email,Created",
            "1,Dark mode,Please a dark mode,Under Review,,ann@example.com,2026-01-02",
            "2,Export,Export to Excel,in-progress,,bob@example.com,2026-01-02",
            "3,Sort,Sort by name,Completed,2026-02-03,ann@example.com,2026-01-02",
            "4,Fax,Send a fax,Won't do,,bob@example.com,2026-01-02",
            "5,Snow,Let it snow,Parked,,bob@example.com,2026-01-02",
            "6,Rain,Let it rain,Released,2025-01-01,bob@example.com,2026-01-02",
            "7,,,Open,,bob@example.com,2026-01-02",
        )
    )
    assert given.column("ideas", "status") == ["open", "planned", "shipped", "declined", "parked"]
    assert given.column("ideas", "shipped_at")[2] == at(2026, 2, 3)
    assert given.column("ideas", "source_id") == ["1", "2", "3", "4", "5"]
    assert wrong(given) == [(7, "Released on", "2025-01-01", "a day that is not before the day of the suggestion")]
    assert set(given.column("records", "role")) == {"idea"}
    assert set(given.column("ideas", "record_id")) <= set(given.column("records", "record_id"))


def test_an_idea_that_was_put_to_use_is_shipped_though_no_column_says_so() -> None:
    given = taken(table_of("Idea;Idea no;Umgesetzt am", "Export;1;01.03.2026", "Dunkel;2;"))
    assert given.column("ideas", "status") == ["shipped", None]


def test_votes_count_for_and_against_and_once_a_person() -> None:
    given = taken(
        table_of(
            "Suggestion ID,Voter Email,Vote,Voted at",
            "1,ann@example.com,up,2026-01-02",
            "1,bob@example.com,Down,2026-01-03",
            "1,Ann@example.com,down,2026-01-04",
            ",cyd@example.com,up,2026-01-04",
        )
    )
    assert given.column("votes", "weight") == [1.0, -1.0, -1.0]
    first, second, third = given.column("votes", "fact_id")
    assert first == third != second
    assert wrong(given) == [(5, "Suggestion ID", "nothing", "an idea's number")]
    plain = taken(table_of("idea_id,user_id,created_at", "1,7,2026-01-02", "2,8,2026-01-03"), "votes.csv")
    assert plain.column("votes", "weight") == [1.0, 1.0]
    weighed = taken(table_of("idea_id,user_id,weight", "1,7,3", "2,8,", "2,9,0.5"), "votes.csv")
    assert weighed.column("votes", "weight") == [3.0, 1.0, 0.5]


def test_an_event_keeps_its_details_without_addresses_and_places() -> None:
    given = taken(
        table_of(
            "event,timestamp,user_id,user_email,ip,latitude,City,page,plan,referrer mail",
            '"page ""view""",2026-01-02T10:00:00Z,u1,ann@example.com,1.2.3.4,51.3,Leipzig,/a,pro,x@example.com',
            "login,2026-01-02T10:00:01Z,u1,ann@example.com,1.2.3.4,51.3,Leipzig,,,",
            ",2026-01-02T10:00:01Z,u1,ann@example.com,1.2.3.4,51.3,Leipzig,/b,,",
            "logout,,u1,ann@example.com,1.2.3.4,51.3,Leipzig,/b,,",
        )
    )
    assert given.column("usage", "event") == ['page "view"', "login"]
    assert given.column("usage", "properties") == ['{"page": "/a", "plan": "pro"}', None]
    assert given.column("usage", "occurred_at")[0] == at(2026, 1, 2, 10)
    assert wrong(given) == [(4, "event", "nothing", "what was done"), (5, "timestamp", "nothing", "a date")]
    assert len(set(given.column("usage", "record_id"))) == 1


def test_the_same_event_twice_in_a_file_is_two_events() -> None:
    given = taken(
        table_of("user_id,event_name,event_time", *["1,login,2024-01-02 10:00:00"] * 2, "2,open,2024-01-02 10:01:00")
    )
    assert len(set(given.column("usage", "fact_id"))) == 3


def test_a_promise_is_kept_or_still_open() -> None:
    head = "Zusage;Zugesagt am;Fällig am;Erledigt am;Mitarbeiter;Kundennummer"
    given = taken(
        table_of(
            head,
            "Rückruf;02.01.2026;05.01.2026;04.01.2026;Sue;17",
            "Ersatzteil senden;03.01.2026;10.01.2026;;Tim;18",
            "Gutschrift;03.01.2026;10.01.2026;offen;Tim;18",
            "Besuch;03.01.2026;01.01.2026;;Tim;18",
            "Brief;03.01.2026;10.01.2026;01.01.2026;Tim;18",
            ";03.01.2026;10.01.2026;;Tim;18",
        )
    )
    assert given.column("promises", "what") == ["Rückruf", "Ersatzteil senden", "Gutschrift"]
    assert given.column("promises", "due_at")[0] == at(2026, 1, 5)
    assert given.column("promises", "kept_at") == [at(2026, 1, 4), None, None]
    assert given.column("promises", "employee") == ["Sue", "Tim", "Tim"]
    assert wrong(given) == [
        (5, "Fällig am", "01.01.2026", "a day that is not before the day of the promise"),
        (6, "Erledigt am", "01.01.2026", "a day that is not before the day of the promise"),
        (7, "Zusage", "nothing", "what was promised"),
    ]
    later = taken(
        table_of(head, "Ersatzteil senden;03.01.2026;10.01.2026;09.01.2026;Tim;18", "Dank;04.01.2026;;;Tim;18")
    )
    assert later.column("promises", "fact_id")[0] == given.column("promises", "fact_id")[1]


def test_a_rank_lies_between_one_and_the_number_of_brands() -> None:
    given = taken(
        table_of(
            "customer_id,rank of our brand,number of brands,date",
            "1,1,1,2026-01-02",
            "2,2,4,2026-01-03",
            "3,5,4,2026-01-03",
            "4,0,4,2026-01-03",
            "5,1,,2026-01-03",
            "6,,3,2026-01-03",
            *(f"{number},1,3,2026-01-04" for number in range(7, 60)),
            "60,1,2.5,2026-01-04",
            "61,1.5,2,2026-01-04",
        )
    )
    first, second, *_ = given.facts["ratings"]
    assert [(one["scale"], one["score"], one["about_kind"], one["about"]) for one in (first, second)] == [
        ("rank", 1.0, "brands", "1"),
        ("rank", 2.0, "brands", "4"),
    ]
    assert wrong(given) == [
        (4, "rank of our brand", "5", "a rank from 1 to the number of brands"),
        (5, "rank of our brand", "0", "a rank from 1 to the number of brands"),
        (6, "number of brands", "nothing", "a whole number of brands, 1 or more, beside a rank"),
        (61, "number of brands", "2.5", "a whole number of brands, 1 or more, beside a rank"),
    ]
    assert len(given.facts["ratings"]) == 56
    assert given.column("ratings", "score")[-1] == 1.5  # brands that tie


def test_a_rank_without_a_number_of_brands_is_no_mapping(tmp_path: Path) -> None:
    from byname.errors import SettingsError
    from byname.facts.generic import from_toml, load_mapping

    text = 'kind = "ratings"\nscale = "rank"\n[columns]\nscore = "rank"\n[file]\nheader = ["rank", "date"]\n'
    mapping = from_toml(text, "a.toml")
    (tmp_path / f"a-{mapping.signature}.toml").write_text(text, "utf-8")
    try:
        load_mapping(tmp_path, ("rank", "date"))
    except SettingsError as error:
        assert "no brands" in error.found  # noqa: PT017
    else:
        raise AssertionError
