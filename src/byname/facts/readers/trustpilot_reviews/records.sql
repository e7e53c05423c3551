select id("Review Id")                                  as source_id,
       'review'                                         as role,
       record('review', id("Review Id"))                as record_id,
       text("Review Username")                          as name,
       text("Review User Email")                        as email,    -- only invited reviewers have one
       list_filter([
           'order:' || text("Reference Id"),                         -- the order number, where Trustpilot was told it
           'trustpilot.user:' || id("Review Consumer User Id")       -- the same writer of another review
       ], x -> x is not null)                           as external_ids,
       row
from raw
where coalesce(text("Review Username"), text("Review User Email"), text("Reference Id"), text("Review Consumer User Id")) is not null
