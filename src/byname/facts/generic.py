"""The reader for any file: its columns' meaning is guessed once, kept as a mapping, and becomes SQL like any reader's.

    mapping = load_mapping(folder, raw.columns) or guess(con, raw, folder)
    save_mapping(folder, mapping)
    read(con, raw, to_reader(mapping), around, folder)

A file may give several tables: an order row with an address gives an order and a record, a review with stars a
message, a rating and a record. Whoever has a customer's number is known by it in every file of the same source;
who has none is known by the row's own number, or by name and address where the row has none either.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from byname.facts.guess import guess
from byname.facts.mapping import KINDS, Mapping, from_toml, load_mapping, save_mapping, to_toml
from byname.facts.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["KINDS", "Mapping", "from_toml", "guess", "load_mapping", "save_mapping", "to_reader", "to_toml"]

_DETAILS = (
    "name", "given_name", "family_name", "email", "phone", "handle", "birth_date",
    "street", "city", "postcode", "country", "company", "language",
)  # fmt: skip
_STRONG = ("email", "phone", "name", "given_name", "family_name", "handle")  # a town alone names nobody
_ROLES = {"ticket": "ticket", "review": "review", "survey": "answer"}
_PUBLIC = ("review", "post", "community")
_STATUSES = {
    "cancelled": ("cancelled", "canceled", "storniert", "annulé", "annulee", "annulée", "annule", "cancelado", "cancelada", "annullato", "geannuleerd"),
    "refunded": ("refunded", "returned", "erstattet", "retourniert", "remboursé", "remboursée", "devuelto", "reembolsado", "rimborsato", "reso", "terugbetaald"),
    "voided": ("voided", "void", "ungültig"),
    "failed": ("failed", "fehlgeschlagen", "échoué", "fallido", "fallito", "mislukt"),
}  # fmt: skip
_PURPOSES = {"records": "contract", "orders": "contract", "order_lines": "contract", "returns": "contract", "ratings": "feedback",
             "contacts": "marketing", "consents": "marketing", "referrals": "marketing"}  # fmt: skip
_SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "stars": (1, 5)}


def to_reader(mapping: Mapping) -> Reader:
    """The reader that a mapping stands for: generic_people, generic_orders, …"""
    statements = _STATEMENTS[mapping.kind](mapping)
    service = "public" if mapping.medium in _PUBLIC else "feedback" if mapping.medium == "survey" else "service"
    return Reader(
        name=f"generic_{mapping.kind}",
        title=f"{mapping.kind}, by the mapping {mapping.file_name}",
        source=mapping.source,
        statements=MappingProxyType(statements),
        zone=mapping.zone,
        order=mapping.date_order,
        purpose=MappingProxyType({table: _PURPOSES.get(table, service) for table in statements}),
        notes=" ".join(mapping.notes),
    )


# ------------------------------------------------------------------------------------------ pieces of SQL


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(_literal(word) for word in words)


def _text(mapping: Mapping, meaning: str) -> str:
    """SQL of a meaning's text, null where the cell is empty or holds a word for nothing."""
    texts = [f"text({_column(column)})" for column in mapping.columns[meaning]]
    if mapping.nothing:
        nothing = _listed(mapping.nothing)
        texts = [f"case when lower({text}) not in ({nothing}) then {text} end" for text in texts]
    return texts[0] if len(texts) == 1 else f"nullif(concat_ws(' ', {', '.join(texts)}), '')"


def _called(function: str) -> Callable[[Mapping, str], str]:
    """SQL of a meaning read by one of the typed functions of reading.py."""

    def call(mapping: Mapping, meaning: str) -> str:
        columns = mapping.columns[meaning]
        value = (
            _column(columns[0])
            if len(columns) == 1
            else f"concat_ws(' ', {', '.join(f'text({_column(one)})' for one in columns)})"
        )
        return f"{function}({value})"

    return call


def _customer(mapping: Mapping, meaning: str) -> str:
    number = _called("id")(mapping, meaning)
    if not mapping.nobody:
        return number
    return f"case when lower({number}) not in ({_listed(word.lower() for word in mapping.nobody)}) then {number} end"


