select id("Transaction ID")                        as source_id,
       coalesce(record('customer', id("Customer ID")), record('order', id("Transaction ID"))) as record_id,
       instant(concat_ws(' ', "Date", "Time"), "Time Zone") as occurred_at,
       -- a bill that was paid in parts has a row for each part
       sum(coalesce(money("Total Collected"), money("Net Total"))) over (partition by id("Transaction ID")) as amount,
       case when contains(text("Total Collected"), '€') then 'EUR'
            when contains(text("Total Collected"), '£') then 'GBP' end as currency,                  -- "$" is many currencies
       sum(abs(money("Discounts"))) over (partition by id("Transaction ID")) as discount,
       lower(coalesce(text("Source"), 'till'))     as channel,
       text("Staff Name")                          as employee,
       case when coalesce(lower(text("Transaction Status")), 'complete') in ('complete', 'completed') then 'paid'
            else lower(text("Transaction Status")) end as status,
       row
from raw
where lower(coalesce(text("Event Type"), 'payment')) = 'payment'
qualify row_number() over (partition by id("Transaction ID") order by row) = 1
