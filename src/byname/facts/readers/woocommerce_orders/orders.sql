select id("order_id")                              as source_id,     -- order_number is what the shop shows: "#4415"
       coalesce(record('customer', nullif(id("customer_id"), '0')), record('order', id("order_id"))) as record_id,   -- 0 is a guest
       coalesce(instant("date"), instant("order_date"), instant("paid_date")) as occurred_at,
       money("order_total")                        as amount,
       upper(coalesce(text("order_currency"), text("currency")))               as currency,
       coalesce(money("discount_total"), money("cart_discount"))               as discount,
       'web'                                       as channel,
       regexp_replace(lower(coalesce(text("status"), text("order_status"))), '^wc-', '') as status,
       row
from raw
where id("order_id") is not null
  and regexp_replace(lower(coalesce(text("status"), text("order_status"), '')), '^wc-', '')
      not in ('failed', 'trash', 'draft', 'auto-draft', 'checkout-draft')
qualify row_number() over (partition by id("order_id") order by row) = 1   -- a row for each item repeats the order
