select lower(text("reviewer_email"))                   as source_id,
       'review'                                        as role,
       record('review', lower(text("reviewer_email"))) as record_id,   -- the only thing that says who it was
       text("reviewer_name")                           as name,
       text("reviewer_email")                          as email,
       row
from raw
where text("reviewer_email") is not null
qualify row_number() over (partition by lower(text("reviewer_email")) order by row desc) = 1  -- who wrote twice is one record
