select id("id") || ':refund'                       as source_id,
       coalesce(record('customer', coalesce(id("customer.id"), id("customer"))), record('order', id("id"))) as record_id,
       -- the newest refund comes first in the list; most charges have one at most
       coalesce(make_timestamp(try_cast(json_extract_string("refunds.data", '$[0].created') as bigint) * 1000000),
                instant("created", 'UTC'))         as occurred_at,
       id("id")                                    as order_id,
       minor("amount_refunded", "currency")        as amount,
       upper(text("currency"))                     as currency,
       replace(json_extract_string("refunds.data", '$[0].reason'), '_', ' ') as reason,
       row
from raw
where lower(text("object")) = 'charge' and minor("amount_refunded", "currency") > 0
  and lower(coalesce(text("status"), 'succeeded')) in ('succeeded', 'paid', 'pending')
  and coalesce(flag("captured"), true)
