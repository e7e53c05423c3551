"""The command line: a thin shell over the rooms. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app", "main"]

app = typer.Typer(
    name="byname",
    help="Know your best customers by name: who they are, what each is worth, and the records that prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help is there in a third of the time
    context_settings={"help_option_names": ["-h", "--help"]},
)

_STOPPED = 130  # what a shell expects after Ctrl-C

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The company's folder.")]


class Format(StrEnum):
    """How a list is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class Brief(StrEnum):
    """How one person is printed."""

    TEXT = "text"
    JSON = "json"


class EngineKind(StrEnum):
    """What runs the table work."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class Measure(StrEnum):
    """What the best are ranked by."""

    CLV = "clv"
    ENGAGEMENT = "engagement"
    GROWTH = "growth"
    REFERRALS = "referrals"
    RISK = "risk"


class TeamName(StrEnum):
    """Whose list it is."""

    SALES = "sales"
    MARKETING = "marketing"
    PRODUCT = "product"
    SERVICE = "service"


class Kind(StrEnum):
    """What a contact was."""

    ASK = "ask"
    GIVE = "give"
    THANK = "thank"
    NEWS = "news"
    SERVICE = "service"


class Arm(StrEnum):
    """What the lot said."""

    TREATED = "treated"
    HELD_OUT = "held-out"


class Channel(StrEnum):
    """How a contact reached people."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in_person"


@app.command()
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="The company's name; the folder's by default.")] = "",
    currency: Annotated[str, typer.Option(help="ISO 4217 code in which worth is said.")] = "EUR",
    zone: Annotated[str, typer.Option(help="Time zone in which a day begins and ends.")] = "UTC",
    country: Annotated[
        str, typer.Option(help="ISO code of the country of phone numbers without a country code.")
    ] = "DE",
) -> None:
    """Make a company's folder with a commented byname.toml."""
    from byname.company import create

    company = create(folder, name=name or folder.resolve().name, currency=currency, zone=zone, country=country)
    typer.echo(f"Made {company.folder}. Look at {company.folder / 'byname.toml'}, then: byname add {folder} FILE…")


