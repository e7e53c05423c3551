select id("Id")                                    as source_id,
       coalesce(record('user', id("Requester id")), record('ticket', id("Id"))) as record_id,
       instant("Created at")                       as occurred_at,
       instant("Updated at")                       as updated_at,
       'ticket'                                    as medium,
       nullif(text("Subject"), '-')                as subject,
       nullif(text("Description"), '-')            as text,
       case when lower(text("Via")) in ('web', 'web form', 'web service (api)', 'web widget') then 'web'
            when lower(text("Via")) in ('mail', 'email') then 'mail'
            when regexp_matches(lower(text("Via")), 'phone|voice') then 'phone'
            else lower(nullif(text("Via"), '-')) end as channel,
       false                                       as public,
       false                                       as prompted,
       id("Id")                                    as thread,
       coalesce(instant("Created at") + to_minutes(cast(coalesce(number("First reply time in minutes"), number("First reply time (min)")) as bigint)),
                instant("Solved at"))              as answered_at,
       nullif(text("Assignee"), '-')               as employee,
       lower(nullif(text("Status"), '-'))          as status,
       row
from raw
where id("Id") is not null
