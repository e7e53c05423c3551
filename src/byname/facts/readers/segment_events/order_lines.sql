with lines as (
    select *, unnest(try_cast("properties.products" as json[])) as line
    from raw
    where lower(text("type")) = 'track' and lower(text("event")) in ('order completed', 'completed order')
)
select coalesce(id("properties.order_id"), id("properties.orderId"), text("messageId")) as order_id,
       coalesce(record('user', id("userId")), record('anonymous', id("anonymousId")))   as record_id,
       coalesce(instant("timestamp"), instant("originalTimestamp"), instant("sentAt"), instant("receivedAt")) as occurred_at,
       coalesce(line ->> '$.product_id', line ->> '$.sku', line ->> '$.id')             as product_id,
       line ->> '$.name'                                  as product,
       coalesce(try_cast(line ->> '$.quantity' as double), 1) as quantity,
       try_cast(line ->> '$.price' as decimal(18, 4))     as price,
       row
from lines
