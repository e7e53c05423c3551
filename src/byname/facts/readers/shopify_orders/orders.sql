select text("Name")                                as source_id,     -- "#1050"; Id is the same order's number without the mark
       record('order', text("Name"))               as record_id,     -- who bought: the name, e-mail and phone of this row
       coalesce(instant("Created at"), instant("Paid at"),
                instant("Fulfilled at"), instant("Fulfillment Date")) as occurred_at,
       money("Total")                              as amount,
       upper(text("Currency"))                     as currency,
       money("Discount Amount")                    as discount,
       coalesce(lower(text("Source")), 'web')      as channel,
       text("Employee")                            as employee,
       case when instant("Cancelled at") is not null then 'cancelled' else lower(text("Financial Status")) end as status,
       row
from raw
where text("Total") is not null                                      -- an order's later lines repeat only name, e-mail and item