@app.command()
def add(
    folder: Folder,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Exports, folders of Parquet, or a database address with --query."),
    ],
    account: Annotated[str, typer.Option(help="Which shop or inbox the files are of.")] = "main",
    query: Annotated[
        str, typer.Option(help="SQL to run at postgresql://… or sqlite:///… instead of reading a file.")
    ] = "",
) -> None:
    """Read files into the ledger: new, changed, already known, refused."""
    from byname import talk
    from byname.company import open_company
    from byname.facts import intake

    company = open_company(folder)
    with talk.reading(files) as told:
        outcomes = []
        for outcome in intake.add(company, files, account=account, query=query, told=told, notice=talk.waiting):
            talk.outcome(outcome)
            outcomes.append(outcome)
    failed = [outcome for outcome in outcomes if outcome.error]
    if len(failed) == len(outcomes):
        raise typer.Exit(max(outcome.error.exit_status for outcome in failed if outcome.error))
    if failed or any(outcome.refused for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def files(
    folder: Folder, output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT
) -> None:
    """List what was loaded."""
    from byname import decided, draining, talk
    from byname.company import open_company
    from byname.facts.intake import open_ledger

    imports = open_ledger(open_company(folder), talk.waiting).imports().to_pylist()
    talk.imports([one for one in imports if one["reader"] not in (decided.READER, draining.READER)], output)


@app.command()
def remove(folder: Folder, file_id: Annotated[str, typer.Argument(help="As `byname files` shows it.")]) -> None:
    """Take one import back whole."""
    from byname import deciding, talk
    from byname.company import open_company
    from byname.facts import intake

    company = open_company(folder)
    deciding.refuse_to_remove(company, file_id)
    removed = intake.remove(company, file_id, talk.waiting)
    kept = f"; {removed.kept:,} that a later import had too stay as that import's" if removed.kept else ""
    typer.echo(f"Took back {removed.name} ({removed.file_id}): {removed.deleted:,} rows gone{kept}.")


@app.command()
def forget(
    folder: Folder,
    person: Annotated[str, typer.Argument(help="Who: an id, e-mail, phone or name.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    number: Annotated[str, typer.Option(help="Of the receipt, where one was promised; else a new one is made.")] = "",
    output: Annotated[
        Brief, typer.Option("--format", help="How it is told: json is a line for each step, then the receipt.")
    ] = Brief.TEXT,
) -> None:
    """Erase a person: every byte that byname has of them, for good; older files bring nothing back."""
    from byname import deciding
    from byname.company import open_company
    from byname.errors import UsageError
    from byname.forgetting import forget as erase
    from byname.forgetting import order_anew, order_as
    from byname.snapshot import is_person_id, open_current
    from byname.talk.forgetting import receipt, telling

    company = open_company(folder)
    try:
        named = deciding.name(open_current(company), person)
        person_id, says = named.person_id, named.says
    except UsageError:
        if not is_person_id(person):
            raise
        person_id, says = person, "whoever that was"  # erased already, or half
    if not yes:
        typer.confirm(f"Erase {says} ({person_id}) for good? Nothing brings them back", abort=True)
    order_anew(company)
    if number:
        order_as(company, person_id, number)
    with telling(as_json=output == Brief.JSON) as told:
        done = erase(company, person_id, told=told)
    receipt(done, as_json=output == Brief.JSON)


@app.command()
def contacted(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The recipients of another tool's sending.")],
    campaign: Annotated[str, typer.Option(help="The sending's name.")],
    channel: Annotated[Channel, typer.Option(help="How it reached them.")],
    kind: Annotated[Kind, typer.Option(help="What it was.")],
    at: Annotated[str, typer.Option(help="When it went out: 2026-05-01 or 2026-05-01T09:30.")],
    arm: Annotated[Arm, typer.Option(help="Whether they got it, or were left out by lot to compare.")] = Arm.TREATED,
    action: Annotated[str, typer.Option(metavar="PLAYBOOK", help="Which playbook it was.")] = "",
) -> None:
    """Take the recipients of another tool's sending as contacts."""
    from byname import talk
    from byname.company import open_company
    from byname.facts import intake

    company = open_company(folder)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        talk.wrong_use("--at", at, "a date such as 2026-05-01 or 2026-05-01T09:30")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=company.zone)
    outcome = intake.contacted(
        company, str(file), campaign=campaign, channel=channel, kind=kind, at=moment, arm=arm, action=action
    )
    talk.outcome(outcome)
    if outcome.refused:
        raise typer.Exit(1)


@app.command()
def refresh(
    folder: Folder,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The last day that counts; today by default.")] = "",
    known_by: Annotated[str, typer.Option(metavar="DATE", help="Hide what was learnt after that day.")] = "",
    horizon: Annotated[
        str, typer.Option(metavar="365d", help="How far worth looks ahead; byname.toml says it otherwise.")
    ] = "",
    engine: Annotated[EngineKind, typer.Option(help="What runs the table work.")] = EngineKind.DUCKDB,
    threads: Annotated[int, typer.Option(min=0, help="How many it may use; 0: as byname.toml says.")] = 0,
    output: Annotated[
        Brief, typer.Option("--format", help="How progress is told: json is a line for each step begun and ended.")
    ] = Brief.TEXT,
) -> None:
    """Work out who is who and what each is worth: a new snapshot. Two never run at once on one folder.

    With --format json, standard output has one JSON object a line: {"step": "worth", "state": "begun"}, then
    {"step": "worth", "state": "ended", "seconds": 2.1, "memory_mb": 310.0, "says": "…"}, and as the last
    {"state": "done", "snapshot": "…", "is_current": true, "as_of": "…", "people": 9, "buyers": 7, "says": "…"}.
    """
    if threads:
        from byname.threads import hold_to

        hold_to(threads)
    from byname import talk
    from byname.company import open_company
    from byname.refresh import refresh as make

    company = open_company(folder)
    if threads:
        company = company.on_threads(threads)
    as_of_day, known_by_day = talk.day("--as-of", as_of), talk.day("--known-by", known_by)
    days = talk.days("--horizon", horizon)
    with talk.lines() if output == Brief.JSON else talk.steps() as (starting, ended):
        result = make(
            company,
            as_of=as_of_day,
            known_by=known_by_day,
            horizon_days=days,
            engine=engine,
            starting=starting,
            ended=ended,
        )
    talk.refreshed(company, result, output)
    if not result.people:
        raise typer.Exit(1)


@app.command()
def best(
    folder: Folder,
    by: Annotated[Measure, typer.Option(help="What they are ranked by.")] = Measure.CLV,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT,
) -> None:
    """Name the best customers, each with a reason that a record proves."""
    from byname import talk
    from byname.best import best as ranked
    from byname.company import open_company
    from byname.snapshot import open_current

    snapshot = open_current(open_company(folder))
    people = ranked(snapshot, limit, str(by))
    talk.best(snapshot, people, str(by), output)
    if not people:
        raise typer.Exit(1)


@app.command()
def who(
    folder: Folder,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A name, e-mail, phone, id, or a part of one.")],
    output: Annotated[Brief, typer.Option("--format", help="How it is printed.")] = Brief.TEXT,
) -> None:
    """Tell everything that is known about one person, with the records behind it."""
    from byname import talk
    from byname.company import open_company
    from byname.snapshot import open_current
    from byname.who import who as known

    snapshot = open_current(open_company(folder))
    found = known(snapshot, text)
    talk.who(snapshot, text, found, output)
    if not found:
        raise typer.Exit(1)


@app.command()
def backtest(
    folder: Folder, output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT
) -> None:
    """Test every model and plain rule on the company's own past, and choose what to believe; monthly, say."""
    from byname import talk
    from byname.backtesting import backtest as tested
    from byname.company import open_company
    from byname.snapshot import open_current

    company = open_company(folder)
    snapshot = open_current(company)
    with talk.working() as told:
        found = tested(company, snapshot, told)
    talk.backtest(snapshot, found, output)
    if not found.origins:
        raise typer.Exit(1)


@app.command()
def equity(
    folder: Folder, output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT
) -> None:
    """Say what all customers are worth together, in whom it lies, and what became of it since an earlier day."""
    from byname import talk
    from byname.company import open_company
    from byname.equity import equity as said
    from byname.snapshot import open_current

    snapshot = open_current(open_company(folder))
    rows = said(snapshot)
    talk.equity(snapshot, rows, output)
    if not any(row["people"] for row in rows):
        raise typer.Exit(1)


@app.command()
def standing(
    folder: Folder,
    limit: Annotated[int, typer.Option(min=1, help="How many of those who moved or fell are named.")] = 20,
    output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT,
) -> None:
    """Say where customers stand, who moved, and who of the best fell."""
    from byname import talk
    from byname.company import open_company
    from byname.snapshot import open_current
    from byname.standings import standings

    snapshot = open_current(open_company(folder))
    found = standings(snapshot, limit)
    talk.standing(snapshot, found, output)
    if found.advocates is None:
        raise typer.Exit(1)


@app.command()
def voice(
    folder: Folder,
    limit: Annotated[int, typer.Option(min=1, help="How many of each are listed.")] = 10,
    output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT,
) -> None:
    """Say what customers say: their problems in their own words, who waits for an answer, whom they praise."""
    from dataclasses import replace

    from byname import talk
    from byname.company import open_company
    from byname.permitting import not_withdrawn
    from byname.snapshot import open_current
    from byname.voices import voices

    company = open_company(folder)
    snapshot = open_current(company)
    found = voices(snapshot, limit)
    found = replace(found, testimonials=not_withdrawn(company, snapshot, found.testimonials))
    talk.voice(snapshot, found, output)
    if not found.feeling:
        raise typer.Exit(1)


@app.command()
def correct(
    folder: Folder,
    message: Annotated[str, typer.Argument(help="The message's id as `byname voice` shows it, or its source's.")],
    label: Annotated[str, typer.Argument(help='negative, neutral, positive, complaint, "not complaint", praise, …')],
    by: Annotated[str, typer.Option(help="Who says so; who is logged in by default.")] = "",
) -> None:
    """Say what a text really was; readings learn from it."""
    from byname import talk
    from byname.company import open_company
    from byname.correcting import correct as said

    done = said(open_company(folder), message, label, by=by)
    talk.say(done.says + (" The next refresh takes it up." if done.is_new else ""))


@app.command()
def permit(
    folder: Folder,
    person: Annotated[str, typer.Argument(help="Who may be quoted: an id, e-mail, phone or name.")],
    scope: Annotated[str, typer.Option(help='Where: "website", "brochure".')] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day; until they withdraw it by default.")] = "",
    by: Annotated[str, typer.Option(help="Who notes it; who is logged in by default.")] = "",
    *,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="They allow it no longer.")] = False,
) -> None:
    """Note that somebody allows to be quoted, or no longer does."""
    from byname import talk
    from byname.company import open_company
    from byname.permitting import permit as noted

    company, day = open_company(folder), talk.day("--until", until)
    talk.say(noted(company, person, scope=scope, until=day, withdrawn=withdrawn, by=by))
    talk.say("The next refresh takes it up.")