def _name(mapping: Mapping, meaning: str) -> str:
    name = _text(mapping, meaning)
    if not mapping.nobody:
        return name
    return f"case when lower({name}) not in ({_listed(word.lower() for word in mapping.nobody)}) then {name} end"


def _status(mapping: Mapping, meaning: str) -> str:
    word = f"lower({_text(mapping, meaning)})"
    whens = " ".join(f"when {word} in ({_listed(words)}) then '{status}'" for status, words in _STATUSES.items())
    return f"case {whens} else {word} end"


_READ: dict[str, Callable[[Mapping, str], str]] = {
    "customer_id": _customer,
    "name": _name,
    "birth_date": _called("birth_date"),
    "status": _status,
    "currency": lambda mapping, meaning: f"upper({_text(mapping, meaning)})",
} | {
    meaning: _called(function)
    for function, meanings in {
        "id": (
            "order_id",
            "message_id",
            "contact_id",
            "referral_id",
            "thread",
            "in_reply_to",
            "referrer_id",
            "referred_id",
            "product_id",
        ),
        "instant": ("date", "created_at", "updated_at", "answered_at"),
        "money": ("price", "discount", "margin", "refunded"),
        "number": ("quantity",),
        "integer": ("helpful",),
        "consent": ("consent",),
        "flag": ("opted_out",),
    }.items()
    for meaning in meanings
}
_ALIASES = {"customer_id": "customer", "date": "occurred_at"}


def _given(mapping: Mapping, meanings: Iterable[str], **more: str) -> str:
    """A first step that reads each of the meanings that the mapping names, once and by a plain name."""
    read = {_ALIASES.get(one, one): _READ.get(one, _text)(mapping, one) for one in meanings if one in mapping.columns}
    rows = [f"{sql} as {alias}" for alias, sql in (read | more).items() if sql != "null"]
    return "given as (\n  select " + ",\n         ".join([*rows, "row"]) + "\n  from raw)"


def _have(mapping: Mapping, *meanings: str) -> list[str]:
    return [one for one in meanings if one in mapping.columns]


def _select(with_: list[str], projections: dict[str, str], source: str, where: str = "") -> str:
    """A statement whose steps and columns stand one to a line."""
    columns = ",\n       ".join(
        [*(alias if sql == alias else f"{sql} as {alias}" for alias, sql in projections.items()), "row"]
    )
    steps = "with " + ",\n".join(with_) + "\n" if with_ else ""
    return f"{steps}select {columns}\nfrom {source}" + (f"\nwhere {where}" if where else "")


def _same(mapping: Mapping, *meanings: str) -> dict[str, str]:
    return {one: one for one in _have(mapping, *meanings)}


# --------------------------------------------------------------------------------------- who a row is about


