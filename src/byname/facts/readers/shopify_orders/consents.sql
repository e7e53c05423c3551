select lower(text("Email")) || ':email'            as source_id,     -- of the address: the newest order that says it counts
       record('order', text("Name"))               as record_id,
       coalesce(instant("Created at"), instant("Paid at"),
                instant("Fulfilled at"), instant("Fulfillment Date")) as occurred_at,
       coalesce(instant("Created at"), instant("Paid at"),
                instant("Fulfilled at"), instant("Fulfillment Date")) as updated_at,
       text("Email")                               as address,
       'email'                                     as channel,
       'marketing'                                 as purpose,
       consent("Accepts Marketing")                as state,
       'shopify orders export'                     as by_whom,
       row
from raw
where text("Total") is not null and text("Email") is not null and consent("Accepts Marketing") is not null
qualify row_number() over (
    partition by lower(text("Email"))
    order by coalesce(instant("Created at"), instant("Paid at"),
                      instant("Fulfilled at"), instant("Fulfillment Date")) desc nulls last, row desc
) = 1
