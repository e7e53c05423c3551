with bought as (
    select *,
           nullif(id("customer_id"), '0')          as buyer,
           text("billing_first_name")              as given_name,
           text("billing_last_name")               as family_name,
           coalesce(text("billing_email"), text("customer_email")) as address
    from raw
    where id("order_id") is not null
      and regexp_replace(lower(coalesce(text("status"), text("order_status"), '')), '^wc-', '')
          not in ('failed', 'trash', 'draft', 'auto-draft', 'checkout-draft')
    qualify row_number() over (partition by id("order_id") order by row) = 1
)
select case when buyer is null then id("order_id") end            as source_id,
       case when buyer is null then 'order' else 'mention' end    as role,
       coalesce(record('customer', buyer), record('order', id("order_id"))) as record_id,
       coalesce(given_name, case when family_name is null then text("shipping_first_name") end) as given_name,
       coalesce(family_name, case when given_name is null then text("shipping_last_name") end)  as family_name,
       address                                                    as email,
       coalesce(text("billing_phone"), text("shipping_phone"))    as phone,
       coalesce(text("billing_address_1"), text("shipping_address_1")) as street,
       coalesce(text("billing_city"), text("shipping_city"))      as city,
       coalesce(text("billing_postcode"), text("shipping_postcode")) as postcode,
       coalesce(text("billing_country"), text("shipping_country")) as country,
       coalesce(text("billing_company"), text("shipping_company")) as company,
       'customer'                                                 as status,
       row
from bought
where coalesce(buyer, given_name, family_name, address, text("billing_phone"), text("shipping_last_name")) is not null
