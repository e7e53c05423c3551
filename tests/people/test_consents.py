"""On a merge the strictest consent holds, and a merge loses none (S3.18); the person is the unit (S0.10)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.engines import portable
from byname.facts import schema
from byname.people.consents import CHANNELS, CONSENTS, OBJECTED, PURPOSES, SAID, consents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byname.engines import Engine

COLUMNS = ("person_id", "channel", "purpose", "address", "state", "since", "source", "reason")
STATES = ("given", "withdrawn", "not given")
START = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC by contract
UNTIL = START + timedelta(days=100)

Fact = dict[str, Any]


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def said(record: str, state: str, on: float | None = 1, **more: Any) -> Fact:
    """A consent: of a@example.com by email for marketing, imported from shop, unless more is said."""
    usual = {"channel": "email", "purpose": "marketing", "address": "a@example.com", "source": "shop"}
    common = {"account": "main", "by_whom": "shop export", "known_at": day(50)}
    return {
        **usual,
        **common,
        "record_id": record,
        "state": state,
        "occurred_at": None if on is None else day(on),
        **more,
    }


def by_us(record: str, state: str, on: float = 1, **more: Any) -> Fact:
    """The person's own act with us."""
    return said(record, state, on, **{"source": "byname", "by_whom": "person", **more})


def objection(record: str, value: str | None = None, on: float = 1, **more: Any) -> Fact:
    usual = {"kind": "objection", "source": "byname", "known_at": day(50)}
    return {**usual, "record_id": record, "value": value, "occurred_at": day(on), **more}


def found(
    engine: Engine,
    *facts: Fact,
    objections: Sequence[Fact] | None = None,
    persons: dict[str, str] | None = None,
) -> list[dict[str, Any]]:
    """What `consents` says; every record is person p's unless `persons` says whose they are."""
    given_tables = {"consents": list(facts), "preferences": list(objections or ())}
    tables = {
        name: engine.arrow(pa.Table.from_pylist(rows, schema=schema.table(name).arrow_schema()))
        for name, rows in given_tables.items()
    }
    records = sorted({fact["record_id"] for rows in given_tables.values() for fact in rows})
    whose = [{"record_id": one, "person_id": (persons or {}).get(one, "p")} for one in records]
    owners = engine.arrow(
        pa.Table.from_pylist(whose, schema=pa.schema({"record_id": pa.string(), "person_id": pa.string()}))
    )
    answer = consents(engine, tables, owners, until=UNTIL)
    rows: list[dict[str, Any]] = engine.fetch(answer, order_by=COLUMNS[:4]).to_pylist()
    for table in (*tables.values(), owners, answer):
        engine.drop(table)
    return rows


def states(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str, str, str], str]:
    """(person, channel, purpose, address) → state."""
    made = {(row["person_id"], row["channel"], row["purpose"], row["address"]): row["state"] for row in rows}
    assert len(made) == len(list(rows)), "one row for each key"
    return made


def of_address(rows: list[dict[str, Any]], address: str = "a@example.com") -> str:
    """The only state of an address."""
    (row,) = [row for row in rows if row["address"] == address]
    return str(row["state"])


# ---------------------------------------------------------------------------------- an oracle, written from TERMS.md


def oracle(facts: Sequence[Fact], objections: Sequence[Fact] = ()) -> dict[tuple[str, str, str, str], str]:
    """One person's states, one combination of channel and purpose after the other, without any SQL."""
    facts = [fact for fact in facts if when(fact, learnt=True) < UNTIL]
    bars = [one for one in objections if when(one) < UNTIL and (one.get("until") is None or one["until"] >= UNTIL)]
    pairs = {(fact["channel"], fact["purpose"]) for fact in facts}
    if bars:
        pairs |= set(product(CHANNELS, PURPOSES))
    made = {}
    for channel, purpose in pairs:
        here = [fact for fact in facts if (fact["channel"], fact["purpose"]) == (channel, purpose)]
        barred = any(bar["value"] in (None, "", channel, purpose, f"{channel} {purpose}") for bar in bars)
        barred = barred or any(not ended(fact, here) for fact in here if fact["state"] == "withdrawn")
        addresses = {fact["address"] for fact in here} or ({""} if barred else set())
        for address in addresses:
            state = "withdrawn" if barred else granted([fact for fact in here if fact["address"] == address], here)
            made["p", channel, purpose, address] = state
    return made


