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
       'survey'                                    as medium,
       text("text")                                as text,
       false                                       as public,
       true                                        as prompted,
       text("origin_url")                          as about,
       row
from responses
where text("text") is not null
