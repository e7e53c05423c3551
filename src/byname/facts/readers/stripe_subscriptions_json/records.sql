select cast(null as varchar)                       as source_id,
       'mention'                                   as role,
       record('customer', coalesce(id("customer.id"), id("customer"))) as record_id,
       text("customer.name")                       as name,
       text("customer.email")                      as email,
       text("customer.phone")                      as phone,
       'customer'                                  as status,
       row
from raw
where lower(text("object")) = 'subscription'
  and lower(coalesce(text("status"), 'active')) not in ('incomplete', 'incomplete_expired')
