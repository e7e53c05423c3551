select id("id") || case when flag("marked_email_as_spam") then ':complained' else ':bounced' end as source_id,
       record('customer', id("id"))                as record_id,
       instant("updated_at")                       as updated_at,
       case when flag("marked_email_as_spam") then 'complained' else 'bounced' end as kind,
       text("email")                               as address,
       row
from raw
where flag("marked_email_as_spam") or flag("has_hard_bounced")
