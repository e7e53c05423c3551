"""Which version of a fact counts, and what an import's rows are: new, changed, or known already.

A fact has one row for each version. The newest is the one that the source says it changed last; where the source
does not say, the one that we learnt last. Both statements that decide that stand here, side by side.
"""

from __future__ import annotations

__all__ = [
    "ALL_NEW_SQL",
    "COLUMNS_SQL",
    "COUNTS_SQL",
    "EMPTY_VIEW_SQL",
    "FILES_VIEW_SQL",
    "HEIRS_SQL",
    "INHERITED_SQL",
    "NAMELESS_SQL",
    "NEWEST_OF_FEW_SQL",
    "NEWEST_SQL",
    "REPEATS_SQL",
    "ROWS_SQL",
    "SEEN_SQL",
    "SIGHTINGS_SQL",
    "STAGED_SQL",
    "TAKEN_SQL",
    "VERDICTS_SQL",
]

# The same of a few rows of `all_versions`, at the end of a SELECT of them; DuckDB's alone.
NEWEST_OF_FEW_SQL = """qualify row_number() over (
    partition by fact_id order by updated_at desc nulls last, known_at desc, version desc
) = 1"""

# In the portable subset: both engines take it. `all_versions` is the fact table; $known_by null shows all.
# Nearly all facts have one version and pass without being sorted; of the others only the keys are. No `qualify`:
# on Spark its row number would be one column more than the other branch has.
NEWEST_SQL = """
with several as (
    select distinct fact_id
    from all_versions
    where version > 1
),
placed as (
    select
        all_versions.fact_id,
        all_versions.version,
        row_number() over (
            partition by all_versions.fact_id
            order by
                all_versions.updated_at desc nulls last,
                all_versions.known_at desc,
                all_versions.version desc
        ) as place
    from all_versions semi join several on several.fact_id = all_versions.fact_id
    where cast($known_by as timestamp) is null or all_versions.known_at <= cast($known_by as timestamp)
),
newest as (
    select fact_id, version from placed where place = 1
)
select all_versions.*
from all_versions anti join several on several.fact_id = all_versions.fact_id
where cast($known_by as timestamp) is null or all_versions.known_at <= cast($known_by as timestamp)
union all
select all_versions.*
from all_versions
join newest on newest.fact_id = all_versions.fact_id and newest.version = all_versions.version
"""

# What follows runs in the ledger's own DuckDB and nowhere else, so it need not be portable. `{staged}` is a view of
# the file's rows, `at_row` their position in it; `versions` the ledger's rows of that table; `imports` the files.

FILES_VIEW_SQL = """
create or replace temp view {view} as
select * from read_parquet([{paths}], union_by_name = true)
"""

EMPTY_VIEW_SQL = """
create or replace temp view {view} as
select {columns} where false
"""

STAGED_SQL = """
create or replace temp view {staged} as
select {columns}, file_row_number as at_row
from read_parquet({path}, file_row_number = true)
"""

# A file may bring one fact more than once: its newest row by the source's own word counts, else the last one.
# Suspects are found by a short hash of the id, since most files have none: ten million ids would not fit in memory.
REPEATS_SQL = """
create or replace temp table repeats as
with suspects as (
    select hash(fact_id) as short from {staged} group by short having count(*) > 1
)
select at_row
from {staged} as staged semi join suspects on suspects.short = hash(staged.fact_id)
qualify row_number() over (partition by fact_id order by updated_at desc nulls last, at_row desc) > 1
"""

# Only narrow columns are read, and only the versions of facts that this file has are kept.
SEEN_SQL = """
create or replace temp table seen as
select fact_id, row_hash, version, file_id, known_at, updated_at
from versions semi join {staged} using (fact_id)
"""