@app.command()
def today(
    folder: Folder,
    team: Annotated[TeamName | None, typer.Option(help="Only this team's list.")] = None,
    employee: Annotated[str, typer.Option("--for", metavar="EMPLOYEE", help="Only what is theirs.")] = "",
    output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT,
) -> None:
    """Say whom to reach today, why, how and with which words; and who was left out and why."""
    from byname import talk
    from byname.company import open_company
    from byname.snapshot import open_current
    from byname.today import today as listed

    snapshot = open_current(open_company(folder))
    found = listed(snapshot, team=team or "", employee=employee)
    talk.today(snapshot, found, output)
    if not found.rows:
        raise typer.Exit(1)


@app.command()
def plan(
    folder: Folder,
    limit: Annotated[int, typer.Option(min=1, help="How many of those left out are named.")] = 20,
    output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT,
    *,
    week: Annotated[bool, typer.Option("--week", help="The week from today on; the only plan there is.")] = True,  # noqa: ARG001
) -> None:
    """Show the week: who does what when, what a minute is worth, how near the plan is to the best, who was left out."""
    from byname import talk
    from byname.company import open_company
    from byname.snapshot import open_current
    from byname.today import week as planned

    snapshot = open_current(open_company(folder))
    found = planned(snapshot, limit)
    talk.week(snapshot, found, output)
    if not found.rows:
        raise typer.Exit(1)


