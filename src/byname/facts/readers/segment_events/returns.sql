select text("messageId")                                  as source_id,
       coalesce(record('user', id("userId")), record('anonymous', id("anonymousId")))   as record_id,
       coalesce(instant("timestamp"), instant("originalTimestamp"), instant("sentAt"), instant("receivedAt")) as occurred_at,
       coalesce(id("properties.order_id"), id("properties.orderId")) as order_id,
       abs(coalesce(money(case when lower("event") in ('order refunded', 'refunded order') then "properties.total" end),
                    money(case when lower("event") in ('order refunded', 'refunded order') then "properties.revenue" end),
                    money(case when lower("event") in ('order refunded', 'refunded order') then "properties.value" end))) as amount,
       upper(text("properties.currency"))                 as currency,
       text("properties.reason")                          as reason,
       row
from raw
where lower(text("type")) = 'track' and lower(text("event")) in ('order refunded', 'refunded order')
