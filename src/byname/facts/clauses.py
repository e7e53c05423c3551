"""Pieces of SQL for a mapping: a meaning read from its columns, and whom a row is about."""
# ruff: noqa: S608 - the SQL is made here; names and words of the mapping are quoted

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from byname.facts.quoting import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from byname.facts.mapping import Mapping

__all__ = [
    "AGAINST",
    "FOR",
    "IDEA_STATUSES",
    "READ",
    "RUNS",
    "End",
    "Who",
    "given_step",
    "have",
    "idea_status",
    "json_of",
    "one_of",
    "put",
    "same",
    "select",
    "text_of",
]

_DETAILS = (
    "name", "given_name", "family_name", "email", "phone", "handle", "birth_date",
    "street", "city", "postcode", "country", "company", "language",
)  # fmt: skip
_STRONG = ("email", "phone", "name", "given_name", "family_name", "handle")  # a town alone names nobody
_STATUSES = {
    "cancelled": "cancelled, canceled, storniert, annulé, annulee, annulée, annule, cancelado, cancelada, annullato, "
    "geannuleerd",
    "refunded": "refunded, returned, erstattet, retourniert, remboursé, remboursée, devuelto, reembolsado, rimborsato, "
    "reso, terugbetaald",
    "voided": "voided, void, ungültig",
    "failed": "failed, fehlgeschlagen, échoué, fallido, fallito, mislukt, lost, closed lost, verloren",
}

# An idea's status without case, accents and hyphens.
IDEA_STATUSES = {
    "open": "open, new, submitted, pending, under review, in review, under consideration, considering, needs review, "
    "needs feedback, gathering feedback, gathering interest, collecting votes, reviewing, backlog, received, offen, "
    "neu, in prufung, eingereicht, ouvert, nouveau, en examen, a l'etude, abierto, abierta, nuevo, en revision, "
    "aperto, nuovo, in revisione, nieuw, in beoordeling",
    "planned": "planned, accepted, approved, scheduled, in progress, started, in development, building, will do, "
    "on the roadmap, on roadmap, geplant, angenommen, in arbeit, in umsetzung, in entwicklung, prevu, planifie, "
    "accepte, en cours, planificado, planeado, aceptado, en curso, en desarrollo, pianificato, accettato, in corso, "
    "gepland, in uitvoering",
    "shipped": "shipped, completed, complete, released, done, live, launched, implemented, delivered, deployed, "
    "already exists, umgesetzt, erledigt, realisiert, fertig, veroffentlicht, abgeschlossen, realise, termine, livre, "
    "fait, completado, implementado, hecho, terminado, lanzado, completato, realizzato, fatto, rilasciato, afgerond, "
    "uitgevoerd",
    "declined": "declined, rejected, not planned, won't do, wont do, will not do, won't implement, not now, "
    "will not implement, unlikely to implement, abgelehnt, verworfen, nicht geplant, refuse, rejete, decline, "
    "rechazado, rechazada, descartado, rifiutato, respinto, afgewezen",
}


def listed(words: Iterable[str]) -> str:
    """Texts for SQL's `in`."""
    return ", ".join(literal(word) for word in words)


def one_of(words: Iterable[str], value: str) -> str:
    """SQL of: is the value one of these words, whatever the case?"""
    return f"lower({value}) in ({listed(word.lower() for word in words)})"


def text_of(mapping: Mapping, meaning: str) -> str:
    """SQL of a meaning's text, null where the cell is empty or holds a word for nothing."""
    texts = [f"text({quoted(column)})" for column in mapping.columns[meaning]]
    if mapping.nothing:
        texts = [f"case when not {one_of(mapping.nothing, text)} then {text} end" for text in texts]
    return texts[0] if len(texts) == 1 else f"nullif(concat_ws(' ', {', '.join(texts)}), '')"


