select id("id")                                    as source_id,
       coalesce(record('customer', coalesce(id("customer.id"), id("customer"))), record('order', id("id"))) as record_id,
       instant("created", 'UTC')                   as occurred_at,   -- seconds since 1970
       minor("amount", "currency")                 as amount,        -- 500 is 5.00 EUR, but 500 JPY
       upper(text("currency"))                     as currency,
       'web'                                       as channel,
       case when flag("refunded") then 'refunded'
            when lower(text("status")) = 'succeeded' then 'paid' else lower(text("status")) end as status,
       row
from raw
where lower(text("object")) = 'charge'
  and lower(coalesce(text("status"), 'succeeded')) in ('succeeded', 'paid', 'pending')
  and coalesce(flag("captured"), true)
