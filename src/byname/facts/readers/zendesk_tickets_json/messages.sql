with parties as (                                                    -- "requester": 25 instead of "requester_id": 25
    select *,
           coalesce(id("requester_id"), id("requester.id"), case when regexp_full_match("requester", '[0-9]+') then "requester" end) as _asker
    from raw
)
select id("id")                                    as source_id,
       coalesce(record('user', _asker), record('ticket', id("id"))) as record_id,
       instant("created_at")                       as occurred_at,
       instant("updated_at")                       as updated_at,
       'ticket'                                    as medium,
       coalesce(text("raw_subject"), text("subject")) as subject,
       text("description")                         as text,
       case when text("via.channel") in ('web', 'web_form', 'web_widget', 'api', 'help_center') then 'web'
            when text("via.channel") in ('email', 'mail') then 'mail'
            when text("via.channel") in ('voice', 'phone') then 'phone'
            else text("via.channel") end           as channel,
       false                                       as public,
       false                                       as prompted,
       id("id")                                    as thread,
       coalesce(instant("created_at") + to_minutes(integer("metric_set.reply_time_in_minutes.calendar")),
                instant("metric_set.solved_at"))   as answered_at,
       coalesce(text("assignee.name"), id("assignee_id"), id("assignee.id")) as employee,
       lower(text("status"))                       as status,
       row
from parties
where id("id") is not null
union all
select id("id") || ':satisfaction', coalesce(record('user', _asker), record('ticket', id("id"))),
       instant("updated_at"), instant("updated_at"), 'survey', null, text("satisfaction_rating.comment"), null,
       false, true, id("id"), null, coalesce(text("assignee.name"), id("assignee_id"), id("assignee.id")), null, row
from parties
where text("satisfaction_rating.comment") is not null
