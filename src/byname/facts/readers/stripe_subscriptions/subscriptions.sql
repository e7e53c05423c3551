select id("id")                                    as source_id,
       record('customer', id("Customer ID"))       as record_id,     -- the same cus_… as in the other exports and the API
       -- "Start" is when the present plan began, which a change of plan moves
       coalesce(instant("Start Date (UTC)", 'UTC'), instant("Created (UTC)", 'UTC'), instant("Start (UTC)", 'UTC')) as occurred_at,
       -- the newest that the row knows of: an older export does not undo a newer one
       greatest(instant("Created (UTC)", 'UTC'), instant("Current Period Start (UTC)", 'UTC'),
                instant("Canceled At (UTC)", 'UTC'), instant("Ended At (UTC)", 'UTC')) as updated_at,
       coalesce(text("Plan"), text("Product"))     as plan,
       cast(money("Amount") * coalesce(number("Quantity"), 1) as decimal(18, 4)) as price,
       upper(text("Currency"))                     as currency,
       period("Interval")                          as period_days,
       coalesce(instant("Start Date (UTC)", 'UTC'), instant("Created (UTC)", 'UTC'), instant("Start (UTC)", 'UTC')) as started_at,
       instant("Ended At (UTC)", 'UTC')            as ended_at,      -- "Canceled At" may be long before
       case when lower(text("Status")) = 'canceled' then 'cancelled' else lower(text("Status")) end as status,
       row
from raw
where lower(coalesce(text("Status"), 'active')) not in ('incomplete', 'incomplete_expired')
