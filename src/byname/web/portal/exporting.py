"""All that is held of her, to take along: JSON, CSV in a zip, or schema.org; sent while it is read.

Every fact table is in it, each fact as its newest version, with what was written since the last refresh; and what was
concluded. What names somebody else is not, nor notes that colleagues keep to their team.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

from django.apps import apps

from byname.app_rows import TABLES as WRITTEN
from byname.facts.schema import TABLES
from byname.jsonable import jsonable
from byname.people.decisions import KINDS
from byname.safe_csv import streamed
from byname.tables import TABLES as SNAPSHOT
from byname.web.outreach.models import Draft
from byname.web.portal.ledger import of_records
from byname.web.written.versions import newest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from byname.web.portal.whom import Her

__all__ = ["CONCLUDED", "FILES", "as_csv", "as_json", "as_schema_org"]

type Row = dict[str, Any]

# What was concluded, by table of the snapshot: those that speak of nobody else.
CONCLUDED = (
    "people", "standing", "evidence", "moves", "stages", "value", "consents", "promises", "reach", "pace", "told",
    "incidents", "recovered", "ownership", "community", "both_ways", "voice", "stress",
)  # fmt: skip
# Not hers: other people, and how the ledger keeps its books.
_LEFT_OUT = frozenset(
    ("referred_record_id", "referred_id", "other_record_id", "private_to", "row_hash", "file_id", "version", "reader")
)
# What was let out to her: words, reason, and the facts that they rested on.
_LETTER = (
    "title", "team", "employee", "channel", "address", "kind", "purpose", "goal", "expected", "why", "subject", "words",
    "facts", "state", "claimed_at", "tried_at", "ended_at", "contact_id",
)  # fmt: skip
# Rows of hers that are no facts are found by their column, as an erasure finds them; letters are told above, and what
# lets her in is no copy of her data.
_OF_HER = "record_id"
_TOLD_OTHERWISE = frozenset(("written", "outreach", "portal"))
_CONCLUDED_LEFT_OUT = frozenset(("household_id", "rank", "we_rank_them"))


def as_json(her: Her) -> Iterator[str]:
    """One object: who, and for each table a list of rows."""
    said = {"person": her.person_id, "name": her.name, "as_of": her.desk.as_of.isoformat()}
    yield json.dumps(said, ensure_ascii=False)[:-1] + ', "held": {'
    with of_records(her.desk.company, her.records) as read:
        yield from _tables(_held(her, read))
    yield '}, "concluded": {'
    yield from _tables(_concluded(her))
    yield "}}\n"


def as_csv(her: Her) -> Iterator[bytes]:
    """A zip with a CSV for each table that has rows."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as packed, of_records(her.desk.company, her.records) as read:
        for folder, tables in (("held", _held(her, read)), ("concluded", _concluded(her))):
            for name, rows in tables:
                if not rows:
                    continue
                header = list(rows[0])
                with packed.open(f"{folder}/{name}.csv", "w") as file:
                    file.write(b"\xef\xbb\xbf")  # the mark by which spreadsheets know that it is UTF-8
                    for line in streamed(header, ([_cell(row[column]) for column in header] for row in rows)):
                        file.write(line.encode())
                yield pipe.taken()
    yield pipe.taken()


def as_schema_org(her: Her) -> Iterator[str]:
    """JSON-LD: a schema.org Person, with her orders and reviews."""
    columns = ("name", "email", "phone", "street", "postcode", "city", "country", "language")
    (row,) = her.desk.snapshot.rows("people", [her.person_id], columns)
    me = f"urn:byname:{her.person_id}"
    address = {
        "streetAddress": row["street"], "postalCode": row["postcode"], "addressLocality": row["city"],
        "addressCountry": row["country"],
    }  # fmt: skip
    person = {
        "@type": "Person", "@id": me, "name": row["name"], "email": row["email"], "telephone": row["phone"],
        "knowsLanguage": row["language"],
        "address": {"@type": "PostalAddress", **_known(address)} if any(address.values()) else None,
    }  # fmt: skip
    yield '{"@context": "https://schema.org", "@graph": [' + _dumped(_known(person))
    with of_records(her.desk.company, her.records) as read:
        for order in read("orders"):
            yield ", " + _dumped(_order(order, me))
        stars = {one["source_id"]: one for one in read("ratings") if one["scale"] == "stars"}
        for message in read("messages"):
            if message["medium"] in ("review", "story"):
                yield ", " + _dumped(_review(message, stars.get(message["source_id"]), me))
    yield "]}\n"


