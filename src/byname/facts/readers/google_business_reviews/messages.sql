select coalesce(id("reviewId"), regexp_extract(text("name"), '[^/]+$'))  as source_id,   -- Takeout has no reviewId, only the name that ends with it
       case when text("reviewer.displayName") is not null
             and not coalesce(flag("reviewer.isAnonymous"), lower(text("reviewer.displayName")) = 'a google user')
            then record('review', coalesce(id("reviewId"), regexp_extract(text("name"), '[^/]+$'))) end as record_id,
       instant("createTime")                                             as occurred_at,
       greatest(instant("updateTime"), instant("reviewReply.updateTime")) as updated_at,
       'review'                                                          as medium,
       text("comment")                                                   as text,
       true                                                              as public,
       instant("reviewReply.updateTime")                                 as answered_at,
       text("reviewReply.comment")                                       as answer,
       nullif(regexp_extract(text("name"), '^(.*locations/[^/]+)', 1), '') as about,
       row
from raw
where text("comment") is not null                                        -- else only a rating
