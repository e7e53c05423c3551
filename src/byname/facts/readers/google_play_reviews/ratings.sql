select nullif(regexp_extract(text("Review Link"), '[?&]reviewId=([^&]+)', 1), '') as source_id,
       coalesce(instant("Review Submit Millis Since Epoch"), instant("Review Submit Date and Time"))           as occurred_at,
       greatest(instant("Review Last Update Millis Since Epoch"), instant("Review Last Update Date and Time")) as updated_at,
       'stars'                                             as scale,
       stars("Star Rating")                                as score,
       'product'                                           as about_kind,
       text("Package Name")                                as about,
       row
from raw
where stars("Star Rating") is not null
