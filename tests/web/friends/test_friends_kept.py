"""What is written of friends is a fact of the next refresh, brings thanks once, and goes when one of the two is erased.

Demands: S0.28, S0.35, S4.2.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import duckdb
import pyarrow as pa
import pytest
from django.test import Client

from byname import draining
from byname.app_rows import alone
from byname.company import Company, open_company
from byname.engines import Engine
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.facts.versions import NEWEST_SQL
from byname.forgetting.app import erase_from
from byname.forgetting.order import Order
from byname.plan.profiled.gave import GAVE
from byname.value.referrals import ReferralTerms, referral_value
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.friends import telling
from byname.web.friends.links import invitation, make
from byname.web.friends.ties import brought_by
from byname.web.portal.whom import Her
from tests.value.made import bought, worths

TABLES = ("friends_link", "friends_came", "written_referrals")


def told(company: Company) -> list[dict[str, Any]]:
    """The newest version of each referral of these pages that the ledger has."""
    with open_ledger(company).state() as state, duckdb.connect() as con:
        show(con, "all_versions", table("referrals"), state.files("referrals"))
        found = con.sql(NEWEST_SQL, params={"known_by": None}).filter("source = 'byname'")
        return cast("list[dict[str, Any]]", found.to_arrow_table().to_pylist())


def counts(company: Company) -> dict[str, int]:
    with alone(company) as rows:
        assert rows is not None
        return {name: rows.ask(f"select count(*) from {name}")[0][0] for name in TABLES}


def copied(company: Company, there: Path) -> Company:
    shutil.copytree(company.folder, there)
    return open_company(there)


def order_for(her: Her) -> Order:
    nothing: dict[str, Any] = {field.name: () for field in fields(Order)}
    return Order(**{
        **nothing, "number": "20261126-x", "at": datetime.now(UTC).isoformat(), "people": tuple(her.people),
        "records": tuple(her.records), "names": (her.name,), "namesakes": False,
    })  # fmt: skip


def asks_for_thanks(engine: Engine, desk: Desk, rows: list[dict[str, Any]], thanks: list[dict[str, Any]]) -> set[str]:
    """Who is owed thanks for a friend, as a refresh finds it in these referrals and contacts."""
    people = desk.snapshot.query("select record_id, person_id from records")
    until = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    found = referral_value(
        engine,
        engine.arrow(pa.Table.from_pylist(rows, schema=table("referrals").arrow_schema())),
        engine.arrow(pa.Table.from_pylist(people)),
        worths(engine, {}),
        bought(engine, []),
        ReferralTerms(),
        margin=1.0,
        until=until,
    )
    text, instant = pa.string(), pa.timestamp("us")
    empty: dict[str, list[tuple[str, pa.DataType]]] = {
        "ideas": [("person_id", text), ("fact_id", text), ("title", text), ("shipped_at", instant)],
        "community": [("person_id", text), ("answers", pa.int64()), ("score", pa.float64())],
    }
    gave = engine.run(
        GAVE,
        persons=engine.arrow(pa.table({"person_id": sorted({row["person_id"] for row in people})})),
        contacts=engine.arrow(
            pa.Table.from_pylist(
                thanks, schema=pa.schema([("person_id", text), ("kind", text), ("occurred_at", instant)])
            )
        ),
        brought=found.brought,
        **{name: engine.arrow(pa.schema(columns).empty_table()) for name, columns in empty.items()},
        as_of=until.date(),
    )
    return {row["person_id"] for row in engine.fetch(gave).to_pylist() if row["referral_unthanked"]}


@pytest.mark.django_db(transaction=True)
def test_the_next_refresh_thanks_once_and_what_was_taken_back_is_none(
    company: Company, desk: Desk, lena: Her, ines: Her, alice: Account, duck_engine: Engine, tmp_path: Path
) -> None:
    given = invitation(desk, make(lena).code)
    assert given is not None
    telling.say(ines, given, may_know=False)
    shop = copied(company, tmp_path / "shop")
    draining.drain(shop)
    (row,) = told(shop)
    assert (row["record_id"], row["referred_record_id"]) == (lena.anchor, ines.anchor)
    assert asks_for_thanks(duck_engine, desk, [row], []) == {lena.person_id}
    thanks = {"person_id": lena.person_id, "kind": "thank", "occurred_at": row["occurred_at"] + timedelta(days=1)}
    assert asks_for_thanks(duck_engine, desk, [row], [thanks]) == set()
    # Once drained, the pages read it from the ledger; a newer version that names nobody takes it back.
    now = Desk(company, desk.snapshot)
    (tie,) = brought_by(now, lena.people)
    telling.take_back(alice, now, tie)
    assert brought_by(Desk(company, desk.snapshot), lena.people) == []
    later = copied(company, tmp_path / "later")
    draining.drain(later)
    (row,) = told(later)
    assert row["record_id"] is None
    assert asks_for_thanks(duck_engine, desk, [row], []) == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("who", "left"), [("lena", 0), ("ines", 1)])
def test_whichever_of_the_two_is_erased_no_row_is_left(
    company: Company, desk: Desk, lena: Her, ines: Her, tmp_path: Path, who: str, left: int
) -> None:
    given = invitation(desk, make(lena).code)
    assert given is not None
    telling.say(ines, given, may_know=True)
    shop = copied(company, tmp_path / "shop")
    assert counts(shop) == dict.fromkeys(TABLES, 1)
    her = {"lena": lena, "ines": ines}[who]
    erase_from(shop, order_for(her), re.compile(re.escape(her.name)))
    assert counts(shop) == {"friends_link": left, "friends_came": 0, "written_referrals": 0}
    with alone(shop) as rows:
        assert rows is not None
        assert her.anchor not in f"{[rows.ask(f'select * from {name}') for name in TABLES]}"
    assert Client().get(f"/from-a-friend/{given.code}/").status_code == 200  # the copy alone was changed