FILES: dict[str, tuple[Callable[[Her], Iterator[Any]], str, str]] = {
    "json": (as_json, "application/json", "json"),
    "csv": (as_csv, "application/zip", "zip"),
    "schema": (as_schema_org, "application/ld+json", "jsonld"),
}


def _held(her: Her, read: Callable[[str], list[Row]]) -> Iterator[tuple[str, list[Row]]]:
    for table in TABLES:
        rows = read(table.name)
        if table.name in WRITTEN:
            since = _pending(her, table.name, [column.name for column in table.all_columns])
            rows = [dict(row) for row in newest([*rows, *since])]
        yield table.name, [_own(row) for row in rows if not row.get("private_to")]
    let_out = Draft.objects.filter(record_id__in=her.records, contact_id__isnull=False).order_by("id")
    yield "letters", list(let_out.values(*_LETTER))
    yield from _beside(her)


def _beside(her: Her) -> Iterator[tuple[str, list[Row]]]:
    """What the pages keep of her besides: her link for friends, the name by which she is credited, and the like."""
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 - Django's own way
        names = [field.attname for field in fields if field.attname not in (_OF_HER, *_LEFT_OUT)]
        if model._meta.app_label in _TOLD_OTHERWISE or _OF_HER not in {field.attname for field in fields}:  # noqa: SLF001
            continue
        if rows := list(model._default_manager.filter(record_id__in=her.records).order_by("pk").values(*names)):  # noqa: SLF001
            yield model._meta.db_table, rows  # noqa: SLF001


def _pending(her: Her, name: str, columns: list[str]) -> list[Row]:
    """What no refresh took into the ledger yet."""
    model = next(one for one in apps.get_app_config("written").get_models() if one._meta.db_table == f"written_{name}")  # noqa: SLF001
    rows = model.objects.filter(record_id__in=her.records, drained_at=None).order_by("id").values()  # type: ignore[attr-defined]
    return [
        {column: _plain(row.get(column)) for column in columns} | {"known_at": _plain(row["written_at"])}
        for row in rows
    ]


def _own(row: Row) -> Row:
    """A fact without what is not hers: the words of who is who may name somebody else."""
    hushed = row.get("kind") in KINDS and "other_record_id" in row
    return {name: None if hushed and name == "value" else value for name, value in row.items() if name not in _LEFT_OUT}


def _concluded(her: Her) -> Iterator[tuple[str, list[Row]]]:
    for name in CONCLUDED:
        columns = [column for column in SNAPSHOT[name] if column not in _CONCLUDED_LEFT_OUT]
        rows = her.desk.snapshot.rows(name, her.people, columns)
        yield name, [{column: row.get(column) for column in columns} for row in rows]


def _tables(tables: Iterable[tuple[str, list[Row]]]) -> Iterator[str]:
    for place, (name, rows) in enumerate(tables):
        yield f"{', ' if place else ''}{json.dumps(name)}: ["
        for number, row in enumerate(rows):
            yield f"{', ' if number else ''}{_dumped(row)}"
        yield "]"


def _order(order: Row, me: str) -> Row:
    return _known(
        {
            "@type": "Order", "orderNumber": order["source_id"], "orderDate": order["occurred_at"],
            "customer": {"@id": me}, "orderStatus": order["status"],
            "acceptedOffer": {"@type": "Offer", "price": order["amount"], "priceCurrency": order["currency"]},
        }
    )  # fmt: skip


def _review(message: Row, stars: Row | None, me: str) -> Row:
    return _known(
        {
            "@type": "Review", "identifier": message["source_id"], "datePublished": message["occurred_at"],
            "author": {"@id": me}, "name": message["subject"], "reviewBody": message["text"],
            "itemReviewed": {"@type": "Thing", "name": message["about"]} if message["about"] else None,
            "reviewRating": {"@type": "Rating", "ratingValue": stars["score"]} if stars else None,
        }
    )  # fmt: skip


def _known(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=jsonable)


def _cell(value: Any) -> Any:
    return _dumped(value) if isinstance(value, list | dict) else value


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if getattr(value, "tzinfo", None) else value


class _Pipe:
    """What a zip is written to, and taken from while it is written."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Take a part."""
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found
