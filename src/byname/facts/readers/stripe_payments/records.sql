with paid as (
    select *,
           -- older files have the address where others describe the customer
           coalesce(text("Customer Email"), case when text("Customer Description") like '%_@_%._%' then text("Customer Description") end) as address
    from raw
    where lower(coalesce(text("Status"), 'paid')) in ('paid', 'succeeded', 'refunded', 'partially refunded', 'partially_refunded',
                                                      'disputed', 'pending', 'processing')
      and coalesce(flag("Captured"), true)
      and lower(coalesce(text("Mode"), 'live')) <> 'test'
)
select case when id("Customer ID") is null then id("id") end                   as source_id,
       case when id("Customer ID") is null then 'order' else 'mention' end     as role,
       coalesce(record('customer', id("Customer ID")), record('order', id("id"))) as record_id,
       address                                     as email,
       'customer'                                  as status,
       row
from paid
where coalesce(id("Customer ID"), address) is not null
