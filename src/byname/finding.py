"""The index of a snapshot, index.sqlite: who is meant by a name, an address or a number, however they are typed.

    card      a row a person, numbered by worth: what a list shows of them, and of what it says why
    word      which cards hold a word: of the name, of the e-mail, and the e-mail's domain as "@example.com"
    key       a mailbox, a telephone or an id as one spells it for good → person
    dialled   a telephone without its country → card
    domain    how many people have their mailbox there

Cards are numbered by worth, so that the first cards found are the best, and a search of millions may stop at twenty.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import Counter
from contextlib import closing
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import duckdb

from byname.facts.letters import plain
from byname.people.keys import email_key, phone_key
from byname.tables import SCHEMA_VERSION
from byname.touchpoint import write_faces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

__all__ = ["CARD", "by_keys", "by_person", "by_telephone", "by_words", "opened", "ranks", "take_out", "words_of",
    "write_index",
]  # fmt: skip

CARD = (
    "person_id", "name", "email", "phone", "city", "country", "owner", "standing", "records", "rank", "clv", "clv_low",
    "clv_high", "orders", "p_alive", "repeat_orders", "recency_days", "age_days", "spend_total", "returned_total",
    "contracts", "brought", "friends_spent", "growth", "came_by",
)  # fmt: skip
_MOST_WORDS = 12
_LONGEST_WORD = 40
_FEWEST_DIGITS = 5  # of a telephone: fewer are thousands of people's
_MOST_TELEPHONES = 1_000
_TELEPHONE = re.compile(r"[0-9 +()./-]+")
# Written in two ways without their marks.
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_WITHOUT_MARKS = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
_EACH_A_WORD = ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ")  # no spaces are written between given and family name

CARDS = """
    select p.person_id, p.name, p.email, p.phone, p.city, p.country, p.owner, s.standing, p.records, v.rank, v.clv,
           v.clv_low, v.clv_high, v.orders, v.p_alive, v.repeat_orders, v.recency_days, v.age_days,
           v.spend_total::double, v.returned_total::double, v.contracts, v.brought, v.friends_spent::double, v.growth,
           friends.came_by
    from read_parquet($people) p
    left join read_parquet($value) v using (person_id)
    left join read_parquet($standing) s using (person_id)
    left join (select person_id, min(referrer_id) as came_by from read_parquet($brought) group by 1) as friends
      using (person_id)
    order by v.rank nulls last, p.person_id
"""
_SELECT = f"select {', '.join(f'card.{name}' for name in CARD)} from card"  # noqa: S608 - our own names
_PERSON = f"{_SELECT} where card.person_id = ?"
_KEYS = f"{_SELECT} where person_id in (select person_id from key where value in ({{}})) order by place"  # noqa: S608
_WORDS = f"{_SELECT.replace('from card', 'from word cross join card')} on card.place = word.rowid where word match ?"
_DIALLED = f"""
    {_SELECT} where card.place in (
        select place from dialled where digits >= ?1 and digits < ?1 || ':'
        union
        select card.place from key join card using (person_id)
        where key.value >= '+' || ?2 and key.value < '+' || ?2 || ':' and key.kind = 'phone'
        limit {_MOST_TELEPHONES}
    )
    order by card.place
"""  # noqa: S608 - our own names


# The most used that begin like that. "@" alone is any.
_DOMAINS = "select domain from domain where domain >= ?1 and domain < ?1 || char(1114111) order by people desc limit 20"


class _Letters(dict[int, str]):
    """Each letter as it is looked for: small, without marks; a space for what is no letter."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        name = unicodedata.name(letter, "")
        if letter in _WITHOUT_MARKS:
            said = _WITHOUT_MARKS[letter]
        elif name.startswith(_EACH_A_WORD):
            said = f" {letter} "
        elif unicodedata.combining(letter):
            said = ""
        elif unicodedata.category(letter)[0] in "LNM":
            said = plain(letter).casefold()
        else:
            said = " "
        self[code] = said
        return said


_LETTERS = _Letters()


