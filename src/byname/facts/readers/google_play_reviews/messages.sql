select nullif(regexp_extract(text("Review Link"), '[?&]reviewId=([^&]+)', 1), '') as source_id,
       coalesce(instant("Review Submit Millis Since Epoch"), instant("Review Submit Date and Time"))           as occurred_at,
       greatest(instant("Review Last Update Millis Since Epoch"), instant("Review Last Update Date and Time"),
                instant("Developer Reply Millis Since Epoch"), instant("Developer Reply Date and Time"))       as updated_at,
       'review'                                            as medium,
       text("Review Title")                                as subject,
       text("Review Text")                                 as text,
       'app'                                               as channel,
       true                                                as public,
       coalesce(instant("Developer Reply Millis Since Epoch"), instant("Developer Reply Date and Time"))       as answered_at,
       text("Developer Reply Text")                        as answer,
       text("Package Name")                                as about,
       text("Reviewer Language")                           as language,
       row
from raw
where text("Review Text") is not null or text("Review Title") is not null   -- most rows are stars only
