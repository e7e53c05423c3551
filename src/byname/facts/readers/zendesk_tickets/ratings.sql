-- offered and unoffered are no ratings
select id("Id")                                    as source_id,
       coalesce(record('user', id("Requester id")), record('ticket', id("Id"))) as record_id,
       coalesce(instant("Solved at"), instant("Updated at"), instant("Created at")) as occurred_at,
       instant("Updated at")                       as updated_at,
       'csat'                                      as scale,
       case when lower(text("Satisfaction Score")) like 'good%' then 5 else 1 end as score,
       'ticket'                                    as about_kind,
       id("Id")                                    as about,
       row
from raw
where regexp_matches(lower(text("Satisfaction Score")), '^(good|bad)')
