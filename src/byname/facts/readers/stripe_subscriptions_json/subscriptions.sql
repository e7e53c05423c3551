-- The price stands in the only item, or in "plan" where the API is older.
select id("id")                                    as source_id,
       record('customer', coalesce(id("customer.id"), id("customer"))) as record_id,  -- an expanded customer is an object
       coalesce(instant("start_date", 'UTC'), instant("created", 'UTC')) as occurred_at,  -- seconds since 1970
       -- the newest that the row knows of: an older export does not undo a newer one
       greatest(instant("created", 'UTC'), instant("current_period_start", 'UTC'), instant("canceled_at", 'UTC'),
                instant("ended_at", 'UTC'))        as updated_at,
       coalesce(text("plan.nickname"), id("plan.id"),
                (case when json_array_length(try_cast("items.data" as json)) = 1 then try_cast("items.data" as json) ->> '$[0].price.nickname' end),
                (case when json_array_length(try_cast("items.data" as json)) = 1 then try_cast("items.data" as json) ->> '$[0].price.id' end)) as plan,
       cast(coalesce(minor("plan.amount", "currency") * coalesce(number("quantity"), 1),
                     minor((case when json_array_length(try_cast("items.data" as json)) = 1 then try_cast("items.data" as json) ->> '$[0].price.unit_amount' end), "currency")
                     * coalesce(number((case when json_array_length(try_cast("items.data" as json)) = 1 then try_cast("items.data" as json) ->> '$[0].quantity' end)), 1)) as decimal(18, 4)) as price,
       upper(text("currency"))                     as currency,
       coalesce(period(concat_ws(' ', text("plan.interval_count"), text("plan.interval"))),
                period(concat_ws(' ', (case when json_array_length(try_cast("items.data" as json)) = 1 then try_cast("items.data" as json) ->> '$[0].price.recurring.interval_count' end),
                                      (case when json_array_length(try_cast("items.data" as json)) = 1 then try_cast("items.data" as json) ->> '$[0].price.recurring.interval' end)))) as period_days,
       coalesce(instant("start_date", 'UTC'), instant("created", 'UTC')) as started_at,
       instant("ended_at", 'UTC')                  as ended_at,      -- "canceled_at" may be long before
       case when lower(text("status")) = 'canceled' then 'cancelled' else lower(text("status")) end as status,
       row
from raw
where lower(text("object")) = 'subscription'
  and lower(coalesce(text("status"), 'active')) not in ('incomplete', 'incomplete_expired')
