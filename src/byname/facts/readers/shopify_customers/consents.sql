with named as (
    select *,
           coalesce(id("Customer ID"), lower(text("Email")), text("Phone"), text("Default Address Phone")) as customer,
           coalesce(text("Phone"), text("Default Address Phone")) as number
    from raw
), said as (
    select customer, 'email' as channel, text("Email") as address,
           coalesce(consent("Accepts Email Marketing"), consent("Accepts Marketing")) as state, row
    from named
    union all by name
    select customer, 'sms' as channel, number as address, consent("Accepts SMS Marketing") as state, row
    from named
    union all by name
    select customer, 'whatsapp' as channel, number as address, consent("Accepts WhatsApp Marketing") as state, row
    from named
)
select customer || ':' || channel                                 as source_id,
       record('customer', customer)                               as record_id,
       address,
       channel,
       'marketing'                                                as purpose,
       state,
       'shopify customers export'                                 as by_whom,
       row
from said
where customer is not null and address is not null and state is not null