def called(function: str) -> Callable[[Mapping, str], str]:
    """How to read a meaning with one of the typed functions of reading.py."""

    def call(mapping: Mapping, meaning: str) -> str:
        columns = [quoted(column) for column in mapping.columns[meaning]]
        several = f"concat_ws(' ', {', '.join(f'text({column})' for column in columns)})"
        return f"{function}({columns[0] if len(columns) == 1 else several})"

    return call


def _unless_nobody(read: Callable[[Mapping, str], str]) -> Callable[[Mapping, str], str]:
    """How to read a meaning whose value may stand for nobody ("Guest")."""

    def call(mapping: Mapping, meaning: str) -> str:
        value = read(mapping, meaning)
        return f"case when not {one_of(mapping.nobody, value)} then {value} end" if mapping.nobody else value

    return call


def _status(mapping: Mapping, meaning: str) -> str:
    status = f"lower({text_of(mapping, meaning)})"
    whens = " ".join(
        f"when {status} in ({listed(words.split(', '))}) then '{ours}'" for ours, words in _STATUSES.items()
    )
    return f"case {whens} else {status} end"


def _fingerprint(mapping: Mapping, meaning: str) -> str:
    """What tells two equal numbers of a state or an insurer without telling the number: the key is the company's."""
    plain = f"regexp_replace(lower({text_of(mapping, meaning)}), '[^a-z0-9]', '', 'g')"
    hashed = f"'national:' || left(sha256(getvariable('fingerprint_key') || {plain}), 24)"
    return f"case when length({plain}) >= 5 and {plain} <> repeat({plain}[1:1], length({plain})) then {hashed} end"


def idea_status(mapping: Mapping) -> str:
    """SQL of an idea's status: one of ours where we know the word, else the source's own."""
    status = f"lower({text_of(mapping, 'status')})"
    plain = f"strip_accents(replace(replace({status}, '_', ' '), '-', ' '))"
    whens = " ".join(
        f"when {plain} in ({listed(words.split(', '))}) then '{ours}'" for ours, words in IDEA_STATUSES.items()
    )
    return f"case {whens} else {status} end"


def json_of(mapping: Mapping, meaning: str) -> str:
    """SQL of a JSON object with one key for each of the meaning's columns that has a value; null if none has."""
    pairs = ", ".join(
        f"{literal(json.dumps(column, ensure_ascii=False) + ': ')} || cast(to_json(text({quoted(column)})) as varchar)"
        for column in mapping.columns[meaning]
    )
    return f"nullif('{{' || concat_ws(', ', {pairs}) || '}}', '{{}}')"


def _weight(mapping: Mapping, meaning: str) -> str:
    """A vote's weight: a number, or a word for or against."""
    column = quoted(mapping.columns[meaning][0])
    words = [(one_of(said, f"trim({column})"), number) for said, number in ((FOR, "1"), (AGAINST, "-1"))]
    known = " or ".join(test for test, _ in words)
    whens = " ".join(f"when {test} then {number}" for test, number in words)
    return f"case {whens} else number(case when not ({known}) then {column} end) end"


def _last_day(mapping: Mapping, meaning: str) -> str:
    """The day on which something ended, null where a word or a day of the year 9999 says that it has not."""
    columns = [quoted(column) for column in mapping.columns[meaning]]
    value = columns[0] if len(columns) == 1 else f"concat_ws(' ', {', '.join(columns)})"
    runs = f"regexp_matches(strip_accents(lower(trim({value}))), '{RUNS}')"
    return f"instant(case when not {runs} then {value} end)"


