"""What all tests share: the engines (one Spark session for the whole run) and a company of every sample."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from byname import deciding
from byname.company import Company, create, open_company
from byname.engines import Engine, open_engine
from byname.errors import EngineError
from byname.facts import intake
from byname.facts.intake import open_ledger
from byname.facts.own import append, fact
from byname.facts.reader import FOLDER


@pytest.fixture(scope="session", autouse=True)
def _keys_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What companies keep outside their folders is below the run's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BYNAME_KEYS", str(tmp_path_factory.getbasetemp() / "keys"))
        yield


@pytest.fixture(autouse=True)
def _keys_of_this_test(
    _keys_of_this_run: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies of one shop have one id: what a test erases must not be erased in another's copy."""
    monkeypatch.setenv("BYNAME_KEYS", str(tmp_path_factory.getbasetemp() / "keys" / uuid.uuid4().hex))


@pytest.fixture(scope="session")
def duck_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The embedded engine."""
    with open_engine("duckdb", spill=tmp_path_factory.mktemp("duckdb"), memory="1GB", threads=2) as engine:
        yield engine


@pytest.fixture(scope="session")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The distributed engine: its session takes ten seconds to start, so there is one a run.

    Without Java it fails and names the line that installs it, unless BYNAME_NO_SPARK=1 says that it may be left out.
    """
    if os.environ.get("BYNAME_NO_SPARK") == "1":
        pytest.skip("BYNAME_NO_SPARK=1")
    missing = ""
    try:
        engine = open_engine("spark", spill=tmp_path_factory.mktemp("spark"), memory="1GB", threads=2)
    except EngineError as error:
        missing = str(error)
    if missing:
        pytest.fail(f"{missing}\n  Or leave these tests out: BYNAME_NO_SPARK=1", pytrace=False)
    with engine:
        yield engine


