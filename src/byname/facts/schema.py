"""The fact tables, written down once: what each holds, each column's type and meaning.

The ledger stores these, readers give these, docs/facts.md is generated from these. The ledger only gains
columns: an older file that lacks one reads as null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_STAMPED = ("known_at", "file_id", "version")

__all__ = ["COMMON", "FILES", "SIGHTINGS", "TABLES", "Column", "FactTable", "Must", "table"]


@dataclass(frozen=True)
class Column:
    """One column: its name, its type (a key of `_ARROW`), what it means, and whether it can name a person."""

    name: str
    type: str
    says: str
    personal: bool = False


@dataclass(frozen=True)
class Must:
    """What has to hold of a row that has these columns; where it does not, the row is refused.

    Args:
        column: the one that is to blame.
        holds: SQL; a row of which it cannot be said (null) is taken.
        expected: what was expected, for a person.
        beside: other columns that `holds` names.
    """

    column: str
    holds: str
    expected: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactTable:
    """One fact table. `columns` are those of its own; `all_columns` begins with the common ones."""

    name: str
    says: str
    role: str
    columns: tuple[Column, ...]
    common: bool = True
    needs: tuple[str, ...] = ()  # without these a row is no such fact, and is refused
    must: tuple[Must, ...] = ()

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The common columns, then the table's own."""
        return (*COMMON, *self.columns) if self.common else self.columns

    @property
    def written(self) -> tuple[str, ...]:
        """The columns that a writer gives; the ledger stamps the others when it takes a row."""
        return tuple(column.name for column in self.all_columns if column.name not in _STAMPED)

    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema, in the order of `all_columns`."""
        import pyarrow as pa

        return pa.schema([pa.field(column.name, _arrow_type(column.type)) for column in self.all_columns])

    def content(self) -> tuple[str, ...]:
        """The columns that say what happened: those that make a row a new version when they change."""
        return ("record_id", "occurred_at", *(column.name for column in self.columns))


def _arrow_type(name: str) -> pa.DataType:
    import pyarrow as pa

    return {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "instant": pa.timestamp("us"),
        "day": pa.date32(),
        "money": pa.decimal128(18, 4),
        "number": pa.float64(),
        "integer": pa.int64(),
        "flag": pa.bool_(),
    }[name]


COMMON = (
    Column("fact_id", "text", "what this fact is, over all its versions: sha256 of table, source, account, source_id"),
    Column("source", "text", "the system that it comes from: shopify, zendesk, …"),
    Column("account", "text", "which shop or inbox of that system; 'main' unless said"),
    Column("source_id", "text", "the id that the source itself gives, without a protecting apostrophe", personal=True),
    Column("reader", "text", "the reader that took it: shopify_orders, zendesk_tickets, …"),
    Column(
        "record_id",
        "text",
        "the customer record that it is about: sha256 of source, account, what, id; never a person_id",
    ),
    Column("occurred_at", "instant", "when it happened, UTC; null where the source does not say"),
    Column("updated_at", "instant", "when the source says that it last changed this, UTC; null where it does not say"),
    Column("known_at", "instant", "when we learnt it, UTC: the moment of the import"),
    Column("file_id", "text", "the import that brought this version"),
    Column("row_hash", "text", "sha256 of the content: another hash under the same fact_id is a new version"),
    Column("version", "integer", "1 for a new fact, more for a later version of it"),
)


def _text(name: str, says: str, *, personal: bool = False) -> Column:
    return Column(name, "text", says, personal)


def _not_before(column: str, earlier: str, called: str) -> Must:
    """A day of leeway: one column may have a time of day or a zone and the other none."""
    return Must(column, f"{column} > {earlier} - interval '1' day", f"a day that is not before {called}", (earlier,))


_PERSONAL = True

TABLES: tuple[FactTable, ...] = (
    FactTable(
        "records",
        "a customer record as a source has it",
        "customer",
        (
            _text(
                "role",
                "what names the person: customer, order, ticket, review, …; 'mention' for details beside another row",
            ),
            _text("name", "the whole name as written", personal=True),
            _text("given_name", "first name", personal=True),
            _text("family_name", "last name", personal=True),
            _text("email", "e-mail as written", personal=True),
            _text("phone", "phone as written", personal=True),
            _text("handle", "the name used on a public site", personal=True),
            Column("birth_date", "day", "date of birth", _PERSONAL),
            _text("street", "street and number", personal=True),
            _text("city", "town", personal=True),
            _text("postcode", "postal code", personal=True),
            _text("country", "country as written, a name or a code"),
            _text("company", "the company that the person buys for", personal=True),
            _text("language", "language, as a code where the source has one"),
            _text("owner", "the employee who looks after this person"),
            _text("status", "prospect or customer"),
            Column("external_ids", "texts", "ids that other records may share, each as 'space:value'", _PERSONAL),
            Column("created_at", "instant", "when the source made the record, UTC"),
            _text("extra", "what the source had besides, as JSON", personal=True),
        ),
    ),
    FactTable(
        "orders",
        "a purchase; a cancelled or voided one has its status and counts for nothing",
        "order",
        (
            Column("amount", "money", "what the customer paid, before refunds, in its own currency"),
            _text("currency", "ISO 4217 code"),
            Column("margin", "money", "what was earned on it, where the source says"),
            Column("discount", "money", "what was taken off"),
            _text("channel", "sales channel: web, till, phone, …"),
            _text("employee", "who sold it"),
            _text("status", "paid, cancelled, voided, …; null counts as paid"),
        ),
        needs=("occurred_at", "amount"),
    ),
    FactTable(
        "order_lines",
        "one product on an order",
        "order_line",
        (
            _text("order_id", "the order's id in the source", personal=True),
            _text("product_id", "the product's id or SKU"),
            _text("product", "what it is called"),
            Column("quantity", "number", "how many; negative when taken back"),
            Column("price", "money", "price of one"),
        ),
    ),
    FactTable(
        "returns",
        "goods taken back or money given back",
        "return",
        (
            _text("order_id", "the order's id in the source, where known", personal=True),
            Column("amount", "money", "what was given back, positive"),
            _text("currency", "ISO 4217 code"),
            _text("reason", "the customer's reason"),
        ),
    ),
    FactTable(
        "subscriptions",
        "a contract that goes on until it ends",
        "subscription",
        (
            _text("plan", "what was subscribed to"),
            Column("price", "money", "price of one period"),
            _text("currency", "ISO 4217 code"),
            Column("period_days", "integer", "length of a period in days"),
            Column("started_at", "instant", "first day, UTC"),
            Column("ended_at", "instant", "last day, UTC, also one to come; null while it runs or where nobody says"),
            _text("status", "active, trialing, cancelled, …, as the source says; null where it does not"),
        ),
        needs=("started_at",),
        must=(
            _not_before("ended_at", "started_at", "its first day"),
            Must("price", "price >= 0", "a price of nothing or more"),
        ),
    ),
    FactTable(
        "messages",
        "words from a customer",
        "message",
        (
            _text(
                "medium",
                "ticket, review, story, post, survey, community, mail, call note, care line, warranty card, sampling",
            ),
            _text("subject", "title", personal=True),
            _text("text", "the words", personal=True),
            _text("channel", "how it reached us: web, mail, phone, app, …"),
            Column("public", "flag", "can anybody read it?"),
            Column("prompted", "flag", "did we ask for it?"),
            _text("thread", "the conversation's id", personal=True),
            _text("in_reply_to", "source_id of the message that it answers", personal=True),
            Column("accepted", "flag", "taken as the answer to a question"),
            Column("helpful", "integer", "votes that it helped"),
            Column("shared", "integer", "how often it was passed on"),
            Column("answered_at", "instant", "our first answer, UTC"),
            _text("answer", "our answer's words", personal=True),
            _text("employee", "who answered"),
            _text("status", "open, solved, …, as the source says"),
            _text("about", "product, order or page that it is about", personal=True),
            _text("language", "language, as a code"),
        ),
    ),
    FactTable(
        "ratings",
        "a score that a customer gave",
        "rating",
        (
            _text(
                "scale",
                "nps (0-10), csat (1-5 or good/bad as 5/1), ces (1-7), stars (1-5), "
                "rank (1 = first of the brands that the person uses; about_kind 'brands', about = how many)",
            ),
            Column("score", "number", "the score on that scale"),
            _text("about_kind", "employee, product, ticket, company, brands"),
            _text("about", "its id or name", personal=True),
        ),
        needs=("score",),
        must=(
            Must(
                "about",
                "scale <> 'rank' or coalesce(regexp_full_match(about, '[1-9][0-9]*'), false)",
                "a whole number of brands, 1 or more, beside a rank",
                ("scale",),
            ),
            *(
                Must(
                    "score",
                    f"scale <> '{scale}' or (score >= {low} and score <= {high})",
                    f"a score from {low} to {high}",
                    ("scale",),
                )
                for scale, low, high in (("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7), ("stars", 0, 5))
            ),
            Must(
                "score",
                "scale <> 'rank' or (score >= 1 and score <= try_cast(about as bigint))",
                "a rank from 1 to the number of brands",  # brands that tie have their mean rank, such as 1.5
                ("scale", "about"),
            ),
        ),
    ),
    FactTable(
        "referrals",
        "somebody brought somebody",
        "referrer",
        (
            _text("referred_record_id", "the record of the one who was brought"),
            _text("referred_id", "that record's id in the source", personal=True),
        ),
    ),
    FactTable(
        "ideas",
        "a suggestion",
        "idea",
        (
            _text("title", "in a few words", personal=True),
            _text("text", "the whole", personal=True),
            _text("status", "open, planned, shipped, declined; another word as the source has it"),
            Column("shipped_at", "instant", "when it was put to use, UTC"),
        ),
        must=(_not_before("shipped_at", "occurred_at", "the day of the suggestion"),),
    ),
    FactTable(
        "votes",
        "support for an idea",
        "vote",
        (
            _text("idea_id", "the idea's id in the source"),
            Column("weight", "number", "1 for, -1 against"),
        ),
        needs=("idea_id",),
    ),
    FactTable(
        "usage",
        "a product or web event",
        "usage",
        (
            _text("event", "what was done"),
            _text("properties", "its details as JSON, without addresses and coordinates", personal=True),
        ),
        needs=("occurred_at", "event"),
    ),
    FactTable(
        "contacts",
        "we reached out, by our own hand or another tool's",
        "contact",
        (
            _text("team", "sales, marketing, product, service"),
            _text("employee", "who"),
            _text("channel", "email, sms, phone, letter, …"),
            _text("address", "where it went", personal=True),
            _text("campaign", "the sending's name"),
            _text("action", "the playbook's action"),
            _text("purpose", "contract, service, feedback, marketing, public"),
            _text("kind", "ask, give, thank, news, service"),
            _text("goal", "what it was for"),
            _text("expected", "the result that was expected"),
            _text("arm", "treated or held out"),
            Column("cost", "money", "what it cost, in the company's currency"),
        ),
        must=(Must("arm", "arm in ('treated', 'held out')", "treated or held out (or control)"),),
    ),
    FactTable(
        "answers",
        "what came back on a contact",
        "answer",
        (
            _text("contact_id", "the contact's fact_id or the source's id of it"),
            _text("kind", "opened, clicked, replied, bought, unsubscribed, complained, bounced, delivered"),
            _text("address", "the address that it came from", personal=True),
        ),
    ),
    FactTable(
        "consents",
        "may we write, by channel and purpose",
        "consent",
        (
            _text("address", "the e-mail or number that it is about", personal=True),
            _text("channel", "email, sms, phone, whatsapp, letter"),
            _text("purpose", "marketing, feedback, …"),
            _text("state", "given, withdrawn, or not given (an unticked box)"),
            _text("wording", "the words that were agreed to"),
            _text("by_whom", "the person, an employee, or the system that says so"),
        ),
    ),
    FactTable(
        "preferences",
        "what the person asked of us",
        "preference",
        (
            _text("kind", "objection, restriction, pace, channel, topic, dislike, quiet, line, term"),
            _text("value", "what exactly", personal=True),
            Column("until", "instant", "until when, UTC; null for ever"),
            _text("by_whom", "the person or an employee"),
        ),
        needs=("kind",),
        must=(
            Must(
                "kind",
                "kind in ('objection', 'restriction', 'pace', 'channel', 'topic', 'dislike', 'quiet', 'line', 'term')",
                "objection, restriction, pace, channel, topic, dislike, quiet, line or term",
            ),
        ),
    ),
    FactTable(
        "promises",
        "what we said we would do",
        "promise",
        (
            _text("what", "the promise", personal=True),
            Column("due_at", "instant", "by when, UTC"),
            Column("kept_at", "instant", "when it was kept, UTC"),
            _text("employee", "who promised"),
        ),
        needs=("what",),
        must=(
            _not_before("due_at", "occurred_at", "the day of the promise"),
            _not_before("kept_at", "occurred_at", "the day of the promise"),
        ),
    ),
    FactTable(
        "decisions",
        "what a person decided: merge, apart, undo, keeps_id, a correction, an owner, a note, …",
        "decision",
        (
            _text(
                "kind",
                "merge, apart, undo, keeps_id, standing, label, owner, note, done, not now, not right, quote, …",
            ),
            _text("other_record_id", "the second record, for merge and apart"),
            _text("value", "what was decided", personal=True),
            Column("until", "instant", "end of a permission, UTC"),
            _text("by_whom", "who decided"),
            _text("private_to", "the team that alone may read it; null: everybody"),
        ),
    ),
)

# Two tables of the ledger's own, which hold no facts but say how facts came in.
FILES = FactTable(
    "files",
    "each import that stands",
    "",
    (
        _text("file_id", "the import"),
        _text("name", "the file's name", personal=True),
        _text("sha256", "of the file's bytes (hex): the same bytes again add nothing"),
        _text("reader", "the reader that took it"),
        _text("source", "the system"),
        _text("account", "which shop or inbox"),
        Column("known_at", "instant", "when it was read, UTC"),
        Column("newest_at", "instant", "the newest past instant in it: how old the export is, UTC"),
        Column("rows", "integer", "rows read"),
        Column("new", "integer", "facts that were new"),
        Column("changed", "integer", "facts of which this is a new version"),
        Column("known", "integer", "facts that were known already"),
        Column("refused", "integer", "rows refused"),
    ),
    common=False,
)
SIGHTINGS = FactTable(
    "sightings",
    "a known version seen again in a later import: it stands in for the row when the first import is taken back",
    "",
    (
        _text("table", "the fact table"),
        _text("fact_id", "the fact"),
        _text("row_hash", "the version"),
        _text("file_id", "the import that had it too"),
        Column("known_at", "instant", "when that import was read, UTC"),
        Column("version", "integer", "the version that it saw"),
        Column("updated_at", "instant", "when its source said that it last changed it, UTC"),
        _text("reader", "the reader that took it"),
    ),
    common=False,
)


def table(name: str) -> FactTable:
    """The fact table of that name; KeyError if there is none."""
    return next(found for found in TABLES if found.name == name)
