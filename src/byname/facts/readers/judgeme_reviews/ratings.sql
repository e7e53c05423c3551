select lower(text("reviewer_email")) || ' ' || cast(instant("review_date") as varchar) || ' ' || coalesce(text("product_handle"), id("product_id"), id("product_sku"), '') as source_id,
       -- Judge.me gives no id: who, when and what stay the same when a reply is added or the words are edited.
       record('review', lower(text("reviewer_email")))  as record_id,
       instant("review_date")                           as occurred_at,
       'stars'                                          as scale,
       stars("rating")                                  as score,
       'product'                                        as about_kind,
       coalesce(text("product_handle"), id("product_id"), id("product_sku")) as about,
       row
from raw
where stars("rating") is not null
