with parties as (
    select *,
           coalesce(id("requester_id"), id("requester.id"), case when regexp_full_match("requester", '[0-9]+') then "requester" end) as _asker
    from raw
)
select id("id")                                    as source_id,
       coalesce(record('user', _asker), record('ticket', id("id"))) as record_id,
       coalesce(instant("metric_set.solved_at"), instant("updated_at"), instant("created_at")) as occurred_at,
       instant("updated_at")                       as updated_at,
       'csat'                                      as scale,
       case when lower(text("satisfaction_rating.score")) like 'good%' then 5 else 1 end as score,
       'ticket'                                    as about_kind,
       id("id")                                    as about,
       row
from parties
where regexp_matches(lower(text("satisfaction_rating.score")), '^(good|bad)')   -- offered and unoffered are no ratings
