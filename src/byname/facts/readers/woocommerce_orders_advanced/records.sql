with bought as (
    select *,
           nullif(coalesce(id("Customer User ID"), id("Customer ID")), '0') as buyer,
           coalesce(text("Billing First Name"), text("First Name (Billing)")) as given_name,
           coalesce(text("Billing Last Name"), text("Last Name (Billing)"))   as family_name,
           coalesce(text("Billing Email"), text("Email (Billing)"))           as address,
           coalesce(text("Billing Phone"), text("Phone (Billing)"))           as number
    from raw
    where id("Order Number") is not null
      and regexp_replace(lower(coalesce(text("Order Status"), '')), '^wc-', '') not in ('failed', 'trash', 'draft', 'auto-draft', 'checkout-draft')
    qualify row_number() over (partition by id("Order Number") order by row) = 1
)
select case when buyer is null then id("Order Number") end        as source_id,
       case when buyer is null then 'order' else 'mention' end    as role,
       coalesce(record('customer', buyer), record('order', id("Order Number"))) as record_id,
       given_name,
       family_name,
       address                                                    as email,
       number                                                     as phone,
       coalesce(text("Billing Address 1"), text("Address 1&2 (Billing)")) as street,
       coalesce(text("Billing City"), text("City (Billing)"))     as city,
       coalesce(text("Billing Postcode"), text("Postcode (Billing)")) as postcode,
       coalesce(text("Billing Country"), text("Country Code (Billing)"), text("Shipping Country"),
                text("Country Code (Shipping)"))                  as country,
       coalesce(text("Billing Company"), text("Company (Billing)")) as company,
       'customer'                                                 as status,
       row
from bought
where coalesce(buyer, given_name, family_name, address, number) is not null
