-- Only where the requester is an object are there details; the submitter is not always the requester.
select case when coalesce(id("requester_id"), id("requester.id")) is null then id("id") end as source_id,
       case when coalesce(id("requester_id"), id("requester.id")) is null then 'ticket' else 'mention' end as role,
       coalesce(record('user', coalesce(id("requester_id"), id("requester.id"))), record('ticket', id("id"))) as record_id,
       text("requester.name")                      as name,
       text("requester.email")                     as email,
       text("requester.phone")                     as phone,
       text("requester.locale")                    as language,
       case when id("requester.external_id") is not null
            then list_value('zendesk.external_id:' || id("requester.external_id")) end as external_ids,
       row
from raw
where coalesce(text("requester.name"), text("requester.email"), text("requester.phone"), id("requester.external_id")) is not null