class _Who:
    """Whose row it is: by the customer's number, else by the row's own number, else by name and address.

    Args:
        mapping: what the columns mean.
        what: the role of a record that a row's own number names: order, ticket, review, …
        own: the meaning of the row's own number.
    """

    def __init__(self, mapping: Mapping, what: str, own: str) -> None:
        self.mapping = mapping
        self.what = what
        self.own = own if own in mapping.columns and what else ""
        self.details = _have(mapping, *_DETAILS)
        self.strong = _have(mapping, *_STRONG)
        # A user name is one person's on a site; a reviewer's nickname is not.
        site = mapping.medium in ("post", "community")
        by_handle = site and "handle" in self.strong and "customer_id" not in mapping.columns
        self.customer = "handle" if by_handle else "customer" if "customer_id" in mapping.columns else ""
        # Somebody who has no number at all is known by all that the row says of him.
        self.person = {"person": _person(mapping)} if self.strong and not by_handle else {}
        self.meanings = (*_have(mapping, "customer_id"), *self.details)

    @property
    def known(self) -> bool:
        """Does the file name anybody?"""
        return bool(self.customer or self.strong)

    @property
    def key(self) -> str:
        """SQL of the id of a record without a customer's number."""
        return f"coalesce({self.own}, person)" if self.own else "person"

    @property
    def record_id(self) -> str:
        """SQL of a row's record_id over the step `given`; null for a row that names nobody."""
        parts = [f"record('customer', {self.customer})"] if self.customer else []
        if self.person:
            role = self.what if self.own else "customer"
            parts.append(f"case when person is not null then record('{role}', {self.key}) end")
        if not parts:
            return "cast(null as varchar)"
        return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"

    def records(self) -> str:
        """The details that came with the rows; those that many rows repeat are one record."""
        details = ", ".join(self.details)
        given = _given(self.mapping, self.meanings, **self.person, **self._own())
        parts = []
        if self.customer:
            parts.append(self._mentions(details, self.customer))
        if self.person and self.own:
            parts.append(self._of_rows())
        elif self.person:
            parts.append(self._mentions(details, "person"))
        return f"with {given}\n" + "\nunion all by name\n".join(parts)

    def _own(self) -> dict[str, str]:
        return {self.own: _called("id")(self.mapping, self.own)} if self.own and self.person else {}

    def _mentions(self, details: str, key: str) -> str:
        others = f" and {self.customer} is null" if key == "person" and self.customer else ""
        several = ", ".join(dict.fromkeys([key, *self.details]))
        shown = f", {details}" if details else ""
        return (
            f"select cast(null as varchar) as source_id, 'mention' as role, record('customer', {key}) as record_id{shown}, row\n"
            f"from (select {several}, max(row) as row from given where {key} is not null{others} group by all) as mentioned"
        )

    def _of_rows(self) -> str:
        """One record for each order or ticket whose customer has no number."""
        firsts = ", ".join(f"arg_min({one}, row) as {one}" for one in self.details)
        others = f" and {self.customer} is null" if self.customer else ""
        return (
            f"select {self.own} as source_id, '{self.what}' as role, record('{self.what}', coalesce({self.own}, person)) as record_id, "
            f"{', '.join(self.details)}, row\nfrom (select {self.own}, arg_min(person, row) as person, {firsts}, min(row) as row from given "
            f"where person is not null{others} group by {self.own}, case when {self.own} is null then row end) as first_rows"
        )


def _person(mapping: Mapping) -> str:
    """SQL of what tells a person without a number from others: the e-mail, else all that there is."""
    rest = [one for one in _DETAILS if one in mapping.columns and one not in ("email", "language", "country")]
    texts = {one: f"lower({(_name if one == 'name' else _text)(mapping, one)})" for one in (*rest, *_have(mapping, "email"))}
    named = [texts[one] for one in _STRONG if one in texts and one != "email"]
    if not named:
        return texts["email"]
    every = f"case when coalesce({', '.join(named)}) is not null then concat_ws('|', {', '.join(texts[one] for one in rest)}) end"
    return f"coalesce({texts['email']}, {every})" if "email" in texts else every


# ------------------------------------------------------------------------------------------------- people


def _people(mapping: Mapping) -> dict[str, str]:
    who = _Who(mapping, "", "")
    more = _have(mapping, "owner", "created_at", "updated_at", "consent", "opted_out", "referrer_id", "referrer_email")
    step = _given(mapping, (*who.meanings, *more), **who.person)
    number = {"source_id": who.customer} if who.customer else {}
    everyone = {
        **number,
        "role": "'customer'",
        "record_id": who.record_id,
        **_same(mapping, *who.details, "owner", "created_at", "updated_at"),
    }
    some = ", ".join(dict.fromkeys([*([who.customer] if who.customer else []), *who.details]))
    some_said = f"coalesce({_as_text(some)}) is not null"
    statements = {"records": _select([step], everyone, "given", some_said)}
    if _have(mapping, "consent", "opted_out") and _have(mapping, "email"):
        statements["consents"] = _consents(mapping, who, step)
    if _have(mapping, "referrer_id", "referrer_email"):
        end = _End(mapping, "referrer")
        statements["referrals"] = _select(
            [step],
            {
                "record_id": end.record_id,
                "referred_record_id": who.record_id,
                **({"referred_id": who.customer} if who.customer else {}),
            },
            "given",
            f"coalesce({', '.join(end.keys)}) is not null",
        )
        # A union has the columns of its first part.
        everyone |= {column: "cast(null as varchar)" for column in end.details if column not in everyone}
        statements["records"] = _select([step], everyone, "given", some_said) + "\nunion all by name\n" + end.mentions()
    return statements