@app.command()
def proof(
    folder: Folder, output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT
) -> None:
    """Say what worked, by people held out; what to stop; and what your records cannot tell."""
    from byname import talk
    from byname.company import open_company
    from byname.proofs import proofs
    from byname.snapshot import open_current

    snapshot = open_current(open_company(folder))
    found = proofs(snapshot)
    talk.proof(snapshot, found, output)
    if not found.campaigns:
        raise typer.Exit(1)


@app.command()
def audience(
    folder: Folder,
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="Its action, as `byname plan` shows it.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new CSV file.")],
    channel: Annotated[Channel | None, typer.Option(help="How the tool reaches them; the best way by default.")] = None,
) -> None:
    """Write a playbook's list for another tool: whom the gate lets through, those held out left out and remembered."""
    from byname import talk
    from byname.audience import audience as written
    from byname.company import open_company
    from byname.snapshot import open_current

    company = open_company(folder)
    found = written(company, open_current(company), playbook, file, channel=channel or "")
    for line in found.lines():
        talk.say(line)
    if not found.people:
        raise typer.Exit(1)


@app.command()
def report(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; report.html in the company's folder by default.")
    ] = None,
) -> None:
    """Write one HTML file about the best customers, to read, print and send: it opens without network."""
    from byname import talk
    from byname.company import open_company
    from byname.report import report as write
    from byname.snapshot import open_current

    snapshot = open_current(open_company(folder))
    path = write(snapshot, out or folder / "report.html")
    talk.say(f"Wrote {path}: open it in a browser. It holds names of people and what they are worth.")
    if not snapshot.query("select 1 from value limit 1"):
        raise typer.Exit(1)


