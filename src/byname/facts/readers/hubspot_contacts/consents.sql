select id("Record ID") || ':email'                 as source_id,
       record('customer', id("Record ID"))         as record_id,
       text("Email")                               as address,
       'email'                                     as channel,
       'marketing'                                 as purpose,
       'withdrawn'                                 as state,         -- "false" says only that nobody has unsubscribed, not that they agreed
       'hubspot contacts export'                   as by_whom,
       row
from raw
where id("Record ID") is not null and text("Email") is not null and flag("Unsubscribed from all email")
