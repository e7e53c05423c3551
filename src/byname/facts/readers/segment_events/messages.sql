select coalesce(id("properties.review_id"), text("messageId")) as source_id,
       coalesce(record('user', id("userId")), record('anonymous', id("anonymousId")))   as record_id,
       coalesce(instant("timestamp"), instant("originalTimestamp"), instant("sentAt"), instant("receivedAt")) as occurred_at,
       'review'                                           as medium,
       text("properties.review_body")                     as text,
       'web'                                              as channel,
       id("properties.product_id")                        as about,
       row
from raw
where lower(text("type")) = 'track' and lower(text("event")) = 'product reviewed' and text("properties.review_body") is not null
