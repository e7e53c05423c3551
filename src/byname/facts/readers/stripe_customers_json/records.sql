select id("id")                                    as source_id,
       'customer'                                  as role,
       record('customer', id("id"))                as record_id,
       coalesce(text("name"), text("shipping.name"))             as name,
       text("email")                               as email,
       coalesce(text("phone"), text("shipping.phone"))           as phone,
       coalesce(text("address.line1"), text("shipping.address.line1"))             as street,
       coalesce(text("address.city"), text("shipping.address.city"))               as city,
       coalesce(text("address.postal_code"), text("shipping.address.postal_code")) as postcode,
       coalesce(text("address.country"), text("shipping.address.country"))         as country,
       json_extract_string("preferred_locales", '$[0]')          as language,
       instant("created", 'UTC')                   as created_at,    -- seconds since 1970
       nullif(text("metadata"), '{}')              as extra,
       row
from raw
where lower(text("object")) = 'customer' and not coalesce(flag("deleted"), false)