def words_of(text: str) -> list[str]:
    """The words of a text as they are looked for.

    >>> words_of("Jürgen O'Brien-Weiß")
    ['jurgen', 'o', 'brien', 'weiss']
    """
    return [word[:_LONGEST_WORD] for word in text.casefold().translate(_LETTERS).split()[:_MOST_WORDS]]


def _spellings(text: str) -> list[list[str]]:
    """Its words, and those of its other spelling, where it has one: Jürgen is jurgen and juergen."""
    small = unicodedata.normalize("NFC", text).casefold()
    other = small.translate(_SPELLED)
    return [words_of(small), words_of(other)] if other != small else [words_of(small)]


def _indexed(name: str | None, email: str | None) -> str:
    """The words by which a card is found."""
    local = (email or "").rpartition("@")[0]
    said = chain(*_spellings(name or ""), *_spellings(local), _domain(email or ""))
    return " ".join(dict.fromkeys(said))


def _domain(email: str) -> list[str]:
    """The domain of an address, or its beginning, as one word that no name is mistaken for: "@mail.example"."""
    _, at, domain = email.rpartition("@")
    kept = "".join(letter for letter in domain.casefold() if letter.isalnum() or letter in ".-")
    return [f"@{kept[:_LONGEST_WORD]}"] if at else []


def write_index(folder: Path, look_up: Iterable[tuple[str, str, str]], faces: pa.Table) -> None:
    """Write index.sqlite: cards, keys and words to find them by, and the faces of `touchpoint`.

    Args:
        folder: the snapshot's, with people, value, standing and brought in it.
        look_up: value, kind and person_id.
        faces: what people look like: person_id and the columns of `people.recognise.Face`.
    """
    with duckdb.connect() as con, closing(sqlite3.connect(folder / "index.sqlite", isolation_level=None)) as db:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")  # the folder is synced as a whole before it is published
        db.execute("pragma cache_size = -64000")
        db.execute(f"pragma user_version = {SCHEMA_VERSION}")
        db.execute(f"create table card (place integer primary key, {', '.join(CARD)})")
        db.execute(
            "create table key (value text, kind text, person_id text, primary key (value, kind, person_id)) "
            "without rowid"
        )
        db.execute("create table dialled (digits text, place integer, primary key (digits, place)) without rowid")
        db.execute(
            "create virtual table word using fts5 (said, content = '', columnsize = 0, detail = none, "
            "prefix = '1 2 3 4 5 6', tokenize = \"ascii tokenchars '@.-'\")"
        )
        db.execute("create table domain (domain text primary key, people integer) without rowid")
        db.execute("begin")
        domains: Counter[str] = Counter()
        files = {name: str(folder / f"{name}.parquet") for name in ("people", "value", "standing", "brought")}
        cards, place = con.execute(CARDS, files), 0
        while rows := cards.fetchmany(50_000):
            numbered = list(enumerate(rows, place + 1))
            place += len(rows)
            marks = ", ".join("?" * (len(CARD) + 1))
            db.executemany(f"insert into card values ({marks})", ((one, *row) for one, row in numbered))  # noqa: S608
            db.executemany(
                "insert into word (rowid, said) values (?, ?)",
                ((one, _indexed(row[1], row[2])) for one, row in numbered),
            )
            domains.update(chain.from_iterable(_domain(row[2]) for row in rows if row[2]))
        db.executemany("insert into domain values (?, ?)", sorted(domains.items()))
        db.execute("insert into word (word) values ('optimize')")
        db.execute("create unique index card_of on card (person_id)")
        db.executemany("insert into key values (?, ?, ?)", look_up)
        db.create_function("national", 1, _national, deterministic=True)
        db.execute(
            "insert or ignore into dialled select national(value), place from key join card using (person_id) "
            "where kind = 'phone' order by 1, 2"
        )
        con.register("faces", faces)
        write_faces(db, con, "faces")
        db.execute("commit")


