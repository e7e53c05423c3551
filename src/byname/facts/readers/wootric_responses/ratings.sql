-- "end_user" is an id or an object
with responses as (
    select *,
           coalesce(id("end_user.id"), id("end_user_id"), case when not starts_with("end_user", '{') then id("end_user") end) as _person
    from raw
)
select id("id")                                    as source_id,
       coalesce(record('customer', _person), record('answer', id("id"))) as record_id,
       instant("created_at")                       as occurred_at,
       instant("updated_at")                       as updated_at,
       'nps'                                       as scale,
       number("score")                             as score,
       'company'                                   as about_kind,
       row
from responses
where "score" is not null and trim("score") <> '' and not coalesce(flag("excluded_from_calculations"), false)
