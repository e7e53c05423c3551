select id("id") || ':refund'                       as source_id,
       coalesce(record('customer', id("Customer ID")), record('order', id("id"))) as record_id,
       coalesce(instant("Refunded date (UTC)", 'UTC'), instant("Created (UTC)", 'UTC'),
                instant("Created date (UTC)", 'UTC'), instant("Created", 'UTC')) as occurred_at,
       id("id")                                    as order_id,
       money("Amount Refunded")                    as amount,
       upper(text("Currency"))                     as currency,
       cast(null as varchar)                       as reason,
       row
from raw
where money("Amount Refunded") > 0
  and lower(coalesce(text("Mode"), 'live')) <> 'test'
  and lower(coalesce(text("Status"), 'paid')) <> 'failed'
  and coalesce(flag("Captured"), true)
union all
select id("id") || ':dispute'                      as source_id,
       coalesce(record('customer', id("Customer ID")), record('order', id("id"))) as record_id,
       coalesce(instant("Dispute Date (UTC)", 'UTC'), instant("Created (UTC)", 'UTC'),
                instant("Created date (UTC)", 'UTC'), instant("Created", 'UTC')) as occurred_at,
       id("id")                                    as order_id,
       coalesce(money("Disputed Amount"), money("Amount")) as amount,
       upper(text("Currency"))                     as currency,
       'disputed: ' || coalesce(replace(lower(text("Dispute Reason")), '_', ' '), 'no reason given') as reason,
       row
from raw
where lower(text("Dispute Status")) = 'lost'       -- while it is open the money is only held back
  and lower(coalesce(text("Mode"), 'live')) <> 'test'