people = typer.Typer(
    help="Decide who is who: review what is uncertain, merge, keep apart, undo.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(people, name="people")

Who = Annotated[
    str, typer.Argument(help="A person (id, e-mail, phone, name) or a record as source:id or source/account:id.")
]
By = Annotated[str, typer.Option(help="Who decides; who is logged in by default.")]
Note = Annotated[str, typer.Option(help="Why.")]


@people.command("review")
def people_review(
    folder: Folder,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT,
) -> None:
    """List the pairs that may be one person, the most valuable first."""
    from byname import deciding, talk
    from byname.company import open_company
    from byname.snapshot import open_current

    company = open_company(folder)
    snapshot = open_current(company)
    talk.review(snapshot, folder, deciding.review(company, snapshot, limit), output)


@people.command("merge")
def people_merge(
    folder: Folder,
    one: Who,
    two: Who,
    keep: Annotated[str, typer.Option(help="Which of the two keeps the id; the one known first by default.")] = "",
    by: By = "",
    note: Note = "",
) -> None:
    """Two are one person, from the next refresh on."""
    from byname import deciding, talk
    from byname.company import open_company

    talk.decided(folder, deciding.merge(open_company(folder), one, two, keep=keep, by=by, note=note))


@people.command("apart")
def people_apart(folder: Folder, one: Who, two: Who, by: By = "", note: Note = "") -> None:
    """Two are two people, from the next refresh on; two records of one person are set apart."""
    from byname import deciding, talk
    from byname.company import open_company

    talk.decided(folder, deciding.apart(open_company(folder), one, two, by=by, note=note))


@people.command("undo")
def people_undo(
    folder: Folder,
    decision_id: Annotated[str, typer.Argument(help="As `byname people decisions` shows it; its beginning will do.")],
    by: By = "",
) -> None:
    """Take a decision back; it stays in the history."""
    from byname import deciding, talk
    from byname.company import open_company

    talk.decided(folder, deciding.undo(open_company(folder), decision_id, by=by))


@people.command("decisions")
def people_decisions(
    folder: Folder, output: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT
) -> None:
    """List what was decided, by whom and when, and whether it stands."""
    from byname import deciding, talk
    from byname.company import open_company

    talk.decisions(deciding.decisions(open_company(folder)), output)


@people.command("recognise")
def people_recognise(
    folder: Folder,
    name: Annotated[str, typer.Option(help="The whole name.")] = "",
    email: Annotated[str, typer.Option(help="E-mail.")] = "",
    phone: Annotated[str, typer.Option(help="Phone.")] = "",
    postcode: Annotated[str, typer.Option(help="Postal code.")] = "",
    street: Annotated[str, typer.Option(help="Street and number.")] = "",
    city: Annotated[str, typer.Option(help="Town.")] = "",
    birth_date: Annotated[str, typer.Option(metavar="DATE", help="Date of birth, as 1980-02-28.")] = "",
    number: Annotated[str, typer.Option(help="A loyalty or account number, as space:value.")] = "",
    output: Annotated[Brief, typer.Option("--format", help="How it is printed.")] = Brief.TEXT,
) -> None:
    """Who is this? One record against everybody known, without a refresh."""
    from byname import talk
    from byname.company import open_company
    from byname.snapshot import open_current
    from byname.touchpoint import Touchpoint

    snapshot = open_current(open_company(folder))
    record = {
        "name": name, "email": email, "phone": phone, "postcode": postcode, "street": street, "city": city,
        "birth_date": birth_date, "external_ids": [number] if number else [],
    }  # fmt: skip
    if not any(record.values()):
        talk.wrong_use("people recognise", "", "a name, an e-mail, a phone or an address")
    with Touchpoint(snapshot.folder) as till:
        found = till.recognise(record)
    talk.recognised(snapshot, found, output)
    if not found:
        raise typer.Exit(1)


@app.command()
def check(folder: Folder) -> None:
    """Look for damage in the ledger and the current snapshot."""
    from byname.company import open_company
    from byname.facts.intake import open_ledger
    from byname.snapshot import current_folder, open_current

    company = open_company(folder)
    found = open_ledger(company).check()
    if current_folder(company):
        open_current(company)
    for problem in found:
        typer.echo(problem)
    if found:
        raise typer.Exit(1)
    typer.echo("All is well.")


@app.command()
def serve(
    folder: Folder,
    port: Annotated[int, typer.Option(min=0, max=65535, help="On which port.")] = 8000,
    host: Annotated[
        str, typer.Option(help="On which address of this machine; 0.0.0.0 is all, for a proxy on another.")
    ] = "127.0.0.1",
    email: Annotated[str, typer.Option(help="Of the first account, if there is none yet.")] = "",
    name: Annotated[str, typer.Option(help="Of whom it is.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its pass phrase; BYNAME_PASSWORD may hold it instead.")
    ] = None,
    as_of: Annotated[
        str,
        typer.Option(metavar="DATE", help="The last day that refreshes count, for a demonstration; today by default."),
    ] = "",
) -> None:
    """Serve the pages to the team, and do the night's work: refresh, read what comes into inbox/, mail what changed."""
    from byname import talk
    from byname.web.serve import First
    from byname.web.serve import serve as served

    first = First(email, name, _password(password_file))
    served(folder, host=host, port=port, first=first, as_of=talk.day("--as-of", as_of))


@app.command()
def let_in(
    folder: Folder,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The account's.")],
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The new pass phrase; BYNAME_PASSWORD may hold it instead.")
    ] = None,
) -> None:
    """Let somebody into the pages who is shut out: a new pass phrase, and no second factor until they set one up."""
    from byname.web.let_in import let_in as let

    typer.echo(let(folder, email, _password(password_file)))