def when(fact: Fact, *, learnt: bool = False) -> datetime:
    instants = (fact["occurred_at"], None if learnt else fact.get("updated_at"), fact["known_at"])
    first: datetime = next(instant for instant in instants if instant is not None)
    return first


def ended(withdrawal: Fact, here: Sequence[Fact]) -> bool:
    for fact in here:
        if fact["state"] != "given" or fact["occurred_at"] is None or fact["occurred_at"] <= when(withdrawal):
            continue
        if fact["source"] == "byname" and fact["by_whom"] == "person":
            return True
        theirs = withdrawal["source"] != "byname" and withdrawal["by_whom"] != "person"
        if theirs and all(fact[key] == withdrawal[key] for key in ("source", "account", "record_id")):
            return True
    return False


def granted(of_address: Sequence[Fact], here: Sequence[Fact]) -> str:
    withdrawals = [when(fact) for fact in here if fact["state"] == "withdrawn"]
    for origin in {(fact["source"], fact["account"]) for fact in of_address}:
        heard = [fact for fact in of_address if (fact["source"], fact["account"]) == origin]
        counting = [
            fact
            for fact in heard
            if fact["state"] == "not given"
            or (
                fact["state"] == "given"
                and (not withdrawals or (fact["occurred_at"] is not None and fact["occurred_at"] > max(withdrawals)))
            )
        ]
        last = max((when(fact) for fact in counting), default=None)
        if counting and all(fact["state"] == "given" for fact in counting if when(fact) == last):
            return "given"
    return "not given"


# ---------------------------------------------------------------------------------------------------- two records

ORDER = {"given": 0, "not given": 1, "withdrawn": 2}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_two_merged_records_keep_the_strictest_of_each_channel_and_purpose(
    duck_engine: Engine, channel: str, purpose: str
) -> None:
    """A person for each pair of states, all in one query; and the same records not merged."""
    facts: list[Fact] = []
    merged: dict[str, str] = {}
    apart: dict[str, str] = {}
    expected: dict[tuple[str, str, str, str], str] = {}
    alone: dict[tuple[str, str, str, str], str] = {}
    for one, two in product(STATES, STATES):
        person = f"{one} + {two}"
        here = {"channel": channel, "purpose": purpose}
        theirs = [
            said(f"{person} 1", one, 1, address="a", **here),
            said(f"{person} 2", two, 2, address="b", source="mail", **here),
            # Another channel and another purpose of the same people, given, are not touched.
            said(f"{person} 1", "given", address="o", channel=CHANNELS[CHANNELS.index(channel) - 1], purpose=purpose),
            said(f"{person} 2", "given", address="o", channel=channel, purpose=PURPOSES[PURPOSES.index(purpose) - 1]),
        ]
        facts += theirs
        merged |= {f"{person} 1": person, f"{person} 2": person}
        apart |= {f"{person} 1": f"{person} 1", f"{person} 2": f"{person} 2"}
        barred = "withdrawn" in (one, two)
        expected[person, channel, purpose, "a"] = "withdrawn" if barred else one
        expected[person, channel, purpose, "b"] = "withdrawn" if barred else two
        alone |= {(f"{person} 1", channel, purpose, "a"): one, (f"{person} 2", channel, purpose, "b"): two}
        others = {(person, *key[1:]): state for key, state in oracle(theirs).items() if key[3] == "o"}
        assert set(others.values()) == {"given"}
        expected |= others
        assert {(person, *key[1:]): state for key, state in oracle(theirs).items()}.items() <= expected.items()
    assert states(found(duck_engine, *facts, persons=merged)) == expected
    kept = states(found(duck_engine, *facts, persons=apart))
    assert {key: state for key, state in kept.items() if key[3] != "o"} == alone


@pytest.mark.parametrize("three", list(product(STATES, repeat=3)), ids=" ".join)
def test_three_merged_records_keep_the_strictest(duck_engine: Engine, three: tuple[str, str, str]) -> None:
    facts = [said(f"r{place}", state, source=f"s{place}", address=str(place)) for place, state in enumerate(three)]
    told = states(found(duck_engine, *facts))
    assert told == oracle(facts)
    if "withdrawn" in three:
        assert set(told.values()) == {"withdrawn"}
    else:
        assert [told["p", "email", "marketing", str(place)] for place in range(3)] == list(three)