def _as_text(columns: str) -> str:
    return ", ".join(f"cast({column} as varchar)" for column in columns.split(", "))


def _consents(mapping: Mapping, who: _Who, step: str) -> str:
    out = "when opted_out then 'withdrawn'" if "opted_out" in mapping.columns else ""
    state = (
        f"case {out} else consent end"
        if out and "consent" in mapping.columns
        else "case when opted_out then 'withdrawn' end"
        if out
        else "consent"
    )
    return _select(
        [step],
        {
            "source_id": f"coalesce({', '.join([*([who.customer] if who.customer else []), 'lower(email)'])}) || ':email'",
            "record_id": who.record_id,
            **({"occurred_at": "updated_at"} if "updated_at" in mapping.columns else {}),
            "address": "email",
            "channel": "'email'",
            "purpose": "'marketing'",
            "state": state,
            "by_whom": "'file'",
        },
        "given",
        f"email is not null and {state} is not null",
    )


# ------------------------------------------------------------------------------------------------- orders

_GOODS = ("product_id", "product", "quantity", "price")
_OF_ORDERS = ("currency", "channel", "employee", "status", "discount", "margin", "refunded", "updated_at")


def _orders(mapping: Mapping) -> dict[str, str]:
    who = _Who(mapping, "order", "order_id")
    step = _given(
        mapping,
        (
            "order_id",
            "date",
            *who.meanings,
            *_OF_ORDERS,
            *_have(mapping, "product_id", "product"),
            *_have(mapping, "quantity", "price"),
        ),
        **who.person,
        amount=_amount(mapping),
    )
    if mapping.rows in ("lines", "first line") and "order_id" in mapping.columns:
        steps, source = [step, _summed(mapping, who)], "whole"
    else:
        steps, source = [step], "given"
    number = {"source_id": "order_id"} if "order_id" in mapping.columns else {}
    own = {"order_id": "order_id"} if number else {}
    currency = (
        {"currency": "currency" if "currency" in mapping.columns else _literal(mapping.currency)}
        if (mapping.currency or "currency" in mapping.columns)
        else {}
    )
    shared = {**number, "record_id": who.record_id, "occurred_at": "occurred_at"}
    rest = _same(mapping, "updated_at", "discount", "margin", "channel", "employee", "status")
    statements = {
        "orders": _select(
            steps, {**shared, "amount": "amount", **currency, **rest}, source, "coalesce(amount, 0) >= 0"
        ),
        "returns": _select(steps, {**shared, **own, "amount": "-amount", **currency}, source, "amount < 0"),
    }
    if "refunded" in mapping.columns:
        given_back = _select(
            [], {**shared, **own, "amount": "abs(refunded)", **currency}, source, "refunded <> 0 and amount >= 0"
        )
        statements["returns"] += "\nunion all by name\n" + given_back
    if _have(mapping, "product", "product_id"):
        line = {"record_id": who.record_id, "occurred_at": "occurred_at", **own, **_same(mapping, *_GOODS)}
        statements["order_lines"] = _select(
            [step], line, "given", f"coalesce({', '.join(_have(mapping, 'product_id', 'product'))}) is not null"
        )
    if who.known:
        statements["records"] = who.records()
    return statements


def _amount(mapping: Mapping) -> str:
    """What a row adds to its order; negative where its type says that it is a return."""
    if "amount" in mapping.columns:
        column = _column(mapping.columns["amount"][0])
        currency = (
            _READ["currency"](mapping, "currency")
            if "currency" in mapping.columns
            else _literal(mapping.currency or "EUR")
        )
        amount = f"minor({column}, {currency})" if mapping.minor_units else f"money({column})"
    elif "quantity" in mapping.columns:
        amount = (
            f"cast({_READ['quantity'](mapping, 'quantity')} * {_READ['price'](mapping, 'price')} as decimal(18, 4))"
        )
    else:
        amount = _READ["price"](mapping, "price")
    if "type" in mapping.columns and mapping.return_values:
        returned = f"lower({_text(mapping, 'type')}) in ({_listed(word.lower() for word in mapping.return_values)})"
        amount = f"case when {returned} then -abs({amount}) else {amount} end"
    return amount


