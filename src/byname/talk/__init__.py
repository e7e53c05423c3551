"""What the command line says: progress to standard error, results to standard output."""

from __future__ import annotations

import json
import re
import shlex
import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from byname.best import MEASURES, called
from byname.errors import UsageError
from byname.talk.plan import today, week
from byname.talk.printing import err, horizon, local, out, print_json, print_rows, wide
from byname.talk.proof import proof
from byname.talk.standing import brief, foretold, standing
from byname.talk.voice import voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from byname.best import Best
    from byname.company import Company
    from byname.deciding import Decided, Decision, Doubt
    from byname.facts.intake import Outcome
    from byname.facts.locks import Waiting
    from byname.refresh import Refreshed, Step
    from byname.snapshot import Snapshot
    from byname.value.backtest import Tested
    from byname.value.windows import Score
    from byname.who import Known

__all__ = [
    "backtest", "best", "command", "day", "days", "decided", "decisions", "equity", "imports", "lines", "outcome",
    "proof", "reading", "recognised", "refreshed", "review", "say", "standing", "steps", "today", "voice", "waiting",
    "week", "who", "working", "wrong_use",
]  # fmt: skip

_IGNORED_SHOWN = 3


def wrong_use(where: str, found: str, expected: str) -> NoReturn:
    """Refuse an option's value."""
    raise UsageError(where=where, found=f'"{found}"', expected=expected)


def day(option: str, said: str) -> date | None:
    """An option's date, or None where it was not given."""
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        wrong_use(option, said, "a date such as 2026-02-28")


def days(option: str, said: str) -> int | None:
    """An option's number of days ("365d" or "365"), or None where it was not given."""
    if not said:
        return None
    match = re.fullmatch(r"(\d{1,4})d?", said.strip())
    if not match or not 1 <= int(match[1]) <= 3660:  # noqa: PLR2004 - ten years
        wrong_use(option, said, "a number of days from 1 to 3660, such as 365d")
    return int(match[1])


def waiting(who_holds: Waiting) -> None:
    """Say that another process is in the way."""
    err.print(f"Waiting: {who_holds}", markup=False)


def say(text: str) -> None:
    """Say it as it is."""
    out.print(text, markup=False)


def command(text: str) -> None:
    """Show the command that a person would type for what follows."""
    out.print(Text(f"\n$ {text}", style="bold"))


# ----------------------------------------------------------------------------------------------- progress


@contextmanager
def reading(sources: Sequence[str]) -> Iterator[Callable[[str, int], None]]:
    """A bar for each file, on a terminal and for files that take a while."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    ) as bars:
        tasks = {
            Path(one).name: bars.add_task(Path(one).name, total=_size(Path(one)), visible=_size(Path(one)) > 1 << 20)
            for one in sources
        }

        def told(name: str, count: int) -> None:
            if name in tasks:
                bars.advance(tasks[name], count)

        yield told


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(part.stat().st_size for part in path.rglob("*.parquet"))
    return path.stat().st_size if path.is_file() else 0


@contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """What is at work, as a spinner."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err, transient=True
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda what: bar.update(task, description=what)


@contextmanager
def steps() -> Iterator[tuple[Callable[[str], None], Callable[[Step], None]]]:
    """The step at work as a spinner, those done as lines with time and memory."""
    with working() as starting:

        def ended(step: Step) -> None:
            err.print(f"  {step.name:<30}{step.seconds:7.2f} s {step.memory_mb:7,.0f} MB   {step.says}", markup=False)

        yield starting, ended


@contextmanager
def lines() -> Iterator[tuple[Callable[[str], None], Callable[[Step], None]]]:
    """A JSON line for each step begun and ended, for the program that waits."""

    def starting(name: str) -> None:
        _line(step=name, state="begun")

    def ended(step: Step) -> None:
        seconds, memory = round(step.seconds, 3), round(step.memory_mb, 1)
        _line(step=step.name, state="ended", seconds=seconds, memory_mb=memory, says=step.says)

    yield starting, ended