def _password(file: Path | None) -> str:
    return file.read_text("utf-8").rstrip("\r\n") if file else os.environ.get("BYNAME_PASSWORD", "")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to make the demonstration company.")] = Path(
        "demo-company"
    ),
    *,
    real: Annotated[bool, typer.Option("--real", help="A real shop's purchases, with invented names.")] = False,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="End by serving the pages, where there is a terminal.")
    ] = True,
) -> None:
    """Make a simulated company, name its best customers, say what they say and whom to reach; then serve the pages."""
    from byname.demo import run

    run(folder, real=real, serving=serve)


def main() -> None:
    """Run the command line; an error of ours ends in its own words and its exit status."""
    from byname.errors import BynameError

    try:
        app()
    except BynameError as error:
        typer.echo(f"byname: {error}", err=True)
        sys.exit(error.exit_status)
    except OSError as error:  # the disk is full, a folder may not be written
        where, found = error.filename or "this machine", error.strerror or error
        typer.echo(
            f"byname: {where}: found {found}; expected the right and the room to read and write there.", err=True
        )
        sys.exit(BynameError.exit_status)
    except (KeyboardInterrupt, SystemExit) as ended:
        if isinstance(ended, SystemExit) and ended.code != _STOPPED:
            raise
        typer.echo("byname: stopped; what was read before stands, nothing is half done", err=True)
        sys.exit(_STOPPED)


if __name__ == "__main__":
    main()
