select id("Order Number")                          as order_id,
       coalesce(record('customer', nullif(coalesce(id("Customer User ID"), id("Customer ID")), '0')),
                record('order', id("Order Number"))) as record_id,
       text("SKU")                                 as product_id,
       text("Item Name")                           as product,
       coalesce(number("Item Quantity"), number("Quantity")) as quantity,
       money("Item Cost")                          as price,
       row
from raw
where id("Order Number") is not null and text("Item Name") is not null
  and regexp_replace(lower(coalesce(text("Order Status"), '')), '^wc-', '') not in ('failed', 'trash', 'draft', 'auto-draft', 'checkout-draft')
