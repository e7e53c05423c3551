with given_back as (
    select *,
           regexp_replace(lower(coalesce(text("Order Status"), '')), '^wc-', '') as state,
           abs(money("Order Refund Amount"))       as refund,
           coalesce(money("Order Total Amount"), money("Order Total")) as total
    from raw
    where id("Order Number") is not null
    qualify row_number() over (partition by id("Order Number") order by row) = 1
)
select id("Order Number") || ':refund'             as source_id,
       coalesce(record('customer', nullif(coalesce(id("Customer User ID"), id("Customer ID")), '0')),
                record('order', id("Order Number"))) as record_id,
       instant("Order Date")                       as occurred_at,
       id("Order Number")                          as order_id,
       case when refund > 0 then refund else total end as amount,                  -- "refunded" means all of it
       upper(coalesce(text("Order Currency"), text("Currency"))) as currency,
       row
from given_back
where state not in ('failed', 'trash', 'draft', 'auto-draft', 'checkout-draft')
  and (refund > 0 or (state = 'refunded' and total > 0))
