select id("id")                                    as source_id,
       record('user', id("id"))                    as record_id,
       'customer'                                  as role,
       nullif(text("name"), '-')                   as name,
       nullif(text("email"), '-')                  as email,
       case when coalesce(flag("shared_phone_number"), false) then null else nullif(text("phone"), '-') end as phone,
       coalesce(text("organization.name"), case when "organization" not like '{%' then nullif(text("organization"), '-') end) as company,
       coalesce(text("locale"), text("Language"))  as language,
       case when coalesce(id("external_id"), id("External ID")) is not null
            then list_value('zendesk.external_id:' || coalesce(id("external_id"), id("External ID"))) end as external_ids,
       coalesce(instant("created_at"), instant("Created at"), instant("Created")) as created_at,
       coalesce(instant("updated_at"), instant("Updated at"), instant("Updated")) as updated_at,
       text("user_fields")                         as extra,
       row
from raw
where id("id") is not null
  and coalesce(lower(text("role")), 'end-user') in ('end-user', 'end user', 'end_user', 'customer')
  and coalesce(flag("active"), true)
