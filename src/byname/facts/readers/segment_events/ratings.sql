select coalesce(id("properties.review_id"), text("messageId")) as source_id,
       coalesce(record('user', id("userId")), record('anonymous', id("anonymousId")))   as record_id,
       coalesce(instant("timestamp"), instant("originalTimestamp"), instant("sentAt"), instant("receivedAt")) as occurred_at,
       'stars'                                            as scale,
       number(case when lower("event") = 'product reviewed' then "properties.rating" end) as score,   -- halves occur
       'product'                                          as about_kind,
       id("properties.product_id")                        as about,
       row
from raw
where lower(text("type")) = 'track' and lower(text("event")) = 'product reviewed' and text("properties.rating") is not null
