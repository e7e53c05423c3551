with given_back as (
    select *,
           regexp_replace(lower(coalesce(text("status"), text("order_status"), '')), '^wc-', '') as state,
           abs(coalesce(money("refunded_total"), money("order_refund"))) as refund
    from raw
    where id("order_id") is not null
    qualify row_number() over (partition by id("order_id") order by row) = 1
)
select id("order_id") || ':refund'                 as source_id,
       coalesce(record('customer', nullif(id("customer_id"), '0')), record('order', id("order_id"))) as record_id,
       coalesce(instant("date"), instant("order_date"), instant("paid_date")) as occurred_at,
       id("order_id")                              as order_id,
       case when refund > 0 then refund else money("order_total") end as amount,   -- "refunded" means all of it
       upper(coalesce(text("order_currency"), text("currency")))      as currency,
       row
from given_back
where state not in ('failed', 'trash', 'draft', 'auto-draft', 'checkout-draft')
  and (refund > 0 or (state = 'refunded' and money("order_total") > 0))
