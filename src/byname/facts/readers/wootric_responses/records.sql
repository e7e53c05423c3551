-- "end_user" is an id or an object
with responses as (
    select *,
           coalesce(id("end_user.id"), id("end_user_id"), case when not starts_with("end_user", '{') then id("end_user") end) as _person
    from raw
)
select case when _person is null then id("id") end as source_id,
       case when _person is null then 'answer' else 'mention' end as role,
       coalesce(record('customer', _person), record('answer', id("id"))) as record_id,
       coalesce(text("end_user.name"), text("end_user.properties.name"), text("name"))      as name,
       coalesce(text("end_user.email"), text("end_user_email"), text("email"))              as email,
       coalesce(text("end_user.phone_number"), text("phone_number"))                        as phone,
       case when id("end_user.external_id") is not null
            then list_value('wootric.external_id:' || id("end_user.external_id")) end       as external_ids,
       row
from responses
where coalesce(text("end_user.name"), text("end_user.properties.name"), text("name"), text("end_user.email"), text("end_user_email"),
               text("email"), text("end_user.phone_number"), text("phone_number"), id("end_user.external_id")) is not null