def facts_of(addresses: Sequence[str] = ("a", "b")) -> st.SearchStrategy[Fact]:
    """Consents that tie and meet often."""
    return st.builds(
        lambda record, state, on, known, updated, who, **more: said(
            record,
            state,
            on,
            known_at=day(known),
            updated_at=None if updated is None else day(updated),
            source=who[0],
            account=who[1],
            by_whom=who[2],
            **more,
        ),
        st.sampled_from(["r", "s", "t"]),
        st.sampled_from(STATES),
        st.sampled_from([None, 1, 2, 3, 4, 100, 101]),
        st.sampled_from([2, 3, 5, 100]),
        st.sampled_from([None, None, 1, 4]),
        st.sampled_from(
            [
                ("shop", "main", "x"),
                ("shop", "main", "x"),
                ("shop", "two", "x"),
                ("mail", "main", "person"),
                ("byname", "main", "person"),
                ("byname", "main", "anna"),
            ]
        ),
        channel=st.sampled_from(["email", "sms"]),
        purpose=st.sampled_from(["marketing", "service"]),
        address=st.sampled_from(addresses),
    )


def objections_of() -> st.SearchStrategy[Fact]:
    return st.builds(
        lambda record, kind, value, on, end: objection(
            record, value, on, kind=kind, until=None if end is None else day(end)
        ),
        st.sampled_from(["r", "s"]),
        st.sampled_from(["objection", "restriction"]),
        st.sampled_from([None, "", "email", "marketing", "sms service"]),
        st.sampled_from([1, 99, 100]),
        st.sampled_from([None, 50, 100, 101]),
    )


@settings(max_examples=60, deadline=None)
@given(
    facts=st.lists(facts_of(), min_size=1, max_size=9),
    objections=st.one_of(st.just([]), st.lists(objections_of(), max_size=2)),
    seed=st.integers(0, 9),
)
def test_the_order_of_merging_does_not_matter_and_the_oracle_agrees(
    duck_engine: Engine, facts: list[Fact], objections: list[Fact], seed: int
) -> None:
    rows = found(duck_engine, *facts, objections=objections)
    assert states(rows) == oracle(facts, objections)
    shuffled = random.Random(seed).sample(facts, len(facts))  # noqa: S311 - an order, no secret
    assert found(duck_engine, *shuffled, objections=objections[::-1]) == rows
    for row in rows:
        assert row["since"] is not None
        assert row["source"]
        assert row["reason"]


@settings(max_examples=60, deadline=None)
@given(
    facts=st.lists(facts_of(), min_size=1, max_size=7),
    more=facts_of().filter(lambda fact: fact["state"] != "given"),
)
def test_nothing_but_a_grant_ever_widens(duck_engine: Engine, facts: list[Fact], more: Fact) -> None:
    before = states(found(duck_engine, *facts))
    after = states(found(duck_engine, *facts, more))
    assert all(ORDER[after[key]] >= ORDER[state] for key, state in before.items())


# ----------------------------------------------------------------------------------------------- a withdrawal's end


def test_an_imported_withdrawal_ends_by_a_later_dated_opt_in_of_the_same_source(duck_engine: Engine) -> None:
    assert of_address(found(duck_engine, said("r", "withdrawn", 1), said("r", "given", 2))) == "given"


@pytest.mark.parametrize(
    "opt_in",
    [
        said("r", "given", None),
        said("r", "given", 1),
        said("r", "given", 0.5),
        said("r", "given", 2, source="mail"),
        said("r", "given", 2, account="two"),
        said("s", "given", 2),
        said("r", "given", 2, channel="sms"),
        said("r", "given", 2, purpose="feedback"),
        said("r", "given", 100),
        said("r", "given", 2, source="byname", by_whom="anna"),
    ],
    ids="undated,same_instant,earlier,source,account,record,channel,purpose,in_the_future,an_employee".split(","),
)
def test_no_other_opt_in_ends_an_imported_withdrawal(duck_engine: Engine, opt_in: Fact) -> None:
    told = states(found(duck_engine, said("r", "withdrawn", 1), opt_in))
    assert told["p", "email", "marketing", "a@example.com"] == "withdrawn"


def test_a_withdrawal_made_with_us_ends_only_by_the_persons_own_later_act_with_us(duck_engine: Engine) -> None:
    for withdrawal in (by_us("r", "withdrawn", 3), by_us("r", "withdrawn", 3, by_whom="anna")):
        for opt_in in (said("r", "given", 4), by_us("r", "given", 4, by_whom="anna"), by_us("r", "given", 3)):
            assert of_address(found(duck_engine, withdrawal, opt_in)) == "withdrawn"
        # Her own act counts under whichever of her records it was done.
        assert of_address(found(duck_engine, withdrawal, by_us("s", "given", 4))) == "given"
    imported = said("r", "withdrawn", 3, by_whom="person")
    assert of_address(found(duck_engine, imported, said("r", "given", 4, by_whom="person"))) == "withdrawn"
    assert of_address(found(duck_engine, imported, by_us("r", "given", 4))) == "given"