def _summed(mapping: Mapping, who: _Who) -> str:
    """The step that makes one order of its lines. A line without an amount or a day stands alone, and is refused."""
    amounts = "max" if mapping.amount_per == "order" else "sum"
    firsts = [
        *([who.customer] if who.customer else []),
        *who.person,
        *_have(mapping, "currency", "channel", "employee", "status"),
    ]
    columns = [
        "order_id",
        *(f"arg_min({one}, row) as {one}" for one in firsts),
        "min(occurred_at) as occurred_at",
        *(["max(updated_at) as updated_at"] if "updated_at" in mapping.columns else []),
        f"{amounts}(amount) as amount",
        *(f"{amounts}({one}) as {one}" for one in _have(mapping, "discount", "margin")),
        *(["max(refunded) as refunded"] if "refunded" in mapping.columns else []),
        "min(row) as row",
    ]
    alone = (
        "order_id is null"
        if mapping.rows == "first line"
        else "order_id is null or amount is null or occurred_at is null"
    )
    return (
        "whole as (\n  select "
        + ",\n         ".join(columns)
        + f"\n  from given\n  group by order_id, case when {alone} then row end)"
    )


# --------------------------------------------------------------------------------------- words and scores


def _messages(mapping: Mapping) -> dict[str, str]:
    who = _Who(mapping, _ROLES.get(mapping.medium, "post"), "message_id")
    more = (
        "updated_at",
        "subject",
        "text",
        "channel",
        "thread",
        "in_reply_to",
        "helpful",
        "answered_at",
        "answer",
        "employee",
        "status",
        "about",
    )
    step = _given(mapping, ("message_id", "date", *who.meanings, *more), **who.person)
    message = {
        **({"source_id": "message_id"} if "message_id" in mapping.columns else {}),
        "record_id": who.record_id,
        **({"occurred_at": "occurred_at"} if "date" in mapping.columns else {}),
        "medium": _literal(mapping.medium or "mail"),
        **({"public": "true"} if mapping.medium in _PUBLIC else {}),
        **({"prompted": "true"} if mapping.medium == "survey" else {}),
        **_same(mapping, *more, "language"),
    }
    something = ", ".join(_have(mapping, "text", "subject") or _have(mapping, "about"))
    statements = {"messages": _select([step], message, "given", f"coalesce({something}) is not null")}
    if "score" in mapping.columns:
        statements["ratings"] = _rating(mapping, who)
    if who.known:
        statements["records"] = who.records()
    return statements


def _ratings(mapping: Mapping) -> dict[str, str]:
    who = _Who(mapping, "review" if mapping.scale == "stars" else "answer", "message_id")
    statements = {"ratings": _rating(mapping, who)}
    if who.known:
        statements["records"] = who.records()
    return statements


def _rating(mapping: Mapping, who: _Who) -> str:
    step = _given(
        mapping, ("message_id", "date", *who.meanings, "updated_at", "about"), **who.person, score=_score(mapping)
    )
    rating = {
        **({"source_id": "message_id"} if "message_id" in mapping.columns else {}),
        "record_id": who.record_id,
        **({"occurred_at": "occurred_at"} if "date" in mapping.columns else {}),
        **_same(mapping, "updated_at"),
        "scale": _literal(mapping.scale or "stars"),
        "score": "score",
        **(
            {"about_kind": "'ticket'" if mapping.medium == "ticket" else "'product'", "about": "about"}
            if "about" in mapping.columns
            else {}
        ),
    }
    return _select([step], rating, "given", "score is not null")


