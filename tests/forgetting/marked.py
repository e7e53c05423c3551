"""A shop in which one customer, Zephyrine Quillfeather, has left unusual words in every place that byname writes to."""

from __future__ import annotations

import base64
import io
import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from byname import report
from byname.app_rows import writing
from byname.company import Company, create, open_company
from byname.facts import intake
from byname.facts.own import fact
from byname.refresh import refresh
from byname.snapshot import open_current

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME, EMAIL, PHONE = "Zephyrine Quillfeather", "zephyrine.quillfeather@marker.test", "+49 30 87654321"
OTHER_EMAIL = "zq-private@elsewhere.test"
WORDS = "The vermilion kettle sang like a drunken cuckoo. Nobody else would say so."
NOTE = "Prefers her parcels behind the hollyhocks"
DAYS = (date(2026, 3, 20), date(2026, 3, 31))
NEEDLES = (
    NAME, "Quillfeather", EMAIL, OTHER_EMAIL, "4930 87654321".replace(" ", ""), "+493087654321", PHONE,
    "vermilion kettle sang", "drunken cuckoo", "hollyhocks", "zqorder-77", "quizzical idea of a whistle",
    "return her teal lid",
)  # fmt: skip

_SHORTEST = 5  # bytes of a form that is looked for

_FILES: dict[str, list[str]] = {
    "crm_customers.csv": [
        "customer id,first name,last name,email,phone,street,postcode,city,country",
        f"zq1,Zephyrine,Quillfeather,{EMAIL},{PHONE},9 Quillfeather Row,10115,Berlin,DE",
    ],
    "her_orders.csv": [
        "order id,date,email,total,currency,product",
        *(f"zqorder-7{n},2026-0{1 + n % 3}-1{n},{EMAIL},{40 + n},EUR,Kettle" for n in range(8)),
    ],
    "her_tickets.csv": [
        "ticket id,created at,email,subject,text,status",
        f'zqt1,2026-03-05,{EMAIL},A kettle,"{WORDS}",open',
        f"zqt2,2026-03-09,{EMAIL},Lid,I want to return her teal lid please; it arrived broken.,solved",
    ],
    "her_reviews.csv": [
        "review id,date,email,name,stars,text",
        f'zqr1,2026-03-11,{EMAIL},{NAME},5,"{WORDS} I love this shop."',
    ],
    "her_ideas.csv": [
        "idea id,email,title,text,status,created at",
        f"zqi1,{EMAIL},Whistle,A quizzical idea of a whistle,open,2026-03-01",
    ],
    "her_consents.csv": [
        "Customer e-mail,Phone,Channel,Purpose,Consent,Wording,Said by,Said at",
        f"{EMAIL},,email,marketing,yes,You may,customer,2026-01-02",
    ],
    "her_wishes.csv": [
        "Customer e-mail,Preference,Value,Until,Said by,Said at",
        f"{EMAIL},line,never mention the hollyhocks,,person,2026-02-01",
    ],
    "her_promises.csv": [
        "promise id,email,promised on,promise,due date,kept on",
        f"zqp1,{EMAIL},2026-03-01,a new teal lid for the vermilion kettle sang,2026-03-20,",
    ],
    "her_contacts.csv": [
        "Contact ID,Recipient e-mail,Sent at,Campaign,Action,Channel,Kind,Team,Employee,Purpose,Goal,Arm,Cost",
        f"zqk1,{EMAIL},2026-03-01 09:00:00,Spring,,email,news,marketing,Ada,marketing,,,",
    ],
    "her_answers.csv": [
        "Contact ID,E-mail,Response,Responded at",
        f"zqk1,{EMAIL},clicked,2026-03-02",
    ],
    "friends.csv": [
        "Referral ID,Referrer e-mail,Friend e-mail,Referred at",
        f"zqf1,{EMAIL},guest3@guests.test,2026-02-01",
        f"zqf2,guest5@guests.test,{EMAIL},2025-12-01",
    ],
}


def files(folder: Path) -> list[Path]:
    """Her files, and those of thirty others, written to a folder outside the company's."""
    folder.mkdir(parents=True, exist_ok=True)
    people = range(30)
    others = {
        "guests.csv": [
            "customer id,first name,last name,email,phone,street,postcode,city,country",
            *(
                f"g{n},Guest{n},Guest,guest{n}@guests.test,+49 30 55{n:05},{n} High Road,1{n:04},Bonn,DE"
                for n in people
            ),
        ],
        "guests_orders.csv": [
            "order id,date,email,total,currency,product",
            *(
                f"go{n},2026-0{1 + n % 3}-{1 + n % 28:02},guest{n // 5}@guests.test,{20 + n % 9},EUR,Mug"
                for n in range(150)
            ),
        ],
        "guests_tickets.csv": [
            "ticket id,created at,email,subject,text,status",
            *(
                f"gt{n},2026-03-{1 + n % 20:02},guest{n}@guests.test,A kettle,The mug number {n} broke. I am unhappy.,open"
                for n in people
            ),
        ],
        "refused.csv": [
            "order id,date,email,total,currency,product",
            f"zqorder-99,no day at all,{EMAIL},12,EUR,Kettle",
            "go999,no day at all,guest1@guests.test,12,EUR,Mug",
            "go1000,2026-03-03,guest1@guests.test,12,EUR,Mug",
        ],
    }
    made = []
    for name, lines in (_FILES | others).items():
        path = folder / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        made.append(path)
    return made


