"""Forget people of a company of a million: what each step takes, and what is left of it within a minute.

    python bench/forget.py FOLDER [PEOPLE]      FOLDER is what bench/snapshot_of_a_million.py made; 5 people by default

The first time it gives the folder a ledger: a fact for each link of the snapshot, in the order in which a source would
tell them, with words of their own in the messages. Then it forgets people by chance, each time another, and prints the
seconds and the CPU seconds of each step. The folder is a million's less these few afterwards.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from byname.company import Company, open_company
from byname.facts.change import Import
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.forgetting import forget
from byname.snapshot import open_current

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROLES = {
    "records": ("customer",),
    "orders": ("order",),
    "usage": ("usage",),
    "contacts": ("contact",),
    "answers": ("answer",),
    "consents": ("consent",),
    "ratings": ("rating",),
    "returns": ("return",),
    "messages": ("ticket", "review", "survey", "post"),
    "promises": ("promise",),
    "preferences": ("preference",),
}
# What a table's rows say besides; its other columns are null.
_SAYS: Mapping[str, Mapping[str, str]] = {
    "records": {
        "role": "'customer'", "name": "person.name", "email": "person.email", "phone": "person.phone",
        "street": "person.street", "city": "person.city", "postcode": "person.postcode",
    },
    "orders": {"amount": "(hash(link.fact_id) % 20000 / 100)::decimal(18, 4)", "currency": "'EUR'"},
    "usage": {"event": "'opened ' || hash(link.fact_id) % 50"},
    "contacts": {"team": "'marketing'", "channel": "'email'", "address": "person.email", "kind": "'news'"},
    "answers": {"kind": "'opened'", "address": "person.email"},
    "consents": {"address": "person.email", "channel": "'email'", "purpose": "'marketing'", "state": "'given'"},
    "ratings": {"scale": "'nps'", "score": "(hash(link.fact_id) % 11)::double"},
    "returns": {"amount": "10::decimal(18, 4)", "currency": "'EUR'", "reason": "'too small'"},
    "messages": {
        "medium": "link.role",
        "subject": "'About number ' || left(link.fact_id, 6)",
        "text": "'My thing number ' || left(link.fact_id, 8) || ' came late again. I wrote on the ' || "
        "hash(link.fact_id) % 28 || 'th and nobody answered ' || left(md5(link.fact_id), 12) || '. Please look at it.'",
    },
    "promises": {"what": "'a call about ' || left(link.fact_id, 8)"},
    "preferences": {"kind": "'topic'", "value": "'shoes'"},
}  # fmt: skip
_STAGE = """
copy (
    select link.fact_id, link.source, link.account, link.source_id, 'bench' as reader, link.record_id,
           timestamp '2026-01-01' - hash(link.fact_id) % 1000 * interval '1' day as occurred_at,
           null::timestamp as updated_at, sha256(link.fact_id) as row_hash, {columns}
    from read_parquet('{snapshot}/links.parquet') as link
    join read_parquet('{snapshot}/people.parquet') as person using (person_id)
    where link.role in ({roles})
    order by hash(link.fact_id)
) to '{path}' (format parquet, compression zstd)
"""
_SOME = "select person_id from people order by hash(person_id || $1) limit $2"


def main() -> None:
    """Build what is missing, forget, print."""
    company = open_company(Path(sys.argv[1]))
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    if not company.facts.is_dir():
        _give_ledger(company)
    rows = open_current(company).query(_SOME, [str(random.random()), many])
    for row in rows:
        _forget(company, row["person_id"])


def _forget(company: Company, person_id: str) -> None:
    steps: list[tuple[str, float, float]] = [("", time.perf_counter(), time.process_time())]
    receipt = forget(
        company, person_id, told=lambda step: steps.append((step, time.perf_counter(), time.process_time()))
    )
    steps.append(("", time.perf_counter(), time.process_time()))
    for (step, began, cpu), (_next, ended, cpu_ended) in pairwise(steps[1:]):
        print(f"  {step:<26} {ended - began:>6.1f} s {cpu_ended - cpu:>6.1f} CPU s")
    print(
        f"gone in {steps[-1][1] - steps[0][1]:.1f} s, {steps[-1][2] - steps[0][2]:.1f} CPU s: {receipt.says}",
        flush=True,
    )


def _give_ledger(company: Company) -> None:
    snapshot = open_current(company).folder
    company.spill.mkdir(exist_ok=True)
    for name, roles in _ROLES.items():
        began = time.perf_counter()
        path = company.spill / f"{name}.parquet"
        says = _SAYS[name]
        own = [one for one in table(name).written if one not in _GIVEN]
        columns = ", ".join(f"{says[one]} as {one}" for one in own if one in says)
        with duckdb.connect(config={"memory_limit": "6GB", "temp_directory": str(company.spill)}) as con:
            listed = ", ".join(f"'{role}'" for role in roles)
            con.execute(_STAGE.format(columns=columns, snapshot=snapshot, roles=listed, path=path))
            ((rows,),) = con.execute("select count(*) from read_parquet($1)", [str(path)]).fetchall()
        at = datetime.now(UTC).replace(tzinfo=None)
        what = Import(
            name=name, sha256=name, reader="bench", source="bench", account="main", rows=rows, refused=0, newest_at=at
        )
        open_ledger(company).append(what, {name: path}, at=at)
        path.unlink()
        print(f"{name:<14} {rows:>12,} facts {time.perf_counter() - began:6.1f} s", flush=True)


_GIVEN = ("fact_id", "source", "account", "source_id", "reader", "record_id", "occurred_at", "updated_at", "row_hash")

if __name__ == "__main__":
    main()
