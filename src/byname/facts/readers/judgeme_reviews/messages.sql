select lower(text("reviewer_email")) || ' ' || cast(instant("review_date") as varchar) || ' ' || coalesce(text("product_handle"), id("product_id"), id("product_sku"), '') as source_id,
       -- Judge.me gives no id: who, when and what stay the same when a reply is added or the words are edited.
       record('review', lower(text("reviewer_email")))  as record_id,
       instant("review_date")                           as occurred_at,   -- "2026-02-10 15:30:40 UTC", or DD/MM/YYYY as in its import template
       'review'                                         as medium,
       text("title")                                    as subject,
       text("body")                                     as text,
       coalesce(lower(text("curated")), 'ok') = 'ok'    as public,
       case lower(text("source")) when 'email' then true when 'web' then false end as prompted,
       instant("reply_date")                            as answered_at,
       text("reply")                                    as answer,
       lower(text("curated"))                           as status,
       coalesce(text("product_handle"), id("product_id"), id("product_sku")) as about,
       row
from raw
where text("body") is not null or text("title") is not null