def make(folder: Path, exports: Path) -> Company:
    """The shop: two refreshes, a report, an app database with rows about her in every table."""
    create(folder, name="Kettle & Board", currency="EUR", zone="Europe/Berlin", country="DE")
    company = open_company(folder)
    outcomes = list(intake.add(company, [str(path) for path in files(exports)]))
    assert all(one.error is None for one in outcomes), [one.error for one in outcomes if one.error]
    refresh(company, as_of=DAYS[0])
    environment = {**os.environ, "BYNAME_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "byname.web.settings"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], env=environment, check=True)
    _write(company, her(company))
    refresh(company, as_of=DAYS[1])
    _write(company, her(company))
    report.report(open_current(company), folder / "report.html")
    return company


def her(company: Company) -> str:
    """Her person_id; empty if nobody knows her."""
    found = open_current(company).find(EMAIL)
    return str(found[0]["person_id"]) if found else ""


def _write(company: Company, person: str) -> None:
    """What people wrote about her on the pages, and what the pages keep of it."""
    snapshot = open_current(company)
    (row,) = snapshot.query("select anchor from people where person_id = $1", [person])
    anchor = row["anchor"]
    with writing(company) as rows:
        assert rows is not None
        at = rows.moment()
        for table, said in (
            ("decisions", {"kind": "note", "value": NOTE, "by_whom": "Ada"}),
            ("decisions", {"kind": "erase", "by_whom": "customer"}),
            ("promises", {"what": f"call {NAME}", "employee": "Ada"}),
            ("messages", {"medium": "call note", "text": WORDS}),
            ("preferences", {"kind": "line", "value": "the hollyhocks"}),
            ("consents", {"address": EMAIL, "channel": "email", "purpose": "marketing", "state": "given"}),
            ("contacts", {"channel": "phone", "kind": "give", "address": PHONE}),
            ("ratings", {"scale": "nps", "score": 9.0}),
        ):
            rows.add(table, [{"occurred_at": at, **fact(table, {"record_id": anchor, **said}, reader="x")}], at=at)
    with sqlite3.connect(company.folder / "app.sqlite3") as db:
        now = datetime.now(UTC).isoformat(sep=" ")
        db.execute(
            "insert into accounts_entry (at, by, action, about, before, after) values (?, 'ada@kettle.test', 'note', ?, "
            "?, ?)",
            (now, person, json.dumps({"note": ""}), json.dumps({"note": NOTE})),
        )
        db.execute(
            "insert into accounts_entry (at, by, action, about, after) values (?, 'ada@kettle.test', 'export', 'list', ?)",
            (now, json.dumps({"name": NAME})),
        )
        db.execute(
            "insert into work_run (kind, about, by, is_nightly, asked_at, state, step, steps, says, result) "
            "values ('read', ?, 'ada@kettle.test', 0, ?, 'done', '', ?, ?, '{}')",
            (f"{EMAIL}.csv", now, json.dumps([{"step": NAME}]), f"read what {NAME} sent"),
        )
        session = base64.urlsafe_b64encode(json.dumps({"record_id": anchor, "mail": EMAIL}).encode()).decode()
        db.execute("insert or replace into django_session values (?, ?, ?)", (anchor[:32], f"{session}:a:b", now))
        db.execute(
            "insert or replace into portal_door (hashed, record_id, made_at, ends_at) values (?, ?, ?, ?)",
            (anchor[:64], anchor, now, now),
        )
        draft = {
            "key": f"k{snapshot.as_of}", "person_id": person, "record_id": anchor, "as_of": snapshot.as_of.isoformat(),
            "action": "thank", "title": "Thank", "team": "service", "employee": "", "channel": "email",
            "address": EMAIL, "kind": "thank", "purpose": "contract", "goal": "", "expected": "", "why": WORDS,
            "subject": f"Dear {NAME}", "words": WORDS, "facts": "[]", "state": "draft", "says": "", "made_at": now,
            "message_id": "",
        }  # fmt: skip
        listed = ", ".join(f'"{name}"' for name in draft)
        db.execute(
            f"insert into outreach_draft ({listed}) values ({', '.join('?' * len(draft))})",
            tuple(draft.values()),
        )
    db.close()


# ------------------------------------------------------------------------------------------------- every byte


def found_in(folder: Path, needles: tuple[str, ...] = NEEDLES) -> list[str]:
    """Every file below a folder in which one of these is: as it is, unpacked, in UTF-16, in base64."""
    wanted = _forms(needles)
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            for said in (data, *_unpacked(data)):
                small = said.lower()
                found += [
                    f"{path.relative_to(folder)}: {needle}" for form, needle in wanted if form in small or form in said
                ]
    return sorted(set(found))


def _forms(needles: tuple[str, ...]) -> list[tuple[bytes, str]]:
    forms = []
    for needle in needles:
        for said in {needle, needle.lower()}:
            forms += [
                (said.encode(), needle),
                (said.encode("utf-16-le"), needle),
                (json.dumps(said)[1:-1].encode(), needle),
            ]
            for before in range(3):  # where it begins within three bytes changes how it looks
                coded = base64.b64encode(bytes(before) + said.encode())
                forms.append((coded[4 if before else 0 : len(coded) // 4 * 4 - 4], needle))
    return [(form, needle) for form, needle in forms if len(form) > _SHORTEST]


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What a Parquet file holds: each column's values, the least and greatest of each row group, what stands beside."""
    if data[:4] != b"PAR1":
        return
    file = pq.ParquetFile(io.BytesIO(data))
    yield repr(file.metadata.metadata).encode()
    for group in range(file.metadata.num_row_groups):
        of = file.metadata.row_group(group)
        for at in range(of.num_columns):
            chunk = of.column(at)
            if chunk.statistics is not None and chunk.statistics.has_min_max:
                yield f"{chunk.statistics.min} {chunk.statistics.max}".encode()
    table = file.read()
    for column in table.column_names:
        yield "\n".join(map(_text, table[column].to_pylist())).encode()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
