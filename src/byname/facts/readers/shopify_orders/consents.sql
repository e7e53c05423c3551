select text("Name") || ':email'                    as source_id,
       record('order', text("Name"))               as record_id,
       coalesce(instant("Created at"), instant("Paid at"),
                instant("Fulfilled at"), instant("Fulfillment Date")) as occurred_at,
       text("Email")                               as address,
       'email'                                     as channel,
       'marketing'                                 as purpose,
       consent("Accepts Marketing")                as state,
       'shopify orders export'                     as by_whom,
       row
from raw
where text("Total") is not null and text("Email") is not null and consent("Accepts Marketing") is not null