@pytest.fixture(scope="session")
def company_of_samples(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company that has read the sample of every reader: every fact table that a reader can fill. Read it only."""
    folder = tmp_path_factory.mktemp("samples")
    settings = (
        create(folder / "acme", name="Acme", currency="EUR", zone="Europe/Berlin", country="DE").folder / "byname.toml"
    )
    said = settings.read_text("utf-8").replace("names = []", 'names = ["Nobody *"]').replace("# USD", "USD")
    settings.write_text(said, "utf-8")
    company = open_company(folder / "acme")
    for place, sample in enumerate(sorted(FOLDER.glob("*/sample*"))):
        copy = folder / f"{place:02}-{sample.parent.name}-{sample.name}"
        shutil.copyfile(sample, copy)
        outcomes = list(intake.add(company, [str(copy)]))
        assert all(outcome.error is None for outcome in outcomes), outcomes
    _who_is_who(company, folder / "members.csv")
    _reached(company, folder)
    _decided(company)
    return company


def _reached(company: Company, folder: Path) -> None:
    """Forty people whom we reached: by lot and without, with answers, wishes, use, ideas and promises."""
    people = [f"guest{n}" for n in range(40)]
    mail = {who: f"{who}@guests.test" for who in people}
    days = [f"2026-{month:02}-{1 + n % 28:02}" for n in range(40) for month in (1, 3, 5, 7, 9)]
    files = {
        "guests.csv": [
            "customer id,first name,last name,email,phone,street,postcode,city,country",
            *(
                f"g{n},Guest{n},Guest,{mail[who]},+49 30 55{n:05},{n} High Road,1{n:04},Bonn,DE"
                for n, who in enumerate(people)
            ),
        ],
        "guests_orders.csv": [
            "order id,date,email,total,currency,product",
            *(f"go{n},{day},{mail[people[n // 5]]},{20 + n % 9},EUR,Mug" for n, day in enumerate(days)),
        ],
        "guests_contacts.csv": [
            "Contact ID,Recipient e-mail,Sent at,Campaign,Action,Channel,Kind,Team,Employee,Purpose,Goal,Arm,Cost",
            *(
                f"k{n},{mail[who]},2026-06-{1 + n % 3:02} 09:00:00,Thanks,thank-a-quiet-loyal,email,thank,marketing,Ada,"
                f"marketing,stays,{'held out' if n % 3 == 0 else 'treated'},1.5"
                for n, who in enumerate(people)
            ),
            *(
                f"l{n}-{month},{mail[who]},2026-{month:02}-10 09:00:00,Letter {month},,email,news,marketing,,marketing,,,"
                for month in range(2, 11)
                for n, who in enumerate(people[:20])
            ),
            *(
                f"c{n},{mail[who]},2026-10-{20 + n},Calls,,phone,give,sales,Ben,marketing,,,5"
                for n, who in enumerate(people[:4])
            ),
        ],
        "guests_answers.csv": [
            "Contact ID,E-mail,Response,Responded at",
            *(
                f"l{n}-{month},{mail[who]},clicked,2026-{month:02}-11"
                for month in (2, 3, 4)
                for n, who in enumerate(people[:9])
            ),
            f"l1-9,{mail['guest1']},unsubscribed,2026-09-11",
            f"l2-9,{mail['guest2']},bounced,2026-09-11",
            f"k4,{mail['guest4']},replied,2026-06-09",
        ],
        "guests_wishes.csv": [
            "Customer e-mail,Preference,Value,Until,Said by,Said at",
            f"{mail['guest3']},pace,once a month,,person,2026-05-01",
            f"{mail['guest4']},quiet,not on Mondays,,person,2026-05-01",
            f"{mail['guest5']},channel,no phone,,person,2026-05-01",
            f"{mail['guest6']},dislike,news,,person,2026-05-01",
            f"{mail['guest7']},line,what I paid,,person,2026-05-01",
            f"{mail['guest8']},objection,marketing,,person,2026-05-01",
            f"{mail['guest9']},restriction,,,person,2026-05-01",
            f"{mail['guest10']},channel,email,,person,2026-05-01",
            f"{mail['guest11']},pace,pause until 2026-12-01,,person,2026-05-01",
            f'{mail["guest12"]},topic,"mugs, but nothing about bowls",,person,2026-05-01',
        ],
        "guests_consents.csv": [
            "Customer e-mail,Phone,Channel,Purpose,Consent,Wording,Said by,Said at",
            *(
                f"{mail[who]},,email,{purpose},yes,You may,customer,2026-01-02"
                for who in people
                for purpose in ("marketing", "feedback")
            ),
        ],
        "guests_promises.csv": [
            "promise id,email,promised on,promise,due date,kept on",
            f"gq1,{mail['guest12']},2026-10-01,a new mug,2026-10-20,",
            f"gq2,{mail['guest13']},2026-10-28,a call,2026-11-03,",
        ],
        "guests_tickets.csv": [
            "ticket id,created at,email,subject,text,status",
            f"gt1,2026-10-25,{mail['guest14']},Broken,The mug arrived broken and nobody answers. I am very unhappy.,open",
            f"gt2,2026-10-20,{mail['guest15']},Mails,Too many mails! Please stop writing to me.,open",
            f"gt3,2026-10-20,{mail['guest16']},Thanks,Thank you Ada; you were wonderful and so helpful.,solved",
        ],
        "guests_ideas.csv": [
            "idea id,email,title,date,status,shipped at",
            f"gi1,{mail['guest17']},A lid for the mug,2026-02-01,shipped,2026-10-15",
        ],
    }
    for name, lines in files.items():
        path = folder / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
    events = folder / "guests_events.jsonl"
    events.write_text("\n".join(_events(people[20:30], mail)) + "\n", "utf-8")
    for path in (*(folder / name for name in files), events):
        (outcome,) = intake.add(company, [str(path)])
        assert outcome.error is None, (path.name, outcome)
        assert outcome.new, (path.name, outcome)


def _decided(company: Company) -> None:
    """What colleagues decided of some of them, each of both what counts and what was taken back."""
    with open_ledger(company).state() as state, duckdb.connect() as con:
        found = dict(
            con.sql(
                "select email, min(record_id) from read_parquet($1) where email like '%@guests.test' group by email",
                params=[state.files("records")],
            ).fetchall()
        )

    def said(who: int, kind: str, value: str | None, day: int = 20, **more: str) -> dict[str, Any]:
        about = {"record_id": found[f"guest{who}@guests.test"], "kind": kind, "value": value, "by_whom": "Ada"}
        return fact("decisions", about | more | {"occurred_at": datetime(2026, 10, day, 9)}, reader="byname_pages")  # noqa: DTZ001

    wrong = said(17, "note", "is somebody else")
    rows = [
        said(17, "owner", "Ben"),
        said(18, "owner", None),
        said(17, "note", "likes tea"),
        said(17, "note", "is moody", private_to="service"),
        wrong,
        said(17, "undo", wrong["fact_id"], 21),
        said(18, "standing", "dissatisfied told me so"),
        said(19, "standing", "advocate"),
        said(21, "standing", "loyal", 2),
        said(21, "standing", "unknown", 3),
        said(12, "not now", "apologise-for-a-promise is ill", 28),
        said(14, "not right", "answer-a-complaint she moved away"),
        said(13, "done", "keep-a-promise called her"),
        said(38, "correct", "email guest38@corrected.test"),
        said(38, "correct", "phone +49 30 9990038"),
        said(39, "correct", "address 7 Low Road, 53113 Bonn"),
    ]
    append(
        company, {"decisions": rows}, what="written", sha256="decided", reader="byname_pages",
        at=datetime(2026, 10, 29),  # noqa: DTZ001 - UTC by contract
    )  # fmt: skip


def _events(people: list[str], mail: dict[str, str]) -> Iterator[str]:
    """What Segment sends of people who use two features on several days."""
    for who in people:
        yield json.dumps({
            "type": "identify", "messageId": f"i{who}", "userId": who, "timestamp": "2026-01-01T00:00:00Z",
            "traits": {"email": mail[who]},
        })  # fmt: skip
        for day in range(1, 20, 3):
            yield json.dumps({
                "type": "track", "messageId": f"t{who}{day}", "userId": who, "properties": {},
                "event": "Recipe Opened" if day % 2 else "List Saved", "timestamp": f"2026-10-{day:02}T10:00:00Z",
            })  # fmt: skip


def _who_is_who(company: Company, file: Path) -> None:
    """A household, twins whom nobody can tell apart, an initial under one address, a crowd, and decisions of both kinds."""
    rows = [
        "member id,first name,last name,email,phone,date of birth,street,postcode,city,company",
        "m1,Rosa,Haddad,rosa@acme.test,,1980-02-28,12 Long Lane,AB1 2CD,Leeds,Acme GmbH",
        "m2,Karim,Haddad,karim@acme.test,,1980-02-28,12 Long Lane,AB1 2CD,Leeds,ACME",
        "m3,Rosa,Hadad,,030 1234567,1980-02-28,12 Long Lane,AB1 2CD,Leeds,Borealis AB",
        "m4,R,Haddad,rosa@acme.test,030 7654321,,,,,",
        "m5,Robin,Haddad,,030 7654321,,,,,",
        "m6,Kim,Kind,kim@acme.test,,2020-01-01,1 High Street,AB2 3CD,York,",
        *(f"c{n},{chr(97 + n % 26)}{chr(97 + n // 26)}na,Smith,,030 5555555,,,,," for n in range(60)),
    ]
    friends = file.with_name("friends.csv")
    friends.write_text("referral id,referrer email,referred email\nf1,rosa@acme.test,karim@acme.test\n")
    promised = file.with_name("promised.csv")
    promised.write_text(
        "promise id,email,promised on,promise,due date,kept on\nq1,rosa@acme.test,2026-05-01,a call,2026-05-03,2026-05-09\n"
    )
    file.write_text("\n".join(rows))
    for path in (file, friends, promised):
        (outcome,) = intake.add(company, [str(path)])
        assert outcome.error is None
    with open_ledger(company).state() as state, duckdb.connect() as con:
        found = dict(
            con.sql("select source_id, record_id from read_parquet($1)", params=[state.files("records")]).fetchall()
        )
    named = {name: deciding.Named(found[name], name, name, is_record=True) for name in ("m1", "m3", "m5", "c1", "c2")}
    deciding.apart(company, named["m1"], named["m5"], by="ines")
    deciding.merge(company, named["c1"], named["c2"], keep=named["c2"], by="ines")


@pytest.hookimpl(trylast=True)  # after the shuffle
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs Spark takes longest, so it begins first; with two workers the other files fill the time beside it."""
    items.sort(key=lambda item: "spark_engine" not in getattr(item, "fixturenames", ()))
