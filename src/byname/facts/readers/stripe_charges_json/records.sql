with paid as (
    select *,
           coalesce(id("customer.id"), id("customer"))            as payer,       -- an expanded customer is an object
           coalesce(text("customer.email"), text("billing_details.email"), text("receipt_email")) as address,
           coalesce(text("customer.name"), text("billing_details.name"), text("shipping.name"))   as name,
           coalesce(text("customer.phone"), text("billing_details.phone"), text("shipping.phone")) as phone
    from raw
    where lower(text("object")) = 'charge'
      and lower(coalesce(text("status"), 'succeeded')) in ('succeeded', 'paid', 'pending')
      and coalesce(flag("captured"), true)
)
select case when payer is null then id("id") end                  as source_id,
       case when payer is null then 'order' else 'mention' end    as role,
       coalesce(record('customer', payer), record('order', id("id"))) as record_id,
       name,
       address                                                    as email,
       phone,
       coalesce(text("billing_details.address.line1"), text("shipping.address.line1"))             as street,
       coalesce(text("billing_details.address.city"), text("shipping.address.city"))               as city,
       coalesce(text("billing_details.address.postal_code"), text("shipping.address.postal_code")) as postcode,
       coalesce(text("billing_details.address.country"), text("shipping.address.country"))         as country,
       'customer'                                                 as status,
       row
from paid
where coalesce(payer, address, name, phone) is not null
