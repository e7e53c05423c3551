select coalesce(id("reviewId"), regexp_extract(text("name"), '[^/]+$'))                   as source_id,
       'review'                                                                           as role,
       record('review', coalesce(id("reviewId"), regexp_extract(text("name"), '[^/]+$'))) as record_id,
       text("reviewer.displayName")                                                       as name,
       row
from raw
where text("reviewer.displayName") is not null                 -- "A Google user" is how nobody is called
  and not coalesce(flag("reviewer.isAnonymous"), lower(text("reviewer.displayName")) = 'a google user')
