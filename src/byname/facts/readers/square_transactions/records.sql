select case when id("Customer ID") is null then id("Transaction ID") end          as source_id,
       case when id("Customer ID") is null then 'order' else 'mention' end        as role,
       coalesce(record('customer', id("Customer ID")), record('order', id("Transaction ID"))) as record_id,
       text("Customer Name")                       as name,
       'customer'                                  as status,
       case when id("Customer Reference ID") is not null
            then list_value('square.reference_id:' || id("Customer Reference ID")) end as external_ids,
       row
from raw
where lower(coalesce(text("Event Type"), 'payment')) in ('payment', 'refund')
  and coalesce(id("Customer ID"), text("Customer Name"), id("Customer Reference ID")) is not null    -- most sales at a till name nobody
qualify id("Customer ID") is not null or row_number() over (partition by id("Transaction ID") order by row) = 1
