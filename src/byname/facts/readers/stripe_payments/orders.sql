select id("id")                                    as source_id,
       coalesce(record('customer', id("Customer ID")), record('order', id("id"))) as record_id,     -- a guest has no cus_…
       coalesce(instant("Created (UTC)", 'UTC'), instant("Created date (UTC)", 'UTC'), instant("Created", 'UTC')) as occurred_at,
       money("Amount")                             as amount,        -- major units here, minor ones in the API's JSON
       upper(text("Currency"))                     as currency,
       'web'                                       as channel,
       case when lower(text("Status")) = 'succeeded' then 'paid' else lower(text("Status")) end as status,
       row
from raw
where lower(coalesce(text("Status"), 'paid')) in ('paid', 'succeeded', 'refunded', 'partially refunded', 'partially_refunded',
                                                  'disputed', 'pending', 'processing')
  and coalesce(flag("Captured"), true)
  and lower(coalesce(text("Mode"), 'live')) <> 'test'