def _line(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    sys.stdout.flush()


# ------------------------------------------------------------------------------------------------ results


def outcome(what: Outcome) -> None:
    """What became of one file."""
    if what.error:
        err.print(f"{what.name}: not read. {what.error}", markup=False)
        return
    out.print(
        f"{what.name}: {what.title} ({what.reader}), {what.rows:,} rows: {what.new:,} new, {what.changed:,} changed, "
        f"{what.known:,} already known, {what.refused:,} refused",
        markup=False,
    )
    if what.dropped:
        out.print(f"  dropped at the door: {', '.join(what.dropped)}", markup=False)
    if what.mapping:
        out.print(
            f"  a guess, written to {what.mapping}: look at it; where it is wrong, correct it there, "
            "take this import back (byname remove) and add the file again",
            markup=False,
        )
    if what.notes:
        out.print(f"  {what.notes}", markup=False)
    for line in what.first_refusals:
        out.print(f"  refused: {line}", markup=False)
    if what.refused_path:
        out.print(
            f"  all {what.refused:,} refused rows: {what.refused_path}; correct them there and add that file",
            markup=False,
        )


def imports(rows: list[dict[str, Any]], output: str) -> None:
    """What was loaded."""
    if output != "text":
        print_rows(rows, output, "files")
        return
    if not rows:
        out.print("Nothing was loaded yet.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("file_id", "name", "reader", "account", "read at (UTC)", "rows", "new", "changed", "known", "refused"):
        table.add_column(
            name, justify="right" if name in ("rows", "new", "changed", "known", "refused") else "left", no_wrap=True
        )
    for row in rows:
        counts = (f"{row[name]:,}" for name in ("rows", "new", "changed", "known", "refused"))
        table.add_row(
            row["file_id"],
            Text(row["name"]),
            row["reader"],
            Text(row["account"]),
            f"{row['known_at']:%Y-%m-%d %H:%M}",
            *counts,
        )
    wide(table)


def refreshed(company: Company, result: Refreshed, output: str = "text") -> None:
    """What a refresh made, and what it left out."""
    if output == "json":
        _line(
            state="done",
            snapshot=result.folder.name,
            is_current=result.is_current,
            as_of=result.as_of.isoformat(),
            people=result.people,
            buyers=result.buyers,
            says=f"{result.people:,} people, {result.buyers:,} of them buyers",
        )
        return
    for code, count in result.unrated.items():
        out.print(
            f"Left out: {count:,} orders in {code}, for which byname.toml has no rate. "
            f"Add under [rates]: {code} = <{company.settings.currency} for one {code}>",
            markup=False,
        )
    for line in result.ignored[:_IGNORED_SHOWN]:
        out.print(f"Ignored: {line}", markup=False)
    if len(result.ignored) > _IGNORED_SHOWN:
        out.print(f"Ignored: {len(result.ignored) - _IGNORED_SHOWN} more; all are in the table run of the snapshot.")
    if result.excluded:
        out.print(f"Left out: {result.excluded:,} people by [exclude].")
    out.print(
        f"{result.people:,} people, {result.buyers:,} of them buyers, as of {result.as_of}: {result.folder}"
        + ("" if result.is_current else " (an earlier day than the current snapshot, which stays current)"),
        markup=False,
    )
    if not result.people:
        out.print(f"Nobody is known yet. Read files with: byname add {company.folder} FILE", markup=False)


def best(snapshot: Snapshot, people: list[Best], by: str, output: str) -> None:
    """The best customers."""
    terms = snapshot.terms
    rows = [asdict(one) for one in people]
    if output == "json":
        said = {name: terms[name] for name in ("as_of", "currency")}
        numbers = {name: float(terms[name]) for name in ("horizon_days", "discount", "margin")}
        print_json({"people": rows, **said, "by": by, **numbers})
        return
    if output == "csv":
        flat = [{key: value for key, value in row.items() if not isinstance(value, dict)} for row in rows]
        print_rows(flat, output, "people")
        return
    width = max((len(one.name) for one in people), default=0)
    for one in people:
        line = Text(f"{one.rank:>4}  ")
        line.append(f"{one.name:<{min(width, 32)}}", style="bold")
        worth = f"{one.clv:,.0f} {terms['currency']} ({one.clv_low:,.0f}-{one.clv_high:,.0f})"
        if by != "clv":
            line.append(f"  {one.measure:>12,.0f}")
        line.append(f"  {worth:>30} next {horizon(terms)}   {one.reason}")
        out.print(line)
    ranked = MEASURES[by][1].format(
        worth="revenue" if float(terms["margin"]) == 1 else "margin", discount=float(terms["discount"])
    )
    out.print(f"as of {terms['as_of']} · ranked by {ranked} · {_past_record(terms)}", style="dim")


def _past_record(terms: dict[str, Any]) -> str:
    """How past predictions did: it stands beside every list of numbers that look ahead."""
    if "record_first" not in terms:
        return "not tested on the past yet, too short a history: the ranges are the models' own, and wide"
    held = f"; 80% ranges held {float(terms['ranges_held']):.0%}" if terms["ranges_held"] else ""
    said = (
        f"of the first {terms['record_first']} foretold on {terms['record_day']}, {terms['record_came_true']} were "
        f'among the real first {terms["record_first"]} ("past spend" {terms["record_plain"]}){held}'
    )
    if int(terms["ranges_of_days"]) < int(terms["horizon_days"]):
        said += f" over {terms['ranges_of_days']} days (the history is shorter than two horizons)"
    return said if terms["season_seen"] == "yes" else f"{said}; season not seen: the total may be off"


def backtest(snapshot: Snapshot, found: Tested, output: str) -> None:
    """How every candidate did on earlier days, the mean over them, and what is believed from now on."""
    rows = [row | {"weight": found.policy.weights.get(row["candidate"])} for row in _mean_scores(found)]
    if output == "json":
        print_json({"backtest": rows, "standing": snapshot.query(FORETOLD)})
        return
    if output == "csv":
        print_rows(rows, output, "backtest")
        return
    if not rows:
        out.print("Nothing to test on: the history is too short, or too few people bought.")
        return
    one = found.policy.scores[0]
    last = max(score.day for score in found.policy.scores)
    out.print(f"{found.origins} earlier days, the last {last}, each with the {one.days} days after it:")
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name in (
        "Gini",
        "top tenth caught",
        f"mean error, {snapshot.terms['currency']}",
        "total",
        "in range",
        "weight",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["candidate"],
            f"{row['gini']:.3f}",
            f"{row['capture']:.1%}",
            f"{row['mae']:,.2f}",
            f"{row['total_error']:+.1%}",
            "" if row["coverage"] is None else f"{row['coverage']:.0%}",
            "" if row["weight"] is None else f"{row['weight']:.0%}",
        )
    wide(table)
    out.print(found.policy.says(), markup=False)
    out.print("From the next refresh on it is used.")
    foretold(snapshot.query(FORETOLD))


FORETOLD = "select * from foretold order by outcome, auc desc nulls last, predictor"


def _mean_scores(found: Tested) -> list[dict[str, Any]]:
    """Each candidate's means over the earlier days, the best order first."""
    by_name: dict[str, list[Score]] = {}
    for one in found.policy.scores:
        by_name.setdefault(one.candidate, []).append(one)
    rows = []
    for name, scores in by_name.items():
        row: dict[str, Any] = {"candidate": name, "days": len(scores)}
        for measure in ("gini", "capture", "mae", "total_error", "coverage"):
            known = [value for one in scores if (value := getattr(one, measure)) is not None]
            row[measure] = sum(known) / len(known) if known else None
        rows.append(row)
    return sorted(rows, key=lambda row: -row["gini"])


def equity(snapshot: Snapshot, rows: list[dict[str, Any]], output: str) -> None:
    """What all customers are worth together."""
    terms = snapshot.terms
    if output == "json":
        said = {name: terms[name] for name in ("as_of", "currency")}
        numbers = {name: float(terms[name]) for name in ("horizon_days", "discount", "margin")}
        print_json({"equity": rows, **said, **numbers})
        return
    if output == "csv":
        print_rows(rows, output, "equity")
        return
    for kind, of_kind in groupby(rows, key=lambda row: row["kind"]):
        say(_EQUITY_HEADS[kind].format(currency=terms["currency"], horizon=horizon(terms)))
        form = ",.2f" if kind in ("roc", "spread") else ",.0f"
        for row in of_kind:
            sign = "+" if kind == "change" and row["name"] not in ("from", "to") and row["amount"] else ""
            amount = "unknown" if row["amount"] is None else format(row["amount"], sign + form)
            known = [format(end, form) for end in (row["low"], row["high"]) if end is not None]
            bounds = f" ({' to '.join(known)})" if len(known) > 1 else ""
            say(f"  {row['name']:<24}{row['people']:>11,} people {amount + bounds:>24}   {row['says']}")
    out.print(f"as of {terms['as_of']} · discounted at {float(terms['discount']):.0%} a year", style="dim")


_EQUITY_HEADS = {
    "total": "What all are worth in the next {horizon}, {currency}",
    "tier": "By worth, {currency}",
    "change": "What became of it, {currency}",
    "roc": "Return on Customer: profit and change of customer equity, over the customer equity of then",
    "risk": "What may be slipping away, {currency}",
    "spread": "How far people lie apart (clv: expected; spend: recent)",
    "cohort": "By the quarter of the first purchase, {currency}",
}


def who(snapshot: Snapshot, text: str, found: list[Known], output: str) -> None:
    """One person whole, or several to choose from."""
    if output == "json":
        print_json(
            {
                "people": [asdict(one) for one in found],
                "as_of": snapshot.terms["as_of"],
                "currency": snapshot.terms["currency"],
            }
        )
        return
    if not found:
        out.print(f'Nobody with "{text}" in a name, address or id.', markup=False)
    elif len(found) > 1:
        out.print(f"{len(found)} people; say more, or use an id:")
        for one in found:
            worth = f"{one.value['clv']:,.0f} {snapshot.terms['currency']}" if one.value else "never bought"
            details = " · ".join(str(one.person[name]) for name in ("email", "phone", "city") if one.person[name])
            out.print(f"  {one.person['person_id']}  {called(one.person):<28} {worth:>14}   {details}", markup=False)
    else:
        _one(snapshot, found[0])


def review(snapshot: Snapshot, folder: Path, doubts: list[Doubt], output: str) -> None:
    """Pairs that a person should decide."""
    rows = [
        {
            "person_id": one.person["person_id"],
            "name": called(one.person),
            "details": _details(one.person),
            "other_person_id": one.other["person_id"],
            "other_name": called(one.other),
            "other_details": _details(one.other),
            "probability": one.probability,
            "reason": one.reason,
            "worth": one.worth,
        }
        for one in doubts
    ]
    if output == "json":
        print_json({"pairs": rows, "as_of": snapshot.terms["as_of"], "currency": snapshot.terms["currency"]})
        return
    if output == "csv":
        print_rows(rows, output, "pairs")
        return
    if not doubts:
        out.print("Nothing is uncertain, or all of it is decided.")
        return
    for one in doubts:
        out.print(
            f"{one.probability:.0%} one person, worth {one.worth:,.0f} {snapshot.terms['currency']} together: "
            f"{one.reason}",
            markup=False,
        )
        for person in (one.person, one.other):
            line = Text(f"    {called(person):<28}", style="bold")
            out.print(line, Text(f"{person['person_id']}   {_details(person)}"))
        pair = f"{shlex.quote(str(folder))} {one.person['person_id']} {one.other['person_id']}"
        out.print(Text(f"    byname people merge {pair}\n    byname people apart {pair}", style="dim"))
    out.print(f"{len(doubts):,} pairs, as of {snapshot.terms['as_of']}", style="dim")


def _details(person: dict[str, Any]) -> str:
    return " · ".join(str(person[name]) for name in ("email", "phone", "street", "postcode", "city") if person[name])


def decided(folder: Path, done: Decided) -> None:
    """What was decided, and when it takes effect."""
    say(done.says)
    if done.is_new:
        short = done.decision_id[:12]
        say(f"Decision {short} {done.then}\nTo take it back: byname people undo {shlex.quote(str(folder))} {short}")


def decisions(made: list[Decision], output: str) -> None:
    """What was decided, and whether it stands."""
    if output != "text":
        print_rows([asdict(one) for one in made], output, "decisions")
        return
    if not made:
        out.print("Nothing was decided by hand.")
    for one in made:
        pair = (
            f"of {one.undoes[:12]}, {one.name} and {one.other_name}"
            if one.undoes
            else f"{one.name} and {one.other_name}"
        )
        said = f"{one.by}, {one.at:%Y-%m-%d %H:%M} UTC" + (f"   {one.note}" if one.note else "")
        say(f"{one.decision_id[:12]}  {one.kind:<8}  {one.state:<8}  {pair}   {said}")


def recognised(snapshot: Snapshot, found: list[tuple[str, float, str]], output: str) -> None:
    """Who a record may be."""
    ids = ", ".join(f"'{person}'" for person, _, _ in found)  # our own ids: letters and digits
    people = {
        row["person_id"]: row
        for row in (snapshot.query(f"select * from people where person_id in ({ids})") if found else [])  # noqa: S608
    }
    if output == "json":
        print_json(
            {
                "people": [
                    {"person_id": person, "name": people[person]["name"], "probability": probability, "reason": reason}
                    for person, probability, reason in found
                ]
            }
        )
        return
    if not found:
        out.print("Nobody known.")
    for person, _, reason in found:
        out.print(Text(f"{called(people[person]):<28}", style="bold"), Text(f"{person}   {reason}"))


def _beside(value: dict[str, Any], currency: str) -> list[str]:
    """What a person is worth beside their own purchases, where there is anything."""
    found = []
    if value["contracts"]:
        found.append(
            f"Contracts: {value['contracts']} running, {value['contract_value']:,.0f} {currency} of that worth"
        )
    if value["brought"]:
        friends = "friend" if value["brought"] == 1 else "friends"
        found.append(f"Brought {value['brought']} {friends}, worth {value['referral_value']:,.0f} {currency} to us")
    if value["influence_score"]:
        found.append(f"Helped others with words: influence {value['influence_score']:.1f} (a score of ours)")
    if value["ideas_used"]:
        found.append(f"Ideas put to use: {value['ideas_used']}")
    if value["growth"] is not None:
        found.append(f"Spends {value['growth']:+.0%} against the half of the time before")
    if value["share_of_wallet"] is not None:
        found.append(f"Spends {value['share_of_wallet']:.0%} of this kind of thing with us (Wallet Allocation Rule)")
    return found


def _one(snapshot: Snapshot, known: Known) -> None:
    person, value = known.person, known.value
    currency = snapshot.terms["currency"]
    out.print(Text(called(person), style="bold"), Text(f"  {person['person_id']}", style="dim"))
    details = [str(person[name]) for name in ("email", "phone", "city", "country") if person[name]]
    if details:
        out.print("  " + " · ".join(details), markup=False)
    if value:
        alive = value["p_alive"]
        still = "" if alive is None else f"; {alive:.0%} likely to be a customer still"
        out.print(
            f"  Worth {value['clv']:,.0f} {currency} ({value['clv_low']:,.0f}-{value['clv_high']:,.0f}) in the next "
            f"{horizon(snapshot.terms)} (rank {value['rank']:,}); {value['orders']:,} orders, "
            f"{float(value['spend_total']):,.2f} {currency} so far{still}",
            markup=False,
        )
        for said in _beside(value, currency):
            out.print(f"  {said}", markup=False)
    else:
        out.print("  Never bought, as far as we know.")
    brief(snapshot.terms, known)
    if known.household:
        out.print(f"  Household: {', '.join(called(one) for one in known.household)}", markup=False)
    for company in known.companies:
        until = f" until {company['until']:%b %Y}" if company["until"] else ""
        out.print(f"  Company: {company['name']}{until}", markup=False)
    out.print(f"  Records ({len(known.links):,})")
    for (source, account, role, reason), ids in _grouped(known.links).items():
        shown = ", ".join(ids[:6]) + (f" … {len(ids) - 6:,} more" if len(ids) > 6 else "")  # noqa: PLR2004 - a line's worth
        shop = "" if account == "main" else f" [{account}]"
        out.print(f"    {source}{shop} {role}: {shown}   ({reason})", markup=False)
    out.print(f"  Timeline (newest of {len(known.timeline):,})")
    for line in known.timeline[:15]:
        amount = f"  {line['amount']:,.2f}" if line["amount"] is not None else ""
        record = f"[{line['source']} {line['source_id']}]"
        out.print(f"    {local(snapshot.terms, line['occurred_at'])}  {line['says']}{amount}   {record}", markup=False)
    out.print(f"as of {snapshot.terms['as_of']}", style="dim")


def _grouped(links: list[dict[str, Any]]) -> dict[tuple[str, ...], list[str]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for link in links:
        groups.setdefault((link["source"], link["account"], link["role"], link["reason"]), []).append(link["source_id"])
    return groups
