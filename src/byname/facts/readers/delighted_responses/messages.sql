-- "person" is an id or, asked for with expand, an object
with responses as (
    select *,
           coalesce(id("id"), id("Survey Response ID"), id("Response ID"), id("Delighted ID")) as _response,
           coalesce(id("person.id"), id("Person ID"), case when not starts_with("person", '{') then id("person") end) as _person
    from raw
)
select _response                                 as source_id,
       coalesce(record('customer', _person), record('answer', _response)) as record_id,
       coalesce(instant("created_at"), instant("Created At"), instant("Response Created At")) as occurred_at,
       coalesce(instant("updated_at"), instant("Updated At"))                 as updated_at,
       'survey'                                    as medium,
       text("comment")                             as text,
       coalesce(text("survey_source"), text("person_properties.Delighted Source"), text("Delighted Source")) as channel,
       false                                       as public,
       true                                        as prompted,
       coalesce(text("person_properties.locale"), text("person_properties.Locale"), text("Locale"))          as language,
       row
from responses
where text("comment") is not null and coalesce(lower(text("survey_type")), lower(text("Survey Type")), 'nps') <> 'enps'   -- employees' words
