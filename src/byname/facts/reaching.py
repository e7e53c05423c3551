"""What files about reaching people become: contacts, what came back on them, consents, and what people asked of us.

The words that systems use for an arm, a channel or a purpose are ours where we know them. What cannot be understood
errs to the person's side: an unknown arm or wish refuses its row, a withdrawal from something unknown holds for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.facts.clauses import Who, given_step, have, put, same, select, text_of
from byname.facts.quoting import literal, quoted
from byname.facts.rarer import own_or_made

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Table

    from byname.facts.mapping import Mapping

__all__ = ["ANSWERS", "ARMS", "CHANNELS", "KINDS", "NO_ANSWER", "PURPOSES", "STATEMENTS", "WISHES"]

# Ours → the words that systems write for it, in small letters, without accents, hyphens and underlines.
ARMS: Table[str, str] = {
    "treated": "treated, treatment, test, test group, exposed, contacted, sent, testgruppe, traitement, tratamiento, "
    "trattamento, testgroep",
    "held out": "held out, heldout, holdout, hold out, control, control group, controls, withheld, not sent, "
    "kontrollgruppe, kontrolle, zuruckgehalten, temoin, groupe temoin, grupo de control, gruppo di controllo, "
    "controle, controlegroep",
}
KINDS: Table[str, str] = {
    "ask": "ask, request, survey, bitte, umfrage",
    "give": "give, gift, perk, geschenk",
    "thank": "thank, thanks, thank you, dank",
    "news": "news, newsletter, promotion, promotional, announcement, marketing",
    "service": "service, support, transactional",
}
CHANNELS: Table[str, str] = {
    "email": "email, e mail, emails, newsletter, courriel, correo",
    "sms": "sms, text, text message, texts",
    "phone": "phone, call, calls, telephone, telefon, anruf, telefono, telefoon",
    "whatsapp": "whatsapp, whats app",
    "letter": "letter, post, postal, postal mail, direct mail, brief, courrier, lettre, carta, lettera",
    "in_person": "in person, visit, meeting, besuch, visite, visita, bezoek",
}
PURPOSES: Table[str, str] = {
    "marketing": "marketing, newsletter, news, promotion, promotions, promotional, offers, advertising, werbung",
    "feedback": "feedback, survey, surveys, research, market research, umfragen",
    "service": "service, support, transactional",
    "contract": "contract, vertrag",
    "public": "public",
}
ANSWERS: Table[str, str] = {
    "opened": "opened, open, opens, email open",
    "clicked": "clicked, click, clicks, email click",
    "replied": "replied, reply, response, responded, answered",
    "bought": "bought, purchased, converted, conversion",
    "unsubscribed": "unsubscribed, unsubscribe, opt out, opted out",
    "complained": "complained, complaint, spam, spamreport, spam report, marked as spam",
    "bounced": "bounced, bounce, hard bounce, soft bounce, undelivered, undeliverable, returned to sender",
}
# What a mailing system says besides, though nobody answered.
NO_ANSWER = "delivered, delivery, sent, send, processed, dropped, deferred, queued"
WISHES: Table[str, str] = {
    "objection": "objection, objects, objected, widerspruch",
    "restriction": "restriction, restricted, restrict",
    "pace": "pace, frequency, how often, cadence, haufigkeit, frequence, frecuencia, frequenza, frequentie",
    "channel": "channel, preferred channel, contact channel, kanal, canal, canale, kanaal",
    "topic": "topic, topics, interest, interests, likes, like",
    "dislike": "dislike, dislikes, not interested, no interest",
    "quiet": "quiet, quiet time, quiet hours, quiet days, do not disturb, ruhezeit",
    "line": "line, limit, boundary, do not mention, do not use",
    "term": "term, terms",
}
_BY: Table[str, str] = {"person": "person, customer, self, user, subscriber, client, kunde, kundin, data subject"}


def _plain(sql: str) -> str:
    return f"trim(strip_accents(lower(replace(replace({sql}, '_', ' '), '-', ' '))))"


def _ours(mapping: Mapping, meaning: str, words: Table[str, str], otherwise: str = "") -> str:
    """SQL of our word for a column's; where there is none, `otherwise`, else the source's own in small letters."""
    text = text_of(mapping, meaning)
    return _word(text, words, otherwise or f"lower({text})")


def _word(text: str, words: Table[str, str], otherwise: str) -> str:
    whens = " ".join(
        f"when {_plain(text)} in ({', '.join(literal(word) for word in known.split(', '))}) then {literal(ours)}"
        for ours, known in words.items()
    )
    return f"case {whens} else {otherwise} end"


def _known(mapping: Mapping, **meanings: tuple[Table[str, str], str]) -> dict[str, str]:
    """SQL of those of the meanings that have a column, each by its words and what stands for others."""
    return {
        one: _ours(mapping, one, words, otherwise)
        for one, (words, otherwise) in meanings.items()
        if one in mapping.columns
    }


def _contacts(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "", "")
    known = _known(
        mapping,
        channel=(CHANNELS, ""),
        kind=(KINDS, "null"),
        purpose=(PURPOSES, "null"),
        arm=(ARMS, ""),
    )
    plain = ("contact_id", "date", *who.meanings, "campaign", "action", "employee", "team", "goal", "cost")
    step = given_step(mapping, plain, **who.person, **known)
    contact = {
        **put(mapping, source_id="contact_id", occurred_at="date"),
        "record_id": who.record_id,
        **same(mapping, "employee", "campaign", "action", "goal", "cost"),
        **{one: one for one in known},
        **({"team": "lower(team)"} if "team" in mapping.columns else {}),
    }
    for meaning, said in (("channel", mapping.channel), ("campaign", mapping.campaign)):
        if meaning not in mapping.columns and said:
            contact[meaning] = literal(said)
    if have(mapping, "email", "phone"):
        contact["address"] = _address(contact.get("channel", "null"), mapping, otherwise=True)
    return {"contacts": select([step], contact, "given", f"{who.record_id} is not null"), "records": who.records()}


def _answers(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "", "")
    known = _known(mapping, kind=(ANSWERS, ""))
    step = given_step(mapping, ("answer_id", "contact_id", "date", *who.meanings), **who.person, **known)
    answer = {
        "source_id": own_or_made(
            mapping, who, "answer_id", "contact_id", "kind", "date", whose=have(mapping, "contact_id")
        ),
        "record_id": who.record_id,
        **put(mapping, occurred_at="date"),
        **same(mapping, "contact_id"),
        **{one: one for one in known},
    }
    address = have(mapping, "email", "phone")
    if address:
        answer["address"] = f"coalesce({', '.join(address)})"
    silent = ", ".join(literal(word) for word in NO_ANSWER.split(", "))
    return {"answers": select([step], answer, "given", f"kind not in ({silent})"), **_records(who)}


def _consents(mapping: Mapping) -> dict[str, str]:
    """Who withdrew from a channel or a purpose that we do not know has withdrawn from all; a grant of such is none."""
    who = Who(mapping, "", "")
    channel = "channel" if "channel" in mapping.columns else literal(mapping.channel or "email")
    state = f"consent({quoted(mapping.columns['state'][0])})" if "state" in mapping.columns else "cast(null as varchar)"
    known = _known(mapping, channel=(CHANNELS, ""), purpose=(PURPOSES, ""), by_whom=(_BY, ""))
    step = given_step(mapping, ("consent_id", "date", "wording", *who.meanings), **who.person, **known, state=state)
    consent = {
        "source_id": own_or_made(mapping, who, "consent_id", *have(mapping, "channel", "purpose"), "date"),
        "record_id": who.record_id,
        **put(mapping, occurred_at="date"),
        "address": _address(channel, mapping),
        "channel": _or_all("channel", CHANNELS) if "channel" in mapping.columns else channel,
        "purpose": _or_all("purpose", PURPOSES) if "purpose" in mapping.columns else "'marketing'",
        "state": "state",
        **same(mapping, "wording"),
        "by_whom": "by_whom" if "by_whom" in mapping.columns else "'file'",
    }
    return {"consents": select([step], consent, "given", "state is not null"), **_records(who)}


def _or_all(meaning: str, words: Table[str, str]) -> str:
    known = ", ".join(literal(word) for word in words)
    return f"case when state = 'withdrawn' and {meaning} not in ({known}) then null else {meaning} end"


def _address(channel: str, mapping: Mapping, *, otherwise: bool = False) -> str:
    """SQL of the address that a channel reaches; a letter's is the person's, whichever it is then.

    Args:
        channel: SQL of the channel.
        mapping: what the columns mean.
        otherwise: of a channel that we do not know, either address.
    """
    either = have(mapping, "email", "phone")
    whens = ["when {channel} in ('letter', 'in_person') then null"]
    if "email" in either:
        whens.append("when {channel} = 'email' then email")
    if "phone" in either:
        whens.append("when {channel} in ('sms', 'phone', 'whatsapp') then phone")
    other = f"coalesce({', '.join(either)})" if otherwise else "null"
    whole = f"case {' '.join(whens).format(channel=channel)} else {other} end"
    return whole if either else "cast(null as varchar)"


def _preferences(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "", "")
    known = _known(mapping, kind=(WISHES, ""), by_whom=(_BY, ""))
    step = given_step(mapping, ("preference_id", "date", "value", "until", *who.meanings), **who.person, **known)
    wish = {
        "source_id": own_or_made(mapping, who, "preference_id", "kind", "value"),
        "record_id": who.record_id,
        **put(mapping, occurred_at="date"),
        **{one: one for one in known},
        **same(mapping, "value", "until"),
    }
    return {"preferences": select([step], wish, "given"), **_records(who)}


def _records(who: Who) -> dict[str, str]:
    return {"records": who.records()} if who.known else {}


STATEMENTS: dict[str, Callable[[Mapping], dict[str, str]]] = {
    "contacts": _contacts,
    "answers": _answers,
    "consents": _consents,
    "preferences": _preferences,
}
