select coalesce(id("EUID"), id("LEID"), lower(text("Email Address"))) || ':unsubscribed' as source_id,
       record('customer', coalesce(id("EUID"), id("LEID"), lower(text("Email Address")))) as record_id,
       instant("UNSUB_TIME")                       as occurred_at,
       'survey'                                    as medium,
       'Why do you unsubscribe?'                   as subject,
       text("UNSUB_REASON_OTHER")                  as text,           -- the only words of their own; UNSUB_REASON is a choice
       'mail'                                      as channel,
       false                                       as public,
       true                                        as prompted,
       text("UNSUB_CAMPAIGN_TITLE")                as about,
       row
from raw
where text("UNSUB_REASON_OTHER") is not null
