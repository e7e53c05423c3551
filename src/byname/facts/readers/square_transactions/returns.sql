select coalesce(id("Payment ID"), id("Transaction ID")) || ':refund' as source_id,
       coalesce(record('customer', id("Customer ID")), record('order', id("Transaction ID"))) as record_id,
       instant(concat_ws(' ', "Date", "Time"), "Time Zone") as occurred_at,
       id("Transaction ID")                        as order_id,
       abs(sum(coalesce(money("Total Collected"), money("Net Total")))
           over (partition by coalesce(id("Payment ID"), id("Transaction ID")))) as amount,          -- written as -$12.96 or ($12.96)
       case when contains(text("Total Collected"), '€') then 'EUR'
            when contains(text("Total Collected"), '£') then 'GBP' end as currency,
       text("Refund Reason")                       as reason,
       row
from raw
where lower(text("Event Type")) = 'refund'
qualify row_number() over (partition by coalesce(id("Payment ID"), id("Transaction ID")) order by row) = 1