# What is written for the last day of what has none yet.
RUNS = (
    "^(running|ongoing|active|present|current|open|open[- ]?end(ed)?|indefinite(ly)?|unlimited|never|no|not yet"
    "|still open|laufend|lauft|aktiv|offen|unbefristet|nein|en cours|actif|indetermine|illimite|non|activo|vigente"
    "|indefinido|attivo|in corso|indeterminato|lopend|actief|onbepaald)$|9999"
)
FOR = ("up", "upvote", "upvoted", "for", "yes", "like", "agree", "true", "pro", "ja", "oui", "si", "sí", "sì", "sim")
AGAINST = ("down", "downvote", "downvoted", "against", "no", "dislike", "disagree", "false", "contra", "nein", "non")
_IDS = (
    "order_id message_id contact_id referral_id thread referrer_id referred_id product_id subscription_id idea_id "
    "vote_id event_id promise_id answer_id consent_id preference_id"
)
READ: dict[str, Callable[[Mapping, str], str]] = {
    "customer_id": _unless_nobody(called("id")),
    "name": _unless_nobody(text_of),
    "status": _status,
    "weight": _weight,
    "ended_at": _last_day,
    "kept_at": _last_day,
    "extra": json_of,
    "properties": json_of,
    "personal_number": _fingerprint,
    "loyalty_number": lambda mapping, meaning: f"'loyalty:' || {called('id')(mapping, meaning)}",
    "in_reply_to": lambda mapping, meaning: f"nullif({called('id')(mapping, meaning)}, '-1')",  # the first of a thread
    "currency": lambda mapping, meaning: f"upper({text_of(mapping, meaning)})",
} | {
    meaning: called(function)
    for function, meanings in {
        "id": _IDS,
        "instant": "date created_at updated_at answered_at started_at shipped_at due_at until",
        "period": "period",
        "birth_date": "birth_date",
        "money": "price discount margin refunded cost",
        "number": "quantity brands",
        "integer": "helpful",
        "consent": "consent",
        "flag": "opted_out",
    }.items()
    for meaning in meanings.split()
}  # a meaning that is not here is text
_ALIASES = {"customer_id": "customer", "date": "occurred_at"}


def given_step(mapping: Mapping, meanings: Iterable[str], **more: str) -> str:
    """A first step that reads each of the meanings that the mapping names, once and by a plain name."""
    read = {_ALIASES.get(one, one): READ.get(one, text_of)(mapping, one) for one in meanings if one in mapping.columns}
    rows = [f"{sql} as {alias}" for alias, sql in (read | more).items() if sql != "null"]
    return "given as (\n  select " + ",\n         ".join([*rows, "row"]) + "\n  from raw)"


def have(mapping: Mapping, *meanings: str) -> list[str]:
    """Those of the meanings that have a column."""
    return [one for one in meanings if one in mapping.columns]


def select(steps: Iterable[str], columns: dict[str, str], source: str, where: str = "", *, row: str = "row") -> str:
    """A statement whose steps and columns stand one to a line."""
    projections = {**columns, "row": row}
    listed_columns = ",\n       ".join(
        sql if sql == alias else f"{sql} as {alias}" for alias, sql in projections.items()
    )
    before = ",\n".join(steps)
    with_steps = f"with {before}\n" if before else ""
    return f"{with_steps}select {listed_columns}\nfrom {source}" + (f"\nwhere {where}" if where else "")


def put(mapping: Mapping, **meanings: str) -> dict[str, str]:
    """Projections of a fact's columns from meanings of another name, of those that have a column."""
    return {fact: _ALIASES.get(one, one) for fact, one in meanings.items() if one in mapping.columns}


def same(mapping: Mapping, *meanings: str) -> dict[str, str]:
    """Projections that keep the names of those meanings that have a column."""
    return {one: one for one in have(mapping, *meanings)}


# --------------------------------------------------------------------------------------- who a row is about


