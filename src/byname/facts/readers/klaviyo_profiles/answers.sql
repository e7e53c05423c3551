select id("Klaviyo ID") || ':suppressed'           as source_id,
       record('customer', id("Klaviyo ID"))        as record_id,
       case when regexp_matches(lower(text("Email Suppressions")), 'bounce|invalid') then 'bounced'
            when regexp_matches(lower(text("Email Suppressions")), 'spam') then 'complained'
            else 'unsubscribed' end                as kind,
       text("Email")                               as address,
       row
from raw
where regexp_matches(lower(text("Email Suppressions")), 'bounce|invalid|spam|unsub')