def take_out(db: sqlite3.Connection, people: Iterable[str]) -> None:
    """Take people out of an index that nobody reads: cards, keys, words and faces.

    How many people a domain and a name have is counted anew by the next refresh.
    """
    db.execute("begin")
    for person in people:
        keys = db.execute("select value, kind from key where person_id = ?", (person,)).fetchall()
        for place, name, email in db.execute("select place, name, email from card where person_id = ?", (person,)):
            said = _indexed(name, email)
            db.execute("insert into word (word, rowid, said) values ('delete', ?, ?)", (place, said))
            db.execute("delete from dialled where place = ?", (place,))
            for domain in _domain(email or ""):
                db.execute("update domain set people = people - 1 where domain = ?", (domain,))
        db.executemany(
            "delete from key where value = ? and kind = ? and person_id = ?", ((*key, person) for key in keys)
        )
        faces = db.execute("select face from face where person_id = ?", (person,)).fetchall()
        db.executemany("delete from block where face = ?", faces)
        db.execute("delete from face where person_id = ?", (person,))
        db.execute("delete from card where person_id = ?", (person,))
    db.execute("delete from domain where people <= 0")
    # A deleted word is a mark beside the old one until the two are merged.
    db.execute("insert into word (word) values ('optimize')")
    db.execute("commit")


def opened(folder: Path) -> closing[sqlite3.Connection]:
    """The index of a snapshot, for reading; nobody ever writes to it again."""
    uri = f"{(folder / 'index.sqlite').absolute().as_uri()}?mode=ro&immutable=1"
    return closing(sqlite3.connect(uri, uri=True))


type Card = tuple[Any, ...]


def by_person(db: sqlite3.Connection, person_id: str) -> list[Card]:
    """The card of a person, if there is one."""
    return db.execute(_PERSON, (person_id,)).fetchall()


def ranks(folder: Path, people: Iterable[str]) -> list[int]:
    """The ranks by worth of those of these people who have one."""
    with opened(folder) as db:
        found = [db.execute("select rank from card where person_id = ?", (person,)).fetchone() for person in people]
    return [row[0] for row in found if row and row[0] is not None]


def by_keys(db: sqlite3.Connection, text: str, country: str) -> list[Card]:
    """Cards of whom that is: a mailbox, a telephone or an id, whole, in any spelling."""
    keys = [one for one in {text, text.lower(), email_key(text), phone_key(text, country)} if one]
    return db.execute(_KEYS.format(", ".join("?" * len(keys))), keys).fetchall()


def by_telephone(db: sqlite3.Connection, text: str) -> list[Card]:
    """Cards whose telephone begins like that, with its country or without."""
    digits = re.sub("[^0-9]", "", text)
    bare = digits.lstrip("0")
    if not _TELEPHONE.fullmatch(text) or len(bare) < _FEWEST_DIGITS:
        return []
    abroad = digits.removeprefix("00")
    national = "" if text.startswith("+") else bare  # after a plus stands a country
    return db.execute(_DIALLED, (national or "-", abroad)).fetchall()


def by_words(db: sqlite3.Connection, text: str) -> Iterator[Card]:
    """Cards with words that begin like each of these, in any order, the most valuable first."""
    local, at, _ = text.rpartition("@")
    asked = [
        _one_of(f'"{word}" *' for word in alike)
        for alike in zip(*_same_length(_spellings(local if at else text)), strict=True)
    ]
    for begun in _domain(text):
        # Each by its whole name: the beginning of one that half of all people have takes a tenth of a second.
        known = db.execute(_DOMAINS, (begun,)).fetchall()
        if not known:
            return
        asked.append(_one_of(f'"{domain}"' for (domain,) in known))
    if asked:
        yield from db.execute(_WORDS, (" AND ".join(asked),))


def _one_of(terms: Iterable[str]) -> str:
    return f"({' OR '.join(dict.fromkeys(terms))})"


def _same_length(spellings: list[list[str]]) -> list[list[str]]:
    return spellings if len({len(one) for one in spellings}) == 1 else spellings[:1]


def _national(number: str) -> str:
    """A telephone without its country: what is dialled there, less the 0 before it."""
    digits = number.partition(";")[0].lstrip("+")
    length = next((length for length in (1, 2, 3) if digits[:length] in _codes()), 0)
    return digits[length:].lstrip("0")


@cache
def _codes() -> frozenset[str]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return frozenset(str(code) for code in COUNTRY_CODE_TO_REGION_CODE)