def test_the_persons_own_act_with_us_ends_an_imported_withdrawal_too(duck_engine: Engine) -> None:
    assert of_address(found(duck_engine, said("r", "withdrawn", 1), by_us("s", "given", 2))) == "given"


def test_each_withdrawal_needs_its_own_end(duck_engine: Engine) -> None:
    shop = [said("r", "withdrawn", 1), said("r", "given", 3)]
    assert of_address(found(duck_engine, *shop, said("s", "withdrawn", 2, source="mail"))) == "withdrawn"
    assert of_address(found(duck_engine, *shop, by_us("s", "withdrawn", 2))) == "withdrawn"


def test_a_withdrawal_that_ended_has_still_ended_the_grants_before_it(duck_engine: Engine) -> None:
    rows = found(
        duck_engine,
        said("s", "given", 1, address="old@example.com", source="mail"),
        said("s", "given", None, address="undated@example.com", source="mail"),
        said("r", "withdrawn", 2),
        said("r", "given", 3, address="new@example.com"),
        said("s", "given", 4, address="later@example.com", source="mail"),
    )
    assert {row["address"].partition("@")[0]: row["state"] for row in rows} == {
        "a": "not given", "later": "given", "new": "given", "old": "not given", "undated": "not given"
    }  # fmt: skip
    (old,) = [row for row in rows if row["address"] == "old@example.com"]
    assert old["reason"] == "withdrew with shop on 2026-01-03 and has not agreed again for this address"


def test_all_versions_of_a_fact_may_be_given_and_an_undated_one_then_ends_nothing(duck_engine: Engine) -> None:
    versions = [said("r", "withdrawn", 1, fact_id="f", version=1, known_at=day(10))]
    for state in ("given", "not given"):
        undated = said("r", state, None, fact_id="f", version=2, known_at=day(20))
        assert of_address(found(duck_engine, *versions, undated)) == "withdrawn"
    dated = said("r", "given", 15, fact_id="f", version=2, known_at=day(20))
    assert of_address(found(duck_engine, *versions, dated)) == "given"


# --------------------------------------------------------------------------------------- boxes, sources, addresses


def test_an_unticked_box_never_withdraws(duck_engine: Engine) -> None:
    rows = found(
        duck_engine,
        said("r", "given", 1),
        said("s", "not given", 5, source="mail"),
        said("t", "not given", 5, source="crm", address="t@example.com"),
    )
    assert of_address(rows) == "given"
    assert of_address(rows, "t@example.com") == "not given"
    assert of_address(found(duck_engine, said("r", "withdrawn", 1), said("r", "not given", 5))) == "withdrawn"


@pytest.mark.parametrize("state", [None, "pending", "", "not given"])
def test_what_is_neither_given_nor_withdrawn_is_not_given(duck_engine: Engine, state: str | None) -> None:
    assert of_address(found(duck_engine, said("r", "x") | {"state": state})) == "not given"


def test_the_newest_word_of_a_source_decides_and_a_tie_is_not_given(duck_engine: Engine) -> None:
    assert of_address(found(duck_engine, said("r", "given", 1), said("s", "not given", 2))) == "not given"
    assert of_address(found(duck_engine, said("r", "not given", 1), said("s", "given", 2))) == "given"
    assert of_address(found(duck_engine, said("r", "given", 2), said("s", "not given", 2))) == "not given"
    changed = said("s", "not given", None, updated_at=day(1))
    assert of_address(found(duck_engine, said("r", "given", 2), changed)) == "given"
    learnt = said("s", "not given", None)
    assert of_address(found(duck_engine, said("r", "given", 2), learnt)) == "not given"


def test_given_belongs_to_its_address_and_spelling_does_not_matter(duck_engine: Engine) -> None:
    number = {"channel": "sms", "source": "phone"}
    rows = found(
        duck_engine,
        said("r", "given", 1, address=" A@Example.com ", channel="E-Mail"),
        said("s", "not given", 2, address="b@example.com"),
        said("r", "given", 1, address="+49 (30) 123-456", **number),
        said("s", "not given", 2, address="+4930123456", **number),
    )
    assert states(rows) == {
        ("p", "email", "marketing", "a@example.com"): "given",
        ("p", "email", "marketing", "b@example.com"): "not given",
        ("p", "sms", "marketing", "+4930123456"): "not given",
    }