class Who:
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
        self.details = have(mapping, *_DETAILS)
        self.strong = have(mapping, *_STRONG)
        # A user name is one person's on a site; a reviewer's nickname is not.
        site = mapping.medium in ("post", "community")
        by_handle = site and "handle" in self.strong and "customer_id" not in mapping.columns
        self.customer = "handle" if by_handle else "customer" if "customer_id" in mapping.columns else ""
        # Somebody who has no number at all is known by all that the row says of him.
        self.person = {"person": _person(mapping)} if self.strong and not by_handle else {}
        self.meanings = (*have(mapping, "customer_id"), *self.details)
        self.columns = tuple(dict.fromkeys([*filter(None, [self.customer]), *self.details]))
        self.keys = (*filter(None, [self.customer]), *self.person)

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
        given = given_step(self.mapping, self.meanings, **self.person, **self._own())
        parts = []
        if self.customer:
            parts.append(self._mentions(details, self.customer))
        if self.person and self.own:
            parts.append(self._of_rows())
        elif self.person:
            parts.append(self._mentions(details, "person"))
        return f"with {given}\n" + "\nunion all by name\n".join(parts)

    def _own(self) -> dict[str, str]:
        return {self.own: called("id")(self.mapping, self.own)} if self.own and self.person else {}

    def _mentions(self, details: str, key: str) -> str:
        others = f" and {self.customer} is null" if key == "person" and self.customer else ""
        several = ", ".join(dict.fromkeys((key, *self.details)))
        shown = f", {details}" if details else ""
        return (
            "select cast(null as varchar) as source_id, 'mention' as role, "
            f"record('customer', {key}) as record_id{shown}, row\n"
            f"from (select {several}, max(row) as row from given where {key} is not null{others} group by all) as m"
        )

    def _of_rows(self) -> str:
        """One record for each order or ticket whose customer has no number."""
        firsts = ", ".join(f"arg_min({one}, row) as {one}" for one in ("person", *self.details))
        others = f" and {self.customer} is null" if self.customer else ""
        return (
            f"select {self.own} as source_id, '{self.what}' as role, record('{self.what}', {self.key}) as record_id, "
            f"{', '.join(self.details)}, row\n"
            f"from (select {self.own}, {firsts}, min(row) as row from given where person is not null{others} "
            f"group by {self.own}, case when {self.own} is null then row end) as first_rows"
        )


def _person(mapping: Mapping) -> str:
    """SQL of what tells a person without a number from others: the e-mail, else all that there is."""
    texts = {
        one: f"lower({READ['name'](mapping, one) if one == 'name' else text_of(mapping, one)})"
        for one in have(mapping, *(detail for detail in _DETAILS if detail not in ("language", "country")))
    }
    email = texts.pop("email", None)
    named = [texts[one] for one in _STRONG if one in texts]
    every = f"case when coalesce({', '.join(named)}) is not null then concat_ws('|', {', '.join(texts.values())}) end"
    if not named:
        return email or "cast(null as varchar)"
    return f"coalesce({email}, {every})" if email else every


class End:
    """One end of a referral: by number, else by e-mail, else by name."""

    def __init__(self, mapping: Mapping, end: str) -> None:
        self.keys = have(mapping, f"{end}_id", f"{end}_email", f"{end}_name")
        forms = {f"{end}_id": f"{end}_id", f"{end}_email": f"lower({end}_email)", f"{end}_name": f"lower({end}_name)"}
        self.forms = [forms[key] for key in self.keys]
        self.record_id = f"record('customer', coalesce({', '.join(self.forms)}))"
        self.number = f"coalesce({', '.join(self.keys)})"
        self.details = {key.removeprefix(f"{end}_"): key for key in self.keys if not key.endswith("_id")}
        self._rows = (
            f"(with {given_step(mapping, self.keys)}\n  select {', '.join(self.keys)}, max(row) as row from given "
            f"where {self.number} is not null group by all) as {end}"
        )

    def mentions(self, columns: Iterable[str] = ()) -> str:
        """The record that this end names; with these columns at least, as both parts of a union need the same."""
        every = dict.fromkeys((*columns, *self.details))
        shown = "".join(f", {self.details.get(column, 'cast(null as varchar)')} as {column}" for column in every)
        return (
            "select cast(null as varchar) as source_id, 'mention' as role, "
            f"{self.record_id} as record_id{shown}, row\nfrom {self._rows}"
        )
