-- true is a withdrawal; false only says that nobody unsubscribed
select id("id") || ':email'                        as source_id,
       record('customer', id("id"))                as record_id,
       instant("updated_at")                       as updated_at,
       text("email")                               as address,
       'email'                                     as channel,
       'marketing'                                 as purpose,
       case when flag("unsubscribed_from_emails") or coalesce(flag("marked_email_as_spam"), false) then 'withdrawn' else 'not given' end as state,
       'intercom contact'                          as by_whom,
       row
from raw
where text("email") is not null and flag("unsubscribed_from_emails") is not null
union all
select id("id") || ':sms', record('customer', id("id")), instant("updated_at"), text("phone"), 'sms', 'marketing',
       case when flag("unsubscribed_from_sms") then 'withdrawn' else 'not given' end, 'intercom contact', row
from raw
where text("phone") is not null and flag("unsubscribed_from_sms") is not null
