-- "-" is how this export writes nothing. The submitter is often an employee: the person is the requester.
select case when id("Requester id") is null then id("Id") end as source_id,
       case when id("Requester id") is null then 'ticket' else 'mention' end as role,
       coalesce(record('user', id("Requester id")), record('ticket', id("Id"))) as record_id,
       nullif(text("Requester"), '-')              as name,
       nullif(text("Requester email"), '-')        as email,
       nullif(text("Organization"), '-')           as company,
       case when id("Requester external id") is not null
            then list_value('zendesk.external_id:' || id("Requester external id")) end as external_ids,
       row
from raw
where coalesce(nullif(text("Requester"), '-'), nullif(text("Requester email"), '-'), id("Requester external id")) is not null