def _score(mapping: Mapping) -> str:
    column = _column(mapping.columns["score"][0])
    if mapping.score_words and mapping.scale == "csat":
        return f"case lower(text({column})) when 'good' then 5 when 'bad' then 1 end"
    if mapping.score_words:
        return f"stars({column})"
    score = f"number({column})"
    if mapping.score_from:
        low, high = mapping.score_from
        lowest, highest = _SCALES[mapping.scale or "stars"]
        return f"{lowest} + ({score} - {low:g}) * {highest - lowest} / {high - low:g}"
    return score


# --------------------------------------------------------------------------------- contacts and referrals


def _contacts(mapping: Mapping) -> dict[str, str]:
    who = _Who(mapping, "", "")
    step = _given(
        mapping, ("contact_id", "date", *who.meanings, "campaign", "channel", "employee", "team"), **who.person
    )
    address = ", ".join(_have(mapping, "email", "phone"))
    contact = {
        **({"source_id": "contact_id"} if "contact_id" in mapping.columns else {}),
        "record_id": who.record_id,
        **({"occurred_at": "occurred_at"} if "date" in mapping.columns else {}),
        **_same(mapping, "team", "employee"),
        **(
            {"channel": "lower(channel)"}
            if "channel" in mapping.columns
            else {"channel": _literal(mapping.channel)}
            if mapping.channel
            else {}
        ),
        **({"address": f"coalesce({address})"} if address else {}),
        **(
            {"campaign": "campaign"}
            if "campaign" in mapping.columns
            else {"campaign": _literal(mapping.campaign)}
            if mapping.campaign
            else {}
        ),
    }
    return {"contacts": _select([step], contact, "given", f"{who.record_id} is not null"), "records": who.records()}


class _End:
    """One end of a referral: by number, else by e-mail, else by name."""

    def __init__(self, mapping: Mapping, end: str) -> None:
        self.keys = _have(mapping, f"{end}_id", f"{end}_email", f"{end}_name")
        forms = {f"{end}_id": f"{end}_id", f"{end}_email": f"lower({end}_email)", f"{end}_name": f"lower({end}_name)"}
        self.forms = [forms[key] for key in self.keys]
        self.record_id = f"record('customer', coalesce({', '.join(self.forms)}))"
        self.number = f"coalesce({', '.join(self.keys)})"
        self.details = {key.removeprefix(f"{end}_"): key for key in self.keys if not key.endswith("_id")}
        self._rows = (
            f"(with {_given(mapping, self.keys)}\n  select {', '.join(self.keys)}, max(row) as row from given "
            f"where {self.number} is not null group by all) as {end}"
        )

    def mentions(self, columns: Iterable[str] = ()) -> str:
        """The record that this end names; with these columns at least, as both parts of a union need the same."""
        every = dict.fromkeys((*columns, *self.details))
        shown = "".join(f", {self.details.get(column, 'cast(null as varchar)')} as {column}" for column in every)
        return (
            f"select cast(null as varchar) as source_id, 'mention' as role, {self.record_id} as record_id{shown}, row\n"
            f"from {self._rows}"
        )


def _referrals(mapping: Mapping) -> dict[str, str]:
    brought_by, brought = _End(mapping, "referrer"), _End(mapping, "referred")
    step = _given(mapping, ("referral_id", "date", *brought_by.keys, *brought.keys))
    referral = {
        **({"source_id": "referral_id"} if "referral_id" in mapping.columns else {}),
        "record_id": brought_by.record_id,
        **({"occurred_at": "occurred_at"} if "date" in mapping.columns else {}),
        "referred_record_id": brought.record_id,
        "referred_id": brought.number,
    }
    whole = f"{brought_by.number} is not null and {brought.number} is not null"
    return {
        "referrals": _select([step], referral, "given", whole),
        "records": brought_by.mentions(brought.details)
        + "\nunion all by name\n"
        + brought.mentions(brought_by.details),
    }


_STATEMENTS: dict[str, Callable[[Mapping], dict[str, str]]] = {
    "people": _people,
    "orders": _orders,
    "messages": _messages,
    "ratings": _ratings,
    "contacts": _contacts,
    "referrals": _referrals,
}
