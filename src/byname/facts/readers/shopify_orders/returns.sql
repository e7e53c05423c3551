select text("Name")                                as source_id,
       record('order', text("Name"))               as record_id,
       coalesce(instant("Created at"), instant("Paid at"),
                instant("Fulfilled at"), instant("Fulfillment Date")) as occurred_at,
       text("Name")                                as order_id,
       money("Refunded Amount")                    as amount,
       upper(text("Currency"))                     as currency,
       row
from raw
where money("Refunded Amount") > 0