# Verdicts: 1 new, 2 changed, 3 known already; repeats get none.
# A hash that an earlier version had is known if this row is older than the newest: by the source's own word about
# the two rows, else by the age of their exports. Otherwise a box was ticked, unticked, and ticked again.
VERDICTS_SQL = """
create or replace temp table {verdicts} as
with several as (
    select distinct fact_id from seen where version > 1
),
newest as (
    select fact_id, row_hash, version, file_id, updated_at, version as top
    from seen anti join several using (fact_id)
    union all
    select fact_id, row_hash, version, file_id, updated_at, max(version) over (partition by fact_id) as top
    from seen semi join several using (fact_id)
    qualify row_number() over (
        partition by fact_id
        order by updated_at desc nulls last, known_at desc, version desc
    ) = 1
),
earlier as (
    select fact_id, row_hash, max(version) as version
    from seen semi join several using (fact_id)
    group by fact_id, row_hash
),
judged as (
    select
        staged.at_row,
        newest.version as newest_version,
        newest.top as top_version,
        earlier.version as earlier_version,
        staged.row_hash = newest.row_hash as same_as_newest,
        case
            when newest.fact_id is null then 1
            when staged.row_hash = newest.row_hash then 3
            when earlier.fact_id is null then 2
            when coalesce(staged.updated_at, '-infinity') < coalesce(newest.updated_at, '-infinity') then 3
            when coalesce(staged.updated_at, '-infinity') > coalesce(newest.updated_at, '-infinity') then 2
            when cast($newest_at as timestamp) < imports.newest_at then 3
            else 2
        end as verdict
    from {staged} as staged
    anti join repeats on repeats.at_row = staged.at_row
    left join newest on newest.fact_id = staged.fact_id
    left join earlier on earlier.fact_id = staged.fact_id and earlier.row_hash = staged.row_hash
    left join imports on imports.file_id = newest.file_id
)
select
    at_row,
    cast(verdict as tinyint) as verdict,
    case
        when verdict = 1 then 1
        when verdict = 2 then top_version + 1
        when same_as_newest then newest_version
        else earlier_version
    end as version
from judged
"""

# Repeats count as known, so that new, changed and known add up to the file's rows.
COUNTS_SQL = """
select
    (select count(*) from {verdicts} where verdict = 1),
    (select count(*) from {verdicts} where verdict = 2),
    (select count(*) from {staged})
"""

NAMELESS_SQL = "select count(*) from {staged} where fact_id is null or row_hash is null"

ROWS_SQL = "select count(*) from read_parquet({path})"

COLUMNS_SQL = "select * from read_parquet({path}) limit 0"

TAKEN_SQL = """
select {columns}
from {staged} as staged join {verdicts} as verdicts using (at_row)
where verdicts.verdict in (1, 2)
"""

# A first import is all new: its rows need not be looked up one by one.
ALL_NEW_SQL = """
select {columns}
from (select *, cast(1 as bigint) as version from {staged}) as staged
"""

SIGHTINGS_SQL = """
select
    '{name}' as "table",
    staged.fact_id,
    staged.row_hash,
    cast($file_id as varchar) as file_id,
    cast($known_at as timestamp) as known_at,
    verdicts.version,
    staged.updated_at,
    staged.reader
from {staged} as staged join {verdicts} as verdicts using (at_row)
where verdicts.verdict = 3
"""

# Taking an import back: each of its rows that others had too goes to the one that had it first. That one's
# sighting stays where it is, and says nothing from then on, since a row is never its own import's heir.
HEIRS_SQL = """
create or replace temp table heirs as
select sightings.fact_id, sightings.version, sightings.file_id, sightings.known_at, sightings.updated_at,
    sightings.reader
from sightings semi join (select fact_id, version from versions where file_id = $file_id) as theirs
    using (fact_id, version)
where sightings."table" = $name and sightings.file_id <> $file_id
qualify row_number() over (
    partition by sightings.fact_id, sightings.version order by sightings.known_at, sightings.file_id
) = 1
"""

INHERITED_SQL = """
select versions.* replace (
    heirs.file_id as file_id,
    heirs.known_at as known_at,
    heirs.updated_at as updated_at,
    heirs.reader as reader
)
from versions join heirs on heirs.fact_id = versions.fact_id and heirs.version = versions.version
where versions.file_id = $file_id
"""
