select coalesce(id("EUID"), id("LEID"), lower(text("Email Address")))
       || case when instant("UNSUB_TIME") is not null then ':unsubscribed' else ':cleaned' end as source_id,
       record('customer', coalesce(id("EUID"), id("LEID"), lower(text("Email Address")))) as record_id,
       coalesce(instant("UNSUB_TIME"), instant("CLEAN_TIME")) as occurred_at,
       coalesce(id("UNSUB_CAMPAIGN_ID"), id("CLEAN_CAMPAIGN_ID")) as contact_id,
       case when instant("UNSUB_TIME") is null then 'bounced'
            when regexp_matches(lower(text("UNSUB_REASON")), 'abuse|spam|complain') then 'complained'
            else 'unsubscribed' end                as kind,
       coalesce(text("Email Address"), text("Email"), text("E-Mail-Adresse"), text("Adresse e-mail"),
                text("E-mailadres"), text("Correo electrónico")) as address,
       row
from raw
where coalesce(instant("UNSUB_TIME"), instant("CLEAN_TIME")) is not null
