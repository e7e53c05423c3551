select text("Name")                                as source_id,
       'order'                                     as role,
       record('order', text("Name"))               as record_id,
       coalesce(text("Billing Name"), text("Shipping Name"))       as name,
       text("Email")                               as email,
       coalesce(text("Phone"), text("Billing Phone"), text("Shipping Phone"))       as phone,
       coalesce(text("Billing Address1"), text("Billing Street"), text("Shipping Address1"), text("Shipping Street")) as street,
       coalesce(text("Billing City"), text("Shipping City"))       as city,
       coalesce(text("Billing Zip"), text("Shipping Zip"))         as postcode,
       coalesce(text("Billing Country"), text("Shipping Country")) as country,
       coalesce(text("Billing Company"), text("Shipping Company")) as company,
       'customer'                                  as status,
       row
from raw
where text("Total") is not null
  and coalesce(text("Billing Name"), text("Shipping Name"), text("Email"),           -- a sale at the till names nobody
               text("Phone"), text("Billing Phone"), text("Shipping Phone")) is not null
