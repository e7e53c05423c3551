select id("Review Id")                                  as source_id,
       record('review', id("Review Id"))                as record_id,
       instant("Review Created (UTC)")                  as occurred_at,
       'review'                                         as medium,
       text("Review Title")                             as subject,
       text("Review Content")                           as text,
       true                                             as public,
       lower(text("Source Of Review")) <> 'organic'     as prompted,  -- the other sources are kinds of invitation
       instant("Business Reply Date (UTC)")             as answered_at,
       text("Reference Id")                             as about,
       row
from raw
where text("Review Content") is not null or text("Review Title") is not null
