select coalesce(id("properties.order_id"), id("properties.orderId"), text("messageId")) as source_id,
       coalesce(record('user', id("userId")), record('anonymous', id("anonymousId")))   as record_id,
       coalesce(instant("timestamp"), instant("originalTimestamp"), instant("sentAt"), instant("receivedAt")) as occurred_at,
       -- Only this event's amounts are looked at: "total" may be anything in an event that the company thought of.
       coalesce(money(case when lower("event") in ('order completed', 'completed order') then "properties.total" end),
                money(case when lower("event") in ('order completed', 'completed order') then "properties.revenue" end),
                money(case when lower("event") in ('order completed', 'completed order') then "properties.value" end)) as amount,
       upper(text("properties.currency"))                 as currency,
       money(case when lower("event") in ('order completed', 'completed order') then "properties.discount" end) as discount,
       'web'                                              as channel,
       row
from raw
where lower(text("type")) = 'track' and lower(text("event")) in ('order completed', 'completed order')
