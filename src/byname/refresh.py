"""The one place that calls the rooms in order: facts, settings and an as-of day in, a snapshot out.

Pure in these: made twice from the same facts, all tables but `run` are the same. It never touches the facts, so a
crash loses nothing, and nothing half made is ever current.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from byname import models
from byname.draining import drain
from byname.engines import open_engine, statement
from byname.errors import SnapshotError
from byname.facts.intake import open_ledger
from byname.facts.locks import take
from byname.facts.opening import all_versions, newest
from byname.finding import write_index
from byname.forgetting import before_swap, finish, order_anew, standing_still
from byname.layout import order_of
from byname.people import Asked, directory, identify, links, timeline
from byname.people.best_version import corrected
from byname.people.changes import people_changes
from byname.people.colleagues import colleagues, without_undone
from byname.people.companies import companies
from byname.people.consents import consents
from byname.people.corrections import corrections
from byname.people.decisions import standing_decisions
from byname.people.households import households
from byname.people.linkage import Model
from byname.people.of_age import of_age
from byname.people.recognise import Recogniser
from byname.plan.news import TAKES, Before, news
from byname.plan.profiled.sources import Day, Sources
from byname.plan.room import MODEL as PLAN
from byname.plan.room import planned, seen
from byname.playbooks.loading import load
from byname.proof.room import proof_of
from byname.snapshot import SCHEMA_VERSION, Writing, current_folder
from byname.standing.room import Where, standing_of
from byname.standing.weights import MODEL as STANDING
from byname.standing.weights import Weights
from byname.touchpoint import write_recogniser
from byname.value.bought import bought
from byname.value.bridge import people_then_and_now
from byname.value.contracts import contracts
from byname.value.engagement import Prices, engaged
from byname.value.equity import concentration, equity
from byname.value.margins import margins
from byname.value.ownership import ownership
from byname.value.policy import MODEL, Policy
from byname.value.record import backtest_table, calibration_table
from byname.value.referrals import ReferralTerms
from byname.value.sales import sales
from byname.value.stress import Stress
from byname.value.terms import Terms
from byname.value.traits import traits
from byname.value.valuation import valuation
from byname.voice.labels import labelled
from byname.voice.room import voiced
from byname.voice.telling import telling
from byname.voice.training import MODEL as VOICE
from byname.voice.training import Kept, names_of, reader_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from byname.company import Company
    from byname.engines import Engine, Table
    from byname.facts.locks import Waiting
    from byname.value.valuation import Worth

__all__ = ["Refreshed", "Step", "refresh"]

_IDENTITY = "identity"

RECORDS = statement(
    "refresh.records",
    """
    select record_id, min(person_id) as person_id, min(source) as source, min(account) as account,
           min(source_id) as source_id, min(role) as role, min(reason) as reason, max(probability) as probability
    from known
    group by record_id
    """,
)

# What people give a number to, and quote: not the ids that machines give to a click, a letter or a tick in a box.
NUMBERS = statement(
    "refresh.numbers",
    """
    select case when starts_with(source_id, '#') then substr(lower(source_id), 2) else lower(source_id) end as number,
           person_id
    from links
    where role not in ('usage', 'contact', 'answer', 'consent', 'preference', 'vote', 'rating', 'survey', 'return')
    """,
)

# The pairs that a person should look at; which first is a question of worth.
REVIEW = statement(
    "refresh.review",
    """
    select uncertain.record_id, uncertain.other_record_id, uncertain.person_id, uncertain.other_person_id,
           uncertain.probability, uncertain.reason,
           coalesce(one.clv, 0e0) + coalesce(other.clv, 0e0) as worth
    from uncertain
    left join worth as one on one.person_id = uncertain.person_id
    left join worth as other on other.person_id = uncertain.other_person_id
    """,
)


@dataclass(frozen=True)
class Step:
    """One step of a refresh, as it ends."""

    name: str
    says: str
    seconds: float
    memory_mb: float


@dataclass
class Refreshed:
    """What a refresh made."""

    folder: Path
    is_current: bool
    people: int
    buyers: int
    as_of: date
    steps: list[Step] = field(default_factory=list)
    unrated: Mapping[str, int] = field(default_factory=dict)
    excluded: int = 0
    ignored: list[str] = field(default_factory=list)


def refresh(
    company: Company,
    *,
    as_of: date | None = None,
    known_by: date | None = None,
    horizon_days: int | None = None,
    engine: str = "duckdb",
    starting: Callable[[str], None] = lambda _name: None,
    ended: Callable[[Step], None] = lambda _step: None,
) -> Refreshed:
    """Make a snapshot of a company; nobody else makes one of it meanwhile.

    Args:
        company: whose.
        as_of: the last day that counts; today in the company's zone by default.
        known_by: hide what was learnt after that day.
        horizon_days: how far worth looks ahead; the setting by default.
        engine: "duckdb" or "spark".
        starting: called with each step's name before it.
        ended: called with each step after it.

    Raises:
        SnapshotError: another refresh of that folder is running; nothing was changed.
    """

    def busy(waiting: Waiting) -> SnapshotError:
        return SnapshotError(
            where=str(company.folder),
            found=f"a refresh that is running ({waiting.holder})",
            expected="one at a time",
            do=f"Wait until it has ended, then run: byname refresh {company.folder}",
        )

    company.facts.mkdir(parents=True, exist_ok=True)
    with take(company.facts / "refreshing.lock", wait=0, busy=busy):
        order_anew(company)  # whom a backup brought back
        finish(company)  # and an erasure that was killed
        made = _made(
            company,
            as_of=as_of,
            known_by=known_by,
            horizon_days=horizon_days,
            engine=engine,
            starting=starting,
            ended=ended,
        )
        finish(company)  # one that came meanwhile
        return made


def _made(  # noqa: PLR0915 - the rooms in order, seen whole
    company: Company,
    *,
    as_of: date | None,
    known_by: date | None,
    horizon_days: int | None,
    engine: str,
    starting: Callable[[str], None],
    ended: Callable[[Step], None],
) -> Refreshed:
    run = drain(company)
    as_of = as_of or company.today()
    settings = company.settings
    terms = Terms(horizon_days or settings.horizon_days, settings.discount, settings.margin)
    until, prices = company.end_of(as_of), _prices(company)
    playbooks = load(company.playbooks, settings.plan.off, may_use=settings.may_use)
    steps: list[Step] = []

    @contextmanager
    def step(name: str) -> Iterator[list[str]]:
        starting(name)
        begun, says = time.perf_counter(), [""]
        yield says
        steps.append(Step(name, says[0], time.perf_counter() - begun, _memory_mb()))
        ended(steps[-1])

    writing = Writing(company)
    try:
        with (
            open_ledger(company).state() as state,
            open_engine(
                engine,
                spill=company.spill / "engine",
                memory=settings.engine.memory,
                threads=settings.engine.threads or None,
            ) as at,
        ):
            with step("open the facts") as says:
                known = company.end_of(known_by) if known_by else None
                facts = without_undone(at, newest(at, state, known_by=known), until=until)
                says[0] = f"commit {state.commit}"
            with step("who is who") as says, _second_step(company) as con:
                decided = at.fetch(facts["decisions"])
                before = models.load(company.models, _IDENTITY)
                people = identify(
                    at,
                    facts["records"],
                    all_versions(at, state, "records"),
                    facts["orders"],
                    country=settings.country,
                    exclude=settings.exclude,
                    settings=settings.identity,
                    asked=Asked(
                        con,
                        Model.from_json(before) if before else None,
                        standing_decisions(decided),
                    ),
                )
                said_so = corrected(at, people.details, decided, people.record_person, until=until)
                people = replace(people, details=said_so)
                learned = people.scored.model
                if learned.groups and learned.to_json() != before:
                    models.keep(company.models, _IDENTITY, learned.to_json())
                count = at.count(people.persons)
                grown = of_age(
                    at,
                    facts["records"],
                    people.record_person,
                    people.persons,
                    corrections(decided, until),
                    age=settings.minors.age,
                    as_of=as_of,
                )
                says[0] = f"{count:,} people; " + dict(people.report)["second step"]
            with step("households and companies") as says:
                homes = households(at, people.known)
                accounts = companies(at, people.known, settings.identity.companies)
                # Every version: a box that was ticked again in a newer export does not hide that they withdrew.
                withdrawn = {} if known else {"consents": all_versions(at, state, "consents")}
                allowed = consents(at, {**facts, **withdrawn}, people.record_person, until=until)
                says[0] = (
                    f"{at.count(homes.members):,} people in households, {at.count(accounts.members):,} in companies"
                )
                decided_of_them = colleagues(
                    at, facts["decisions"], grown.record_person, zone=settings.zone, until=until
                )
            with step("purchases") as says:
                sold = bought(
                    at,
                    facts,
                    grown.record_person,
                    currency=settings.currency,
                    rates=settings.rates,
                    zone=settings.zone,
                    until=until,
                )
                net, returned, days = sold.purchases.net, sold.purchases.returned, sold.days
                says[0] = f"{at.count(net):,} orders, {at.count(sold.contracts):,} contracts"
            with step("worth") as says:
                kept = models.load(company.models, MODEL)
                earned = margins(at, net, facts["orders"])
                policy_kept = Policy.from_json(kept) if kept else None
                valued = valuation(at, days, returned, terms, as_of, policy_kept, earned)
                policy = valued.worth.policy
                if policy.record and (not policy_kept or policy.trained_upto >= policy_kept.trained_upto):
                    models.keep(company.models, MODEL, policy.to_json())
                lasting = contracts(at, sold.contracts, terms, as_of)
                says[0] = f"{valued.worth.people:,} buyers; " + policy.says()
            with step("engagement") as says:
                found = engaged(
                    at,
                    facts,
                    valued.table,
                    days=days,
                    net=net,
                    returned=returned,
                    record_person=grown.record_person,
                    contracts=lasting,
                    paid=sold.paid,
                    members=accounts.members,
                    known=people.known,
                    versions=all_versions(at, state, "records"),
                    prices=prices,
                    margin=terms.margin,
                    zone=settings.zone,
                    as_of=as_of,
                    until=until,
                )
                acts = ownership(
                    at,
                    dated=found.dated,
                    brought=found.brought,
                    ratings=facts["ratings"],
                    ideas=facts["ideas"],
                    messages=facts["messages"],
                    record_person=grown.record_person,
                    until=until,
                )
                says[0] = f"{at.count(found.brought):,} people were brought by others"
            with step("what they say") as says:
                staff = tuple(name for one in settings.employees for name in (one.name, *one.aliases))
                labels = labelled(at, facts, grown.record_person, until=until)
                kept_reader = models.load(company.models, VOICE)
                trained = reader_of(
                    at,
                    labels,
                    Kept.from_json(kept_reader) if kept_reader else None,
                    employees=staff,
                    names=names_of(at, facts["records"], facts["messages"], grown.record_person),
                    semantic=company.models / "meaning" if settings.voice.semantic else None,
                    sensitive=tuple(word.lower() for word in settings.voice.sensitive if word.strip()),
                    as_of=as_of,
                )
                if trained.to_json() != kept_reader:
                    models.keep(company.models, VOICE, trained.to_json())
                words = voiced(at, facts, grown.record_person, trained.reader, labels, company.readings, until=until)
                tale = telling(
                    at,
                    facts,
                    words.table,
                    grown.record_person,
                    found.value,
                    names=(settings.name, *staff),
                    agents_on=settings.voice.agents,
                    as_of=as_of,
                    until=until,
                )
                says[0] = f"{words.texts:,} texts, {words.fresh:,} of them read now; {trained.reader.says}"
            with step("where they stand") as says:
                kept_weights = models.load(company.models, STANDING)
                stands = standing_of(
                    at,
                    facts,
                    people=grown.persons,
                    record_person=grown.record_person,
                    voice=words.table,
                    net=net,
                    days=days,
                    worth=found.value,
                    brought=found.brought,
                    stress=found.stressed.table,
                    wallets=found.wallets,
                    consents=allowed,
                    said_of_them=decided_of_them.said,
                    kept=Weights.from_json(kept_weights) if kept_weights else None,
                    where=Where(prices.events, settings.zone, as_of, until, settings.voice.sensitive),
                )
                if kept_weights != stands.weights.to_json():
                    models.keep(company.models, STANDING, stands.weights.to_json())
                says[0] = stands.weights.says
            with step("did it work") as says:
                line = timeline(at, facts, grown.record_person, decided_of_them.said, until=until)
                everybody = directory(at, people, line, homes.members, accounts.current, decided_of_them.owners)
                given = Sources(
                    facts,
                    everybody,
                    grown.persons,
                    grown.record_person,
                    accounts.members,
                    found.value,
                    found.dated,
                    found.brought,
                    words.table,
                    stands.tables,
                    tale.tables,
                    allowed,
                    decided_of_them.said,
                )
                day = Day(as_of, until, settings)
                seen_people = seen(at, given, day)
                tried = proof_of(
                    at,
                    facts,
                    playbooks=playbooks,
                    units=seen_people.units,
                    record_person=grown.record_person,
                    days=days,
                    voice=words.table,
                    brought=found.brought,
                    as_of=as_of,
                    until=until,
                    zone=settings.zone,
                    currency=settings.currency,
                    held_out=settings.plan.held_out,
                )
                says[0] = (
                    f"{at.count(tried.tables['proof']):,} campaigns; {len(tried.effects):,} playbooks measured by lot"
                )
            with step("whom to reach") as says:
                plan = planned(
                    at,
                    given,
                    seen_people,
                    day,
                    playbooks=playbooks,
                    measured=tried.effects,
                    salt=company.lots_key(),
                    kept=models.load(company.models, PLAN),
                )
                models.keep(company.models, PLAN, plan.prices)
                with standing_still(company):
                    before_today = None if known else _before(company, as_of)
                new = news(at, {**tale.tables, **stands.tables, **plan.tables}, before_today, as_of=as_of)
                says[0] = plan.says
            with step("equity") as says:
                both = people_then_and_now(
                    at, days, found.value, valued, terms, earned, sold.contracts, lasting.table, as_of
                )
                low, high = (float(both.clv.sum()) * share for share in valued.worth.total_range)
                ours = equity(both, low, high)
                says[0] = f"{both.clv.sum():,.0f} {settings.currency} (80%: {low:,.0f} to {high:,.0f})"
            metadata = _metadata(company, as_of, terms)
            with step("write worth and links") as says:
                buyers = _write(at, found.value, writing.folder, "value", metadata | _record(valued.worth))
                linked = links(at, facts, people.record_person, until=until)
                rows = _write(at, linked, writing.folder, "links", metadata)
                _write(at, at.run(NUMBERS, links=linked), writing.folder, "numbers", metadata)
                at.drop(linked)
                records = at.run(RECORDS, known=people.known)
                with standing_still(company):
                    changes = _changes(company, at, records, state.commit, first_known=known)
                for table, name in (
                    (records, "records"),
                    (at.run(REVIEW, uncertain=people.uncertain, worth=found.value), "review"),
                    (changes, "people_changes"),
                    (homes.members, "households"),
                    (accounts.members, "companies"),
                    (allowed, "consents"),
                    (found.brought, "brought"),
                    (found.told, "told"),
                    (found.stressed.table, "stress"),
                    (found.stressed.summary, "events"),
                    (acts.table, "ownership"),
                    (acts.summary, "ownership_shares"),
                    (at.arrow(ours), "equity"),
                    (at.arrow(concentration(both)), "concentration"),
                    (at.arrow(backtest_table(policy)), "backtest"),
                    (at.arrow(calibration_table(policy)), "calibration"),
                ):
                    _write(at, table, writing.folder, name, metadata)
                says[0] = f"{rows:,} links; {at.count(changes):,} people changed"
            with step("write words, standings and the plan") as says:
                told_tables = {**words.tables, **tale.tables, **stands.tables, **tried.tables, **plan.tables}
                for name, table in (told_tables | {"news": new}).items():
                    _write(at, table, writing.folder, name, metadata)
                says[0] = f"{at.count(stands.tables['evidence']):,} pieces of evidence; {at.count(new):,} of news"
            with step("write the timeline and people") as says:
                _write(at, everybody, writing.folder, "people", metadata)
                rows = _write(at, line, writing.folder, "timeline", metadata)
                says[0] = f"{rows:,} lines"
            with step("what the best have in common, and sales") as says:
                common = traits(
                    at,
                    worth=found.value,
                    people=everybody,
                    records=facts["records"],
                    record_person=people.record_person,
                    dated=found.dated,
                    orders=facts["orders"],
                    order_lines=facts["order_lines"],
                    brought=found.brought,
                    messages=facts["messages"],
                    ratings=facts["ratings"],
                    until=until,
                )
                totals = sales(
                    at,
                    dated=found.dated,
                    orders=facts["orders"],
                    order_lines=facts["order_lines"],
                    brought=found.brought,
                    contacts=facts["contacts"],
                    record_person=people.record_person,
                    currency=settings.currency,
                    rates=settings.rates,
                    until=until,
                )
                for table, name in ((common.table, "traits"), (totals, "sales")):
                    _write(at, table, writing.folder, name, metadata)
                says[0] = f"{at.count(common.table):,} traits"
            with step("index"):
                look_up = at.fetch(people.look_up, order_by=("value", "kind", "person_id"))
                keys = zip(*(look_up.column(name).to_pylist() for name in ("value", "kind", "person_id")), strict=True)
                write_index(writing.folder, keys, people.faces)
                write_recogniser(
                    writing.folder,
                    Recogniser(
                        people.scored.model,
                        people.scored.person_share,
                        people.scored.household_share,
                        settings.country,
                    ),
                )
            result = Refreshed(
                writing.folder, False, count, buyers, as_of, steps, sold.purchases.unrated, people.excluded
            )
            result.ignored = [f"{what} {says}" for what, says in people.report if says.startswith("joins nobody")]
            said = [
                *people.report,
                *homes.report,
                *accounts.report,
                *valued.worth.report,
                ("what they say", trained.says),
                *tale.report,
                *stands.report,
                *tried.report,
                *plan.report,
                *found.report,
                *common.report,
            ]
            run_table = _run_table(result, engine, state.commit, said, metadata)
            _write(at, at.arrow(run_table), writing.folder, "run", metadata)
        with before_swap(company, writing.folder):
            result.folder, result.is_current = writing.publish(as_of, run)
        return result
    finally:
        writing.abandon()
        company.clear_spill()


@contextmanager
def _second_step(company: Company) -> Iterator[duckdb.DuckDBPyConnection]:
    """Where Splink compares, on the driver whichever engine runs the rest."""
    settings = company.settings.engine
    folder = company.spill / "compare"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:", config={"memory_limit": settings.memory, "temp_directory": str(folder)}) as con:
        if settings.threads:
            con.execute(f"set threads = {settings.threads}")
        yield con


def _changes(company: Company, at: Engine, records: Table, commit: int, *, first_known: datetime | None) -> Table:
    """What became of people since the current snapshot; of the same facts it is what that one said."""
    none = at.arrow(pa.table({name: pa.array([], pa.string()) for name in ("record_id", "person_id")}))
    folder = current_folder(company)
    if folder is None or first_known:
        return people_changes(at, none, none)
    if not (folder / "people_changes.parquet").is_file():
        return people_changes(at, none, none)
    run = pq.read_table(folder / "run.parquet", columns=["name", "says"]).to_pylist()
    if {row["name"]: row["says"] for row in run}.get("ledger commit") == str(commit):
        return at.arrow(pq.read_table(folder / "people_changes.parquet"))
    before = pq.read_table(folder / "records.parquet", columns=["record_id", "person_id"])
    return people_changes(at, at.arrow(before), records)


def _before(company: Company, as_of: date) -> Before | None:
    """The current snapshot, for what is news against it; None where there is none, or one of a later day."""
    folder = current_folder(company)
    if folder is None:
        return None
    day = folder.name[:10]
    if day > as_of.isoformat() or not (folder / "news.parquet").is_file():
        return None
    tables = {one: pq.read_table(folder / f"{one}.parquet", columns=list(names)) for one, names in TAKES.items()}
    return Before(tables, is_same_day=day == as_of.isoformat())


def _write(engine: Engine, table: Table, folder: Path, name: str, metadata: Mapping[str, str]) -> int:
    """Write a table of the snapshot as `layout` says it lies; return the number of rows."""
    order, rows = order_of(name, table.columns)
    return engine.write(table, folder / f"{name}.parquet", order_by=order, metadata=metadata, row_group_rows=rows)


def _metadata(company: Company, as_of: date, terms: Terms) -> dict[str, str]:
    """What every number of the snapshot was made with."""
    settings = company.settings
    return {
        "schema_version": str(SCHEMA_VERSION),
        "company": settings.name,
        "as_of": as_of.isoformat(),
        "currency": settings.currency,
        "zone": settings.zone,
        "country": settings.country,
        "horizon_days": str(int(terms.horizon_days)),
        "discount": str(terms.annual_discount_rate),
        "margin": str(terms.margin),
    }


def _prices(company: Company) -> Prices:
    """What the settings say of engagements and of what was hard on customers."""
    said = company.settings.value
    return Prices(
        ReferralTerms(said.acquisition_cost, said.came_anyway, said.generation_discount),
        said.influence_worth,
        said.idea_worth,
        tuple(Stress(one.name, one.kind, one.begins, one.ends or one.begins) for one in company.settings.events),
    )


def _record(worth: Worth) -> dict[str, str]:
    """How past predictions did; it stands beside every number."""
    policy, record = worth.policy, worth.policy.record
    low, high = worth.total_range
    said = {
        "believed": policy.says(),
        "season_seen": "yes" if policy.season_seen else "no",
        "total_low": str(low),
        "total_high": str(high),
        "ranges_held": "" if policy.held is None else str(policy.held),
        "ranges_of_days": str(policy.seen_days),
    }
    return said | {f"record_{name}": str(value) for name, value in (asdict(record) if record else {}).items()}


def _run_table(
    result: Refreshed, engine: str, commit: int, report: Sequence[tuple[str, str]], metadata: Mapping[str, str]
) -> pa.Table:
    rows: list[tuple[str, str, str, float | None, float | None]] = [
        ("step", f"{place:02} {step.name}", step.says, step.seconds, step.memory_mb)
        for place, step in enumerate(result.steps, 1)
    ]
    rows += [
        ("left out", f"orders in {code}", f"{count} orders without a rate", None, None)
        for code, count in result.unrated.items()
    ]
    rows += [("left out", "people", f"{result.excluded} kept out by [exclude]", None, None)]
    rows += [("who is who", what, says, None, None) for what, says in report]
    rows += [("setting", name, value, None, None) for name, value in metadata.items()]
    rows += [("setting", "engine", engine, None, None), ("setting", "ledger commit", str(commit), None, None)]
    rows += [
        ("version", name, version(name), None, None) for name in ("byname", "duckdb", "deltalake", "numpy", "pyarrow")
    ]
    names = ("kind", "name", "says", "seconds", "memory_mb")
    types = (pa.string(), pa.string(), pa.string(), pa.float64(), pa.float64())
    return pa.table(
        {name: pa.array(column, kind) for name, kind, column in zip(names, types, zip(*rows, strict=True), strict=True)}
    )


def _memory_mb() -> float:
    """The highest memory of this process so far; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest / (1 << 20) if sys.platform == "darwin" else highest / (1 << 10)
