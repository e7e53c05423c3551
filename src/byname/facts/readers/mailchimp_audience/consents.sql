with told as (
    select *,
           case when text("UNSUB_TIME") is not null or ("UNSUB_TIME" is not null and "CLEAN_TIME" is null)
                     or regexp_matches(file_name(), '(^|[^a-z])unsubscribed')  then 'unsubscribed'   -- "is not null": the header has it
                when text("CLEAN_TIME") is not null or ("CLEAN_TIME" is not null and "UNSUB_TIME" is null)
                     or regexp_matches(file_name(), '(^|[^a-z])cleaned')       then 'cleaned'
                else 'subscribed' end as _kind
    from raw
)
select coalesce(id("EUID"), id("LEID"), lower(text("Email Address"))) || ':email' as source_id,
       record('customer', coalesce(id("EUID"), id("LEID"), lower(text("Email Address")))) as record_id,
       case _kind when 'unsubscribed' then instant("UNSUB_TIME")
                 when 'cleaned' then instant("CLEAN_TIME")
                 else coalesce(instant("CONFIRM_TIME"), instant("OPTIN_TIME")) end as occurred_at,
       coalesce(instant("LAST_CHANGED"), instant("UNSUB_TIME"), instant("CLEAN_TIME"))  as updated_at,
       coalesce(text("Email Address"), text("Email"), text("E-Mail-Adresse"), text("Adresse e-mail"),
                text("E-mailadres"), text("Correo electrónico")) as address,
       'email'                                     as channel,
       'marketing'                                 as purpose,
       case when _kind = 'unsubscribed' then 'withdrawn'
            when _kind = 'subscribed' and (coalesce(instant("CONFIRM_TIME"), instant("OPTIN_TIME")) is not null
                 or regexp_matches(file_name(), '(^|[^a-z])subscribed') and not regexp_matches(file_name(), '(un|non|not)[-_ ]?subscribed'))
                 then 'given'
            else 'not given' end                   as state,          -- cleaned addresses bounced: nobody withdrew anything
       'mailchimp audience'                        as by_whom,
       row
from told