def test_what_lies_after_the_day_does_not_count(duck_engine: Engine) -> None:
    assert of_address(found(duck_engine, said("r", "given", 1), said("r", "withdrawn", 100))) == "given"
    undated = said("r", "withdrawn", None, known_at=UNTIL)
    assert of_address(found(duck_engine, said("r", "given", 1), undated)) == "given"
    assert of_address(found(duck_engine, said("r", "given", 1), said("r", "withdrawn", 99.999))) == "withdrawn"


def test_a_withdrawal_that_names_no_channel_or_purpose_holds_for_all(duck_engine: Engine) -> None:
    grants = [said("r", "given", 2, channel=channel, address=channel) for channel in CHANNELS]
    everything = states(
        found(duck_engine, *grants, said("s", "withdrawn", 1, channel=None, purpose=None, address=None))
    )
    assert set(everything.values()) == {"withdrawn"}
    assert {key[1:3] for key in everything} == set(product(CHANNELS, PURPOSES))
    by_sms = states(found(duck_engine, *grants, said("s", "withdrawn", 1, channel="sms", purpose="")))
    assert {key[1] for key, state in by_sms.items() if state == "withdrawn"} == {"sms"}
    assert found(duck_engine, said("r", "given", channel=None), said("r", "given", purpose=None)) == []


def test_a_missing_source_account_or_address_loses_no_withdrawal(duck_engine: Engine) -> None:
    bare = {"source": None, "account": None, "address": None, "by_whom": None}
    rows = found(duck_engine, said("r", "given", 1), said("s", "withdrawn", 2, **bare))
    assert {row["state"] for row in rows} == {"withdrawn"}


# ------------------------------------------------------------------------------------------------------- objections


@pytest.mark.parametrize("kind", ["objection", "restriction"])
@pytest.mark.parametrize("value", [None, "", "all", "e-mail", "marketing", "Email, Marketing", "marketing/email"])
def test_an_objection_holds_for_all_addresses(duck_engine: Engine, kind: str, value: str | None) -> None:
    grants = [said("r", "given"), said("s", "given", address="b@example.com", source="mail")]
    rows = found(duck_engine, *grants, objections=[objection("s", value, kind=kind)])
    told = {row["address"]: row["state"] for row in rows if (row["channel"], row["purpose"]) == ("email", "marketing")}
    assert told == {"a@example.com": "withdrawn", "b@example.com": "withdrawn"}


def test_an_objection_to_a_channel_or_a_purpose_leaves_the_others(duck_engine: Engine) -> None:
    grants = [
        said("r", "given", channel=channel, purpose=purpose)
        for channel, purpose in product(("email", "sms"), ("marketing", "service"))
    ]
    for value, left in (("email", {"sms"}), ("marketing", {"email", "sms"}), ("email marketing", {"email", "sms"})):
        rows = found(duck_engine, *grants, objections=[objection("r", value)])
        given_still = {(row["channel"], row["purpose"]) for row in rows if row["state"] == "given"}
        assert {channel for channel, _ in given_still} == left
        assert states(rows) == oracle(grants, [objection("r", value)])


@pytest.mark.parametrize("value", ["no calls please", "everything except email", "newsletter", "?!"])
def test_an_objection_that_we_cannot_read_holds_for_everything(duck_engine: Engine, value: str) -> None:
    rows = found(duck_engine, said("r", "given"), objections=[objection("r", value)])
    assert {row["state"] for row in rows} == {"withdrawn"}


def test_an_objection_ends_by_its_until_and_never_by_an_opt_in(duck_engine: Engine) -> None:
    grant = said("r", "given")
    for end, state in ((99, "given"), (100, "withdrawn"), (101, "withdrawn")):
        rows = found(duck_engine, grant, objections=[objection("r", "email", until=day(end))])
        assert of_address(rows) == state
    assert of_address(found(duck_engine, grant, objections=[objection("r", "email", 100)])) == "given"
    rows = found(duck_engine, by_us("r", "given", 9), objections=[objection("r", "email", 1)])
    assert of_address(rows) == "withdrawn"
    assert of_address(found(duck_engine, grant, objections=[objection("r", "email", kind="pace")])) == "given"


