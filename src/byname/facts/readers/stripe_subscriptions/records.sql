with subscribed as (
    select *,
           -- older files have the address where others describe the customer
           coalesce(text("Customer Email"), case when text("Customer Description") like '%_@_%._%' then text("Customer Description") end) as address
    from raw
    where lower(coalesce(text("Status"), 'active')) not in ('incomplete', 'incomplete_expired')
)
select cast(null as varchar)                       as source_id,
       'mention'                                   as role,
       record('customer', id("Customer ID"))       as record_id,
       text("Customer Name")                       as name,
       address                                     as email,
       'customer'                                  as status,
       row
from subscribed
where id("Customer ID") is not null
