select text("messageId")                                  as source_id,
       coalesce(record('user', id("userId")), record('anonymous', id("anonymousId")))   as record_id,
       coalesce(instant("timestamp"), instant("originalTimestamp"), instant("sentAt"), instant("receivedAt")) as occurred_at,
       case lower(text("type")) when 'track' then text("event")
            else concat_ws(': ', lower(text("type")), text("name")) end as event,       -- "page: Home"
       text("properties")                                 as properties,
       row
from raw
where lower(text("type")) in ('page', 'screen')
   or (lower(text("type")) = 'track'
       and coalesce(lower(text("event")), '') not in ('order completed', 'completed order', 'order refunded', 'refunded order', 'product reviewed'))
