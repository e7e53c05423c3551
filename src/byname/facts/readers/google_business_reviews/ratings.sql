select coalesce(id("reviewId"), regexp_extract(text("name"), '[^/]+$'))  as source_id,
       case when text("reviewer.displayName") is not null
             and not coalesce(flag("reviewer.isAnonymous"), lower(text("reviewer.displayName")) = 'a google user')
            then record('review', coalesce(id("reviewId"), regexp_extract(text("name"), '[^/]+$'))) end as record_id,
       instant("createTime")                                             as occurred_at,
       instant("updateTime")                                             as updated_at,
       'stars'                                                           as scale,
       stars(nullif("starRating", 'STAR_RATING_UNSPECIFIED'))            as score,       -- a word: "FIVE"
       'company'                                                         as about_kind,
       nullif(regexp_extract(text("name"), '^(.*locations/[^/]+)', 1), '') as about,
       row
from raw
where stars(nullif("starRating", 'STAR_RATING_UNSPECIFIED')) is not null
