select id("Order Number")                          as source_id,
       coalesce(record('customer', nullif(coalesce(id("Customer User ID"), id("Customer ID")), '0')),
                record('order', id("Order Number"))) as record_id,
       instant("Order Date")                       as occurred_at,
       coalesce(money("Order Total Amount"), money("Order Total"))   as amount,
       upper(coalesce(text("Order Currency"), text("Currency")))     as currency,
       coalesce(money("Order Discount Amount"), money("Cart Discount Amount")) as discount,
       'web'                                       as channel,
       regexp_replace(lower(text("Order Status")), '^wc-', '') as status,
       row
from raw
where id("Order Number") is not null
  and regexp_replace(lower(coalesce(text("Order Status"), '')), '^wc-', '') not in ('failed', 'trash', 'draft', 'auto-draft', 'checkout-draft')
qualify row_number() over (partition by id("Order Number") order by row) = 1   -- each item's row repeats the order