def test_an_objection_of_somebody_without_consents_is_kept(duck_engine: Engine) -> None:
    rows = found(duck_engine, objections=[objection("r", "email")])
    assert states(rows) == {("p", "email", purpose, ""): "withdrawn" for purpose in PURPOSES}


# ---------------------------------------------------------------------------------------------------------- reasons


@pytest.mark.parametrize(
    ("facts", "objections", "reason", "source", "since"),
    [
        (
            [said("r", "withdrawn", 1, source="mailchimp")],
            [],
            "withdrew with mailchimp on 2026-01-02; holds for all addresses of this person",
            "mailchimp",
            day(1),
        ),
        (
            [by_us("r", "withdrawn", 1), said("s", "withdrawn", 2)],
            [],
            "withdrew with us on 2026-01-02; holds for all addresses of this person",
            "byname",
            day(1),
        ),
        (
            [said("r", "withdrawn", None, source="hubspot")],
            [],
            "withdrew with hubspot not later than 2026-02-20; holds for all addresses of this person",
            "hubspot",
            day(50),
        ),
        ([said("r", "given", 1)], [], "agreed with shop on 2026-01-02, for this address", "shop", day(1)),
        ([said("r", "not given", 1)], [], "the box with shop was not ticked on 2026-01-02", "shop", day(1)),
        (
            [said("r", "given", 3)],
            [objection("r", "email marketing", 2, until=day(200))],
            "objected with us on 2026-01-03, until 2026-07-20; holds for all addresses of this person",
            "byname",
            day(2),
        ),
        (
            [said("r", "given", 3)],
            [objection("r", "email marketing", 2, kind="restriction")],
            "asked to restrict the use of their data with us on 2026-01-03; holds for all addresses of this person",
            "byname",
            day(2),
        ),
    ],
)
def test_the_reason_says_what_decided(
    duck_engine: Engine, facts: list[Fact], objections: list[Fact], reason: str, source: str, since: datetime
) -> None:
    (row,) = found(duck_engine, *facts, objections=objections)
    assert (row["reason"], row["source"], row["since"]) == (reason, source, since)


def test_without_consents_the_table_is_empty_and_has_its_columns(duck_engine: Engine) -> None:
    owners = duck_engine.arrow(pa.table({"record_id": ["r"], "person_id": ["p"]}))
    empty = consents(duck_engine, {}, owners, until=UNTIL)
    assert empty.columns == COLUMNS
    assert duck_engine.count(empty) == 0


def test_whoever_is_nobody_has_no_consents(duck_engine: Engine) -> None:
    table = duck_engine.arrow(
        pa.Table.from_pylist([said("r", "given")], schema=schema.table("consents").arrow_schema())
    )
    owners = duck_engine.arrow(pa.table({"record_id": ["else"], "person_id": ["p"]}))
    assert duck_engine.count(consents(duck_engine, {"consents": table}, owners, until=UNTIL)) == 0


# ------------------------------------------------------------------------------------------------------ both engines


@pytest.mark.parametrize("made", [SAID, OBJECTED, CONSENTS], ids=lambda one: one.name)
def test_the_statements_are_portable(made: Any) -> None:
    portable.check(made)


@pytest.mark.spark
def test_spark_says_the_same(duck_engine: Engine, spark_engine: Engine) -> None:
    chance = random.Random(7)  # noqa: S311 - a sample, no secret
    facts, objections, persons = [], [], {}
    sources = [("shop", "x"), ("mail", "person"), ("byname", "person"), ("byname", "anna"), (None, None)]
    for number in range(400):
        record = f"r{number % 150}"
        persons[record] = f"p{number % 50}"
        source, who = chance.choice(sources)
        facts.append(
            said(
                record,
                chance.choice(STATES),
                chance.choice([None, 1, 2, 3, 100]),
                source=source,
                by_whom=who,
                channel=chance.choice(["email", "SMS", None]),
                purpose=chance.choice(["marketing", "service", ""]),
                address=chance.choice(["a@example.com", "+49 30 1", None]),
            )
        )
    for number, value in enumerate([None, "email", "sms marketing", "no calls", "service"]):
        objections.append(objection(f"r{number * 7}", value, until=chance.choice([None, day(100), day(5)])))
    ours, theirs = (
        found(engine, *facts, objections=objections, persons=persons) for engine in (duck_engine, spark_engine)
    )
    assert theirs == ours
    assert {row["state"] for row in ours} == set(STATES)
