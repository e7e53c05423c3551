select id("id")                                    as source_id,
       record('customer', id("id"))                as record_id,
       'customer'                                  as role,
       text("name")                                as name,
       text("email")                               as email,
       text("phone")                               as phone,
       coalesce(text("location.city"), text("location_data.city_name"))       as city,
       coalesce(text("location.country"), text("location_data.country_name")) as country,
       coalesce(text("language_override"), text("browser_language"))          as language,
       id("owner_id")                              as owner,
       -- "contact" was what a lead was called before leads had a role
       case when coalesce(lower(text("role")), lower(text("type"))) in ('lead', 'contact', 'visitor') or coalesce(flag("anonymous"), false)
            then 'prospect' else 'customer' end    as status,
       case when coalesce(id("user_id"), id("external_id")) is not null
            then list_value('intercom.user_id:' || coalesce(id("user_id"), id("external_id"))) end as external_ids,
       coalesce(instant("signed_up_at"), instant("created_at")) as created_at,
       instant("updated_at")                       as updated_at,
       nullif(text("custom_attributes"), '{}')     as extra,
       row
from raw
