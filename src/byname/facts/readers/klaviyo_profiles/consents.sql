-- A cell holds a word or, in some exports, the moment of the consent.
select id("Klaviyo ID") || ':email'                as source_id,
       record('customer', id("Klaviyo ID"))        as record_id,
       coalesce(instant("Email Marketing Consent Timestamp"),
                instant(case when regexp_matches("Email Marketing Consent", '^\s*[0-9]{4}-') then "Email Marketing Consent" end)) as occurred_at,
       text("Email")                               as address,
       'email'                                     as channel,
       'marketing'                                 as purpose,
       case when regexp_matches(lower(text("Email Suppressions")), 'unsub|spam|user_suppressed|manual') then 'withdrawn'
            when regexp_matches(lower(text("Email Suppressions")), 'bounce|invalid') then 'not given'
            else consent(case when regexp_matches("Email Marketing Consent", '^\s*[0-9]{4}-') then 'subscribed' else "Email Marketing Consent" end)
            end                                    as state,
       'klaviyo profile'                           as by_whom,
       row
from raw
where text("Email") is not null
  and (regexp_matches(lower(text("Email Suppressions")), 'unsub|spam|user_suppressed|manual')
       or consent(case when regexp_matches("Email Marketing Consent", '^\s*[0-9]{4}-') then 'subscribed' else "Email Marketing Consent" end) is not null)
union all
select id("Klaviyo ID") || ':sms', record('customer', id("Klaviyo ID")),
       coalesce(instant("SMS Marketing Consent Timestamp"),
                instant(case when regexp_matches("SMS Marketing Consent", '^\s*[0-9]{4}-') then "SMS Marketing Consent" end)),
       text("Phone Number"), 'sms', 'marketing',
       consent(case when regexp_matches("SMS Marketing Consent", '^\s*[0-9]{4}-') then 'subscribed' else "SMS Marketing Consent" end),
       'klaviyo profile', row
from raw
where text("Phone Number") is not null
  and consent(case when regexp_matches("SMS Marketing Consent", '^\s*[0-9]{4}-') then 'subscribed' else "SMS Marketing Consent" end) is not null
