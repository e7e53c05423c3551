select id("Review Id")                                  as source_id,
       record('review', id("Review Id"))                as record_id,
       instant("Review Created (UTC)")                  as occurred_at,
       'stars'                                          as scale,
       stars("Review Stars")                            as score,
       'company'                                        as about_kind,
       coalesce(text("Location Name"), text("Domain Url"), text("Webshop Name")) as about,
       row
from raw
where stars("Review Stars") is not null
